//! Texts cut: in two at a sign, one search for all that is written in short, names looked up among several as well; or
//! off where they get too long.

/// What is before the first `sign`, which is of ASCII, and what is behind it.
pub(crate) fn cut(text: &str, sign: u8) -> (&str, &str) {
    halves(text, sign).unwrap_or((text, ""))
}

/// The same where the sign is there. The standard library searches for any kind of pattern, in several times the code.
pub(crate) fn halves(text: &str, sign: u8) -> Option<(&str, &str)> {
    let mut rest = text.chars();
    while let Some(one) = rest.next() {
        if one == char::from(sign) {
            let behind = rest.as_str();
            return Some((text.get(..text.len() - behind.len() - 1)?, behind));
        }
    }
    None
}

/// The first characters, at most so many.
pub(crate) fn beginning(text: &str, most: usize) -> &str {
    let mut rest = text.chars();
    for _ in 0..most {
        rest.next();
    }
    text.get(..text.len() - rest.as_str().len()).unwrap_or(text)
}

/// The place of a word among those of a text, each of which has a space behind it.
pub(crate) fn place(word: &str, words: &str) -> Option<usize> {
    let (mut at, mut rest) = (0, words);
    while !rest.is_empty() {
        let (first, others) = cut(rest, b' ');
        if first == word {
            return Some(at);
        }
        (at, rest) = (at + 1, others);
    }
    None
}

/// As `match` with a text, of which `None` comes where it is none of those named: one search in a text of them all in
/// place of a comparison with each.
macro_rules! by_name {
    ($text:expr, { $($name:literal => $value:expr,)+ }) => {{
        let at = $crate::cut::place($text, concat!($($name, " "),+));
        let mut next = 0..;
        'found: {
            $(if at == next.next() {
                break 'found Some($value);
            })+
            None
        }
    }};
}
#[cfg(target_arch = "wasm32")]
pub(crate) use by_name;

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::{beginning, cut, place};
    use std::path::{Path, PathBuf};

    const TAGS: [&str; 29] = [
        "a", "bdi", "button", "code", "details", "div", "fieldset", "footer", "form", "h2", "h3", "iframe", "img",
        "input", "label", "li", "nav", "ol", "option", "p", "pre", "section", "select", "span", "summary", "textarea",
        "ul", "svg", "path",
    ];
    const ATTRIBUTES: [&str; 30] = [
        "alt",
        "autocapitalize",
        "autocomplete",
        "autocorrect",
        "checked",
        "class",
        "data-1p-ignore",
        "data-dd-privacy",
        "data-lpignore",
        "data-sentry-mask",
        "decoding",
        "dir",
        "disabled",
        "draggable",
        "enterkeyhint",
        "focusable",
        "inputmode",
        "multiple",
        "novalidate",
        "part",
        "referrerpolicy",
        "role",
        "rows",
        "selected",
        "spellcheck",
        "tabindex",
        "target",
        "type",
        "value",
        "id",
    ];
    /// Classes that are for recorders of sessions, which are to leave out what is in such an element.
    const NO_STYLE: [&str; 2] = ["ph-no-capture", "rr-block"];

    fn sources(folder: &Path, end: &str) -> String {
        let (mut folders, mut text): (Vec<PathBuf>, _) = (vec![folder.into()], String::new());
        while let Some(folder) = folders.pop() {
            for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
                if path.is_dir() {
                    folders.push(path);
                } else if path.extension().is_some_and(|extension| extension == end) {
                    text += &std::fs::read_to_string(path).unwrap();
                }
            }
        }
        text
    }

    #[test]
    fn a_text_is_cut_at_the_first_sign() {
        assert_eq!(cut("role=a=b", b'='), ("role", "a=b"));
        assert_eq!(cut("disabled", b'='), ("disabled", ""));
        assert_eq!(cut("", b' '), ("", ""));
    }

    #[test]
    fn the_beginning_is_counted_in_characters() {
        assert_eq!(beginning("año nuevo", 3), "año");
        assert_eq!(beginning("año", 3), "año");
        assert_eq!(beginning("", 3), "");
        assert_eq!(beginning("año", 0), "");
    }

    #[test]
    fn a_name_leads_to_what_stands_behind_it_and_any_other_to_nothing() {
        assert_eq!(place("b", "a b "), Some(1));
        let value = |name| by_name!(name, { "back" => 1, "done" => 2, "done-again" => 3, });
        assert_eq!(["back", "done", "done-again"].map(value), [Some(1), Some(2), Some(3)]);
        for other in ["", " ", "don", "back done", "done-again "] {
            assert_eq!(value(other), None, "{other:?}");
        }
    }

    /// Nothing else would find a mistake in these: a browser takes any name of an element, a class or an attribute.
    #[test]
    fn elements_in_a_few_words_have_known_tags_classes_and_attributes() {
        let view = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/view");
        let (rust, styles) = (sources(&view, "rs"), sources(&view, "css"));
        let mut seen = 0;
        for (before, literal) in rust.split('"').zip(rust.split('"').skip(1)) {
            let (name, attributes) = cut(literal, b' ');
            let (tag, classes) = cut(name, b'.');
            let element = before.ends_with("el(") || TAGS.contains(&tag) && !classes.is_empty();
            if !element && !before.ends_with(".with(") {
                continue;
            }
            seen += 1;
            let attributes = if element {
                assert!(TAGS.contains(&tag), "{literal}");
                let styled = |class| styles.contains(&format!(".{class}")) || NO_STYLE.contains(&class);
                assert!(classes.is_empty() || classes.split('.').all(styled), "{literal}");
                attributes
            } else {
                literal
            };
            for attribute in attributes.split(' ').filter(|_| !attributes.is_empty()) {
                let (name, value) = cut(attribute, b'=');
                let known =
                    ATTRIBUTES.contains(&name) || name.strip_prefix("aria-").is_some_and(|state| !state.is_empty());
                assert!(known && !value.contains(['=', '"']), "{literal}");
            }
        }
        assert!(seen > 150, "{seen}");
    }
}

//! White space in what people and servers write, without the table that the standard library looks it up in.

/// As [`char::is_whitespace`], and the byte order mark, which nobody sees either.
pub(crate) fn is_space(character: char) -> bool {
    matches!(
        character,
        '\t'..='\r' | ' ' | '\u{85}' | '\u{a0}' | '\u{1680}' | '\u{2000}'..='\u{200a}' | '\u{2028}' | '\u{2029}'
            | '\u{202f}' | '\u{205f}' | '\u{3000}' | '\u{feff}'
    )
}

/// The text without the white space around it.
pub(crate) fn trimmed(text: &str) -> &str {
    let (mut from, mut to) = (text.len(), 0);
    for (at, character) in text.char_indices() {
        if !is_space(character) {
            from = from.min(at);
            to = at + character.len_utf8();
        }
    }
    text.get(from..to).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{is_space, trimmed};

    #[test]
    fn what_is_space_everywhere_is_space_here() {
        assert!(('\0'..=char::MAX).all(|one| is_space(one) == (one.is_whitespace() || one == '\u{feff}')));
        assert_eq!([trimmed(" a b\u{a0}"), trimmed("\u{feff}\n"), trimmed("")], ["a b", "", ""]);
    }
}

//! The English words in two parts, without white space: what the list of apps and the session say, and what only the
//! screens of one app say, which comes with the npm package's second module.

const WORDS: &str = include_str!("../locales/en.json");
/// What the keys of the second part begin with. All others are in the first, where a word that is missing would be shown
/// as its key.
const LATER: [&str; 19] = [
    "account.",
    "app.add",
    "app.connect",
    "app.disconnect",
    "app.lead",
    "app.reconnect",
    "back",
    "cancel",
    "config.",
    "connected.",
    "consent.",
    "done",
    "error.authorization_",
    "error.credentials_",
    "error.unsafe_auth_url",
    "field",
    "removal.",
    "runs.",
    "waiting.",
];

static FIRST_PART: [u8; part(false, &mut [])] = filled(false);
static LATER_PART: [u8; part(true, &mut [])] = filled(true);

/// As a JSON object, like all other languages.
pub(crate) const FIRST_WORDS: &str = text(&FIRST_PART);
/// The same. Only code of the second module may name it.
pub(crate) const LATER_WORDS: &str = text(&LATER_PART);

const fn text(part: &'static [u8]) -> &'static str {
    match std::str::from_utf8(part) {
        Ok(text) => text,
        Err(_) => "{}",
    }
}

const fn filled<const LENGTH: usize>(later: bool) -> [u8; LENGTH] {
    let mut out = [0; LENGTH];
    part(later, &mut out);
    out
}

/// Fills `out` with one part as far as it goes; gives the length of all.
const fn part(later: bool, out: &mut [u8]) -> usize {
    let (mut key, mut rest) = quoted(WORDS.as_bytes());
    let mut length = 0;
    while !key.is_empty() {
        let (word, behind) = quoted(rest);
        if is_later(key) == later {
            length = append(out, length, if length == 0 { b"{" } else { b"," });
            length = append(out, length, key);
            length = append(out, length, b":");
            length = append(out, length, word);
        }
        (key, rest) = quoted(behind);
    }
    append(out, length, b"}")
}

/// The next text in quotes, with them, and what is behind it.
const fn quoted(json: &[u8]) -> (&[u8], &[u8]) {
    let mut start = 0;
    while start < json.len() && json[start] != b'"' {
        start += 1;
    }
    let (_, json) = json.split_at(start);
    if json.is_empty() {
        return (json, json);
    }
    let mut end = 1;
    while json[end] != b'"' {
        end += if json[end] == b'\\' { 2 } else { 1 };
    }
    json.split_at(end + 1)
}

const fn append(out: &mut [u8], length: usize, bytes: &[u8]) -> usize {
    let mut at = 0;
    while at < bytes.len() && length + at < out.len() {
        out[length + at] = bytes[at];
        at += 1;
    }
    length + bytes.len()
}

/// `key` is in quotes.
const fn is_later(key: &[u8]) -> bool {
    let mut nth = 0;
    while nth < LATER.len() {
        let begin = LATER[nth].as_bytes();
        let mut at = 0;
        while at < begin.len() && key[at + 1] == begin[at] {
            at += 1;
        }
        if at == begin.len() {
            return true;
        }
        nth += 1;
    }
    false
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::error::Code;
    use crate::platform::json::Value;
    use std::collections::{BTreeMap, BTreeSet};
    use std::path::{Path, PathBuf};

    fn members(json: &str) -> Vec<(String, Value)> {
        let Some(Value::Object(members)) = Value::parse(json) else { panic!("no object: {json}") };
        members.into_iter().collect()
    }

    #[test]
    fn the_two_parts_are_all_words_and_each_is_in_one() {
        let (first, later) = (members(FIRST_WORDS), members(LATER_WORDS));
        assert!(first.len() > 50 && later.len() > 100, "{} and {}", first.len(), later.len());
        let sorted = |mut words: Vec<(String, Value)>| {
            words.sort_by(|one, other| one.0.cmp(&other.0));
            words
        };
        assert_eq!(sorted([first, later].concat()), sorted(members(WORDS)));
        assert!(!FIRST_WORDS.contains('\n') && !LATER_WORDS.contains('\n'));
    }

    #[test]
    fn no_word_of_the_second_part_is_said_by_what_the_list_and_the_session_reach() {
        let functions = functions("src/view");
        let reached = reached(&functions, ("shell", "fill"), "build_beyond");
        assert!(reached.contains(&("outcome", "not_loaded")) && !reached.contains(&("consent", "screen")));
        let said: BTreeSet<&str> = reached.iter().flat_map(|place| functions[place].split('"')).collect();
        assert!(["list.no_match", "list.count", "app.unnamed", "session.failed"].iter().all(|key| said.contains(key)));
        for (key, _) in members(LATER_WORDS) {
            let plain = key.split('#').next().unwrap();
            assert!(!said.contains(plain), "{key} is said before the second module is here");
        }
    }

    /// Words on failures have the failure's name for a key, which is put together.
    #[test]
    fn a_failure_whose_words_are_in_the_second_part_is_none_of_the_session_or_the_list() {
        let later: Vec<_> = members(LATER_WORDS).into_iter().map(|(key, _)| key).collect();
        let is_later = |code: &&Code| later.contains(&["error.", code.as_str()].concat());
        let codes: Vec<String> = Code::ALL.iter().filter(is_later).map(|code| format!("Code::{code:?}")).collect();
        assert!(codes.len() > 4, "{codes:?}");
        let mut sources = files("src/session");
        sources.extend(files("src/platform"));
        sources.push("src/embed/keeper.rs".into());
        for path in sources {
            let mut source = read(&path);
            if path.ends_with("refold/api.rs") {
                // Keys are saved beyond the list.
                let (before, from) = source.split_once("    fn read_connected").unwrap();
                source = [before, from.split_once("\n    }").unwrap().1].concat();
            }
            let named: Vec<_> = codes.iter().filter(|code| source.contains(*code)).collect();
            assert!(named.is_empty(), "{}: {named:?}", path.display());
        }
    }

    fn read(path: &Path) -> String {
        std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
    }

    /// Sources in a folder and those within.
    fn files(folder: &str) -> Vec<PathBuf> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let (mut folders, mut files) = (vec![root.join(folder)], Vec::new());
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() { folders.push(path) } else { files.push(path) }
            }
        }
        files.retain(|path| path.extension().is_some_and(|end| end == "rs"));
        files
    }

    type Place = (&'static str, &'static str);

    /// The text of every function, by its module and its name.
    fn functions(folder: &str) -> BTreeMap<Place, String> {
        let mut functions = BTreeMap::<Place, String>::new();
        for path in files(folder) {
            let module: &str = path.file_stem().unwrap().to_str().unwrap().to_owned().leak();
            let mut place = (module, "");
            for line in read(&path).lines().map(str::trim_start).filter(|line| !line.starts_with("//")) {
                if let Some((before, after)) = line.split_once("fn ")
                    && before.split_whitespace().all(|word| word == "const" || word.starts_with("pub"))
                {
                    place.1 = after.split(['(', '<']).next().unwrap().to_owned().leak();
                }
                *functions.entry(place).or_default() += line;
            }
        }
        functions
    }

    /// The functions that may be called, starting from one of them, without a certain one. A call that could be one of
    /// several is taken for all of them.
    fn reached(functions: &BTreeMap<Place, String>, from: Place, without: &str) -> BTreeSet<Place> {
        let in_name = |letter: char| letter.is_alphanumeric() || letter == '_';
        let (mut reached, mut new) = (BTreeSet::new(), vec![from]);
        while let Some(place) = new.pop() {
            if place.1 == without || !reached.insert(place) {
                continue;
            }
            let text = &functions[&place];
            let imported: BTreeSet<&str> = functions[&(place.0, "")].split(|letter| !in_name(letter)).collect();
            let calls = |(&(module, name), own): (&Place, &String)| {
                let call = |(at, _): (usize, &str)| {
                    let before = text[..at].trim_end_matches("::");
                    let word = before.rsplit(|letter| !in_name(letter)).next().unwrap();
                    match (before.len() < at, before.ends_with('.')) {
                        (true, _) => word == module || word.starts_with(char::is_uppercase),
                        (_, true) => ["(self", "(&self", "(&mut self"].iter().any(|by| own.contains(by)),
                        _ => {
                            word.is_empty()
                                && (module == place.0 || imported.contains(module) && imported.contains(name))
                        }
                    }
                };
                !name.is_empty() && text.match_indices(&format!("{name}(")).any(call)
            };
            new.extend(functions.iter().filter(|function| calls(*function)).map(|(place, _)| *place));
        }
        reached
    }
}

//! The words of every language besides English, for hosts that link the crate: each costs bytes only where it is used.
//!
//! ```ignore
//! connect_flow::view::register("de", js_sys::JSON::parse(connect_flow::locales::DE)?);
//! ```
//!
//! Each is a JSON object of texts by key with the keys of `locales/en.json`. The npm package loads the same files.

pub const AR: &str = include_str!("../locales/ar.json");
pub const DE: &str = include_str!("../locales/de.json");
pub const ES: &str = include_str!("../locales/es.json");
pub const FR: &str = include_str!("../locales/fr.json");
pub const HE: &str = include_str!("../locales/he.json");
pub const JA: &str = include_str!("../locales/ja.json");
pub const PT_BR: &str = include_str!("../locales/pt-BR.json");
pub const ZH_HANS: &str = include_str!("../locales/zh-Hans.json");

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::platform::json::Value;
    use std::collections::{BTreeMap, BTreeSet};

    /// With the plural categories of whole numbers in CLDR.
    const LOCALES: [(&str, &str, &[&str]); 9] = [
        ("en", include_str!("../locales/en.json"), &["one", "other"]),
        ("ar", AR, &["zero", "one", "two", "few", "many", "other"]),
        ("de", DE, &["one", "other"]),
        ("es", ES, &["one", "many", "other"]),
        ("fr", FR, &["one", "many", "other"]),
        ("he", HE, &["one", "two", "other"]),
        ("ja", JA, &["other"]),
        ("pt-BR", PT_BR, &["one", "many", "other"]),
        ("zh-Hans", ZH_HANS, &["other"]),
    ];

    fn words(json: &str) -> BTreeMap<String, String> {
        let Some(Value::Object(members)) = Value::parse(json) else { return BTreeMap::new() };
        let count = members.len();
        let text = |value| match value {
            Value::Text(text) => text,
            other => format!("no text: {other:?}"),
        };
        let words: BTreeMap<_, _> = members.into_iter().map(|(key, value)| (key, text(value))).collect();
        assert_eq!(words.len(), count, "a key is there twice");
        words
    }

    fn read(path: &str) -> String {
        std::fs::read_to_string(format!("{}/{path}", env!("CARGO_MANIFEST_DIR"))).unwrap()
    }

    /// What the loader says before the wasm is there: its English is in the loader itself.
    fn loaders_words() -> BTreeSet<String> {
        let loader = read("www/life.js");
        let words = loader.split_once("const WORDS = {").unwrap().1.split_once("};").unwrap().0.to_owned();
        words.lines().filter_map(|line| Some(format!("error.{}", line.trim().split_once(": \"")?.0))).collect()
    }

    /// `{name}`s, in order of the alphabet.
    fn placeholders(text: &str) -> BTreeSet<&str> {
        text.split('{').skip(1).map(|rest| rest.split_once('}').unwrap().0).collect()
    }

    #[test]
    fn every_language_has_the_keys_of_english_and_its_own_plural_categories() {
        let english = words(LOCALES[0].1);
        let base = |key: &str| key.split('#').next().unwrap().to_owned();
        let plurals: BTreeSet<_> = english.keys().filter(|key| key.contains('#')).map(|key| base(key)).collect();
        assert!(english.len() > 150 && plurals.len() > 3 && loaders_words().len() > 3);
        for (locale, json, categories) in LOCALES {
            let found: BTreeSet<_> = words(json).into_keys().collect();
            let plain = english.keys().filter(|key| !key.contains('#')).cloned();
            let counted = plurals.iter().flat_map(|key| categories.iter().map(move |name| format!("{key}#{name}")));
            let mut wanted: BTreeSet<_> = plain.chain(counted).collect();
            if locale != "en" {
                wanted.extend(loaders_words());
            }
            let missing: Vec<_> = wanted.difference(&found).collect();
            let unknown: Vec<_> = found.difference(&wanted).collect();
            assert!(missing.is_empty() && unknown.is_empty(), "{locale}: missing {missing:?}, unknown {unknown:?}");
        }
    }

    #[test]
    fn every_text_has_the_placeholders_of_english() {
        let english = words(LOCALES[0].1);
        for (locale, json, _) in LOCALES {
            for (key, text) in words(json) {
                assert!(!text.trim().is_empty() && text.trim() == text, "{locale} {key}: {text:?}");
                let (name, category) = key.split_once('#').unwrap_or((&key, ""));
                let Some(model) = english.get(&key).or_else(|| english.get(&format!("{name}#other"))) else { continue };
                let (mut found, mut wanted) = (placeholders(&text), placeholders(model));
                // Forms for one fixed number may spell it out.
                if matches!(category, "zero" | "one" | "two") {
                    found.remove("count");
                    wanted.remove("count");
                }
                assert_eq!(found, wanted, "{locale} {key}: {text}");
            }
        }
    }

    #[test]
    fn every_language_is_published_and_found_by_the_loader() {
        let (manifest, loader) = (read("www/package.json"), read("www/locales.js"));
        for (locale, _, _) in &LOCALES[1..] {
            let file = format!("locales/{locale}.json\"");
            assert!(manifest.contains(&file) && loader.contains(&file), "{locale}");
        }
    }
}

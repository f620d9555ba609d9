//! The list's own copy of what it shows of each app, and the search in it: pure but for the browser's Unicode tables.

use crate::gather::Gather;
use crate::platform::model::App;
use js_sys::JsString;
use std::rc::Rc;

/// One app with what the list has worked out about it.
pub(super) struct Entry {
    pub(super) app: Rc<App>,
    pub(super) standing: Standing,
    /// The name, then everything else that is searched, both folded: where there is more than ASCII, and once searched.
    folded: Option<(String, String)>,
}

/// Where the app stands; rows come in this order.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    Attention,
    Connected,
    Free,
}

impl Standing {
    fn of(app: &App) -> Self {
        match (app.connected(), app.needs_attention()) {
            (_, true) => Self::Attention,
            (true, false) => Self::Connected,
            (false, false) => Self::Free,
        }
    }
}

impl Entry {
    fn of(app: &Rc<App>) -> Self {
        Self { app: Rc::clone(app), standing: Standing::of(app), folded: None }
    }

    /// Whether the name has all these folded words; `None` where one of them is nowhere.
    fn named(&mut self, words: &str) -> Option<bool> {
        if words.is_empty() {
            return Some(true);
        }
        let app = &self.app;
        if self.folded.is_none() && (!app.name.is_ascii() || any(app, "", |text, _| !text.is_ascii())) {
            let mut rest = String::new();
            for text in app.description.iter().chain(&app.tags) {
                rest.push_str(text);
                rest.push('\n');
            }
            self.folded = Some((fold(&app.name), fold(&rest)));
        }
        let (name, rest) = match &self.folded {
            Some((name, rest)) => (name, Some(rest)),
            None => (&app.name, None),
        };
        let mut named = true;
        for word in words.split_ascii_whitespace().filter(|word| !contains(name, word)) {
            named = false;
            let found = match rest {
                Some(rest) => contains(rest, word),
                None => any(app, word, contains),
            };
            if !found {
                return None;
            }
        }
        Some(named)
    }
}

/// Whether any text of an app but its name is so in regard to a word.
fn any(app: &App, word: &str, so: fn(&str, &str) -> bool) -> bool {
    app.description.iter().chain(&app.tags).any(|text| so(text, word))
}

/// All rows, and those that the search and the category leave, in their order.
#[derive(Default)]
pub(super) struct Index {
    pub(super) entries: Vec<Entry>,
    /// The apps that `entries` were made from: compared by identity, since the flow shares what did not change.
    apps: Option<Rc<Vec<Rc<App>>>>,
    pub(super) found: Vec<usize>,
    /// The categories, the most frequent first.
    pub(super) tags: Vec<String>,
    /// Counts the changes of `entries`.
    pub(super) version: u32,
}

/// Each standing, with the word in the name or without.
const RANKS: usize = 6;

/// More categories than this are no help in choosing.
const MOST_TAGS: usize = 8;

impl Index {
    /// Takes the apps over, if anything that is shown has changed.
    pub(super) fn update(&mut self, apps: &Rc<Vec<Rc<App>>>) {
        if !self.apps.as_ref().is_some_and(|known| Rc::ptr_eq(known, apps)) {
            self.apps = Some(Rc::clone(apps));
            self.version += 1;
            self.entries = apps.iter().map(Entry::of).gather();
            let mut counts: Vec<(&String, usize)> = Vec::new();
            for tag in apps.iter().flat_map(|app| &app.tags) {
                match counts.iter_mut().find(|(known, _)| *known == tag) {
                    Some((_, count)) => *count += 1,
                    None => counts.push((tag, 1)),
                }
            }
            self.tags.clear();
            while self.tags.len() < MOST_TAGS {
                // Of several that are as frequent, the one that comes first.
                let most = counts.iter_mut().rev().max_by_key(|(_, count)| *count);
                let Some((tag, count)) = most.filter(|(_, count)| *count > 0) else { break };
                self.tags.push(tag.clone());
                *count = 0;
            }
        }
    }

    /// The app in one place of what was found.
    pub(super) fn at(&self, place: usize) -> Option<&Entry> {
        self.found.get(place).and_then(|at| self.entries.get(*at))
    }

    /// Keeps the rows of the category that contain every word of the search: those that need the user first, then the
    /// connected ones, then those whose name matches, else in the platform's order.
    pub(super) fn filter(&mut self, search: &str, category: Option<&str>) {
        let words = fold(search.trim_ascii());
        let mut ranked = Vec::new();
        for (at, entry) in self.entries.iter_mut().enumerate() {
            if category.is_some_and(|category| !entry.app.tags.iter().any(|tag| tag == category)) {
                continue;
            }
            if let Some(named) = entry.named(&words) {
                ranked.push((2 * entry.standing as usize + usize::from(!named), at));
            }
        }
        // There are few ranks and many rows.
        self.found.clear();
        for rank in 0..RANKS {
            for (_, at) in ranked.iter().filter(|(known, _)| *known == rank) {
                self.found.push(*at);
            }
        }
    }
}

/// A search of a few folded letters in a line, whatever the case of its ASCII letters: the library's own is made for
/// long texts and costs more bytes than all of this.
fn contains(text: &str, word: &str) -> bool {
    let Some((first, more)) = word.as_bytes().split_first() else { return true };
    let mut rest = text.as_bytes();
    while let Some((letter, after)) = rest.split_first() {
        if letter.to_ascii_lowercase() == *first
            && after.get(..more.len()).is_some_and(|part| part.eq_ignore_ascii_case(more))
        {
            return true;
        }
        rest = after;
    }
    false
}

/// Without case and accents. Plain ASCII, the common case, needs no help from the browser.
fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let decomposed = String::from(JsString::from(text).normalize("NFKD").to_lower_case());
    decomposed.chars().filter(|letter| !('\u{300}'..='\u{36f}').contains(letter)).collect()
}

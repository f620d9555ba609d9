//! Every word the interface says, by key, in the language and with the replacements that the host chose.
//!
//! English is always there, its second part once a screen needs it; other languages are registered as plain objects when
//! they are loaded. Plurals, dates and numbers come from the browser's `Intl`.

use super::Ui;
use crate::cut::{cut, halves};
use crate::decimal::decimal;
use crate::english::{FIRST_WORDS, LATER_WORDS};
use crate::gather::keep;
use crate::object;
use js_sys::{Array, Function, JSON, Reflect};
use std::cell::RefCell;
use wasm_bindgen::{JsCast, JsValue};

/// Primary subtags that are written from right to left.
const RIGHT_TO_LEFT: [&str; 9] = ["ar", "ckb", "dv", "fa", "he", "ps", "ug", "ur", "yi"];

thread_local! {
    /// With the locale of each; of several for one locale an earlier one goes before a later one.
    static CATALOGS: RefCell<Vec<(String, JsValue)>> = RefCell::new(vec![english(FIRST_WORDS)]);
}

fn english(words: &str) -> (String, JsValue) {
    ("en".to_owned(), JSON::parse(words).unwrap_or_default())
}

/// Adds what the screens of one app say in English, behind what may have been registered in its place.
pub(super) fn complete() {
    CATALOGS.with_borrow_mut(|catalogs| catalogs.push(english(LATER_WORDS)));
}

/// Adds a language: a flat object of texts by key, shared by all instances. Set the locale only after this.
pub fn register(locale: &str, catalog: JsValue) {
    CATALOGS.with_borrow_mut(|catalogs| {
        keep(catalogs, |(known, _)| known != locale);
        catalogs.push((locale.to_owned(), catalog));
    });
}

/// The words of a language other than English, if they are registered.
pub fn registered(locale: &str) -> Option<JsValue> {
    let wanted = |(known, _): &&(String, JsValue)| known == locale && known != "en";
    CATALOGS.with_borrow(|catalogs| Some(catalogs.iter().find(wanted)?.1.clone()))
}

/// `"rtl"` or `"ltr"`, for the `dir` attribute: as a language in use is written.
pub(super) fn direction(language: &str) -> &'static str {
    if RIGHT_TO_LEFT.contains(&primary(language)) { "rtl" } else { "ltr" }
}

/// The language in use, for `lang`, dates and numbers: an unknown one is shown, and must be read out, in English.
pub(super) fn language(locale: &str) -> String {
    let known = |locale: &str| CATALOGS.with_borrow(|catalogs| catalogs.iter().any(|(known, _)| known == locale));
    if known(locale) || known(primary(locale)) { locale.to_owned() } else { "en".to_owned() }
}

fn primary(locale: &str) -> &str {
    cut(locale, b'-').0
}

impl Ui<'_> {
    /// The text of `key`.
    pub(super) fn t(&self, key: &str) -> String {
        self.find(key).unwrap_or_else(|| key.to_owned())
    }

    /// The text of `key` with its `{placeholders}` filled in.
    pub(super) fn fmt(&self, key: &str, values: &[(&str, &str)]) -> String {
        fill(&self.t(key), values)
    }

    /// The text of `key` with what it is about, the host's name and the platform's where it has a place for them.
    pub(super) fn words(&self, key: &str, about: &str) -> String {
        self.filled(&self.t(key), about)
    }

    /// What a text is about has one place in it, by one of three names.
    pub(super) fn filled(&self, text: &str, about: &str) -> String {
        let (host, platform) = (self.host(), self.platform());
        fill(text, &[("app", about), ("field", about), ("option", about), ("host", &host), ("platform", &platform)])
    }

    /// The text of `key` for `count` things, chosen by the language's plural rules; `{count}` is the number.
    pub(super) fn plural(&self, key: &str, count: usize, values: &[(&str, &str)]) -> String {
        let number = JsValue::from_f64(count as f64);
        let category = self.intl("PluralRules", "select", &number, &[]).unwrap_or_default();
        let text = self.find(&[key, "#", &category].concat()).unwrap_or_else(|| self.t(&[key, "#other"].concat()));
        let shown = self.intl("NumberFormat", "format", &number, &[]).unwrap_or_else(|| decimal(count));
        fill(&fill(&text, &[("count", &shown)]), values)
    }

    /// The day of an ISO 8601 time in the user's words; `None` if it is not one.
    pub(super) fn date(&self, iso: &str) -> Option<String> {
        self.time(iso, &[("dateStyle", "medium".into())])
    }

    /// The day and the time of an ISO 8601 time in the user's words and zone; `None` if it is not one.
    pub(super) fn moment(&self, iso: &str) -> Option<String> {
        self.time(iso, &[("dateStyle", "medium".into()), ("timeStyle", "short".into())])
    }

    fn time(&self, iso: &str, styles: &[(&str, JsValue)]) -> Option<String> {
        let time = js_sys::Date::parse(iso);
        (!time.is_nan()).then(|| self.intl("DateTimeFormat", "format", &JsValue::from_f64(time), styles))?
    }

    /// What to call the host's product.
    pub(super) fn host(&self) -> String {
        let set = Some(&self.settings.host_name).filter(|set| !set.is_empty());
        set.or(self.state.organisation.name.as_ref()).cloned().unwrap_or_else(|| self.t("host.unnamed"))
    }

    /// What to call the platform.
    pub(super) fn platform(&self) -> String {
        let set = &self.settings.platform_name;
        if set.is_empty() { self.t("platform.unnamed") } else { set.clone() }
    }

    fn find(&self, key: &str) -> Option<String> {
        let (replaced, locale) = (&self.settings.strings, &self.settings.locale);
        if let Some((_, text)) = replaced.iter().find(|(name, _)| name == key) {
            return Some(text.clone());
        }
        let name = JsValue::from_str(key);
        CATALOGS.with_borrow(|catalogs| {
            [locale, primary(locale), "en"].into_iter().find_map(|locale| {
                let mut of_locale = catalogs.iter().filter(|(known, _)| known == locale);
                of_locale.find_map(|(_, catalog)| Reflect::get(catalog, &name).ok()?.as_string())
            })
        })
    }

    /// Calls one method of one `Intl` formatter; a locale that the browser refuses falls back to its own default.
    fn intl(&self, kind: &str, method: &str, value: &JsValue, options: &[(&str, JsValue)]) -> Option<String> {
        let locale = language(&self.settings.locale);
        let options = object::plain(options);
        let intl = object::get(&js_sys::global(), "Intl").ok()?;
        let class = object::get(&intl, kind).ok()?.dyn_into::<Function>().ok()?;
        let make = |locale: JsValue| Reflect::construct(&class, &Array::of2(&locale, &options));
        let formatter = make(JsValue::from_str(&locale)).or_else(|_| make(JsValue::UNDEFINED)).ok()?;
        let method = object::get(&formatter, method).ok()?.dyn_into::<Function>().ok()?;
        method.call1(&formatter, value).ok()?.as_string()
    }
}

/// Single characters are searched for as lists of one: the standard library would bring a search by machine words.
pub(super) fn fill(template: &str, values: &[(&str, &str)]) -> String {
    let mut out = String::with_capacity(template.len() + 32);
    let mut rest = template;
    while let Some((before, after)) = halves(rest, b'{') {
        out.push_str(before);
        let Some((name, tail)) = halves(after, b'}') else {
            out.push('{');
            rest = after;
            continue;
        };
        match values.iter().find(|(known, _)| *known == name) {
            Some((_, value)) => out.push_str(value),
            // Left for a later pass.
            None => {
                out.push('{');
                out.push_str(name);
                out.push('}');
            }
        }
        rest = tail;
    }
    out.push_str(rest);
    out
}

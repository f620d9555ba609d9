//! Reading answers field by field: tolerant of what is missing, strange or new; never deeper than it needs.

use crate::cut::beginning;
use crate::gather::Gather;
use js_sys::{Array, JsString, Reflect};
use std::cell::RefCell;
use wasm_bindgen::{JsCast, JsValue};

/// Longer texts are cut, in UTF-16 code units: no name or sentence needs more.
const MAX_TEXT: u32 = 4_096;
/// Longer than any address that is opened, in UTF-16 units.
const MAX_ADDRESS: u32 = 16_384;

thread_local! {
    /// Keys as the browser's strings, by where they stand in the program: a long list asks for the same dozen again and
    /// again, and making one costs more than what it is for.
    static KEYS: RefCell<Vec<(&'static str, JsValue)>> = const { RefCell::new(Vec::new()) };
}

fn name(key: &'static str) -> JsValue {
    KEYS.with_borrow_mut(|keys| match keys.iter().find(|(known, _)| std::ptr::eq(*known, key)) {
        Some((_, name)) => name.clone(),
        None => {
            let name = JsValue::from_str(key);
            keys.push((key, name.clone()));
            name
        }
    })
}

/// One JSON value.
pub(super) struct Reader(JsValue);

impl Reader {
    pub(super) const fn new(value: JsValue) -> Self {
        Self(value)
    }

    pub(super) fn is_object(&self) -> bool {
        self.0.is_object()
    }

    /// Nothing of what is no object.
    pub(super) fn get(&self, key: &'static str) -> Self {
        Self(Reflect::get(&self.0, &name(key)).unwrap_or(JsValue::UNDEFINED))
    }

    /// A text that is not empty; numbers are read as text.
    pub(super) fn text(&self, key: &'static str) -> Option<String> {
        self.get(key).as_text()
    }

    /// The same, or another.
    pub(super) fn text_or(&self, key: &'static str, other: &str) -> String {
        self.text(key).unwrap_or_else(|| other.to_owned())
    }

    /// That of the first of these that has one.
    pub(super) fn first_text(&self, keys: &[&'static str]) -> Option<String> {
        keys.iter().find_map(|key| self.text(key))
    }

    pub(super) fn as_text(&self) -> Option<String> {
        if self.0.as_f64().is_none() {
            return self.cut(MAX_TEXT);
        }
        let number = js_sys::Number::unchecked_from_js_ref(&self.0).to_string_with_radix(10);
        number.ok().map(String::from)
    }

    /// The beginning of a text that is not empty.
    fn cut(&self, most: u32) -> Option<String> {
        let text = self.0.dyn_ref::<JsString>()?;
        Some(String::from(text.slice(0, most))).filter(|text| !text.is_empty())
    }

    /// A text that is worthless in part: whoever checks its length must see that it is too long.
    pub(super) fn address(&self, key: &'static str) -> Option<String> {
        self.get(key).cut(MAX_ADDRESS)
    }

    pub(super) fn flag(&self, key: &'static str) -> bool {
        self.get(key).0.as_bool() == Some(true)
    }

    /// The items of an array; none for anything else.
    pub(super) fn items(&self) -> impl Iterator<Item = Reader> {
        (0..self.length()).map(|at| Self(self.0.unchecked_ref::<Array>().get(at as u32)))
    }

    /// The texts among the items.
    pub(super) fn texts(&self) -> Vec<String> {
        self.items().filter_map(|item| item.as_text()).gather()
    }

    /// Of an array; nothing else has items.
    pub(super) fn length(&self) -> usize {
        self.0.dyn_ref::<Array>().map_or(0, |array| array.length() as usize)
    }

    pub(super) fn is_array(&self) -> bool {
        Array::is_array(&self.0)
    }
}

/// A sentence of the platform, short enough to be shown.
pub(super) fn sentence(text: &str) -> String {
    beginning(text, 300).to_owned()
}

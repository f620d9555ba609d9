//! Reading answers field by field: tolerant of what is missing, strange or new; never deeper than it needs.

use js_sys::{Array, JsString, Reflect};
use wasm_bindgen::{JsCast, JsValue};

/// Longer texts are cut, in UTF-16 code units: no name or sentence needs more.
const MAX_TEXT: u32 = 4_096;
/// Longer than any address that is opened, in UTF-16 units.
const MAX_ADDRESS: u32 = 16_384;

/// One JSON value.
pub(super) struct Reader(JsValue);

impl Reader {
    pub(super) const fn new(value: JsValue) -> Self {
        Self(value)
    }

    pub(super) fn is_object(&self) -> bool {
        self.0.is_object()
    }

    pub(super) fn get(&self, key: &str) -> Self {
        if !self.0.is_object() {
            return Self(JsValue::UNDEFINED);
        }
        Self(Reflect::get(&self.0, &key.into()).unwrap_or(JsValue::UNDEFINED))
    }

    /// A text that is not empty; numbers are read as text.
    pub(super) fn text(&self, key: &str) -> Option<String> {
        self.get(key).as_text()
    }

    pub(super) fn as_text(&self) -> Option<String> {
        let text = match self.0.dyn_ref::<JsString>() {
            Some(text) => text.clone(),
            None if self.0.as_f64().is_some() => {
                js_sys::Number::unchecked_from_js_ref(&self.0).to_string_with_radix(10).ok()?
            }
            None => return None,
        };
        Some(String::from(text.slice(0, MAX_TEXT))).filter(|text| !text.is_empty())
    }

    /// A text that is worthless in part: whoever checks its length must see that it is too long.
    pub(super) fn address(&self, key: &str) -> Option<String> {
        let text = self.get(key).0.dyn_into::<JsString>().ok()?;
        Some(String::from(text.slice(0, MAX_ADDRESS))).filter(|text| !text.is_empty())
    }

    pub(super) fn flag(&self, key: &str) -> bool {
        self.get(key).0.as_bool() == Some(true)
    }

    /// The items of an array; none for anything else.
    pub(super) fn items(&self) -> impl Iterator<Item = Reader> {
        let array = self.0.dyn_ref::<Array>().cloned();
        let length = array.as_ref().map_or(0, Array::length);
        (0..length).filter_map(move |index| array.as_ref().map(|array| Self(array.get(index))))
    }

    pub(super) fn is_array(&self) -> bool {
        Array::is_array(&self.0)
    }
}

/// A sentence of the platform, short enough to be shown.
pub(super) fn sentence(text: &str) -> String {
    text.chars().take(300).collect()
}

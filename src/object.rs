//! Objects of JavaScript, made and read member by member: what each step takes is compiled once.

use js_sys::{Object, Reflect};
use wasm_bindgen::{JsCast, JsValue};

/// A plain object.
pub(crate) fn plain(members: &[(&str, JsValue)]) -> Object {
    filled(Object::new(), members)
}

/// An object without a prototype: what a page has put into that of all others is not part of it.
pub(crate) fn bare(members: &[(&str, JsValue)]) -> Object {
    filled(Object::create(JsValue::NULL.unchecked_ref::<Object>()), members)
}

/// What an object has itself, in one without a prototype.
pub(crate) fn own(object: &JsValue) -> Object {
    Object::assign(&bare(&[]), object.unchecked_ref())
}

fn filled(object: Object, members: &[(&str, JsValue)]) -> Object {
    for (name, value) in members {
        set(&object, name, value);
    }
    object
}

/// Sets a member of an object that was made here, which takes any.
pub(crate) fn set(object: &Object, name: &str, value: &JsValue) {
    drop(Reflect::set(object, &name.into(), value));
}

/// A member of whatever it is; an error where asking throws.
pub(crate) fn get(object: &JsValue, name: &str) -> Result<JsValue, JsValue> {
    Reflect::get(object, &name.into())
}

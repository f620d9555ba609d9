//! A mapping: for each thing on the left, what is chosen or typed for it on the right.

use super::super::dom::{El, el};
use super::choose;
use super::field::Context;
use crate::flow::with_member;
use crate::platform::json::Value;
use crate::platform::model::config::{Choice, Mapping};
use std::rc::Rc;
use wasm_bindgen::JsCast;
use web_sys::HtmlInputElement;

pub(super) fn map(context: &Context, mapping: &Mapping) -> El {
    let titles = mapping.left_name.as_ref().zip(mapping.right_name.as_ref()).map(|(left, right)| {
        el("div.pairs.sub aria-hidden=true").child(el("span").text(left)).child(el("span").text(right))
    });
    el("div.map")
        .maybe(titles)
        .children(mapping.left.iter().enumerate().map(|(place, left)| row(context, mapping, place, left)))
}

fn row(context: &Context, mapping: &Mapping, place: usize, left: &Choice) -> El {
    let id = [&context.id, "-", &place.to_string()].concat();
    let name: Rc<str> = left.value.plain().unwrap_or_default().into();
    let (reading, member) = (context.clone(), Rc::clone(&name));
    let current = Rc::new(move || reading.current().and_then(|value| value.get(&member).cloned()));
    let saved = context.saved.as_ref().and_then(|saved| saved.get(&name)).cloned();
    let at = context.clone();
    let chosen = Rc::new(move |value: Option<Value>| {
        let object = at.current().unwrap_or(Value::Null);
        at.choose(with_member(&object, at.saved.as_ref(), &name, value.filter(|value| !value.is_empty())));
    });
    let control = match &mapping.right {
        Some(options) if mapping.multiple => {
            let chosen = Rc::new(move |value| chosen(Some(value)));
            choose::several(options, saved, current, chosen).with("role=group").attr("aria-labelledby", &id)
        }
        Some(options) => {
            let select = choose::one(context.ui, options, current().as_ref(), chosen);
            choose::framed(select.attr("aria-labelledby", &id))
        }
        None => {
            let input = el("input.input type=text dir=auto").attr("aria-labelledby", &id);
            let element: HtmlInputElement = input.element().clone().unchecked_into();
            element.set_value(current().as_ref().and_then(Value::plain).unwrap_or_default());
            input.on("input", move |_| chosen(Some(Value::Text(element.value()))))
        }
    };
    el("div.pairs").child(el("span").attr("id", &id).text(&left.name)).child(control)
}

//! Choosing among options whose values are texts or numbers: one in a selection, several in a list to tick.

use super::super::Ui;
use super::super::dom::{El, el};
use super::super::icon;
use crate::flow::put_in_order;
use crate::gather::Gather;
use crate::platform::json::Value;
use crate::platform::model::config::Choice;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use web_sys::HtmlInputElement;

/// A selection. Options are told apart by their place, because `1` and `"1"` are two values. What is chosen but no
/// longer offered stays in the list until something else is chosen.
pub(super) fn one(ui: Ui, options: &[Choice], current: Option<&Value>, chosen: Rc<dyn Fn(Option<Value>)>) -> El {
    let current = current.filter(|value| !value.is_empty());
    let known = options.iter().position(|option| Some(&option.value) == current);
    let option = |(place, option): (usize, &Choice)| {
        let made = el("option").attr("value", &place.to_string()).text(&option.name);
        if known == Some(place) { made.with("selected") } else { made }
    };
    let gone = current.filter(|_| known.is_none()).map(|value| {
        let name = value.plain().map_or_else(|| value.write(), str::to_owned);
        let text = move || ui.fmt("config.gone", &[("option", &name)]);
        el("option value=gone selected").text_with(text)
    });
    let values = options.iter().map(|option| option.value.clone()).gather();
    let select = el("select.input")
        .child(el("option value").say(ui, "field.choose"))
        .maybe(gone)
        .children(options.iter().enumerate().map(option));
    let element: HtmlInputElement = select.element().clone().unchecked_into();
    select.on("change", move |_| match element.value().as_str() {
        "gone" => {}
        place => chosen(place.parse().ok().and_then(|place: usize| values.get(place).cloned())),
    })
}

/// A selection with the sign that it is one.
pub(in crate::view) fn framed(select: El) -> El {
    el("div.control").child(select).child(icon::icon(icon::CHEVRON).class("i pick"))
}

/// A list to tick. What is chosen but no longer offered stays chosen; the order is the saved one, then the options'.
pub(super) fn several(
    options: &[Choice],
    saved: Option<Value>,
    current: Rc<dyn Fn() -> Option<Value>>,
    chosen: Rc<dyn Fn(Value)>,
) -> El {
    let saved = Rc::new(saved);
    let order: Rc<Vec<Value>> = Rc::new(options.iter().map(|option| option.value.clone()).gather());
    let line = |option: &Choice| {
        let value = option.value.clone();
        let box_ = el("input type=checkbox");
        let element: HtmlInputElement = box_.element().clone().unchecked_into();
        element.set_checked(current().is_some_and(|list| list.items().contains(&value)));
        let (current, chosen, saved, order) =
            (Rc::clone(&current), Rc::clone(&chosen), Rc::clone(&saved), Rc::clone(&order));
        let box_ = box_.on("change", move |_| {
            let mut list = current().map(|list| list.items().to_vec()).unwrap_or_default();
            list.retain(|item| *item != value);
            if element.checked() {
                list.push(value.clone());
            }
            let before = saved.as_ref().as_ref().map_or(&[][..], Value::items);
            let place = |item: &Value| {
                let known = before.iter().position(|value| value == item);
                known.unwrap_or_else(|| before.len() + order.iter().position(|value| value == item).unwrap_or(0))
            };
            put_in_order(&mut list, place);
            chosen(Value::List(list));
        });
        el("label.check").child(box_).child(el("span").text(&option.name))
    };
    el("div.checks").children(options.iter().map(line))
}

//! Choosing among options whose values are texts or numbers: one in a selection, several in a list to tick.

use super::super::Ui;
use super::super::dom::{El, el, value_of};
use super::super::icon;
use super::place::Place;
use crate::decimal::decimal;
use crate::gather::Gather;
use crate::platform::json::Value;
use crate::platform::model::config::Choice;
use crate::session::time;
use std::rc::Rc;

/// A selection. Options are told apart by their place, because `1` and `"1"` are two values. What is chosen but no
/// longer offered stays in the list until something else is chosen.
pub(super) fn one(ui: &Ui, place: &Rc<Place>, options: &[Choice], current: Option<&Value>) -> El {
    let current = current.filter(|value| !value.is_empty());
    let known = options.iter().position(|option| Some(&option.value) == current);
    let option = |(nth, option): (usize, &Choice)| {
        let made = el("option").attr("value", &decimal(nth)).text(&place.called(ui, option));
        if known == Some(nth) { made.with("selected") } else { made }
    };
    let gone = current.filter(|_| known.is_none()).map(|value| {
        let name = value.plain().map_or_else(|| value.write(), str::to_owned);
        el("option value=gone selected").say_of(ui, "config.gone", &name)
    });
    let values = options.iter().map(|option| option.value.clone()).gather();
    let select = el("select.input")
        .child(el("option value").say(ui, "field.choose"))
        .maybe(gone)
        .children(options.iter().enumerate().map(option));
    let place = Rc::clone(place);
    select.tells(ui, "change", move |ui, event| match value_of(event).as_str() {
        "gone" => None,
        nth => place.put(ui.state, time::decimal(nth.as_bytes()).and_then(|nth| values.get(nth as usize).cloned())),
    })
}

/// A selection with the sign that it is one.
pub(in crate::view) fn framed(select: El) -> El {
    el("div.control").child(select).child(icon::icon(icon::CHEVRON).class("i pick"))
}

fn items(list: Option<&Value>) -> &[Value] {
    list.map_or(&[], Value::items)
}

/// A list to tick. What is chosen but no longer offered stays chosen; the order is the saved one, then the options', then
/// what is neither.
pub(super) fn several(ui: &Ui, place: &Rc<Place>, options: &[Choice], current: Option<&Value>) -> El {
    let order = Rc::new(options.iter().map(|option| option.value.clone()).gather());
    let line = |(nth, option): (usize, &Choice)| {
        let box_ = el("input type=checkbox");
        let box_ = if items(current).contains(&option.value) { box_.with("checked") } else { box_ };
        let element = box_.element().clone();
        let (place, order) = (Rc::clone(place), Rc::clone(&order));
        let box_ = box_.tells(ui, "change", move |ui, _| {
            let (chosen, saved) = (items(place.value(ui.state)), items(place.saved(ui.state)));
            let mut list = Vec::new();
            let mut add = |value: &Value| {
                let ticked = match *value == order[nth] {
                    true => element.matches(":checked").unwrap_or(false),
                    false => chosen.contains(value),
                };
                if ticked {
                    list.push(value.clone());
                }
            };
            saved.iter().for_each(&mut add);
            for (at, value) in order.iter().enumerate() {
                if !saved.contains(value) && !order[..at].contains(value) {
                    add(value);
                }
            }
            for value in chosen {
                if !saved.contains(value) && !order.contains(value) {
                    add(value);
                }
            }
            place.put(ui.state, Some(Value::List(list)))
        });
        el("label.check").child(box_).child(el("span").text(&option.name))
    };
    el("div.checks").children(options.iter().enumerate().map(line))
}

//! A mapping: for each thing on the left, what is chosen or typed for it on the right.

use super::super::Ui;
use super::super::dom::{El, el, value_of};
use super::choose;
use super::place::Place;
use crate::decimal::decimal;
use crate::platform::json::Value;
use crate::platform::model::config::{Choice, Mapping};
use std::rc::Rc;

pub(super) fn map(ui: &Ui, place: &Place, id: &str, mapping: &Mapping) -> El {
    let titles = mapping.left_name.as_ref().zip(mapping.right_name.as_ref()).map(|(left, right)| {
        el("div.pairs.sub aria-hidden=true").child(el("span").text(left)).child(el("span").text(right))
    });
    let row = |(nth, left): (usize, &Choice)| {
        let member = place.member(left.value.plain().unwrap_or_default());
        row(ui, member, &[id, "-", &decimal(nth)].concat(), mapping, &left.name)
    };
    el("div.map").maybe(titles).children(mapping.left.iter().enumerate().map(row))
}

fn row(ui: &Ui, member: Rc<Place>, id: &str, mapping: &Mapping, name: &str) -> El {
    let current = member.value(ui.state);
    let control = match &mapping.right {
        Some(options) if mapping.multiple => {
            choose::several(ui, &member, options, current).with("role=group").attr("aria-labelledby", id)
        }
        Some(options) => choose::framed(choose::one(ui, &member, options, current).attr("aria-labelledby", id)),
        None => {
            let input = el("input.input type=text dir=auto").attr("aria-labelledby", id);
            input.set_value(current.and_then(Value::plain).unwrap_or_default());
            input.tells(ui, "input", move |ui, event| member.put(ui.state, Some(Value::Text(value_of(event)))))
        }
    };
    el("div.pairs").child(el("span").attr("id", id).text(name)).child(control)
}

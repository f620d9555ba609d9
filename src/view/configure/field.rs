//! One field of a configuration: label, control, help and what is wrong.

use super::super::Ui;
use super::super::dom::{El, el, value_of};
use super::super::labelled::Labelled;
use super::super::parts::{Weight, alert, bare_button};
use super::place::Place;
use super::{choose, configuring, map, rules};
use crate::cut::beginning;
use crate::decimal::decimal;
use crate::flow::{ConfigEvent, Event, Offer, State};
use crate::platform::json::Value;
use crate::platform::model::config::{ConfigField, FieldKind};
use std::rc::Rc;

pub(super) fn field(ui: &Ui, number: usize, field: &ConfigField) -> El {
    let (id, helped) = (["c", &decimal(number)].concat(), field.help.is_some());
    let labelled = Rc::new(Labelled { key: field.key.clone(), id, helped });
    let place = Place::of(&labelled);
    let body = if !field.editable() {
        kept(ui, field)
    } else if field.parent.is_none() || field.kind.options().is_none() {
        control(ui, &place, field, &field.kind)
    } else {
        dependent(ui, place)
    };
    let optional = !field.required && field.editable();
    labelled.frame(ui, &field.name, optional, field.help.as_deref(), body).attr("data-field", &field.key.id)
}

/// A field whose options depend on the value of another one.
fn dependent(ui: &Ui, place: Rc<Place>) -> El {
    let asked = Rc::clone(&place);
    el("div").slot(
        ui,
        move |ui, key| {
            let Some((offer, parent, value)) = offer(ui.state, &asked) else { return };
            key.text(parent);
            key.maybe(value.map(Value::write).as_deref());
            match offer {
                Offer::Ready(_) => key.number(0),
                Offer::Waiting => key.number(1),
                Offer::Loading => key.number(2),
                Offer::Failed(failure) => key.failure(&failure),
            }
        },
        move |ui| {
            let (offer, parent, _) = offer(ui.state, &place)?;
            let field = place.field(ui.state)?;
            let waiting = |key: &'static str| {
                let option = el("option value").say_of(ui, key, parent);
                place.labelled.tie(ui, el("select.input disabled").child(option), false)
            };
            Some(match offer {
                Offer::Ready(kind) => control(ui, &place, field, &kind),
                Offer::Waiting => waiting("config.waiting"),
                Offer::Loading => waiting("config.loading").with("aria-busy=true"),
                Offer::Failed(failure) => {
                    let key = place.key().clone();
                    let again = bare_button(Weight::Secondary)
                        .say(ui, "retry")
                        .tells(ui, "click", move |_, _| Some(Event::Config(ConfigEvent::OptionsRetried(key.clone()))));
                    el("div.stack").child(alert(ui, &failure, &field.name)).child(again)
                }
            })
        },
    )
}

/// What a field offers at the moment, and the name and the value of the field that it depends on.
fn offer<'a>(state: &'a State, place: &Place) -> Option<(Offer, &'a str, Option<&'a Value>)> {
    let (at, field) = (configuring(state)?, place.field(state)?);
    let config = at.config()?;
    let parent = config.parent(field);
    let name = parent.map_or("", |parent| &parent.name);
    Some((at.offer(field), name, parent.and_then(|parent| at.current(parent))))
}

fn control(ui: &Ui, place: &Rc<Place>, field: &ConfigField, kind: &FieldKind) -> El {
    let (labelled, current) = (&place.labelled, place.value(ui.state));
    let words = match kind {
        FieldKind::Text => "input.input autocomplete=off dir=auto type=text inputmode=text",
        FieldKind::Date => "input.input autocomplete=off dir=ltr type=date inputmode=none",
        FieldKind::Number => "input.input autocomplete=off dir=ltr type=text inputmode=decimal",
        FieldKind::Url => "input.input autocomplete=off dir=ltr type=url inputmode=url",
        FieldKind::Email => "input.input autocomplete=off dir=ltr type=email inputmode=email",
        FieldKind::Textarea => "textarea.input rows=4 dir=auto",
        FieldKind::Json => "textarea.input.mono rows=6 dir=ltr spellcheck=false",
        FieldKind::Select { options, multiple: false } => {
            return choose::framed(labelled.tie(ui, choose::one(ui, place, options, current), false));
        }
        FieldKind::Select { options, multiple: true } => {
            return labelled.tie(ui, choose::several(ui, place, options, current), true);
        }
        FieldKind::Map(mapping) => return labelled.tie(ui, map::map(ui, place, &labelled.id, mapping), true),
        FieldKind::Rules(_) => return labelled.tie(ui, rules::rules(ui, place), true),
        FieldKind::Unknown(_) => return kept(ui, field),
    };
    let control = labelled.tie(ui, el(words).attr("placeholder", &field.placeholder), false);
    control.set_value(&shown(ui.state, place, field));
    let key = place.key().clone();
    control.tells(ui, "input", move |_, event| {
        Some(Event::Config(ConfigEvent::Typed { field: key.clone(), text: value_of(event) }))
    })
}

/// What a text control shows: what was typed, else the value as text.
fn shown(state: &State, place: &Place, field: &ConfigField) -> String {
    let draft = configuring(state).and_then(|at| at.draft(place.key()));
    if let Some(text) = draft.and_then(|draft| draft.text.as_ref()) {
        return text.clone();
    }
    match (place.value(state), &*field.kind) {
        (None | Some(Value::Null), _) => String::new(),
        (Some(value), FieldKind::Json) => value.pretty(),
        // The control knows days only; a time that came with one stays until the day is changed.
        (Some(value), FieldKind::Date) => beginning(value.plain().unwrap_or_default(), 10).to_owned(),
        (Some(value), _) => value.plain().unwrap_or_default().to_owned(),
    }
}

/// A value that cannot be edited here: shown as it is, and never sent.
fn kept(ui: &Ui, field: &ConfigField) -> El {
    let value = field.saved().map(Value::pretty).unwrap_or_default();
    el("div.kept").child(el("pre tabindex=0 dir=ltr").text(&value)).child(el("p.sub").say(ui, "config.kept"))
}

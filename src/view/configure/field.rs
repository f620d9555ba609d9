//! One field of a configuration: label, control, help and what is wrong.

use super::super::Ui;
use super::super::dom::{El, el};
use super::super::fields::sentence;
use super::super::parts::{Weight, alert, bare_button};
use super::{choose, map, read, rules, send};
use crate::flow::{ConfigEvent, Fault, Offer};
use crate::platform::json::Value;
use crate::platform::model::config::{ConfigField, FieldKey, FieldKind};
use std::rc::Rc;
use wasm_bindgen::JsCast;
use web_sys::HtmlInputElement;

/// What the controls of a field share.
#[derive(Clone)]
pub(super) struct Context {
    pub(super) ui: Ui,
    pub(super) key: Rc<FieldKey>,
    /// Ids of the label and, once there, of help and error.
    pub(super) id: String,
    pub(super) saved: Option<Value>,
}

impl Context {
    /// The value that counts now.
    pub(super) fn current(&self) -> Option<Value> {
        read(self.ui, |at| {
            let config = at.config()?;
            at.current(&self.key, config.field(&self.key)?).cloned()
        })
    }

    pub(super) fn choose(&self, value: Value) {
        send(self.ui, ConfigEvent::Chosen { field: (*self.key).clone(), value });
    }

    fn fault(&self) -> Option<Fault> {
        read(self.ui, |at| at.faults.iter().find(|(key, _)| *key == *self.key).map(|(_, fault)| fault.clone()))
    }

    /// Ties a control to label, help and error.
    pub(super) fn described(&self, control: El, group: bool) -> El {
        let id = &self.id;
        let control = if group {
            control.with("role=group").attr("aria-labelledby", &["l", id].concat())
        } else {
            let invalid = self.clone();
            control.attr("id", id).with("part=input").state("aria-invalid", move || invalid.fault().is_some())
        };
        let (context, help, error) = (self.clone(), ["h", id].concat(), ["e", id].concat());
        control.attr_with("aria-describedby", move || {
            Some(if context.fault().is_some() { [&error, " ", &help].concat() } else { help.clone() })
        })
    }
}

pub(super) fn field(ui: Ui, number: usize, key: &Rc<FieldKey>, field: &ConfigField) -> El {
    let id = ["c", &number.to_string()].concat();
    let context = Context { ui, key: Rc::clone(key), id: id.clone(), saved: field.saved().cloned() };
    let (error, help, label) = (["e", &id].concat(), ["h", &id].concat(), ["l", &id].concat());
    let optional = (!field.required && field.editable()).then(|| el("span.sub").say(ui, "field.optional"));
    let name = el("label").attr("for", &id).attr("id", &label).with("part=label");
    let shown = context.clone();
    el("div.field")
        .attr("data-field", &field.id)
        .child(name.child(el("span").text(&field.name)).maybe(optional))
        .child(body(&context, field))
        .maybe(field.help.as_ref().map(|text| el("p.sub part=help").attr("id", &help).text(text)))
        .slot(
            move || shown.fault(),
            move |fault| {
                let line = el("p.wrong part=error").attr("id", &error);
                fault.clone().map(|fault| line.text_with(move || sentence(ui, &fault)))
            },
        )
}

fn body(context: &Context, field: &ConfigField) -> El {
    if !field.editable() {
        return kept(context.ui, field);
    }
    if field.parent.is_none() || field.kind.options().is_none() {
        return control(context, field, &field.kind);
    }
    let (ui, key, at, field) = (context.ui, Rc::clone(&context.key), context.clone(), field.clone());
    let (asked, of) = (Rc::clone(&key), field.clone());
    el("div").slot(
        move || {
            read(ui, |at| {
                let config = at.config()?;
                let key = config.parent(&asked, &of);
                let parent = key.as_ref().and_then(|key| Some((key, config.field(key)?)));
                let name = parent.map(|(_, parent)| parent.name.clone()).unwrap_or_default();
                let value = parent.and_then(|(key, parent)| at.current(key, parent).cloned());
                Some((at.offer(&asked, &of), name, value))
            })
        },
        move |offered| {
            let (offer, parent, _) = offered.as_ref()?;
            let waiting = |key: &'static str| {
                let parent = parent.clone();
                let text = move || ui.fmt(key, &[("field", &parent)]);
                let option = el("option value").text_with(text);
                at.described(el("select.input disabled").child(option), false)
            };
            Some(match offer {
                Offer::Ready(kind) => control(&at, &field, kind),
                Offer::Waiting => waiting("config.waiting"),
                Offer::Loading => waiting("config.loading").with("aria-busy=true"),
                Offer::Failed(failure) => {
                    let key = Rc::clone(&key);
                    let again = bare_button(Weight::Secondary)
                        .say(ui, "retry")
                        .on("click", move |_| send(ui, ConfigEvent::OptionsRetried((*key).clone())));
                    el("div.stack").child(alert(ui, failure, &field.name)).child(again)
                }
            })
        },
    )
}

fn control(context: &Context, field: &ConfigField, kind: &FieldKind) -> El {
    let input = |kind: &str, mode: &str| {
        el("input").attr("type", kind).attr("inputmode", mode).with("autocomplete=off dir=auto")
    };
    match kind {
        FieldKind::Text => typed(context, field, input("text", "text")),
        FieldKind::Date => typed(context, field, input("date", "none").with("dir=ltr")),
        FieldKind::Number => typed(context, field, input("text", "decimal").with("dir=ltr")),
        FieldKind::Url => typed(context, field, input("url", "url").with("dir=ltr")),
        FieldKind::Email => typed(context, field, input("email", "email").with("dir=ltr")),
        FieldKind::Textarea => typed(context, field, el("textarea rows=4 dir=auto")),
        FieldKind::Json => {
            let area = el("textarea rows=6 dir=ltr spellcheck=false");
            typed(context, field, area).attr("class", "input mono")
        }
        FieldKind::Select { options, multiple: false } => {
            let (at, clear) = (context.clone(), kind.cleared());
            let chosen = Rc::new(move |value: Option<Value>| at.choose(value.unwrap_or_else(|| clear.clone())));
            let select = choose::one(context.ui, options, context.current().as_ref(), chosen);
            choose::framed(context.described(select, false))
        }
        FieldKind::Select { options, multiple: true } => {
            let (at, reading) = (context.clone(), context.clone());
            let current = Rc::new(move || reading.current());
            let list = choose::several(options, context.saved.clone(), current, Rc::new(move |value| at.choose(value)));
            context.described(list, true)
        }
        FieldKind::Map(mapping) => context.described(map::map(context, mapping), true),
        FieldKind::Rules(columns) => context.described(rules::rules(context, columns), true),
        FieldKind::Unknown(_) => kept(context.ui, field),
    }
}

/// A control whose text is the value.
fn typed(context: &Context, field: &ConfigField, control: El) -> El {
    let control = context.described(control.class("input").attr("placeholder", &field.placeholder), false);
    let element: HtmlInputElement = control.element().clone().unchecked_into();
    element.set_value(&shown(context, field));
    let (ui, key, reading) = (context.ui, Rc::clone(&context.key), element.clone());
    control.on("input", move |_| {
        send(ui, ConfigEvent::Typed { field: (*key).clone(), text: reading.value() });
    })
}

/// What a text control shows: what was typed, else the value as text.
fn shown(context: &Context, field: &ConfigField) -> String {
    let (text, value) = read(context.ui, |at| match at.draft(&context.key) {
        Some(draft) => (draft.text.clone(), draft.value.clone()),
        None => (None, field.saved().cloned()),
    });
    if let Some(text) = text {
        return text;
    }
    match (value, &*field.kind) {
        (None | Some(Value::Null), _) => String::new(),
        (Some(value), FieldKind::Json) => value.pretty(),
        // The control knows days only; a time that came with one stays until the day is changed.
        (Some(value), FieldKind::Date) => value.plain().unwrap_or_default().chars().take(10).collect(),
        (Some(value), _) => value.plain().unwrap_or_default().to_owned(),
    }
}

/// A value that cannot be edited here: shown as it is, and never sent.
fn kept(ui: Ui, field: &ConfigField) -> El {
    let value = field.saved().map(Value::pretty).unwrap_or_default();
    el("div.kept").child(el("pre tabindex=0 dir=ltr").text(&value)).child(el("p.sub").say(ui, "config.kept"))
}

//! One edit: from what was typed or chosen to a value, and whether that is a change at all.

use super::Configuring;
use crate::gather::keep;
use crate::platform::json::Value;
use crate::platform::model::config::{Config, ConfigField, FieldKey, FieldKind};
use crate::space;
use std::rc::Rc;

/// What the user made of a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// What was typed, where that has to be read first.
    pub text: Option<String>,
    /// None while what was typed cannot be read.
    pub value: Option<Value>,
}

impl Draft {
    pub(super) fn of(value: Value) -> Self {
        Self { text: None, value: Some(value) }
    }

    pub fn value(&self) -> Option<&Value> {
        self.value.as_ref()
    }
}

/// Reads a text for a field. A number stays a text where the platform keeps it as one.
fn read(field: &ConfigField, text: String) -> Draft {
    let trimmed = space::trimmed(&text);
    let (typed, value) = match &*field.kind {
        FieldKind::Text | FieldKind::Textarea => return Draft::of(Value::Text(text)),
        kind if trimmed.is_empty() => (false, Some(kind.cleared())),
        FieldKind::Json => (true, Value::parse_typed(&text)),
        FieldKind::Number => {
            let kept_as_text = matches!(field.saved(), Some(Value::Text(_)));
            (true, number(trimmed).map(|value| if kept_as_text { Value::text(trimmed) } else { value }))
        }
        _ => (false, Some(Value::text(trimmed))),
    };
    Draft { text: typed.then_some(text), value }
}

/// A number as people write it, in JSON's grammar: `+5`, `.5` and `007` are numbers, too.
fn number(text: &str) -> Option<Value> {
    let mut written = String::new();
    let mut rest = text.as_bytes();
    if let [sign @ (b'-' | b'+'), after @ ..] = rest {
        if *sign == b'-' {
            written.push('-');
        }
        rest = after;
    }
    if !matches!(rest, [b'0'..=b'9' | b'.', ..]) {
        return None;
    }
    while let [b'0', after @ ..] = rest {
        rest = after;
    }
    if !matches!(rest, [b'0'..=b'9', ..]) {
        written.push('0');
    }
    // No number has a character of more than one byte.
    rest.iter().for_each(|byte| written.push(char::from(*byte)));
    crate::session::time::decimal(written.as_bytes()).map(|_| Value::Number(written))
}

/// Whether a draft says what the platform has already.
fn same(field: &ConfigField, draft: &Draft) -> bool {
    let Some(value) = draft.value() else { return false };
    match field.saved() {
        Some(saved) if saved == value => true,
        // The controls of texts show a number as text.
        Some(saved) if !saved.is_empty() => field.kind.is_text() && saved.plain() == value.plain(),
        _ => field.kind.says_nothing(value),
    }
}

/// Sets one member of an object, or takes it away, all of that name; a new one gets the place that `saved` gives it.
pub fn set_member(object: &mut Value, saved: Option<&Value>, name: &str, value: Option<Value>) {
    if !matches!(object, Value::Object(_)) {
        *object = Value::Object(Vec::new());
    }
    let Value::Object(members) = object else { return };
    let mut last = None;
    while let Some(at) = members.iter().position(|(known, _)| known == name) {
        drop(members.remove(at));
        last = Some(at);
    }
    if let Some(value) = value {
        let saved = saved.map_or(&[][..], Value::members);
        let place = |name: &str| saved.iter().position(|(known, _)| known == name).unwrap_or(usize::MAX);
        let own = place(name);
        let next = last.or_else(|| members.iter().position(|(other, _)| place(other) > own));
        members.insert(next.unwrap_or(members.len()), (name.to_owned(), value));
    }
}

impl Configuring {
    pub fn draft(&self, key: &Rc<FieldKey>) -> Option<&Draft> {
        self.edits.iter().find(|(edited, _)| edited == key).map(|(_, draft)| draft)
    }

    /// The value that counts now; `None` while there is none or what was typed is not one.
    pub fn current<'a>(&'a self, field: &'a ConfigField) -> Option<&'a Value> {
        match self.draft(&field.key) {
            Some(draft) => draft.value(),
            None => field.saved(),
        }
    }

    pub fn enabled(&self, workflow: &str) -> bool {
        let switched = self.switches.iter().find(|(id, _)| id == workflow).map(|(_, enabled)| *enabled);
        let saved = || self.config().and_then(|config| config.workflow(workflow)).is_some_and(|known| known.enabled);
        switched.unwrap_or_else(saved)
    }

    /// Takes a text that is typed, or a value that is chosen.
    pub(super) fn edit(&mut self, key: &FieldKey, made: Result<Value, String>) {
        let Some(config) = self.config().cloned() else { return };
        let Some(field) = config.field(key).filter(|field| field.editable()) else { return };
        let draft = match made {
            Ok(value) => Draft::of(value),
            Err(text) => read(field, text),
        };
        self.put(&field.key, (!same(field, &draft)).then_some(draft));
        self.forget_children(&config, field);
        self.touched();
    }

    /// Makes a draft the edit of a field, or none; what was wrong with the field was wrong with the last.
    fn put(&mut self, key: &Rc<FieldKey>, draft: Option<Draft>) {
        keep(&mut self.faults, |(faulty, _)| faulty != key);
        keep(&mut self.edits, |(edited, _)| edited != key);
        if let Some(draft) = draft {
            self.edits.push((key.clone(), draft));
        }
    }

    /// Choices under the old value of a parent mean nothing under the new one; under the saved one they are back.
    fn forget_children(&mut self, config: &Config, field: &ConfigField) {
        let mut changed = vec![&field.key];
        let mut at = 0;
        while let Some(parent) = changed.get(at).copied() {
            let restored = self.draft(parent).is_none();
            for child in &config.fields {
                if child.editable()
                    && child.kind.options().is_some()
                    && !changed.contains(&&child.key)
                    && config.parent(child).is_some_and(|known| known.key == *parent)
                {
                    let kept = restored || child.saved().is_none_or(Value::is_empty);
                    self.put(&child.key, (!kept).then(|| Draft::of(child.kind.cleared())));
                    changed.push(&child.key);
                }
            }
            at += 1;
        }
    }

    /// After a new state of the platform: edits that it has already are none any more.
    pub(super) fn settle(&mut self) {
        let Some(config) = self.config().cloned() else { return };
        keep(&mut self.edits, |(key, draft)| config.field(key).is_none_or(|field| !same(field, draft)));
        keep(&mut self.switches, |(id, enabled)| config.switches(id, *enabled));
    }
}

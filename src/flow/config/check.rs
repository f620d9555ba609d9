//! Checks of the fields before anything is sent, and what the platform says of them afterwards.

use super::{Configuring, Draft, Offer};
use crate::flow::fields::{is_email, is_url};
use crate::gather::Gather;
use crate::platform::json::Value;
use crate::platform::model::config::{Config, ConfigField, FieldKey, FieldKind};

/// Why a field is not accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    Required,
    NotAnEmail,
    NotAUrl,
    NotANumber,
    NotADate,
    NotJson,
    /// A condition lacks a part.
    Incomplete,
    /// The platform's own sentence; empty if it gave none.
    Refused(String),
}

/// The platform's complaints, at the fields they are about.
pub(super) fn refused(config: &Config) -> Vec<(FieldKey, Fault)> {
    let complaint = |(id, sentence): &(String, String)| {
        let inside = config.workflows.iter().find(|w| w.fields.iter().any(|field| field.id == *id));
        let outside = config.fields.iter().any(|field| field.id == *id);
        let workflow = inside.filter(|_| !outside).map(|workflow| workflow.id.clone());
        (FieldKey { workflow, id: id.clone() }, Fault::Refused(sentence.clone()))
    };
    config.field_errors.iter().map(complaint).gather()
}

impl Configuring {
    /// Everything that keeps the edits from being sent. Workflows that are off can stay unfinished.
    pub(super) fn check(&self, config: &Config) -> Vec<(FieldKey, Fault)> {
        let on = config.workflows.iter().filter(|workflow| self.enabled(&workflow.id));
        let lists = on.map(|workflow| (Some(&workflow.id), &workflow.fields));
        let mut faults = Vec::new();
        for (workflow, fields) in std::iter::once((None, &config.fields)).chain(lists) {
            for field in fields.iter().filter(|field| field.editable()) {
                let key = FieldKey { workflow: workflow.cloned(), id: field.id.clone() };
                faults.extend(self.fault(&key, field).map(|fault| (key, fault)));
            }
        }
        faults
    }

    fn fault(&self, key: &FieldKey, field: &ConfigField) -> Option<Fault> {
        let draft = self.draft(key);
        if let Some(Draft::Typed { value: None, .. }) = draft {
            return Some(if field.kind == FieldKind::Json { Fault::NotJson } else { Fault::NotANumber });
        }
        let value = self.current(key, field).filter(|value| !value.is_empty() && !field.kind.says_nothing(value));
        let Some(value) = value else {
            return (field.required && self.answerable(key, field)).then_some(Fault::Required);
        };
        // What the platform has and nobody changed is the platform's to judge.
        draft?;
        let text = value.plain().unwrap_or_default();
        match &field.kind {
            FieldKind::Email if !is_email(text) => Some(Fault::NotAnEmail),
            FieldKind::Url if !is_url(text) => Some(Fault::NotAUrl),
            FieldKind::Date if !is_date(text) => Some(Fault::NotADate),
            FieldKind::Rules(_) if !is_complete(value) => Some(Fault::Incomplete),
            _ => None,
        }
    }

    /// A choice among nothing cannot be asked for.
    fn answerable(&self, key: &FieldKey, field: &ConfigField) -> bool {
        match self.offer(key, field) {
            Offer::Ready(kind) => match &*kind {
                FieldKind::Select { options, .. } => !options.is_empty(),
                FieldKind::Map(mapping) => !mapping.left.is_empty(),
                _ => true,
            },
            _ => true,
        }
    }
}

/// `YYYY-MM-DD`, with or without a time behind it.
fn is_date(text: &str) -> bool {
    let day = text.get(..10).unwrap_or_default();
    let digits = day.bytes().enumerate().all(|(at, byte)| match at {
        4 | 7 => byte == b'-',
        _ => byte.is_ascii_digit(),
    });
    let number = |from: usize, to: usize| day.get(from..to).and_then(|part| part.parse::<u32>().ok()).unwrap_or(0);
    let length = match number(5, 7) {
        2 => 29,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    };
    digits && (text.len() == 10 || text.as_bytes().get(10) == Some(&b'T')) && (1..=length).contains(&number(8, 10))
}

/// Whether every condition has its three parts. What is of an unknown shape is not ours to judge.
fn is_complete(group: &Value) -> bool {
    group.get("conditions").map_or(&[][..], Value::items).iter().all(|condition| {
        if condition.get("conditions").is_some() {
            return is_complete(condition);
        }
        let filled = |name: &str| condition.get(name).is_some_and(|part| !part.is_empty());
        !matches!(condition, Value::Object(_)) || (filled("lhs") && filled("operator") && filled("rhs"))
    })
}

//! Checks of the fields before anything is sent, and what the platform says of them afterwards.

use super::{Configuring, Offer};
use crate::flow::fields::{is_email, is_url};
use crate::flow::state::{Fault, Faults};
use crate::gather::Gather;
use crate::platform::json::Value;
use crate::platform::model::config::{Config, ConfigField, FieldKey, FieldKind};
use crate::session::time::day;

/// The platform's complaints, at the fields they are about.
pub(super) fn refused(config: &Config) -> Faults {
    let complaint = |(id, sentence): &(String, String)| {
        let known = config.fields.iter().map(|field| &field.key).find(|key| key.id == *id);
        let key = known.cloned().unwrap_or_else(|| FieldKey::outside(id));
        (key, Fault::Refused(sentence.clone()))
    };
    config.field_errors.iter().map(complaint).gather()
}

impl Configuring {
    /// Everything that keeps the edits from being sent. Workflows that are off can stay unfinished.
    pub(super) fn check(&self, config: &Config) -> Faults {
        let mut faults = Vec::new();
        for field in &config.fields {
            let on = field.key.workflow.as_deref().is_none_or(|workflow| self.enabled(workflow));
            if on
                && field.editable()
                && let Some(fault) = self.fault(field)
            {
                faults.push((field.key.clone(), fault));
            }
        }
        faults
    }

    fn fault(&self, field: &ConfigField) -> Option<Fault> {
        let draft = self.draft(&field.key);
        if draft.is_some_and(|draft| draft.value.is_none()) {
            return Some(if let FieldKind::Json = *field.kind { Fault::NotJson } else { Fault::NotANumber });
        }
        let value = self.current(field).filter(|value| !value.is_empty() && !field.kind.says_nothing(value));
        let Some(value) = value else {
            return (field.required && self.answerable(field)).then_some(Fault::Required);
        };
        // What the platform has and nobody changed is the platform's to judge.
        draft?;
        let text = value.plain().unwrap_or_default();
        match *field.kind {
            FieldKind::Email if !is_email(text) => Some(Fault::NotAnEmail),
            FieldKind::Url if !is_url(text) => Some(Fault::NotAUrl),
            FieldKind::Date if !is_date(text) => Some(Fault::NotADate),
            FieldKind::Rules(_) if !is_complete(value) => Some(Fault::Incomplete),
            _ => None,
        }
    }

    /// A choice among nothing cannot be asked for.
    fn answerable(&self, field: &ConfigField) -> bool {
        let Offer::Ready(kind) = self.offer(field) else { return true };
        match &*kind {
            FieldKind::Select { options, .. } => !options.is_empty(),
            FieldKind::Map(mapping) => !mapping.left.is_empty(),
            _ => true,
        }
    }
}

/// `YYYY-MM-DD`, with or without a time behind it.
fn is_date(text: &str) -> bool {
    day(text).is_some_and(|time| matches!(time, [] | [b'T', ..]))
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

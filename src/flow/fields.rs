//! Checks of what was typed, before anything is sent.

use super::event::Typed;
use super::state::{Fault, FieldError};
use crate::gather::{Gather, keep};
use crate::platform::model::{InputField, InputKind};
use crate::space::{is_space, trimmed};

/// Trims what cannot have meaning at the ends (addresses, numbers, keys pasted with a line break) and reports every
/// field that the platform would refuse. Fields that were not asked for are dropped.
pub(crate) fn check(fields: &[InputField], typed: &mut Typed) -> Vec<FieldError> {
    keep(&mut typed.values, |(name, _)| fields.iter().any(|field| &field.name == name));
    typed.lists = fields.iter().filter(|field| field.multiple).map(|field| field.name.clone()).gather();
    for (name, value) in &mut typed.values {
        let multiline = fields.iter().any(|field| &field.name == name && field.kind == InputKind::Textarea);
        let meant = trimmed(value);
        if !multiline && meant.len() != value.len() {
            *value = zeroize::Zeroizing::new(meant.to_owned());
        }
    }
    fields
        .iter()
        .filter_map(|field| {
            let value =
                typed.values.iter().find(|(name, _)| name == &field.name).map_or("", |(_, value)| value.as_str());
            fault(field, value).map(|kind| FieldError { field: field.name.clone(), kind })
        })
        .gather()
}

fn fault(field: &InputField, value: &str) -> Option<Fault> {
    if trimmed(value).is_empty() {
        return field.required.then_some(Fault::Required);
    }
    match field.kind {
        InputKind::Email if !is_email(value) => Some(Fault::NotAnEmail),
        InputKind::Url if !is_url(value) => Some(Fault::NotAUrl),
        InputKind::Number if crate::session::time::decimal(value.as_bytes()).is_none() => Some(Fault::NotANumber),
        _ => None,
    }
}

/// As lenient as a mail server: something, an @, something, no space.
pub(super) fn is_email(value: &str) -> bool {
    let Some((local, domain)) = value.rsplit_once('@') else { return false };
    !local.is_empty() && !domain.is_empty() && !value.contains(is_space)
}

pub(super) fn is_url(value: &str) -> bool {
    let rest = value.strip_prefix("https://").or_else(|| value.strip_prefix("http://"));
    rest.is_some_and(|rest| !rest.is_empty() && !rest.starts_with('/')) && !value.contains(is_space)
}

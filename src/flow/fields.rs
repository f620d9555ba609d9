//! Checks of what was typed, before anything is sent.

use super::event::Typed;
use super::state::{Fault, Faults};
use crate::gather::keep;
use crate::platform::model::config::FieldKey;
use crate::platform::model::{InputField, InputKind};
use crate::space::{is_space, trimmed};
use zeroize::Zeroizing;

/// Trims what cannot have meaning at the ends (addresses, numbers, keys pasted with a line break) and reports every
/// field that the platform would refuse. Fields that were not asked for are dropped.
pub(crate) fn check(fields: &[InputField], typed: &mut Typed) -> Faults {
    keep(&mut typed.values, |(name, value)| {
        let Some(field) = fields.iter().find(|field| field.name == *name) else { return false };
        let meant = trimmed(value);
        if field.kind != InputKind::Textarea && meant.len() != value.len() {
            *value = Zeroizing::new(meant.to_owned());
        }
        true
    });
    let mut errors = Vec::new();
    for field in fields {
        if field.multiple {
            typed.lists.push(field.name.clone());
        }
        let value = typed.values.iter().find(|(name, _)| *name == field.name).map_or("", |(_, value)| value);
        if let Some(fault) = fault(field, value) {
            errors.push((FieldKey::outside(&field.name), fault));
        }
    }
    errors
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
    let at = value.bytes().rposition(|byte| byte == b'@');
    at.is_some_and(|at| at > 0 && at + 1 < value.len()) && !value.chars().any(is_space)
}

pub(super) fn is_url(value: &str) -> bool {
    let rest = value.strip_prefix("https://").or_else(|| value.strip_prefix("http://"));
    rest.is_some_and(|rest| !rest.is_empty() && !rest.starts_with('/')) && !value.chars().any(is_space)
}

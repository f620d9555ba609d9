//! Options that come from the platform only when they are known to be needed: of dependent fields, and of rules.

use super::{Configuring, Out, Page};
use crate::error::Failure;
use crate::flow::question::About;
use crate::flow::state::Loaded;
use crate::gather::keep;
use crate::platform::json::Value;
use crate::platform::model::config::{Config, ConfigField, FieldKey, FieldKind};
use std::mem::take;
use std::rc::Rc;

/// So many different left-hand sides of one list of rules are asked for; the rest gets what the field lists itself.
const MAX_RULES: usize = 50;

/// What the platform was asked about a field: its options under one value of its parent, or what can be compared with
/// one left-hand side.
#[derive(Clone, Debug, PartialEq)]
pub struct Asked {
    pub field: Rc<FieldKey>,
    pub value: Value,
    ask: u32,
    /// One of the field's rules, not the field itself.
    pub rule: bool,
    pub answer: Loaded<Rc<FieldKind>>,
}

impl Asked {
    fn is_about(&self, rule: bool, field: &Rc<FieldKey>, value: &Value) -> bool {
        self.rule == rule && self.field == *field && self.value == *value
    }
}

/// What a field offers at the moment.
#[derive(Clone, Debug, PartialEq)]
pub enum Offer {
    Ready(Rc<FieldKind>),
    /// Its parent has no value yet.
    Waiting,
    Loading,
    Failed(Failure),
}

impl Configuring {
    /// What `field` offers under the value that its parent has now.
    pub fn offer(&self, field: &ConfigField) -> Offer {
        let Some(config) = self.config() else { return Offer::Loading };
        match self.dependence(config, field) {
            Dependence::None => Offer::Ready(Rc::clone(&field.kind)),
            Dependence::Waiting => Offer::Waiting,
            Dependence::On(parent) => match self.resolution(&field.key, parent).map(|resolved| &resolved.answer) {
                Some(Loaded::Ready(kind)) => Offer::Ready(Rc::clone(kind)),
                Some(Loaded::Failed(failure)) => Offer::Failed(failure.clone()),
                Some(Loaded::Loading) | None => Offer::Loading,
            },
        }
    }

    fn resolution(&self, key: &Rc<FieldKey>, parent: &Value) -> Option<&Asked> {
        self.asked.iter().find(|asked| asked.is_about(false, key, parent))
    }

    fn dependence<'a>(&'a self, config: &'a Config, field: &ConfigField) -> Dependence<'a> {
        let Some(options) = field.kind.options() else { return Dependence::None };
        let Some(parent) = config.parent(field) else { return Dependence::None };
        match self.current(parent) {
            Some(value) if value.is_empty() => Dependence::Waiting,
            None => Dependence::Waiting,
            // What came with the configuration is right as long as the parent is as it was then.
            Some(_) if !options.is_empty() && self.draft(&parent.key).is_none() => Dependence::None,
            Some(value) => Dependence::On(value),
        }
    }

    /// Asks for what the page shown needs and nobody has asked for yet.
    pub(super) fn want(&mut self, out: &mut Out<'_>) {
        let Some(config) = self.config().cloned() else { return };
        let pages = take(&mut self.pages);
        if let Some(page) = pages.get(self.page) {
            self.want_for(&config, page, out);
        }
        self.pages = pages;
    }

    fn want_for(&mut self, config: &Config, page: &Page, out: &mut Out<'_>) {
        for field in page.fields() {
            let key = &field.key;
            if key.workflow.as_deref().is_some_and(|workflow| !self.enabled(workflow)) {
                continue;
            }
            if let FieldKind::Rules(_) = *field.kind {
                self.want_rules(field, out);
            }
            let Dependence::On(parent) = self.dependence(config, field) else { continue };
            if self.resolution(key, parent).is_some() {
                continue;
            }
            let (config_id, value) = (config.config_id.clone(), parent.clone());
            self.forget(key);
            let ask = out.ask(About::Options { config_id, field: key.clone(), parent: value.clone() });
            self.asked.push(Asked { field: key.clone(), value, ask, rule: false, answer: Loaded::Loading });
        }
    }

    fn want_rules(&mut self, field: &ConfigField, out: &mut Out<'_>) {
        let mut sides = Vec::new();
        if let Some(value) = self.current(field) {
            left_sides(value, &mut sides);
        }
        for value in &sides {
            let known = self.asked.iter().filter(|asked| asked.rule && asked.field == field.key).count();
            if known < MAX_RULES && !self.asked.iter().any(|asked| asked.is_about(true, &field.key, value)) {
                let field = field.key.clone();
                let ask = out.ask(About::Rule { field: field.clone(), lhs: value.clone() });
                self.asked.push(Asked { field, value: value.clone(), ask, rule: true, answer: Loaded::Loading });
            }
        }
    }

    pub(super) fn offered(&mut self, ask: u32, answer: Loaded<Rc<FieldKind>>) {
        if let Some(asked) = self.asked.iter_mut().find(|asked| asked.ask == ask) {
            asked.answer = answer;
        }
    }

    /// What a field offers is asked for again, if it is needed.
    pub(super) fn forget(&mut self, field: &Rc<FieldKey>) {
        keep(&mut self.asked, |asked| asked.rule || asked.field != *field);
    }
}

enum Dependence<'a> {
    None,
    Waiting,
    On(&'a Value),
}

fn left_sides(group: &Value, sides: &mut Vec<Value>) {
    for condition in group.get("conditions").map_or(&[][..], Value::items) {
        if condition.get("conditions").is_some() {
            left_sides(condition, sides);
        } else if let Some(lhs) = condition.get("lhs").filter(|lhs| lhs.plain().is_some() && !lhs.is_empty())
            && sides.len() < MAX_RULES
            && !sides.contains(lhs)
        {
            sides.push(lhs.clone());
        }
    }
}

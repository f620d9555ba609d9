//! Where a value is in a configuration: a whole field, a member of a mapping, a part of a rule.

use super::super::Ui;
use super::super::labelled::Labelled;
use super::configuring;
use crate::flow::{ConfigEvent, Event, State, rules, set_member};
use crate::platform::json::Value;
use crate::platform::model::config::{Choice, ConfigField, FieldKey};
use std::rc::Rc;

/// The places of groups and conditions from the root on.
pub(super) type Path = Rc<Vec<usize>>;

pub(super) struct Place {
    pub(super) labelled: Rc<Labelled>,
    part: Part,
}

enum Part {
    Whole,
    Member(String),
    /// A part of the group or the condition at a path, with the type of what it is compared with, where that is known.
    Rule {
        path: Path,
        name: &'static str,
        kind: Option<String>,
    },
}

impl Place {
    pub(super) fn of(labelled: &Rc<Labelled>) -> Rc<Self> {
        Rc::new(Self { labelled: Rc::clone(labelled), part: Part::Whole })
    }

    pub(super) fn member(&self, name: &str) -> Rc<Self> {
        self.part(Part::Member(name.to_owned()))
    }

    pub(super) fn rule(&self, path: &Path, name: &'static str, kind: Option<&str>) -> Rc<Self> {
        self.part(Part::Rule { path: Rc::clone(path), name, kind: kind.map(str::to_owned) })
    }

    fn part(&self, part: Part) -> Rc<Self> {
        Rc::new(Self { labelled: Rc::clone(&self.labelled), part })
    }

    pub(super) fn key(&self) -> &Rc<FieldKey> {
        &self.labelled.key
    }

    pub(super) fn field<'a>(&self, state: &'a State) -> Option<&'a Rc<ConfigField>> {
        configuring(state)?.config()?.field(self.key())
    }

    /// The value of the whole field that counts now.
    fn whole<'a>(&self, state: &'a State) -> Option<&'a Value> {
        configuring(state)?.current(self.field(state)?)
    }

    /// The value that counts now.
    pub(super) fn value<'a>(&self, state: &'a State) -> Option<&'a Value> {
        self.within(self.whole(state)?)
    }

    /// The value that the platform has.
    pub(super) fn saved<'a>(&self, state: &'a State) -> Option<&'a Value> {
        self.within(self.field(state)?.saved()?)
    }

    /// What is at this place of the whole.
    fn within<'a>(&self, whole: &'a Value) -> Option<&'a Value> {
        match &self.part {
            Part::Whole => Some(whole),
            Part::Member(name) => whole.get(name),
            Part::Rule { path, name, .. } => rules::at(whole, path)?.get(name),
        }
    }

    /// What an option is called there: operators that come without a name have one of ours.
    pub(super) fn called(&self, ui: &Ui, option: &Choice) -> String {
        match &self.part {
            Part::Rule { .. } if option.name.is_empty() => {
                ui.t(&["config.op.", option.value.plain().unwrap_or_default()].concat())
            }
            _ => option.name.clone(),
        }
    }

    /// All rules of the field.
    pub(super) fn root(&self, state: &State) -> Value {
        self.whole(state).filter(|value| !value.is_empty()).cloned().unwrap_or_else(rules::empty_group)
    }

    /// Puts a value there; without one nothing is left there.
    pub(super) fn put(&self, state: &State, value: Option<Value>) -> Option<Event> {
        if value.is_none() && matches!(self.part, Part::Rule { name: "logic", .. }) {
            return None;
        }
        let whole = match &self.part {
            Part::Whole => value.unwrap_or(Value::Null),
            Part::Member(name) => {
                let mut object = self.whole(state).cloned().unwrap_or(Value::Null);
                let saved = self.field(state).and_then(|field| field.saved());
                set_member(&mut object, saved, name, value.filter(|value| !value.is_empty()));
                object
            }
            Part::Rule { path, name, kind } => {
                let kind = kind.as_deref().unwrap_or("text");
                // Nothing that was compared with something else says anything of this.
                let others: &[(&str, Option<&str>)] = match *name {
                    "lhs" => &[("operator", Some("")), ("rhs", Some("")), ("type", None)],
                    "rhs" => &[("type", Some(kind))],
                    _ => &[],
                };
                let mut root = self.root(state);
                rules::set(&mut root, path, name, Some(value.unwrap_or_else(|| Value::text(""))));
                for (name, text) in others {
                    rules::set(&mut root, path, name, text.map(Value::text));
                }
                root
            }
        };
        self.choose(whole)
    }

    /// Makes this the value of the whole field.
    pub(super) fn choose(&self, value: Value) -> Option<Event> {
        Some(Event::Config(ConfigEvent::Chosen { field: self.key().clone(), value }))
    }
}

//! Saving: what is sent, and what of the edits is still one afterwards.

use super::{Configuring, Out, Page, Saving, Sent};
use crate::error::{Code, Failure};
use crate::flow::command::{Command, Notice, Outcome};
use crate::flow::question::{About, Found};
use crate::gather::{Gather, keep};
use crate::platform::json::Value;
use crate::platform::model::config::{Config, ConfigChange, ConfigField, WorkflowChange};
use std::rc::Rc;

impl Configuring {
    pub(super) fn save(&mut self, out: &mut Out<'_>) {
        let Some(config) = self.config().cloned().filter(|_| self.dirty() && !self.busy()) else { return };
        self.faults = self.check(&config);
        self.saving = Saving::Idle;
        if !self.faults.is_empty() {
            self.leaving = false;
            return self.show_fault();
        }
        let change = self.change_of(&config);
        self.sent = Sent { edits: self.edits.clone(), switches: self.switches.clone() };
        self.saving = Saving::Busy;
        self.change = out.ask(About::Save(change));
    }

    /// Turns to the first page with a fault, unless the one shown has any.
    fn show_fault(&mut self) {
        self.complaints += 1;
        let Some(config) = self.config().cloned() else { return };
        let faulty = |page: &Page| page.fields(&config).any(|field| self.faults.iter().any(|(at, _)| *at == field.key));
        if !self.pages.get(self.page).is_some_and(faulty) {
            self.page = self.pages.iter().position(faulty).unwrap_or(self.page);
        }
    }

    /// The edits in the order of the fields. Hidden fields have none, by construction.
    fn change_of(&self, config: &Config) -> ConfigChange {
        let changed = |fields: &[ConfigField]| -> Vec<(String, Value)> {
            let value = |field: &ConfigField| {
                let value = self.draft(&field.key)?.value()?;
                Some((field.key.id.clone(), value.clone()))
            };
            fields.iter().filter(|field| field.editable()).filter_map(value).gather()
        };
        let workflows = config.workflows.iter().filter_map(|workflow| {
            let fields = changed(&workflow.fields);
            let enabled = self.enabled(&workflow.id);
            let touched = !fields.is_empty() || enabled != workflow.enabled;
            touched.then(|| WorkflowChange { id: workflow.id.clone(), enabled, fields })
        });
        ConfigChange {
            config_id: config.config_id.clone(),
            fields: changed(&config.fields),
            workflows: workflows.gather(),
        }
    }

    /// Whether the screen is to be left: it was asked for, and nothing is left to lose.
    pub(super) fn saved(&mut self, answer: Result<Found, Failure>, out: &mut Out<'_>) -> bool {
        if !matches!(self.saving, Saving::Busy) {
            return false;
        }
        let sent = std::mem::take(&mut self.sent);
        match answer {
            Ok(Found::Config(config)) => self.accepted(config, sent, out),
            Ok(_) => {}
            Err(failure) => {
                out.report(&failure, "configure");
                self.leaving = false;
                // Somebody else changed it: what they made of it comes under the edits.
                if failure.code == Code::Conflict {
                    self.load(out);
                }
                self.saving = Saving::Failed(failure);
            }
        }
        self.leaving && !self.dirty()
    }

    fn accepted(&mut self, config: Rc<Config>, mut sent: Sent, out: &mut Out<'_>) {
        let refused = |id: &String| config.field_errors.iter().any(|(faulty, _)| faulty == id);
        keep(&mut sent.edits, |(key, _)| !refused(&key.id));
        let any = !sent.edits.is_empty() || sent.switches.iter().any(|(id, _)| !refused(id));
        keep(&mut self.edits, |edit| !sent.edits.contains(edit));
        keep(&mut self.switches, |switch| !sent.switches.contains(switch));
        let config_id = config.config_id.clone();
        self.take(config);
        if any {
            let outcome = Outcome::ConfigSaved { app: out.slug.to_owned(), config_id };
            out.commands.push(Command::Emit(Notice::Outcome(outcome)));
        }
        let faulty = !self.faults.is_empty();
        self.saving = if faulty || self.dirty() { Saving::Idle } else { Saving::Saved };
        if faulty {
            self.leaving = false;
            self.show_fault();
        }
    }
}

//! Saving: what is sent, and what of the edits is still one afterwards.

use super::{Configuring, Draft, Out, Page, Saving};
use crate::error::{Code, Failure};
use crate::flow::command::{Command, Notice, Outcome};
use crate::flow::question::{About, Found};
use crate::gather::keep;
use crate::platform::model::config::{Config, ConfigChange, Workflow};
use std::mem::take;
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
        self.saving = Saving::Busy;
        self.change = out.ask(About::Save(change));
    }

    /// Turns to the first page with a fault, unless the one shown has any.
    fn show_fault(&mut self) {
        self.complaints += 1;
        let faulty = |page: &Page| page.fields().any(|field| self.faults.iter().any(|(at, _)| *at == field.key));
        if !self.pages.get(self.page).is_some_and(faulty) {
            self.page = self.pages.iter().position(faulty).unwrap_or(self.page);
        }
    }

    /// The edits in the order of the fields. Hidden fields have none, by construction.
    fn change_of(&self, config: &Config) -> ConfigChange {
        let (mut fields, mut workflows) = (Vec::new(), Vec::new());
        for field in &config.fields {
            if field.editable()
                && let Some(value) = self.draft(&field.key).and_then(Draft::value)
            {
                fields.push((field.key.clone(), value.clone()));
            }
        }
        for Workflow { id, enabled: saved, .. } in &config.workflows {
            let enabled = self.enabled(id);
            if enabled != *saved || fields.iter().any(|(key, _)| key.workflow.as_ref() == Some(id)) {
                workflows.push((id.clone(), enabled));
            }
        }
        ConfigChange { config_id: config.config_id.clone(), fields, workflows }
    }

    /// Whether the screen is to be left: it was asked for, and nothing is left to lose.
    pub(super) fn saved(&mut self, change: &ConfigChange, answer: Result<Found, Failure>, out: &mut Out<'_>) -> bool {
        if !matches!(self.saving, Saving::Busy) {
            return false;
        }
        match answer {
            Ok(Found::Config(config)) => self.accepted(config, change, out),
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

    /// What was changed since it was sent is kept whatever the answer.
    fn accepted(&mut self, config: Rc<Config>, change: &ConfigChange, out: &mut Out<'_>) {
        let refused = |id: &String| config.field_errors.iter().any(|(faulty, _)| faulty == id);
        let switched = |id, enabled| self.config().is_some_and(|saved| saved.switches(id, enabled));
        let mut any = change.workflows.iter().any(|(id, enabled)| !refused(id) && switched(id, *enabled));
        for (key, value) in change.fields.iter().filter(|(key, _)| !refused(&key.id)) {
            any = true;
            keep(&mut self.edits, |(edited, draft)| edited != key || draft.value() != Some(value));
        }
        keep(&mut self.switches, |switch| !change.workflows.contains(switch));
        let config_id = config.config_id.clone();
        self.take(config);
        // What nobody can see or send any more is lost with this: its field is gone, or its workflow is off and it is no value.
        let mut edits = take(&mut self.edits);
        keep(&mut edits, |(key, draft)| {
            let there = self.config().and_then(|config| config.field(key)).is_some_and(|field| field.editable());
            there && (draft.value.is_some() || key.workflow.as_ref().is_none_or(|workflow| self.enabled(workflow)))
        });
        self.edits = edits;
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

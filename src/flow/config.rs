//! The configure screen: what the platform has, what the user changed of it, and what is sent of that.
//!
//! Edits are kept apart from saved values, by field: a failure, a reload or another page takes none of them away, and
//! only they are ever sent. Fields that are hidden, or of a type that is not known here, cannot be edited at all.

mod check;
mod draft;
mod event;
mod options;
mod pages;
pub mod rules;
mod save;
#[cfg(test)]
mod tests;

pub use draft::{Draft, set_member};
pub use event::ConfigEvent;
use options::Asked;
pub use options::Offer;
pub use pages::{Page, Section, Title};

use super::command::{Command, Notice};
use super::question::{About, Found, Question};
use super::runs::Runs;
use super::state::{Faults, Loaded, RemovalStage, Screen};
use crate::error::{Code, Failure};
use crate::gather::keep;
use crate::platform::model::config::{Config, FieldKey};
use std::mem::take;
use std::rc::Rc;

/// One configuration on screen.
#[derive(Clone, Debug, PartialEq)]
pub struct Configuring {
    pub content: Loaded<Rc<Config>>,
    /// The ids of the app's configurations, once they are known.
    pub ids: Rc<Vec<String>>,
    pub pages: Vec<Page>,
    pub page: usize,
    pub edits: Vec<(Rc<FieldKey>, Draft)>,
    /// Workflows switched on or off, by id.
    pub switches: Vec<(String, bool)>,
    /// In the order of the fields; a field that is not there is the platform's own complaint.
    pub faults: Faults,
    /// Counts the saves that did not go through because of faults.
    pub complaints: u32,
    /// What dependent fields offer, and what left-hand sides can be compared with.
    pub asked: Vec<Asked>,
    pub saving: Saving,
    /// Leaving was asked for while there are edits.
    pub leaving: bool,
    pub removal: Option<RemovalStage>,
    /// Rises when what the controls show was replaced by anything but typing.
    pub generation: u32,
    /// The configuration that was chosen; without one, the usual one.
    wanted: Option<String>,
    load: u32,
    listing: u32,
    change: u32,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Saving {
    Idle,
    Busy,
    Saved,
    Failed(Failure),
}

/// Where commands go, and the numbers that tell one question from the next.
pub(super) struct Out<'a> {
    pub(super) commands: &'a mut Vec<Command>,
    pub(super) last_ask: &'a mut u32,
    /// The app that the screen is about.
    pub(super) slug: &'a str,
}

impl Out<'_> {
    /// Asks the platform, and says by which number the answer is known.
    pub(super) fn ask(&mut self, about: About) -> u32 {
        *self.last_ask = self.last_ask.wrapping_add(1);
        self.commands.push(Question::command(*self.last_ask, self.slug.to_owned(), about));
        *self.last_ask
    }

    pub(super) fn report(&mut self, failure: &Failure, step: &'static str) {
        let notice = Notice::Error { failure: failure.clone(), step, app: Some(self.slug.to_owned()) };
        self.commands.push(Command::Emit(notice));
    }
}

/// Takes an event of configuring or of runs to the screen it is for; any other screen ignores it.
pub(super) fn step(screen: &mut Screen, event: ConfigEvent, out: &mut Out<'_>) {
    match (&mut *screen, event) {
        (Screen::App { .. } | Screen::Connected { .. }, ConfigEvent::Opened) => {
            *screen = Screen::Configure(Box::new(Configuring::open(None, out)));
        }
        (Screen::App { .. }, ConfigEvent::RunsOpened) => *screen = Screen::Runs(Box::new(Runs::open(out))),
        (Screen::Configure(configuring), event) => {
            if configuring.step(event, out) {
                *screen = Screen::App { removal: None };
            } else {
                configuring.want(out);
            }
        }
        (Screen::Runs(runs), event) => runs.step(event, out),
        _ => {}
    }
}

impl Configuring {
    fn open(wanted: Option<String>, out: &mut Out<'_>) -> Self {
        let mut opened = Self {
            content: Loaded::Loading,
            ids: Rc::default(),
            pages: Vec::new(),
            page: 0,
            edits: Vec::new(),
            switches: Vec::new(),
            faults: Vec::new(),
            complaints: 0,
            asked: Vec::new(),
            saving: Saving::Idle,
            leaving: false,
            removal: None,
            generation: 0,
            wanted,
            load: 0,
            listing: 0,
            change: 0,
        };
        opened.load(out);
        opened
    }

    /// Whether there is anything to save.
    pub fn dirty(&self) -> bool {
        !self.edits.is_empty() || !self.switches.is_empty()
    }

    pub fn config(&self) -> Option<&Rc<Config>> {
        match &self.content {
            Loaded::Ready(config) => Some(config),
            Loaded::Loading | Loaded::Failed(_) => None,
        }
    }

    pub fn busy(&self) -> bool {
        matches!(self.saving, Saving::Busy) || matches!(self.removal, Some(RemovalStage::Busy))
    }

    /// "Back": leaves at once, or asks in place when that would lose something.
    pub(super) fn back(&mut self) -> bool {
        let lost = self.dirty() || self.busy();
        self.leaving |= lost;
        !lost
    }

    /// Whether the screen is to be left.
    fn step(&mut self, event: ConfigEvent, out: &mut Out<'_>) -> bool {
        match event {
            ConfigEvent::Opened | ConfigEvent::RunsOpened => {}
            ConfigEvent::Typed { field, text } => self.edit(&field, Err(text)),
            ConfigEvent::Chosen { field, value } => self.edit(&field, Ok(value)),
            ConfigEvent::Switched { workflow, enabled } => self.switch(workflow, enabled),
            ConfigEvent::PageChosen(page) => self.show(page),
            ConfigEvent::ConfigChosen(id) => self.choose(id, out),
            ConfigEvent::OptionsRetried(field) => self.forget(&field),
            ConfigEvent::Save => self.save(out),
            ConfigEvent::Discard => self.discard(),
            ConfigEvent::LeaveConfirmed => return self.leaving && !self.busy(),
            ConfigEvent::LeaveDeclined => self.leaving = false,
            ConfigEvent::DeleteChosen => self.ask_removal(Some(RemovalStage::Asking)),
            ConfigEvent::DeleteDeclined => self.ask_removal(None),
            ConfigEvent::DeleteConfirmed => self.delete(out),
            ConfigEvent::Retry => self.reload(out),
            ConfigEvent::Answered(question, answer) => return self.answered(&question, answer, out),
            ConfigEvent::RunsPage(_) | ConfigEvent::RunsWorkflow(_) => {}
        }
        false
    }

    /// Whether the screen is to be left.
    fn answered(&mut self, question: &Question, answer: Result<Found, Failure>, out: &mut Out<'_>) -> bool {
        let number = question.number;
        match (&question.about, answer) {
            (About::Config(_), answer) if number == self.load => self.loaded(answer, out),
            // Without the list there is still the configuration itself: a failure changes nothing.
            (_, Ok(Found::Configs(ids))) if number == self.listing => self.ids = ids,
            (About::Save(change), answer) if number == self.change => return self.saved(change, answer, out),
            (About::Delete(_), answer) if number == self.change => return self.deleted(answer, out),
            (_, Ok(Found::Offer(kind))) => self.offered(number, Loaded::Ready(kind)),
            (About::Options { .. } | About::Rule { .. }, Err(failure)) => self.offered(number, Loaded::Failed(failure)),
            _ => {}
        }
        false
    }

    fn show(&mut self, page: usize) {
        self.page = page.min(self.pages.len().saturating_sub(1));
    }

    /// Edits belong to the configuration that they were made in.
    fn choose(&mut self, id: String, out: &mut Out<'_>) {
        if !self.dirty() && !self.busy() && self.ids.contains(&id) {
            let mut next = Self::open(Some(id), out);
            next.ids = take(&mut self.ids);
            (next.listing, next.generation) = (self.listing, self.generation + 1);
            *self = next;
        }
    }

    fn load(&mut self, out: &mut Out<'_>) {
        self.load = out.ask(About::Config(self.wanted.clone()));
    }

    fn switch(&mut self, workflow: String, enabled: bool) {
        let Some(saved) = self.config().and_then(|config| config.workflow(&workflow)).map(|known| known.enabled) else {
            return;
        };
        keep(&mut self.switches, |(id, _)| *id != workflow);
        if saved != enabled {
            self.switches.push((workflow, enabled));
        }
        self.touched();
    }

    /// Something was edited: what was said about the last save is no longer true.
    fn touched(&mut self) {
        if matches!(self.saving, Saving::Saved) {
            self.saving = Saving::Idle;
        }
        if !self.dirty() {
            self.leaving = false;
        }
    }

    fn discard(&mut self) {
        if matches!(self.saving, Saving::Busy) {
            return;
        }
        self.edits = Vec::new();
        self.switches = Vec::new();
        self.faults = Vec::new();
        self.saving = Saving::Idle;
        self.leaving = false;
        self.generation += 1;
    }

    fn reload(&mut self, out: &mut Out<'_>) {
        if let Loaded::Failed(_) = self.content {
            self.content = Loaded::Loading;
            self.load(out);
        }
    }

    fn loaded(&mut self, answer: Result<Found, Failure>, out: &mut Out<'_>) {
        match answer {
            Ok(Found::Config(config)) => {
                self.take(config);
                if self.listing == 0 {
                    self.listing = out.ask(About::Configs);
                }
            }
            Ok(_) => {}
            Err(failure) => {
                out.report(&failure, "configure");
                // A reload that failed leaves what is shown.
                if self.config().is_none() {
                    self.content = Loaded::Failed(failure);
                }
            }
        }
    }

    /// A new state of the platform comes under the edits.
    fn take(&mut self, config: Rc<Config>) {
        self.faults = check::refused(&config);
        self.pages = pages::of(&config);
        self.content = Loaded::Ready(config);
        self.generation += 1;
        keep(&mut self.asked, |asked| asked.rule);
        self.show(self.page);
        self.settle();
    }

    fn ask_removal(&mut self, stage: Option<RemovalStage>) {
        if !self.busy() {
            self.removal = stage;
        }
    }

    fn delete(&mut self, out: &mut Out<'_>) {
        if self.busy() || self.removal.is_none() {
            return;
        }
        let Some(config_id) = self.config().map(|config| config.config_id.clone()) else { return };
        self.removal = Some(RemovalStage::Busy);
        self.change = out.ask(About::Delete(config_id));
    }

    fn deleted(&mut self, answer: Result<Found, Failure>, out: &mut Out<'_>) -> bool {
        if !matches!(self.removal, Some(RemovalStage::Busy)) {
            return false;
        }
        match answer {
            Err(failure) if failure.code != Code::NotFound => {
                out.report(&failure, "configure");
                self.removal = Some(RemovalStage::Failed(failure));
                // "Back" meanwhile was not to be asked about: nothing was lost.
                self.leaving &= self.dirty();
                false
            }
            // Gone already is what was asked for.
            _ => true,
        }
    }
}

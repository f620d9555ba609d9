//! The last runs of an app's workflows, a page at a time; nothing can be changed here.

use super::config::{ConfigEvent, Out};
use super::question::{About, Found};
use super::state::Loaded;
use crate::error::{Code, Failure};
use crate::platform::model::config::{Config, RunPage};
use std::rc::Rc;

/// The platform knows runs by their workflow, not by their app: one workflow is shown at a time.
#[derive(Clone, Debug, PartialEq)]
pub struct Runs {
    /// Has the app's workflows, once they are known.
    pub config: Rc<Config>,
    /// The id of the workflow shown; empty while none is known.
    pub workflow: String,
    pub content: Loaded<Rc<RunPage>>,
    ask: u32,
    page: u32,
}

impl Runs {
    pub(super) fn open(out: &mut Out<'_>) -> Self {
        let (config, workflow) = (Rc::default(), String::new());
        let mut opened = Self { config, workflow, content: Loaded::Loading, ask: 0, page: 1 };
        opened.load(out);
        opened
    }

    pub(super) fn step(&mut self, event: ConfigEvent, out: &mut Out<'_>) {
        match event {
            ConfigEvent::Answered(question, answer) if question.number == self.ask => self.answered(answer, out),
            ConfigEvent::RunsPage(page) => {
                self.page = page.max(1);
                self.load(out);
            }
            ConfigEvent::RunsWorkflow(id) if self.config.workflow(&id).is_some() => {
                self.workflow = id;
                self.page = 1;
                self.load(out);
            }
            ConfigEvent::Retry if matches!(self.content, Loaded::Failed(_)) => self.load(out),
            _ => {}
        }
    }

    fn answered(&mut self, answer: Result<Found, Failure>, out: &mut Out<'_>) {
        let config = match answer {
            Ok(Found::Runs(page)) => return self.content = Loaded::Ready(page),
            Ok(Found::Config(config)) => config,
            // Never configured: nothing has run.
            Err(failure) if self.workflow.is_empty() && failure.code == Code::NotFound => Rc::default(),
            Err(failure) => {
                out.report(&failure, "runs");
                return self.content = Loaded::Failed(failure);
            }
            Ok(_) => return,
        };
        if let Some(first) = config.workflows.first() {
            self.workflow = first.id.clone();
            self.config = config;
            self.load(out);
        } else {
            self.content = Loaded::Ready(Rc::new(RunPage { runs: Vec::new(), page: 1, pages: 1 }));
        }
    }

    /// Asks for a page of runs, or first for the workflows.
    fn load(&mut self, out: &mut Out<'_>) {
        self.content = Loaded::Loading;
        let (workflow, page) = (self.workflow.clone(), self.page);
        self.ask = out.ask(if workflow.is_empty() { About::FindConfig } else { About::Runs { workflow, page } });
    }
}

//! The last runs of an app's workflows, a page at a time; nothing can be changed here.

use super::config::{ConfigCommand, ConfigEvent, Out};
use super::state::Loaded;
use crate::error::{Code, Failure};
use crate::gather::Gather;
use crate::platform::model::config::{Config, RunPage};
use std::rc::Rc;

/// The platform knows runs by their workflow, not by their app: one workflow is shown at a time.
#[derive(Clone, Debug, PartialEq)]
pub struct Runs {
    pub slug: String,
    /// Ids and names of the app's workflows.
    pub workflows: Vec<(String, String)>,
    /// The id of the workflow shown; empty while none is known.
    pub workflow: String,
    pub content: Loaded<Rc<RunPage>>,
    ask: u32,
    page: u32,
}

impl Runs {
    pub(super) fn open(slug: String, out: &mut Out<'_>) -> Self {
        let (workflows, workflow) = (Vec::new(), String::new());
        let mut opened = Self { slug, workflows, workflow, content: Loaded::Loading, ask: 0, page: 1 };
        opened.load(out);
        opened
    }

    pub(super) fn step(&mut self, event: ConfigEvent, out: &mut Out<'_>) {
        match event {
            ConfigEvent::Loaded { ask, result } if ask == self.ask => self.found(result, out),
            ConfigEvent::RunsLoaded { ask, result } if ask == self.ask => match result {
                Ok(page) => self.content = Loaded::Ready(page),
                Err(failure) => self.fail(failure, out),
            },
            ConfigEvent::RunsPage(page) => {
                self.page = page.max(1);
                self.load(out);
            }
            ConfigEvent::RunsWorkflow(id) if self.workflows.iter().any(|(known, _)| *known == id) => {
                self.workflow = id;
                self.page = 1;
                self.load(out);
            }
            ConfigEvent::Retry if matches!(self.content, Loaded::Failed(_)) => self.load(out),
            _ => {}
        }
    }

    fn found(&mut self, result: Result<Rc<Config>, Failure>, out: &mut Out<'_>) {
        let workflows = match result {
            Ok(config) => config.workflows.iter().map(|known| (known.id.clone(), known.name.clone())).gather(),
            // Never configured: nothing has run.
            Err(failure) if failure.code == Code::NotFound => Vec::new(),
            Err(failure) => return self.fail(failure, out),
        };
        if let Some((id, _)) = workflows.first() {
            self.workflow = id.clone();
            self.workflows = workflows;
            self.load(out);
        } else {
            self.content = Loaded::Ready(Rc::new(RunPage { runs: Vec::new(), page: 1, pages: 1 }));
        }
    }

    /// Asks for a page of runs, or first for the workflows.
    fn load(&mut self, out: &mut Out<'_>) {
        self.content = Loaded::Loading;
        self.ask = out.ask();
        let (ask, page, workflow) = (self.ask, self.page, self.workflow.clone());
        out.command(if workflow.is_empty() {
            ConfigCommand::Find { ask, slug: self.slug.clone() }
        } else {
            ConfigCommand::Runs { ask, workflow, page }
        });
    }

    fn fail(&mut self, failure: Failure, out: &mut Out<'_>) {
        out.report(&failure, "runs", &self.slug);
        self.content = Loaded::Failed(failure);
    }
}

//! Carries out what the configure screen and the runs want of the platform.

use super::instance::Core;
use crate::flow::{ConfigCommand, ConfigEvent, Event};
use crate::platform::Configure;
use crate::platform::model::config::FieldKind;
use std::rc::Rc;
use std::sync::Arc;

impl Core {
    pub(super) fn configure(self: &Rc<Self>, command: ConfigCommand) {
        let platform = &self.platform;
        let question = match command {
            ConfigCommand::Load { ask, slug, config_id } => {
                let question = platform.config(&slug, config_id.as_deref());
                question.then(move |result| ConfigEvent::Loaded { ask, result })
            }
            ConfigCommand::List { ask, slug } => {
                // Where the host has chosen there is nothing to choose from.
                let Some(question) = platform.configs(&slug) else { return };
                question.then(move |result| ConfigEvent::Listed { ask, result })
            }
            ConfigCommand::Find { ask, slug } => {
                platform.find_config(&slug).then(move |result| ConfigEvent::Loaded { ask, result })
            }
            ConfigCommand::Save { ask, slug, change } => {
                platform.save_config(&slug, change).then(move |result| ConfigEvent::Saved { ask, result })
            }
            ConfigCommand::Delete { ask, slug, config_id } => {
                let question = platform.delete_config(&slug, config_id.as_deref());
                question.then(move |result| ConfigEvent::Deleted { ask, result })
            }
            ConfigCommand::Options { ask, slug, config_id, field, parent } => {
                let question = platform.options(&slug, config_id.as_deref(), &field, parent);
                question.then(move |result| ConfigEvent::Options { ask, result: result.map(|field| field.kind) })
            }
            ConfigCommand::Rule { ask, slug, field, lhs } => {
                let question = platform.rule(&slug, &field, lhs);
                let kind = |columns| Arc::new(FieldKind::Rules(Arc::new(columns)));
                question.then(move |result| ConfigEvent::Options { ask, result: result.map(kind) })
            }
            ConfigCommand::Runs { ask, workflow, page } => {
                platform.runs(&workflow, page).then(move |result| ConfigEvent::RunsLoaded { ask, result })
            }
        };
        self.ask(question.then(Event::Config));
    }
}

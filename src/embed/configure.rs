//! Carries out what the configure screen and the runs want of the platform.

use super::instance::Core;
use crate::flow::{ConfigCommand, ConfigEvent, Event};
use crate::platform::Configure;
use std::rc::Rc;
use std::sync::Arc;

impl Core {
    pub(super) fn configure(self: &Rc<Self>, command: ConfigCommand) {
        self.request(|core| async move {
            let platform = &core.platform;
            Event::Config(match command {
                ConfigCommand::Load { ask, slug, config_id } => {
                    ConfigEvent::Loaded { ask, result: platform.config(&slug, config_id.as_deref()).await }
                }
                ConfigCommand::List { ask, slug } => ConfigEvent::Listed { ask, result: platform.configs(&slug).await },
                ConfigCommand::Find { ask, slug } => {
                    ConfigEvent::Loaded { ask, result: platform.find_config(&slug).await }
                }
                ConfigCommand::Save { ask, slug, change } => {
                    ConfigEvent::Saved { ask, result: platform.save_config(&slug, change).await }
                }
                ConfigCommand::Delete { ask, slug, config_id } => {
                    ConfigEvent::Deleted { ask, result: platform.delete_config(&slug, config_id.as_deref()).await }
                }
                ConfigCommand::Options { ask, slug, config_id, field, parent } => {
                    let result = platform.options(&slug, config_id.as_deref(), &field, parent).await;
                    ConfigEvent::Options { ask, result: result.map(|field| Arc::new(field.kind)) }
                }
                ConfigCommand::Rule { ask, slug, field, lhs } => {
                    ConfigEvent::Rule { ask, result: platform.rule(&slug, &field, lhs).await.map(Arc::new) }
                }
                ConfigCommand::Runs { ask, workflow, page } => {
                    ConfigEvent::RunsLoaded { ask, result: platform.runs(&workflow, page).await }
                }
            })
        });
    }
}

//! What the flow wants of the platform about one app: commands as requests, their answers as events.

use super::instance::Core;
use crate::error::Failure;
use crate::flow::{Command, ConfigCommand, ConfigEvent, Event};
use crate::platform::model::Authorization;
use crate::platform::{Answer, Call, Configure, Platform, Started};
use std::mem::take;

impl Core {
    /// The request that carries a command out, with what the command has to send: only what names the answer stays in it.
    /// Nothing where there is nothing to ask.
    pub(super) fn call_of(&self, command: &mut Command) -> Option<Call> {
        let platform = &self.platform;
        Some(match command {
            Command::LoadApp { slug } | Command::LoadBaseline { slug, .. } | Command::Poll { slug, .. } => {
                platform.app(slug)
            }
            Command::Authorize { slug, fields, .. } => platform.authorize(slug, &take(fields)),
            Command::SaveCredentials { slug, auth_type, fields, .. } => platform.save(slug, *auth_type, &take(fields)),
            Command::Disconnect { slug, auth_type } => platform.disconnect(slug, *auth_type),
            Command::Config(command) => match command {
                ConfigCommand::Load { slug, config_id, .. } => platform.config(slug, config_id.as_deref()),
                // Where the host has chosen there is nothing to choose from.
                ConfigCommand::List { slug, .. } => platform.configs(slug)?,
                ConfigCommand::Find { slug, .. } => platform.find_config(slug),
                ConfigCommand::Save { slug, change, .. } => platform.save_config(slug, take(change)),
                ConfigCommand::Delete { slug, config_id, .. } => platform.delete_config(slug, config_id.as_deref()),
                ConfigCommand::Options { slug, config_id, field, parent, .. } => {
                    platform.options(slug, config_id.as_deref(), field, take(parent))
                }
                ConfigCommand::Rule { slug, field, lhs, .. } => platform.rule(slug, field, take(lhs)),
                ConfigCommand::Runs { workflow, page, .. } => platform.runs(workflow, *page),
            },
            // All others concern the list, the window or the frame.
            _ => return None,
        })
    }

    /// What the answer to that request means.
    pub(super) fn event_of(&self, command: Command, answer: Answer) -> Event {
        let platform = &self.platform;
        match command {
            Command::LoadApp { slug } => {
                let result = platform.read_app(&slug, answer);
                Event::AppLoaded { slug, result }
            }
            Command::LoadBaseline { attempt, slug } => {
                Event::Baseline { attempt, result: platform.read_app(&slug, answer) }
            }
            Command::Poll { attempt, slug } => Event::Polled { attempt, result: platform.read_app(&slug, answer) },
            Command::Authorize { attempt, .. } => Event::Authorized { attempt, result: self.authorized(answer) },
            Command::SaveCredentials { attempt, .. } => {
                Event::CredentialsSaved { attempt, result: platform.read_saved(answer) }
            }
            Command::Disconnect { slug, .. } => Event::Disconnected { slug, result: answer.map(drop) },
            Command::Config(command) => Event::Config(match command {
                ConfigCommand::Load { ask, .. } | ConfigCommand::Find { ask, .. } => {
                    ConfigEvent::Loaded { ask, result: platform.read_config(answer) }
                }
                ConfigCommand::List { ask, .. } => ConfigEvent::Listed { ask, result: platform.read_configs(answer) },
                ConfigCommand::Save { ask, .. } => ConfigEvent::Saved { ask, result: platform.read_config(answer) },
                ConfigCommand::Delete { ask, .. } => ConfigEvent::Deleted { ask, result: answer.map(drop) },
                ConfigCommand::Options { ask, .. } => {
                    ConfigEvent::Options { ask, result: platform.read_options(answer) }
                }
                ConfigCommand::Rule { ask, .. } => ConfigEvent::Options { ask, result: platform.read_rule(answer) },
                ConfigCommand::Runs { ask, .. } => ConfigEvent::RunsLoaded { ask, result: platform.read_runs(answer) },
            }),
            // Nothing else asks.
            _ => Event::Tick,
        }
    }

    fn authorized(&self, answer: Answer) -> Result<Authorization, Failure> {
        match self.platform.read_started(answer)? {
            Started::At(address) => self.take_address(&address),
            Started::Connected => Ok(Authorization::Connected),
        }
    }
}

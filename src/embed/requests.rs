//! What the flow asks the platform: questions as requests, their answers as what was found.

use super::instance::Core;
use crate::error::Failure;
use crate::flow::{About, Found, Question};
use crate::platform::{Answer, Call, Configure, Platform, Started};
use std::mem::take;

impl Core {
    /// The request that asks it; what was typed does not stay in the question. Nothing where there is nothing to ask.
    pub(super) fn call_of(&self, question: &mut Question) -> Option<Call> {
        let (platform, slug) = (&self.platform, question.slug.as_str());
        Some(match &mut question.about {
            About::App | About::Baseline | About::Poll => platform.app(slug),
            About::Connect(auth_type, typed) => platform.connect(slug, *auth_type, &take(typed)),
            About::Disconnect(auth_type, _) => platform.disconnect(slug, *auth_type),
            About::Config(id) => platform.config(slug, id.as_deref()),
            About::FindConfig => platform.find_config(slug),
            // Where the host has chosen there is nothing to choose from.
            About::Configs => platform.configs(slug)?,
            About::Save(change) => platform.save_config(slug, change),
            About::Delete(id) => platform.delete_config(slug, id.as_deref()),
            About::Options { config_id, field, parent } => platform.options(slug, config_id.as_deref(), field, parent),
            About::Rule { field, lhs } => platform.rule(slug, field, lhs),
            About::Runs { workflow, page } => platform.runs(workflow, *page),
        })
    }

    /// What the answer to that request means.
    pub(super) fn found(&self, question: &Question, answer: Answer) -> Result<Found, Failure> {
        let platform = &self.platform;
        Ok(match question.about {
            About::App | About::Baseline | About::Poll => Found::App(platform.read_app(&question.slug, answer)?),
            About::Connect(auth_type, _) => match platform.read_connected(auth_type, answer)? {
                Started::At(address) => self.take_address(question.number, &address)?,
                Started::Connected => Found::Connected,
                Started::Saved => Found::Done,
            },
            About::Disconnect(..) | About::Delete(_) => {
                answer?;
                Found::Done
            }
            About::Config(_) | About::FindConfig | About::Save(_) => platform.read_config(answer)?,
            About::Configs => platform.read_configs(answer)?,
            About::Options { .. } => platform.read_options(answer)?,
            About::Rule { .. } => platform.read_rule(answer)?,
            About::Runs { .. } => platform.read_runs(answer)?,
        })
    }
}

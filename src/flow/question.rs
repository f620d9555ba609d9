//! What the platform is asked, and what its answers bring: a question comes back with its answer, so that nobody has to
//! remember what it was.

use super::command::Command;
use super::event::Typed;
use crate::platform::json::Value;
use crate::platform::model::config::{Config, ConfigChange, FieldKey, FieldKind, RunPage};
use crate::platform::model::{App, AuthType};
use std::rc::Rc;

#[derive(Debug)]
pub struct Question {
    /// The attempt that it belongs to, or a number of its own: by it an answer that comes too late is known. 0 of what is
    /// asked once at a time.
    pub number: u32,
    /// The app that it is about.
    pub slug: String,
    pub about: About,
}

impl Question {
    /// Boxed, since most of what is handed on is much smaller.
    pub(super) fn command(number: u32, slug: String, about: About) -> Command {
        Command::Ask(Box::new(Self { number, slug, about }))
    }
}

#[derive(Debug)]
pub enum About {
    /// How the app is now.
    App,
    /// Its accounts, as they are before anything of an attempt is sent.
    Baseline,
    /// The same while the attempt goes on.
    Poll,
    /// To connect it with what was typed. With OAuth the window goes on, unless the platform needs none.
    Connect(AuthType, Typed),
    /// To end its connections of that kind, which have these ids.
    Disconnect(AuthType, Vec<String>),
    /// A configuration of it, the usual one without an id, made if there is none.
    Config(Option<String>),
    /// The same, without making any.
    FindConfig,
    /// The ids of its configurations.
    Configs,
    Save(ConfigChange),
    Delete(Option<String>),
    /// What a field offers under its parent's value.
    Options {
        config_id: Option<String>,
        field: Rc<FieldKey>,
        parent: Value,
    },
    /// What can be compared with a left-hand side.
    Rule {
        field: Rc<FieldKey>,
        lhs: Value,
    },
    /// Runs of a workflow, by its id.
    Runs {
        workflow: String,
        page: u32,
    },
}

/// What the platform has.
#[derive(Clone, Debug)]
pub enum Found {
    App(Rc<App>),
    /// The user signs in at an address, which only the driver holds: it is a secret.
    Window,
    /// Client credentials: connected already.
    Connected,
    /// There is nothing more to say of it.
    Done,
    Config(Rc<Config>),
    Configs(Rc<Vec<String>>),
    Offer(Rc<FieldKind>),
    Runs(Rc<RunPage>),
}

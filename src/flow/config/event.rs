//! What can happen on the configure screen and on the runs, and what they want of the platform.

use crate::error::Failure;
use crate::platform::json::Value;
use crate::platform::model::config::{Config, ConfigChange, FieldKey, FieldKind, RunPage};
use std::rc::Rc;

/// Answers carry the number of their question: one that is not the latest is late, and ignored.
#[derive(Debug)]
pub enum ConfigEvent {
    // The user.
    /// "Configure".
    Opened,
    /// "Last runs".
    RunsOpened,
    /// The text of a text, number, date or JSON field.
    Typed {
        field: Rc<FieldKey>,
        text: String,
    },
    /// The value of any other field.
    Chosen {
        field: Rc<FieldKey>,
        value: Value,
    },
    Switched {
        workflow: String,
        enabled: bool,
    },
    PageChosen(usize),
    /// Another of the app's configurations, by its id; ignored while there are edits of this one.
    ConfigChosen(String),
    OptionsRetried(Rc<FieldKey>),
    Save,
    Discard,
    /// "Leave without saving".
    LeaveConfirmed,
    LeaveDeclined,
    DeleteChosen,
    DeleteConfirmed,
    DeleteDeclined,
    Retry,
    RunsPage(u32),
    /// Whose runs are shown, by the workflow's id.
    RunsWorkflow(String),

    // The platform.
    Loaded {
        ask: u32,
        result: Result<Rc<Config>, Failure>,
    },
    /// The ids of the app's configurations.
    Listed {
        ask: u32,
        result: Result<Rc<Vec<String>>, Failure>,
    },
    Saved {
        ask: u32,
        result: Result<Rc<Config>, Failure>,
    },
    Deleted {
        ask: u32,
        result: Result<(), Failure>,
    },
    /// What a field offers under its parent's value, or for a left-hand side.
    Options {
        ask: u32,
        result: Result<Rc<FieldKind>, Failure>,
    },
    RunsLoaded {
        ask: u32,
        result: Result<Rc<RunPage>, Failure>,
    },
}

#[derive(Debug)]
pub enum ConfigCommand {
    /// Gets a configuration of the app, the usual one without an id, or makes it.
    Load {
        ask: u32,
        slug: String,
        config_id: Option<String>,
    },
    List {
        ask: u32,
        slug: String,
    },
    /// As [`ConfigCommand::Load`], without making any.
    Find {
        ask: u32,
        slug: String,
    },
    Save {
        ask: u32,
        slug: String,
        change: ConfigChange,
    },
    Delete {
        ask: u32,
        slug: String,
        config_id: Option<String>,
    },
    Options {
        ask: u32,
        slug: String,
        config_id: Option<String>,
        field: Rc<FieldKey>,
        parent: Value,
    },
    Rule {
        ask: u32,
        slug: String,
        field: Rc<FieldKey>,
        lhs: Value,
    },
    Runs {
        ask: u32,
        workflow: String,
        page: u32,
    },
}

//! What can happen on the configure screen and on the runs.

use crate::error::Failure;
use crate::flow::question::{Found, Question};
use crate::platform::json::Value;
use crate::platform::model::config::FieldKey;
use std::rc::Rc;

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
    Answered(Box<Question>, Result<Found, Failure>),
}

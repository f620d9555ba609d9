//! What can happen: what the user does, what the platform answers, what the browser reports.

use super::config::ConfigEvent;
use super::question::{Found, Question};
use crate::error::Failure;
use crate::platform::model::{App, AuthType, Organisation};
use std::rc::Rc;
use zeroize::Zeroizing;

/// The values of one form as typed, by field name: wiped when dropped, redacted when printed.
#[derive(Default)]
pub struct Typed {
    /// A field that takes several values is there once for each.
    pub values: Vec<(String, Zeroizing<String>)>,
    /// The fields that take several values: sent as lists, however many there are.
    pub lists: Vec<String>,
}

impl From<Vec<(String, Zeroizing<String>)>> for Typed {
    fn from(values: Vec<(String, Zeroizing<String>)>) -> Self {
        Self { values, lists: Vec::new() }
    }
}

impl std::fmt::Debug for Typed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Typed(…)")
    }
}

#[derive(Debug)]
pub enum Event {
    // The user.
    SearchChanged(String),
    CategoryChosen(Option<String>),
    AppChosen(String),
    /// One step back; leaves an attempt under way.
    Back,
    /// "Connect", "Add another account" or "Reconnect" on the app's screen.
    ConnectChosen(AuthType),
    /// "Continue to ⟨App⟩". The driver must run the commands inside the same click.
    ConsentGiven,
    /// The form of [`super::Screen::Fields`].
    FieldsSubmitted(Typed),
    /// The form inside the isolated frame was filled in without a mistake; it waits for [`super::Command::ProceedInFrame`].
    FrameSubmitted,
    /// Opens the provider again: after a blocked or a lost window.
    OpenAgain,
    DisconnectChosen(AuthType),
    DisconnectConfirmed,
    DisconnectDeclined,
    Retry,
    Done,
    /// Of the configure screen and of the runs.
    Config(ConfigEvent),

    // The platform.
    AppsLoaded(Result<Vec<Rc<App>>, Failure>),
    /// Of a long list what stands on top, while the rest is being read.
    AppsArrived(Vec<Rc<App>>),
    OrganisationLoaded(Organisation),
    /// To [`super::Command::Ask`].
    Answered(Box<Question>, Result<Found, Failure>),

    // The browser.
    /// The isolated frame could not be shown.
    FrameFailed(Failure),
    PopupOpened {
        attempt: u32,
        opened: bool,
    },
    /// `popup.closed` turned true: a hint, never proof.
    PopupClosed {
        attempt: u32,
    },
    /// The page was focused or shown, a checked message came, or the user has finished: a reason to ask at once.
    Hint,
    Online(bool),
    /// Time passed; see [`super::Flow::next_wake`].
    Tick,

    // The session.
    /// There is a token that can be used.
    SessionActive,
    /// The token now belongs to another linked account or environment: nothing of the old one goes on.
    SessionReset,
    /// The host ended the session.
    Ended,
}

//! What the flow wants done: requests, the window of the provider, events for the host.

use super::question::Question;
use crate::error::Failure;
use crate::platform::model::AuthType;

#[derive(Debug)]
pub enum Command {
    LoadApps,
    /// Its answer comes as [`super::Event::Answered`].
    Ask(Box<Question>),
    /// Open the provider's window, blank. Only works inside the click that caused it.
    OpenPopup {
        attempt: u32,
    },
    /// Send the window to the address that [`super::About::Connect`] brought.
    NavigatePopup {
        attempt: u32,
    },
    ClosePopup {
        attempt: u32,
    },
    /// The frame may send what was typed into it.
    ProceedInFrame {
        attempt: u32,
    },
    /// The attempt is over without an account: the frame's fields can be used again.
    ReleaseFrame(Failure),
    /// Drop the answers of everything under way.
    AbortRequests,
    Emit(Notice),
}

/// What the host is told. Non-secret by construction: slugs, platform ids, codes.
#[derive(Clone, Debug, PartialEq)]
pub enum Notice {
    Ready,
    Closed { reason: CloseReason },
    Error { failure: Failure, step: &'static str, app: Option<String> },
    Activity { name: Activity, app: Option<String> },
    Outcome(Outcome),
}

/// What came of a choice of the user.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    AccountConnected { app: String, auth_type: AuthType, connection_id: Option<String> },
    AccountDisconnected { app: String, auth_type: AuthType, connection_ids: Vec<String> },
    ConfigSaved { app: String, config_id: Option<String> },
    ConsentGiven { app: String, scopes: Vec<String> },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CloseReason {
    /// The user pressed Done.
    Done,
    /// The host ended the session or removed the component.
    Ended,
}

/// One line for the host's log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Activity {
    Opened,
    AppChosen,
    Consent,
    ProviderOpened,
    Connected,
    Cancelled,
    Disconnected,
    /// The session token nears its end.
    Expiring,
    /// The session token is over.
    Expired,
    /// A fresh session token is in use.
    Renewed,
    /// A session token was refused, by the platform or by the component itself.
    Refused,
}

impl Activity {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Opened => "opened",
            Self::AppChosen => "app-chosen",
            Self::Consent => "consent",
            Self::ProviderOpened => "provider-opened",
            Self::Connected => "connected",
            Self::Cancelled => "cancelled",
            Self::Disconnected => "disconnected",
            Self::Expiring => "expiring",
            Self::Expired => "expired",
            Self::Renewed => "renewed",
            Self::Refused => "refused",
        }
    }
}

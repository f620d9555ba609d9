//! What the interface shows: one value, named after the screens, without any secret.

use super::config::Configuring;
use super::runs::Runs;
use crate::error::Failure;
use crate::platform::model::config::FieldKey;
use crate::platform::model::{Account, App, AuthType, Method, Organisation};
use std::rc::Rc;

/// Everything the view needs besides the session's own state.
#[derive(Clone, Debug, PartialEq)]
pub struct State {
    pub apps: Apps,
    pub organisation: Organisation,
    /// What the user looks for in the list.
    pub search: String,
    /// The category chosen in the list, as the platform's tag.
    pub category: Option<String>,
    /// The app that the screen is about: any but the list is about one.
    pub slug: Option<String>,
    pub screen: Screen,
    pub online: bool,
    /// The only app to show, when the host chose one: there is no list to go back to.
    pub pinned: Option<String>,
}

impl State {
    /// Before anything is known.
    pub fn empty() -> Self {
        Self {
            apps: Apps::Loading,
            organisation: Organisation::default(),
            search: String::new(),
            category: None,
            slug: None,
            screen: Screen::List,
            online: true,
            pinned: None,
        }
    }

    pub fn app(&self, slug: &str) -> Option<&Rc<App>> {
        match &self.apps {
            Apps::Ready(apps) => apps.iter().find(|app| app.slug == slug),
            Apps::Loading | Apps::Failed(_) => None,
        }
    }

    /// The app that the screen is about, once it is there.
    pub fn current_app(&self) -> Option<&App> {
        self.slug.as_deref().and_then(|slug| self.app(slug)).map(Rc::as_ref)
    }

    /// A way to connect that app.
    pub fn method(&self, auth_type: AuthType) -> Option<&Method> {
        self.current_app().and_then(|app| app.method(auth_type))
    }

    /// What is wrong in the form on screen.
    pub fn faults(&self) -> &[(Rc<FieldKey>, Fault)] {
        match &self.screen {
            Screen::Fields { errors, .. } => errors,
            Screen::Configure(at) => &at.faults,
            _ => &[],
        }
    }
}

/// Shared, so that a new state costs the same however many apps there are.
pub type Apps = Loaded<Rc<Vec<Rc<App>>>>;

/// One screen each; what a screen needs beyond the app itself is in its variant.
#[derive(Clone, Debug, PartialEq)]
pub enum Screen {
    /// Choose an app.
    List,
    /// One app: what it gives, its accounts, one action.
    App { removal: Option<Removal> },
    /// What connecting allows, before anything is sent.
    Consent { auth_type: AuthType },
    /// Keys, or what an OAuth app asks for before signing in. `framed`: an isolated frame holds the fields and shows
    /// what is wrong with them.
    Fields { auth_type: AuthType, framed: bool, busy: bool, problem: Option<Failure>, errors: Faults },
    /// The user signs in at the provider.
    Waiting { attempt: u32, stage: Stage },
    /// Done: as whom.
    Connected { account: Rc<Account> },
    /// What can be set for a connected app.
    Configure(Box<Configuring>),
    /// What its workflows did lately.
    Runs(Box<Runs>),
    /// Connecting failed; everything before it still stands.
    Failed { auth_type: AuthType, failure: Failure },
}

impl Screen {
    /// The name that `data-screen`, activity events and errors use.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::List => "list",
            Self::App { .. } => "app",
            Self::Consent { .. } => "consent",
            Self::Fields { auth_type: AuthType::OAuth2, .. } => "prerequisites",
            Self::Fields { auth_type: AuthType::KeyBased, .. } => "credentials",
            Self::Waiting { .. } => "waiting",
            Self::Connected { .. } => "connected",
            Self::Configure(_) => "configure",
            Self::Runs(_) => "runs",
            Self::Failed { .. } => "error",
        }
    }
}

/// Something that the platform is asked for.
#[derive(Clone, Debug, PartialEq)]
pub enum Loaded<T> {
    Loading,
    Failed(Failure),
    Ready(T),
}

/// Where secrets are typed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Entry {
    /// Nowhere: apps that ask for a secret cannot be connected.
    #[default]
    Missing,
    /// In an isolated frame, whose origin is not the host's.
    Frame,
    /// In the host's own page, where its scripts can read along.
    Inline,
}

/// Ending the connections of one kind of an app, spelled out in place.
#[derive(Clone, Debug, PartialEq)]
pub struct Removal {
    pub auth_type: AuthType,
    pub stage: RemovalStage,
}

impl Removal {
    pub const fn busy(&self) -> bool {
        matches!(self.stage, RemovalStage::Busy)
    }
}

#[derive(Clone, Debug, PartialEq)]
pub enum RemovalStage {
    Asking,
    Busy,
    Failed(Failure),
}

/// Where signing in at the provider is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// The window is open and blank while the platform is asked for the address.
    Preparing,
    /// The user is at the provider.
    SigningIn,
    /// The same for more than 20 seconds: the screen offers more help.
    SigningInLong,
    /// The browser blocked the window; the address is ready for a click of its own.
    Blocked,
    /// The window closed; the platform is asked whether the account arrived.
    Checking,
    /// The window closed and no account arrived. Only a hint: a window can look closed while it is open, so that the
    /// platform is still asked, slowly.
    Unfinished,
}

/// What is wrong in a form or a configuration, field by field.
pub type Faults = Vec<(Rc<FieldKey>, Fault)>;

/// Why a field's value is not accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    Required,
    NotAnEmail,
    NotAUrl,
    NotANumber,
    NotADate,
    NotJson,
    /// A condition lacks a part.
    Incomplete,
    /// The platform's own sentence; empty if it gave none.
    Refused(String),
}

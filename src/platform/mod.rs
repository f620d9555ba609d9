//! The platform's API: the only place that sends a request and the only caller of the session's token.
//!
//! A platform is a folder that implements [`Platform`]; `refold` is the first. What it answers is plain data
//! ([`model`]): the typed readers drop every field they do not know, so that no third-party secret gets past them.

pub mod json;
pub mod model;
pub mod refold;
#[cfg(any(test, target_arch = "wasm32"))]
mod seen;
pub(crate) mod write;

#[cfg(target_arch = "wasm32")]
mod http;
#[cfg(target_arch = "wasm32")]
mod read;
#[cfg(target_arch = "wasm32")]
mod transport;

#[cfg(target_arch = "wasm32")]
pub use http::capture;
#[cfg(target_arch = "wasm32")]
pub use transport::{Answer, Bearer, Call, ExtraHeaders, Origins, Transport};

#[cfg(target_arch = "wasm32")]
use {
    crate::error::Failure,
    crate::flow::Found,
    json::Value,
    model::{App, AuthType, Organisation, config},
    std::{future::Future, pin::Pin, rc::Rc},
};

/// Which of an app's configurations the host means, and what it adds to it.
#[cfg(target_arch = "wasm32")]
#[derive(Clone, Debug, Default)]
pub struct ConfigChoice {
    /// The host's own id of it; without one, the app's first.
    pub id: Option<String>,
    /// The host's labels for `map` fields, as JSON.
    pub labels: Option<String>,
}

/// How an authorization goes on.
#[cfg(target_arch = "wasm32")]
pub enum Started {
    /// The user signs in at this address: a secret that only the window may see.
    At(String),
    /// Client credentials: connected already.
    Connected,
    /// Keys, which the platform took.
    Saved,
}

/// The list of apps.
#[cfg(target_arch = "wasm32")]
pub enum Listed {
    Whole(Vec<Rc<App>>),
    /// Too long to be read in one go: those that are shown first, and all of them.
    Long(Vec<Rc<App>>, Pin<Box<dyn Future<Output = Vec<Rc<App>>>>>),
}

/// What the flow needs of a platform: requests as data, to be sent by [`Transport::ask`], and what their answers mean.
#[cfg(target_arch = "wasm32")]
pub trait Platform {
    fn apps(&self) -> Call;
    fn read_apps(&self, answer: Answer) -> Result<Listed, Failure>;
    fn app(&self, slug: &str) -> Call;
    /// The app of that slug and no other.
    fn read_app(&self, slug: &str, answer: Answer) -> Result<Rc<App>, Failure>;
    fn organisation(&self) -> Call;
    fn read_organisation(&self, answer: Answer) -> Result<Organisation, Failure>;
    /// `fields` go into the body: they may hold secrets.
    fn connect(&self, slug: &str, auth_type: AuthType, fields: &crate::flow::Typed) -> Call;
    fn read_connected(&self, auth_type: AuthType, answer: Answer) -> Result<Started, Failure>;
    /// Any good answer means that it is done.
    fn disconnect(&self, slug: &str, auth_type: AuthType) -> Call;
    /// The cheapest question that only a good token gets an answer to; sent with exactly the token it is about.
    fn probe(&self, lease: crate::session::Lease) -> Call;
    /// Best effort, outlives the page: `authorization` was prepared before the token was wiped.
    fn revoke(&self, authorization: js_sys::JsString);
}

/// What configuring needs of a platform.
#[cfg(target_arch = "wasm32")]
pub trait Configure {
    /// A configuration of the app, the usual one without an id, made with its defaults if there is none.
    fn config(&self, slug: &str, config_id: Option<&str>) -> Call;
    /// As [`Configure::config`]; none is `not_found`.
    fn find_config(&self, slug: &str) -> Call;
    /// Changes what is in `change` and nothing else; what was refused is in the answer's `field_errors`.
    fn save_config(&self, slug: &str, change: &config::ConfigChange) -> Call;
    /// Of any of the three.
    fn read_config(&self, answer: Answer) -> Result<Found, Failure>;
    /// The ids of those that can be chosen from; none where the host has chosen.
    fn configs(&self, slug: &str) -> Option<Call>;
    fn read_configs(&self, answer: Answer) -> Result<Found, Failure>;
    /// Any good answer means that it is done.
    fn delete_config(&self, slug: &str, config_id: Option<&str>) -> Call;
    /// What a field offers under this value of its parent.
    fn options(&self, slug: &str, config_id: Option<&str>, field: &config::FieldKey, parent: &Value) -> Call;
    fn read_options(&self, answer: Answer) -> Result<Found, Failure>;
    /// What a left-hand side can be compared with, and how: read as [`config::FieldKind::Rules`].
    fn rule(&self, slug: &str, field: &config::FieldKey, lhs: &Value) -> Call;
    fn read_rule(&self, answer: Answer) -> Result<Found, Failure>;
    /// Runs of a workflow, newest first; pages count from 1.
    fn runs(&self, workflow: &str, page: u32) -> Call;
    fn read_runs(&self, answer: Answer) -> Result<Found, Failure>;
}

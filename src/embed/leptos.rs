//! The Leptos component: typed props and callbacks over the same life as every other way in. On a server, a placeholder.

#![allow(unreachable_pub, reason = "the macro's function is re-exported by its module")]

#[cfg(target_arch = "wasm32")]
mod browser;
#[cfg(not(target_arch = "wasm32"))]
mod server;

#[cfg(target_arch = "wasm32")]
use browser as side;
#[cfg(not(target_arch = "wasm32"))]
use server as side;

use super::events::HostEvent;
use crate::settings::Settings;
use leptos::prelude::*;
use side::begin;
pub use side::{Handler, TokenSource};

/// A session token as your server minted it.
pub struct Grant {
    pub token: String,
    /// Seconds that it lives, as the platform told your server.
    pub expires_in: Option<f64>,
}

/// What one life of the component is given. On a server nothing reads it.
#[cfg_attr(not(target_arch = "wasm32"), allow(dead_code))]
struct Props {
    api_url: String,
    get_session_token: TokenSource,
    app: Option<String>,
    icon_origins: Vec<String>,
    frame_url: Option<String>,
    inline_credentials: bool,
    open_url: Option<Handler<String>>,
    settings: Signal<Settings>,
    handlers: [(&'static str, Option<Handler<HostEvent>>); 13],
}

/// An embedded connect flow.
///
/// Each `on_…` takes a closure and gets the event of its name with the details listed in
/// [`EVENTS`](super::events::EVENTS). What is a [`Signal`] may change while the flow goes on; everything else belongs to
/// one life of the component. A server, with the feature `ssr`, renders an empty element in which that life begins once
/// the page is hydrated.
#[component]
pub fn ConnectFlow(
    /// Base address of the platform's API, `https:` or loopback.
    #[prop(into)]
    api_url: String,
    /// Where session tokens come from.
    get_session_token: TokenSource,
    /// Slug of the only app to show.
    #[prop(optional, into)]
    app: Option<String>,
    /// Origins of app icons besides the API's own.
    #[prop(optional)]
    icon_origins: Vec<String>,
    /// Where the package's `frame.html` is served, on another origin than the page's: secrets are typed there.
    #[prop(optional, into)]
    frame_url: Option<String>,
    /// Ask for secrets in the page itself instead, where its scripts can read along.
    #[prop(optional)]
    inline_credentials: bool,
    /// Opens the address for signing in, where a page cannot open windows.
    #[prop(optional, into)]
    open_url: Option<Handler<String>>,
    /// Theme, language, names and texts.
    #[prop(optional, into)]
    settings: Signal<Settings>,
    #[prop(optional, into)] on_session_expiring: Option<Handler<HostEvent>>,
    #[prop(optional, into)] on_session_expired: Option<Handler<HostEvent>>,
    #[prop(optional, into)] on_session_renewed: Option<Handler<HostEvent>>,
    #[prop(optional, into)] on_session_renewal_failed: Option<Handler<HostEvent>>,
    #[prop(optional, into)] on_session_ended: Option<Handler<HostEvent>>,
    #[prop(optional, into)] on_account_connected: Option<Handler<HostEvent>>,
    #[prop(optional, into)] on_account_disconnected: Option<Handler<HostEvent>>,
    #[prop(optional, into)] on_config_saved: Option<Handler<HostEvent>>,
    #[prop(optional, into)] on_consent_given: Option<Handler<HostEvent>>,
    #[prop(optional, into)] on_flow_activity: Option<Handler<HostEvent>>,
    #[prop(optional, into)] on_flow_error: Option<Handler<HostEvent>>,
    #[prop(optional, into)] on_flow_ready: Option<Handler<HostEvent>>,
    #[prop(optional, into)] on_flow_closed: Option<Handler<HostEvent>>,
) -> impl IntoView {
    let host = NodeRef::new();
    let handlers = [
        ("session-expiring", on_session_expiring),
        ("session-expired", on_session_expired),
        ("session-renewed", on_session_renewed),
        ("session-renewal-failed", on_session_renewal_failed),
        ("session-ended", on_session_ended),
        ("account-connected", on_account_connected),
        ("account-disconnected", on_account_disconnected),
        ("config-saved", on_config_saved),
        ("consent-given", on_consent_given),
        ("flow-activity", on_flow_activity),
        ("flow-error", on_flow_error),
        ("flow-ready", on_flow_ready),
        ("flow-closed", on_flow_closed),
    ];
    let props = Props {
        api_url,
        get_session_token,
        app,
        icon_origins,
        frame_url,
        inline_credentials,
        open_url,
        settings,
        handlers,
    };
    begin(host, props);
    // Built without markup, so that Trusted Types have nothing to refuse.
    leptos::html::div().node_ref(host)
}

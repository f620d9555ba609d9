//! The Leptos component: typed props and callbacks over the same life as every other way in.

#![allow(unreachable_pub, reason = "the macro's function is re-exported by its module")]

use super::events::HostEvent;
use super::instance::Instance;
use super::options::{self, Options};
use crate::error::Failure;
use crate::view::{self, Settings};
use js_sys::{Function, Object, Promise, Reflect};
use leptos::callback::{Callable, UnsyncCallback};
use leptos::html::Div;
use leptos::prelude::*;
use std::future::Future;
use std::rc::Rc;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::future_to_promise;
use web_sys::{HtmlDivElement, HtmlElement, ShadowRootInit, ShadowRootMode};

/// A session token as your server minted it.
pub struct Grant {
    pub token: String,
    /// Seconds that it lives, as the platform told your server.
    pub expires_in: Option<f64>,
}

/// How the component gets session tokens: a call of your own server.
#[derive(Clone)]
pub struct TokenSource(Function);

impl TokenSource {
    /// `fetch` is given the reason: `initial`, `expiring`, `expired`, `rejected` or `manual`. `Ok(None)` means that
    /// nobody is signed in any more; `Err` that it is worth trying again.
    pub fn new<F>(fetch: impl Fn(String) -> F + 'static) -> Self
    where
        F: Future<Output = Result<Option<Grant>, ()>> + 'static,
    {
        let call = Closure::<dyn Fn(JsValue) -> Promise>::new(move |request: JsValue| {
            let answer = fetch(options::text(&request, "reason").unwrap_or_default());
            future_to_promise(async move {
                let Some(grant) = answer.await.map_err(|()| JsValue::UNDEFINED)? else { return Ok(JsValue::NULL) };
                let offer = Object::new();
                Reflect::set(&offer, &"token".into(), &grant.token.into())?;
                Reflect::set(&offer, &"expiresIn".into(), &grant.expires_in.into())?;
                Ok(offer.into())
            })
        });
        Self(call.into_js_value().unchecked_into())
    }
}

/// An embedded connect flow.
///
/// Each callback gets the event of its name with the details listed in [`EVENTS`](super::events::EVENTS). What is a
/// [`Signal`] may change while the flow goes on; everything else belongs to one life of the component.
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
    #[prop(optional)]
    open_url: Option<UnsyncCallback<String>>,
    /// Theme, language, names and texts.
    #[prop(optional, into)]
    settings: Signal<Settings>,
    #[prop(optional)] on_session_expiring: Option<UnsyncCallback<HostEvent>>,
    #[prop(optional)] on_session_expired: Option<UnsyncCallback<HostEvent>>,
    #[prop(optional)] on_session_renewed: Option<UnsyncCallback<HostEvent>>,
    #[prop(optional)] on_session_renewal_failed: Option<UnsyncCallback<HostEvent>>,
    #[prop(optional)] on_session_ended: Option<UnsyncCallback<HostEvent>>,
    #[prop(optional)] on_account_connected: Option<UnsyncCallback<HostEvent>>,
    #[prop(optional)] on_account_disconnected: Option<UnsyncCallback<HostEvent>>,
    #[prop(optional)] on_config_saved: Option<UnsyncCallback<HostEvent>>,
    #[prop(optional)] on_consent_given: Option<UnsyncCallback<HostEvent>>,
    #[prop(optional)] on_flow_activity: Option<UnsyncCallback<HostEvent>>,
    #[prop(optional)] on_flow_error: Option<UnsyncCallback<HostEvent>>,
    #[prop(optional)] on_flow_ready: Option<UnsyncCallback<HostEvent>>,
    #[prop(optional)] on_flow_closed: Option<UnsyncCallback<HostEvent>>,
) -> impl IntoView {
    let host = NodeRef::<Div>::new();
    let mounted = StoredValue::new_local(None::<Instance>);
    host.on_load(move |host| {
        let callback = move |name: &str| match name {
            "session-expiring" => on_session_expiring,
            "session-expired" => on_session_expired,
            "session-renewed" => on_session_renewed,
            "session-renewal-failed" => on_session_renewal_failed,
            "session-ended" => on_session_ended,
            "account-connected" => on_account_connected,
            "account-disconnected" => on_account_disconnected,
            "config-saved" => on_config_saved,
            "consent-given" => on_consent_given,
            "flow-activity" => on_flow_activity,
            "flow-error" => on_flow_error,
            "flow-ready" => on_flow_ready,
            "flow-closed" => on_flow_closed,
            _ => None,
        };
        let emit = Rc::new(move |event: HostEvent| {
            if let Some(callback) = callback(event.name) {
                // A callback that was disposed belongs to a page that is going away.
                callback.try_run(event);
            }
        });
        super::panic::install();
        let options = Options::new(&api_url, &icon_origins, app, Some(get_session_token.0))
            .and_then(|options| options.with_entry(frame_url.as_deref(), inline_credentials))
            .map(|options| Options { open_url: open_url.map(opener), ..options });
        let instance = options.and_then(|options| {
            let target = shadow(&host).ok_or(options::bad("apiUrl"))?;
            Instance::mount(Some(target), options, settings.get_untracked(), emit.clone())
        });
        match instance {
            Ok(instance) => mounted.set_value(Some(instance)),
            Err(bad) => emit(HostEvent::error(&Failure::new(bad.code), "embed", None)),
        }
    });
    Effect::new(move |_| {
        let settings = settings.get();
        mounted.with_value(|mounted| {
            if let Some(instance) = mounted {
                instance.update(|shown| *shown = settings);
            }
        });
    });
    on_cleanup(move || {
        mounted.try_update_value(Option::take);
    });
    // Built without markup, so that Trusted Types have nothing to refuse.
    leptos::html::div().node_ref(host)
}

fn opener(open_url: UnsyncCallback<String>) -> Function {
    let open = Closure::<dyn Fn(String)>::new(move |address| {
        // A callback that was disposed belongs to a page that is going away.
        open_url.try_run(address);
    });
    open.into_js_value().unchecked_into()
}

fn shadow(host: &HtmlDivElement) -> Option<HtmlElement> {
    let root = host.attach_shadow(&ShadowRootInit::new(ShadowRootMode::Open)).ok()?;
    let target: HtmlElement = host.owner_document()?.create_element("div").ok()?.dyn_into().ok()?;
    view::adopt_styles(&root);
    root.append_child(&target).ok()?;
    Some(target)
}

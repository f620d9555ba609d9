//! One HTTP exchange over the `fetch` that the page had when this code was loaded.

use super::read::Reader;
use crate::error::Code;
use crate::object::{bare, get, set};
use gloo_net::http::Response;
use js_sys::{Function, JsString, Promise};
use std::cell::OnceCell;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortSignal, Headers, ReadableStreamDefaultReader, Request, TextDecoder};

/// Larger answers are refused, in bytes: no list of apps comes near, and a page must stay usable.
const MAX_BODY: f64 = 16.0 * 1024.0 * 1024.0;

/// What holds for every request: nothing of the browser's goes along, nothing is kept, nothing is sent on elsewhere.
const MANNER: [(&str, &str); 5] = [
    ("mode", "cors"),
    ("credentials", "omit"),
    ("cache", "no-store"),
    ("redirect", "error"),
    ("referrerPolicy", "no-referrer"),
];

thread_local! {
    /// Wrappers that the page installs later (recorders, error trackers) never see a token.
    static FETCH: OnceCell<Option<Function>> = const { OnceCell::new() };
}

/// Takes hold of `fetch`, the page's of now if none is given; called once when the module is loaded.
pub fn capture(fetch: Option<Function>) {
    FETCH.with(|own| {
        own.get_or_init(|| fetch.or_else(|| get(&js_sys::global(), "fetch").ok()?.dyn_into().ok()));
    });
}

/// One request, complete but for the token.
pub(super) struct Outgoing<'a> {
    pub(super) method: &'static str,
    pub(super) url: &'a str,
    pub(super) headers: &'a [(&'a str, JsValue)],
    pub(super) body: Option<&'a JsString>,
    pub(super) signal: &'a AbortSignal,
    pub(super) keepalive: bool,
}

/// What came back, with the body read as far as it is JSON.
pub(super) struct Answer {
    pub(super) status: u16,
    /// Nothing when the body is empty or no JSON.
    pub(super) body: Reader,
    /// The same as it was written.
    pub(super) text: JsString,
    headers: Headers,
}

impl Answer {
    /// Raw: a page may have patched them, and one that throws is as good as no header.
    pub(super) fn header(&self, name: &str) -> Option<String> {
        self.headers.get(name).ok().flatten()
    }
}

impl Outgoing<'_> {
    /// Sends it. An `Err` means that no complete answer came.
    pub(super) async fn send(&self) -> Result<Answer, Code> {
        let promise = self.fetch().map_err(|_| Code::NetworkError)?;
        let response: web_sys::Response =
            JsFuture::from(promise).await.and_then(JsCast::dyn_into).map_err(|error| self.fault(&error))?;
        let response = Response::from(response);
        let text = read(&response).await.map_err(|error| self.fault(&error))?;
        let body = parse(&text).unwrap_or(JsValue::UNDEFINED);
        #[cfg(feature = "mutants")]
        crate::mutants::answered(&body);
        Ok(Answer { status: response.status(), body: Reader::new(body), text, headers: response.headers().into_raw() })
    }

    pub(super) fn fetch(&self) -> Result<Promise, JsValue> {
        let url = self.url;
        #[cfg(feature = "mutants")]
        let url = &crate::mutants::outgoing(url, self.headers, self.body);
        let request = bare(&[("method", self.method.into()), ("signal", self.signal.into())]);
        for (name, value) in &MANNER {
            set(&request, name, &(*value).into());
        }
        let request = Request::new_with_str_and_init(url, request.unchecked_ref())?;
        // Headers and body travel in a bare object: neither a patched `Headers` or `Request` nor a polluted prototype sees
        // the token or a typed key.
        let headers = bare(self.headers);
        let init = bare(&[]);
        set(&init, "headers", &headers);
        if let Some(body) = self.body {
            set(&init, "body", body);
        }
        if self.keepalive {
            set(&init, "keepalive", &JsValue::TRUE);
        }
        #[cfg(feature = "mutants")]
        crate::mutants::sent_with(&init, &headers);
        capture(None);
        FETCH.with(|fetch| match fetch.get() {
            Some(Some(fetch)) => fetch.call2(&JsValue::UNDEFINED, &request, &init)?.dyn_into(),
            _ => Err(JsValue::UNDEFINED),
        })
    }

    fn fault(&self, error: &JsValue) -> Code {
        if error.is_null() {
            return Code::BadResponse;
        }
        if self.signal.aborted() { Code::Timeout } else { Code::NetworkError }
    }
}

/// Reads the whole body, at most [`MAX_BODY`]; `Err(null)` when it is larger. It stays with the browser: a long list has
/// megabytes.
async fn read(response: &Response) -> Result<JsString, JsValue> {
    let mut text: JsString = "".into();
    let Some(stream) = response.body() else { return Ok(text) };
    let reader: ReadableStreamDefaultReader = stream.get_reader().unchecked_into();
    let decoder = TextDecoder::new()?;
    let decode: Function = get(&decoder, "decode")?.dyn_into()?;
    // A letter may stand in two parts.
    let more = bare(&[("stream", JsValue::TRUE)]);
    let mut size = 0.0;
    loop {
        let chunk = JsFuture::from(reader.read()).await?;
        if get(&chunk, "done")?.is_truthy() {
            return Ok(text.concat(&decode.call0(&decoder)?));
        }
        let value = get(&chunk, "value")?;
        size += get(&value, "byteLength")?.as_f64().unwrap_or(0.0);
        if size > MAX_BODY {
            // Nobody waits for the rest; a failing cancel changes nothing.
            drop(reader.cancel());
            return Err(JsValue::NULL);
        }
        text = text.concat(&decode.call2(&decoder, &value, &more)?);
    }
}

/// `JSON.parse` of a text that is not copied.
fn parse(text: &JsString) -> Result<JsValue, JsValue> {
    let json = get(&js_sys::global(), "JSON")?;
    get(&json, "parse")?.dyn_into::<Function>()?.call1(&json, text)
}

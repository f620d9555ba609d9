//! One HTTP exchange over the `fetch` that the page had when this code was loaded.

use super::read::Reader;
use crate::object::{bare, get, set};
use gloo_net::http::Response;
use js_sys::{Function, JsString, Object, Promise};
use std::cell::OnceCell;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortSignal, Headers, ReadableStream, ReadableStreamDefaultReader, Request};

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
    /// In a bare object, as [`bare`] makes one: neither a patched `Headers` or `Request` nor a polluted prototype sees the
    /// token.
    pub(super) headers: &'a Object,
    pub(super) body: Option<&'a JsString>,
    pub(super) signal: &'a AbortSignal,
    pub(super) keepalive: bool,
}

/// What came back, with the body read as far as it is JSON.
pub(super) struct Received {
    pub(super) status: u16,
    /// Nothing when the body is empty or no JSON.
    pub(super) body: Reader,
    /// The same as it was written.
    pub(super) text: JsString,
    headers: Headers,
}

impl Received {
    /// Raw: a page may have patched them, and one that throws is as good as no header.
    pub(super) fn header(&self, name: &str) -> Option<String> {
        self.headers.get(name).ok().flatten()
    }
}

impl Outgoing<'_> {
    /// Sends it, whoever waits for the answer.
    pub(super) fn fetch(&self) -> Result<Promise, JsValue> {
        let url = self.url;
        #[cfg(feature = "mutants")]
        let url = &crate::mutants::outgoing(url, self.headers, self.body);
        let request = bare(&[("method", self.method.into()), ("signal", self.signal.into())]);
        for (name, value) in &MANNER {
            set(&request, name, &(*value).into());
        }
        let request = Request::new_with_str_and_init(url, request.unchecked_ref())?;
        // As the headers, so that a typed key is not seen either.
        let init = bare(&[("headers", self.headers.into())]);
        if let Some(body) = self.body {
            set(&init, "body", body);
        }
        if self.keepalive {
            set(&init, "keepalive", &JsValue::TRUE);
        }
        #[cfg(feature = "mutants")]
        crate::mutants::sent_with(&init, self.headers);
        // The npm package's loader has done so: see `ConnectFlow::capture`.
        #[cfg(not(feature = "javascript"))]
        capture(None);
        FETCH.with(|fetch| match fetch.get() {
            Some(Some(fetch)) => fetch.call2(&JsValue::UNDEFINED, &request, &init)?.dyn_into(),
            _ => Err(JsValue::UNDEFINED),
        })
    }
}

/// Waits for the whole answer to what was sent. An `Err` means that no complete one came: `null` for one that is too large.
pub(super) async fn complete(sent: Result<Promise, JsValue>) -> Result<Received, JsValue> {
    let response: web_sys::Response = JsFuture::from(sent?).await?.dyn_into()?;
    let response = Response::from(response);
    let mut text: JsString = "".into();
    if let Some(stream) = response.body() {
        let mut body = Body::of(&stream, text)?;
        while !body.take(&JsFuture::from(body.reader.read()).await?)? {}
        text = body.text;
    }
    let body = parse(&text).unwrap_or(JsValue::UNDEFINED);
    #[cfg(feature = "mutants")]
    crate::mutants::answered(&body);
    Ok(Received { status: response.status(), body: Reader::new(body), text, headers: response.headers().into_raw() })
}

/// A body of at most [`MAX_BODY`] while it arrives. It stays with the browser: a long list has megabytes.
struct Body {
    reader: ReadableStreamDefaultReader,
    decoder: Decoder,
    /// Tells the decoder that a letter may stand in two parts.
    more: Object,
    text: JsString,
    size: f64,
}

impl Body {
    fn of(stream: &ReadableStream, text: JsString) -> Result<Self, JsValue> {
        let more = bare(&[("stream", JsValue::TRUE)]);
        Ok(Self { reader: stream.get_reader().unchecked_into(), decoder: Decoder::new()?, more, text, size: 0.0 })
    }

    /// Takes what a reading gave; whether that was all.
    fn take(&mut self, read: &JsValue) -> Result<bool, JsValue> {
        let read: &Part = read.unchecked_ref();
        let (done, bytes) = (read.done(), read.value());
        if !done {
            self.size += bytes.unchecked_ref::<Part>().length()?;
            if self.size > MAX_BODY {
                // Nobody waits for the rest; a failing cancel changes nothing.
                drop(self.reader.cancel());
                return Err(JsValue::NULL);
            }
        }
        let more = if done { JsValue::UNDEFINED } else { self.more.clone().into() };
        self.text = self.text.concat(&self.decoder.decode(&bytes, &more)?);
        Ok(done)
    }
}

#[wasm_bindgen]
extern "C" {
    /// `TextDecoder`, with texts that are not copied.
    #[wasm_bindgen(js_name = TextDecoder)]
    type Decoder;
    #[wasm_bindgen(constructor, catch, js_class = "TextDecoder")]
    fn new() -> Result<Decoder, JsValue>;
    #[wasm_bindgen(method, catch)]
    fn decode(this: &Decoder, bytes: &JsValue, options: &JsValue) -> Result<JsValue, JsValue>;

    /// What a reading gives, and the bytes in it.
    type Part;
    #[wasm_bindgen(method, getter)]
    fn done(this: &Part) -> bool;
    #[wasm_bindgen(method, getter)]
    fn value(this: &Part) -> JsValue;
    #[wasm_bindgen(method, getter, catch, js_name = byteLength)]
    fn length(this: &Part) -> Result<f64, JsValue>;

    /// Of a text that is not copied.
    #[wasm_bindgen(js_namespace = JSON, catch)]
    fn parse(text: &JsString) -> Result<JsValue, JsValue>;
}

//! Faults on demand and the record of what was asked, for tests.

use std::collections::VecDeque;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use http_body_util::BodyExt as _;
use hyper::body::Frame;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Platform;
use super::error::ApiError;
use crate::crypto::sha256_hex;
use crate::serve::DropConnection;

/// Requests that the record keeps.
const RECORD: usize = 10_000;

/// Long enough for the first half to be sent.
const BREAK_AFTER: Duration = Duration::from_millis(50);

/// Headers whose value is a secret: the record shows the start of a hash.
const SECRET_HEADERS: [&str; 4] = ["authorization", "x-api-key", "cookie", "proxy-authorization"];

#[derive(Clone, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Switches {
    latency_ms: u64,
    status: Option<u16>,
    body: Option<BodyFault>,
    drop: Option<Drop>,
    #[serde(rename = "match")]
    matching: Match,
    times: Option<u32>,
    retry_after: Option<Value>,
    pub(super) cors_headers_off: bool,
    pub(super) provider_coop: Option<String>,
    pub(super) provider_denies: bool,
    pub(super) date_header_off: bool,
}

#[derive(Clone, Copy, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
enum BodyFault {
    Html,
    Empty,
    Truncated,
    WrongType,
    WrongContentType,
    /// Half of the answer, then nothing, the connection open.
    Stalled,
    /// Half of the answer, then the connection breaks.
    Cut,
}

#[derive(Clone, Copy, Deserialize, PartialEq, Serialize)]
#[serde(untagged)]
enum Drop {
    Flag(bool),
    When(DropWhen),
}

#[derive(Clone, Copy, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
enum DropWhen {
    Before,
    After,
}

/// Which requests are meant; what is empty matches all.
#[derive(Clone, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
struct Match {
    method: Option<String>,
    /// The start of the path.
    path: Option<String>,
}

#[derive(Default)]
pub(super) struct Switchboard {
    switches: Mutex<Switches>,
    record: Mutex<VecDeque<Value>>,
}

impl Switchboard {
    fn lock(&self) -> MutexGuard<'_, Switches> {
        self.switches.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn read(&self) -> Switches {
        self.lock().clone()
    }

    pub(super) fn set(&self, switches: Switches) {
        *self.lock() = switches;
    }

    /// The faults for this request, counting it.
    fn take(&self, request: &Request) -> Option<Switches> {
        let mut switches = self.lock();
        let Match { method, path } = &switches.matching;
        let meant = method.as_ref().is_none_or(|method| request.method().as_str().eq_ignore_ascii_case(method))
            && path.as_ref().is_none_or(|path| request.uri().path().starts_with(path));
        if !meant || switches.times == Some(0) {
            return None;
        }
        switches.times = switches.times.map(|times| times - 1);
        Some(switches.clone())
    }

    fn records(&self) -> MutexGuard<'_, VecDeque<Value>> {
        self.record.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn record(&self, request: &Request) {
        let entry = json!({
            "time_ms": crate::http::now_ms(),
            "method": request.method().as_str(),
            "path": request.uri().path(),
            "query": request.uri().query(),
            "headers": visible_headers(request.headers()),
        });
        let mut records = self.records();
        if records.len() == RECORD {
            records.pop_front();
        }
        records.push_back(entry);
    }

    pub(super) fn recorded(&self) -> Value {
        self.records().iter().cloned().collect()
    }

    pub(super) fn forget(&self) {
        self.records().clear();
    }
}

fn visible_headers(headers: &HeaderMap) -> Value {
    let shown = headers.iter().map(|(name, value)| {
        let value = String::from_utf8_lossy(value.as_bytes());
        let shown = match SECRET_HEADERS.contains(&name.as_str()) {
            true => format!("sha256:{:.16}", sha256_hex(value.trim_start_matches("Bearer "))),
            false => value.into_owned(),
        };
        (name.as_str().to_owned(), Value::String(shown))
    });
    Value::Object(shown.collect())
}

/// Records the request and answers it with the fault that is switched on, if one is.
pub(super) async fn layer(State(platform): State<Arc<Platform>>, request: Request, next: Next) -> Response {
    if !platform.test_mode || request.uri().path().starts_with("/test/") {
        return next.run(request).await;
    }
    platform.switches.record(&request);
    let Some(switches) = platform.switches.take(&request) else { return next.run(request).await };
    tokio::time::sleep(Duration::from_millis(switches.latency_ms)).await;
    let before = [Some(Drop::Flag(true)), Some(Drop::When(DropWhen::Before))];
    if before.contains(&switches.drop) {
        return dropped();
    }
    let mut response = match switches.status.and_then(|status| StatusCode::from_u16(status).ok()) {
        Some(StatusCode::UNAUTHORIZED) => ApiError::invalid_token().into_response(),
        Some(status) => ApiError::new(status, "SWITCHED", "A fault switch is on").into_response(),
        None => next.run(request).await,
    };
    if switches.drop == Some(Drop::When(DropWhen::After)) {
        return dropped();
    }
    if let Some(seconds) = &switches.retry_after {
        let text = seconds.as_str().map_or_else(|| seconds.to_string(), str::to_owned);
        crate::http::set(response.headers_mut(), header::RETRY_AFTER, &text);
    }
    match switches.body {
        Some(fault) => broken(response, fault).await,
        None => response,
    }
}

fn dropped() -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    response.extensions_mut().insert(DropConnection);
    response
}

async fn broken(response: Response, fault: BodyFault) -> Response {
    let (mut parts, body) = response.into_parts();
    let whole = body.collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
    let half = whole.slice(..whole.len() / 2);
    let mut content_type = None;
    let body = match fault {
        BodyFault::Html => {
            content_type = Some("text/html; charset=utf-8");
            Body::from("<!doctype html><title>Bad gateway</title><h1>Bad gateway</h1>")
        }
        BodyFault::Empty => Body::empty(),
        BodyFault::Truncated => Body::from(half),
        BodyFault::WrongType => Body::from("42"),
        BodyFault::WrongContentType => {
            content_type = Some("text/plain; charset=utf-8");
            Body::from(whole)
        }
        BodyFault::Stalled | BodyFault::Cut => {
            crate::http::set(&mut parts.headers, header::CONTENT_LENGTH, &whole.len().max(1).to_string());
            let breaks = (fault == BodyFault::Cut).then(|| Box::pin(tokio::time::sleep(BREAK_AFTER)));
            return Response::from_parts(parts, Body::new(HalfBody { half: Some(half), breaks }));
        }
    };
    parts.headers.remove(header::CONTENT_LENGTH);
    if let Some(content_type) = content_type {
        crate::http::set(&mut parts.headers, header::CONTENT_TYPE, content_type);
    }
    Response::from_parts(parts, body)
}

/// A body that never comes to its end.
struct HalfBody {
    half: Option<Bytes>,
    /// When the connection breaks; never, if absent.
    breaks: Option<Pin<Box<tokio::time::Sleep>>>,
}

impl hyper::body::Body for HalfBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        if let Some(half) = self.half.take() {
            return Poll::Ready(Some(Ok(Frame::data(half))));
        }
        match &mut self.breaks {
            Some(breaks) => breaks.as_mut().poll(context).map(|()| Some(Err(io::ErrorKind::ConnectionAborted.into()))),
            // Nothing will wake this: the client has to give up.
            None => Poll::Pending,
        }
    }
}

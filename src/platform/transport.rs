//! The one way a request leaves: with a good token, in time, retried where that is safe.

use super::http::{self, Outgoing, Received};
use super::json::Value;
use super::read::{self, Reader};
use crate::browser::sleep;
use crate::error::{Code, Failure, Report};
use crate::flow::Found;
use crate::object::{bare, set};
use crate::session::{Lease, Now, time};
use js_sys::{JsString, Promise};
use std::cell::{Cell, RefCell};
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use wasm_bindgen::JsValue;
use web_sys::{AbortController, AbortSignal};

/// Where tokens come from. The transport is the only caller.
pub trait Bearer {
    /// Waits, for at most 30 s, until a request may be sent.
    fn acquire(&self) -> Pin<Box<dyn Future<Output = Result<Lease, Code>>>>;
    /// The value of `Authorization` for that lease; `None` when the token was replaced meanwhile.
    fn authorization(&self, lease: Lease) -> Option<JsString>;
    fn accepted(&self, lease: Lease);
    /// The platform answered 401.
    fn rejected(&self, lease: Lease);
    /// A `Date` header: what the platform's clock said.
    fn server_date(&self, date_ms: f64, age_s: Option<f64>, sent: Now);
    fn now(&self) -> Now;
}

/// Whether sending twice does no harm.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Retry {
    /// Reading: again after a network fault or a 5xx, at most three times.
    Safe,
    /// Changing something: only after a 401, which proves that nothing was done.
    Never,
}

/// The addresses that may be asked for anything.
#[derive(Clone, Debug, Default)]
pub struct Origins {
    /// The API's base address without a slash at the end.
    pub api: String,
    /// Origins of app icons, the API's own among them.
    pub icons: Vec<String>,
}

/// Header values that are the same for one life, and whether each request gets an id of its own.
#[derive(Clone, Debug, Default)]
pub struct ExtraHeaders {
    pub fixed: Vec<(&'static str, String)>,
    pub correlation: bool,
}

impl ExtraHeaders {
    pub fn activity_id(&self) -> Option<&str> {
        self.fixed.iter().find(|(name, _)| *name == "X-Activity-ID").map(|(_, id)| id.as_str())
    }
}

pub struct Transport {
    bearer: Box<dyn Bearer>,
    pub(super) origins: Rc<Origins>,
    extra: ExtraHeaders,
    refusal: Cell<Refusal>,
    /// Aborts everything under way.
    scope: RefCell<AbortController>,
}

/// Whether the platform's CORS refuses the further headers. A browser shows no reason: requests fail with them, and not
/// without.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Refusal {
    None,
    Untold,
    Told,
}

const TIMEOUT_MS: u32 = 10_000;
const ATTEMPTS: u32 = 4;

/// A request in the platform's terms. As data, since a future of its own for each would be compiled with all that it
/// waits for.
pub struct Call {
    pub(super) method: &'static str,
    pub(super) path: String,
    pub(super) body: Option<JsString>,
    pub(super) retry: Retry,
    /// For exactly this token, which nothing else uses yet: sent once, and what comes back says nothing of the session's.
    pub(super) lease: Option<Lease>,
    /// The app, where the platform wants it in a header.
    pub(super) slug: Option<String>,
}

/// The body of a good answer.
pub struct Content {
    pub(super) reader: Reader,
    text: JsString,
}

/// What came of a request.
pub type Answer = Result<Content, Failure>;

/// What is read of an answer as it was written; what cannot be read is a bad one.
pub(super) fn json(answer: Answer, read: fn(&Value) -> Option<Found>) -> Result<Found, Failure> {
    let value = Value::parse(&String::from(answer?.text));
    value.and_then(|value| read(&value)).ok_or_else(|| Code::BadResponse.into())
}

impl Transport {
    /// `scope` is for [`Transport::abort`], which makes the next.
    pub fn new(bearer: Box<dyn Bearer>, origins: Origins, extra: ExtraHeaders, scope: AbortController) -> Rc<Self> {
        let (refusal, scope) = (Cell::new(Refusal::None), RefCell::new(scope));
        Rc::new(Self { bearer, origins: Rc::new(origins), extra, refusal, scope })
    }

    pub fn origins(&self) -> &Origins {
        &self.origins
    }

    pub fn extra(&self) -> &ExtraHeaders {
        &self.extra
    }

    /// True once, when it has shown that the platform refuses the further headers: they are left out from then on.
    pub fn headers_refused(&self) -> bool {
        self.refusal.get() == Refusal::Untold && self.refusal.replace(Refusal::Told) == Refusal::Untold
    }

    /// Whether requests carry further headers.
    pub(super) fn extended(&self) -> bool {
        self.refusal.get() == Refusal::None && (self.extra.correlation || !self.extra.fixed.is_empty())
    }

    /// Aborts every request under way; later ones are not affected.
    pub fn abort(&self) {
        if let Ok(fresh) = AbortController::new() {
            let old = self.scope.replace(fresh);
            old.abort();
        }
    }

    /// Sends it, and goes on with its answer.
    pub fn ask(self: &Rc<Self>, call: Call, then: Box<dyn FnOnce(Answer)>) {
        let transport = self.clone();
        crate::browser::spawn(Box::pin(async move { then(transport.carry(call).await) }));
    }

    async fn carry(&self, call: Call) -> Answer {
        let scope = self.scope.borrow().signal();
        let mut renewed = false;
        let mut attempt = 0;
        let mut extended = self.extended();
        let mut held = call.lease;
        let mut good = None;
        loop {
            attempt += 1;
            let lease = match held {
                Some(lease) => lease,
                None => self.bearer.acquire().await.map_err(Failure::new)?,
            };
            let result = self.exchange(&call, lease, &scope, extended).await;
            let aborted = scope.aborted();
            if let Some(content) = good {
                // It worked without the further headers after it had not with them, and does not with them again.
                if !aborted && result.is_err_and(|failure| failure.code == Code::NetworkError) {
                    self.refusal.set(Refusal::Untold);
                }
                return Ok(content);
            }
            if aborted {
                return Err(Code::NetworkError.into());
            }
            if call.lease.is_some() {
                return result;
            }
            let mut failure = match result {
                Ok(content) => {
                    self.bearer.accepted(lease);
                    if extended || !self.extended() {
                        return Ok(content);
                    }
                    // Once more with them tells why.
                    (good, held, extended) = (Some(content), Some(lease), true);
                    continue;
                }
                Err(failure) => failure,
            };
            if failure.code == Code::SessionRejected {
                self.bearer.rejected(lease);
                if renewed {
                    return Err(failure);
                }
                renewed = true;
                continue;
            }
            let again =
                matches!(failure.code, Code::NetworkError | Code::Timeout | Code::ServerError | Code::RateLimited);
            if call.retry == Retry::Never || !again || attempt >= ATTEMPTS {
                if failure.code == Code::NetworkError && !crate::browser::online() {
                    failure.code = Code::Offline;
                }
                return Err(failure);
            }
            // 0.5 s, 1 s, 2 s, each up to a half longer so that pages do not act in step.
            let backoff = 500.0 * f64::from(1 << (attempt - 1)) * (1.0 + js_sys::Math::random() / 2.0);
            extended = self.extended() && !(extended && failure.code == Code::NetworkError);
            drop(sleep(backoff.max(failure.retry_after_ms.map_or(0.0, f64::from))).await);
        }
    }

    /// Sends with exactly this lease, once.
    async fn exchange(&self, call: &Call, lease: Lease, scope: &AbortSignal, extended: bool) -> Answer {
        let authorization = self.bearer.authorization(lease).ok_or(Code::SessionUnavailable)?;
        let sent = self.bearer.now();
        let correlation = (extended && self.extra.correlation).then(crate::browser::random_uuid);
        let signal = AbortSignal::any(&js_sys::Array::of2(scope, &AbortSignal::timeout_with_u32(TIMEOUT_MS)));
        let further = extended.then_some(correlation.as_deref());
        let answer = self.send(call, authorization, further, &signal, false);
        match http::complete(answer).await {
            Ok(answer) => {
                self.look_at_clock(&answer, sent);
                judge(answer, correlation)
            }
            Err(error) => {
                let code = match () {
                    () if error.is_null() => Code::BadResponse,
                    () if signal.aborted() => Code::Timeout,
                    () => Code::NetworkError,
                };
                Err(Report { reference: correlation, ..code.into() }.into())
            }
        }
    }

    /// `further`: with the further headers, and this request's own id if it has one.
    fn send(
        &self,
        call: &Call,
        authorization: JsString,
        further: Option<Option<&str>>,
        signal: &AbortSignal,
        keepalive: bool,
    ) -> Result<Promise, JsValue> {
        let headers = bare(&[("Authorization", authorization.into())]);
        let add = |name: &str, value: &str| set(&headers, name, &value.into());
        if call.body.is_some() {
            add("Content-Type", "application/json");
        }
        if let Some(slug) = &call.slug {
            add("slug", slug);
        }
        if let Some(correlation) = further {
            self.extra.fixed.iter().for_each(|(name, value)| add(name, value));
            if let Some(id) = correlation {
                add("X-Correlation-ID", id);
            }
        }
        Outgoing {
            method: call.method,
            url: &[self.origins.api.as_str(), &call.path].concat(),
            headers: &headers,
            body: call.body.as_ref(),
            signal,
            keepalive,
        }
        .fetch()
    }

    fn look_at_clock(&self, answer: &Received, sent: Now) {
        if let Some(date_ms) = answer.header("date").and_then(|date| time::http_date(&date)) {
            let age_s = answer.header("age").and_then(|age| time::decimal(age.as_bytes().trim_ascii()));
            self.bearer.server_date(date_ms, age_s, sent);
        }
    }

    /// Sends without waiting for anything, even while the page goes away.
    pub(super) fn farewell(&self, call: &Call, authorization: JsString) {
        let sent = self.send(call, authorization, None, &AbortSignal::timeout_with_u32(TIMEOUT_MS), true);
        // The token is wiped here already and dies by itself there: what comes back is only kept from being an error of the
        // page's.
        if let Ok(answer) = sent {
            crate::browser::settled(answer, Box::new(drop));
        }
    }
}

/// Turns an answer into its body or the one failure it means.
fn judge(answer: Received, correlation: Option<String>) -> Answer {
    let body = &answer.body;
    let good = (200..300).contains(&answer.status);
    if good && (body.is_object() || answer.status == 204) {
        return Ok(Content { reader: answer.body, text: answer.text });
    }
    let message = body.first_text(&["message", "error"]);
    let named = body.first_text(&["error_code", "error"]).unwrap_or_default();
    let said = message.as_deref().unwrap_or_default();
    let code = match answer.status {
        _ if good => Code::BadResponse,
        401 => Code::SessionRejected,
        403 | 500 if named == "INVALID_TOKEN" || said == "Authorization Token Missing" => Code::SessionRejected,
        403 => Code::Forbidden,
        404 | 410 => Code::NotFound,
        409 => Code::Conflict,
        429 => Code::RateLimited,
        400..=499 => Code::Rejected,
        _ => Code::ServerError,
    };
    let report = Report {
        code,
        message: message.map(|text| read::sentence(&text)),
        // The id that the host chose to send goes before the platform's own: it is in both their logs.
        reference: correlation.or_else(|| body.text("request_id")).or_else(|| answer.header("x-request-id")),
        retry_after_ms: answer.header("retry-after").and_then(|value| retry_after(&value)),
    };
    Err(report.into())
}

/// `Retry-After`, at most a minute.
fn retry_after(value: &str) -> Option<u32> {
    time::retry_after_ms(value, js_sys::Date::now()).map(|ms| ms.min(60_000.0) as u32)
}

/// Lets the page do what is waiting, unless nobody sees it: timers of hidden pages are slow.
pub(super) async fn pause(ms: f64) {
    if crate::browser::page().visible {
        drop(sleep(ms).await);
    }
}

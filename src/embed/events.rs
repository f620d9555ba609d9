//! The one table of the events that leave the component: names, details, documentation.
//!
//! DOM events, React props, Leptos callbacks, their types and their documentation all come from [`EVENTS`]. A detail has
//! the fields listed here and no others, so that nothing secret can travel in one.

use crate::error::{Code, Failure};
use crate::flow::{Activity, CloseReason, Notice, Outcome};
use crate::session::{ExpiryReason, SessionEvent, SessionFault};

/// One event of the public surface.
#[derive(Debug)]
pub struct EventSpec {
    /// The name of the DOM event; React's prop is its camel case behind `on`, Leptos' prop its snake case behind `on_`.
    pub name: &'static str,
    pub doc: &'static str,
    pub fields: &'static [FieldSpec],
}

/// One field of `event.detail`.
#[derive(Debug)]
pub struct FieldSpec {
    pub name: &'static str,
    /// The TypeScript type; `undefined` in it means that the field may be absent.
    pub ts: &'static str,
    pub doc: &'static str,
}

const fn field(name: &'static str, ts: &'static str, doc: &'static str) -> FieldSpec {
    FieldSpec { name, ts, doc }
}

const GENERATION: FieldSpec = field("generation", "number", "Counts the tokens of this session from 1.");
const APP: FieldSpec = field("app", "string", "The app's slug.");
const MAYBE_APP: FieldSpec = field("app", "string | undefined", "The app's slug, where one is chosen.");
const AUTH_TYPE: FieldSpec = field("authType", "'oauth2' | 'keybased'", "How the app is connected.");
const CODE: FieldSpec = field("code", "ErrorCode", "What went wrong.");
const RETRYABLE: FieldSpec = field("retryable", "boolean", "Whether trying again can help.");
const AT: FieldSpec = field("at", "string", "When, RFC 3339 in UTC by this device's clock.");

/// Every event, in the order of the documentation.
pub static EVENTS: &[EventSpec] = &[
    EventSpec {
        name: "session-expiring",
        doc: "The session token nears its end; fires once per token. Without `getSessionToken`, set a fresh one now.",
        fields: &[
            field("remainingMs", "number", "Milliseconds until it expires."),
            field("lifetimeMs", "number", "Milliseconds of its whole life as known."),
            GENERATION,
            field("reason", "'lifetime' | 'unknown_lifetime' | 'rejected' | 'suspended'", "Why."),
        ],
    },
    EventSpec {
        name: "session-expired",
        doc: "The session token is over and already wiped; fires once per token.",
        fields: &[GENERATION, field("reason", "'lifetime' | 'unknown_lifetime' | 'rejected' | 'suspended'", "Why.")],
    },
    EventSpec {
        name: "session-renewed",
        doc: "A fresh session token is in use.",
        fields: &[GENERATION, field("lifetimeMs", "number | undefined", "Milliseconds it lives, if known.")],
    },
    EventSpec {
        name: "session-renewal-failed",
        doc: "The host was asked for a fresh session token and gave none that can be used.",
        fields: &[
            field("attempt", "number", "Counts the failures since the last good token."),
            RETRYABLE,
            CODE,
            field("nextTryMs", "number | undefined", "Milliseconds until the host is asked again, if it will be."),
        ],
    },
    EventSpec {
        name: "session-ended",
        doc: "The session is over for good: sign the user in again, then set a new token.",
        fields: &[field("reason", "'host_unauthenticated' | 'host_ended'", "Nobody is signed in, or `end()`.")],
    },
    EventSpec {
        name: "account-connected",
        doc: "An account was connected; the platform has confirmed it.",
        fields: &[
            APP,
            AUTH_TYPE,
            field("connectionId", "string | undefined", "The platform's id, where it gives one."),
        ],
    },
    EventSpec {
        name: "account-disconnected",
        doc: "Connections were ended at the platform; delete what you keep about them.",
        fields: &[APP, AUTH_TYPE, field("connectionIds", "string[]", "The platform's ids of the ended connections.")],
    },
    EventSpec {
        name: "config-saved",
        doc: "A configuration was saved at the platform.",
        fields: &[APP, field("configId", "string | undefined", "The platform's id of the configuration.")],
    },
    EventSpec {
        name: "consent-given",
        doc: "The user read what connecting allows and went on: for your consent records.",
        fields: &[
            APP,
            field("scopes", "string[]", "OAuth scopes shown, where the platform lists them."),
            AT,
            field("version", "string", "Version of this component."),
        ],
    },
    EventSpec {
        name: "flow-activity",
        doc: "One line for your log of what happened.",
        fields: &[
            field(
                "name",
                "'opened' | 'app-chosen' | 'consent' | 'provider-opened' | 'connected' | 'cancelled' | 'disconnected' \
                 | 'expiring' | 'expired' | 'renewed' | 'refused'",
                "What the user did, or what became of a session token.",
            ),
            MAYBE_APP,
            AT,
            field("activityId", "string", "UUID v4, the same for one life of the component."),
        ],
    },
    EventSpec {
        name: "flow-error",
        doc: "Something went wrong; the user sees it too unless it only concerns the embedding or what was left before its answer.",
        fields: &[
            CODE,
            RETRYABLE,
            field("step", "string", "The screen, or `session`, or `embed`."),
            field("reference", "string | undefined", "What the platform's support can look up."),
            MAYBE_APP,
        ],
    },
    EventSpec { name: "flow-ready", doc: "The first screen has its content and can be used.", fields: &[] },
    EventSpec {
        name: "flow-closed",
        doc: "The user is done, or the session was ended: the component can be removed.",
        fields: &[field("reason", "'done' | 'ended'", "Why.")],
    },
];

/// A value in a detail.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Absent,
    Number(f64),
    Bool(bool),
    Text(String),
    List(Vec<String>),
}

/// The line in the host's log that an event of the session is worth.
pub fn activity_of_session(event: SessionEvent) -> Option<Activity> {
    use SessionFault::{CallbackFailed, CallbackTimeout, Missing, Unavailable};
    Some(match event {
        SessionEvent::Expiring { .. } => Activity::Expiring,
        SessionEvent::Expired { reason: ExpiryReason::Rejected, .. } | SessionEvent::Fault(_) => Activity::Refused,
        SessionEvent::Expired { .. } => Activity::Expired,
        SessionEvent::Renewed { .. } => Activity::Renewed,
        // Nothing was given that could have been refused.
        SessionEvent::RenewalFailed { code: CallbackFailed | CallbackTimeout | Missing | Unavailable, .. } => {
            return None;
        }
        SessionEvent::RenewalFailed { .. } => Activity::Refused,
        SessionEvent::Ended { .. } | SessionEvent::Warning(_) => return None,
    })
}

/// One event on its way to the host.
#[derive(Clone, Debug, PartialEq)]
pub struct HostEvent {
    /// [`EventSpec::name`].
    pub name: &'static str,
    /// In the order of [`EventSpec::fields`].
    pub detail: Vec<(&'static str, Value)>,
}

/// What an event is stamped with by the page: the time and the id of this life of the component.
#[derive(Clone, Copy, Debug)]
pub struct Stamp<'a> {
    pub at: &'a str,
    pub activity_id: &'a str,
}

impl HostEvent {
    /// A text of the detail; empty if there is none of that name.
    pub fn text(&self, field: &str) -> &str {
        match self.detail.iter().find(|(name, _)| *name == field) {
            Some((_, Value::Text(text))) => text,
            _ => "",
        }
    }

    pub fn of_session(event: SessionEvent) -> Self {
        let mut detail = Detail::default();
        let name = match event {
            SessionEvent::Expiring { remaining_ms, lifetime_ms, generation, reason } => {
                detail.number("remainingMs", Some(remaining_ms));
                detail.number("lifetimeMs", Some(lifetime_ms));
                detail.number("generation", Some(generation.into()));
                detail.text("reason", reason.as_str());
                "session-expiring"
            }
            SessionEvent::Expired { generation, reason } => {
                detail.number("generation", Some(generation.into()));
                detail.text("reason", reason.as_str());
                "session-expired"
            }
            SessionEvent::Renewed { generation, lifetime_ms } => {
                detail.number("generation", Some(generation.into()));
                detail.number("lifetimeMs", lifetime_ms);
                "session-renewed"
            }
            SessionEvent::RenewalFailed { attempt, code, next_try_ms } => {
                detail.number("attempt", Some(attempt.into()));
                detail.flag("retryable", code.retryable());
                detail.text("code", code.as_str());
                detail.number("nextTryMs", next_try_ms);
                "session-renewal-failed"
            }
            SessionEvent::Ended { reason } => {
                detail.text("reason", reason.as_str());
                "session-ended"
            }
            SessionEvent::Warning(code) | SessionEvent::Fault(code) => {
                return Self::error(&Failure::new(code.into()), "session", None);
            }
        };
        Self { name, detail: detail.0 }
    }

    pub fn of_flow(notice: Notice, stamp: Stamp<'_>) -> Self {
        let mut detail = Detail::default();
        let name = match notice {
            Notice::Ready => "flow-ready",
            Notice::Closed { reason } => {
                let reason = match reason {
                    CloseReason::Done => "done",
                    CloseReason::Ended => "ended",
                };
                detail.text("reason", reason);
                "flow-closed"
            }
            Notice::Error { failure, step, app } => return Self::error(&failure, step, app),
            Notice::Activity { name, app } => {
                detail.text("name", name.as_str());
                detail.maybe("app", app);
                detail.text("at", stamp.at);
                detail.text("activityId", stamp.activity_id);
                "flow-activity"
            }
            Notice::Outcome(outcome) => return Self::of_outcome(outcome, stamp),
        };
        Self { name, detail: detail.0 }
    }

    /// What came of a choice. The npm package's second module begins here, which is why it is no part of its caller.
    #[inline(never)]
    fn of_outcome(outcome: Outcome, stamp: Stamp<'_>) -> Self {
        let mut detail = Detail::default();
        let name = match outcome {
            Outcome::AccountConnected { app, auth_type, connection_id } => {
                detail.maybe("app", Some(app));
                detail.text("authType", auth_type.as_str());
                detail.maybe("connectionId", connection_id);
                "account-connected"
            }
            Outcome::AccountDisconnected { app, auth_type, connection_ids } => {
                detail.maybe("app", Some(app));
                detail.text("authType", auth_type.as_str());
                detail.put("connectionIds", Value::List(connection_ids));
                "account-disconnected"
            }
            Outcome::ConfigSaved { app, config_id } => {
                detail.maybe("app", Some(app));
                detail.maybe("configId", config_id);
                "config-saved"
            }
            Outcome::ConsentGiven { app, scopes } => {
                detail.maybe("app", Some(app));
                detail.put("scopes", Value::List(scopes));
                detail.text("at", stamp.at);
                detail.text("version", env!("CARGO_PKG_VERSION"));
                "consent-given"
            }
        };
        Self { name, detail: detail.0 }
    }

    /// `flow-error`. The platform's message stays out of it: it is for the user's eyes and may hold personal data.
    pub fn error(failure: &Failure, step: &'static str, app: Option<String>) -> Self {
        let code: Code = failure.code;
        let mut detail = Detail::default();
        detail.text("code", code.as_str());
        detail.flag("retryable", code.retryable());
        detail.text("step", step);
        detail.maybe("reference", failure.reference.clone());
        detail.maybe("app", app);
        Self { name: "flow-error", detail: detail.0 }
    }
}

/// A detail while it is being written.
#[derive(Default)]
struct Detail(Vec<(&'static str, Value)>);

impl Detail {
    fn put(&mut self, name: &'static str, value: Value) {
        self.0.push((name, value));
    }

    fn number(&mut self, name: &'static str, number: Option<f64>) {
        self.put(name, number.map_or(Value::Absent, Value::Number));
    }

    fn flag(&mut self, name: &'static str, flag: bool) {
        self.put(name, Value::Bool(flag));
    }

    fn text(&mut self, name: &'static str, text: &str) {
        self.put(name, Value::Text(text.to_owned()));
    }

    fn maybe(&mut self, name: &'static str, text: Option<String>) {
        self.put(name, text.map_or(Value::Absent, Value::Text));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Report;
    use crate::platform::model::AuthType;
    use crate::session::EndReason;

    fn samples() -> Vec<HostEvent> {
        let stamp = Stamp { at: "2026-01-01T00:00:00.000Z", activity_id: "id" };
        let app = || "crm".to_owned();
        let reason = ExpiryReason::Lifetime;
        let mut all: Vec<_> = [
            SessionEvent::Expiring { remaining_ms: 1.0, lifetime_ms: 2.0, generation: 1, reason },
            SessionEvent::Expired { generation: 1, reason },
            SessionEvent::Renewed { generation: 2, lifetime_ms: None },
            SessionEvent::RenewalFailed { attempt: 1, code: SessionFault::NotRefreshed, next_try_ms: Some(1.0) },
            SessionEvent::Ended { reason: EndReason::HostEnded },
            SessionEvent::Warning(SessionFault::ClockSkew),
        ]
        .map(HostEvent::of_session)
        .into();
        all.extend(
            [
                Notice::Ready,
                Notice::Closed { reason: CloseReason::Done },
                Notice::Outcome(Outcome::AccountConnected {
                    app: app(),
                    auth_type: AuthType::OAuth2,
                    connection_id: None,
                }),
                Notice::Outcome(Outcome::AccountDisconnected {
                    app: app(),
                    auth_type: AuthType::KeyBased,
                    connection_ids: vec![],
                }),
                Notice::Outcome(Outcome::ConfigSaved { app: app(), config_id: Some("c".into()) }),
                Notice::Outcome(Outcome::ConsentGiven { app: app(), scopes: vec!["read".into()] }),
                Notice::Error { failure: Code::Offline.into(), step: "list", app: None },
                Notice::Activity { name: Activity::Opened, app: None },
            ]
            .map(|notice| HostEvent::of_flow(notice, stamp)),
        );
        all
    }

    #[test]
    fn f13_details_hold_exactly_the_fields_of_the_table() {
        for event in samples() {
            let spec = EVENTS.iter().find(|spec| spec.name == event.name).expect("listed");
            let names: Vec<_> = event.detail.iter().map(|(name, _)| *name).collect();
            let listed: Vec<_> = spec.fields.iter().map(|field| field.name).collect();
            assert_eq!(names, listed, "{}", event.name);
            for ((_, value), field) in event.detail.iter().zip(spec.fields) {
                let fits = match value {
                    Value::Absent => field.ts.contains("undefined"),
                    Value::Number(_) => field.ts.starts_with("number"),
                    Value::Bool(_) => field.ts == "boolean",
                    Value::Text(_) => {
                        field.ts.starts_with("string") || field.ts.contains('\'') || field.ts == "ErrorCode"
                    }
                    Value::List(_) => field.ts == "string[]",
                };
                assert!(fits, "{}.{} is {value:?}", event.name, field.name);
            }
        }
    }

    #[test]
    fn s26_what_became_of_a_token_is_in_the_log_once() {
        let refused = SessionEvent::Expired { generation: 1, reason: ExpiryReason::Rejected };
        assert_eq!(activity_of_session(refused), Some(Activity::Refused));
        let over = SessionEvent::Expired { generation: 1, reason: ExpiryReason::Lifetime };
        assert_eq!(activity_of_session(over), Some(Activity::Expired));
        let failed = |code| SessionEvent::RenewalFailed { attempt: 1, code, next_try_ms: None };
        assert_eq!(activity_of_session(failed(SessionFault::NotRefreshed)), Some(Activity::Refused));
        assert_eq!(activity_of_session(failed(SessionFault::CallbackTimeout)), None);
        assert_eq!(activity_of_session(SessionEvent::Warning(SessionFault::ClockSkew)), None);
    }

    #[test]
    fn a_failure_s_message_never_reaches_the_host() {
        let failure = Report { message: Some("secret".into()), ..Code::Rejected.into() }.into();
        let event = HostEvent::error(&failure, "list", None);
        assert!(!format!("{event:?}").contains("secret"));
    }
}

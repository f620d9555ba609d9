//! What the component's activity events say, kept and counted: no field but those that are known to hold no secret.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use serde_json::{Map, Value};

use super::watch::Seen;
use super::{Host, signed_out};
use crate::http::{now_ms, rfc3339};

/// Events kept.
const MAX_EVENTS: usize = 1000;
const FIELDS: [&str; 6] = ["type", "app", "activityId", "generation", "code", "step"];

/// `POST /api/activity`
pub(super) async fn report(
    State(host): State<Arc<Host>>,
    headers: HeaderMap,
    Json(event): Json<Map<String, Value>>,
) -> Response {
    let session = match host.checked_session(&headers) {
        Ok(session) => session,
        Err(refused) => return refused.into_response(),
    };
    let Some(user) = session.and_then(|session| session.user) else { return signed_out() };
    let short =
        |value: &Value| value.as_str().is_none_or(|text| text.len() <= 64) && !value.is_object() && !value.is_array();
    let mut kept: Map<_, _> =
        event.into_iter().filter(|(name, value)| FIELDS.contains(&name.as_str()) && short(value)).collect();
    let text = |name: &str| kept.get(name).and_then(Value::as_str).unwrap_or_default();
    if let Some(seen) = Seen::in_activity(text("type"), text("code")) {
        host.watch(&user, seen);
    }
    kept.insert("user".into(), user.into());
    kept.insert("time".into(), rfc3339(now_ms()).into());
    let mut state = host.state();
    if state.activity.len() == MAX_EVENTS {
        state.activity.pop_front();
    }
    state.activity.push_back(Value::Object(kept));
    StatusCode::NO_CONTENT.into_response()
}

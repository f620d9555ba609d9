//! The endpoints of test mode at the host's backend. Absent otherwise.

use std::sync::Arc;

use axum::extract::State;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use super::Host;
use super::mint::{Kind, Mode};
use crate::crypto::Secret;

pub(super) fn router() -> Router<Arc<Host>> {
    Router::new()
        .route("/api/csp-reports", get(csp_reports).delete(forget_csp_reports))
        .route("/api/activity", get(activity))
        .route("/api/test/watch", get(watch))
        .route("/api/test/mint", post(mint))
        .route("/api/test/api-key", post(api_key))
        .route("/api/test/limits/reset", post(reset_limits))
}

async fn csp_reports(State(host): State<Arc<Host>>) -> Json<Vec<Value>> {
    Json(host.state().csp_reports.clone())
}

async fn forget_csp_reports(State(host): State<Arc<Host>>) -> Json<Value> {
    host.state().csp_reports.clear();
    Json(json!([]))
}

async fn activity(State(host): State<Arc<Host>>) -> Json<Value> {
    Json(host.state().activity.iter().cloned().collect())
}

async fn watch(State(host): State<Arc<Host>>) -> Json<Value> {
    Json(json!(host.state().watch))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SetMode {
    mode: Kind,
    times: Option<u32>,
    delay_ms: Option<u64>,
}

async fn mint(State(host): State<Arc<Host>>, Json(SetMode { mode, times, delay_ms }): Json<SetMode>) -> Json<Value> {
    host.state().mint_mode = Mode { kind: mode, times, delay_ms: delay_ms.unwrap_or(3000) };
    Json(json!({ "ok": true }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SetKey {
    key: String,
}

async fn api_key(State(host): State<Arc<Host>>, Json(SetKey { key }): Json<SetKey>) -> Json<Value> {
    host.state().api_key = Secret::new(&key);
    Json(json!({ "ok": true }))
}

async fn reset_limits(State(host): State<Arc<Host>>) -> Json<Value> {
    host.state().mints.clear();
    Json(json!({ "ok": true }))
}

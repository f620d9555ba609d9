//! The endpoints of test mode: switches, tokens, connections, the record. Absent otherwise.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use axum::extract::State;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use super::error::ApiError;
use super::store::{ConnectionRow, Scope, environment};
use super::switches::Switches;
use super::{Body, Platform, apps};
use crate::catalog::AuthType;
use crate::crypto::random_id;
use crate::http::{now, now_ms};

type Answer = Result<Json<Value>, ApiError>;

pub(super) fn router() -> Router<Arc<Platform>> {
    Router::new()
        .route("/test/switches", get(read_switches).post(set_switches).delete(reset_switches))
        .route("/test/tokens", post(end_tokens))
        .route("/test/lifetime", post(set_lifetime))
        .route("/test/requests", get(requests).delete(forget_requests))
        .route("/test/connections", get(connections).post(change_connections))
        .route("/test/accounts/reset", post(reset_accounts))
}

fn read<T: for<'de> Deserialize<'de>>(body: serde_json::Map<String, Value>) -> Result<T, ApiError> {
    serde_json::from_value(Value::Object(body)).map_err(|error| ApiError::bad_request("BAD_REQUEST", error.to_string()))
}

async fn read_switches(State(platform): State<Arc<Platform>>) -> Json<Switches> {
    Json(platform.switches.read())
}

async fn set_switches(State(platform): State<Arc<Platform>>, Body(body): Body) -> Result<Json<Switches>, ApiError> {
    platform.switches.set(read(body)?);
    Ok(Json(platform.switches.read()))
}

async fn reset_switches(State(platform): State<Arc<Platform>>) -> Json<Switches> {
    platform.switches.set(Switches::default());
    Json(platform.switches.read())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EndTokens {
    action: EndAction,
    linked_account_id: Option<String>,
}

#[derive(Deserialize, PartialEq)]
#[serde(rename_all = "lowercase")]
enum EndAction {
    Expire,
    Revoke,
}

async fn end_tokens(State(platform): State<Arc<Platform>>, Body(body): Body) -> Answer {
    let EndTokens { action, linked_account_id } = read(body)?;
    let ended = platform.store.end_tokens(linked_account_id.as_deref(), action == EndAction::Revoke, now())?;
    Ok(Json(json!({ "ended": ended })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Lifetime {
    seconds: i64,
}

async fn set_lifetime(State(platform): State<Arc<Platform>>, Body(body): Body) -> Answer {
    let Lifetime { seconds } = read(body)?;
    platform.token_lifetime.store(seconds, Ordering::Relaxed);
    Ok(Json(json!({ "seconds": seconds })))
}

async fn requests(State(platform): State<Arc<Platform>>) -> Json<Value> {
    Json(platform.switches.recorded())
}

async fn forget_requests(State(platform): State<Arc<Platform>>) -> Json<Value> {
    platform.switches.forget();
    Json(json!([]))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ChangeConnections {
    linked_account_id: String,
    slug: String,
    #[serde(default)]
    environment: Option<String>,
    #[serde(default)]
    auth_type: Option<AuthType>,
    #[serde(default)]
    identifier: Option<String>,
    /// `active` or `expired` to add a connection, `removed` to remove those of the app.
    status: Status,
}

#[derive(Clone, Copy, Deserialize, PartialEq)]
#[serde(rename_all = "lowercase")]
enum Status {
    Active,
    Expired,
    Removed,
}

async fn change_connections(State(platform): State<Arc<Platform>>, Body(body): Body) -> Answer {
    let change: ChangeConnections = read(body)?;
    let app = platform.app(&change.slug)?;
    let scope = Scope {
        linked_account_id: change.linked_account_id,
        environment: environment(change.environment.as_deref().unwrap_or("test")),
    };
    platform.store.add_linked_account(&scope.linked_account_id, now_ms())?;
    if change.status == Status::Removed {
        let removed = platform.store.remove_connections(&scope, &app.slug, change.auth_type)?;
        return Ok(Json(json!({ "removed": removed })));
    }
    let first = app.auth.first().map(|auth| auth.kind);
    let row = ConnectionRow {
        connection_id: format!("conn_{}", random_id(12)?),
        slug: app.slug.clone(),
        auth_type: change.auth_type.or(first).unwrap_or(AuthType::OAuth2),
        identifier: change.identifier.unwrap_or_else(|| "seeded@example.com".into()),
        expired: change.status == Status::Expired,
        connected_at: now_ms(),
        secret: None,
    };
    platform.store.add_connection(&scope, &row, !app.multiple_accounts)?;
    Ok(Json(apps::account(&row)))
}

/// `GET /test/connections?linked_account_id=&environment=`
async fn connections(
    State(platform): State<Arc<Platform>>,
    axum::extract::Query(query): axum::extract::Query<std::collections::BTreeMap<String, String>>,
) -> Answer {
    let parameter = |name: &str| query.get(name).map(String::as_str);
    let scope = Scope {
        linked_account_id: parameter("linked_account_id").unwrap_or_default().into(),
        environment: environment(parameter("environment").unwrap_or("test")),
    };
    let list = platform.store.connections(&scope)?;
    Ok(Json(
        list.iter()
            .map(|row| {
                let mut account = apps::account(row);
                account["slug"] = row.slug.clone().into();
                account
            })
            .collect(),
    ))
}

/// Everything as after a start, except the session tokens.
async fn reset_accounts(State(platform): State<Arc<Platform>>) -> Answer {
    platform.store.reset_accounts()?;
    platform.seed(|_| true)?;
    Ok(Json(json!({ "reset": true })))
}

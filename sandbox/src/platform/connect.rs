//! Connecting and disconnecting: starting OAuth, keeping keys.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use regex_lite::Regex;
use serde_json::{Map, Value, json};

use super::error::ApiError;
use super::session::Session;
use super::store::{ConnectionRow, Scope};
use super::{Body, Platform};
use crate::catalog::{App, Auth, AuthType, Grant};
use crate::crypto::random_id;
use crate::http::now_ms;

type Pairs = Query<Vec<(String, String)>>;

/// `GET /api/v1/{slug}/integrate?name=value`, the way of older clients.
pub(super) async fn integrate_by_query(
    state: State<Arc<Platform>>,
    session: Session,
    slug: Path<String>,
    Query(pairs): Pairs,
) -> Result<Json<Value>, ApiError> {
    let fields = pairs.into_iter().map(|(name, value)| (name, Value::String(value))).collect();
    integrate(state, session, slug, Body(fields)).await
}

/// `POST /api/v1/{slug}/integrate`
pub(super) async fn integrate(
    State(platform): State<Arc<Platform>>,
    session: Session,
    Path(slug): Path<String>,
    Body(fields): Body,
) -> Result<Json<Value>, ApiError> {
    let app = platform.app(&slug)?;
    let auth = app.auth(AuthType::OAuth2);
    let auth = auth.ok_or_else(|| ApiError::bad_request("BAD_REQUEST", "This application does not use OAuth 2.0"))?;
    let fields = known_fields(auth, fields);
    if let Some(refusal) = refusal(auth, &fields) {
        return Err(ApiError::bad_request("INVALID_INPUT", refusal));
    }
    match auth.grant {
        Grant::AuthorizationCode => {
            let url = platform.authorization_url(&session.scope, app, auth, fields)?;
            Ok(Json(json!({ "auth_url": url })))
        }
        Grant::ClientCredentials => {
            let tokens = platform.client_credentials(auth, &fields).await?;
            let identifier = fields.get("client_id").and_then(Value::as_str).unwrap_or(&app.name).to_owned();
            platform.connect(&session.scope, app, auth, &identifier, &json!({"tokens": tokens, "fields": fields}))?;
            Ok(Json(json!({ "connected": true })))
        }
    }
}

/// `POST /api/v2/app/{slug}/save`
pub(super) async fn save(
    State(platform): State<Arc<Platform>>,
    session: Session,
    Path(slug): Path<String>,
    Body(mut fields): Body,
) -> Result<Json<Value>, ApiError> {
    let app = platform.app(&slug)?;
    let wanted = fields.remove("auth_type");
    if wanted.as_ref().and_then(Value::as_str).is_some_and(|kind| kind != AuthType::KeyBased.as_str()) {
        return Err(ApiError::bad_request("BAD_REQUEST", "Only keys can be saved; OAuth 2.0 starts with integrate"));
    }
    let auth = app.auth(AuthType::KeyBased);
    let auth = auth.ok_or_else(|| ApiError::bad_request("BAD_REQUEST", "This application does not use keys"))?;
    let fields = known_fields(auth, fields);
    // Refused credentials are a 500 with the reason in the message: that is the platform's contract.
    if let Some(refusal) = refusal(auth, &fields) {
        return Err(ApiError::new(StatusCode::INTERNAL_SERVER_ERROR, "INVALID_CREDENTIALS", refusal));
    }
    let named = auth.identifier.as_ref().and_then(|name| fields.get(name)).and_then(Value::as_str);
    // Without a field that names the account, its app does: never any part of the key.
    let identifier = named.unwrap_or(&app.name).to_owned();
    platform.connect(&session.scope, app, auth, &identifier, &json!({ "fields": fields }))?;
    Ok(Json(json!({ "success": true })))
}

/// `DELETE /api/v1/linked-acc/integration/{slug}[?auth_type=oauth2|keybased]`
pub(super) async fn disconnect(
    State(platform): State<Arc<Platform>>,
    session: Session,
    Path(slug): Path<String>,
    Query(pairs): Pairs,
) -> Result<Json<Value>, ApiError> {
    let app = platform.app(&slug)?;
    let auth_type = match pairs.iter().find(|(name, _)| name == "auth_type") {
        None => None,
        Some((_, kind)) => Some(
            AuthType::parse(kind)
                .ok_or_else(|| ApiError::bad_request("BAD_REQUEST", "auth_type: oauth2 or keybased"))?,
        ),
    };
    let removed = platform.store.remove_connections(&session.scope, &app.slug, auth_type)?;
    if removed == 0 {
        return Err(ApiError::not_found("Connection"));
    }
    Ok(Json(json!({ "success": true, "message": format!("{} disconnected", app.name) })))
}

impl Platform {
    /// Keeps what a customer gave, sealed, as a new connection.
    pub(super) fn connect(
        &self,
        scope: &Scope,
        app: &App,
        auth: &Auth,
        identifier: &str,
        secret: &Value,
    ) -> Result<(), ApiError> {
        let connection_id = format!("conn_{}", random_id(12)?);
        let row = ConnectionRow {
            slug: app.slug.clone(),
            auth_type: auth.kind,
            identifier: identifier.into(),
            expired: false,
            connected_at: now_ms(),
            secret: Some(self.vault.seal(&connection_id, secret.to_string().as_bytes())?),
            connection_id,
        };
        Ok(self.store.add_connection(scope, &row, !app.multiple_accounts)?)
    }
}

/// What the app asks for, trimmed; anything else that was sent is not kept.
fn known_fields(auth: &Auth, fields: Map<String, Value>) -> Map<String, Value> {
    let known = |name: &str| auth.fields.iter().any(|field| field["name"].as_str() == Some(name));
    fields
        .into_iter()
        .filter(|(name, _)| known(name))
        .map(|(name, value)| match value {
            Value::String(text) => (name, text.trim().into()),
            other => (name, other),
        })
        .collect()
}

/// What the app would answer to these values, if it would not take them.
fn refusal(auth: &Auth, fields: &Map<String, Value>) -> Option<String> {
    let missing = auth.missing(fields);
    if !missing.is_empty() {
        return Some(format!("Missing: {}", missing.join(", ")));
    }
    let broken = auth.valid.iter().any(|(name, pattern)| {
        let value = fields.get(name).and_then(Value::as_str).unwrap_or_default();
        !Regex::new(pattern).is_ok_and(|pattern| pattern.is_match(value))
    });
    broken.then(|| auth.refusal.clone().unwrap_or_else(|| "The application refused these credentials.".into()))
}

//! The apps that can be connected, each with the accounts that are.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use serde_json::{Map, Value, json};

use super::Platform;
use super::error::ApiError;
use super::session::Session;
use super::store::ConnectionRow;
use crate::catalog::{App, AuthType};
use crate::http::rfc3339;

/// `GET /api/v2/f-sdk/application`
pub(super) async fn list(State(platform): State<Arc<Platform>>, session: Session) -> Result<Json<Value>, ApiError> {
    let connections = platform.store.connections(&session.scope)?;
    Ok(Json(platform.catalog.apps.iter().map(|app| render(&platform, app, &connections)).collect()))
}

/// `GET /api/v2/f-sdk/application/{slug}`
pub(super) async fn one(
    State(platform): State<Arc<Platform>>,
    session: Session,
    Path(slug): Path<String>,
) -> Result<Json<Value>, ApiError> {
    let app = platform.app(&slug)?;
    Ok(Json(render(&platform, app, &platform.store.connections(&session.scope)?)))
}

impl Platform {
    pub(super) fn app(&self, slug: &str) -> Result<&App, ApiError> {
        self.catalog.app(slug).ok_or_else(|| ApiError::not_found("Application"))
    }
}

fn render(platform: &Platform, app: &App, connections: &[ConnectionRow]) -> Value {
    let own: Vec<_> = connections.iter().filter(|connection| connection.slug == app.slug).collect();
    let mut auth_types = Map::new();
    let mut scopes = Vec::new();
    for auth in &app.auth {
        auth_types.insert(auth.kind.as_str().into(), json!(auth.fields));
        scopes.extend(auth.scopes.iter().map(String::as_str));
    }
    let mut body = json!({
        "app_id": format!("app_{}", app.slug),
        "name": app.name,
        "slug": app.slug,
        "type": app.kind.as_deref().unwrap_or(&app.slug),
        "icon": format!("{}/icons/{}.svg", platform.url, app.slug),
        "description": app.description,
        "tags": app.tags,
        "ecosystem": app.ecosystem,
        "auth_type": app.auth.first().map(|auth| auth.kind),
        "auth_type_options": auth_types,
        "auth_input_map": app.auth.first().map(|auth| &auth.fields),
        "multiple_accounts": app.multiple_accounts,
        "connected_accounts": own.iter().map(|connection| account(connection)).collect::<Value>(),
    });
    if app.auth(AuthType::OAuth2).is_some() {
        body["scopes"] = json!(scopes);
    }
    // Absent, not false, for an app that is not connected.
    if !own.is_empty() {
        body["connected"] = true.into();
        body["reauth_required"] = own.iter().any(|connection| connection.expired).into();
    }
    body
}

pub(super) fn account(connection: &ConnectionRow) -> Value {
    json!({
        "connection_id": connection.connection_id,
        "identifier": connection.identifier,
        "connectedAt": rfc3339(connection.connected_at),
        "status": if connection.expired { "expired" } else { "active" },
        "auth_type": connection.auth_type,
    })
}

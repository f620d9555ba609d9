//! The endpoints of a configuration.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use serde_json::{Value, json};

use super::config::ConfigState;
use super::error::ApiError;
use super::session::Session;
use super::store::Scope;
use super::{Body, Platform};
use crate::catalog::App;
use crate::crypto::random_id;
use crate::http::{get, now_ms};

type Answer = Result<Json<Value>, ApiError>;
type Parameters = Query<BTreeMap<String, String>>;

/// A configuration taken out of the store, with what is needed to put it back.
struct Open<'a> {
    platform: &'a Platform,
    scope: &'a Scope,
    app: &'a App,
    config_id: String,
    state: ConfigState,
}

impl Platform {
    fn open_config<'a>(&'a self, scope: &'a Scope, slug: &str, id: Option<&str>) -> Result<Option<Open<'a>>, ApiError> {
        let app = self.app(slug)?;
        let Some((config_id, state)) = self.store.config(scope, slug, id)? else { return Ok(None) };
        let state = serde_json::from_str(&state).map_err(ApiError::internal)?;
        Ok(Some(Open { platform: self, scope, app, config_id, state }))
    }

    fn existing_config<'a>(&'a self, scope: &'a Scope, slug: &str, id: Option<&str>) -> Result<Open<'a>, ApiError> {
        self.open_config(scope, slug, id)?.ok_or_else(|| ApiError::not_found("Configuration"))
    }

    fn config_or_new<'a>(&'a self, scope: &'a Scope, slug: &str, id: Option<&str>) -> Result<Open<'a>, ApiError> {
        if let Some(open) = self.open_config(scope, slug, id)? {
            return Ok(open);
        }
        let app = self.app(slug)?;
        let config_id = match id {
            Some(id) => id.to_owned(),
            None => format!("config_{}", random_id(9)?),
        };
        let open = Open { platform: self, scope, app, config_id, state: ConfigState::new(&app.config) };
        open.keep()?;
        Ok(open)
    }
}

impl Open<'_> {
    fn keep(&self) -> Result<(), ApiError> {
        let state = serde_json::to_string(&self.state).map_err(ApiError::internal)?;
        Ok(self.platform.store.put_config(self.scope, &self.app.slug, &self.config_id, &state, now_ms())?)
    }

    /// Keeps what a customer changed: from now on, enabled workflows run.
    fn save(&self) -> Result<(), ApiError> {
        self.keep()?;
        for workflow in self.app.config.workflows.iter().filter(|workflow| self.state.enabled(&workflow.id)) {
            self.platform.run_once(self.scope, self.app, workflow, &self.config_id)?;
        }
        Ok(())
    }

    fn render(&self, errors: Vec<Value>) -> Value {
        self.state.render(&self.app.config, &self.app.slug, &self.config_id, errors)
    }
}

fn text<'a>(body: &'a serde_json::Map<String, Value>, name: &str) -> Option<&'a str> {
    body.get(name).and_then(Value::as_str).filter(|text| !text.is_empty())
}

fn required_slug(body: &serde_json::Map<String, Value>) -> Result<&str, ApiError> {
    text(body, "slug").ok_or_else(|| ApiError::bad_request("BAD_REQUEST", "slug is required"))
}

/// `POST /api/v2/f-sdk/config`: get or create.
pub(super) async fn create(State(platform): State<Arc<Platform>>, session: Session, Body(body): Body) -> Answer {
    let mut open = platform.config_or_new(&session.scope, required_slug(&body)?, text(&body, "config_id"))?;
    if let Some(labels) = body.get("labels").and_then(Value::as_array).filter(|labels| !labels.is_empty()) {
        open.state.set_labels(labels);
        open.keep()?;
    }
    Ok(Json(open.render(Vec::new())))
}

/// `PUT /api/v2/f-sdk/config`: only what is sent changes.
pub(super) async fn update(State(platform): State<Arc<Platform>>, session: Session, Body(body): Body) -> Answer {
    let mut open = platform.existing_config(&session.scope, required_slug(&body)?, text(&body, "config_id"))?;
    let errors = open.state.merge(&open.app.config, &body);
    open.save()?;
    Ok(Json(open.render(errors)))
}

/// Slug and, if the path names one, configuration.
#[derive(serde::Deserialize)]
pub(super) struct ConfigPath {
    slug: String,
    config_id: Option<String>,
}

/// `GET /api/v2/f-sdk/slug/{slug}/config[/{config_id}]`
pub(super) async fn read(
    State(platform): State<Arc<Platform>>,
    session: Session,
    Path(path): Path<ConfigPath>,
) -> Answer {
    let open = platform.existing_config(&session.scope, &path.slug, path.config_id.as_deref())?;
    Ok(Json(open.render(Vec::new())))
}

/// `DELETE /api/v2/f-sdk/slug/{slug}/config[/{config_id}]`
pub(super) async fn remove(
    State(platform): State<Arc<Platform>>,
    session: Session,
    Path(path): Path<ConfigPath>,
) -> Answer {
    let open = platform.existing_config(&session.scope, &path.slug, path.config_id.as_deref())?;
    platform.store.remove_config(&session.scope, &path.slug, &open.config_id)?;
    Ok(Json(json!({"message": "Configuration deleted"})))
}

/// `GET /api/v2/public/slug/{slug}/configs`
pub(super) async fn list(State(platform): State<Arc<Platform>>, session: Session, Path(slug): Path<String>) -> Answer {
    platform.app(&slug)?;
    let ids = platform.store.config_ids(&session.scope, &slug)?;
    Ok(Json(ids.iter().map(|id| json!({"_id": id, "config_id": id})).collect()))
}

/// Where a single field is: app in the header `slug`, the rest in the query.
struct FieldAddress<'a> {
    slug: &'a str,
    workflow_id: Option<&'a str>,
    config_id: Option<&'a str>,
}

fn address<'a>(headers: &'a HeaderMap, query: &'a BTreeMap<String, String>) -> Result<FieldAddress<'a>, ApiError> {
    let slug =
        get(headers, "slug").ok_or_else(|| ApiError::bad_request("BAD_REQUEST", "The header slug is missing"))?;
    let parameter = |name| query.get(name).map(String::as_str);
    Ok(FieldAddress { slug, workflow_id: parameter("workflow_id"), config_id: parameter("config_id") })
}

/// `POST /api/v2/public/config/field/{id}`: the field with its options, under `value` of its parent if given.
pub(super) async fn field(
    State(platform): State<Arc<Platform>>,
    session: Session,
    Path(id): Path<String>,
    Query(query): Parameters,
    headers: HeaderMap,
    Body(body): Body,
) -> Answer {
    let FieldAddress { slug, workflow_id, config_id } = address(&headers, &query)?;
    let open = platform.config_or_new(&session.scope, slug, config_id)?;
    let field = open.state.field(&open.app.config, workflow_id, &id, body.get("value"));
    field.map(Json).ok_or_else(|| ApiError::not_found("Field"))
}

/// `PUT /api/v2/public/config/field/{id}`
pub(super) async fn set_field(
    State(platform): State<Arc<Platform>>,
    session: Session,
    Path(id): Path<String>,
    Query(query): Parameters,
    headers: HeaderMap,
    Body(body): Body,
) -> Answer {
    let value = body.get("value").ok_or_else(|| ApiError::bad_request("BAD_REQUEST", "value is required"))?;
    change_field(&platform, &session.scope, address(&headers, &query)?, &id, Some(value))
}

/// `DELETE /api/v2/public/config/field/{id}`
pub(super) async fn unset_field(
    State(platform): State<Arc<Platform>>,
    session: Session,
    Path(id): Path<String>,
    Query(query): Parameters,
    headers: HeaderMap,
) -> Answer {
    change_field(&platform, &session.scope, address(&headers, &query)?, &id, None)
}

fn change_field(
    platform: &Platform,
    scope: &Scope,
    FieldAddress { slug, workflow_id, config_id }: FieldAddress<'_>,
    id: &str,
    value: Option<&Value>,
) -> Answer {
    let mut open = platform.config_or_new(scope, slug, config_id)?;
    if open.state.field(&open.app.config, workflow_id, id, None).is_none() {
        return Err(ApiError::not_found("Field"));
    }
    let changed = open.state.set(&open.app.config, workflow_id, id, value);
    changed.map_err(|message| ApiError::bad_request("INVALID_VALUE", message))?;
    open.save()?;
    let field = open.state.field(&open.app.config, workflow_id, id, None);
    field.map(Json).ok_or_else(|| ApiError::not_found("Field"))
}

/// `POST /api/v2/public/config/rule-engine/{id}`: what can be compared with the chosen left-hand side.
pub(super) async fn rule(
    State(platform): State<Arc<Platform>>,
    _session: Session,
    Path(id): Path<String>,
    Query(query): Parameters,
    headers: HeaderMap,
    Body(body): Body,
) -> Answer {
    let FieldAddress { slug, workflow_id, .. } = address(&headers, &query)?;
    let config = &platform.app(slug)?.config;
    let fields = match workflow_id {
        None => &config.fields,
        Some(id) => {
            let workflow = config.workflows.iter().find(|workflow| workflow.id == id);
            &workflow.ok_or_else(|| ApiError::not_found("Workflow"))?.fields
        }
    };
    let field = fields.iter().find(|field| field.id() == id && field.field_type() == "rule_engine");
    let field = field.ok_or_else(|| ApiError::not_found("Field"))?;
    let lhs = body.get("rule_column").and_then(|column| column["lhs"].as_str()).unwrap_or_default();
    let rule = field.rule(lhs).ok_or_else(|| ApiError::bad_request("BAD_REQUEST", "Unknown left-hand side"))?;
    Ok(Json(json!({ "rule_column": rule })))
}

/// `PATCH /api/v2/public/slug/{slug}/config/{config_id}/workflows/{workflow_id}`
pub(super) async fn switch_workflow(
    State(platform): State<Arc<Platform>>,
    session: Session,
    Path((slug, config_id, workflow_id)): Path<(String, String, String)>,
    Body(body): Body,
) -> Answer {
    let mut open = platform.existing_config(&session.scope, &slug, Some(&config_id))?;
    if !open.app.config.workflows.iter().any(|workflow| workflow.id == workflow_id) {
        return Err(ApiError::not_found("Workflow"));
    }
    let enabled = body.get("enabled").and_then(Value::as_bool);
    let enabled = enabled.ok_or_else(|| ApiError::bad_request("BAD_REQUEST", "enabled is true or false"))?;
    open.state.enable(&workflow_id, enabled);
    open.save()?;
    Ok(Json(json!({"workflows": open.state.workflow_list(&open.app.config)})))
}

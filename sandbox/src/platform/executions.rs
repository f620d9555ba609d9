//! Runs of workflows: made when one is first enabled, listed by page.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query, State};
use serde_json::{Value, json};

use super::Platform;
use super::error::ApiError;
use super::session::Session;
use super::store::Scope;
use crate::catalog::{App, Workflow};
use crate::crypto::random_id;
use crate::http::{now_ms, rfc3339};

/// More than a page, so that paging shows.
const FIRST_RUNS: i64 = 12;
const DEFAULT_LIMIT: u32 = 10;
const MAX_LIMIT: u32 = 100;
/// Milliseconds between runs.
const INTERVAL: i64 = 7 * 60 * 1000;

pub(super) struct Run {
    pub(super) id: String,
    pub(super) slug: String,
    pub(super) workflow_id: String,
    pub(super) status: &'static str,
    /// Milliseconds since 1970.
    pub(super) started_at: i64,
    pub(super) body: Value,
}

impl Platform {
    /// Gives a workflow that was just enabled for the first time a few runs.
    pub(super) fn run_once(
        &self,
        scope: &Scope,
        app: &App,
        workflow: &Workflow,
        config_id: &str,
    ) -> Result<(), ApiError> {
        if self.store.has_executions(scope, &app.slug, &workflow.id)? {
            return Ok(());
        }
        for index in (0..FIRST_RUNS).rev() {
            let status = match index {
                0 => "RUNNING",
                4 => "ERRORED",
                _ => "COMPLETED",
            };
            let id = random_id(12)?;
            let started_at = now_ms() - index * INTERVAL;
            let duration = (status != "RUNNING").then_some(340 + 97 * index);
            let body = json!({
                "_id": id,
                "name": workflow.name,
                "status": status,
                "slug": app.slug,
                "config_id": config_id,
                "environment": scope.environment,
                "linked_account_id": scope.linked_account_id,
                "associated_workflow": {"_id": workflow.id, "name": workflow.name},
                "trigger_type": "SCHEDULE",
                "completion_time": duration,
                "error": (status == "ERRORED").then(|| json!({"message": format!("{} answered 503.", app.name)})),
                "createdAt": rfc3339(started_at),
                "updatedAt": rfc3339(started_at + duration.unwrap_or(0)),
            });
            let (slug, workflow_id) = (app.slug.clone(), workflow.id.clone());
            self.store.add_execution(scope, &Run { id, slug, workflow_id, status, started_at, body })?;
        }
        Ok(())
    }
}

/// `GET /api/v2/public/execution?page=&limit=&status=&workflow_id=`; pages count from 1.
pub(super) async fn list(
    State(platform): State<Arc<Platform>>,
    session: Session,
    Query(query): Query<BTreeMap<String, String>>,
) -> Result<Json<Value>, ApiError> {
    let number = |name: &str, default: u32| match query.get(name) {
        None => Ok(default),
        Some(text) => text
            .parse()
            .ok()
            .filter(|number| *number > 0)
            .ok_or_else(|| ApiError::bad_request("BAD_REQUEST", format!("{name} is a number from 1"))),
    };
    let page = number("page", 1)?;
    let limit = number("limit", DEFAULT_LIMIT)?.min(MAX_LIMIT);
    let status = query.get("status").map(|status| status.to_uppercase());
    let offset = u64::from(page - 1) * u64::from(limit);
    let workflow_id = query.get("workflow_id").map(String::as_str);
    let (total, bodies) = platform.store.executions(&session.scope, status.as_deref(), workflow_id, (limit, offset))?;
    let docs: Result<Vec<Value>, _> = bodies.iter().map(|body| serde_json::from_str(body)).collect();
    Ok(Json(json!({
        "docs": docs.map_err(ApiError::internal)?,
        "totalDocs": total,
        "limit": limit,
        "page": page,
        "totalPages": total.div_ceil(limit.into()).max(1),
    })))
}

/// `GET /api/v2/public/execution/{id}`
pub(super) async fn one(
    State(platform): State<Arc<Platform>>,
    session: Session,
    Path(id): Path<String>,
) -> Result<Json<Value>, ApiError> {
    let body = platform.store.execution(&session.scope, &id)?.ok_or_else(|| ApiError::not_found("Execution"))?;
    serde_json::from_str(&body).map(Json).map_err(ApiError::internal)
}

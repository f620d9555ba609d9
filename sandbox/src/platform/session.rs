//! Session tokens: minting with an API key, checking on every frontend call, revoking.

use std::sync::Arc;

use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Json, extract::RawQuery};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::error::ApiError;
use super::store::{Scope, TokenRow, environment};
use super::{Body, Platform};
use crate::crypto::random_id;
use crate::http::now;

/// Seconds that the refresh token is said to live. It serves no endpoint of the frontend API.
const REFRESH_LIFETIME: i64 = 7 * 24 * 3600;

#[derive(Deserialize, Serialize)]
struct Claims {
    org_id: String,
    linked_account_id: String,
    environment: String,
    iat: i64,
    exp: i64,
    jti: String,
}

/// A checked session token: the only way for a handler to learn whose data it serves.
pub(super) struct Session {
    pub(super) scope: Scope,
    jti: String,
}

pub(crate) struct Minted {
    pub(crate) token: String,
    pub(crate) expires_in: i64,
}

impl Platform {
    /// A new token. `lifetime` in seconds may be negative: a token that has expired already.
    pub(crate) fn mint(&self, scope: &Scope, lifetime: i64) -> Result<Minted, ApiError> {
        let iat = now();
        let row = TokenRow { jti: random_id(16)?, iat, exp: iat.saturating_add(lifetime) };
        self.store.add_token(scope, &row)?;
        Ok(Minted { token: self.encode(scope, &row)?, expires_in: lifetime })
    }

    /// The same row makes the same token again, so none has to be stored.
    fn encode(&self, scope: &Scope, row: &TokenRow) -> Result<String, ApiError> {
        let claims = Claims {
            org_id: self.catalog.organisation.org_id.clone(),
            linked_account_id: scope.linked_account_id.clone(),
            environment: scope.environment.into(),
            iat: row.iat,
            exp: row.exp,
            jti: row.jti.clone(),
        };
        let key = EncodingKey::from_secret(self.vault.signing_key());
        jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &key).map_err(ApiError::internal)
    }

    fn check(&self, token: &str) -> Result<Session, ApiError> {
        let mut validation = Validation::new(Algorithm::HS256);
        validation.leeway = 0;
        let key = DecodingKey::from_secret(self.vault.signing_key());
        let claims = jsonwebtoken::decode::<Claims>(token, &key, &validation).map_err(|_| ApiError::invalid_token())?;
        let Claims { linked_account_id, environment: name, jti, .. } = claims.claims;
        if !self.store.token_is_live(&jti)? {
            return Err(ApiError::invalid_token());
        }
        Ok(Session { scope: Scope { linked_account_id, environment: environment(&name) }, jti })
    }

    /// The environment that an API key is for.
    fn key_environment(&self, headers: &HeaderMap) -> Result<&'static str, ApiError> {
        let key = crate::http::get(headers, "x-api-key").unwrap_or_default();
        if self.keys.iter().any(|known| known.matches(key)) {
            return Ok(environment(if key.starts_with("pk") { "production" } else { "test" }));
        }
        Err(ApiError::new(StatusCode::UNAUTHORIZED, "UNAUTHORIZED", "Invalid Credentials"))
    }
}

impl FromRequestParts<Arc<Platform>> for Session {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, platform: &Arc<Platform>) -> Result<Self, ApiError> {
        let Some(value) = crate::http::get(&parts.headers, header::AUTHORIZATION.as_str()) else {
            // Newer endpoints answer 403, older ones 500.
            let old = parts.uri.path().starts_with("/api/v1/");
            let status = if old { StatusCode::INTERNAL_SERVER_ERROR } else { StatusCode::FORBIDDEN };
            return Err(ApiError::new(status, "FORBIDDEN", "Authorization Token Missing"));
        };
        match value.split_once(' ') {
            Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => platform.check(token.trim()),
            _ => Err(ApiError::invalid_token()),
        }
    }
}

/// `POST /api/v2/public/session-token[?force_refresh=true]`
pub(super) async fn mint(
    State(platform): State<Arc<Platform>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    Body(body): Body,
) -> Result<Response, ApiError> {
    let environment = platform.key_environment(&headers)?;
    let id = body.get("linked_account_id").and_then(Value::as_str).filter(|id| !id.is_empty());
    let id = id.ok_or_else(|| ApiError::bad_request("BAD_REQUEST", "linked_account_id is required"))?;
    if !platform.store.has_linked_account(id)? {
        return Err(ApiError::bad_request("INVALID_LINKED_ACCOUNT_ID", "Invalid linked account id"));
    }
    let scope = Scope { linked_account_id: id.into(), environment };
    let force = query.is_some_and(|query| query.split('&').any(|pair| pair == "force_refresh=true"));
    let reusable = if force { None } else { platform.store.valid_token(&scope, now())? };
    let minted = match reusable {
        Some(row) => Minted { token: platform.encode(&scope, &row)?, expires_in: row.exp - now() },
        None => platform.mint(&scope, platform.token_lifetime())?,
    };
    let answer = json!({
        "token": minted.token,
        "refresh_token": random_id(32)?,
        "expires_in": minted.expires_in,
        "refresh_expires_in": REFRESH_LIFETIME,
    });
    Ok(([(header::CACHE_CONTROL, "no-store")], Json(answer)).into_response())
}

/// `POST /api/v2/public/session-token/revoke`
pub(super) async fn revoke(State(platform): State<Arc<Platform>>, session: Session) -> Result<Json<Value>, ApiError> {
    let revoked = platform.store.revoke_token(&session.jti)?;
    Ok(Json(json!({"success": true, "revoked_count": revoked})))
}

/// `GET /api/v2/public/session/active-linked-account`
pub(super) async fn active_linked_account(
    State(platform): State<Arc<Platform>>,
    session: Session,
) -> Result<Json<Value>, ApiError> {
    Ok(Json(json!({
        "linked_account_id": session.scope.linked_account_id,
        "environment": session.scope.environment,
        "org_id": platform.catalog.organisation.org_id,
    })))
}

/// `GET /api/v3/org/basics`
pub(super) async fn organisation(State(platform): State<Arc<Platform>>, _session: Session) -> Json<Value> {
    let organisation = &platform.catalog.organisation;
    Json(json!({"_id": organisation.org_id, "org_id": organisation.org_id, "name": organisation.name}))
}

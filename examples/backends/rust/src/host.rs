//! The session-token endpoint, and what a page needs to know beside it.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};
use subtle::ConstantTimeEq as _;

use crate::login::{Logins, Session};

struct Host {
    api_key: String,
    platform: String,
    client: reqwest::Client,
    logins: Logins,
}

/// What the platform gives. The refresh token that comes along is not for browsers: it is not even read.
#[derive(Deserialize)]
struct Minted {
    token: String,
    expires_in: Option<f64>,
}

/// An error as the page's code sees it.
fn refuse(status: StatusCode, code: &str) -> Response {
    (status, Json(json!({ "error": code }))).into_response()
}

/// Whether a request that changes something comes from a page of ours: a cookie alone proves nothing.
fn is_ours(headers: &HeaderMap, session: &Session) -> bool {
    let same_site = headers.get("sec-fetch-site").is_none_or(|site| site == "same-origin");
    let given = headers.get("x-csrf-token").map(|token| token.as_bytes()).unwrap_or_default();
    same_site && bool::from(given.ct_eq(session.csrf_token.as_bytes()))
}

/// `POST /api/session-token`: a token for the customer who is signed in, whatever the request says.
async fn session_token(State(host): State<Arc<Host>>, headers: HeaderMap) -> Response {
    let Some(session) = host.logins.session(&headers) else { return refuse(StatusCode::UNAUTHORIZED, "signed_out") };
    if !is_ours(&headers, &session) {
        return refuse(StatusCode::FORBIDDEN, "forbidden");
    }
    let answer = host
        .client
        // Without force_refresh the platform may hand out a token again that is nearly dead.
        .post(format!("{}/api/v2/public/session-token?force_refresh=true", host.platform))
        .header("x-api-key", &host.api_key)
        .header(header::CONTENT_TYPE, "application/json")
        .body(json!({ "linked_account_id": session.linked_account }).to_string())
        .send()
        .await;
    let Ok(answer) = answer else { return refuse(StatusCode::BAD_GATEWAY, "platform_unavailable") };
    match answer.status() {
        StatusCode::OK => {}
        StatusCode::TOO_MANY_REQUESTS => {
            let wait = answer.headers().get(header::RETRY_AFTER).cloned();
            let wait = wait.unwrap_or_else(|| header::HeaderValue::from_static("5"));
            return ([(header::RETRY_AFTER, wait)], refuse(StatusCode::TOO_MANY_REQUESTS, "rate_limited"))
                .into_response();
        }
        status => {
            // The platform's words stay here: they are about the key. Its status is worth a line in the log.
            eprintln!("the platform answered {status}");
            return refuse(StatusCode::BAD_GATEWAY, "platform_refused");
        }
    }
    let body = answer.bytes().await.unwrap_or_default();
    match serde_json::from_slice::<Minted>(&body) {
        Ok(Minted { token, expires_in }) if !token.is_empty() => {
            Json(json!({ "token": token, "expires_in": expires_in })).into_response()
        }
        _ => refuse(StatusCode::BAD_GATEWAY, "platform_unavailable"),
    }
}

/// `GET /api/host`: what the page needs to know.
async fn describe(State(host): State<Arc<Host>>, headers: HeaderMap) -> Response {
    let describe = |session: &Session| -> Json<Value> {
        let frame = format!("{}/frame.html", host.platform);
        Json(json!({"user": session.user, "csrfToken": session.csrf_token, "apiUrl": host.platform, "frameUrl": frame}))
    };
    if let Some(session) = host.logins.session(&headers) {
        return describe(&session).into_response();
    }
    match host.logins.sign_in() {
        Ok((session, cookie)) => ([(header::SET_COOKIE, cookie)], describe(&session)).into_response(),
        Err(_) => refuse(StatusCode::INTERNAL_SERVER_ERROR, "internal"),
    }
}

/// No answer of this server is for a cache.
async fn never_stored(response: Response) -> impl IntoResponse {
    ([(header::CACHE_CONTROL, "no-store"), (header::VARY, "Cookie")], response)
}

/// The routes under `/api/`. `platform`: its base address; `logins`: whoever is signed in.
pub(crate) fn router(api_key: String, platform: String, logins: Logins) -> Result<Router, reqwest::Error> {
    // One of the two providers of cryptography that rustls can use; it is already installed if this fails.
    let _ = rustls::crypto::ring::default_provider().install_default();
    // The key goes to the platform and not to where it might point.
    let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none());
    let client = client.timeout(Duration::from_secs(10)).build()?;
    Ok(Router::new()
        .route("/api/host", get(describe))
        .route("/api/session-token", post(session_token))
        .layer(axum::middleware::map_response(never_stored))
        .with_state(Arc::new(Host { api_key, platform, client, logins })))
}

//! The session-token endpoint: for the signed-in user's own linked account, checked, limited, logged without secrets.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Json;
use axum::body::Bytes;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse as _, Response};
use serde::Deserialize;
use serde_json::{Value, json};

use super::watch::Seen;
use super::{Host, signed_out};
use crate::crypto::Secret;
use crate::http::{get, now_ms, rfc3339};
use crate::platform::Scope;

const WINDOW: Duration = Duration::from_secs(60);

/// Tokens that are revoked when the sandbox ends.
const MAX_OUTSTANDING: usize = 1000;

/// The mints of one user.
#[derive(Default)]
pub(super) struct History {
    generation: u64,
    recent: Vec<Instant>,
    origins: Vec<String>,
}

pub(super) struct Outstanding {
    /// The session it was given to, by the hash of its id.
    session: Option<String>,
    token: Secret,
    /// Milliseconds since 1970.
    expires_at: i64,
}

/// How the endpoint behaves, for tests.
#[derive(Clone, Copy, Default)]
pub(super) struct Mode {
    pub(super) kind: Kind,
    /// Requests left; endless if absent.
    pub(super) times: Option<u32>,
    pub(super) delay_ms: u64,
}

#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq)]
#[serde(rename_all = "lowercase")]
pub(super) enum Kind {
    #[default]
    Ok,
    Fail,
    Hang,
    Null,
    Html,
    Same,
    Expired,
    Slow,
}

/// What the platform gave; its refresh token is not even read.
#[derive(Deserialize)]
struct Minted {
    token: String,
    expires_in: i64,
}

enum MintError {
    /// The platform could not be reached, or did not answer as it should.
    Unavailable,
    /// The platform refused, with this status and, if it said one, code.
    Refused(StatusCode, Option<String>),
}

/// `POST /api/session-token`
pub(super) async fn session_token(
    State(host): State<Arc<Host>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let session = match host.checked_session(&headers) {
        Ok(session) => session,
        Err(refused) => return refused.into_response(),
    };
    let Some(user) = session.and_then(|session| session.user) else { return signed_out() };
    if names_an_account(query.as_deref(), &headers, &body) {
        let message = "The linked account comes from the session, never from the request";
        return (StatusCode::BAD_REQUEST, Json(json!({"error": "account_in_request", "message": message})))
            .into_response();
    }
    let generation = match host.count(&user, &headers) {
        Ok(generation) => generation,
        Err(wait) => {
            eprintln!("host: ALERT {user} asks for more than {} session tokens a minute", host.mint_limit);
            let body = Json(json!({"error": "rate_limited", "message": "Too many session tokens"}));
            return (StatusCode::TOO_MANY_REQUESTS, [(header::RETRY_AFTER, wait.to_string())], body).into_response();
        }
    };
    let mode = host.take_mode();
    match mode.kind {
        Kind::Ok | Kind::Same | Kind::Expired => {}
        Kind::Slow => tokio::time::sleep(Duration::from_millis(mode.delay_ms)).await,
        Kind::Hang => std::future::pending().await,
        Kind::Fail => return (StatusCode::BAD_GATEWAY, Json(json!({"error": "switched"}))).into_response(),
        Kind::Null => return Json(Value::Null).into_response(),
        Kind::Html => return Html("<!doctype html><title>Sign in</title><h1>Sign in</h1>").into_response(),
    }
    let activity = get(&headers, "x-activity-id").filter(|id| is_plain_id(id)).unwrap_or("-");
    match host.mint(&user, mode.kind).await {
        Ok(Minted { token, expires_in }) => {
            eprintln!("host: minted user={user} generation={generation} expires_in={expires_in} activity={activity}");
            let server_time = now_ms();
            let expires_at = server_time + expires_in * 1000;
            host.watch(&user, Seen::Mint);
            let key = host.session_key(&headers);
            host.remember(&token, expires_at, key.clone());
            // Who has signed out meanwhile had the other tokens revoked, and gets no new one.
            if let Some(key) = key.filter(|_| host.session(&headers).is_none()) {
                host.revoke_of(&key).await;
                return signed_out();
            }
            Json(json!({"token": token, "expires_in": expires_in, "expires_at": rfc3339(expires_at),
                "server_time": rfc3339(server_time)}))
            .into_response()
        }
        Err(MintError::Unavailable) => {
            eprintln!("host: mint failed user={user} activity={activity}: platform unavailable");
            let body = json!({"error": "platform_unavailable", "message": "The platform did not answer"});
            (StatusCode::BAD_GATEWAY, Json(body)).into_response()
        }
        Err(MintError::Refused(status, code)) => {
            let code = code.unwrap_or_else(|| "-".into());
            eprintln!("host: mint refused user={user} activity={activity} status={} code={code}", status.as_u16());
            let body = json!({"error": "platform_refused", "message": "The platform refused to give a session token"});
            (StatusCode::BAD_GATEWAY, Json(body)).into_response()
        }
    }
}

/// Whether the request tries to say whose token it wants.
fn names_an_account(query: Option<&str>, headers: &HeaderMap, body: &[u8]) -> bool {
    let telling = |name: &str| {
        let name: String = name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_lowercase();
        name.contains("linkedaccount") || name.contains("accountid") || name == "user" || name == "userid"
    };
    let in_query = url::form_urlencoded::parse(query.unwrap_or_default().as_bytes()).any(|(name, _)| telling(&name));
    let in_headers = headers.keys().any(|name| telling(name.as_str()));
    let in_body = match serde_json::from_slice::<Value>(body) {
        Ok(Value::Object(members)) => members.keys().any(|name| telling(name)),
        Ok(Value::Null) => false,
        Ok(_) => true,
        Err(_) => !body.is_empty(),
    };
    in_query || in_headers || in_body
}

/// Fit for a log line.
fn is_plain_id(text: &str) -> bool {
    text.len() <= 64 && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

impl Host {
    /// Counts a mint: its number, or the seconds to wait.
    fn count(&self, user: &str, headers: &HeaderMap) -> Result<u64, u64> {
        let mut state = self.state();
        let history = state.mints.entry(user.to_owned()).or_default();
        history.recent.retain(|moment| moment.elapsed() < WINDOW);
        if history.recent.len() >= self.mint_limit {
            let oldest = history.recent.first().map_or(Duration::ZERO, Instant::elapsed);
            return Err(WINDOW.saturating_sub(oldest).as_secs() + 1);
        }
        history.recent.push(Instant::now());
        history.generation += 1;
        if let Some(origin) = get(headers, header::ORIGIN.as_str())
            && !history.origins.iter().any(|known| known == origin)
        {
            if !history.origins.is_empty() {
                eprintln!("host: ALERT {user} asks for session tokens from a new origin {origin}");
            }
            history.origins.push(origin.to_owned());
        }
        Ok(history.generation)
    }

    fn take_mode(&self) -> Mode {
        let mode = &mut self.state().mint_mode;
        let taken = *mode;
        match &mut mode.times {
            Some(0 | 1) => *mode = Mode::default(),
            Some(times) => *times -= 1,
            None => {}
        }
        taken
    }

    async fn mint(&self, user: &str, kind: Kind) -> Result<Minted, MintError> {
        let account = self.users.iter().find(|(known, _)| known == user).map(|(_, account)| account);
        let account = account.ok_or(MintError::Unavailable)?;
        if let (Kind::Expired, Some(platform)) = (kind, &self.platform) {
            let scope = Scope { linked_account_id: account.clone(), environment: "test" };
            let minted = platform.mint(&scope, -60).map_err(|_| MintError::Unavailable)?;
            return Ok(Minted { token: minted.token, expires_in: minted.expires_in });
        }
        let key = self.state().api_key.clone();
        let force = if kind == Kind::Same { "" } else { "?force_refresh=true" };
        let answer = self
            .client
            .post(format!("{}/api/v2/public/session-token{force}", self.platform_url))
            .header("x-api-key", key.expose())
            .header(header::CONTENT_TYPE, "application/json")
            .body(json!({ "linked_account_id": account }).to_string())
            .send()
            .await
            .map_err(|_| MintError::Unavailable)?;
        let status = answer.status();
        let body = answer.bytes().await.map_err(|_| MintError::Unavailable)?;
        if !status.is_success() {
            let body: Value = serde_json::from_slice(&body).unwrap_or_default();
            let code = body["error_code"].as_str().or(body["error"].as_str());
            let plain = |code: &&str| code.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
            return Err(MintError::Refused(status, code.filter(plain).map(str::to_owned)));
        }
        let minted: Minted = serde_json::from_slice(&body).map_err(|_| MintError::Unavailable)?;
        if minted.token.is_empty() { Err(MintError::Unavailable) } else { Ok(minted) }
    }

    fn remember(&self, token: &str, expires_at: i64, session: Option<String>) {
        let mut state = self.state();
        state.outstanding.retain(|known| known.expires_at > now_ms());
        if state.outstanding.len() == MAX_OUTSTANDING {
            state.outstanding.remove(0);
        }
        state.outstanding.push(Outstanding { session, token: Secret::new(token), expires_at });
    }

    /// Revokes what was minted and has not expired; answers how many the platform confirmed.
    pub(crate) async fn revoke_outstanding(&self) -> usize {
        let tokens = std::mem::take(&mut self.state().outstanding);
        self.revoke(tokens).await
    }

    /// Revokes what one session was given: whoever signs out leaves no token behind that still works.
    pub(super) async fn revoke_of(&self, session: &str) -> usize {
        let own = |token: &mut Outstanding| token.session.as_deref() == Some(session);
        let tokens = self.state().outstanding.extract_if(.., own).collect();
        self.revoke(tokens).await
    }

    async fn revoke(&self, tokens: Vec<Outstanding>) -> usize {
        let mut requests = tokio::task::JoinSet::new();
        for token in tokens.into_iter().filter(|token| token.expires_at > now_ms()) {
            let request =
                self.client.post(&self.revoke_url).bearer_auth(token.token.expose()).timeout(Duration::from_secs(5));
            requests.spawn(async move { request.send().await.is_ok_and(|answer| answer.status().is_success()) });
        }
        requests.join_all().await.into_iter().filter(|revoked| *revoked).count()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn r22_an_account_in_the_request_is_noticed_wherever_it_is() {
        let mut named = HeaderMap::new();
        named.insert("x-linked-account-id", "acct_grace".parse().unwrap());
        let none = HeaderMap::new();
        assert!(names_an_account(Some("linked_account_id=acct_grace"), &none, b""));
        assert!(names_an_account(None, &named, b""));
        assert!(names_an_account(None, &none, br#"{"linkedAccountId":"acct_grace"}"#));
        assert!(names_an_account(None, &none, br#"{"user":"grace"}"#));
        assert!(names_an_account(None, &none, b"linked_account_id=acct_grace"));
        assert!(!names_an_account(None, &none, b""));
        assert!(!names_an_account(Some("reason=initial"), &none, br#"{"reason":"initial"}"#));
    }
}

//! Who is signed in to the host: an HttpOnly cookie, and a CSRF token for everything that changes something.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::json;

use super::watch::Seen;
use super::{Host, forbidden};
use crate::crypto::{constant_time_eq, random_id, sha256_hex};
use crate::http::{cookie, get, set};

/// Sessions kept; the demo forgets all of them rather than growing without bound.
const MAX_SESSIONS: usize = 100_000;

#[derive(Clone)]
pub(super) struct Session {
    /// `None` once signed out: the cookie stays, so that the demo does not sign in again by itself.
    pub(super) user: Option<String>,
    csrf_token: String,
}

/// The CSRF token is missing or is another session's.
pub(super) struct CsrfRefused;

impl IntoResponse for CsrfRefused {
    fn into_response(self) -> Response {
        forbidden("CSRF token missing or wrong")
    }
}

impl Host {
    fn cookie_name(&self) -> &'static str {
        if self.secure() { "__Host-session" } else { "session" }
    }

    pub(super) fn secure(&self) -> bool {
        self.origin.starts_with("https:")
    }

    /// Under which the session of a request is kept, whether or not there is one.
    pub(super) fn session_key(&self, headers: &HeaderMap) -> Option<String> {
        cookie(headers, self.cookie_name()).map(sha256_hex)
    }

    pub(super) fn session(&self, headers: &HeaderMap) -> Option<Session> {
        let key = self.session_key(headers)?;
        self.state().sessions.get(&key).cloned()
    }

    /// The session of a request that changes something, if the request proves to come from our page.
    pub(super) fn checked_session(&self, headers: &HeaderMap) -> Result<Option<Session>, CsrfRefused> {
        let Some(session) = self.session(headers) else { return Ok(None) };
        let token = get(headers, "x-csrf-token").unwrap_or_default();
        if constant_time_eq(token, &session.csrf_token) {
            return Ok(Some(session));
        }
        Err(CsrfRefused)
    }

    /// Starts a session and the cookie that carries it; a new one each time, so that none can be fixed beforehand.
    fn start(&self, user: Option<&str>) -> Result<(Session, String), getrandom::Error> {
        let id = random_id(24)?;
        let session = Session { user: user.map(str::to_owned), csrf_token: random_id(24)? };
        let mut state = self.state();
        if state.sessions.len() >= MAX_SESSIONS {
            state.sessions.clear();
        }
        state.sessions.insert(sha256_hex(&id), session.clone());
        let secure = if self.secure() { "; Secure" } else { "" };
        Ok((session, format!("{}={id}; HttpOnly; SameSite=Lax; Path=/{secure}", self.cookie_name())))
    }

    /// Ends the session of a request, and its tokens at the platform: answers how many the platform confirmed. Whoever
    /// signs in or out comes through here, or tokens of the session before would outlive it.
    async fn end(&self, headers: &HeaderMap) -> usize {
        let Some(key) = self.session_key(headers) else { return 0 };
        self.state().sessions.remove(&key);
        self.revoke_of(&key).await
    }

    fn description(&self, session: &Session) -> serde_json::Value {
        json!({
            "user": session.user,
            "apiUrl": self.platform_url,
            "csrfToken": session.csrf_token,
            "frameUrl": self.platform.as_ref().and_then(|platform| platform.frame_url()),
        })
    }

    fn answer(&self, user: Option<&str>) -> Response {
        match self.start(user) {
            Ok((session, cookie)) => {
                let mut response = Json(self.description(&session)).into_response();
                set(response.headers_mut(), header::SET_COOKIE, &cookie);
                response
            }
            Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        }
    }
}

/// `GET /api/host`: a visitor without a cookie is signed in as the first user; this is a demo.
pub(super) async fn describe(State(host): State<Arc<Host>>, headers: HeaderMap) -> Response {
    match host.session(&headers) {
        Some(session) => Json(host.description(&session)).into_response(),
        None => {
            let first = host.users.first().map(|(user, _)| user.clone());
            host.answer(first.as_deref())
        }
    }
}

#[derive(Deserialize)]
pub(super) struct SignIn {
    user: String,
}

/// `POST /api/sign-in`: the tokens of the session before end at the platform, too.
pub(super) async fn sign_in(
    State(host): State<Arc<Host>>,
    headers: HeaderMap,
    Json(SignIn { user }): Json<SignIn>,
) -> Response {
    if !host.users.iter().any(|(known, _)| *known == user) {
        return (StatusCode::BAD_REQUEST, Json(json!({"error": "unknown_user"}))).into_response();
    }
    if let Some(before) = host.session(&headers).and_then(|session| session.user)
        && before != user
    {
        host.watch(&user, Seen::AccountChange);
    }
    let revoked = host.end(&headers).await;
    eprintln!("host: {user} signed in, {revoked} session tokens of the session before revoked");
    host.answer(Some(&user))
}

/// `POST /api/sign-out`: the session's tokens end at the platform, too.
pub(super) async fn sign_out(State(host): State<Arc<Host>>, headers: HeaderMap) -> Response {
    let revoked = host.end(&headers).await;
    eprintln!("host: signed out, {revoked} session tokens revoked");
    host.answer(None)
}

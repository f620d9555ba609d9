//! The host's backend: signs its users in and gives their browsers session tokens, and nothing else of the platform.

mod activity;
mod mint;
mod pages;
mod sessions;
mod test_api;
mod watch;

use std::collections::HashMap;
use std::error::Error;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::extract::{Request, State};
use axum::http::{Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use axum::{Json, Router, middleware};
use serde_json::json;

use crate::crypto::Secret;
use crate::options::Options;
use crate::platform::Platform;

/// The users of the demo and their linked accounts at our own platform, one each.
const USERS: [(&str, &str); 2] = [("ada", "acct_ada"), ("grace", "acct_grace")];

pub(crate) struct Host {
    origin: String,
    allow_origins: Vec<String>,
    platform_url: String,
    /// In this process, for what no public endpoint can do: pages of the frame, tokens that have expired already.
    platform: Option<Arc<Platform>>,
    users: Vec<(String, String)>,
    mint_limit: usize,
    revoke_url: String,
    test_mode: bool,
    client: reqwest::Client,
    state: Mutex<HostState>,
}

#[derive(Default)]
struct HostState {
    api_key: Secret,
    sessions: HashMap<String, sessions::Session>,
    mints: HashMap<String, mint::History>,
    outstanding: Vec<mint::Outstanding>,
    watch: HashMap<String, watch::Watch>,
    mint_mode: mint::Mode,
    csp_reports: Vec<serde_json::Value>,
    activity: std::collections::VecDeque<serde_json::Value>,
}

impl Host {
    pub(crate) fn new(
        options: &Options,
        origin: String,
        platform_url: String,
        platform: Option<Arc<Platform>>,
    ) -> Result<Self, Box<dyn Error>> {
        let mut users: Vec<(String, String)> = USERS.map(|(user, id)| (user.into(), id.into())).into();
        for (user, id) in &options.linked_accounts {
            users.retain(|(known, _)| known != user);
            users.push((user.clone(), id.clone()));
        }
        let mut accounts: Vec<_> = users.iter().map(|(_, id)| id).collect();
        accounts.sort_unstable();
        if accounts.windows(2).any(|pair| pair[0] == pair[1]) {
            return Err("--linked-account: two users cannot share one linked account".into());
        }
        let redirects = reqwest::redirect::Policy::none();
        let mut client = reqwest::Client::builder().redirect(redirects).timeout(std::time::Duration::from_secs(15));
        if platform.is_some() {
            client = client.no_proxy();
        }
        let revoke_url = [&platform_url, options.revoke_path.as_str()].concat();
        Ok(Self {
            origin,
            allow_origins: options.allow_origins.clone(),
            platform_url,
            platform,
            users,
            mint_limit: options.mint_limit,
            revoke_url,
            test_mode: options.test_mode,
            client: client.build()?,
            state: Mutex::new(HostState { api_key: options.api_key.clone(), ..HostState::default() }),
        })
    }

    fn state(&self) -> MutexGuard<'_, HostState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn knows_origin(&self, origin: &str) -> bool {
        origin == self.origin || self.allow_origins.iter().any(|allowed| allowed == origin)
    }
}

pub(crate) fn router(host: Arc<Host>, pages: Option<&Path>) -> Router {
    let mut api = Router::new()
        .route("/api/host", get(sessions::describe))
        .route("/api/sign-in", post(sessions::sign_in))
        .route("/api/sign-out", post(sessions::sign_out))
        .route("/api/session-token", post(mint::session_token))
        .route("/api/activity", post(activity::report))
        .layer(middleware::from_fn_with_state(host.clone(), same_site));
    // Browsers send violation reports without any header that a page could set.
    api = api.route("/api/csp-reports", post(pages::csp_report));
    if host.test_mode {
        api = api.merge(test_api::router());
    }
    let api = api.route("/api/{*rest}", axum::routing::any(async || StatusCode::NOT_FOUND));
    pages::serve(api, &host, pages).with_state(host)
}

/// Lets in our own pages and those of allowed origins, and only those, whatever cookie comes along.
async fn same_site(State(host): State<Arc<Host>>, request: Request, next: Next) -> Response {
    let headers = request.headers();
    let origin = crate::http::get(headers, header::ORIGIN.as_str()).map(str::to_owned);
    let site = crate::http::get(headers, "sec-fetch-site");
    let allowed = match &origin {
        Some(origin) => host.knows_origin(origin),
        // Browsers leave `Origin` out of same-origin reads only.
        None => matches!(site, None | Some("same-origin" | "none")),
    };
    let mut response = if !allowed && request.method() != Method::OPTIONS {
        forbidden("cross-site")
    } else if request.method() == Method::OPTIONS {
        StatusCode::NO_CONTENT.into_response()
    } else {
        next.run(request).await
    };
    let headers = response.headers_mut();
    crate::http::set(headers, header::CACHE_CONTROL, "no-store");
    crate::http::set(headers, header::VARY, "Origin, Cookie");
    crate::http::set(headers, header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    if let Some(origin) = origin.filter(|origin| allowed && *origin != host.origin) {
        crate::http::set(headers, header::ACCESS_CONTROL_ALLOW_ORIGIN, &origin);
        crate::http::set(headers, header::ACCESS_CONTROL_ALLOW_CREDENTIALS, "true");
        crate::http::set(headers, header::ACCESS_CONTROL_ALLOW_METHODS, "GET, POST");
        crate::http::set(headers, header::ACCESS_CONTROL_ALLOW_HEADERS, "Content-Type, X-CSRF-Token, X-Activity-ID");
        crate::http::set(headers, header::ACCESS_CONTROL_EXPOSE_HEADERS, "Retry-After");
    }
    response
}

fn forbidden(reason: &str) -> Response {
    (StatusCode::FORBIDDEN, Json(json!({"error": "forbidden", "message": reason}))).into_response()
}

fn signed_out() -> Response {
    (StatusCode::UNAUTHORIZED, Json(json!({"error": "signed_out", "message": "Sign in first"}))).into_response()
}

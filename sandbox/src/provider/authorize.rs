//! The authorization endpoint and the two pages behind it: sign in, then allow or deny.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Form;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;

use super::{PLATFORM_CLIENT, Provider, USERS, pages, token};
use crate::crypto::{constant_time_eq, random_id, sha256_hex};
use crate::http::{now, set};

/// Seconds in which a user can sign in and decide.
const TRANSACTION_LIFETIME: i64 = 600;
const COOKIE: &str = "provider_browser";
const COOP: HeaderName = HeaderName::from_static("cross-origin-opener-policy");
const COOP_VALUES: [&str; 4] = ["same-origin", "same-origin-allow-popups", "noopener-allow-popups", "unsafe-none"];

/// One authorization request on its way, bound to the browser that started it.
#[derive(Clone)]
pub(super) struct Transaction {
    browser: String,
    state: Option<String>,
    code_challenge: String,
    pub(super) scopes: Vec<String>,
    pub(super) tenant: Option<String>,
    user: Option<&'static str>,
    coop: Option<String>,
    /// Whoever signs in is refused, as by an administrator who allows no other application.
    denied: bool,
    expires: i64,
}

/// `GET /authorize`
pub(super) async fn authorize(
    State(provider): State<Arc<Provider>>,
    Query(query): Query<BTreeMap<String, String>>,
    headers: HeaderMap,
) -> Response {
    let parameter = |name: &str| query.get(name).map(String::as_str);
    // Before these two are known to be right, nothing may be sent back to anyone (RFC 6749, section 4.1.2.1).
    if parameter("client_id") != Some(PLATFORM_CLIENT) {
        return pages::problem(StatusCode::BAD_REQUEST, "This application is not known here.");
    }
    if parameter("redirect_uri") != Some(provider.redirect_uri.as_str()) {
        return pages::problem(StatusCode::BAD_REQUEST, "The address to return to is not registered.");
    }
    let state = parameter("state").map(str::to_owned);
    let error = match (parameter("response_type"), parameter("code_challenge"), parameter("code_challenge_method")) {
        (Some("code"), Some(challenge), Some("S256")) if challenge.len() == 43 => None,
        (Some("code"), ..) => Some("invalid_request"),
        _ => Some("unsupported_response_type"),
    };
    if let Some(error) = error {
        return provider.send_back(&[("error", error)], state.as_deref());
    }
    let (Ok(id), Ok(fresh)) = (random_id(16), random_id(16)) else {
        return provider.send_back(&[("error", "server_error")], state.as_deref());
    };
    // One cookie for all tabs of a browser, so that flows side by side do not disturb each other.
    let browser = browser(&headers).map_or(fresh, str::to_owned);
    let transaction = Transaction {
        browser: browser.clone(),
        state,
        code_challenge: parameter("code_challenge").unwrap_or_default().into(),
        scopes: parameter("scope").unwrap_or_default().split_whitespace().map(str::to_owned).collect(),
        tenant: parameter("tenant").filter(|tenant| !tenant.is_empty()).map(str::to_owned),
        user: None,
        coop: parameter("coop").filter(|coop| provider.test_mode && COOP_VALUES.contains(coop)).map(str::to_owned),
        denied: provider.test_mode && parameter("deny").is_some(),
        expires: now() + TRANSACTION_LIFETIME,
    };
    let mut response = with_coop(pages::sign_in(&id, &transaction, None, &provider.redirect_uri), &transaction);
    let cookie = format!("{COOKIE}={browser}; HttpOnly; SameSite=Lax; Path=/");
    set(response.headers_mut(), header::SET_COOKIE, &cookie);
    let mut grants = provider.grants();
    grants.transactions.retain(|_, transaction| transaction.expires > now());
    grants.transactions.insert(id, transaction);
    response
}

#[derive(Deserialize)]
pub(super) struct SignIn {
    transaction: String,
    username: String,
    password: String,
}

/// `POST /sign-in`
pub(super) async fn sign_in(
    State(provider): State<Arc<Provider>>,
    headers: HeaderMap,
    Form(form): Form<SignIn>,
) -> Response {
    let Some(transaction) = provider.transaction(&form.transaction, &headers) else { return gone() };
    let user = USERS.iter().find(|(name, ..)| *name == form.username);
    let Some((name, ..)) = user.filter(|(_, password, _)| constant_time_eq(password, &form.password)) else {
        let problem = Some("User name or password is wrong.");
        let page = pages::sign_in(&form.transaction, &transaction, problem, &provider.redirect_uri);
        return with_coop(page, &transaction);
    };
    if transaction.denied {
        provider.grants().transactions.remove(&form.transaction);
        let refusal = provider.send_back(&[("error", "access_denied")], transaction.state.as_deref());
        return with_coop(refusal, &transaction);
    }
    if let Some(transaction) = provider.grants().transactions.get_mut(&form.transaction) {
        transaction.user = Some(name);
    }
    with_coop(Redirect::to(&format!("/consent?transaction={}", form.transaction)).into_response(), &transaction)
}

#[derive(Deserialize)]
pub(super) struct ConsentPage {
    transaction: String,
}

/// `GET /consent`
pub(super) async fn consent_page(
    State(provider): State<Arc<Provider>>,
    headers: HeaderMap,
    Query(query): Query<ConsentPage>,
) -> Response {
    match provider.transaction(&query.transaction, &headers) {
        Some(transaction) if let Some(user) = transaction.user => {
            let page = pages::consent(&query.transaction, &transaction, user, &provider.redirect_uri);
            with_coop(page, &transaction)
        }
        Some(transaction) => {
            let page = pages::sign_in(&query.transaction, &transaction, None, &provider.redirect_uri);
            with_coop(page, &transaction)
        }
        None => gone(),
    }
}

#[derive(Deserialize)]
pub(super) struct Consent {
    transaction: String,
    decision: String,
}

/// `POST /consent`
pub(super) async fn consent(
    State(provider): State<Arc<Provider>>,
    headers: HeaderMap,
    Form(form): Form<Consent>,
) -> Response {
    let Some(transaction) = provider.transaction(&form.transaction, &headers) else { return gone() };
    let Some(user) = transaction.user else { return gone() };
    provider.grants().transactions.remove(&form.transaction);
    let state = transaction.state.as_deref();
    let response = match (form.decision.as_str(), random_id(32)) {
        ("allow", Ok(code)) => {
            let grant = token::Code::new(user, transaction.scopes.clone(), transaction.code_challenge.clone());
            provider.grants().codes.insert(sha256_hex(&code), grant);
            provider.send_back(&[("code", &code)], state)
        }
        ("allow", Err(_)) => provider.send_back(&[("error", "server_error")], state),
        _ => provider.send_back(&[("error", "access_denied")], state),
    };
    with_coop(response, &transaction)
}

impl Provider {
    fn transaction(&self, id: &str, headers: &HeaderMap) -> Option<Transaction> {
        let transaction = self.grants().transactions.get(id).cloned()?;
        let same_browser = constant_time_eq(&transaction.browser, browser(headers)?);
        (same_browser && transaction.expires > now()).then_some(transaction)
    }

    /// Back to the client, always with `iss` (RFC 9207).
    fn send_back(&self, parameters: &[(&str, &str)], state: Option<&str>) -> Response {
        let Ok(mut url) = url::Url::parse(&self.redirect_uri) else { return gone() };
        {
            let mut query = url.query_pairs_mut();
            query.extend_pairs(parameters);
            query.append_pair("iss", &self.issuer);
            if let Some(state) = state {
                query.append_pair("state", state);
            }
        }
        let mut response = Redirect::to(url.as_str()).into_response();
        set(response.headers_mut(), header::REFERRER_POLICY, "no-referrer");
        set(response.headers_mut(), header::CACHE_CONTROL, "no-store");
        response
    }
}

fn browser(headers: &HeaderMap) -> Option<&str> {
    crate::http::cookie(headers, COOKIE)
}

fn gone() -> Response {
    pages::problem(StatusCode::BAD_REQUEST, "This request has expired or was started in another browser.")
}

fn with_coop(mut response: Response, transaction: &Transaction) -> Response {
    if let Some(coop) = &transaction.coop {
        set(response.headers_mut(), COOP, coop);
    }
    response
}

//! An OAuth 2.0 authorization server: RFC 6749, PKCE (RFC 7636), issuer identification (RFC 9207), metadata (RFC 8414).

mod authorize;
mod pages;
mod token;

use std::collections::HashMap;
use std::error::Error;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::extract::State;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};

use crate::crypto::{Secret, random_id};
use crate::http::asset;

/// The client that the platform is.
const PLATFORM_CLIENT: &str = "connect-flow-platform";

/// The client that a customer of an app with client credentials owns.
const DEMO_CLIENT: (&str, &str) = ("demo-client", "demo-secret");

/// Who can sign in: name, password, e-mail address.
const USERS: [(&str, &str, &str); 2] =
    [("demo", "demo", "demo@example.com"), ("second", "second", "second@example.com")];

/// What a scope allows, in the words of the consent page.
fn describe_scope(scope: &str) -> String {
    let (what, action) = scope.rsplit_once('.').unwrap_or((scope, "use"));
    let what = what.replace('_', " ");
    match action {
        "read" => format!("See your {what}"),
        "write" => format!("Add and change your {what}"),
        "send" => format!("Send {what} for you"),
        _ => format!("Use {what}"),
    }
}

pub(crate) struct Provider {
    issuer: String,
    redirect_uri: String,
    platform_secret: Secret,
    test_mode: bool,
    state: Mutex<Grants>,
}

/// Everything that was granted and everything that is being asked for, by its hash or random id.
#[derive(Default)]
struct Grants {
    transactions: HashMap<String, authorize::Transaction>,
    codes: HashMap<String, token::Code>,
    access_tokens: HashMap<String, token::AccessToken>,
    refresh_tokens: HashMap<String, token::RefreshToken>,
}

impl Provider {
    pub(crate) fn new(issuer: String, redirect_uri: String, test_mode: bool) -> Result<Self, Box<dyn Error>> {
        let platform_secret = Secret::new(&random_id(32)?);
        Ok(Self { issuer, redirect_uri, platform_secret, test_mode, state: Mutex::default() })
    }

    /// This server as an entry of the catalog.
    pub(crate) fn description(&self) -> crate::catalog::Provider {
        crate::catalog::Provider {
            issuer: Some(self.issuer.clone()),
            authorization_endpoint: format!("{}/authorize", self.issuer),
            token_endpoint: format!("{}/token", self.issuer),
            userinfo_endpoint: Some(format!("{}/userinfo", self.issuer)),
            identifier_claim: "email".into(),
            client_id: PLATFORM_CLIENT.into(),
            client_secret: Some(self.platform_secret.expose().into()),
            client_secret_env: None,
        }
    }

    fn grants(&self) -> MutexGuard<'_, Grants> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub(crate) fn router(provider: Arc<Provider>) -> Router {
    Router::new()
        .route("/authorize", get(authorize::authorize))
        .route("/sign-in", post(authorize::sign_in))
        .route("/consent", get(authorize::consent_page).post(authorize::consent))
        .route("/token", post(token::token))
        .route("/userinfo", get(token::userinfo))
        .route("/.well-known/oauth-authorization-server", get(metadata))
        .route("/style.css", get(async || asset("text/css; charset=utf-8", include_str!("../style.css"))))
        .with_state(provider)
}

async fn metadata(State(provider): State<Arc<Provider>>) -> Json<Value> {
    let issuer = &provider.issuer;
    Json(json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/authorize"),
        "token_endpoint": format!("{issuer}/token"),
        "userinfo_endpoint": format!("{issuer}/userinfo"),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token", "client_credentials"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": true,
    }))
}

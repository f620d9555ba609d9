//! The platform: lists apps, keeps connections and configurations, for whoever holds a session token.

mod apps;
mod config;
mod config_api;
mod connect;
mod cors;
mod error;
mod executions;
mod hs256;
mod icons;
mod oauth;
mod session;
mod store;
mod switches;
mod test_api;
mod vault;

use std::collections::BTreeMap;
use std::error::Error;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::header;
use axum::routing::{delete, get, patch, post};
use axum::{Router, middleware};
use serde_json::{Map, Value};
use tower_http::services::ServeDir;

use crate::catalog::{Catalog, OWN_PROVIDER, Provider, Seed};
use crate::crypto::{Secret, random_id};
use crate::http::now_ms;
use crate::options::Options;
use error::ApiError;
use store::{ConnectionRow, Store};
use vault::Vault;

pub(crate) use store::Scope;

/// The linked accounts of a catalog that names none.
const DEFAULT_ACCOUNTS: [&str; 2] = ["acct_ada", "acct_grace"];

/// How far back seeded connections were made, in milliseconds.
const SEED_AGE: i64 = 30 * 24 * 3600 * 1000;

pub(crate) struct Platform {
    url: String,
    catalog: Catalog,
    providers: BTreeMap<String, Provider>,
    store: Store,
    vault: Vault,
    keys: Vec<Secret>,
    token_lifetime: AtomicI64,
    client: reqwest::Client,
    test_mode: bool,
    switches: switches::Switchboard,
    frame_pages: Option<PathBuf>,
}

/// The redirect URI that the platform registers at the authorization server of that name in the catalog. Each has its
/// own, so that an answer says by where it comes which server it is of (RFC 9700, section 4.4).
pub(crate) fn callback_url(platform_url: &str, provider: &str) -> String {
    format!("{platform_url}/api/v1/oauth/callback/{provider}")
}

impl Platform {
    pub(crate) fn new(
        options: &Options,
        url: String,
        own_provider: &crate::provider::Provider,
    ) -> Result<Self, Box<dyn Error>> {
        hs256::install();
        let catalog = Catalog::load(options.catalog.as_deref())?;
        let vault = match &options.data_key {
            Some(key) => Vault::new(key)?,
            None if options.database == ":memory:" => Vault::ephemeral()?,
            None => return Err("CONNECT_DATA_KEY is not set: a database file needs the key of its secrets".into()),
        };
        let mut providers = catalog.providers.clone();
        for (name, provider) in &mut providers {
            if let Some(variable) = &provider.client_secret_env {
                let secret = std::env::var(variable);
                provider.client_secret =
                    Some(secret.map_err(|_| format!("catalog: provider {name} needs the variable {variable}"))?);
            }
        }
        providers.insert(OWN_PROVIDER.into(), own_provider.description());
        let redirects = reqwest::redirect::Policy::none();
        let timeout = std::time::Duration::from_secs(15);
        let platform = Self {
            url,
            providers,
            store: Store::open(&options.database).map_err(|error| format!("database: {error}"))?,
            vault,
            keys: options.platform_keys.clone(),
            token_lifetime: AtomicI64::new(i64::try_from(options.token_lifetime)?),
            client: reqwest::Client::builder().redirect(redirects).timeout(timeout).no_proxy().build()?,
            test_mode: options.test_mode,
            switches: switches::Switchboard::default(),
            frame_pages: options.frame_pages.clone(),
            catalog,
        };
        let accounts = platform.catalog.linked_accounts.iter().map(String::as_str);
        let accounts: Vec<_> =
            if platform.catalog.linked_accounts.is_empty() { DEFAULT_ACCOUNTS.to_vec() } else { accounts.collect() };
        let mut fresh = Vec::new();
        for account in accounts.into_iter().chain(options.linked_accounts.iter().map(|(_, id)| id.as_str())) {
            if platform.store.add_linked_account(account, now_ms())? {
                fresh.push(account);
            }
        }
        platform.seed(|seed| fresh.contains(&seed.linked_account_id.as_str())).map_err(|error| error.message)?;
        Ok(platform)
    }

    /// Makes the connections that the catalog says exist from the start.
    fn seed(&self, wanted: impl Fn(&Seed) -> bool) -> Result<(), ApiError> {
        for seed in self.catalog.seed.iter().filter(|seed| wanted(seed)) {
            self.store.add_linked_account(&seed.linked_account_id, now_ms())?;
            let scope = Scope { linked_account_id: seed.linked_account_id.clone(), environment: "test" };
            let row = ConnectionRow {
                connection_id: random_id(12)?,
                slug: seed.slug.clone(),
                auth_type: seed.auth_type,
                identifier: seed.identifier.clone(),
                expired: seed.expired,
                connected_at: now_ms() - SEED_AGE,
                secret: None,
            };
            self.store.add_connection(&scope, &row, false)?;
        }
        Ok(())
    }

    /// Seconds that a new session token lives.
    fn token_lifetime(&self) -> i64 {
        self.token_lifetime.load(Ordering::Relaxed)
    }

    /// Where the pages for credentials are served, if they are.
    pub(crate) fn frame_url(&self) -> Option<String> {
        let pages = self.frame_pages.as_ref()?;
        pages.join("frame.html").is_file().then(|| format!("{}/frame.html", self.url))
    }
}

/// A JSON object as request body; no body at all reads as an empty object.
struct Body(Map<String, Value>);

impl<S: Send + Sync> FromRequest<S> for Body {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let bytes = Bytes::from_request(request, state)
            .await
            .map_err(|error| ApiError::bad_request("BAD_REQUEST", error.body_text()))?;
        if bytes.is_empty() {
            return Ok(Self(Map::new()));
        }
        let value = serde_json::from_slice(&bytes);
        value.map(Self).map_err(|_| ApiError::bad_request("BAD_REQUEST", "The body is no JSON object"))
    }
}

pub(crate) fn router(platform: Arc<Platform>) -> Router {
    let mut router = Router::new()
        .route("/api/v2/public/session-token", post(session::mint))
        .route("/api/v2/public/session-token/revoke", post(session::revoke))
        .route("/api/v2/public/session/active-linked-account", get(session::active_linked_account))
        .route("/api/v3/org/basics", get(session::organisation))
        .route("/api/v2/f-sdk/application", get(apps::list))
        .route("/api/v2/f-sdk/application/{slug}", get(apps::one))
        .route("/api/v1/{slug}/integrate", get(connect::integrate_by_query).post(connect::integrate))
        .route("/api/v2/app/{slug}/save", post(connect::save))
        .route("/api/v1/linked-acc/integration/{slug}", delete(connect::disconnect))
        .route("/api/v1/oauth/callback/{provider}", get(oauth::callback))
        .route("/oauth/callback.js", get(oauth::script))
        .route("/oauth/style.css", get(oauth::style))
        .route("/icons/{file}", get(icons::icon))
        .route("/api/v2/f-sdk/config", post(config_api::create).put(config_api::update))
        .route("/api/v2/f-sdk/slug/{slug}/config", get(config_api::read).delete(config_api::remove))
        .route("/api/v2/f-sdk/slug/{slug}/config/{config_id}", get(config_api::read).delete(config_api::remove))
        .route("/api/v2/public/slug/{slug}/configs", get(config_api::list))
        .route(
            "/api/v2/public/config/field/{id}",
            post(config_api::field).put(config_api::set_field).delete(config_api::unset_field),
        )
        .route("/api/v2/public/config/rule-engine/{id}", post(config_api::rule))
        .route(
            "/api/v2/public/slug/{slug}/config/{config_id}/workflows/{workflow_id}",
            patch(config_api::switch_workflow),
        )
        .route("/api/v2/public/execution", get(executions::list))
        .route("/api/v2/public/execution/{id}", get(executions::one));
    if platform.test_mode {
        router = router.merge(test_api::router());
    }
    let router = match &platform.frame_pages {
        Some(pages) => {
            let files = Router::new().fallback_service(ServeDir::new(pages));
            let headers = middleware::map_response_with_state(platform.url.clone(), frame_headers);
            router.fallback_service(files.layer(headers))
        }
        None => router.fallback(async || ApiError::not_found("Endpoint")),
    };
    router
        .layer(middleware::from_fn_with_state(platform.clone(), switches::layer))
        .layer(middleware::from_fn_with_state(platform.clone(), cors::layer))
        .with_state(platform)
}

/// Pages that anyone may frame, and that reach this platform and nobody else.
async fn frame_headers(
    axum::extract::State(url): axum::extract::State<String>,
    mut response: axum::response::Response,
) -> axum::response::Response {
    let csp = format!(
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; \
         connect-src {url}; base-uri 'none'; form-action 'none'; frame-ancestors *; \
         require-trusted-types-for 'script'; trusted-types 'none'"
    );
    let headers = response.headers_mut();
    crate::http::set(headers, header::CONTENT_SECURITY_POLICY, &csp);
    crate::http::set(headers, header::REFERRER_POLICY, "no-referrer");
    crate::http::set(headers, header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    response
}

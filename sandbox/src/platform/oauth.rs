//! The platform as OAuth 2.0 client: PKCE S256, a state that works once, a redirect URI for each provider, `iss`
//! checked, tokens never shown.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::response::Response;
use oauth2::basic::{BasicClient, BasicTokenResponse};
use oauth2::{
    AsyncHttpClient, AuthUrl, AuthorizationCode, ClientId, ClientSecret, CsrfToken, EndpointNotSet, EndpointSet,
    HttpRequest, HttpResponse, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, Scope as OAuthScope,
    TokenResponse as _, TokenUrl,
};
use serde_json::{Map, Value, json};

use super::error::ApiError;
use super::store::{AuthorizationRow, Scope};
use super::{Platform, callback_url};
use crate::catalog::{App, Auth, AuthType, OWN_PROVIDER, Provider};
use crate::crypto::sha256_hex;
use crate::http::{asset, escape_html, now_ms, strict_page};

/// Milliseconds that a user can take at the authorization server.
const AUTHORIZATION_LIFETIME: i64 = 10 * 60 * 1000;

type Client = BasicClient<EndpointSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointSet>;

/// How an authorization ended, as the callback page tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    Connected,
    Denied,
    Failed,
}

impl Platform {
    fn provider(&self, auth: &Auth) -> Result<&Provider, ApiError> {
        self.providers.get(&auth.provider).ok_or_else(|| ApiError::internal("provider vanished from the catalog"))
    }

    fn oauth_client(&self, name: &str, provider: &Provider) -> Result<Client, ApiError> {
        let mut client = BasicClient::new(ClientId::new(provider.client_id.clone()));
        if let Some(secret) = &provider.client_secret {
            client = client.set_client_secret(ClientSecret::new(secret.clone()));
        }
        let authorization = AuthUrl::new(provider.authorization_endpoint.clone()).map_err(ApiError::internal)?;
        let token = TokenUrl::new(provider.token_endpoint.clone()).map_err(ApiError::internal)?;
        let redirect = RedirectUrl::new(callback_url(&self.url, name)).map_err(ApiError::internal)?;
        Ok(client.set_auth_uri(authorization).set_token_uri(token).set_redirect_uri(redirect))
    }

    /// The address at which the customer signs in; what the callback needs is kept, sealed, under the state's hash.
    pub(super) fn authorization_url(
        &self,
        scope: &Scope,
        app: &App,
        auth: &Auth,
        fields: Map<String, Value>,
    ) -> Result<String, ApiError> {
        let client = self.oauth_client(&auth.provider, self.provider(auth)?)?;
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let mut request = client
            .authorize_url(CsrfToken::new_random)
            .set_pkce_challenge(challenge)
            .add_scopes(auth.scopes.iter().cloned().map(OAuthScope::new));
        for (name, template) in &auth.authorize_params {
            request = request.add_extra_param(name.clone(), fill(template, &fields));
        }
        if auth.provider == OWN_PROVIDER {
            let switches = self.switches.read();
            if let Some(coop) = switches.provider_coop {
                request = request.add_extra_param("coop", coop);
            }
            if switches.provider_denies {
                request = request.add_extra_param("deny", "1");
            }
        }
        let (url, state) = request.url();
        let state_hash = sha256_hex(state.secret());
        let secret = json!({"verifier": verifier.secret(), "fields": fields}).to_string();
        let row = AuthorizationRow {
            scope: scope.clone(),
            slug: app.slug.clone(),
            created_at: now_ms(),
            secret: self.vault.seal(&state_hash, secret.as_bytes())?,
        };
        self.store.add_authorization(&state_hash, &row)?;
        Ok(url.into())
    }

    /// Tokens for the client that the customer named.
    pub(super) async fn client_credentials(&self, auth: &Auth, fields: &Map<String, Value>) -> Result<Value, ApiError> {
        let mut provider = self.provider(auth)?.clone();
        let text = |name: &str| fields.get(name).and_then(Value::as_str).map(str::to_owned);
        if let Some(id) = text("client_id") {
            (provider.client_id, provider.client_secret) = (id, text("client_secret"));
        }
        let client = self.oauth_client(&auth.provider, &provider)?;
        let scopes = auth.scopes.iter().cloned().map(OAuthScope::new);
        let answer = client.exchange_client_credentials().add_scopes(scopes).request_async(&HttpClient(self)).await;
        answer.map(|tokens| json!(tokens)).map_err(|_| {
            let refusal = auth.refusal.as_deref().unwrap_or("The application refused these client credentials.");
            ApiError::bad_request("INVALID_CREDENTIALS", refusal)
        })
    }

    /// Ends an authorization by the answer that came to the redirect URI of the provider `came_to`.
    async fn finish(&self, came_to: &str, query: &BTreeMap<String, String>) -> Result<Outcome, String> {
        let state = query.get("state").ok_or("no state")?;
        let state_hash = sha256_hex(state);
        let row = self.store.take_authorization(&state_hash).map_err(|error| error.to_string())?;
        let row = row.ok_or("unknown or used state")?;
        if now_ms() - row.created_at > AUTHORIZATION_LIFETIME {
            return Err("the authorization took too long".into());
        }
        let app = self.catalog.app(&row.slug).ok_or("app vanished from the catalog")?;
        let auth = app.auth(AuthType::OAuth2).ok_or("app no longer uses OAuth 2.0")?;
        let provider = self.provider(auth).map_err(|error| error.message)?;
        // A provider can send its visitors on to another one, with the state it was given, to be sent the other's code.
        // But the other's answer comes to the other's redirect URI, and names the other as `iss`, if it names any.
        if came_to != auth.provider {
            return Err("the answer came to the redirect URI of another provider".into());
        }
        if query.get("iss") != provider.issuer.as_ref() {
            return Err("iss is not what the provider of this authorization announced".into());
        }
        if let Some(error) = query.get("error") {
            return if error == "access_denied" { Ok(Outcome::Denied) } else { Err("the provider says error".into()) };
        }
        let code = query.get("code").ok_or("neither code nor error")?;
        let secret = self.vault.open(&state_hash, &row.secret).map_err(|error| error.to_string())?;
        let secret: Value = serde_json::from_slice(&secret).map_err(|error| error.to_string())?;
        let verifier = secret["verifier"].as_str().unwrap_or_default().to_owned();

        let client = self.oauth_client(&auth.provider, provider).map_err(|error| error.message)?;
        let tokens = client
            .exchange_code(AuthorizationCode::new(code.clone()))
            .set_pkce_verifier(PkceCodeVerifier::new(verifier))
            .request_async(&HttpClient(self))
            .await
            .map_err(|_| "the provider did not exchange the code")?;
        let identifier = self.identifier(provider, &tokens).await.unwrap_or_else(|| app.name.clone());
        let kept = json!({"tokens": tokens, "fields": secret["fields"]});
        self.connect(&row.scope, app, auth, &identifier, &kept).map_err(|error| error.message)?;
        Ok(Outcome::Connected)
    }

    /// Whose account it is, if the provider tells.
    async fn identifier(&self, provider: &Provider, tokens: &BasicTokenResponse) -> Option<String> {
        let endpoint = provider.userinfo_endpoint.as_ref()?;
        let request = self.client.get(endpoint).bearer_auth(tokens.access_token().secret());
        let body = request.send().await.ok()?.error_for_status().ok()?.bytes().await.ok()?;
        let claims: Value = serde_json::from_slice(&body).ok()?;
        let named = claims.get(&provider.identifier_claim).or_else(|| claims.get("sub"));
        named.and_then(Value::as_str).map(str::to_owned)
    }
}

/// `{name}` in a template, replaced by the prerequisite of that name.
fn fill(template: &str, fields: &Map<String, Value>) -> String {
    fields.iter().fold(template.to_owned(), |text, (name, value)| {
        text.replace(&format!("{{{name}}}"), value.as_str().unwrap_or_default())
    })
}

/// The HTTP client of the OAuth crate, over ours.
struct HttpClient<'a>(&'a Platform);

impl<'c> AsyncHttpClient<'c> for HttpClient<'_> {
    type Error = HttpError;
    type Future = std::pin::Pin<Box<dyn Future<Output = Result<HttpResponse, HttpError>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(async move {
            let (parts, body) = request.into_parts();
            let request = self.0.client.request(parts.method, parts.uri.to_string());
            let answer = request.headers(parts.headers).body(body).send().await.map_err(|_| HttpError)?;
            let mut response = HttpResponse::new(Vec::new());
            *response.status_mut() = answer.status();
            *response.headers_mut() = answer.headers().clone();
            *response.body_mut() = answer.bytes().await.map_err(|_| HttpError)?.into();
            Ok(response)
        })
    }
}

/// An authorization server that could not be reached. No cause: it could quote a secret of the request.
#[derive(Debug)]
struct HttpError;

impl std::fmt::Display for HttpError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the authorization server could not be reached")
    }
}

impl std::error::Error for HttpError {}

/// `GET /api/v1/oauth/callback/{provider}`
pub(super) async fn callback(
    State(platform): State<Arc<Platform>>,
    Path(provider): Path<String>,
    Query(query): Query<BTreeMap<String, String>>,
) -> Response {
    let outcome = platform.finish(&provider, &query).await.unwrap_or_else(|reason| {
        eprintln!("platform: authorization failed: {reason}");
        Outcome::Failed
    });
    let organisation = escape_html(&platform.catalog.organisation.name);
    let (class, title, text) = match outcome {
        Outcome::Connected => {
            ("done", "Connected", format!("You can close this window and go back to {organisation}."))
        }
        Outcome::Denied => {
            ("denied", "Not connected", format!("You did not allow access. Nothing was shared with {organisation}."))
        }
        Outcome::Failed => {
            ("failed", "That did not work", format!("Close this window, go back to {organisation} and try again."))
        }
    };
    let html = format!(
        "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>\
         <title>{title}</title><link rel=stylesheet href='/oauth/style.css'>\
         <script src='/oauth/callback.js' defer></script>\
         <main class='card {class}' data-outcome={class}><span class=mark aria-hidden=true></span>\
         <h1>{title}</h1><p role=status>{text}</p></main></html>"
    );
    strict_page(html, "")
}

/// `GET /oauth/callback.js`
pub(super) async fn script() -> Response {
    asset("text/javascript; charset=utf-8", "// The connect flow polls for the result.\nwindow.close();\n")
}

/// `GET /oauth/style.css`
pub(super) async fn style() -> Response {
    asset("text/css; charset=utf-8", include_str!("../style.css"))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn templates_are_filled_from_prerequisites() {
        let fields = json!({"subdomain": "acme", "key": "canary"});
        assert_eq!(fill("{subdomain}.x", fields.as_object().unwrap()), "acme.x");
        assert_eq!(fill("plain", fields.as_object().unwrap()), "plain");
    }
}

//! The token endpoint: codes that work once, refresh tokens that rotate, client credentials.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::{Form, Json};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::{DEMO_CLIENT, PLATFORM_CLIENT, Provider, USERS};
use crate::crypto::{constant_time_eq, pkce_s256, random_id, sha256_hex};
use crate::http::{get, now};

/// Seconds.
const CODE_LIFETIME: i64 = 60;
const ACCESS_LIFETIME: i64 = 3600;

pub(super) struct Code {
    user: &'static str,
    scopes: Vec<String>,
    code_challenge: String,
    expires: i64,
}

impl Code {
    pub(super) fn new(user: &'static str, scopes: Vec<String>, code_challenge: String) -> Self {
        Self { user, scopes, code_challenge, expires: now() + CODE_LIFETIME }
    }
}

pub(super) struct AccessToken {
    user: &'static str,
    expires: i64,
}

pub(super) struct RefreshToken {
    user: &'static str,
    scopes: Vec<String>,
}

/// An error of RFC 6749, section 5.2.
struct TokenError(StatusCode, &'static str);

const INVALID_CLIENT: TokenError = TokenError(StatusCode::UNAUTHORIZED, "invalid_client");
const INVALID_GRANT: TokenError = TokenError(StatusCode::BAD_REQUEST, "invalid_grant");
const INVALID_REQUEST: TokenError = TokenError(StatusCode::BAD_REQUEST, "invalid_request");
const UNSUPPORTED: TokenError = TokenError(StatusCode::BAD_REQUEST, "unsupported_grant_type");
const UNAUTHORIZED_CLIENT: TokenError = TokenError(StatusCode::BAD_REQUEST, "unauthorized_client");
const SERVER_ERROR: TokenError = TokenError(StatusCode::INTERNAL_SERVER_ERROR, "server_error");

/// `POST /token`
pub(super) async fn token(
    State(provider): State<Arc<Provider>>,
    headers: HeaderMap,
    Form(form): Form<BTreeMap<String, String>>,
) -> Response {
    match provider.grant(&headers, &form) {
        Ok(body) => ([(header::CACHE_CONTROL, "no-store")], Json(body)).into_response(),
        Err(TokenError(status, error)) => {
            let challenge = [(header::WWW_AUTHENTICATE, "Basic realm=\"token\""), (header::CACHE_CONTROL, "no-store")];
            (status, challenge, Json(json!({ "error": error }))).into_response()
        }
    }
}

impl Provider {
    fn grant(&self, headers: &HeaderMap, form: &BTreeMap<String, String>) -> Result<serde_json::Value, TokenError> {
        let client = self.client(headers, form)?;
        let parameter = |name: &str| form.get(name).map(String::as_str).ok_or(INVALID_REQUEST);
        match (parameter("grant_type")?, client) {
            ("authorization_code", PLATFORM_CLIENT) => {
                let code = self.grants().codes.remove(&sha256_hex(parameter("code")?)).ok_or(INVALID_GRANT)?;
                let challenge = pkce_s256(parameter("code_verifier")?);
                let right = code.expires > now()
                    && parameter("redirect_uri")? == self.redirect_uri
                    && constant_time_eq(&challenge, &code.code_challenge);
                if !right {
                    return Err(INVALID_GRANT);
                }
                self.issue(code.user, code.scopes)
            }
            ("refresh_token", PLATFORM_CLIENT) => {
                // Taken out before anything else: a refresh token works once.
                let token = sha256_hex(parameter("refresh_token")?);
                let grant = self.grants().refresh_tokens.remove(&token).ok_or(INVALID_GRANT)?;
                self.issue(grant.user, grant.scopes)
            }
            ("client_credentials", id) if id == DEMO_CLIENT.0 => {
                let scope = form.get("scope").map(String::as_str).unwrap_or_default();
                let access = random_id(32).map_err(|_| SERVER_ERROR)?;
                self.keep_access(&access, USERS[0].0);
                Ok(json!({"access_token": access, "token_type": "Bearer",
                        "expires_in": ACCESS_LIFETIME, "scope": scope}))
            }
            ("authorization_code" | "refresh_token" | "client_credentials", _) => Err(UNAUTHORIZED_CLIENT),
            _ => Err(UNSUPPORTED),
        }
    }

    /// Which client is asking, by Basic authentication or by the form.
    fn client(&self, headers: &HeaderMap, form: &BTreeMap<String, String>) -> Result<&'static str, TokenError> {
        let basic = get(headers, header::AUTHORIZATION.as_str()).and_then(basic_credentials);
        let posted = || Some((form.get("client_id")?.clone(), form.get("client_secret")?.clone()));
        let (id, secret) = basic.or_else(posted).ok_or(INVALID_CLIENT)?;
        if id == PLATFORM_CLIENT && self.platform_secret.matches(&secret) {
            return Ok(PLATFORM_CLIENT);
        }
        if id == DEMO_CLIENT.0 && constant_time_eq(&secret, DEMO_CLIENT.1) {
            return Ok(DEMO_CLIENT.0);
        }
        Err(INVALID_CLIENT)
    }

    fn issue(&self, user: &'static str, scopes: Vec<String>) -> Result<serde_json::Value, TokenError> {
        let access = random_id(32).map_err(|_| SERVER_ERROR)?;
        let refresh = random_id(32).map_err(|_| SERVER_ERROR)?;
        let body = json!({"access_token": access, "refresh_token": refresh, "token_type": "Bearer",
            "expires_in": ACCESS_LIFETIME, "scope": scopes.join(" ")});
        self.keep_access(&access, user);
        self.grants().refresh_tokens.insert(sha256_hex(&refresh), RefreshToken { user, scopes });
        Ok(body)
    }

    fn keep_access(&self, access: &str, user: &'static str) {
        let mut grants = self.grants();
        grants.access_tokens.retain(|_, token| token.expires > now());
        grants.access_tokens.insert(sha256_hex(access), AccessToken { user, expires: now() + ACCESS_LIFETIME });
    }
}

/// RFC 6749, section 2.3.1: both parts are form-encoded before they are joined.
fn basic_credentials(value: &str) -> Option<(String, String)> {
    let decoded = String::from_utf8(STANDARD.decode(value.strip_prefix("Basic ")?).ok()?).ok()?;
    let (id, secret) = decoded.split_once(':')?;
    let decode = |text: &str| {
        url::form_urlencoded::parse(format!("v={text}").as_bytes()).next().map(|(_, value)| value.into_owned())
    };
    Some((decode(id)?, decode(secret)?))
}

/// `GET /userinfo`
pub(super) async fn userinfo(State(provider): State<Arc<Provider>>, headers: HeaderMap) -> Response {
    let bearer = get(&headers, header::AUTHORIZATION.as_str()).and_then(|value| value.strip_prefix("Bearer "));
    let grants = provider.grants();
    let token = bearer.and_then(|token| grants.access_tokens.get(&sha256_hex(token)));
    let user = token.filter(|token| token.expires > now()).map(|token| token.user);
    match USERS.iter().find(|(name, ..)| Some(*name) == user) {
        Some((name, _, email)) => Json(json!({"sub": name, "email": email})).into_response(),
        None => {
            (StatusCode::UNAUTHORIZED, [(header::WWW_AUTHENTICATE, "Bearer error=\"invalid_token\"")]).into_response()
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const CALLBACK: &str = "http://127.0.0.1:1/callback";

    fn provider() -> Provider {
        Provider::new("http://127.0.0.1:2".into(), CALLBACK.into(), false).unwrap()
    }

    fn ask(provider: &Provider, parameters: &[(&str, &str)]) -> Result<serde_json::Value, &'static str> {
        let client = [("client_id", PLATFORM_CLIENT), ("client_secret", provider.platform_secret.expose())];
        let form = client.iter().chain(parameters).map(|(name, value)| ((*name).into(), (*value).into())).collect();
        provider.grant(&HeaderMap::new(), &form).map_err(|TokenError(_, error)| error)
    }

    fn exchange(provider: &Provider, verifier: &str, redirect_uri: &str) -> Result<serde_json::Value, &'static str> {
        let parameters = [
            ("grant_type", "authorization_code"),
            ("code", "the-code"),
            ("code_verifier", verifier),
            ("redirect_uri", redirect_uri),
        ];
        ask(provider, &parameters)
    }

    fn with_code(lifetime: i64) -> Provider {
        let provider = provider();
        let mut code = Code::new("demo", vec!["a.read".into()], pkce_s256(VERIFIER));
        code.expires = now() + lifetime;
        provider.grants().codes.insert(sha256_hex("the-code"), code);
        provider
    }

    #[test]
    fn a_code_works_once_with_its_verifier_at_its_redirect_uri_in_time() {
        let provider = with_code(60);
        assert_eq!(exchange(&provider, VERIFIER, CALLBACK).unwrap()["scope"], "a.read");
        assert_eq!(exchange(&provider, VERIFIER, CALLBACK), Err("invalid_grant"));
        assert_eq!(exchange(&with_code(60), "another-verifier", CALLBACK), Err("invalid_grant"));
        assert_eq!(exchange(&with_code(60), VERIFIER, "http://127.0.0.1:1/callback/"), Err("invalid_grant"));
        assert_eq!(exchange(&with_code(0), VERIFIER, CALLBACK), Err("invalid_grant"));
    }

    #[test]
    fn a20_refresh_tokens_rotate() {
        let provider = with_code(60);
        let first = exchange(&provider, VERIFIER, CALLBACK).unwrap();
        let refresh = |token: &str| ask(&provider, &[("grant_type", "refresh_token"), ("refresh_token", token)]);
        let token = first["refresh_token"].as_str().unwrap();
        let second = refresh(token).unwrap();
        assert_ne!(second["refresh_token"], first["refresh_token"]);
        assert_eq!(refresh(token), Err("invalid_grant"));
        refresh(second["refresh_token"].as_str().unwrap()).unwrap();
    }

    #[test]
    fn clients_get_only_the_grants_that_are_theirs() {
        assert_eq!(ask(&provider(), &[("grant_type", "client_credentials")]), Err("unauthorized_client"));
        assert_eq!(ask(&provider(), &[("grant_type", "password")]), Err("unsupported_grant_type"));
    }

    #[test]
    fn basic_credentials_are_form_decoded() {
        let header = format!("Basic {}", STANDARD.encode("a%3Ab:c%2Fd+e"));
        assert_eq!(basic_credentials(&header), Some(("a:b".into(), "c/d e".into())));
        assert_eq!(basic_credentials("Bearer x"), None);
    }
}

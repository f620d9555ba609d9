//! The catalog: which apps exist, how each is connected and what can be configured afterwards.

mod field;
mod generated;

use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub(crate) use field::ConfigField;
pub(crate) use generated::generate;

const BUILT_IN: &str = include_str!("../../catalog.json");

/// The name of our own authorization server among the providers of a catalog.
pub(crate) const OWN_PROVIDER: &str = "sandbox";

#[derive(Deserialize)]
pub(crate) struct Catalog {
    #[serde(default)]
    pub(crate) organisation: Organisation,
    #[serde(default)]
    pub(crate) providers: BTreeMap<String, Provider>,
    pub(crate) apps: Vec<App>,
    #[serde(default)]
    pub(crate) linked_accounts: Vec<String>,
    #[serde(default)]
    pub(crate) seed: Vec<Seed>,
}

#[derive(Deserialize)]
pub(crate) struct Organisation {
    pub(crate) org_id: String,
    pub(crate) name: String,
}

impl Default for Organisation {
    fn default() -> Self {
        Self { org_id: "org_sandbox".into(), name: "Sandbox".into() }
    }
}

/// A standard OAuth 2.0 authorization server.
#[derive(Clone, Deserialize)]
pub(crate) struct Provider {
    /// If given, `iss` (RFC 9207) must come back and equal it; if not, none may come back.
    pub(crate) issuer: Option<String>,
    pub(crate) authorization_endpoint: String,
    pub(crate) token_endpoint: String,
    /// Asked with the new access token who it belongs to.
    pub(crate) userinfo_endpoint: Option<String>,
    /// Which member of the answer of `userinfo_endpoint` names the account.
    #[serde(default = "default_identifier_claim")]
    pub(crate) identifier_claim: String,
    pub(crate) client_id: String,
    pub(crate) client_secret: Option<String>,
    /// The environment variable that holds the client secret.
    pub(crate) client_secret_env: Option<String>,
}

fn default_identifier_claim() -> String {
    "email".into()
}

#[derive(Deserialize)]
pub(crate) struct App {
    pub(crate) slug: String,
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    #[serde(default)]
    pub(crate) tags: Vec<String>,
    /// `custom`, or absent for a native app.
    #[serde(rename = "type")]
    pub(crate) kind: Option<String>,
    #[serde(default)]
    pub(crate) ecosystem: bool,
    #[serde(default)]
    pub(crate) icon: Icon,
    pub(crate) auth: Vec<Auth>,
    #[serde(default)]
    pub(crate) multiple_accounts: bool,
    #[serde(default)]
    pub(crate) config: ConfigDefinition,
}

#[derive(Default, Deserialize)]
pub(crate) struct Icon {
    /// Degrees on the colour wheel of OKLCH; derived from the slug if absent.
    pub(crate) hue: Option<u16>,
    /// The name of a drawing; derived from the slug if absent.
    pub(crate) shape: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum AuthType {
    OAuth2,
    KeyBased,
}

impl AuthType {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::OAuth2 => "oauth2",
            Self::KeyBased => "keybased",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        [Self::OAuth2, Self::KeyBased].into_iter().find(|known| known.as_str() == text)
    }
}

#[derive(Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Grant {
    #[default]
    AuthorizationCode,
    ClientCredentials,
}

/// One way to connect an app.
#[derive(Deserialize)]
pub(crate) struct Auth {
    #[serde(rename = "type")]
    pub(crate) kind: AuthType,
    #[serde(default)]
    pub(crate) grant: Grant,
    #[serde(default = "own_provider")]
    pub(crate) provider: String,
    #[serde(default)]
    pub(crate) scopes: Vec<String>,
    /// Further parameters of the authorization request; `{name}` stands for a prerequisite field.
    #[serde(default)]
    pub(crate) authorize_params: BTreeMap<String, String>,
    /// Input fields, sent to browsers as they are.
    #[serde(default)]
    pub(crate) fields: Vec<Value>,
    /// Regular expressions by field name that a credential must match.
    #[serde(default)]
    pub(crate) valid: BTreeMap<String, String>,
    /// What the app says of a credential that does not.
    pub(crate) refusal: Option<String>,
    /// The field whose value names the connected account.
    pub(crate) identifier: Option<String>,
}

fn own_provider() -> String {
    OWN_PROVIDER.into()
}

#[derive(Default, Deserialize)]
pub(crate) struct ConfigDefinition {
    #[serde(default)]
    pub(crate) fields: Vec<ConfigField>,
    #[serde(default)]
    pub(crate) workflows: Vec<Workflow>,
}

#[derive(Deserialize)]
pub(crate) struct Workflow {
    pub(crate) id: String,
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) description: String,
    #[serde(default)]
    pub(crate) enabled: bool,
    #[serde(default)]
    pub(crate) fields: Vec<ConfigField>,
}

/// A connection that exists from the start.
#[derive(Deserialize)]
pub(crate) struct Seed {
    pub(crate) linked_account_id: String,
    pub(crate) slug: String,
    pub(crate) auth_type: AuthType,
    pub(crate) identifier: String,
    #[serde(default)]
    pub(crate) expired: bool,
}

impl Catalog {
    pub(crate) fn load(file: Option<&Path>) -> Result<Self, Box<dyn Error>> {
        let text = match file {
            Some(path) => {
                std::fs::read_to_string(path).map_err(|error| format!("catalog {}: {error}", path.display()))?
            }
            None => BUILT_IN.to_owned(),
        };
        let catalog: Self = serde_json::from_str(&text).map_err(|error| format!("catalog: {error}"))?;
        catalog.check()?;
        Ok(catalog)
    }

    pub(crate) fn app(&self, slug: &str) -> Option<&App> {
        self.apps.iter().find(|app| app.slug == slug)
    }

    fn check(&self) -> Result<(), Box<dyn Error>> {
        // The name is the last segment of the redirect URI.
        if let Some(name) = self.providers.keys().find(|name| !is_slug(name)) {
            return Err(format!("catalog: {name:?} is no name of a provider (letters, digits, - and _)").into());
        }
        let mut slugs = std::collections::BTreeSet::new();
        for app in &self.apps {
            if !slugs.insert(&app.slug) {
                return Err(format!("catalog: two apps have the slug {}", app.slug).into());
            }
            if !is_slug(&app.slug) {
                return Err(format!("catalog: {:?} is no slug (letters, digits, - and _)", app.slug).into());
            }
            if app.auth.is_empty() {
                return Err(format!("catalog: {} names no way to connect it", app.slug).into());
            }
            for auth in &app.auth {
                let known = auth.provider == OWN_PROVIDER || self.providers.contains_key(&auth.provider);
                if auth.kind == AuthType::OAuth2 && !known {
                    return Err(format!("catalog: {} names an unknown provider {}", app.slug, auth.provider).into());
                }
                for (field, pattern) in &auth.valid {
                    regex_lite::Regex::new(pattern)
                        .map_err(|error| format!("catalog: {}, rule of {field}: {error}", app.slug))?;
                }
            }
        }
        if let Some(seed) = self.seed.iter().find(|seed| self.app(&seed.slug).is_none()) {
            return Err(format!("catalog: seed of an unknown app {}", seed.slug).into());
        }
        Ok(())
    }
}

impl App {
    pub(crate) fn auth(&self, kind: AuthType) -> Option<&Auth> {
        self.auth.iter().find(|auth| auth.kind == kind)
    }
}

impl Auth {
    /// The names of the required fields that `values` leaves empty.
    pub(crate) fn missing<'a>(&'a self, values: &serde_json::Map<String, Value>) -> Vec<&'a str> {
        let required = self.fields.iter().filter(|field| is_true(&field["required"]));
        let names = required.filter_map(|field| field["name"].as_str());
        names.filter(|name| values.get(*name).is_none_or(is_empty)).collect()
    }
}

/// Whether it can stand in an address as it is.
fn is_slug(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}

/// Catalogs of the platform write flags as booleans and as strings.
fn is_true(value: &Value) -> bool {
    value.as_bool().unwrap_or_else(|| value.as_str() == Some("true"))
}

pub(crate) fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

#[cfg(test)]
mod tests;

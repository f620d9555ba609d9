//! What a platform lists and keeps, in the words of this component: plain data, no field for any third-party secret.

use std::rc::Rc;

pub mod config;

/// An app that can be connected.
#[derive(Clone, Debug, PartialEq)]
pub struct App {
    /// The key of everything: unique, also for custom apps.
    pub slug: String,
    pub name: String,
    /// One line of what it is for.
    pub description: Option<String>,
    /// Address of its icon, checked to be `https:`, loopback `http:` or an image `data:` address.
    pub icon: Option<String>,
    /// Categories.
    pub tags: Vec<String>,
    /// The ways to connect it, at least one.
    pub methods: Rc<Vec<Method>>,
    pub accounts: Vec<Rc<Account>>,
    /// The platform's `reauth_required` for the app as a whole.
    pub reauth_required: bool,
}

impl App {
    pub fn connected(&self) -> bool {
        !self.accounts.is_empty()
    }

    /// Connected once, but the platform can no longer use the connection.
    pub fn needs_attention(&self) -> bool {
        self.connected() && (self.reauth_required || self.accounts.iter().any(|account| !account.active))
    }

    /// As it is with only these of its accounts.
    pub fn with(&self, accounts: Vec<Rc<Account>>) -> Self {
        Self {
            slug: self.slug.clone(),
            name: self.name.clone(),
            description: self.description.clone(),
            icon: self.icon.clone(),
            tags: self.tags.clone(),
            methods: self.methods.clone(),
            reauth_required: self.reauth_required && !accounts.is_empty(),
            accounts,
        }
    }

    pub fn method(&self, auth_type: AuthType) -> Option<&Method> {
        self.methods.iter().find(|method| method.auth_type == auth_type)
    }
}

/// How an app is connected, named as the platform names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuthType {
    /// OAuth 2.0: authorization code in a window of the provider, or client credentials without one.
    OAuth2,
    /// Keys that the user copies from the app.
    KeyBased,
}

impl AuthType {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OAuth2 => "oauth2",
            Self::KeyBased => "keybased",
        }
    }

    pub fn named(name: &str) -> Option<Self> {
        [Self::OAuth2, Self::KeyBased].into_iter().find(|known| known.as_str() == name)
    }
}

/// One way to connect an app.
#[derive(Clone, Debug, PartialEq)]
pub struct Method {
    pub auth_type: AuthType,
    /// Asked for before signing in (OAuth) or all there is to ask for (keys).
    pub fields: Vec<InputField>,
    /// OAuth scopes, where the platform says which.
    pub scopes: Vec<String>,
}

impl Method {
    /// The user is asked for something before it can begin.
    pub fn asks(&self) -> bool {
        self.auth_type == AuthType::KeyBased || !self.fields.is_empty()
    }

    /// What it asks for is not the host's business.
    pub fn is_secret(&self) -> bool {
        self.auth_type == AuthType::KeyBased || self.fields.iter().any(|field| field.kind == InputKind::Password)
    }
}

/// A field to fill in.
#[derive(Clone, Debug, PartialEq)]
pub struct InputField {
    pub name: String,
    pub label: String,
    pub placeholder: String,
    pub required: bool,
    pub kind: InputKind,
    pub help: Option<String>,
    pub multiple: bool,
    /// `(name shown, value sent)`; not empty exactly for [`InputKind::Select`].
    pub options: Vec<(String, String)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InputKind {
    Text,
    /// Masked, never offered to a password manager.
    Password,
    Email,
    Url,
    Number,
    Textarea,
    Select,
}

/// One connected account of an app.
#[derive(Clone, Debug, PartialEq)]
pub struct Account {
    /// The platform's `connection_id`, absent on older platforms.
    pub connection_id: Option<String>,
    /// Whose account it is, as the provider names it. Personal data: shown, never sent to the host.
    pub identifier: String,
    /// ISO 8601, as the platform wrote it: compared as text, formatted by the browser.
    pub connected_at: String,
    pub active: bool,
    pub auth_type: AuthType,
}

/// Who runs the host's product.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Organisation {
    pub name: Option<String>,
}

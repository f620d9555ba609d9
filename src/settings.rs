//! What the host may change at any time; known on a server, too.

use std::sync::Arc;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// As the browser and the operating system say.
    #[default]
    System,
    Light,
    Dark,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Density {
    #[default]
    Comfortable,
    Compact,
}

/// What the host may change at any time.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Settings {
    pub theme: Theme,
    pub density: Density,
    /// BCP 47. Languages other than English are registered first, see `view::register`.
    pub locale: String,
    /// The host's product, as its users know it; empty: what the platform calls the organisation.
    pub host_name: String,
    /// Who keeps the credentials; empty: unnamed.
    pub platform_name: String,
    pub privacy_url: Option<String>,
    pub terms_url: Option<String>,
    /// Whether the search takes the focus when the list is shown first.
    pub autofocus: bool,
    /// Texts that replace those of the catalog, by key.
    pub strings: Arc<[(String, String)]>,
}

//! What the host sets, read once and checked; what may change later is read again by [`apply`].

use super::frame::FrameUrl;
use super::loopback::is_loopback;
use crate::browser::global;
use crate::error::Code;
use crate::flow::Entry;
use crate::gather::Gather;
use crate::object;
use crate::platform::{ConfigChoice, ExtraHeaders, Origins};
use crate::view::{self, Density, Settings, Theme};
use js_sys::{Array, Function, JSON, Object, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::Url;

/// An option that cannot be used: a code and the option's name, both fit to be shown.
#[derive(Debug)]
pub struct BadOption {
    pub code: Code,
    pub option: &'static str,
}

/// Options of one life: changing one starts a new one.
#[derive(Clone, Default)]
pub struct Options {
    pub origins: Origins,
    pub headers: ExtraHeaders,
    /// Slug of the only app to show.
    pub app: Option<String>,
    /// Which configuration of the app.
    pub config: ConfigChoice,
    /// Where secrets are typed.
    pub entry: Entry,
    /// Of [`Entry::Frame`].
    pub frame_url: Option<FrameUrl>,
    /// Takes the address for signing in, where a page cannot open windows.
    pub open_url: Option<Function>,
    pub get_session_token: Option<Function>,
    /// A token that is there from the start, as the host gave it.
    pub session_token: Option<JsValue>,
    /// Milliseconds since `get_session_token` was called ahead of the component's start.
    pub age_ms: f64,
}

/// The name of an option that cannot be used as it is.
pub(super) type Name = &'static str;

impl Options {
    pub fn new(
        api_url: &str,
        icon_origins: &[String],
        app: Option<String>,
        get_session_token: Option<Function>,
    ) -> Result<Self, BadOption> {
        check_page()?;
        let mut options = Self { app, get_session_token, ..Self::default() };
        options.set_origins(api_url, icon_origins.iter().cloned().map(Some)).map_err(bad)?;
        Ok(options)
    }

    /// Where secrets are typed: in the host's own page if it says so, else in the frame at that address, if any.
    pub fn set_entry(&mut self, frame_url: Option<&str>, inline: bool) -> Result<(), BadOption> {
        self.enter(frame_url, inline).map_err(bad)
    }

    fn enter(&mut self, frame_url: Option<&str>, inline: bool) -> Result<(), Name> {
        if let Some(url) = frame_url {
            self.frame_url = Some(FrameUrl::check(url).ok_or("frameUrl")?);
            self.entry = Entry::Frame;
        }
        if inline {
            self.entry = Entry::Inline;
        }
        Ok(())
    }

    /// An icon's address that is no text is as bad as any other.
    fn set_origins(&mut self, api_url: &str, icons: impl Iterator<Item = Option<String>>) -> Result<(), Name> {
        let (api, own) = api_base(api_url).ok_or("apiUrl")?;
        self.origins.api = api;
        self.origins.icons.push(own);
        for address in icons {
            let url = address.and_then(|address| Url::new(&address).ok()).ok_or("iconOrigins")?;
            self.origins.icons.push(url.origin());
        }
        Ok(())
    }

    /// Reads a plain object. Unknown names are ignored: a newer host may know more.
    pub(super) fn read(value: &JsValue) -> Result<Self, BadOption> {
        check_page()?;
        let mut options = Self::default();
        options.take(value).map_err(bad)?;
        Ok(options)
    }

    /// One member after the other into its place: what is read so far is dropped in one way, wherever it ends.
    fn take(&mut self, value: &JsValue) -> Result<(), Name> {
        let icons = match get(value, "iconOrigins") {
            None => Array::new(),
            Some(list) => list.dyn_into().map_err(|_| "iconOrigins")?,
        };
        let api = text(value, "apiUrl").unwrap_or_default();
        self.set_origins(&api, icons.iter().map(|address| address.as_string()))?;
        self.app = text(value, "app");
        self.get_session_token = callback(value, "getSessionToken")?;
        self.enter(text(value, "frameUrl").as_deref(), flag(value, "inlineCredentials"))?;
        self.open_url = callback(value, "openUrl")?;
        self.age_ms = number(value, "ageMs").filter(|age| age.is_finite()).unwrap_or_default();
        if let Some(config) = get(value, "config") {
            self.config.id = text(&config, "id");
            if let Some(labels) = get(&config, "labels") {
                // Whatever JSON the platform takes.
                let labels = JSON::stringify(&labels).ok().and_then(|labels| labels.as_string());
                self.config.labels = Some(labels.ok_or("config.labels")?);
            }
        }
        if let Some(headers) = get(value, "headers") {
            add_headers(&mut self.headers, &headers)?;
        }
        self.session_token = get(value, "sessionToken");
        Ok(())
    }
}

/// Tokens are for pages that nobody on the way can change.
fn check_page() -> Result<(), BadOption> {
    if global(&["isSecureContext"]).is_some_and(|secure| secure.is_truthy()) {
        Ok(())
    } else {
        Err(BadOption { code: Code::InsecureContext, option: "apiUrl" })
    }
}

/// An option that, if it is there, must be a function.
pub(super) fn callback(value: &JsValue, name: Name) -> Result<Option<Function>, Name> {
    get(value, name).map(|callback| callback.dyn_into().map_err(|_| name)).transpose()
}

pub(super) const fn bad(option: Name) -> BadOption {
    BadOption { code: Code::InvalidOption, option }
}

/// Puts what may change at any time into the settings; names that are absent leave what was.
pub(super) fn apply(settings: &mut Settings, value: &JsValue) {
    // What is there but no text is as good as empty.
    let given = |name: &str| has(value, name).then(|| text(value, name).unwrap_or_default());
    let set = |into: &mut String, name: &str| {
        if let Some(text) = given(name) {
            *into = text;
        }
    };
    set(&mut settings.locale, "locale");
    if let Some(words) = get(value, "words") {
        view::register(&settings.locale, words);
    }
    set(&mut settings.host_name, "hostName");
    set(&mut settings.platform_name, "platformName");
    if let Some(theme) = given("theme") {
        settings.theme = match theme.as_str() {
            "light" => Theme::Light,
            "dark" => Theme::Dark,
            _ => Theme::System,
        };
    }
    if let Some(density) = given("density") {
        settings.density = if density == "compact" { Density::Compact } else { Density::Comfortable };
    }
    let set_address = |into: &mut Option<String>, name: &str| {
        if has(value, name) {
            *into = text(value, name).filter(|address| is_web(address));
        }
    };
    set_address(&mut settings.privacy_url, "privacyUrl");
    set_address(&mut settings.terms_url, "termsUrl");
    if has(value, "autofocus") {
        settings.autofocus = flag(value, "autofocus");
    }
    if has(value, "strings") {
        let strings = get(value, "strings").and_then(|strings| strings.dyn_into::<Object>().ok()).unwrap_or_default();
        settings.strings = pairs(&Object::entries(&strings)).into();
    }
}

/// What [`apply`] reads, of what concerns a form.
pub(super) fn plain(settings: &Settings) -> Object {
    let strings = object::plain(&[]);
    for (key, text) in settings.strings.iter() {
        object::set(&strings, key, &text.into());
    }
    let theme = match settings.theme {
        Theme::System => "system",
        Theme::Light => "light",
        Theme::Dark => "dark",
    };
    let density = if settings.density == Density::Compact { "compact" } else { "comfortable" };
    let texts = [
        ("theme", theme),
        ("density", density),
        ("locale", &settings.locale),
        ("hostName", &settings.host_name),
        ("platformName", &settings.platform_name),
    ];
    let plain = object::plain(&[("strings", strings.into()), ("words", view::registered(&settings.locale).into())]);
    for (name, text) in texts {
        object::set(&plain, name, &text.into());
    }
    plain
}

/// Those of a list's items that are two texts.
pub(super) fn pairs(list: &Array) -> Vec<(String, String)> {
    let pair = |pair: JsValue| {
        let pair: Array = pair.dyn_into().ok()?;
        Some((pair.get(0).as_string()?, pair.get(1).as_string()?))
    };
    list.iter().filter_map(pair).gather()
}

pub(super) fn has(value: &JsValue, name: &str) -> bool {
    value.is_object() && Reflect::has(value, &name.into()).unwrap_or(false)
}

/// An address that is safe to be followed by a click.
fn is_web(address: &str) -> bool {
    Url::new(address).is_ok_and(|url| matches!(text(&url, "protocol").as_deref(), Some("https:" | "http:")))
}

/// A property that is there and not null. What is no object has none; an object may be of another realm, a frame's say.
pub(super) fn get(value: &JsValue, name: &str) -> Option<JsValue> {
    // Asking anything else throws, and each exception costs a slot of the table of JavaScript values for good.
    let value = value.is_object().then(|| object::get(value, name).ok())??;
    (!value.is_undefined() && !value.is_null()).then_some(value)
}

pub(super) fn text(value: &JsValue, name: &str) -> Option<String> {
    get(value, name)?.as_string().filter(|text| !text.is_empty())
}

pub(super) fn number(value: &JsValue, name: &str) -> Option<f64> {
    get(value, name)?.as_f64()
}

pub(super) fn flag(value: &JsValue, name: &str) -> bool {
    get(value, name).is_some_and(|value| value.is_truthy())
}

/// An address that may be trusted with something: `https:`, or `http:` of this machine, and nobody's name in it.
pub(super) fn secure(address: &str) -> Option<Url> {
    let url = Url::new(address).ok()?;
    let origin = url.origin();
    let is_local = || text(&url, "hostname").is_some_and(|host| is_loopback(&host));
    let scheme = origin.starts_with("https://") || (origin.starts_with("http://") && is_local());
    // A name would stand between the scheme and the host, which the origin leaves out.
    let unnamed = url.href().strip_prefix(&origin).is_some_and(|path| path.starts_with('/'));
    (scheme && unnamed).then_some(url)
}

/// As [`secure`], without query and fragment; what comes back has no slash at the end, and its origin with it.
pub(super) fn api_base(address: &str) -> Option<(String, String)> {
    let url = secure(address).filter(|url| text(url, "search").or(text(url, "hash")).is_none())?;
    let mut base = url.href();
    while base.ends_with('/') {
        base.pop();
    }
    Some((base, url.origin()))
}

pub(super) fn is_header_value(text: &str) -> bool {
    text.len() <= 128 && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// `{activityId, sessionId, correlationId: true, tenantId: "…"}`: off unless named, for a platform's CORS may refuse them.
fn add_headers(into: &mut ExtraHeaders, headers: &JsValue) -> Result<(), Name> {
    for (option, name) in &[("activityId", "X-Activity-ID"), ("sessionId", "X-Session-ID")] {
        if flag(headers, option) {
            into.fixed.push((*name, crate::browser::random_uuid()));
        }
    }
    if let Some(tenant) = text(headers, "tenantId") {
        if !is_header_value(&tenant) {
            return Err("headers.tenantId");
        }
        into.fixed.push(("X-Tenant-ID", tenant));
    }
    into.correlation = flag(headers, "correlationId");
    Ok(())
}

//! What the host sets, read once and checked; what may change later is read again by [`apply`].

use super::browser::window;
use super::frame::FrameUrl;
use super::loopback::is_loopback;
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
#[derive(Clone)]
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

impl Options {
    pub fn new(
        api_url: &str,
        icon_origins: &[String],
        app: Option<String>,
        get_session_token: Option<Function>,
    ) -> Result<Self, BadOption> {
        if !window().is_some_and(|window| window.is_secure_context()) {
            return Err(BadOption { code: Code::InsecureContext, option: "apiUrl" });
        }
        let api = api_base(api_url).ok_or(bad("apiUrl"))?;
        let mut icons = Vec::new();
        for address in icon_origins {
            icons.push(Url::new(address).map_err(|_| bad("iconOrigins"))?.origin());
        }
        Ok(Self {
            origins: Origins { api, icons },
            headers: ExtraHeaders::default(),
            app,
            config: ConfigChoice::default(),
            entry: Entry::Missing,
            frame_url: None,
            open_url: None,
            get_session_token,
            session_token: None,
            age_ms: 0.0,
        })
    }

    /// Where secrets are typed: in the host's own page if it says so, else in the frame at that address, if any.
    pub fn set_entry(&mut self, frame_url: Option<&str>, inline: bool) -> Result<(), BadOption> {
        self.frame_url = frame_url.map(|url| FrameUrl::check(url).ok_or(bad("frameUrl"))).transpose()?;
        self.entry = match &self.frame_url {
            _ if inline => Entry::Inline,
            Some(_) => Entry::Frame,
            None => Entry::Missing,
        };
        Ok(())
    }

    /// Reads a plain object. Unknown names are ignored: a newer host may know more.
    pub(super) fn read(value: &JsValue) -> Result<Self, BadOption> {
        let api = text(value, "apiUrl").unwrap_or_default();
        let icons = match get(value, "iconOrigins") {
            None => Vec::new(),
            Some(list) => texts(&list).ok_or(bad("iconOrigins"))?,
        };
        let mut options = Self::new(&api, &icons, text(value, "app"), callback(value, "getSessionToken")?)?;
        options.set_entry(text(value, "frameUrl").as_deref(), flag(value, "inlineCredentials"))?;
        options.open_url = callback(value, "openUrl")?;
        options.age_ms =
            get(value, "ageMs").and_then(|age| age.as_f64()).filter(|age| age.is_finite()).unwrap_or_default();
        if let Some(config) = get(value, "config") {
            options.config = choice(&config)?;
        }
        options.headers = headers(value)?;
        options.session_token = get(value, "sessionToken");
        Ok(options)
    }
}

/// An option that, if it is there, must be a function.
pub(super) fn callback(value: &JsValue, name: &'static str) -> Result<Option<Function>, BadOption> {
    get(value, name).map(|callback| callback.dyn_into().map_err(|_| bad(name))).transpose()
}

pub(super) const fn bad(option: &'static str) -> BadOption {
    BadOption { code: Code::InvalidOption, option }
}

/// Puts what may change at any time into the settings; names that are absent leave what was.
pub(super) fn apply(settings: &mut Settings, value: &JsValue) {
    let set = |into: &mut String, name: &str| {
        if has(value, name) {
            *into = text(value, name).unwrap_or_default();
        }
    };
    set(&mut settings.locale, "locale");
    if let Some(words) = get(value, "words") {
        view::register(&settings.locale, words);
    }
    set(&mut settings.host_name, "hostName");
    set(&mut settings.platform_name, "platformName");
    if has(value, "theme") {
        settings.theme = match text(value, "theme").as_deref() {
            Some("light") => Theme::Light,
            Some("dark") => Theme::Dark,
            _ => Theme::System,
        };
    }
    if has(value, "density") {
        let compact = text(value, "density").as_deref() == Some("compact");
        settings.density = if compact { Density::Compact } else { Density::Comfortable };
    }
    if has(value, "privacyUrl") {
        settings.privacy_url = text(value, "privacyUrl").filter(|address| is_web(address));
    }
    if has(value, "termsUrl") {
        settings.terms_url = text(value, "termsUrl").filter(|address| is_web(address));
    }
    if has(value, "autofocus") {
        settings.autofocus = flag(value, "autofocus");
    }
    if let Some(strings) = get(value, "strings").and_then(|strings| strings.dyn_into::<Object>().ok()) {
        let entries = Object::entries(&strings);
        let pairs = entries.iter().filter_map(|pair| {
            let pair: Array = pair.dyn_into().ok()?;
            Some((pair.get(0).as_string()?, pair.get(1).as_string()?))
        });
        settings.strings = pairs.gather().into();
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
    object::plain(&[
        ("theme", theme.into()),
        ("density", density.into()),
        ("locale", settings.locale.as_str().into()),
        ("hostName", settings.host_name.as_str().into()),
        ("platformName", settings.platform_name.as_str().into()),
        ("strings", strings.into()),
        ("words", view::registered(&settings.locale).into()),
    ])
}

pub(super) fn has(value: &JsValue, name: &str) -> bool {
    value.is_object() && Reflect::has(value, &name.into()).unwrap_or(false)
}

/// An address that is safe to be followed by a click.
fn is_web(address: &str) -> bool {
    Url::new(address).is_ok_and(|url| matches!(url.protocol().as_str(), "https:" | "http:"))
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

pub(super) fn flag(value: &JsValue, name: &str) -> bool {
    get(value, name).is_some_and(|value| value.is_truthy())
}

/// `https:`, or `http:` of this machine; no user name, query or fragment; without the slash at the end.
pub(super) fn api_base(address: &str) -> Option<String> {
    let url = Url::new(address).ok()?;
    let scheme = match url.protocol().as_str() {
        "https:" => true,
        "http:" => is_loopback(&url.hostname()),
        _ => false,
    };
    let plain =
        url.username().is_empty() && url.password().is_empty() && url.search().is_empty() && url.hash().is_empty();
    (scheme && plain).then(|| url.href().trim_end_matches('/').to_owned())
}

fn texts(list: &JsValue) -> Option<Vec<String>> {
    let mut texts = Vec::new();
    for item in list.dyn_ref::<Array>()?.iter() {
        texts.push(item.as_string()?);
    }
    Some(texts)
}

pub(super) fn is_header_value(text: &str) -> bool {
    text.len() <= 128 && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// `config: {id, labels}`; labels are whatever JSON the platform takes.
fn choice(config: &JsValue) -> Result<ConfigChoice, BadOption> {
    let read = |labels: JsValue| JSON::stringify(&labels).ok()?.as_string();
    let labels = get(config, "labels").map(|labels| read(labels).ok_or(bad("config.labels"))).transpose()?;
    Ok(ConfigChoice { id: text(config, "id"), labels })
}

/// `headers: {activityId, sessionId, correlationId: true, tenantId: "…"}`: off unless named, for a platform's CORS may
/// refuse them.
fn headers(value: &JsValue) -> Result<ExtraHeaders, BadOption> {
    let Some(headers) = get(value, "headers") else { return Ok(ExtraHeaders::default()) };
    let mut fixed = Vec::new();
    if flag(&headers, "activityId") {
        fixed.push(("X-Activity-ID", super::random_uuid()));
    }
    if flag(&headers, "sessionId") {
        fixed.push(("X-Session-ID", super::random_uuid()));
    }
    if let Some(tenant) = text(&headers, "tenantId") {
        if !is_header_value(&tenant) {
            return Err(bad("headers.tenantId"));
        }
        fixed.push(("X-Tenant-ID", tenant));
    }
    Ok(ExtraHeaders { fixed, correlation: flag(&headers, "correlationId") })
}

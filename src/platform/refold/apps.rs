//! `Application` as the platform writes it, read into [`App`].

use crate::gather::Gather;
use crate::platform::Listed;
use crate::platform::model::{Account, App, AuthType, InputField, InputKind, Method};
use crate::platform::read::Reader;
use crate::platform::seen::Seen;
use crate::platform::transport::{Origins, pause};
use crate::space::trimmed;
use std::rc::Rc;

/// The address of an icon, if it may be loaded.
fn allowed(address: String, origins: &Origins) -> Option<String> {
    if address.starts_with("data:image/") {
        return Some(address);
    }
    let url = web_sys::Url::new_with_base(&address, &origins.api).ok()?;
    // Whole: what is relative to the platform would be asked of the page.
    origins.icons.contains(&url.origin()).then(|| url.href())
}

/// A list longer than this is shown in part while the rest is read.
const LONG: usize = 200;
/// Of a long list, what comes first whatever there is further down, in apps.
const FIRST: usize = 60;
/// Until what has arrived is on screen, on most machines, in milliseconds.
const PAINTED_MS: f64 = 50.0;
/// How long the page may wait for this list to be read on, in milliseconds: half a frame.
const SLICE_MS: f64 = 8.0;

/// Of a long list those that are shown on top; the page gets its turn before the others are read, and between them.
pub(super) fn list(list: Reader, origins: Rc<Origins>) -> Listed {
    let long = list.length() > LONG;
    let mut top = Catalog::new();
    for (at, item) in list.items().enumerate() {
        if !long || at < FIRST || item.get("connected_accounts").length() > 0 {
            top.take(&item, &origins);
        }
    }
    if long { Listed::Long(top.apps, Box::pin(whole(list, origins))) } else { Listed::Whole(top.apps) }
}

async fn whole(list: Reader, origins: Rc<Origins>) -> Vec<Rc<App>> {
    let mut catalog = Catalog::new();
    let (mut pause_ms, mut since) = (PAINTED_MS, f64::NEG_INFINITY);
    for item in list.items() {
        if js_sys::Date::now() - since >= SLICE_MS {
            pause(pause_ms).await;
            (pause_ms, since) = (0.0, js_sys::Date::now());
        }
        catalog.take(&item, &origins);
    }
    catalog.apps
}

/// Apps without a slug or of an `ecosystem` are not for the user; the first of each slug counts.
struct Catalog {
    apps: Vec<Rc<App>>,
    seen: Seen,
}

impl Catalog {
    fn new() -> Self {
        Self { apps: Vec::new(), seen: Seen::new() }
    }

    fn take(&mut self, item: &Reader, origins: &Origins) {
        let app = if item.flag("ecosystem") { None } else { app(item, origins) };
        if let Some(app) = app
            && self.seen.first(&app.slug)
        {
            self.apps.push(app);
        }
    }
}

pub(super) fn app(app: &Reader, origins: &Origins) -> Option<Rc<App>> {
    let slug = app.text("slug")?;
    let methods = methods(app);
    let usual = methods.first().map_or(AuthType::OAuth2, |method| method.auth_type);
    let accounts = app.get("connected_accounts").items().filter_map(|item| account(&item, usual)).map(Rc::new).gather();
    let mut app = App {
        // Nothing but space would be a screen without a heading.
        name: app.text("name").filter(|name| !trimmed(name).is_empty()).unwrap_or_else(|| slug.clone()),
        description: app.text("description"),
        icon: app.text("icon").and_then(|address| allowed(address, origins)),
        tags: app.get("tags").texts(),
        reauth_required: app.flag("connected") && app.flag("reauth_required"),
        methods: Rc::new(methods),
        accounts,
        slug,
    };
    app.tags.dedup();
    Some(Rc::new(app))
}

fn methods(app: &Reader) -> Vec<Method> {
    let options = app.get("auth_type_options");
    let usual = auth_type(app);
    // The platform's own choice comes first.
    let keys_first = usual == Some(AuthType::KeyBased);
    let mut methods = Vec::new();
    for keys in [keys_first, !keys_first] {
        let kind = if keys { AuthType::KeyBased } else { AuthType::OAuth2 };
        let fields = options.get(kind.as_str());
        if fields.is_array() {
            methods.push(method(app, kind, &fields));
        }
    }
    // Before `auth_type_options` there was one kind and one map of fields.
    if methods.is_empty() {
        methods.push(method(app, usual.unwrap_or(AuthType::OAuth2), &app.get("auth_input_map")));
    }
    methods
}

fn auth_type(of: &Reader) -> Option<AuthType> {
    AuthType::named(&of.text("auth_type")?)
}

fn method(app: &Reader, auth_type: AuthType, fields: &Reader) -> Method {
    Method {
        auth_type,
        fields: fields.items().filter_map(|field| input(&field)).gather(),
        scopes: if auth_type == AuthType::OAuth2 { app.get("scopes").texts() } else { Vec::new() },
    }
}

fn input(field: &Reader) -> Option<InputField> {
    let name = field.text("name")?;
    let options = field
        .get("options")
        .items()
        .filter_map(|option| {
            let value = option.text("value")?;
            Some((option.text_or("name", &value), value))
        })
        .gather();
    let kind = match field.text("type").as_deref() {
        _ if !options.is_empty() => InputKind::Select,
        Some("password" | "secret") => InputKind::Password,
        Some("email") => InputKind::Email,
        Some("url") => InputKind::Url,
        Some("number") => InputKind::Number,
        Some("textarea") => InputKind::Textarea,
        _ => InputKind::Text,
    };
    Some(InputField {
        label: field.text_or("label", &name),
        placeholder: field.text_or("placeholder", ""),
        required: field.flag("required"),
        kind,
        help: field.text("help_text"),
        multiple: field.flag("multiple"),
        options,
        name,
    })
}

fn account(account: &Reader, usual: AuthType) -> Option<Account> {
    if !account.is_object() {
        return None;
    }
    let identifier = account.get("identifier");
    // Some apps name an account by an object; the first of these says most to its owner.
    let named = || identifier.first_text(&["email", "name", "username", "id"]);
    Some(Account {
        connection_id: account.text("connection_id"),
        identifier: identifier.as_text().or_else(named).unwrap_or_default(),
        connected_at: account.text_or("connectedAt", ""),
        active: account.text("status").is_none_or(|status| status == "active"),
        auth_type: auth_type(account).unwrap_or(usual),
    })
}

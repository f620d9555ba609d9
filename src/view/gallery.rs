//! Every screen in every state, fixed and without a platform, so that it can be looked at and photographed.

use super::{Density, SessionLine, SessionShown, Settings, Theme, Ui, adopt_styles, root};
use crate::error::{Code, Failure};
use crate::flow::{Apps, FieldError, FieldErrorKind, Removal, RemovalStage, Screen, Stage, State};
use crate::platform::model::{Account, App, AuthType, InputField, InputKind, Method, Organisation};
use leptos::callback::UnsyncCallback;
use leptos::mount::mount_to;
use leptos::prelude::{RwSignal, Update};
use std::sync::Arc;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::wasm_bindgen;
use web_sys::{HtmlElement, ShadowRootInit, ShadowRootMode};

#[rustfmt::skip]
const NAMES: [&str; 8] = [
    "Harbor CRM", "Tally Books", "Söder Mail", "Beacon Chat", "Lumen Drive", "Orbit Tasks", "Quill Notes", "Vela Ads",
];
const WHAT: [&str; 8] = [
    "Contacts, deals and the history of each customer",
    "Invoices and payments",
    "Newsletters and automations for people who like long descriptions",
    "Team messaging",
    "Files and folders",
    "Projects, boards and due dates",
    "",
    "Campaigns and audiences",
];
const TAGS: [&str; 4] = ["sales", "finance", "communication", "storage"];

/// Mounts the interface in `target`, in the state of that name. `theme`: `light`, `dark` or empty; `density`: `compact`
/// or empty. Names that are not known show the list.
#[wasm_bindgen]
pub fn gallery(target: &HtmlElement, name: &str, theme: &str, locale: &str, density: &str) {
    let Ok(shadow) = target.attach_shadow(&ShadowRootInit::new(ShadowRootMode::Open)) else { return };
    adopt_styles(&shadow);
    let Ok(place) = leptos::tachys::dom::document().create_element("div") else { return };
    let _ = shadow.append_child(&place);
    let (state, session) = shown(name);
    let settings = Settings {
        theme: match theme {
            "light" => Theme::Light,
            "dark" => Theme::Dark,
            _ => Theme::System,
        },
        density: if density == "compact" { Density::Compact } else { Density::Comfortable },
        locale: locale.to_owned(),
        host_name: "Northwind".to_owned(),
        platform_name: "Refold".to_owned(),
        privacy_url: Some("https://example.com/privacy".to_owned()),
        terms_url: Some("https://example.com/terms".to_owned()),
        ..Settings::default()
    };
    let handle = mount_to(place.unchecked_into(), move || {
        let flow = RwSignal::new(state);
        root(Ui {
            flow,
            session: RwSignal::new(session),
            settings: RwSignal::new(settings),
            send: UnsyncCallback::new(move |event| flow.update(|state| follow(state, event))),
            retry_session: UnsyncCallback::new(|()| {}),
            frame: UnsyncCallback::new(|_| {}),
        })
    });
    handle.forget();
}

/// Enough of the flow to walk through the screens by hand.
fn follow(state: &mut State, event: crate::flow::Event) {
    use crate::flow::Event;
    let slug = state.screen.slug().map(str::to_owned).unwrap_or_default();
    match event {
        Event::SearchChanged(search) => state.search = search,
        Event::CategoryChosen(category) => state.category = category,
        Event::AppChosen(slug) => state.screen = Screen::App { slug, removal: None },
        Event::ConnectChosen(auth_type) => state.screen = Screen::Consent { slug, auth_type },
        Event::DisconnectChosen(auth_type) => {
            state.screen = Screen::App { slug, removal: Some(Removal { auth_type, stage: RemovalStage::Asking }) };
        }
        Event::DisconnectDeclined => state.screen = Screen::App { slug, removal: None },
        Event::Back | Event::Cancel | Event::Done => state.screen = Screen::List,
        _ => {}
    }
}

fn shown(name: &str) -> (State, SessionShown) {
    let mut state = State {
        apps: Apps::Ready(apps(24)),
        organisation: Organisation::default(),
        search: String::new(),
        category: None,
        screen: Screen::List,
        online: true,
        pinned: None,
    };
    let mut session = SessionShown { line: SessionLine::Quiet, test_mode: false, covered: false };
    let slug = |at: usize| format!("app-{at}");
    let (oauth, keys) = (AuthType::OAuth2, AuthType::KeyBased);
    let failed = |code: Code| Screen::Failed { slug: slug(3), auth_type: oauth, failure: failure(code) };
    let form =
        |busy, problem, errors| Screen::Fields { slug: slug(5), auth_type: keys, framed: false, busy, problem, errors };
    let waiting = |stage| Screen::Waiting { slug: slug(3), attempt: 1, stage };
    let ask = |at, stage| Screen::App { slug: slug(at), removal: Some(Removal { auth_type: oauth, stage }) };
    match name {
        "list-loading" => state.apps = Apps::Loading,
        "list-empty" => state.apps = Apps::Ready(Arc::default()),
        "list-failed" => state.apps = Apps::Failed(failure(Code::ServerError)),
        "list-no-match" => state.search = "zzz".to_owned(),
        "list-search" => state.search = "soder".to_owned(),
        "list-1000" => state.apps = Apps::Ready(apps(1_000)),
        "list-10000" => state.apps = Apps::Ready(apps(10_000)),
        "app" => state.screen = Screen::App { slug: slug(3), removal: None },
        "app-connected" => state.screen = Screen::App { slug: slug(0), removal: None },
        "app-attention" => state.screen = Screen::App { slug: slug(1), removal: None },
        "app-two-methods" => state.screen = Screen::App { slug: slug(4), removal: None },
        "app-removal" => state.screen = ask(0, RemovalStage::Asking),
        "app-removal-busy" => state.screen = ask(0, RemovalStage::Busy),
        "app-removal-failed" => state.screen = ask(0, RemovalStage::Failed(failure(Code::Timeout))),
        "app-loading" => {
            state.apps = Apps::Loading;
            state.pinned = Some(slug(3));
            state.screen = Screen::App { slug: slug(3), removal: None };
        }
        "app-failed" => {
            state.apps = Apps::Failed(failure(Code::NotFound));
            state.pinned = Some(slug(3));
            state.screen = Screen::App { slug: slug(3), removal: None };
        }
        "consent" => state.screen = Screen::Consent { slug: slug(3), auth_type: oauth },
        "consent-keys" => state.screen = Screen::Consent { slug: slug(5), auth_type: keys },
        "credentials" => state.screen = form(false, None, Vec::new()),
        "credentials-busy" => state.screen = form(true, None, Vec::new()),
        "credentials-errors" => {
            let error = |field: &str, kind| FieldError { field: field.to_owned(), kind };
            let errors = vec![error("key", FieldErrorKind::Required), error("url", FieldErrorKind::NotAUrl)];
            state.screen = form(false, None, errors);
        }
        "credentials-refused" => {
            let mut refused = failure(Code::CredentialsRefused);
            refused.message = Some("The key has been revoked.".to_owned());
            state.screen = form(false, Some(refused), Vec::new());
        }
        "prerequisites" => {
            state.screen = Screen::Fields {
                slug: slug(2),
                auth_type: oauth,
                framed: false,
                busy: false,
                problem: None,
                errors: Vec::new(),
            };
        }
        "waiting-preparing" => state.screen = waiting(Stage::Preparing),
        "waiting" => state.screen = waiting(Stage::SigningIn),
        "waiting-long" => state.screen = waiting(Stage::SigningInLong),
        "waiting-blocked" => state.screen = waiting(Stage::Blocked),
        "waiting-checking" => state.screen = waiting(Stage::Checking),
        "waiting-unfinished" => state.screen = waiting(Stage::Unfinished),
        "connected" => {
            state.screen = Screen::Connected { slug: slug(3), account: account("ada@northwind.example", true) }
        }
        "session-renewing" => session.line = SessionLine::Renewing,
        "session-failed" => session.line = SessionLine::Failed { retrying: false },
        "session-retrying" => session.line = SessionLine::Failed { retrying: true },
        "session-ended" => session.line = SessionLine::Ended,
        "offline" => state.online = false,
        "test-mode" => session.test_mode = true,
        _ => {
            if let Some(code) =
                name.strip_prefix("error-").and_then(|name| Code::ALL.iter().find(|c| c.as_str() == name))
            {
                state.screen = failed(*code);
            }
        }
    }
    (state, session)
}

fn failure(code: Code) -> Failure {
    Failure { reference: Some("req_8f3a27c1".to_owned()), ..Failure::new(code) }
}

fn account(identifier: &str, active: bool) -> Account {
    Account {
        connection_id: Some("c1".to_owned()),
        identifier: identifier.to_owned(),
        connected_at: "2026-03-14T09:26:53Z".to_owned(),
        active,
        auth_type: AuthType::OAuth2,
    }
}

fn apps(count: usize) -> Arc<Vec<Arc<App>>> {
    Arc::new((0..count).map(|at| Arc::new(app(at))).collect())
}

fn app(at: usize) -> App {
    let kind = at % 8;
    let name = if at < 8 { NAMES[kind].to_owned() } else { format!("{} {}", NAMES[kind], at) };
    let field = |name: &str, label: &str, kind, help: Option<&str>| InputField {
        name: name.to_owned(),
        label: label.to_owned(),
        placeholder: String::new(),
        required: true,
        kind,
        help: help.map(str::to_owned),
        multiple: false,
        options: Vec::new(),
    };
    let keys = Method {
        auth_type: AuthType::KeyBased,
        fields: vec![
            field("key", "API key", InputKind::Password, Some("Under Settings, Developers, API keys.")),
            InputField {
                placeholder: "https://…".to_owned(), ..field("url", "Server address", InputKind::Url, None)
            },
            InputField {
                options: vec![("Europe".to_owned(), "eu".to_owned()), ("United States".to_owned(), "us".to_owned())],
                required: false,
                ..field("region", "Region", InputKind::Select, None)
            },
        ],
        scopes: Vec::new(),
    };
    let asks =
        field("subdomain", "Subdomain", InputKind::Text, Some("The part before .soder.example in your address."));
    let oauth = Method {
        auth_type: AuthType::OAuth2,
        fields: if kind == 2 { vec![asks] } else { Vec::new() },
        scopes: vec!["messages.read".to_owned(), "messages.write".to_owned(), "channels.read".to_owned()],
    };
    App {
        slug: format!("app-{at}"),
        name,
        description: (!WHAT[kind].is_empty()).then(|| WHAT[kind].to_owned()),
        icon: None,
        tags: vec![TAGS[at % 4].to_owned()],
        methods: match kind {
            5 => vec![keys],
            4 => vec![oauth, keys],
            _ => vec![oauth],
        },
        accounts: match at {
            0 => vec![account("ada@northwind.example", true), account("grace@northwind.example", true)],
            1 => vec![account("billing@northwind.example", false)],
            _ => Vec::new(),
        },
        reauth_required: false,
    }
}

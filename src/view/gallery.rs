//! Every screen in every state, fixed and without a platform, so that it can be looked at and photographed.

mod data;

use super::{Density, Host, See, SessionLine, SessionShown, Settings, Theme, Wires, adopt_styles, root};
use crate::error::Code;
use crate::flow::{Apps, Event, Fault, Flow, Removal, RemovalStage, Screen, Stage, State};
use crate::platform::model::AuthType;
use crate::platform::model::config::FieldKey;
use data::{account, apps, failure};
use leptos::mount::mount_to_renderer;
use std::cell::RefCell;
use std::rc::{Rc, Weak};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use web_sys::{HtmlElement, ShadowRootInit, ShadowRootMode};

/// The names of the states, screen by screen.
#[rustfmt::skip]
const STATES: [&str; 59] = [
    "list", "list-loading", "list-search", "list-no-match", "list-empty", "list-failed",
    "app", "app-connected", "app-attention", "app-two-methods", "app-removal", "app-removal-busy",
    "app-removal-failed", "app-loading", "app-failed",
    "consent", "consent-fields", "consent-keys",
    "credentials", "credentials-busy", "credentials-errors", "credentials-refused", "prerequisites",
    "waiting-preparing", "waiting", "waiting-long", "waiting-blocked", "waiting-checking", "waiting-unfinished",
    "connected",
    "configure", "configure-loading", "configure-failed", "configure-empty", "configure-rules", "configure-workflows",
    "configure-unsaved", "configure-leaving", "configure-wrong", "configure-busy", "configure-saved",
    "configure-refused", "configure-removal",
    "runs", "runs-loading", "runs-failed", "runs-empty",
    "session-renewing", "session-failed", "session-retrying", "session-ended", "offline", "test-mode",
    "error-network_error", "error-forbidden", "error-authorization_denied", "error-authorization_timeout",
    "error-unsafe_auth_url", "error-credentials_frame_missing",
];

#[wasm_bindgen]
pub fn gallery_states() -> Vec<String> {
    STATES.map(str::to_owned).into()
}

/// Adds a language, as the loader of the package does.
#[wasm_bindgen]
pub fn gallery_words(locale: &str, words: JsValue) {
    super::register(locale, words);
}

/// Mounts the interface in `target`, in the state of that name. `theme`: `light`, `dark` or empty; `density`: `compact`
/// or empty. Names that are not known show the list.
#[wasm_bindgen]
pub fn gallery(target: &HtmlElement, name: &str, theme: &str, locale: &str, density: &str) {
    let Ok(shadow) = target.attach_shadow(&ShadowRootInit::new(ShadowRootMode::Open)) else { return };
    adopt_styles(&shadow);
    let Ok(place) = leptos::tachys::dom::document().create_element("div") else { return };
    let _ = shadow.append_child(&place);
    let (state, session) = shown(name);
    let live = data::flow(name);
    let state = live.as_ref().map_or(state, |flow| flow.state().clone());
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
    let wires = Rc::new_cyclic(|wires: &Weak<Wires>| {
        let wires = wires.clone();
        Wires::new(Box::new(Shown { wires, state: RefCell::new(state), live: RefCell::new(live) }), settings)
    });
    wires.show_session(session);
    let handle = mount_to_renderer(&place, move || root(wires));
    handle.forget();
}

/// The screen in that state, until somebody walks on.
struct Shown {
    wires: Weak<Wires>,
    state: RefCell<State>,
    live: RefCell<Option<Flow>>,
}

impl Host for Shown {
    fn show(&self, to: &mut See<'_>) {
        to.see(&self.state.borrow());
    }

    fn send(&self, event: Event) {
        match self.live.borrow_mut().as_mut() {
            Some(live) => {
                live.step(event, 0.0);
                self.state.replace(live.state().clone());
            }
            None => follow(&mut self.state.borrow_mut(), event),
        }
        if let Some(wires) = self.wires.upgrade() {
            wires.changed();
        }
    }
}

/// Enough of the flow to walk through the screens by hand.
fn follow(state: &mut State, event: Event) {
    match event {
        Event::SearchChanged(search) => state.search = search,
        Event::CategoryChosen(category) => state.category = category,
        Event::AppChosen(slug) => (state.slug, state.screen) = (Some(slug), Screen::App { removal: None }),
        Event::ConnectChosen(auth_type) => state.screen = Screen::Consent { auth_type },
        Event::DisconnectChosen(auth_type) => {
            state.screen = Screen::App { removal: Some(Removal { auth_type, stage: RemovalStage::Asking }) };
        }
        Event::DisconnectDeclined => state.screen = Screen::App { removal: None },
        Event::Back | Event::Done => (state.slug, state.screen) = (None, Screen::List),
        _ => {}
    }
}

fn slug(at: usize) -> String {
    format!("app-{at}")
}

fn shown(name: &str) -> (State, SessionShown) {
    let mut state = State { apps: Apps::Ready(apps(24)), ..State::empty() };
    let mut session = SessionShown { line: SessionLine::Quiet, test_mode: false, covered: false };
    let (oauth, keys) = (AuthType::OAuth2, AuthType::KeyBased);
    let mut show = |at: usize, screen: Screen| {
        state.slug = Some(slug(at));
        state.screen = screen;
    };
    let app = || Screen::App { removal: None };
    let form = |busy, problem, errors| Screen::Fields { auth_type: keys, framed: false, busy, problem, errors };
    let waiting = |stage| Screen::Waiting { attempt: 1, stage };
    let ask = |stage| Screen::App { removal: Some(Removal { auth_type: oauth, stage }) };
    match name {
        "list-loading" => state.apps = Apps::Loading,
        "list-empty" => state.apps = Apps::Ready(Rc::default()),
        "list-failed" => state.apps = Apps::Failed(failure(Code::ServerError)),
        "list-no-match" => state.search = "zzz".to_owned(),
        "list-search" => state.search = "soder".to_owned(),
        "list-1000" => state.apps = Apps::Ready(apps(1_000)),
        "list-10000" => state.apps = Apps::Ready(apps(10_000)),
        "app" => show(3, app()),
        "app-connected" => show(0, app()),
        "app-attention" => show(1, app()),
        "app-two-methods" => show(4, app()),
        "app-removal" => show(0, ask(RemovalStage::Asking)),
        "app-removal-busy" => show(0, ask(RemovalStage::Busy)),
        "app-removal-failed" => show(0, ask(RemovalStage::Failed(failure(Code::Timeout)))),
        "app-loading" => {
            state.apps = Apps::Loading;
            show(3, app());
            state.pinned = Some(slug(3));
        }
        "app-failed" => {
            state.apps = Apps::Failed(failure(Code::NotFound));
            show(3, app());
            state.pinned = Some(slug(3));
        }
        "consent" => show(3, Screen::Consent { auth_type: oauth }),
        "consent-fields" => show(2, Screen::Consent { auth_type: oauth }),
        "consent-keys" => show(5, Screen::Consent { auth_type: keys }),
        "credentials" => show(5, form(false, None, Vec::new())),
        "credentials-busy" => show(5, form(true, None, Vec::new())),
        "credentials-errors" => {
            let error = |field: &str, kind| (FieldKey::outside(field), kind);
            let errors = vec![error("key", Fault::Required), error("url", Fault::NotAUrl)];
            show(5, form(false, None, errors));
        }
        "credentials-refused" => {
            let mut refused = failure(Code::CredentialsRefused);
            refused.message = Some("The key has been revoked.".to_owned());
            show(5, form(false, Some(refused), Vec::new()));
        }
        "prerequisites" => {
            let errors = Vec::new();
            show(2, Screen::Fields { auth_type: oauth, framed: false, busy: false, problem: None, errors });
        }
        "waiting-preparing" => show(3, waiting(Stage::Preparing)),
        "waiting" => show(3, waiting(Stage::SigningIn)),
        "waiting-long" => show(3, waiting(Stage::SigningInLong)),
        "waiting-blocked" => show(3, waiting(Stage::Blocked)),
        "waiting-checking" => show(3, waiting(Stage::Checking)),
        "waiting-unfinished" => show(3, waiting(Stage::Unfinished)),
        "connected" => show(3, Screen::Connected { account: account("ada@northwind.example", true) }),
        "session-renewing" => session.line = SessionLine::Renewing,
        "session-failed" => session.line = SessionLine::Failed { retrying: false },
        "session-retrying" => session.line = SessionLine::Failed { retrying: true },
        "session-ended" => session.line = SessionLine::Ended { again: false },
        "offline" => state.online = false,
        "test-mode" => session.test_mode = true,
        _ => {
            if let Some(code) =
                name.strip_prefix("error-").and_then(|name| Code::ALL.iter().find(|c| c.as_str() == name))
            {
                show(3, Screen::Failed { auth_type: oauth, failure: failure(*code) });
            }
        }
    }
    (state, session)
}

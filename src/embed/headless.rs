//! The flow without the view, for interfaces of the host's own: its state as JSON, their events as the flow's.

use super::instance::Core;
use super::options::{flag, get, number, text};
use crate::cut::by_name;
use crate::flow::{Apps, ConfigEvent, Event, Screen, Typed};
use crate::platform::json::Value;
use crate::platform::model::AuthType;
use crate::platform::model::config::FieldKey;
use crate::platform::write::written;
use crate::view::{SessionLine, SessionShown};
use js_sys::{Array, JSON, Object};
use std::rc::Rc;
use wasm_bindgen::{JsCast, JsValue};
use zeroize::Zeroizing;

/// The state now. `seen` is the list of apps that was told last: the same one is not told again. The npm package's second
/// module begins here.
#[inline(never)]
pub(super) fn state(core: &Core, seen: &mut Option<Apps>) -> String {
    let SessionShown { line, test_mode, covered } = core.ui.session();
    let flow = core.flow.borrow();
    let state = flow.state();
    let known = match (seen.as_ref(), &state.apps) {
        (Some(Apps::Ready(seen)), Apps::Ready(apps)) => Rc::ptr_eq(seen, apps),
        _ => false,
    };
    let told = written(|out| {
        out.text("status", "ready");
        out.object("session", |out| {
            out.text("line", line_name(line));
            out.flag("testMode", test_mode);
            out.flag("covered", covered);
        });
        out.state(state, !known);
    });
    *seen = Some(state.apps.clone());
    told
}

const fn line_name(line: SessionLine) -> &'static str {
    match line {
        SessionLine::Quiet => "quiet",
        SessionLine::Renewing => "renewing",
        SessionLine::Failed { retrying: true } => "retrying",
        SessionLine::Failed { retrying: false } => "failed",
        SessionLine::Ended { .. } => "ended",
    }
}

/// What the user did, as `www/headless.d.ts` describes it; `None` for anything else. The npm package's second module begins
/// here.
#[inline(never)]
pub(super) fn event(core: &Core, event: &JsValue) -> Option<Event> {
    let text = |name: &str| text(event, name);
    let auth_type = || AuthType::named(&text("authType")?);
    let kind = text("type")?;
    let own = by_name!(&kind, {
        "search-changed" => Event::SearchChanged(text("search").unwrap_or_default()),
        "category-chosen" => Event::CategoryChosen(text("category")),
        "app-chosen" => Event::AppChosen(text("app")?),
        "back" => Event::Back,
        "connect-chosen" => Event::ConnectChosen(auth_type()?),
        "consent-given" => Event::ConsentGiven,
        "fields-submitted" => Event::FieldsSubmitted(typed(&get(event, "values")?)),
        "open-again" => Event::OpenAgain,
        "check-now" => Event::Hint,
        "cancel" => Event::Back,
        "disconnect-chosen" => Event::DisconnectChosen(auth_type()?),
        "disconnect-confirmed" => Event::DisconnectConfirmed,
        "disconnect-declined" => Event::DisconnectDeclined,
        "done" => Event::Done,
        "retry" => match core.flow.borrow().state().screen {
            Screen::Configure(_) | Screen::Runs(_) => Event::Config(ConfigEvent::Retry),
            _ => Event::Retry,
        },
    });
    own.or_else(|| Some(Event::Config(config_event(&kind, event)?)))
}

fn config_event(kind: &str, event: &JsValue) -> Option<ConfigEvent> {
    let text = |name: &str| text(event, name);
    let number = |name: &str| number(event, name).map(|number| number as u32);
    let field = || Some(Rc::new(FieldKey { workflow: text("workflow"), id: text("field")? }));
    by_name!(kind, {
        "configure" => ConfigEvent::Opened,
        "runs" => ConfigEvent::RunsOpened,
        "field-typed" => ConfigEvent::Typed { field: field()?, text: text("text").unwrap_or_default() },
        "field-chosen" => ConfigEvent::Chosen { field: field()?, value: value(&get(event, "value"))? },
        "workflow-switched" => ConfigEvent::Switched { workflow: text("workflow")?, enabled: flag(event, "enabled") },
        "config-chosen" => ConfigEvent::ConfigChosen(text("config")?),
        "page-chosen" => ConfigEvent::PageChosen(number("page")? as usize),
        "options-retried" => ConfigEvent::OptionsRetried(field()?),
        "save" => ConfigEvent::Save,
        "discard" => ConfigEvent::Discard,
        "leave-confirmed" => ConfigEvent::LeaveConfirmed,
        "leave-declined" => ConfigEvent::LeaveDeclined,
        "delete-chosen" => ConfigEvent::DeleteChosen,
        "delete-confirmed" => ConfigEvent::DeleteConfirmed,
        "delete-declined" => ConfigEvent::DeleteDeclined,
        "runs-page-chosen" => ConfigEvent::RunsPage(number("page")?),
        "runs-workflow-chosen" => ConfigEvent::RunsWorkflow(text("workflow")?),
    })
}

/// Values are copied one by one into what is wiped, never as part of a text about all of them. They may be of another
/// realm, a frame's say, where nothing is an instance of this one's classes.
fn typed(values: &JsValue) -> Typed {
    let mut typed = Vec::new();
    let entries = if values.is_object() { Object::entries(values.unchecked_ref()) } else { Array::new() };
    for pair in entries.iter() {
        let pair: Array = pair.unchecked_into();
        let (Some(name), value) = (pair.get(0).as_string(), pair.get(1)) else { continue };
        let several = if Array::is_array(&value) { Array::from(&value) } else { Array::of1(&value) };
        for one in several.iter().filter_map(|one| one.as_string()) {
            typed.push((name.clone(), Zeroizing::new(one)));
        }
    }
    typed.into()
}

/// Anything that JSON can say; what is absent is null.
fn value(value: &Option<JsValue>) -> Option<Value> {
    let Some(value) = value else { return Some(Value::Null) };
    Value::parse_typed(&String::from(JSON::stringify(value).ok()?))
}

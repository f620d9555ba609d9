//! How it ended: connected, failed, the session over.

use super::Ui;
use super::account::{badge, standing};
use super::dom::{El, el};
use super::icon;
use super::parts::{
    Face, Weight, actions, back, bare_button, bare_heading, button, failure_details, failure_text, failure_title,
    heading, lead, statement,
};
use crate::error::{Code, Failure};
use crate::flow::{Apps, Event, Screen};

pub(super) fn connected(ui: Ui) -> El {
    let face = Face::current(ui);
    let identifier = ui.read(|state| match &state.screen {
        Screen::Connected { account, .. } => account.identifier.clone(),
        _ => String::new(),
    });
    let who = el("div.who")
        .child(face.tile("t32"))
        .child(el("span.grow").child(el("bdi").text(&identifier)))
        .child(badge(true, el("span").say(ui, standing(true))));
    statement(
        icon::draw(icon::GOOD, icon::DRAW_SUCCESS),
        heading(ui, "connected.title", &face.name).class("h center"),
        [
            lead(ui, "connected.next", &face.name),
            who,
            actions([button(ui, Weight::Primary, "done", || Event::Done), super::app::configure(ui)]),
        ],
    )
}

/// Connecting did not work.
pub(super) fn failed(ui: Ui) -> El {
    let app = Face::current(ui).name;
    let failure = ui.read(|state| match &state.screen {
        Screen::Failed { failure, .. } => Some(failure.clone()),
        _ => None,
    });
    // What the host has left out is not mended by trying again.
    let hopeless = failure.as_ref().is_some_and(|failure| failure.code == Code::CredentialsFrameMissing);
    let drawing = failure.as_ref().and_then(|failure| match failure.code {
        Code::AuthorizationTimeout => Some(icon::DRAW_ENDED),
        Code::AuthorizationDenied | Code::AuthorizationIncomplete | Code::PopupBlocked => Some(icon::DRAW_WINDOW),
        _ => None,
    });
    let back = button(ui, Weight::Quiet, "back", || Event::Back);
    let actions = match hopeless {
        true => actions([back]),
        false => actions([button(ui, Weight::Primary, "retry", || Event::Retry), back]),
    };
    failure_screen(ui, failure, drawing, app, actions)
}

/// The apps, or the one app that the host chose, could not be loaded.
pub(super) fn not_loaded(ui: Ui) -> El {
    let failure = ui.read(|state| match &state.apps {
        Apps::Failed(failure) => Some(failure.clone()),
        Apps::Loading | Apps::Ready(_) => None,
    });
    let retry = actions([button(ui, Weight::Primary, "retry", || Event::Retry)]);
    failure_screen(ui, failure, None, ui.t("app.unnamed"), retry)
}

/// `drawing`: what is drawn of this failure and no other.
fn failure_screen(ui: Ui, failure: Option<Failure>, drawing: Option<&str>, app: String, actions: El) -> El {
    let failure = failure.unwrap_or(Failure::new(Code::Crashed));
    let code = failure.code;
    let network = matches!(code, Code::Offline | Code::NetworkError | Code::Timeout);
    // Only what is nobody's choice and nobody's network is drawn as an alarm.
    let (place, drawing) = match drawing.or(network.then_some(icon::DRAW_OFFLINE)) {
        Some(drawing) => (icon::CALM, drawing),
        None => (icon::BAD, icon::DRAW_ALERT),
    };
    let details = failure_details(ui, &failure);
    let titled = app.clone();
    statement(
        icon::draw(place, drawing),
        bare_heading().class("h center").text_with(move || failure_title(ui, code, &titled)),
        [el("p.lead").text_with(move || failure_text(ui, code, &app)), details, actions],
    )
}

/// The host ended the session: everything of it is gone, and only the host can begin another.
pub(super) fn ended(ui: Ui) -> El {
    let retry = bare_button(Weight::Secondary).say(ui, "retry").retries(ui);
    statement(
        icon::draw(icon::CALM, icon::DRAW_ENDED),
        heading(ui, "ended.title", "").class("h center"),
        [lead(ui, "ended.text", ""), actions([retry])],
    )
}

/// A step back, for screens that have nothing else at the top.
pub(super) fn top(ui: Ui) -> El {
    el("div.top").child(back(ui))
}

//! How it ended: connected, failed, the session over.

use super::account::{badge, standing};
use super::dom::{El, el};
use super::icon;
use super::parts::{
    Weight, actions, back, bare_button, bare_heading, button, failure_details, failure_text, failure_title, heading,
    lead, statement, tile_of,
};
use super::{SessionLine, Ui};
use crate::error::{Code, Failure};
use crate::flow::{Apps, Event};
use crate::platform::model::{Account, App};

pub(super) fn connected(ui: &Ui, app: &App, account: &Account) -> El {
    let who = el("div.who")
        .child(tile_of(app, "t32"))
        .child(el("span.grow").child(el("bdi").text(&account.identifier)))
        .child(badge(true, el("span").say(ui, standing(true))));
    statement(icon::draw(icon::GOOD, icon::DRAW_SUCCESS), heading(ui, "connected.title", &app.name).class("h center"))
        .child(lead(ui, "connected.next", &app.name))
        .child(who)
        .child(actions().child(button(ui, Weight::Primary, "done", || Event::Done)).child(super::app::configure(ui)))
}

/// Connecting did not work.
pub(super) fn failed(ui: &Ui, app: &App, failure: &Failure) -> El {
    let drawing = match failure.code {
        Code::AuthorizationTimeout => Some(icon::DRAW_ENDED),
        Code::AuthorizationDenied => Some(icon::DRAW_WINDOW),
        _ => None,
    };
    // What the host has left out is not mended by trying again.
    let retry = (failure.code != Code::CredentialsFrameMissing).then(|| retry(ui));
    let actions = actions().maybe(retry).child(button(ui, Weight::Quiet, "back", || Event::Back));
    failure_screen(ui, failure, drawing, app.name.clone(), actions)
}

/// The apps, or the one app that the host chose, could not be loaded.
pub(super) fn not_loaded(ui: &Ui) -> El {
    let retry = actions().child(retry(ui));
    let app = ui.t("app.unnamed");
    match &ui.state.apps {
        Apps::Failed(failure) => failure_screen(ui, failure, None, app, retry),
        Apps::Loading | Apps::Ready(_) => failure_screen(ui, &Failure::new(Code::Crashed), None, app, retry),
    }
}

fn retry(ui: &Ui) -> El {
    button(ui, Weight::Primary, "retry", || Event::Retry)
}

/// `drawing`: what is drawn of this failure and no other.
fn failure_screen(ui: &Ui, failure: &Failure, drawing: Option<&str>, app: String, actions: El) -> El {
    let code = failure.code;
    // Only what is nobody's choice and nobody's network is drawn as an alarm.
    let (place, drawing) = match drawing.or(code.is_unanswered().then_some(icon::DRAW_OFFLINE)) {
        Some(drawing) => (icon::CALM, drawing),
        None => (icon::BAD, icon::DRAW_ALERT),
    };
    let details = failure_details(ui, failure);
    let titled = app.clone();
    statement(
        icon::draw(place, drawing),
        bare_heading().class("h center").text_with(ui, move |ui| failure_title(ui, code, &titled)),
    )
    .child(el("p.lead").text_with(ui, move |ui| failure_text(ui, code, &app)))
    .child(details)
    .child(actions)
}

/// The session is over, and only the host can begin another; one that found nobody signed in can be asked again.
pub(super) fn ended(ui: &Ui) -> El {
    let again = ui.session().line == SessionLine::Ended { again: true };
    let retry = again.then(|| bare_button(Weight::Secondary).say(ui, "retry").retries(ui));
    statement(icon::draw(icon::CALM, icon::DRAW_ENDED), heading(ui, "ended.title", "").class("h center"))
        .child(lead(ui, "ended.text", ""))
        .child(actions().maybe(retry))
}

/// A step back, for screens that have nothing else at the top.
pub(super) fn top(ui: &Ui) -> El {
    el("div.top").child(back(ui))
}

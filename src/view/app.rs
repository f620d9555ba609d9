//! One app: what it is, its accounts, one thing to do.

use super::Ui;
use super::account;
use super::dom::{El, el};
use super::outcome;
use super::parts::{Face, Weight, actions, bare_button, bare_heading, button, connecting, lead};
use crate::flow::{ConfigEvent, Event};
use crate::gather::Gather;
use crate::platform::model::{App, AuthType};
use std::rc::Rc;

pub(super) fn screen(ui: Ui) -> El {
    let face = Rc::new(Face::current(ui));
    // The ways to connect that are not in use yet; a card of its own for each that is.
    let unused = move || ui.read(|state| state.current_app().map(|app| methods(app, false)).unwrap_or_default());
    let used = move |at: usize| {
        move || ui.read(|state| state.current_app().and_then(|app| methods(app, true).get(at).copied()))
    };
    let card = |at: usize| {
        let app = face.name.clone();
        (used(at), move |auth_type: &Option<AuthType>| auth_type.map(|auth_type| account::card(ui, auth_type, &app)))
    };
    let (first, second) = (card(0), card(1));
    let head =
        el("div.head").child(face.tile("t48")).child(bare_heading().text(&face.name)).child(match &face.description {
            Some(description) => el("p.lead").text(description),
            None => lead(ui, "app.lead", &face.name),
        });
    let section = el("section.stack");
    let section = if ui.read(|state| state.pinned.is_some()) { section } else { section.child(outcome::top(ui)) };
    section
        .child(head)
        .slot(first.0, first.1)
        .slot(second.0, second.1)
        .slot(move || (unused(), used(0)().is_some()), move |(ways, also)| connect(ui, ways, *also))
        .when(
            move || ui.read(|state| state.current_app().is_some_and(App::connected)),
            move || {
                let runs = button(ui, Weight::Quiet, "runs.open", || Event::Config(ConfigEvent::RunsOpened));
                actions([configure(ui), runs]).class("actions row")
            },
        )
}

fn methods(app: &App, in_use: bool) -> Vec<AuthType> {
    let has = |auth_type| app.accounts.iter().any(|account| account.auth_type == auth_type);
    // An account whose way of connecting is no longer offered can still be disconnected.
    let gone = app.accounts.iter().map(|account| account.auth_type).filter(|kind| app.method(*kind).is_none());
    let mut ways = app.methods.iter().map(|method| method.auth_type).chain(gone).gather();
    ways.retain(|auth_type| has(*auth_type) == in_use);
    ways.dedup();
    ways
}

/// "Connect", for each way that the app offers; quieter beside accounts that exist already.
fn connect(ui: Ui, ways: &[AuthType], also: bool) -> Option<El> {
    if ways.is_empty() {
        return None;
    }
    let way = |(at, auth_type): (usize, &AuthType)| {
        let auth_type = *auth_type;
        let first = at == 0 && !also;
        let key = match (first, auth_type) {
            (true, _) => "app.connect",
            (false, AuthType::OAuth2) => "app.connect.oauth2",
            (false, AuthType::KeyBased) => "app.connect.keybased",
        };
        bare_button(if first { Weight::Primary } else { Weight::Secondary })
            .say(ui, key)
            .sends(ui, connecting(auth_type))
    };
    Some(actions(ways.iter().enumerate().map(way).collect::<Vec<_>>()))
}

/// "Configure", wherever an app is connected.
pub(super) fn configure(ui: Ui) -> El {
    button(ui, Weight::Secondary, "config.open", || Event::Config(ConfigEvent::Opened))
}

//! One app: what it is, its accounts, one thing to do.

use super::Ui;
use super::account;
use super::dom::{El, el};
use super::outcome;
use super::parts::{Weight, action_row, actions, bare_button, bare_heading, button, connecting, head, lead};
use crate::flow::{ConfigEvent, Event, State};
use crate::platform::model::{App, AuthType};

pub(super) fn screen(ui: &Ui, app: &App) -> El {
    let described = match &app.description {
        Some(description) => el("p.lead").text(description),
        None => lead(ui, "app.lead", &app.name),
    };
    let section = el("section.stack");
    let section = if ui.state.pinned.is_some() { section } else { section.child(outcome::top(ui)) };
    let card = |section: El, at: usize| {
        section.slot(
            ui,
            move |ui, key| {
                if let Some(way) = ways(ui.state, true).get(at) {
                    key.number(*way as usize);
                }
            },
            move |ui| ways(ui.state, true).get(at).map(|way| account::card(ui, *way)),
        )
    };
    let section = section.child(head(app, bare_heading().text(&app.name)).child(described));
    card(card(section, 0), 1)
        .slot(
            ui,
            |ui, key| {
                key.flag(ways(ui.state, true).is_empty());
                ways(ui.state, false).iter().for_each(|way| key.number(*way as usize));
            },
            |ui| connect(ui, &ways(ui.state, false), !ways(ui.state, true).is_empty()),
        )
        .when(
            ui,
            |ui| ui.state.current_app().is_some_and(App::connected),
            |ui| {
                let runs = button(ui, Weight::Quiet, "runs.open", || Event::Config(ConfigEvent::RunsOpened));
                action_row().child(configure(ui)).child(runs)
            },
        )
}

/// The ways to connect the app that are in use, or those that are not in use yet.
fn ways(state: &State, in_use: bool) -> Vec<AuthType> {
    let Some(app) = state.current_app() else { return Vec::new() };
    // An account whose way of connecting is no longer offered can still be disconnected.
    let offered = app.methods.iter().map(|method| method.auth_type);
    let had = app.accounts.iter().map(|account| account.auth_type);
    let mut ways = Vec::new();
    for way in offered.chain(had) {
        let used = app.accounts.iter().any(|account| account.auth_type == way);
        if used == in_use && !ways.contains(&way) {
            ways.push(way);
        }
    }
    ways
}

/// "Connect", for each way that the app offers; quieter beside accounts that exist already.
fn connect(ui: &Ui, ways: &[AuthType], also: bool) -> Option<El> {
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
    Some(actions().children(ways.iter().enumerate().map(way)))
}

/// "Configure", wherever an app is connected.
pub(super) fn configure(ui: &Ui) -> El {
    button(ui, Weight::Secondary, "config.open", || Event::Config(ConfigEvent::Opened))
}

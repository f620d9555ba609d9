//! The accounts of one kind of an app: as whom, since when, in what state, and how to end it.

use super::Ui;
use super::dom::{El, el, focus_in_soon};
use super::icon;
use super::parts::{Weight, action_row, app_name, bare_button, busy, button, connecting, question};
use crate::flow::{Event, Removal, RemovalStage, Screen, State};
use crate::platform::model::{Account, AuthType};
use std::cell::Cell;

/// The accounts of a kind that the app on screen has, and whether each works: a broken app is broken for all of them.
fn accounts(state: &State, auth_type: AuthType) -> Vec<(&Account, bool)> {
    let mut found = Vec::new();
    if let Some(app) = state.current_app() {
        for account in &app.accounts {
            if account.auth_type == auth_type {
                found.push((&**account, account.active && !app.reauth_required));
            }
        }
    }
    found
}

fn stage(state: &State, auth_type: AuthType) -> Option<&RemovalStage> {
    match &state.screen {
        Screen::App { removal: Some(removal), .. } if removal.auth_type == auth_type => Some(&removal.stage),
        _ => None,
    }
}

/// One card a kind: the platform ends all connections of a kind at once.
pub(super) fn card(ui: &Ui, auth_type: AuthType) -> El {
    let list = el("div").slot(
        ui,
        move |ui, key| {
            for (account, active) in accounts(ui.state, auth_type) {
                key.text(&account.identifier);
                key.text(&account.connected_at);
                key.flag(active);
            }
        },
        move |ui| {
            let accounts = accounts(ui.state, auth_type);
            let rows = accounts.iter().map(|(account, active)| row(ui, account, *active));
            Some(el("ul.accounts role=list").children(rows))
        },
    );
    let asking = move |ui: &Ui| stage(ui.state, auth_type).is_some();
    let broken = move |ui: &Ui| accounts(ui.state, auth_type).iter().any(|(_, active)| !active);
    let asked = Cell::new(false);
    el("div.card part=card").child(list).slot(
        ui,
        move |ui, key| {
            key.flag(asking(ui));
            key.flag(broken(ui));
            key.flag(ui.state.method(auth_type).is_some());
        },
        move |ui| {
            let asking = asking(ui);
            let footer = if asking { removal(ui, auth_type, app_name(ui)) } else { choices(ui, auth_type, broken(ui)) };
            // The focus follows into the question and back to where it was asked.
            let moved = asked.replace(asking) != asking;
            if moved {
                focus_in_soon(footer.element(), if asking { "h3" } else { ".b-quiet" });
            }
            Some(footer)
        },
    )
}

fn row(ui: &Ui, account: &Account, active: bool) -> El {
    let since = account.connected_at.clone();
    let since =
        move |ui: &Ui| ui.date(&since).map(|date| ui.fmt("account.since", &[("date", &date)])).unwrap_or_default();
    el("li")
        .child(
            el("span.grow").child(el("bdi.name").text(&account.identifier)).child(el("span.sub").text_with(ui, since)),
        )
        .child(badge(active, el("span").say(ui, standing(active))))
}

/// The state of a connection, in words and in colour.
pub(super) fn badge(active: bool, text: El) -> El {
    let (words, path) = match active {
        true => ("span.badge.good part=badge", icon::CHECK),
        false => ("span.badge.warn part=badge", icon::ALERT),
    };
    el(words).child(icon::icon(path)).child(text)
}

/// The key of what [`badge`] says.
pub(super) const fn standing(active: bool) -> &'static str {
    if active { "state.connected" } else { "state.attention" }
}

fn choices(ui: &Ui, auth_type: AuthType, broken: bool) -> El {
    let connect = move |weight, key: &'static str| bare_button(weight).say(ui, key).sends(ui, connecting(auth_type));
    // What the platform no longer offers can only be ended.
    let offered = ui.state.method(auth_type).is_some();
    // Keys replace those before them: only signing in can add a second account.
    let add = (offered && auth_type == AuthType::OAuth2).then(|| connect(Weight::Secondary, "app.add"));
    let weight = if broken { Weight::Primary } else { Weight::Secondary };
    let reconnect = offered.then(|| connect(weight, "app.reconnect"));
    let disconnect = bare_button(Weight::Quiet).say(ui, "app.disconnect").sends(
        ui,
        match auth_type {
            AuthType::OAuth2 => || Event::DisconnectChosen(AuthType::OAuth2),
            AuthType::KeyBased => || Event::DisconnectChosen(AuthType::KeyBased),
        },
    );
    action_row().maybe(reconnect).maybe(add).child(disconnect)
}

/// What disconnecting ends.
fn removal(ui: &Ui, auth_type: AuthType, app: &str) -> El {
    let named = app.to_owned();
    let disconnect = button(ui, Weight::Danger, "app.disconnect", || Event::DisconnectConfirmed);
    let keep = button(ui, Weight::Secondary, "removal.keep", || Event::DisconnectDeclined);
    let text = move |ui: &Ui| {
        let (mut names, mut count) = (String::new(), 0);
        for (account, _) in accounts(ui.state, auth_type) {
            if count > 0 {
                names.push_str(", ");
            }
            names.push_str(&account.identifier);
            count += 1;
        }
        ui.plural("removal.text", count, &[("app", &named), ("accounts", &names), ("host", &ui.host())])
    };
    question(ui, "removal.title", app, el("p").text_with(ui, text))
        .alerts(ui, |state| match &state.screen {
            Screen::App { removal: Some(Removal { stage: RemovalStage::Failed(failure), .. }), .. } => Some(failure),
            _ => None,
        })
        .child(action_row().child(disconnect.state(ui, "aria-busy", busy)).child(keep.flag(ui, "disabled", busy)))
}

/// The app's screen while the app is loading, in the size of what comes.
pub(super) fn skeleton() -> El {
    el("section.stack.breathe aria-busy=true")
        .child(el("div.head").child(el("span.bone.b-48")).child(el("span.bone.b-title")).child(el("span.bone.b-text")))
}

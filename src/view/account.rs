//! The accounts of one kind of an app: as whom, since when, in what state, and how to end it.

use super::Ui;
use super::dom::{El, el, focus, later};
use super::icon;
use super::parts::{Weight, actions, alert, bare_button, button, connecting};
use crate::flow::{Event, RemovalStage, Screen};
use crate::gather::Gather;
use crate::platform::model::{Account, AuthType};

/// One card a kind: the platform ends all connections of a kind at once.
pub(super) fn card(ui: Ui, auth_type: AuthType, app: &str) -> El {
    let accounts = move || {
        ui.read(|state| {
            state.current_app().map(|app| {
                // A broken app is broken for each of its accounts.
                let kind = app.accounts.iter().filter(|account| account.auth_type == auth_type).cloned();
                kind.map(|account| Account { active: account.active && !app.reauth_required, ..account }).gather()
            })
        })
        .unwrap_or_default()
    };
    let stage = move || {
        ui.read(|state| match &state.screen {
            Screen::App { removal: Some(removal), .. } if removal.auth_type == auth_type => Some(removal.stage.clone()),
            _ => None,
        })
    };
    let list = el("div").slot(accounts, move |accounts: &Vec<Account>| {
        Some(el("ul.accounts role=list").children(accounts.iter().map(|account| row(ui, account))))
    });
    let (app, broken) = (app.to_owned(), move || accounts().iter().any(|account| !account.active));
    let asked = std::cell::Cell::new(false);
    el("div.card part=card").child(list).slot(
        move || (stage().is_some(), broken()),
        move |&(asking, broken)| {
            let footer = if asking { removal(ui, stage, accounts, &app) } else { choices(ui, auth_type, broken) };
            // The focus follows into the question and back to where it was asked.
            let moved = asked.replace(asking) != asking;
            if moved {
                let target = if asking { "h3" } else { ".b-quiet" };
                let footer = footer.element().clone();
                later(Box::new(move || {
                    if let Ok(Some(target)) = footer.query_selector(target) {
                        focus(&target);
                    }
                }));
            }
            Some(footer)
        },
    )
}

fn row(ui: Ui, account: &Account) -> El {
    let (active, since) = (account.active, account.connected_at.clone());
    let since = move || ui.date(&since).map(|date| ui.fmt("account.since", &[("date", &date)])).unwrap_or_default();
    el("li")
        .child(el("span.grow").child(el("bdi.name").text(&account.identifier)).child(el("span.sub").text_with(since)))
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

fn choices(ui: Ui, auth_type: AuthType, broken: bool) -> El {
    let connect = move |weight, key: &'static str| bare_button(weight).say(ui, key).sends(ui, connecting(auth_type));
    // Keys replace those before them: only signing in can add a second account.
    let add = (auth_type == AuthType::OAuth2).then(|| connect(Weight::Secondary, "app.add"));
    let reconnect = connect(if broken { Weight::Primary } else { Weight::Secondary }, "app.reconnect");
    let disconnect = bare_button(Weight::Quiet).say(ui, "app.disconnect").sends(
        ui,
        match auth_type {
            AuthType::OAuth2 => || Event::DisconnectChosen(AuthType::OAuth2),
            AuthType::KeyBased => || Event::DisconnectChosen(AuthType::KeyBased),
        },
    );
    actions([Some(reconnect), add, Some(disconnect)].into_iter().flatten().collect::<Vec<_>>()).class("actions row")
}

/// What disconnecting ends, in place; never a dialog of the browser.
fn removal(
    ui: Ui,
    stage: impl Fn() -> Option<RemovalStage> + Copy + 'static,
    accounts: impl Fn() -> Vec<Account> + 'static,
    app: &str,
) -> El {
    let failed = app.to_owned();
    let named = app.to_owned();
    let busy = move || stage() == Some(RemovalStage::Busy);
    let text = move || {
        let accounts = accounts();
        let mut names = String::new();
        for account in &accounts {
            if !names.is_empty() {
                names.push_str(", ");
            }
            names.push_str(&account.identifier);
        }
        let values = [("app", named.as_str()), ("accounts", &names), ("host", &ui.host())];
        ui.plural("removal.text", accounts.len(), &values)
    };
    el("div.removal part=confirmation role=group")
        .child(el("h3 tabindex=-1").say_of(ui, "removal.title", app))
        .child(el("p").text_with(text))
        .slot(stage, move |stage| match stage {
            Some(RemovalStage::Failed(failure)) => Some(alert(ui, failure, &failed)),
            _ => None,
        })
        .child(
            actions([
                button(ui, Weight::Danger, "app.disconnect", || Event::DisconnectConfirmed).state("aria-busy", busy),
                button(ui, Weight::Secondary, "removal.keep", || Event::DisconnectDeclined).flag("disabled", busy),
            ])
            .class("actions row"),
        )
}

/// The app's screen while the app is loading, in the size of what comes.
pub(super) fn skeleton() -> El {
    el("section.stack.breathe aria-busy=true")
        .child(el("div.head").child(el("span.bone.b-48")).child(el("span.bone.b-title")).child(el("span.bone.b-text")))
}

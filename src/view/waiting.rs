//! Waiting: the user is at the provider, in another window.

use super::Ui;
use super::dom::{El, el};
use super::icon;
use super::parts::{Weight, actions, app_name, bare_button, bare_heading, button, pair};
use crate::flow::{Event, Screen, Stage, State};
use crate::platform::model::App;

fn stage(state: &State) -> Stage {
    match state.screen {
        Screen::Waiting { stage, .. } => stage,
        _ => Stage::Preparing,
    }
}

pub(super) fn screen(ui: &Ui, app: &App) -> El {
    let words = |suffix: &'static str| {
        let app = app.name.clone();
        move |ui: &Ui| ui.words(&["waiting.", name(stage(ui.state)), suffix].concat(), &app)
    };
    el("section.stack.center.waiting")
        .child(pair(ui, app, "div.pair.moving aria-hidden=true"))
        .child(bare_heading().text_with(ui, words(".title")).class("h center"))
        .child(el("p.lead role=status").text_with(ui, words("")))
        .child(el("div.hush role=status").when(
            ui,
            |ui| stage(ui.state) == Stage::SigningInLong,
            |ui| {
                let tip = |key: &'static str| el("li").say(ui, key);
                el("ul.tips")
                    .child(tip("waiting.tip.behind"))
                    .child(tip("waiting.tip.again"))
                    .child(tip("waiting.tip.time"))
            },
        ))
        .slot(ui, |ui, key| key.text(name(stage(ui.state))), |ui| Some(choices(ui, stage(ui.state), app_name(ui))))
}

const fn name(stage: Stage) -> &'static str {
    match stage {
        Stage::Preparing => "preparing",
        Stage::SigningIn | Stage::SigningInLong => "signing_in",
        Stage::Blocked => "blocked",
        Stage::Checking => "checking",
        Stage::Unfinished => "unfinished",
    }
}

/// What can be done now; the places of the buttons stay.
fn choices(ui: &Ui, stage: Stage, app: &str) -> El {
    let again = |weight| Some(button(ui, weight, "waiting.open_again", || Event::OpenAgain));
    let open = match stage {
        Stage::Preparing | Stage::Checking => None,
        Stage::SigningIn | Stage::SigningInLong => again(Weight::Secondary),
        Stage::Unfinished => again(Weight::Primary),
        Stage::Blocked => Some(
            bare_button(Weight::Primary)
                .child(el("span").say_of(ui, "waiting.open", app))
                .child(icon::icon(icon::EXTERNAL))
                .sends(ui, || Event::OpenAgain),
        ),
    };
    let at_provider = matches!(stage, Stage::SigningIn | Stage::SigningInLong | Stage::Unfinished);
    let finished = at_provider.then(|| button(ui, Weight::Secondary, "waiting.finished", || Event::Hint));
    actions().maybe(open).maybe(finished).child(button(ui, Weight::Quiet, "cancel", || Event::Back))
}

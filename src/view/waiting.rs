//! Waiting: the user is at the provider, in another window.

use super::Ui;
use super::dom::{El, el};
use super::icon;
use super::parts::{Face, Weight, actions, bare_button, bare_heading, button};
use crate::flow::{Event, Screen, Stage};
use std::rc::Rc;

pub(super) fn screen(ui: Ui) -> El {
    let face = Rc::new(Face::current(ui));
    let stage = move || {
        ui.read(|state| match state.screen {
            Screen::Waiting { stage, .. } => Some(stage),
            _ => None,
        })
        .unwrap_or(Stage::Preparing)
    };
    let app = face.name.clone();
    let words = move |suffix: &'static str| {
        let app = app.clone();
        move || ui.words(&["waiting.", name(stage()), suffix].concat(), &app)
    };
    let pair = face.pair(ui, true);
    el("section.stack.center.waiting")
        .attr_with("data-stage", move || Some(name(stage()).to_owned()))
        .child(pair)
        .child(bare_heading().text_with(words(".title")).class("h center"))
        .child(el("p.lead role=status").text_with(words("")))
        .child(el("div.hush role=status").when(
            move || stage() == Stage::SigningInLong,
            move || {
                let tip = |key: &'static str| el("li").say(ui, key);
                el("ul.tips").children([tip("waiting.tip.behind"), tip("waiting.tip.again"), tip("waiting.tip.time")])
            },
        ))
        .slot(move || name(stage()), move |stage| Some(choices(ui, stage, &face.name)))
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
fn choices(ui: Ui, stage: &str, app: &str) -> El {
    let again = |weight| button(ui, weight, "waiting.open_again", || Event::OpenAgain);
    let finished = || button(ui, Weight::Secondary, "waiting.finished", || Event::CheckNow);
    let open = || {
        bare_button(Weight::Primary)
            .child(el("span").say_of(ui, "waiting.open", app))
            .child(icon::icon(icon::EXTERNAL))
            .sends(ui, || Event::OpenAgain)
    };
    let cancel = || button(ui, Weight::Quiet, "cancel", || Event::Cancel);
    match stage {
        "preparing" | "checking" => actions([cancel()]),
        "blocked" => actions([open(), cancel()]),
        "unfinished" => actions([again(Weight::Primary), finished(), cancel()]),
        _ => actions([again(Weight::Secondary), finished(), cancel()]),
    }
}

//! The configure screen: pages of fields, workflows with their switches, and a bar that appears with unsaved changes.

mod choose;
mod field;
mod map;
mod place;
mod rules;

pub(super) use choose::framed;

use super::Ui;
use super::dom::{El, el, focus_in_soon, focus_soon};
use super::icon;
use super::labelled;
use super::outcome;
use super::parts::{Weight, action_row, actions, alert, app_name, busy, button, head, heading, lead, question};
use super::runs::picker;
use crate::decimal::decimal;
use crate::error::Failure;
use crate::flow::{ConfigEvent, Configuring, Event, Loaded, Page, RemovalStage, Saving, Screen, Section, State, Title};
use crate::gather::Gather;
use crate::platform::model::App;
use crate::platform::model::config::Config;
use std::cell::Cell;

/// The configuration on screen.
pub(super) fn configuring(state: &State) -> Option<&Configuring> {
    match &state.screen {
        Screen::Configure(configuring) => Some(configuring),
        _ => None,
    }
}

pub(super) fn screen(ui: &Ui, app: &App) -> El {
    el("section.stack.configure").child(outcome::top(ui)).child(head(app, heading(ui, "config.title", &app.name))).slot(
        ui,
        |ui, key| key.number(configuring(ui.state).map_or(0, |at| stage(&at.content))),
        |ui| {
            let at = configuring(ui.state)?;
            Some(match &at.content {
                Loaded::Loading => loading(ui),
                Loaded::Failed(failure) => failed(ui, failure, app_name(ui)),
                Loaded::Ready(_) => ready(ui, at),
            })
        },
    )
}

/// Whether something is loading, failed or there, as a number for the key of a place.
pub(super) const fn stage<T>(content: &Loaded<T>) -> usize {
    match content {
        Loaded::Loading => 0,
        Loaded::Failed(_) => 1,
        Loaded::Ready(_) => 2,
    }
}

/// Bars in place of what is being loaded.
pub(super) fn loading(ui: &Ui) -> El {
    let bar = || el("div.field").child(el("span.bone.b-name")).child(el("span.bone.b-control"));
    el("div.stack.breathe role=status aria-busy=true")
        .named(ui, "config.loading")
        .child(bar())
        .child(bar())
        .child(bar())
}

/// What could not be loaded, with another try.
pub(super) fn failed(ui: &Ui, failure: &Failure, app: &str) -> El {
    let retry = button(ui, Weight::Primary, "retry", || Event::Config(ConfigEvent::Retry));
    el("div.stack").child(alert(ui, failure, app)).child(actions().child(retry))
}

fn ready(ui: &Ui, at: &Configuring) -> El {
    let complained = Cell::new(at.complaints);
    el("div.stack")
        .slot(
            ui,
            |ui, key| {
                if let Some(at) = configuring(ui.state) {
                    key.maybe(chosen(at));
                    at.ids.iter().for_each(|id| key.text(id));
                }
            },
            move |ui| configuring(ui.state).filter(|at| at.ids.len() > 1).map(|at| choice(ui, at)),
        )
        .slot(
            ui,
            |ui, key| {
                for page in configuring(ui.state).iter().flat_map(|at| &*at.pages) {
                    key.text(titled(page).unwrap_or_else(|key| key));
                    key.number(page.part);
                }
            },
            move |ui| steps(ui, &configuring(ui.state)?.pages),
        )
        .slot(
            ui,
            |ui, key| {
                key.number(configuring(ui.state).map_or(0, |at| at.complaints as usize));
                labelled::note(ui, key);
            },
            move |ui| {
                let summary = labelled::summary(ui, "div.alert part=alert role=alert tabindex=-1");
                // After a save the focus goes to what is wrong; while it is being put right, it stays where it is.
                let complaints = configuring(ui.state)?.complaints;
                if complained.replace(complaints) != complaints
                    && let Some(summary) = &summary
                {
                    focus_soon(summary.element());
                }
                summary
            },
        )
        .slot(
            ui,
            |ui, key| {
                if let Some(at) = configuring(ui.state) {
                    key.number(at.page);
                    key.number(at.generation as usize);
                }
            },
            move |ui| {
                let page = page(ui, configuring(ui.state)?);
                Some(el("fieldset.stack").flag(ui, "disabled", busy).children(page))
            },
        )
        // There before it says anything, or not everybody hears it.
        .child(el("div.hush role=status").when(
            ui,
            |ui| configuring(ui.state).is_some_and(|at| matches!(at.saving, Saving::Saved)),
            move |ui| el("p.saved").child(icon::icon(icon::CHECK)).saying(ui, "config.saved"),
        ))
        .slot(
            ui,
            |ui, key| {
                if let Some(at) = configuring(ui.state).filter(|at| at.dirty()) {
                    key.flag(at.leaving);
                    if let Some(failure) = refused(at) {
                        key.failure(failure);
                    }
                }
            },
            move |ui| {
                let at = configuring(ui.state).filter(|at| at.dirty())?;
                let alert = refused(at).map(|failure| alert(ui, failure, app_name(ui)));
                Some(el("div.bar").maybe(alert).child(if at.leaving { leaving(ui) } else { unsaved(ui) }))
            },
        )
        .slot(
            ui,
            |ui, key| match configuring(ui.state).and_then(|at| at.removal.as_ref()) {
                None => {}
                Some(RemovalStage::Asking) => key.number(0),
                Some(RemovalStage::Busy) => key.number(1),
                Some(RemovalStage::Failed(failure)) => key.failure(failure),
            },
            move |ui| Some(removal(ui, configuring(ui.state)?.removal.as_ref(), app_name(ui))),
        )
}

fn refused(at: &Configuring) -> Option<&Failure> {
    match &at.saving {
        Saving::Failed(failure) => Some(failure),
        _ => None,
    }
}

/// The id of the configuration on screen.
fn chosen(at: &Configuring) -> Option<&str> {
    at.config()?.config_id.as_deref()
}

/// Which of the app's configurations, by the only name that they have.
fn choice(ui: &Ui, at: &Configuring) -> El {
    let current = chosen(at).unwrap_or_default();
    let options = at.ids.iter().map(|id| (id, id)).gather();
    let picker = picker(ui, "config-of", "config.choice", &options, current, ConfigEvent::ConfigChosen);
    // Edits belong to the configuration that they were made in.
    let held = |ui: &Ui| configuring(ui.state).is_some_and(|at| at.dirty() || at.busy());
    el("fieldset").child(picker).flag(ui, "disabled", held)
}

/// What a page is called: by the platform, or else by the key of our own words.
fn titled(page: &Page) -> Result<&str, &'static str> {
    match &page.title {
        Title::General => Err("config.general"),
        Title::Workflows => Err("config.workflows"),
        Title::Named(name) => Ok(name),
    }
}

/// The way between the pages; none where there is only one.
fn steps(ui: &Ui, pages: &[Page]) -> Option<El> {
    let step = |(place, page): (usize, &Page)| {
        let (title, part) = (titled(page).map(str::to_owned), page.part);
        let text = move |ui: &Ui| {
            let name = title.clone().unwrap_or_else(|key| ui.t(key));
            if part > 0 { [&name, " ", &decimal(part)].concat() } else { name }
        };
        let current = move |ui: &Ui| configuring(ui.state).is_some_and(|at| at.page == place);
        el("li").child(
            el("button.chip type=button part=step")
                .attr_with(ui, "aria-current", move |ui| current(ui).then(|| "step".to_owned()))
                .text_with(ui, text)
                .tells(ui, "click", move |_, _| Some(Event::Config(ConfigEvent::PageChosen(place)))),
        )
    };
    (pages.len() > 1).then(|| {
        el("nav").named(ui, "config.pages").child(el("ol.steps role=list").children(pages.iter().enumerate().map(step)))
    })
}

fn page(ui: &Ui, at: &Configuring) -> Vec<El> {
    let (Some(config), Some(page)) = (at.config(), at.pages.get(at.page)) else {
        return vec![lead(ui, "config.empty", "")];
    };
    let mut number = 0;
    let part = |section: &Section| {
        let first = number;
        number += section.fields.len();
        part(ui, config, section, first)
    };
    page.sections.iter().map(part).gather()
}

/// Fields of the app, or a workflow with its own; `first` is the number of the first field on the page.
fn part(ui: &Ui, config: &Config, section: &Section, first: usize) -> El {
    let Some((place, workflow)) = section.workflow.and_then(|at| Some((at, config.workflows.get(at)?))) else {
        return fields(ui, section, first);
    };
    let label = ["w", &decimal(place)].concat();
    let switch = el("button.switch type=button part=switch role=switch")
        .attr("aria-labelledby", &label)
        .state(ui, "aria-checked", move |ui| switched(ui.state, place).is_some_and(|(_, on)| on))
        .tells(ui, "click", move |ui, _| {
            let (workflow, on) = switched(ui.state, place)?;
            Some(Event::Config(ConfigEvent::Switched { workflow: workflow.to_owned(), enabled: !on }))
        });
    let words = el("span.grow")
        .child(el("span.name").attr("id", &label).text(&workflow.name))
        .maybe(workflow.description.as_ref().map(|description| el("span.sub").text(description)));
    let card = el("div.card part=card").child(el("div.workflow").child(words).child(switch));
    if section.fields.is_empty() {
        return card;
    }
    let section = section.clone();
    card.slot(
        ui,
        move |ui, key| key.flag(switched(ui.state, place).is_some_and(|(_, on)| on)),
        move |ui| switched(ui.state, place).filter(|(_, on)| *on).map(|_| fields(ui, &section, first)),
    )
}

/// The id of the workflow at a place, and whether it is on.
fn switched(state: &State, place: usize) -> Option<(&str, bool)> {
    let at = configuring(state)?;
    let id = &at.config()?.workflows.get(place)?.id;
    Some((id, at.enabled(id)))
}

fn fields(ui: &Ui, section: &Section, first: usize) -> El {
    let fields = section.fields.iter().enumerate().map(|(nth, field)| field::field(ui, first + nth, field));
    el("div.stack").children(fields)
}

fn save(ui: &Ui) -> El {
    button(ui, Weight::Primary, "config.save", || Event::Config(ConfigEvent::Save)).state(ui, "aria-busy", busy)
}

fn unsaved(ui: &Ui) -> El {
    let discard = button(ui, Weight::Secondary, "config.discard", || Event::Config(ConfigEvent::Discard))
        .flag(ui, "disabled", busy);
    el("div.unsaved part=save-bar")
        .child(el("p.grow role=status").say(ui, "config.unsaved"))
        .child(action_row().child(save(ui)).child(discard))
}

/// Leaving would lose something.
fn leaving(ui: &Ui) -> El {
    let leave = button(ui, Weight::Danger, "config.leave", || Event::Config(ConfigEvent::LeaveConfirmed));
    let stay = button(ui, Weight::Quiet, "config.stay", || Event::Config(ConfigEvent::LeaveDeclined));
    let question = question(ui, "config.leave.title", "", el("p").say(ui, "config.leave.text"))
        .child(action_row().child(save(ui)).child(leave).child(stay));
    focus_in_soon(question.element(), "h3");
    question
}

/// Deleting the configuration, with its consequences spelled out first.
fn removal(ui: &Ui, stage: Option<&RemovalStage>, app: &str) -> El {
    let Some(stage) = stage else {
        return el("div").child(
            button(ui, Weight::Quiet, "config.delete", || Event::Config(ConfigEvent::DeleteChosen))
                .class("b b-quiet edge"),
        );
    };
    let failure = match stage {
        RemovalStage::Failed(failure) => Some(alert(ui, failure, app)),
        RemovalStage::Asking | RemovalStage::Busy => None,
    };
    let delete = button(ui, Weight::Danger, "config.delete", || Event::Config(ConfigEvent::DeleteConfirmed));
    let keep = button(ui, Weight::Secondary, "removal.keep", || Event::Config(ConfigEvent::DeleteDeclined));
    let (delete, keep) = match stage {
        RemovalStage::Busy => (delete.with("aria-busy=true"), keep.with("disabled")),
        RemovalStage::Asking | RemovalStage::Failed(_) => (delete.with("aria-busy=false"), keep),
    };
    let text = el("p").say_of(ui, "config.delete.text", app);
    let question =
        question(ui, "config.delete.title", app, text).maybe(failure).child(action_row().child(delete).child(keep));
    focus_in_soon(question.element(), "h3");
    question
}

//! The last runs of an app's workflows: when, what became of them, and why not.

use super::Ui;
use super::configure::{failed, framed, loading, stage};
use super::dom::{El, el, value_of};
use super::icon;
use super::outcome;
use super::parts::{Weight, app_name, bare_button, head, heading, lead};
use crate::decimal::decimal;
use crate::flow::{ConfigEvent, Event, Loaded, Runs, Screen, State};
use crate::gather::Gather;
use crate::platform::model::App;
use crate::platform::model::config::{Run, RunPage, RunState};

fn runs(state: &State) -> Option<&Runs> {
    match &state.screen {
        Screen::Runs(runs) => Some(runs),
        _ => None,
    }
}

pub(super) fn screen(ui: &Ui, app: &App) -> El {
    el("section.stack")
        .child(outcome::top(ui))
        .child(head(app, heading(ui, "runs.title", &app.name)))
        .slot(
            ui,
            |ui, key| {
                let workflows = runs(ui.state).map_or(&[][..], |runs| &runs.config.workflows);
                workflows.iter().for_each(|workflow| {
                    key.text(&workflow.id);
                    key.text(&workflow.name);
                });
            },
            |ui| {
                // The platform keeps runs by workflow.
                let runs = runs(ui.state).filter(|runs| runs.config.workflows.len() > 1)?;
                let workflows = runs.config.workflows.iter().map(|workflow| (&workflow.id, &workflow.name)).gather();
                Some(picker(ui, "runs-of", "runs.workflow", &workflows, &runs.workflow, ConfigEvent::RunsWorkflow))
            },
        )
        .slot(
            ui,
            |ui, key| {
                let Some(runs) = runs(ui.state) else { return };
                key.text(&runs.workflow);
                key.number(stage(&runs.content));
                if let Loaded::Ready(page) = &runs.content {
                    key.number(page.page as usize);
                }
            },
            |ui| match &runs(ui.state)?.content {
                Loaded::Loading => Some(loading(ui)),
                Loaded::Failed(failure) => Some(failed(ui, failure, app_name(ui))),
                Loaded::Ready(page) => Some(list(ui, page)),
            },
        )
}

/// One of several, by id and name.
pub(super) fn picker(
    ui: &Ui,
    id: &str,
    label: &'static str,
    options: &[(&String, &String)],
    current: &str,
    chosen: fn(String) -> ConfigEvent,
) -> El {
    let option = |(id, name): &(&String, &String)| {
        let option = el("option").attr("value", id).text(name);
        if *id == current { option.with("selected") } else { option }
    };
    let select = el("select.input").attr("id", id).children(options.iter().map(option));
    let select = select.tells(ui, "change", move |_, event| Some(Event::Config(chosen(value_of(event)))));
    el("div.field").child(el("label").attr("for", id).saying(ui, label)).child(framed(select))
}

fn list(ui: &Ui, page: &RunPage) -> El {
    if page.runs.is_empty() {
        return lead(ui, "runs.empty", "");
    }
    let (at, pages) = (page.page, page.pages);
    let turn = |key: &'static str, to: u32, there: bool| {
        let button = bare_button(Weight::Secondary)
            .say(ui, key)
            .tells(ui, "click", move |_, _| Some(Event::Config(ConfigEvent::RunsPage(to))));
        if there { button } else { button.with("disabled") }
    };
    let of =
        move |ui: &Ui| ui.fmt("runs.page", &[("page", &decimal(at as usize)), ("pages", &decimal(pages as usize))]);
    let pager = (pages > 1).then(|| {
        el("div.actions.row.pager part=actions")
            .child(turn("runs.newer", at.saturating_sub(1), at > 1))
            .child(turn("runs.older", at.saturating_add(1), at < pages))
            .child(el("span.sub role=status").text_with(ui, of))
    });
    el("div.stack").child(el("ul.runs role=list").children(page.runs.iter().map(|run| row(ui, run)))).maybe(pager)
}

fn row(ui: &Ui, run: &Run) -> El {
    let (words, path, key) = match &run.state {
        RunState::Running => ("span.badge part=badge", None, "runs.running"),
        RunState::Completed => ("span.badge.good part=badge", Some(icon::CHECK), "runs.completed"),
        RunState::Failed => ("span.badge.warn part=badge", Some(icon::ALERT), "runs.failed"),
        RunState::Unknown(_) => ("span.badge part=badge", None, ""),
    };
    let state = match &run.state {
        RunState::Unknown(name) => el("span").text(name),
        _ => el("span").say(ui, key),
    };
    let started = run.started_at.clone();
    el("li")
        .child(
            el("span.grow")
                .child(el("span.name").text_with(ui, move |ui| ui.moment(&started).unwrap_or_default()))
                .child(el("span.sub").text(run.error.as_deref().unwrap_or(&run.name))),
        )
        .child(el(words).maybe(path.map(icon::icon)).child(state))
}

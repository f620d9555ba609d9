//! The configure screen: pages of fields, workflows with their switches, and a bar that appears with unsaved changes.

mod choose;
mod field;
mod map;
mod rules;

pub(super) use choose::framed;

use super::Ui;
use super::dom::{El, el, focus, later};
use super::fields::sentence;
use super::icon;
use super::outcome;
use super::parts::{Face, Weight, actions, alert, bare_button, heading, lead};
use super::runs::picker;
use crate::flow::{ConfigEvent, Configuring, Event, Fault, Loaded, Page, RemovalStage, Saving, Screen, Section, Title};
use crate::gather::Gather;
use crate::platform::model::config::{Config, FieldKey};
use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;
use web_sys::Element;

/// Reads the configuration on screen, and follows it.
fn read<T: Default>(ui: Ui, mut read: impl FnMut(&Configuring) -> T) -> T {
    ui.read(|state| match &state.screen {
        Screen::Configure(configuring) => read(configuring),
        _ => T::default(),
    })
}

fn send(ui: Ui, event: ConfigEvent) {
    ui.send(Event::Config(event));
}

fn button(ui: Ui, weight: Weight, key: &'static str, event: fn() -> ConfigEvent) -> El {
    bare_button(weight).say(ui, key).on("click", move |_| send(ui, event()))
}

pub(super) fn screen(ui: Ui) -> El {
    let face = Face::current(ui);
    let app = face.name.clone();
    // 0: loading, 1: failed, 2: there.
    let stage = move || {
        read(ui, |at| match at.content {
            Loaded::Loading => 0,
            Loaded::Failed(_) => 1,
            Loaded::Ready(_) => 2,
        })
    };
    el("section.stack.configure")
        .child(outcome::top(ui))
        .child(el("div.head").child(face.tile("t48")).child(heading(ui, "config.title", &face.name)))
        .slot(stage, move |stage| {
            Some(match stage {
                0 => loading(ui),
                1 => failed(ui, &app),
                _ => ready(ui, app.clone()),
            })
        })
}

/// Bars in place of what is being loaded.
pub(super) fn loading(ui: Ui) -> El {
    let bar = || el("div.field").child(el("span.bone.b-name")).child(el("span.bone.b-control"));
    el("div.stack.breathe role=status aria-busy=true").named(ui, "config.loading").children([bar(), bar(), bar()])
}

/// What could not be loaded, with another try.
pub(super) fn failed(ui: Ui, app: &str) -> El {
    let failure = ui.read(|state| match &state.screen {
        Screen::Configure(at) => failure_of(&at.content),
        Screen::Runs(at) => failure_of(&at.content),
        _ => None,
    });
    el("div.stack").maybe(failure.map(|failure| alert(ui, &failure, app))).child(actions([button(
        ui,
        Weight::Primary,
        "retry",
        || ConfigEvent::Retry,
    )]))
}

fn failure_of<T>(content: &Loaded<T>) -> Option<crate::error::Failure> {
    match content {
        Loaded::Failed(failure) => Some(failure.clone()),
        Loaded::Loading | Loaded::Ready(_) => None,
    }
}

fn ready(ui: Ui, app: String) -> El {
    let pages = move || read(ui, |at| Arc::clone(&at.pages));
    let busy = move || read(ui, Configuring::busy);
    let (failed, deleted) = (app.clone(), app);
    let seen = Cell::new(read(ui, |at| at.complaints));
    el("div.stack")
        .slot(
            move || read(ui, |at| (at.dirty() || at.busy(), Arc::clone(&at.ids))),
            move |&(held, ref ids)| (ids.len() > 1).then(|| choice(ui, ids).flag("disabled", move || held)),
        )
        .slot(pages, move |pages| steps(ui, pages))
        .slot(
            move || read(ui, |at| (at.faults.clone(), at.complaints)),
            move |(faults, complaints)| {
                let summary = summary(ui, faults);
                // After a save the focus goes to what is wrong; while it is being put right, it stays where it is.
                if seen.replace(*complaints) != *complaints
                    && let Some(summary) = &summary
                {
                    let target = summary.element().clone();
                    later(Box::new(move || focus(&target)));
                }
                summary
            },
        )
        .slot(
            move || read(ui, |at| (at.page, at.generation)),
            move |_| Some(el("fieldset.stack").flag("disabled", busy).children(page(ui))),
        )
        // There before it says anything, or not everybody hears it.
        .child(el("div.hush role=status").slot(
            move || read(ui, |at| matches!(at.saving, Saving::Saved)),
            move |saved| {
                let line = el("p.saved").child(icon::icon(icon::CHECK));
                saved.then(|| line.saying(ui, "config.saved"))
            },
        ))
        .slot(
            move || {
                read(ui, |at| {
                    let failure = match &at.saving {
                        Saving::Failed(failure) => Some(failure.clone()),
                        _ => None,
                    };
                    at.dirty().then_some((at.leaving, failure))
                })
            },
            move |bar| {
                let (leaving, failure) = bar.as_ref()?;
                let alert = failure.as_ref().map(|failure| alert(ui, failure, &failed));
                Some(el("div.bar").maybe(alert).child(if *leaving { question(ui) } else { unsaved(ui) }))
            },
        )
        .slot(move || read(ui, |at| at.removal.clone()), move |stage| Some(removal(ui, stage.as_ref(), &deleted)))
}

/// Which of the app's configurations, by the only name that they have.
fn choice(ui: Ui, ids: &[String]) -> El {
    let current = read(ui, |at| at.config()?.config_id.clone()).unwrap_or_default();
    let options = ids.iter().map(|id| (id.clone(), id.clone())).gather();
    let picker = picker(ui, "config-of", "config.choice", &options, &current, ConfigEvent::ConfigChosen);
    el("fieldset").child(picker)
}

/// The way between the pages; none where there is only one.
fn steps(ui: Ui, pages: &[Page]) -> Option<El> {
    let step = |(place, page): (usize, &Page)| {
        let (title, part) = (page.title.clone(), page.part);
        let text = move || {
            let name = match &title {
                Title::General => ui.t("config.general"),
                Title::Named(name) => name.clone(),
                Title::Workflows => ui.t("config.workflows"),
            };
            if part > 0 { [&name, " ", &part.to_string()].concat() } else { name }
        };
        el("li").child(
            el("button.chip type=button part=step")
                .attr_with("aria-current", move || read(ui, |at| at.page == place).then(|| "step".to_owned()))
                .text_with(text)
                .on("click", move |_| send(ui, ConfigEvent::PageChosen(place))),
        )
    };
    (pages.len() > 1).then(|| {
        el("nav").named(ui, "config.pages").child(el("ol.steps role=list").children(pages.iter().enumerate().map(step)))
    })
}

/// More lines than this are no help: the fields themselves say what is wrong.
const MOST_LINES: usize = 50;

/// What is wrong, in one place: each line a way to its field, on whatever page; plain text for a field that is not shown.
fn summary(ui: Ui, faults: &[(FieldKey, Fault)]) -> Option<El> {
    if faults.is_empty() {
        return None;
    }
    let count = faults.len();
    let summary = el("div.alert part=alert role=alert tabindex=-1");
    let place = summary.element().clone();
    let line = |(key, fault): &(FieldKey, Fault)| {
        let shown = |at: &Configuring| at.config()?.field(key).filter(|field| !field.hidden).map(|f| f.name.clone());
        let (name, key, fault) = (read(ui, shown), key.clone(), fault.clone());
        let label = name.clone().unwrap_or_else(|| key.id.clone());
        let (text, place) = (move || [&label, ": ", &sentence(ui, &fault)].concat(), place.clone());
        let line = match name {
            Some(_) => el("button.link type=button").on("click", move |_| go(ui, &place, &key)),
            None => el("span"),
        };
        el("li").child(line.text_with(text))
    };
    let lines = el("ul role=list").children(faults.iter().take(MOST_LINES).map(line));
    Some(
        summary.child(icon::icon(icon::ALERT)).child(
            el("div").child(el("p.name").text_with(move || ui.plural("fields.summary", count, &[]))).child(lines),
        ),
    )
}

/// Turns to the page of a field and gives its control the focus.
fn go(ui: Ui, inside: &Element, key: &FieldKey) {
    let found = read(ui, |at| {
        let config = at.config()?;
        let number = |page: &Page| page.fields(config).position(|(known, _)| known == *key);
        let (place, nth) = at.pages.iter().enumerate().find_map(|(place, page)| Some((place, number(page)?)))?;
        Some((place, nth, at.page == place))
    });
    let Some((place, nth, here)) = found else { return };
    if !here {
        send(ui, ConfigEvent::PageChosen(place));
    }
    let inside = inside.clone();
    later(Box::new(move || {
        let Some(screen) = inside.closest(".configure").ok().flatten() else { return };
        let label = screen.query_selector(&["#lc", &nth.to_string()].concat()).ok().flatten();
        let controls = ":is(input,select,textarea,button):enabled";
        let field = label.and_then(|label| label.parent_element());
        if let Some(Ok(Some(control))) = field.map(|field| field.query_selector(controls)) {
            focus(&control);
        }
    }));
}

fn page(ui: Ui) -> Vec<El> {
    let (config, page) = read(ui, |at| (at.config().cloned(), at.pages.get(at.page).cloned()));
    let (Some(config), Some(page)) = (config, page) else {
        return vec![lead(ui, "config.empty", "")];
    };
    let mut number = 0;
    page.sections.iter().map(|section| part(ui, &config, section, &mut number)).gather()
}

fn part(ui: Ui, config: &Arc<Config>, section: &Section, number: &mut usize) -> El {
    let workflow = section.workflow.and_then(|place| config.workflows.get(place)).cloned();
    let first = *number;
    let any = !section.fields.is_empty();
    *number += section.fields.len();
    let (config, places, id) = (Arc::clone(config), section.fields.clone(), workflow.as_ref().map(|w| w.id.clone()));
    let fields = move || {
        let list = config.list(id.as_deref());
        let fields = places.iter().enumerate().filter_map(|(nth, place)| {
            let field = list.get(*place)?;
            let key = FieldKey { workflow: id.clone(), id: field.id.clone() };
            Some(field::field(ui, first + nth, &Rc::new(key), field))
        });
        el("div.stack").children(fields)
    };
    let Some(workflow) = workflow else { return fields() };
    let (label, id) = (["w", &section.workflow.unwrap_or_default().to_string()].concat(), workflow.id);
    let on = {
        let id = id.clone();
        Rc::new(move || read(ui, |at| at.enabled(&id)))
    };
    let (checked, shown, toggled) = (Rc::clone(&on), Rc::clone(&on), on);
    let switch = el("button.switch type=button part=switch role=switch")
        .attr("aria-labelledby", &label)
        .state("aria-checked", move || checked())
        .on("click", move |_| {
            send(ui, ConfigEvent::Switched { workflow: id.clone(), enabled: !toggled() });
        });
    let words = el("span.grow")
        .child(el("span.name").attr("id", &label).text(&workflow.name))
        .maybe(workflow.description.map(|description| el("span.sub").text(&description)));
    el("div.card part=card")
        .child(el("div.workflow").child(words).child(switch))
        .slot(move || shown(), move |on| (*on && any).then(&fields))
}

fn save(ui: Ui) -> El {
    button(ui, Weight::Primary, "config.save", || ConfigEvent::Save)
        .state("aria-busy", move || read(ui, Configuring::busy))
}

fn unsaved(ui: Ui) -> El {
    let discard = button(ui, Weight::Secondary, "config.discard", || ConfigEvent::Discard)
        .flag("disabled", move || read(ui, Configuring::busy));
    el("div.unsaved part=save-bar")
        .child(el("p.grow role=status").say(ui, "config.unsaved"))
        .child(actions([save(ui), discard]).class("actions row"))
}

/// Leaving would lose something: asked in place, never by a dialog of the browser.
fn question(ui: Ui) -> El {
    let title = el("h3 tabindex=-1").say(ui, "config.leave.title");
    let target = title.element().clone();
    later(Box::new(move || focus(&target)));
    el("div.removal part=confirmation role=group").child(title).child(el("p").say(ui, "config.leave.text")).child(
        actions([
            save(ui),
            button(ui, Weight::Danger, "config.leave", || ConfigEvent::LeaveConfirmed),
            button(ui, Weight::Quiet, "config.stay", || ConfigEvent::LeaveDeclined),
        ])
        .class("actions row"),
    )
}

/// Deleting the configuration, with its consequences spelled out first.
fn removal(ui: Ui, stage: Option<&RemovalStage>, app: &str) -> El {
    let Some(stage) = stage else {
        return el("div")
            .child(button(ui, Weight::Quiet, "config.delete", || ConfigEvent::DeleteChosen).class("b b-quiet edge"));
    };
    let busy = *stage == RemovalStage::Busy;
    let failure = match stage {
        RemovalStage::Failed(failure) => Some(alert(ui, failure, app)),
        RemovalStage::Asking | RemovalStage::Busy => None,
    };
    let heading = el("h3 tabindex=-1").say_of(ui, "config.delete.title", app);
    let target = heading.element().clone();
    later(Box::new(move || focus(&target)));
    el("div.removal part=confirmation role=group")
        .child(heading)
        .child(el("p").say_of(ui, "config.delete.text", app))
        .maybe(failure)
        .child(
            actions([
                button(ui, Weight::Danger, "config.delete", || ConfigEvent::DeleteConfirmed)
                    .state("aria-busy", move || busy),
                button(ui, Weight::Secondary, "removal.keep", || ConfigEvent::DeleteDeclined)
                    .flag("disabled", move || busy),
            ])
            .class("actions row"),
        )
}

//! The list of apps: search, categories, rows.

use super::account::standing;
use super::dom::{El, effect, el, focus, focus_soon, later};
use super::icon;
use super::index::Index;
use super::outcome;
use super::parts::{Weight, actions, bare_button, heading, lead, statement};
use super::rows::Rows;
use super::{Ui, View};
use crate::flow::{Apps, Event, State};
use crate::object;
use leptos::prelude::{ArcTrigger, Notify, Track};
use std::cell::{Cell, RefCell, RefMut};
use std::rc::Rc;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlInputElement};

#[derive(Clone, Copy, PartialEq)]
enum Phase {
    Loading,
    Failed,
    Empty,
    Ready,
}

fn phase(state: &State) -> Phase {
    match &state.apps {
        Apps::Loading => Phase::Loading,
        Apps::Failed(_) => Phase::Failed,
        Apps::Ready(apps) if apps.is_empty() => Phase::Empty,
        Apps::Ready(_) => Phase::Ready,
    }
}

/// `from`: the app that the user comes back from, whose row takes the focus. `first`: nothing was shown before.
pub(super) fn screen(ui: &Ui, from: Option<String>, first: bool) -> El {
    let search = search(ui);
    let input: HtmlInputElement = search.element().clone().unchecked_into();
    if first && ui.settings.autofocus {
        focus_soon(&input);
    }
    let index = Rc::default();
    let from = RefCell::new(from);
    el("section.stack.list")
        .child(heading(ui, "list.title", ""))
        .when(
            ui,
            |ui| matches!(phase(ui.state), Phase::Loading | Phase::Ready),
            move |_| el("div.search").child(icon::icon(icon::SEARCH)).child(search.clone()),
        )
        .slot(
            ui,
            |ui, key| key.number(phase(ui.state) as usize),
            move |ui| {
                Some(match phase(ui.state) {
                    Phase::Loading => loading(ui),
                    Phase::Failed => outcome::not_loaded(ui),
                    Phase::Empty => empty(ui),
                    Phase::Ready => ready(ui, &index, input.clone(), from.take()),
                })
            },
        )
}

fn search(ui: &Ui) -> El {
    let input = el(
        "input.input type=search part=search autocomplete=off autocapitalize=off spellcheck=false enterkeyhint=search",
    )
    .named(ui, "list.search")
    .attr_of(ui, "placeholder", "list.search", "");
    let typed: HtmlInputElement = input.element().clone().unchecked_into();
    let (view, shown) = (ui.view, typed.clone());
    effect(Box::new(move || {
        let search = view.read(|ui| ui.state.search.clone());
        if shown.value() != search {
            shown.set_value(&search);
        }
    }));
    input.tells(ui, "input", move |_, _| Some(Event::SearchChanged(typed.value())))
}

fn loading(ui: &Ui) -> El {
    let row = el("li").child(
        el("span.app")
            .child(el("span.bone.b-32"))
            .child(el("span.grow").child(el("span.bone.b-name")).child(el("span.bone.b-text"))),
    );
    let chip = el("span.bone.b-chip");
    let copies = |of: El, many: usize| (0..many).map(move |_| of.copy());
    el("div.stack.grow-y.breathe aria-busy=true")
        .child(el("p.vh role=status").say(ui, "list.loading"))
        .child(el("div.chips aria-hidden=true").child(el("div").children(copies(chip, 4))))
        .child(el("div.rows aria-hidden=true").child(el("ul.bones").children(copies(row, 9))))
}

fn empty(ui: &Ui) -> El {
    statement(icon::draw(icon::CALM, icon::DRAW_EMPTY), el("h3.h.center").say(ui, "list.empty.title")).child(lead(
        ui,
        "list.empty",
        "",
    ))
}

/// What is found of the apps, and the rows of it.
struct Shown {
    index: Rc<RefCell<Index>>,
    rows: RefCell<Rows>,
}

impl Shown {
    /// Both, unless one of them is in use.
    fn parts(&self) -> Option<(RefMut<'_, Index>, RefMut<'_, Rows>)> {
        Some((self.index.try_borrow_mut().ok()?, self.rows.try_borrow_mut().ok()?))
    }
}

fn ready(ui: &Ui, index: &Rc<RefCell<Index>>, input: HtmlInputElement, from: Option<String>) -> El {
    let list = el("ul.window role=list").named(ui, "list.title");
    let scroller = el("div.rows part=rows");
    let rows = RefCell::new(Rows::new(scroller.clone(), list.clone()));
    let shown = Rc::new(Shown { index: Rc::clone(index), rows });
    let whole = el("div.stack.grow-y").child(categories(ui, index));
    let status = el("p.vh role=status");

    let (said, unsaid) = (status.clone(), Rc::new(Cell::new(false)));
    let found = ArcTrigger::new();
    let matched = (found.clone(), Rc::clone(&shown));
    // What the rows were found and made for.
    let (mut asked, mut version, view) = (String::new(), 0, ui.view);
    let following = Rc::clone(&shown);
    effect(Box::new(move || {
        // What is in use is looked at again after the next change.
        let Some((mut index, mut rows)) = following.parts() else { return view.read(|_| ()) };
        let read = view.read(|ui| {
            take(ui.state, &mut index);
            let (search, category) = (&ui.state.search, ui.state.category.as_deref());
            let asks = [search, "\n", category.unwrap_or("\n")].concat();
            if asks != asked || index.version != version {
                index.filter(search, category);
            }
            Some(([true, false].map(|active| ui.t(standing(active))), asks))
        });
        let Some((words, asks)) = read else { return };
        let (first, reworded, asked_anew) = (version == 0, words != rows.words, asks != asked);
        if !reworded && !asked_anew && index.version == version {
            return;
        }
        (asked, version) = (asks, index.version);
        if reworded {
            rows.say(words);
        }
        if asked_anew && !first {
            rows.to_top();
            let (said, count, unsaid) = (said.clone(), index.found.len(), Rc::clone(&unsaid));
            // What says it is a comfort: where it cannot be had, not every letter asks for it again.
            if !unsaid.get() {
                view.beyond(Box::new(move |here| {
                    if here {
                        say_count(view, said, count);
                    } else {
                        unsaid.set(true);
                    }
                }));
            }
        }
        rows.paint(&index);
        found.notify();
    }));

    if let Some(slug) = from {
        come_back(slug, Rc::clone(&shown));
    }

    let scrolled = Rc::clone(&shown);
    whole.child(status).child(
        scroller
            .child(list)
            .on("scroll", move |_| {
                if let Some((index, mut rows)) = scrolled.parts() {
                    rows.paint(&index);
                }
            })
            .tells(ui, "click", |_, event| {
                let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
                let button = target.and_then(|target| target.closest("[data-slug]").ok().flatten());
                button.and_then(|button| button.get_attribute("data-slug")).map(Event::AppChosen)
            })
            .on("keydown", move |event| {
                let Some((index, mut rows)) = shown.parts() else { return };
                let Some(at) = rows.focused() else { return };
                let key = object::get(event, "key").ok().and_then(|key| key.as_string()).unwrap_or_default();
                let last = index.found.len().saturating_sub(1);
                let to = match key.as_str() {
                    "ArrowDown" => (at + 1).min(last),
                    "ArrowUp" => at.saturating_sub(1),
                    "Home" => 0,
                    "End" => last,
                    _ => return,
                };
                event.prevent_default();
                rows.go(&index, to);
            })
            .when(
                ui,
                move |_| {
                    matched.0.track();
                    matched.1.parts().is_some_and(|(index, _)| index.found.is_empty())
                },
                move |ui| no_match(ui, input.clone()),
            ),
    )
}

/// For screen readers: numbers in the user's words are more than the list itself needs, so that the npm package's second
/// module begins here.
#[inline(never)]
fn say_count(view: View, said: El, count: usize) {
    let _ = said.text(&view.read_once(|ui| ui.plural("list.count", count, &[])));
}

/// Gives the focus to the row of the app whose screen the user comes from. The npm package's second module begins here:
/// without it there is no such screen.
#[inline(never)]
fn come_back(slug: String, shown: Rc<Shown>) {
    later(Box::new(move || {
        let Some((index, mut rows)) = shown.parts().filter(|(_, rows)| !rows.is_elsewhere()) else { return };
        let at = (0..index.found.len()).find(|at| index.at(*at).is_some_and(|entry| entry.app.slug == slug));
        if let Some(at) = at {
            rows.go(&index, at);
        }
    }));
}

/// Whoever reads the index first after a change brings it up to date.
fn take(state: &State, index: &mut Index) {
    if let Apps::Ready(apps) = &state.apps {
        index.update(apps);
    }
}

/// The categories as buttons that stay pressed.
fn categories(ui: &Ui, index: &Rc<RefCell<Index>>) -> El {
    let (index, shown) = (Rc::clone(index), Rc::clone(index));
    let chip = |ui: &Ui, tag: Option<String>| {
        let (pressed, chosen) = (tag.clone(), tag.clone());
        let chip = el("button.chip type=button part=category")
            .state(ui, "aria-pressed", move |ui| ui.state.category == pressed)
            .tells(ui, "click", move |_, _| Some(Event::CategoryChosen(chosen.clone())));
        match tag {
            Some(tag) => chip.text(&tag),
            None => chip.say(ui, "list.all"),
        }
    };
    el("div.chips").slot(
        ui,
        move |ui, key| {
            let mut index = index.borrow_mut();
            take(ui.state, &mut index);
            index.tags.iter().for_each(|tag| key.text(tag));
        },
        move |ui| {
            let tags = &shown.borrow().tags;
            let all = || el("div role=group").named(ui, "list.categories").child(chip(ui, None));
            (tags.len() > 1).then(|| all().children(tags.iter().map(|tag| chip(ui, Some(tag.clone())))))
        },
    )
}

fn no_match(ui: &Ui, input: HtmlInputElement) -> El {
    let view = ui.view;
    let clear = bare_button(Weight::Secondary).say(ui, "list.clear").on("click", move |_| {
        view.send(Event::SearchChanged(String::new()));
        view.send(Event::CategoryChosen(None));
        focus(&input);
    });
    statement(icon::draw(icon::CALM, icon::DRAW_NO_MATCH), el("h3.h.center").say(ui, "list.no_match.title"))
        .child(el("p.lead").text_with(ui, |ui| ui.fmt("list.no_match", &[("search", &ui.state.search)])))
        .child(actions().child(clear))
}

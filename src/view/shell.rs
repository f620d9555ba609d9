//! The frame around every screen: language, theme, notices on top, what is announced, and where the focus goes.

use super::dom::{El, effect, el, focus, later, set_attribute};
use super::icon;
use super::parts::{Weight, bare_button};
use super::text::{self, direction, language};
use super::{
    Density, SessionLine, Theme, Ui, account, app, configure, consent, fields, list, outcome, runs, style, waiting,
};
use crate::flow::{Apps, Screen};
use std::cell::{Cell, RefCell};
use wasm_bindgen::JsCast;
use web_sys::{Element, ShadowRoot};

/// What makes a screen another screen: its content changes inside it, the focus moves only between them.
#[derive(PartialEq)]
struct Shown {
    name: &'static str,
    slug: Option<String>,
    attempt: u32,
    loaded: bool,
}

impl Shown {
    fn now(ui: Ui) -> Self {
        if ui.session().line == SessionLine::Ended {
            return Self { name: "ended", slug: None, attempt: 0, loaded: true };
        }
        if ui.opening() {
            return Self { name: "app", slug: None, attempt: 0, loaded: false };
        }
        let read = ui.read(|state| {
            let slug = state.screen.slug().map(str::to_owned);
            let loaded = slug.is_none() || state.current_app().is_some();
            let failed = !loaded && matches!(state.apps, Apps::Failed(_));
            let attempt = match state.screen {
                Screen::Waiting { attempt, .. } => attempt,
                _ => u32::from(failed),
            };
            Some(Self { name: state.screen.name(), slug, attempt, loaded })
        });
        read.unwrap_or(Self { name: "list", slug: None, attempt: 0, loaded: true })
    }
}

/// An element in the language and the theme of the settings.
fn dressed(ui: Ui, root: Element) -> El {
    let dressed = root.clone();
    effect(Box::new(move || {
        ui.settings(|settings| {
            let language = language(&settings.locale);
            set_attribute(&dressed, "dir", Some(direction(&language)));
            set_attribute(&dressed, "lang", Some(&language));
            set_attribute(&dressed, "data-theme", theme(settings.theme));
            set_attribute(&dressed, "data-density", (settings.density == Density::Compact).then_some("compact"));
        });
    }));
    El::of(root)
}

/// Fills the document inside the isolated frame: the fields, as soon and as long as there are any.
pub(super) fn alone(ui: Ui, root: Element) {
    complete();
    let asks =
        move || ui.read(|state| matches!(state.screen, Screen::Fields { .. }).then(|| state.current_app().is_some()));
    dressed(ui, root).class("cf alone").slot(asks, move |loaded| match loaded {
        Some(true) => Some(fields::form(ui)),
        Some(false) => Some(account::skeleton()),
        None => None,
    });
}

/// Fills the element that the view is mounted in.
pub(super) fn fill(ui: Ui, root: Element) {
    // The app of the screen before, if there was one.
    let before = RefCell::new(None);
    let frame = root.clone();
    let status = el("p.vh role=status");
    let said = status.clone();
    dressed(ui, root)
        .with("class=cf part=frame role=region")
        .named(ui, "region")
        .attr_with("data-screen", move || Some(Shown::now(ui).name.to_owned()))
        // Events of images do not bubble: one listener for all tiles.
        .on_capture("load", |event| settle(event.target(), "ok"))
        .on_capture("error", |event| settle(event.target(), ""))
        .child(notices(ui))
        .child(status)
        .child(el("div.screen").flag("data-covered", move || ui.session().covered).slot(
            move || Shown::now(ui),
            move |shown| {
                let previous = before.replace(Some(shown.slug.clone()));
                let first = previous.is_none();
                let screen = build(ui, shown, previous.flatten(), first);
                // The list gives the focus back to the row it came from.
                if !first && shown.name != "list" {
                    arrive(&frame, &screen, &said);
                }
                Some(screen)
            },
        ))
        .child(foot(ui));
}

fn theme(theme: Theme) -> Option<&'static str> {
    match theme {
        Theme::System => None,
        Theme::Light => Some("light"),
        Theme::Dark => Some("dark"),
    }
}

/// `from`: the app of the screen before. `first`: there was none.
fn build(ui: Ui, shown: &Shown, from: Option<String>, first: bool) -> El {
    match (shown.name, shown.loaded) {
        ("list", _) => list::screen(ui, from, first),
        ("ended", _) => outcome::ended(ui),
        (_, false) if shown.attempt > 0 => outcome::not_loaded(ui),
        (_, false) => account::skeleton(),
        (name, true) => build_beyond(ui, name),
    }
}

/// The screens of one app. The npm package's second module begins here, which is why it is no part of its caller.
#[inline(never)]
fn build_beyond(ui: Ui, name: &str) -> El {
    complete();
    match name {
        "app" => app::screen(ui),
        "consent" => consent::screen(ui),
        "waiting" => waiting::screen(ui),
        "configure" => configure::screen(ui),
        "runs" => runs::screen(ui),
        "connected" => outcome::connected(ui),
        "error" => outcome::failed(ui),
        _ => fields::screen(ui),
    }
}

/// Adds the styles and the words that only came with these screens, once for all instances.
fn complete() {
    thread_local!(static COMPLETE: Cell<bool> = const { Cell::new(false) });
    if !COMPLETE.replace(true) {
        style::complete();
        text::complete();
    }
}

/// An image that loaded takes the place of the letter; one that did not gives it back.
fn settle(target: Option<web_sys::EventTarget>, class: &str) {
    let Some(image) = target.and_then(|target| target.dyn_into::<Element>().ok()) else { return };
    if !image.tag_name().eq_ignore_ascii_case("img") {
        return;
    }
    if let Some(tile) = image.parent_element() {
        let _ = tile.class_list().remove_1("wait");
        if class.is_empty() {
            image.remove();
        } else {
            let _ = tile.class_list().add_1(class);
        }
    }
}

/// Moves the focus to the heading of a new screen; when it is elsewhere in the host's page, only says the heading.
fn arrive(frame: &Element, screen: &El, said: &El) {
    let Some(shadow) = frame.get_root_node().dyn_into::<ShadowRoot>().ok() else { return };
    let active = leptos::tachys::dom::document().active_element();
    let idle = active.as_ref().is_none_or(|active| active.tag_name().eq_ignore_ascii_case("body"));
    let elsewhere = !idle && active.as_ref() != Some(&shadow.host());
    let (screen, said) = (screen.element().clone(), said.clone());
    later(Box::new(move || {
        let Ok(Some(heading)) = screen.query_selector("h2") else { return };
        if elsewhere {
            let _ = said.text(&heading.text_content().unwrap_or_default());
        } else {
            focus(&heading);
        }
    }));
}

/// The lines on top: offline, and what the user must know of the session.
fn notices(ui: Ui) -> El {
    let line = move || ui.session().line;
    el("div.notices role=status")
        .when(
            move || !ui.read(|state| Some(state.online)).unwrap_or(true),
            move || notice("div.notice.warn part=notice", icon::OFFLINE).saying(ui, "offline"),
        )
        .slot(line, move |line| match line {
            SessionLine::Quiet | SessionLine::Ended => None,
            SessionLine::Renewing => Some(notice("div.notice part=notice", icon::LOCK).saying(ui, "session.renewing")),
            SessionLine::Failed { retrying } => Some(
                notice("div.notice.warn part=notice", icon::ALERT).saying(ui, "session.failed").child(
                    bare_button(Weight::Quiet)
                        .attr("aria-busy", if *retrying { "true" } else { "false" })
                        .say(ui, "retry")
                        .retries(ui),
                ),
            ),
        })
}

fn notice(words: &str, path: &str) -> El {
    el(words).child(icon::icon(path))
}

/// Who keeps the credentials, and whether this is only a test.
fn foot(ui: Ui) -> El {
    el("footer.foot part=footer")
        .child(icon::icon(icon::LOCK))
        .saying(ui, "secured")
        .when(move || ui.session().test_mode, move || el("span.test part=test-mode").say(ui, "test_mode"))
}

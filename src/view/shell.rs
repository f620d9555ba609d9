//! The frame around every screen: language, theme, notices on top, what is announced, and where the focus goes.

use super::dom::{El, el, focus, is_elsewhere, later, set_attribute};
use super::icon;
use super::key::Key;
use super::parts::{WAITING, Weight, bare_button};
use super::text::{self, direction, language};
use super::{
    Density, SessionLine, Theme, Ui, account, app, configure, consent, fields, list, outcome, runs, style, waiting,
};
use crate::flow::{Apps, Screen};
use crate::platform::model::App;
use std::cell::{Cell, RefCell};
use wasm_bindgen::JsCast;
use web_sys::Element;

/// What makes a screen another screen: its content changes inside it, the focus moves only between them.
struct Shown<'a> {
    name: &'static str,
    slug: Option<&'a str>,
    /// The app that it is about, once that is there.
    app: Option<&'a App>,
    attempt: u32,
}

impl<'a> Shown<'a> {
    fn now(ui: &'a Ui) -> Self {
        if matches!(ui.session().line, SessionLine::Ended { .. }) {
            return Self { name: "ended", slug: None, app: None, attempt: 0 };
        }
        if ui.opening() {
            return Self { name: "app", slug: None, app: None, attempt: 0 };
        }
        let state = ui.state;
        let (slug, app) = (state.slug.as_deref(), state.current_app());
        let failed = slug.is_some() && app.is_none() && matches!(state.apps, Apps::Failed(_));
        let attempt = match state.screen {
            Screen::Waiting { attempt, .. } => attempt,
            _ => u32::from(failed),
        };
        Self { name: state.screen.name(), slug, app, attempt }
    }

    fn write(&self, key: &mut Key) {
        key.text(self.name);
        key.maybe(self.slug);
        key.flag(self.app.is_some());
        key.number(self.attempt as usize);
    }
}

/// An element in the language and the theme of the settings.
fn dressed(ui: &Ui, root: Element) -> El {
    El::of(root)
        .attr_with(ui, "dir", |ui| Some(direction(&language(&ui.settings.locale)).to_owned()))
        .attr_with(ui, "lang", |ui| Some(language(&ui.settings.locale)))
        .attr_with(ui, "data-theme", |ui| theme(ui.settings.theme).map(str::to_owned))
        .attr_with(ui, "data-density", |ui| (ui.settings.density == Density::Compact).then(|| "compact".to_owned()))
}

/// Fills the document inside the isolated frame: the fields, as soon and as long as there are any.
pub(super) fn alone(ui: &Ui, root: Element) {
    complete();
    let asks = |ui: &Ui| matches!(ui.state.screen, Screen::Fields { .. });
    dressed(ui, root).class("cf alone").slot(
        ui,
        move |ui, key| {
            key.flag(asks(ui));
            key.flag(ui.state.current_app().is_some());
        },
        move |ui| {
            asks(ui).then(|| match ui.state.current_app() {
                Some(app) => fields::form(ui, app),
                None => account::skeleton(),
            })
        },
    );
}

/// Fills the element that the view is mounted in.
pub(super) fn fill(ui: &Ui, root: Element) {
    // The app of the screen before, if there was one.
    let before = RefCell::new(None);
    let frame = root.clone();
    let status = el("p.vh role=status");
    let said = status.clone();
    dressed(ui, root)
        .with("class=cf part=frame role=region")
        .named(ui, "region")
        .attr_with(ui, "data-screen", |ui| Some(Shown::now(ui).name.to_owned()))
        // Events of images do not bubble: one listener for all tiles.
        .on_capture("load", |event| settle(event.target(), " ok"))
        .on_capture("error", |event| settle(event.target(), ""))
        .child(notices(ui))
        .child(status)
        .child(el("div.screen").flag(ui, "data-covered", |ui| ui.session().covered).slot(
            ui,
            |ui, key| Shown::now(ui).write(key),
            move |ui| {
                let shown = Shown::now(ui);
                let previous = before.replace(Some(shown.slug.map(str::to_owned)));
                let first = previous.is_none();
                let screen = build(ui, &shown, previous.flatten(), first);
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
fn build(ui: &Ui, shown: &Shown<'_>, from: Option<String>, first: bool) -> El {
    match (shown.name, shown.app) {
        ("list", _) => list::screen(ui, from, first),
        ("ended", _) => outcome::ended(ui),
        (_, Some(app)) => build_beyond(ui, app),
        (_, None) if shown.attempt > 0 => outcome::not_loaded(ui),
        (_, None) => account::skeleton(),
    }
}

/// The screens of one app. The npm package's second module begins here, which is why it is no part of its caller.
#[inline(never)]
fn build_beyond(ui: &Ui, app: &App) -> El {
    complete();
    match &ui.state.screen {
        Screen::List | Screen::App { .. } => app::screen(ui, app),
        Screen::Consent { auth_type, .. } => consent::screen(ui, app, *auth_type),
        Screen::Fields { auth_type, framed, .. } => fields::screen(ui, app, *auth_type, *framed),
        Screen::Waiting { .. } => waiting::screen(ui, app),
        Screen::Connected { account, .. } => outcome::connected(ui, app, account),
        Screen::Configure(_) => configure::screen(ui, app),
        Screen::Runs(_) => runs::screen(ui, app),
        Screen::Failed { failure, .. } => outcome::failed(ui, app, failure),
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
    let tile = image.parent_element().filter(|_| image.matches("img").unwrap_or(false));
    if let Some(tile) = tile {
        let known = tile.get_attribute("class").unwrap_or_default();
        set_attribute(&tile, "class", Some(&[known.strip_suffix(WAITING).unwrap_or(&known), class].concat()));
        if class.is_empty() {
            image.remove();
        }
    }
}

/// Moves the focus to the heading of a new screen; when it is elsewhere in the host's page, only says the heading.
fn arrive(frame: &Element, screen: &El, said: &El) {
    let elsewhere = is_elsewhere(frame);
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
fn notices(ui: &Ui) -> El {
    el("div.notices role=status")
        .when(
            ui,
            |ui| !ui.state.online,
            |ui| notice("div.notice.warn part=notice", icon::OFFLINE).saying(ui, "offline"),
        )
        .slot(
            ui,
            |ui, key| {
                key.number(match ui.session().line {
                    SessionLine::Quiet | SessionLine::Ended { .. } => 0,
                    SessionLine::Renewing => 1,
                    SessionLine::Failed { .. } => 2,
                });
            },
            |ui| match ui.session().line {
                SessionLine::Quiet | SessionLine::Ended { .. } => None,
                SessionLine::Renewing => {
                    Some(notice("div.notice part=notice", icon::LOCK).saying(ui, "session.renewing"))
                }
                SessionLine::Failed { .. } => Some(
                    notice("div.notice.warn part=notice", icon::ALERT).saying(ui, "session.failed").child(
                        bare_button(Weight::Quiet)
                            .state(ui, "aria-busy", |ui| ui.session().line == SessionLine::Failed { retrying: true })
                            .say(ui, "retry")
                            .retries(ui),
                    ),
                ),
            },
        )
}

fn notice(words: &str, path: &str) -> El {
    el(words).child(icon::icon(path))
}

/// Who keeps the credentials, and whether this is only a test.
fn foot(ui: &Ui) -> El {
    el("footer.foot part=footer").child(icon::icon(icon::LOCK)).saying(ui, "secured").when(
        ui,
        |ui| ui.session().test_mode,
        |ui| el("span.test part=test-mode").say(ui, "test_mode"),
    )
}

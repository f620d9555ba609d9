//! The look: shows the state of the flow and of the session, reports what the user does. Knows no request, no token.
//!
//! [`root`] is mounted inside an open shadow root whose styles come from [`adopt_styles`]; what it reads and where it
//! reports to is [`Ui`]. One file a screen.

mod account;
mod app;
mod configure;
mod consent;
mod dom;
mod fields;
#[cfg(feature = "gallery")]
pub mod gallery;
mod held;
mod icon;
mod index;
mod key;
mod labelled;
mod list;
mod outcome;
mod parts;
mod rows;
mod runs;
mod shell;
mod style;
mod text;
mod waiting;
mod watched;

pub use crate::settings::{Density, Settings, Theme};
pub use style::{adopt_styles, variables};
pub use text::{register, registered};
pub use watched::Watched;

use crate::flow::{Event, State};
use leptos::prelude::Render;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use web_sys::Element;

/// Whom a view is for: it shows the state of the flow there, and reports to it.
pub trait Host {
    /// Hands out the flow's state, now or not at all.
    fn show(&self, to: &mut dyn See<State>);
    /// Called inside the browser's event, so that a window may be opened.
    fn send(&self, event: Event);
    /// Runs what the list can do without once all of the component is here; with `false` if it cannot be had.
    fn beyond(&self, run: Box<dyn FnOnce(bool)>) {
        run(true);
    }
    /// "Try again" of the session's line and of the screen after the session's end.
    fn retry_session(&self) {}
    /// The `iframe` for secrets, still empty, when its screen is built; `None` when that screen is left.
    fn frame(&self, _: Option<Element>) {}
}

/// What the view reads and where it reports to.
pub struct Wires {
    /// Has changed when the flow's state has.
    pub flow: Watched<Box<dyn Host>>,
    pub session: Watched<Cell<SessionShown>>,
    pub settings: Watched<RefCell<Settings>>,
    /// An app was chosen whose screen is still being loaded.
    pub opening: Watched<Cell<bool>>,
}

impl Wires {
    pub fn new(host: Box<dyn Host>, settings: Settings) -> Self {
        Self {
            flow: Watched::new(host),
            session: Watched::new(Cell::default()),
            settings: Watched::new(RefCell::new(settings)),
            opening: Watched::new(Cell::new(false)),
        }
    }
}

/// What the user may know of the session.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct SessionShown {
    pub line: SessionLine,
    /// The token says that it is for the platform's test environment.
    pub test_mode: bool,
    /// What is on the screen may belong to somebody else: it is there, but not to be seen, until a token says whose it is.
    pub covered: bool,
}

/// The line on top, shown only when there is something to say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SessionLine {
    #[default]
    Quiet,
    /// Renewing takes longer than the user should be left wondering.
    Renewing,
    Failed {
        retrying: bool,
    },
    /// Replaces the screen.
    Ended,
}

/// One view's [`Wires`], by a number that every closure of the view can have its copy of. It finds nothing once the view is
/// gone.
#[derive(Clone, Copy)]
struct Ui(usize);

thread_local! {
    /// Of the views that there are, in the order of their numbers.
    static WIRES: RefCell<Vec<(Ui, Rc<Wires>)>> = const { RefCell::new(Vec::new()) };
    /// The next number. None is given twice: what comes too late must not find another view.
    static NEXT: Cell<usize> = const { Cell::new(0) };
}

/// Takes the wires out of the table when the view goes.
struct Wired(Ui);

impl Drop for Wired {
    fn drop(&mut self) {
        // What it holds is dropped when nothing is borrowed any more.
        drop(WIRES.with_borrow_mut(|all| self.0.place(all).map(|at| all.remove(at))));
    }
}

/// What is read of an `S`, once. Its own trait, for the reason that `dom` has its own.
pub trait See<S> {
    fn see(&mut self, source: &S);
}

struct Seen<F, T> {
    read: F,
    out: Option<T>,
}

impl<S, T, F: FnMut(&S) -> T> See<S> for Seen<F, T> {
    fn see(&mut self, source: &S) {
        self.out.get_or_insert_with(|| (self.read)(source));
    }
}

impl Ui {
    /// For as long as the current owner.
    fn of(wires: Rc<Wires>) -> Self {
        let ui = Self(NEXT.get());
        NEXT.set(ui.0 + 1);
        WIRES.with_borrow_mut(|all| all.push((ui, wires)));
        held::keep(Wired(ui));
        ui
    }

    fn place(self, all: &[(Self, Rc<Wires>)]) -> Option<usize> {
        all.iter().position(|(ui, _)| ui.0 == self.0)
    }

    fn wires(self) -> Option<Rc<Wires>> {
        WIRES.with_borrow(|all| self.place(all).map(|at| all[at].1.clone()))
    }

    /// Reads the flow's state, and follows it.
    fn read<T: Default>(self, read: impl FnMut(&State) -> T) -> T {
        let mut seen = Seen { read, out: None };
        self.see_state(&mut seen);
        seen.out.unwrap_or_default()
    }

    fn see_state(self, seen: &mut dyn See<State>) {
        if let Some(wires) = self.wires() {
            wires.flow.follow().show(seen);
        }
    }

    /// Reads the settings, and follows them.
    fn settings<T: Default>(self, read: impl FnMut(&Settings) -> T) -> T {
        let mut seen = Seen { read, out: None };
        self.see_settings(&mut seen);
        seen.out.unwrap_or_default()
    }

    fn see_settings(self, seen: &mut dyn See<Settings>) {
        let wires = self.wires();
        if let Some(Ok(settings)) = wires.as_ref().map(|wires| wires.settings.follow().try_borrow()) {
            seen.see(&settings);
        }
    }

    fn session(self) -> SessionShown {
        self.wires().map(|wires| wires.session.follow().get()).unwrap_or_default()
    }

    fn opening(self) -> bool {
        self.wires().is_some_and(|wires| wires.opening.follow().get())
    }

    fn beyond(self, run: Box<dyn FnOnce(bool)>) {
        if let Some(wires) = self.wires() {
            wires.flow.value().beyond(run);
        }
    }

    fn send(self, event: Event) {
        if let Some(wires) = self.wires() {
            wires.flow.value().send(event);
        }
    }

    fn frame(self, frame: Option<Element>) {
        if let Some(wires) = self.wires() {
            wires.flow.value().frame(frame);
        }
    }

    fn retry_session(self) {
        if let Some(wires) = self.wires() {
            wires.flow.value().retry_session();
        }
    }
}

/// Only the fields of [`Screen::Fields`](crate::flow::Screen::Fields), for the document inside the isolated frame.
pub fn fields_alone(wires: Rc<Wires>) -> Root {
    Root { wires, fill: shell::alone }
}

/// The whole interface, to be mounted in an element inside an open shadow root.
pub fn root(wires: Rc<Wires>) -> Root {
    Root { wires, fill: shell::fill }
}

/// What Leptos mounts: one element, filled before it is in the document.
pub struct Root {
    wires: Rc<Wires>,
    fill: fn(Ui, Element),
}

impl Render for Root {
    type State = Element;

    fn build(self) -> Element {
        let root = dom::el("div").element().clone();
        (self.fill)(Ui::of(self.wires), root.clone());
        root
    }

    /// What is in it follows by itself what it shows.
    fn rebuild(self, _: &mut Element) {}
}

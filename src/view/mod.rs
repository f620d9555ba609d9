//! The look: shows the state of the flow and of the session, reports what the user does. Knows no request, no token.
//!
//! [`root`] is mounted inside an open shadow root whose styles come from [`adopt_styles`]; what it reads is [`Ui`],
//! where it reports to is [`View`]. One file a screen.

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

pub use crate::settings::{Density, Settings, Theme};
pub use style::{adopt_styles, make_styles, variables};
pub use text::{register, registered};

use crate::flow::{Event, State};
use leptos::prelude::{ArcTrigger, Notify, Render, Track};
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use web_sys::Element;

/// Whom a view is for: it shows the state of the flow there, and reports to it.
pub trait Host {
    /// Hands out the flow's state, now or not at all.
    fn show(&self, to: &mut See<'_>);
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
    host: Box<dyn Host>,
    session: Cell<SessionShown>,
    settings: RefCell<Settings>,
    /// An app was chosen whose screen is still being loaded.
    opening: Cell<bool>,
    /// One trigger for all that is shown: what depends on it is mostly cheap to ask, and on the flow's state.
    changed: ArcTrigger,
}

impl Wires {
    pub fn new(host: Box<dyn Host>, settings: Settings) -> Self {
        let (session, opening) = (Cell::default(), Cell::new(false));
        Self { host, session, settings: RefCell::new(settings), opening, changed: ArcTrigger::new() }
    }

    /// Tells the view that the flow's state, or anything else that it shows, is another.
    pub fn changed(&self) {
        self.changed.notify();
    }

    pub fn session(&self) -> SessionShown {
        self.session.get()
    }

    pub fn show_session(&self, session: SessionShown) {
        self.session.set(session);
        self.changed();
    }

    pub fn show_opening(&self, opening: bool) {
        self.opening.set(opening);
        self.changed();
    }

    /// What `read` makes of the settings, unless they are being changed.
    pub fn settings<R>(&self, read: impl FnOnce(&Settings) -> R) -> Option<R> {
        self.settings.try_borrow().ok().map(|settings| read(&settings))
    }

    /// Changes the settings, unless they are being read.
    pub fn change_settings(&self, change: impl FnOnce(&mut Settings)) {
        if let Ok(mut settings) = self.settings.try_borrow_mut() {
            change(&mut settings);
        }
        self.changed();
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
    /// Replaces the screen. `again`: the host can be asked once more.
    Ended {
        again: bool,
    },
}

/// One view's [`Wires`], by a number that every closure of the view can have its copy of. It finds nothing once the view is
/// gone.
#[derive(Clone, Copy)]
struct View(usize);

thread_local! {
    /// Of the views that there are, in the order of their numbers.
    static WIRES: RefCell<Vec<(View, Rc<Wires>)>> = const { RefCell::new(Vec::new()) };
    /// The next number. None is given twice: what comes too late must not find another view.
    static NEXT: Cell<usize> = const { Cell::new(0) };
}

/// Takes the wires out of the table when the view goes.
struct Wired(View);

impl Drop for Wired {
    fn drop(&mut self) {
        // What it holds is dropped when nothing is borrowed any more.
        drop(WIRES.with_borrow_mut(|all| self.0.place(all).map(|at| all.remove(at))));
    }
}

/// All that a view shows, lent to whatever builds a part of it, follows it or answers to the user.
struct Ui<'a> {
    view: View,
    wires: &'a Wires,
    state: &'a State,
    settings: &'a Settings,
}

impl Ui<'_> {
    fn session(&self) -> SessionShown {
        self.wires.session.get()
    }

    fn opening(&self) -> bool {
        self.wires.opening.get()
    }
}

/// Whoever waits for the flow's state, to be shown it once.
pub struct See<'a> {
    view: View,
    wires: &'a Wires,
    read: &'a mut dyn Look,
}

impl See<'_> {
    pub fn see(&mut self, state: &State) {
        if let Ok(settings) = self.wires.settings.try_borrow() {
            self.read.look(&Ui { view: self.view, wires: self.wires, state, settings: &settings });
        }
    }
}

/// What is done with all that is shown. Its own trait, for the reason that `dom` has its own.
trait Look {
    fn look(&mut self, ui: &Ui);
}

impl<F: FnMut(&Ui)> Look for F {
    fn look(&mut self, ui: &Ui) {
        self(ui);
    }
}

impl View {
    /// For as long as the current owner.
    fn of(wires: Rc<Wires>) -> Self {
        let view = Self(NEXT.get());
        NEXT.set(view.0 + 1);
        WIRES.with_borrow_mut(|all| all.push((view, wires)));
        held::keep(Wired(view));
        view
    }

    fn place(self, all: &[(Self, Rc<Wires>)]) -> Option<usize> {
        all.iter().position(|(view, _)| view.0 == self.0)
    }

    fn wires(self) -> Option<Rc<Wires>> {
        WIRES.with_borrow(|all| self.place(all).map(|at| all[at].1.clone()))
    }

    /// Reads what is shown, and follows it.
    fn read<T: Default>(self, mut read: impl FnMut(&Ui) -> T) -> T {
        let mut out = T::default();
        self.show(&mut |ui: &Ui| out = read(ui));
        out
    }

    /// Reads what is shown, where nobody follows it: Leptos takes that for a mistake unless it is told.
    fn read_once<T: Default>(self, read: impl FnMut(&Ui) -> T) -> T {
        #[cfg(debug_assertions)]
        let _once = leptos::reactive::diagnostics::SpecialNonReactiveZone::enter();
        self.read(read)
    }

    fn show(self, read: &mut dyn Look) {
        if let Some(wires) = self.wires() {
            wires.changed.track();
            wires.host.show(&mut See { view: self, wires: &wires, read });
        }
    }

    fn beyond(self, run: Box<dyn FnOnce(bool)>) {
        if let Some(wires) = self.wires() {
            wires.host.beyond(run);
        }
    }

    fn send(self, event: Event) {
        if let Some(wires) = self.wires() {
            wires.host.send(event);
        }
    }

    fn frame(self, frame: Option<Element>) {
        if let Some(wires) = self.wires() {
            wires.host.frame(frame);
        }
    }

    fn retry_session(self) {
        if let Some(wires) = self.wires() {
            wires.host.retry_session();
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
    fill: fn(&Ui, Element),
}

impl Render for Root {
    type State = Element;

    fn build(self) -> Element {
        let root = dom::el("div").element().clone();
        View::of(self.wires).read_once(|ui| (self.fill)(ui, root.clone()));
        root
    }

    /// What is in it follows by itself what it shows.
    fn rebuild(self, _: &mut Element) {}
}

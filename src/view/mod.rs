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
pub use held::Call;
pub use style::{adopt_styles, variables};
pub use text::{register, registered};
pub use watched::Watched;

use crate::flow::{Event, State};
use leptos::prelude::Render;
use std::cell::{Cell, RefCell};
use web_sys::Element;

/// What the view reads and where it reports to. Made inside the mount's owner.
#[derive(Clone, Copy)]
pub struct Ui {
    pub flow: Watched<Reader>,
    pub session: Watched<Cell<SessionShown>>,
    pub settings: Watched<RefCell<Settings>>,
    /// An app was chosen whose screen is still being loaded.
    pub opening: Watched<Cell<bool>>,
    /// Runs what the list can do without once all of the component is here; with `false` if it cannot be had.
    pub beyond: fn(Box<dyn FnOnce(bool)>),
    /// Called inside the browser's event, so that a window may be opened.
    pub send: Call<Event>,
    /// "Try again" of the session's line and of the screen after the session's end.
    pub retry_session: Call<()>,
    /// The `iframe` for secrets, still empty, when its screen is built; `None` when that screen is left.
    pub frame: Call<Option<Element>>,
}

/// Hands out the flow's state, now or not at all.
pub type Reader = Box<dyn Fn(&mut dyn FnMut(&State))>;

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

impl Ui {
    /// Reads the flow's state, and follows it.
    fn read<T: Default>(self, read: impl FnOnce(&State) -> T) -> T {
        let mut out = T::default();
        let mut read = Some(read);
        self.read_erased(&mut |state| {
            if let Some(read) = read.take() {
                out = read(state);
            }
        });
        out
    }

    fn read_erased(self, read: &mut dyn FnMut(&State)) {
        self.flow.follow(|reader| reader(read));
    }

    /// Reads the settings, and follows them.
    fn settings<T: Default>(self, read: impl FnOnce(&Settings) -> T) -> T {
        let mut out = T::default();
        let mut read = Some(read);
        self.settings_erased(&mut |settings| {
            if let Some(read) = read.take() {
                out = read(settings);
            }
        });
        out
    }

    fn settings_erased(self, read: &mut dyn FnMut(&Settings)) {
        self.settings.follow(|settings| {
            if let Ok(settings) = settings.try_borrow() {
                read(&settings);
            }
        });
    }

    fn session(self) -> SessionShown {
        self.session.followed()
    }

    fn send(self, event: Event) {
        self.send.run(event);
    }

    fn frame(self, frame: Option<Element>) {
        self.frame.run(frame);
    }

    fn retry_session(self) {
        self.retry_session.run(());
    }
}

/// Only the fields of [`Screen::Fields`](crate::flow::Screen::Fields), for the document inside the isolated frame.
pub fn fields_alone(ui: Ui) -> Root {
    Root { ui, fill: shell::alone }
}

/// The whole interface, to be mounted in an element inside an open shadow root.
pub fn root(ui: Ui) -> Root {
    Root { ui, fill: shell::fill }
}

/// What Leptos mounts: one element, filled before it is in the document.
pub struct Root {
    ui: Ui,
    fill: fn(Ui, Element),
}

impl Render for Root {
    type State = Element;

    fn build(self) -> Element {
        let root = dom::el("div").element().clone();
        (self.fill)(self.ui, root.clone());
        root
    }

    /// What is in it follows by itself what it shows.
    fn rebuild(self, _: &mut Element) {}
}

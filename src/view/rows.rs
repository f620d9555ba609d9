//! The window on the list: of all rows only those in and around the visible part exist.

use super::account::badge;
use super::dom::{El, active_in, el, focus, is_elsewhere, set_attribute};
use super::index::{Entry, Index, Standing};
use super::parts::{bare_tile, dress};
use crate::decimal::decimal;
use crate::platform::model::App;
use std::rc::Rc;
use web_sys::Element;

/// Rows made beyond the visible ones, on either side.
const MARGIN: usize = 8;
/// Rows made before the height of one is known.
const FIRST: usize = 30;

struct Row {
    at: usize,
    app: Rc<App>,
    standing: Standing,
    element: El,
}

impl Row {
    /// Whether it would be the same if it were made anew.
    fn shows(&self, entry: &Entry) -> bool {
        let (shown, app) = (&self.app, &entry.app);
        self.standing == entry.standing
            && shown.slug == app.slug
            && shown.name == app.name
            && shown.icon == app.icon
            && shown.description == app.description
    }
}

/// A row without anything of its own yet, to be copied: a browser copies a tree many times faster than it is built.
struct Shape {
    standing: Standing,
    described: bool,
    element: El,
}

/// The scrolling element, the list in it, and the rows that exist.
pub(super) struct Rows {
    scroller: El,
    list: El,
    live: Vec<Row>,
    /// What is said of an app that is connected, and of one that needs the user.
    pub(super) words: [String; 2],
    /// For `total` rows, in these words.
    shapes: Vec<Shape>,
    total: usize,
    all: usize,
}

impl Rows {
    pub(super) fn new(scroller: El, list: El) -> Self {
        Self { scroller, list, live: Vec::new(), words: Default::default(), shapes: Vec::new(), total: 0, all: 0 }
    }

    /// Forgets all rows, so that they are made anew with other words in them.
    pub(super) fn say(&mut self, words: [String; 2]) {
        self.words = words;
        self.shapes.clear();
        self.live.drain(..).for_each(|row| row.element.remove());
    }

    /// Makes what the window shows, keeps what it showed before, and drops the rest.
    pub(super) fn paint(&mut self, index: &Index) {
        let total = index.found.len();
        // The room for all rows stays while a search leaves fewer: nothing below moves.
        let all = index.entries.len();
        if all != self.all {
            self.scroller.set_property("--all", &decimal(all));
            self.all = all;
        }
        if total != self.total {
            self.list.set_property("block-size", &rows_high(total));
            self.total = total;
            self.shapes.clear();
            for row in &self.live {
                set_attribute(row.element.element(), "aria-setsize", Some(&decimal(total)));
            }
        }
        let (from, to) = self.window(total);
        let focused = self.focused();
        let wanted = |row: &Row| {
            let inside = (from..to).contains(&row.at) || focused == Some(row.at);
            inside && index.at(row.at).is_some_and(|entry| row.shows(entry))
        };
        let (mut refocus, mut nth) = (None, 0);
        while let Some(row) = self.live.get(nth) {
            if wanted(row) {
                nth += 1;
                continue;
            }
            let row = self.live.remove(nth);
            row.element.remove();
            if focused == Some(row.at) {
                refocus = Some(row.app);
            }
        }
        // The one with the focus may be in front of the window; behind it, it is behind all others.
        let ahead = usize::from(self.live.first().is_some_and(|row| row.at < from));
        for at in from..to {
            let nth = ahead + (at - from);
            let next = self.live.get(nth);
            if next.is_none_or(|row| row.at != at)
                && let Some(entry) = index.at(at)
            {
                let next = next.map(|row| row.element.clone());
                let element = self.row(entry, at);
                self.list.put_before(&element, next.as_ref());
                let (app, standing) = (Rc::clone(&entry.app), entry.standing);
                self.live.insert(nth, Row { at, app, standing, element });
            }
        }
        if let Some(row) = refocus.and_then(|app| self.live.iter().find(|row| row.app.slug == app.slug)) {
            focus_button(&row.element);
        }
    }

    /// Brings the row at `at` into view and gives it the focus.
    pub(super) fn go(&mut self, index: &Index, at: usize) {
        let scroller = self.scroller.element();
        let visible = (from_top(scroller), scroller.client_height());
        if let Some(height) = self.height() {
            let top = (height * at as f64) as i32;
            let bottom = top + height as i32;
            if top < visible.0 {
                scroller.set_scroll_top(top);
            } else if bottom > visible.0 + visible.1 {
                scroller.set_scroll_top(bottom - visible.1);
            }
        }
        self.paint(index);
        if let Some(row) = self.live.iter().find(|row| row.at == at) {
            focus_button(&row.element);
        }
    }

    /// The place of the row that has the focus.
    pub(super) fn focused(&self) -> Option<usize> {
        let active = active_in(self.list.element())?;
        self.live.iter().find(|row| row.element.element().contains(Some(&active))).map(|row| row.at)
    }

    /// Whether the focus is not to be taken from where it is.
    pub(super) fn is_elsewhere(&self) -> bool {
        is_elsewhere(self.list.element())
    }

    pub(super) fn to_top(&self) {
        self.scroller.element().set_scroll_top(0);
    }

    /// The height of one row in CSS pixels: the host may have changed it, so that the list is asked.
    fn height(&self) -> Option<f64> {
        let height = f64::from(self.list.html().offset_height()) / self.total as f64;
        (height >= 1.0).then_some(height)
    }

    fn row(&mut self, entry: &Entry, at: usize) -> El {
        let (app, described) = (&entry.app, entry.app.description.is_some());
        let known = |shape: &&Shape| shape.standing == entry.standing && shape.described == described;
        let row = self.shapes.iter().find(known).map(|shape| shape.element.copy());
        let row = row.unwrap_or_else(|| {
            let element = self.shape(entry.standing, described);
            let row = element.copy();
            self.shapes.push(Shape { standing: entry.standing, described, element });
            row
        });
        let row = row.attr("aria-posinset", &decimal(at + 1)).property("inset-block-start", &rows_high(at));
        let button = row.inner().attr("data-slug", &app.slug);
        let tile = button.inner();
        let name = tile.next().inner().text(&app.name);
        if let Some(description) = &app.description {
            let _ = name.next().text(description);
        }
        dress(tile, "t32", &app.slug, &app.name, app.icon.as_deref());
        row
    }

    fn shape(&self, standing: Standing, described: bool) -> El {
        let [connected, attention] = &self.words;
        let state = match standing {
            Standing::Free => el("span.go"),
            Standing::Connected => badge(true, el("span").text(connected)),
            Standing::Attention => badge(false, el("span").text(attention)),
        };
        let description = described.then(|| el("span.sub"));
        el("li").attr("aria-setsize", &decimal(self.total)).child(
            el("button.app type=button part=row")
                .child(bare_tile())
                .child(el("span.grow").child(el("span.name")).maybe(description))
                .child(state),
        )
    }

    fn window(&self, total: usize) -> (usize, usize) {
        if total <= FIRST {
            return (0, total);
        }
        // Nothing is asked of the layout before the first rows are shown.
        let scroller = self.scroller.element();
        if self.live.is_empty() && from_top(scroller) == 0 {
            return (0, FIRST);
        }
        let Some(height) = self.height() else { return (0, FIRST) };
        let first = (f64::from(from_top(scroller)) / height) as usize;
        let visible = (f64::from(scroller.client_height()) / height) as usize + 1;
        let from = first.saturating_sub(MARGIN).min(total);
        (from, (from + visible + 2 * MARGIN).min(total))
    }
}

fn from_top(scroller: &Element) -> i32 {
    scroller.scroll_top().max(0)
}

fn focus_button(row: &El) {
    focus(row.inner().element());
}

/// So many rows, as a length: not a custom property, which everything inside would inherit.
fn rows_high(rows: usize) -> String {
    ["calc(var(--row)*", &decimal(rows), ")"].concat()
}

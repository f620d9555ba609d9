//! The window on the list: of all rows only those in and around the visible part exist.

use super::Ui;
use super::account::{self, badge};
use super::dom::{El, active_in, el, focus};
use super::icon;
use super::index::{Entry, Index, Standing};
use super::parts::{bare_tile, dress};
use crate::decimal::decimal;
use crate::platform::model::App;
use std::sync::Arc;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

/// Rows made beyond the visible ones, on either side.
const MARGIN: usize = 8;
/// Rows made before the height of one is known.
const FIRST: usize = 30;

struct Row {
    at: usize,
    app: Arc<App>,
    element: HtmlElement,
}

/// A row without anything of its own yet, to be copied: a browser copies a tree many times faster than it is built.
struct Shape {
    standing: Standing,
    described: bool,
    element: El,
}

/// The scrolling element, the list in it, and the rows that exist.
pub(super) struct Rows {
    scroller: HtmlElement,
    list: HtmlElement,
    live: Vec<Row>,
    /// For `total` rows, in the words of the moment.
    shapes: Vec<Shape>,
    total: usize,
    all: usize,
}

impl Rows {
    pub(super) fn new(scroller: HtmlElement, list: HtmlElement) -> Self {
        Self { scroller, list, live: Vec::new(), shapes: Vec::new(), total: 0, all: 0 }
    }

    /// Forgets all rows, so that they are made anew: the words in them have changed.
    pub(super) fn clear(&mut self) {
        self.shapes.clear();
        for row in self.live.drain(..) {
            row.element.remove();
        }
    }

    /// Makes what the window shows, keeps what it showed before, and drops the rest.
    pub(super) fn paint(&mut self, ui: Ui, index: &Index) {
        let total = index.found.len();
        // The room for all rows stays while a search leaves fewer: nothing below moves.
        let all = index.entries.len();
        if all != self.all {
            let _ = self.scroller.style().set_property("--all", &decimal(all));
            self.all = all;
        }
        if total != self.total {
            let _ = self.list.style().set_property("block-size", &rows_high(total));
            self.total = total;
            self.shapes.clear();
            for row in &self.live {
                let _ = row.element.set_attribute("aria-setsize", &decimal(total));
            }
        }
        let (from, to) = self.window(total);
        let focused = self.focused();
        let wanted = |row: &Row| {
            let inside = (from..to).contains(&row.at) || focused == Some(row.at);
            inside && index.at(row.at).is_some_and(|entry| Arc::ptr_eq(&entry.app, &row.app) || entry.app == row.app)
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
        let pinned = self.live.iter().find(|row| !(from..to).contains(&row.at)).map(|row| row.at);
        let before = pinned.filter(|at| *at < from);
        let after = pinned.filter(|at| *at >= to);
        let places = before.into_iter().chain(from..to).chain(after);
        for (nth, at) in places.enumerate() {
            if self.live.get(nth).is_some_and(|row| row.at == at) {
                continue;
            }
            let Some(entry) = index.at(at) else { continue };
            let Some(element) = self.row(ui, entry, at) else { continue };
            let next = self.live.get(nth).map(|row| row.element.clone());
            let _ = self.list.insert_before(&element, next.as_ref().map(|next| next.unchecked_ref()));
            self.live.insert(nth, Row { at, app: Arc::clone(&entry.app), element });
        }
        if let Some(row) = refocus.and_then(|app| self.live.iter().find(|row| row.app.slug == app.slug)) {
            focus_button(&row.element);
        }
    }

    /// Brings the row at `at` into view and gives it the focus.
    pub(super) fn go(&mut self, ui: Ui, index: &Index, at: usize) {
        let visible = (from_top(&self.scroller), self.scroller.client_height());
        if let Some(height) = self.height() {
            let top = (height * at as f64) as i32;
            let bottom = top + height as i32;
            if top < visible.0 {
                self.scroller.set_scroll_top(top);
            } else if bottom > visible.0 + visible.1 {
                self.scroller.set_scroll_top(bottom - visible.1);
            }
        }
        self.paint(ui, index);
        if let Some(row) = self.live.iter().find(|row| row.at == at) {
            focus_button(&row.element);
        }
    }

    /// The place of the row that has the focus.
    pub(super) fn focused(&self) -> Option<usize> {
        let active = active_in(&self.list)?;
        self.live.iter().find(|row| row.element.contains(Some(&active))).map(|row| row.at)
    }

    pub(super) fn to_top(&self) {
        self.scroller.set_scroll_top(0);
    }

    /// The height of one row in CSS pixels: the host may have changed it, so that the list is asked.
    fn height(&self) -> Option<f64> {
        let height = f64::from(self.list.offset_height()) / self.total as f64;
        (height >= 1.0).then_some(height)
    }

    fn row(&mut self, ui: Ui, entry: &Entry, at: usize) -> Option<HtmlElement> {
        let (app, described) = (&entry.app, entry.app.description.is_some());
        let known = |shape: &Shape| shape.standing == entry.standing && shape.described == described;
        let at_shape = self.shapes.iter().position(known).unwrap_or_else(|| {
            let element = shape(ui, entry.standing, described, self.total);
            self.shapes.push(Shape { standing: entry.standing, described, element });
            self.shapes.len() - 1
        });
        let row = self.shapes.get(at_shape)?.element.copy().attr("aria-posinset", &decimal(at + 1));
        let row = row.property("inset-block-start", &rows_high(at));
        let button = row.element().first_element_child()?;
        let tile = button.first_element_child()?;
        let name = tile.next_element_sibling()?.first_element_child()?;
        if let (Some(line), Some(description)) = (name.next_element_sibling(), &app.description) {
            line.set_text_content(Some(description));
        }
        name.set_text_content(Some(&app.name));
        dress(tile, "t32", &app.slug, &app.name, app.icon.as_deref());
        let _ = El::of(button).attr("data-slug", &app.slug);
        Some(row.html().clone())
    }

    fn window(&self, total: usize) -> (usize, usize) {
        if total <= FIRST {
            return (0, total);
        }
        // Nothing is asked of the layout before the first rows are shown.
        if self.live.is_empty() && from_top(&self.scroller) == 0 {
            return (0, FIRST);
        }
        let Some(height) = self.height() else { return (0, FIRST) };
        let first = (f64::from(from_top(&self.scroller)) / height) as usize;
        let visible = (f64::from(self.scroller.client_height()) / height) as usize + 1;
        let from = first.saturating_sub(MARGIN).min(total);
        (from, (from + visible + 2 * MARGIN).min(total))
    }
}

fn from_top(scroller: &Element) -> i32 {
    scroller.scroll_top().max(0)
}

fn focus_button(row: &Element) {
    if let Some(button) = row.first_element_child() {
        focus(&button);
    }
}

/// So many rows, as a length: not a custom property, which everything inside would inherit.
fn rows_high(rows: usize) -> String {
    ["calc(var(--row)*", &decimal(rows), ")"].concat()
}

fn shape(ui: Ui, standing: Standing, described: bool, total: usize) -> El {
    let state = match standing {
        Standing::Free => el("span").class("go").child(icon::pointing(icon::CHEVRON)),
        state => {
            let active = state == Standing::Connected;
            badge(active, el("span").text(&ui.t(account::standing(active))))
        }
    };
    let description = described.then(|| el("span").class("sub"));
    el("li").attr("aria-setsize", &decimal(total)).child(
        el("button")
            .attr("type", "button")
            .class("app")
            .attr("part", "row")
            .child(bare_tile())
            .child(el("span").class("grow").child(el("span").class("name")).maybe(description))
            .child(state),
    )
}

//! Builds DOM nodes, and nothing but that: elements made at once, kept up to date by render effects of Leptos.
//!
//! Everything is erased early (`Box<dyn …>`), so that each kind of thing is compiled once and not once per screen. No
//! markup is parsed anywhere, which is what Trusted Types ask for, and no `style` attribute is written, which is what a
//! strict `style-src` asks for.

use super::held::keep;
use super::key::Key;
use super::{Ui, View};
use crate::browser::{self, Hear, Listener};
use crate::cut::cut;
use crate::flow;
use leptos::prelude::{Owner, RenderEffect, untrack};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Comment, Document, Element, Event, HtmlElement, HtmlInputElement, Node, ShadowRoot};

const SVG: &str = "http://www.w3.org/2000/svg";

/// A text to be read again and again. Its own trait, since a `dyn Fn` drags two more functions into the program for each
/// closure.
trait Read {
    fn read(&self, ui: &Ui) -> Option<String>;
}

impl<F: Fn(&Ui) -> Option<String>> Read for F {
    fn read(&self, ui: &Ui) -> Option<String> {
        self(ui)
    }
}

/// As [`Read`], for what holds or not.
trait Hold {
    fn holds(&self, ui: &Ui) -> bool;
}

impl<F: Fn(&Ui) -> bool> Hold for F {
    fn holds(&self, ui: &Ui) -> bool {
        self(ui)
    }
}

/// As [`Read`], for what is run again whenever something that it read has changed.
pub(super) trait Run {
    fn run(&mut self);
}

impl<F: FnMut()> Run for F {
    fn run(&mut self) {
        self();
    }
}

/// As [`Read`], for what the user's doing means to the flow.
trait Tell {
    fn tell(&self, ui: &Ui, event: &Event) -> Option<flow::Event>;
}

impl<F: Fn(&Ui, &Event) -> Option<flow::Event>> Tell for F {
    fn tell(&self, ui: &Ui, event: &Event) -> Option<flow::Event> {
        self(ui, event)
    }
}

/// The element under construction; a cheap handle, like the DOM's own.
#[derive(Clone)]
pub(super) struct El(Element);

/// A new HTML element in a few words: its tag, its classes behind dots, its attributes; one without a value is empty.
/// `input.input type=search part=search spellcheck=false`
pub(super) fn el(words: &str) -> El {
    let (name, attributes) = cut(words, b' ');
    let (tag, mut classes) = cut(name, b'.');
    let made = El(document().create_element(tag).unwrap_or_else(|error| wasm_bindgen::throw_val(error)));
    let mut names = String::new();
    while !classes.is_empty() {
        let (class, more) = cut(classes, b'.');
        names.push_str(if names.is_empty() { "" } else { " " });
        names.push_str(class);
        classes = more;
    }
    let made = if names.is_empty() { made } else { made.class(&names) };
    made.with(attributes)
}

/// A new SVG element.
pub(super) fn svg(tag: &str) -> El {
    El(document().create_element_ns(Some(SVG), tag).unwrap_or_else(|error| wasm_bindgen::throw_val(error)))
}

pub(super) fn document() -> Document {
    browser::document().unwrap_or_else(|| wasm_bindgen::throw_val(JsValue::NULL))
}

impl El {
    pub(super) fn of(element: Element) -> Self {
        Self(element)
    }

    pub(super) fn element(&self) -> &Element {
        &self.0
    }

    pub(super) fn html(&self) -> &HtmlElement {
        self.0.unchecked_ref()
    }

    /// Another one like it, with all that is in it but without what it follows or listens to.
    pub(super) fn copy(&self) -> Self {
        let copy = self.0.clone_node_with_deep(true).unwrap_or_else(|error| wasm_bindgen::throw_val(error));
        Self(copy.unchecked_into())
    }

    pub(super) fn class(self, names: &str) -> Self {
        self.attr("class", names)
    }

    pub(super) fn attr(self, name: &str, value: &str) -> Self {
        set_attribute(&self.0, name, Some(value));
        self
    }

    /// Attributes, written as for [`el`].
    pub(super) fn with(self, mut attributes: &str) -> Self {
        while !attributes.is_empty() {
            let (attribute, more) = cut(attributes, b' ');
            let (name, value) = cut(attribute, b'=');
            set_attribute(&self.0, name, Some(value));
            attributes = more;
        }
        self
    }

    /// An attribute that follows what `value` reads; `None` removes it.
    pub(super) fn attr_with(
        self,
        ui: &Ui,
        name: &'static str,
        value: impl Fn(&Ui) -> Option<String> + 'static,
    ) -> Self {
        follow(ui.view, &self.0, Some(name), Box::new(value));
        self
    }

    /// An attribute that is there or not: `disabled`, `hidden`.
    pub(super) fn flag(self, ui: &Ui, name: &'static str, on: impl Fn(&Ui) -> bool + 'static) -> Self {
        follow_flag(ui.view, &self.0, name, ("", None), Box::new(on));
        self
    }

    /// An ARIA state, which is always written out.
    pub(super) fn state(self, ui: &Ui, name: &'static str, on: impl Fn(&Ui) -> bool + 'static) -> Self {
        follow_flag(ui.view, &self.0, name, ("true", Some("false")), Box::new(on));
        self
    }

    /// A property, set through the CSSOM, which a strict CSP allows.
    pub(super) fn set_property(&self, name: &str, value: &str) {
        let _ = self.html().style().set_property(name, value);
    }

    /// As [`El::set_property`], while it is made.
    pub(super) fn property(self, name: &str, value: &str) -> Self {
        self.set_property(name, value);
        self
    }

    /// What a control has; `HtmlInputElement` stands for text areas and selections, too.
    pub(super) fn set_value(&self, value: &str) {
        self.0.unchecked_ref::<HtmlInputElement>().set_value(value);
    }

    pub(super) fn remove(&self) {
        self.0.remove();
    }

    /// Takes a child in before another, or as the last.
    pub(super) fn put_before(&self, child: &Self, next: Option<&Self>) {
        let _ = self.0.insert_before(&child.0, next.map(|next| next.0.unchecked_ref()));
    }

    /// The first element in it; itself where there is none.
    pub(super) fn inner(&self) -> Self {
        self.0.first_element_child().map_or_else(|| self.clone(), Self)
    }

    /// The element behind it; itself where there is none.
    pub(super) fn next(&self) -> Self {
        self.0.next_element_sibling().map_or_else(|| self.clone(), Self)
    }

    /// Text that stays. Never parsed: whatever it contains is shown as it is.
    pub(super) fn text(self, text: &str) -> Self {
        self.0.set_text_content(Some(text));
        self
    }

    /// Text that follows what `text` reads; a text that did not change touches nothing.
    pub(super) fn text_with(self, ui: &Ui, text: impl Fn(&Ui) -> String + 'static) -> Self {
        follow(ui.view, &self.0, None, Box::new(move |ui: &Ui| Some(text(ui))));
        self
    }

    pub(super) fn child(self, child: El) -> Self {
        self.put_before(&child, None);
        self
    }

    pub(super) fn maybe(self, child: Option<El>) -> Self {
        match child {
            Some(child) => self.child(child),
            None => self,
        }
    }

    pub(super) fn children(self, children: impl IntoIterator<Item = El>) -> Self {
        children.into_iter().fold(self, El::child)
    }

    /// Listens until the current owner is cleaned up.
    pub(super) fn on(self, event: &'static str, handler: impl Fn(&Event) + 'static) -> Self {
        listen(&self.0, event, false, Box::new(move |event: &JsValue| handler(event.unchecked_ref())));
        self
    }

    /// As [`El::on`], in the capture phase: for events that do not bubble.
    pub(super) fn on_capture(self, event: &'static str, handler: impl Fn(&Event) + 'static) -> Self {
        listen(&self.0, event, true, Box::new(move |event: &JsValue| handler(event.unchecked_ref())));
        self
    }

    /// As [`El::on`], for what is sent to the flow, inside the browser's event.
    pub(super) fn tells(
        self,
        ui: &Ui,
        event: &'static str,
        told: impl Fn(&Ui, &Event) -> Option<flow::Event> + 'static,
    ) -> Self {
        tell(ui.view, &self, event, Box::new(told));
        self
    }

    /// At most one child at this place, built anew whenever `key` writes something else and only then.
    pub(super) fn slot(
        self,
        ui: &Ui,
        key: impl Fn(&Ui, &mut Key) + 'static,
        build: impl Fn(&Ui) -> Option<El> + 'static,
    ) -> Self {
        slot(ui.view, &self.0, Box::new(Keyed { key, build }));
        self
    }

    /// A child that is there while `on` holds.
    pub(super) fn when(self, ui: &Ui, on: impl Fn(&Ui) -> bool + 'static, build: impl Fn(&Ui) -> El + 'static) -> Self {
        slot(ui.view, &self.0, Box::new(While { on, build }));
        self
    }
}

/// What is at a place in dependence on what is shown.
trait Place {
    /// Writes down what it depends on.
    fn key(&self, ui: &Ui, key: &mut Key);
    fn build(&self, ui: &Ui) -> Option<El>;
}

struct Keyed<K, B> {
    key: K,
    build: B,
}

impl<K: Fn(&Ui, &mut Key), B: Fn(&Ui) -> Option<El>> Place for Keyed<K, B> {
    fn key(&self, ui: &Ui, key: &mut Key) {
        (self.key)(ui, key);
    }

    fn build(&self, ui: &Ui) -> Option<El> {
        (self.build)(ui)
    }
}

struct While<F, B> {
    on: F,
    build: B,
}

impl<F: Fn(&Ui) -> bool, B: Fn(&Ui) -> El> Place for While<F, B> {
    fn key(&self, ui: &Ui, key: &mut Key) {
        key.flag((self.on)(ui));
    }

    fn build(&self, ui: &Ui) -> Option<El> {
        (self.on)(ui).then(|| (self.build)(ui))
    }
}

/// Runs at once, and again whenever something that it read has changed; ends with the current owner.
pub(super) fn effect(mut run: Box<dyn Run>) {
    keep(RenderEffect::new(move |_: Option<()>| run.run()));
}

/// After what is being built is in the document.
pub(super) use crate::browser::later;

/// Gives an element the focus.
pub(super) fn focus(element: &Element) {
    let _ = element.unchecked_ref::<HtmlElement>().focus();
}

/// Gives an element the focus once what is being built is in the document.
pub(super) fn focus_soon(element: &Element) {
    focus_in_soon(element, "");
}

/// As [`focus_soon`], for the first that is found in an element.
pub(super) fn focus_in_soon(element: &Element, selector: &str) {
    let (element, selector) = (element.clone(), selector.to_owned());
    let find = move || match selector.as_str() {
        "" => focus(&element),
        selector => element.query_selector(selector).ok().flatten().iter().for_each(focus),
    };
    // It may only come with what a listener answers, which is sent when this was asked for already.
    later(Box::new(move || later(Box::new(find))));
}

/// Whether something of the host's page has the focus, which nothing here may take from it. `element` is in a shadow root.
pub(super) fn is_elsewhere(element: &Element) -> bool {
    document().active_element().is_some_and(|active| {
        let root = element.get_root_node().dyn_into::<ShadowRoot>();
        // Of a shadow root inside others the document knows the outermost host alone.
        let other = |root: ShadowRoot| root.host() != active && root.active_element().is_none();
        !active.matches("body").unwrap_or(false) && root.is_ok_and(other)
    })
}

/// What has the focus inside `element`, which may be in a shadow root.
pub(super) fn active_in(element: &Element) -> Option<Element> {
    let root = element.get_root_node().dyn_into::<ShadowRoot>().ok()?;
    root.active_element().filter(|active| element.contains(Some(active)))
}

/// What the control has that an event is about.
pub(super) fn value_of(event: &Event) -> String {
    let control = event.target();
    control.map(|control| control.unchecked_ref::<HtmlInputElement>().value()).unwrap_or_default()
}

pub(super) fn set_attribute(element: &Element, name: &str, value: Option<&str>) {
    // The names are the project's own constants, so that neither call can fail.
    let _ = match value {
        Some(value) => element.set_attribute(name, value),
        None => element.remove_attribute(name),
    };
}

/// An attribute, or the text where there is no name of one; what did not change touches nothing.
fn follow(view: View, element: &Element, name: Option<&'static str>, read: Box<dyn Read>) {
    let element = element.clone();
    let mut last = None;
    effect(Box::new(move || {
        let next = Some(view.read(|ui| read.read(ui)));
        if last != next {
            let value = next.as_ref().and_then(Option::as_deref);
            match name {
                Some(name) => set_attribute(&element, name, value),
                None => element.set_text_content(value),
            }
            last = next;
        }
    }));
}

/// An attribute that is written in one way while `read` holds, and in another or not at all while it does not.
fn follow_flag(
    view: View,
    element: &Element,
    name: &'static str,
    (on, off): (&'static str, Option<&'static str>),
    read: Box<dyn Hold>,
) {
    let element = element.clone();
    let mut last = None;
    effect(Box::new(move || {
        let next = view.read(|ui| read.holds(ui));
        if last.replace(next) != Some(next) {
            set_attribute(&element, name, if next { Some(on) } else { off });
        }
    }));
}

/// Until the current owner is cleaned up: an element that has left the page can still get an event, a scroll that was
/// under way for one.
fn listen(element: &Element, event: &'static str, capture: bool, handler: Box<dyn Hear>) {
    if let Some(listener) = Listener::add(element, event, capture, handler) {
        keep(listener);
    }
}

/// What is sent is made of the state that is lent meanwhile, and sent when it no longer is.
fn tell(view: View, element: &El, event: &'static str, told: Box<dyn Tell>) {
    let hear = move |event: &JsValue| {
        // Nobody follows what is read here.
        if let Some(event) = untrack(|| view.read(|ui| told.tell(ui, event.unchecked_ref()))) {
            view.send(event);
        }
    };
    listen(&element.0, event, false, Box::new(hear));
}

fn slot(view: View, parent: &Element, place: Box<dyn Place>) {
    let anchor: Comment = document().create_comment("");
    let _ = parent.insert_before(&anchor, None);
    // A child knows its parent weakly, so that an effect of the parent may hold it.
    let owner = Owner::new();
    let (mut shown, mut live): (_, Option<El>) = (None, None);
    effect(Box::new(move || {
        let mut key = Key::default();
        view.read(|ui| place.key(ui, &mut key));
        if shown.as_ref() == Some(&key) {
            return;
        }
        shown = Some(key);
        untrack(|| {
            let lost = live.as_ref().is_some_and(|node| active_in(&node.0).is_some());
            if let Some(node) = &live {
                node.remove();
            }
            owner.cleanup();
            live = owner.with(|| view.read(|ui| place.build(ui)));
            let parent = anchor.parent_element();
            if let (Some(node), Some(parent)) = (&live, &parent) {
                let _ = parent.insert_before(&node.0, Some(anchor.unchecked_ref::<Node>()));
            }
            // Whoever had the focus in what is gone finds it at the heading, unless something better takes it later.
            let section = parent.filter(|_| lost).and_then(|parent| parent.closest("section, .cf").ok().flatten());
            if let Some(Ok(Some(heading))) = section.map(|section| section.query_selector("h2")) {
                focus(&heading);
            }
        });
    }));
}

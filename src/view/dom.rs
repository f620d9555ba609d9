//! Builds DOM nodes, and nothing but that: elements made at once, kept up to date by render effects of Leptos.
//!
//! Everything is erased early (`Box<dyn …>`), so that each kind of thing is compiled once and not once per screen. No
//! markup is parsed anywhere, which is what Trusted Types ask for, and no `style` attribute is written, which is what a
//! strict `style-src` asks for.

use leptos::prelude::{Owner, RenderEffect, StoredValue, untrack};
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;
use web_sys::{Comment, Document, Element, Event, HtmlElement, Node, ShadowRoot};

const SVG: &str = "http://www.w3.org/2000/svg";

/// The element under construction; a cheap handle, like the DOM's own.
#[derive(Clone)]
pub(super) struct El(Element);

/// A new HTML element.
pub(super) fn el(tag: &str) -> El {
    El(document().create_element(tag).unwrap_or_else(|error| wasm_bindgen::throw_val(error)))
}

/// A new SVG element.
pub(super) fn svg(tag: &str) -> El {
    El(document().create_element_ns(Some(SVG), tag).unwrap_or_else(|error| wasm_bindgen::throw_val(error)))
}

fn document() -> Document {
    leptos::tachys::dom::document()
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

    pub(super) fn class(self, names: &str) -> Self {
        self.attr("class", names)
    }

    pub(super) fn attr(self, name: &str, value: &str) -> Self {
        set_attribute(&self.0, name, Some(value));
        self
    }

    /// An attribute that follows what `value` reads; `None` removes it.
    pub(super) fn attr_with(self, name: &'static str, value: impl Fn() -> Option<String> + 'static) -> Self {
        let element = self.0.clone();
        watch(Box::new(value), Box::new(move |value| set_attribute(&element, name, value)));
        self
    }

    /// An attribute that is there or not: `disabled`, `hidden`.
    pub(super) fn flag(self, name: &'static str, on: impl Fn() -> bool + 'static) -> Self {
        self.attr_with(name, move || on().then(String::new))
    }

    /// An ARIA state, which is always written out.
    pub(super) fn state(self, name: &'static str, on: impl Fn() -> bool + 'static) -> Self {
        self.attr_with(name, move || Some(if on() { "true" } else { "false" }.to_owned()))
    }

    /// A custom property, set through the CSSOM, which a strict CSP allows.
    pub(super) fn property(self, name: &str, value: &str) -> Self {
        let _ = self.html().style().set_property(name, value);
        self
    }

    /// Text that stays. Never parsed: whatever it contains is shown as it is.
    pub(super) fn text(self, text: &str) -> Self {
        self.0.set_text_content(Some(text));
        self
    }

    /// Text that follows what `text` reads; a text that did not change touches nothing.
    pub(super) fn text_with(self, text: impl Fn() -> String + 'static) -> Self {
        let element = self.0.clone();
        watch(Box::new(move || Some(text())), Box::new(move |text| element.set_text_content(text)));
        self
    }

    pub(super) fn child(self, child: El) -> Self {
        let _ = self.0.append_child(&child.0);
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
    pub(super) fn on(self, event: &str, handler: impl FnMut(Event) + 'static) -> Self {
        listen(&self.0, event, false, Box::new(handler));
        self
    }

    /// As [`El::on`], in the capture phase: for events that do not bubble.
    pub(super) fn on_capture(self, event: &str, handler: impl FnMut(Event) + 'static) -> Self {
        listen(&self.0, event, true, Box::new(handler));
        self
    }

    /// At most one child at this place, built anew whenever `key` changes and only then.
    pub(super) fn slot<K: PartialEq + Clone + 'static>(
        self,
        key: impl Fn() -> K + 'static,
        build: impl Fn(K) -> Option<El> + 'static,
    ) -> Self {
        let current: Rc<RefCell<Option<K>>> = Rc::default();
        let latest = Rc::clone(&current);
        slot(
            &self.0,
            Box::new(move || {
                let next = Some(key());
                let changed = *current.borrow() != next;
                *current.borrow_mut() = next;
                changed
            }),
            Box::new(move || {
                let key = latest.borrow().clone();
                key.and_then(&build)
            }),
        );
        self
    }

    /// A child that is there while `on` holds.
    pub(super) fn when(self, on: impl Fn() -> bool + 'static, build: impl Fn() -> El + 'static) -> Self {
        self.slot(on, move |on| on.then(&build))
    }
}

/// Runs at once, and again whenever something that it read has changed; ends with the current owner.
pub(super) fn effect(mut run: Box<dyn FnMut()>) {
    let effect = RenderEffect::new(move |_: Option<()>| run());
    let _ = StoredValue::new_local(effect);
}

/// Runs after what is being built is in the document.
pub(super) fn later(run: Box<dyn FnOnce()>) {
    wasm_bindgen_futures::spawn_local(async move { run() });
}

/// Gives an element the focus.
pub(super) fn focus(element: &Element) {
    let _ = element.unchecked_ref::<HtmlElement>().focus();
}

/// What has the focus inside `element`, which may be in a shadow root.
pub(super) fn active_in(element: &Element) -> Option<Element> {
    let root = element.get_root_node().dyn_into::<ShadowRoot>().ok()?;
    root.active_element().filter(|active| element.contains(Some(active)))
}

/// Keeps a value alive until the current owner is cleaned up, then drops it.
pub(super) fn keep<T: 'static>(value: T) {
    let _ = StoredValue::new_local(value);
}

fn set_attribute(element: &Element, name: &str, value: Option<&str>) {
    // The names are the project's own constants, so that neither call can fail.
    let _ = match value {
        Some(value) => element.set_attribute(name, value),
        None => element.remove_attribute(name),
    };
}

fn watch(read: Box<dyn Fn() -> Option<String>>, mut write: Box<dyn FnMut(Option<&str>)>) {
    let mut last: Option<Option<String>> = None;
    effect(Box::new(move || {
        let next = read();
        if last.as_ref() != Some(&next) {
            write(next.as_deref());
            last = Some(next);
        }
    }));
}

fn listen(element: &Element, event: &str, capture: bool, handler: Box<dyn FnMut(Event)>) {
    let closure = Closure::wrap(handler);
    let function = closure.as_ref().unchecked_ref();
    let _ = element.add_event_listener_with_callback_and_bool(event, function, capture);
    keep(closure);
}

fn slot(parent: &Element, mut changed: Box<dyn FnMut() -> bool>, build: Box<dyn Fn() -> Option<El>>) {
    let anchor: Comment = document().create_comment("");
    let _ = parent.append_child(&anchor);
    // Weak: the effect lives in its owner's arena, and must not keep that owner alive.
    let outer = Owner::current().map(|owner| owner.downgrade());
    let mut live: Option<(Owner, Option<El>)> = None;
    effect(Box::new(move || {
        if !changed() {
            return;
        }
        let Some(outer) = outer.as_ref().and_then(|outer| outer.upgrade()) else { return };
        untrack(|| {
            let mut lost = false;
            if let Some((owner, node)) = live.take() {
                if let Some(node) = node {
                    lost = active_in(&node.0).is_some();
                    node.0.remove();
                }
                owner.cleanup();
            }
            let owner = outer.child();
            let node = owner.with(&build);
            if let (Some(node), Some(parent)) = (&node, anchor.parent_node()) {
                let _ = parent.insert_before(&node.0, Some(anchor.unchecked_ref::<Node>()));
            }
            live = Some((owner, node));
            // Whoever had the focus in what is gone finds it at the heading, unless something better takes it later.
            let section = anchor.parent_element().and_then(|parent| parent.closest("section").ok().flatten());
            if let Some(section) = section.filter(|_| lost)
                && let Ok(Some(heading)) = section.query_selector("h2")
            {
                focus(&heading);
            }
        });
    }));
}

//! Rules: conditions in groups, all or any of them met, groups within groups.

use super::super::Ui;
use super::super::dom::{El, el, focus_in_soon, value_of};
use super::super::icon;
use super::super::key::Key;
use super::super::parts::{Weight, bare_button, icon_button};
use super::place::{Path, Place};
use super::{choose, configuring};
use crate::decimal::decimal;
use crate::flow::{Loaded, State, rules as tree};
use crate::platform::json::Value;
use crate::platform::model::config::{Choice, Column, FieldKind, RuleColumns};
use std::rc::Rc;
use web_sys::Element;

/// Groups can be nested this deep from here; deeper ones that exist are shown as they are.
const MAX_DEPTH: usize = 10;

/// What the rows of one field share.
struct Rules {
    /// Of the whole field.
    place: Rc<Place>,
    frame: Element,
}

pub(super) fn rules(ui: &Ui, place: &Rc<Place>) -> El {
    let frame = el("div");
    let rules = Rc::new(Rules { place: Rc::clone(place), frame: frame.element().clone() });
    let shape = Rc::clone(place);
    frame.slot(
        ui,
        // Built anew only when groups or conditions come and go, so that typing disturbs nothing.
        move |ui, key| note_shape(&shape.root(ui.state), 0, key),
        move |ui| Some(rules.group(ui, &Path::default(), &rules.place.root(ui.state))),
    )
}

fn note_shape(node: &Value, depth: usize, key: &mut Key) {
    let items = node.get("conditions").map_or(&[][..], Value::items);
    key.number(items.len());
    for item in items.iter().filter(|_| depth < MAX_DEPTH) {
        let group = item.get("conditions").is_some();
        key.flag(group);
        if group {
            note_shape(item, depth + 1, key);
        }
    }
}

impl Rules {
    /// The columns that the field lists itself.
    fn own<'a>(&self, state: &'a State) -> Option<&'a RuleColumns> {
        match &*self.place.field(state)?.kind {
            FieldKind::Rules(columns) => Some(columns),
            _ => None,
        }
    }

    /// What is compared in the condition at a path, and the columns for that, once they are there.
    fn columns<'a>(&self, state: &'a State, path: &Path) -> (Option<&'a Value>, Option<&'a RuleColumns>) {
        let lhs = self.place.rule(path, "lhs", None).value(state).filter(|lhs| !lhs.is_empty());
        let rule = configuring(state).and_then(|at| {
            at.asked.iter().find(|rule| rule.rule && rule.field == *self.place.key() && Some(&rule.value) == lhs)
        });
        let columns = match rule.map(|rule| &rule.answer) {
            Some(Loaded::Loading) => None,
            Some(Loaded::Ready(kind)) if let FieldKind::Rules(columns) = &**kind => Some(columns),
            // What the field lists itself is better than nothing.
            _ => self.own(state),
        };
        (lhs, columns)
    }

    /// Gives the focus to what is at a path once it is there.
    fn go(&self, path: &[usize], name: &str) {
        let selector = ["[data-at=\"", &dotted(path), "\"] ", name].concat();
        focus_in_soon(&self.frame, &selector);
    }

    fn group(self: &Rc<Self>, ui: &Ui, path: &Path, node: &Value) -> El {
        let items = node.get("conditions").map_or(&[][..], Value::items);
        let rows = items.iter().enumerate().map(|(nth, item)| {
            let path = below(path, nth);
            match item {
                Value::Object(_) if item.get("conditions").is_none() => self.condition(ui, &path),
                Value::Object(_) if path.len() < MAX_DEPTH => self.group(ui, &path, item),
                _ => el("div.kept.condition").child(el("pre dir=ltr").text(&item.pretty())).child(self.remove(
                    ui,
                    &path,
                    "config.rule.remove",
                )),
            }
        });
        let logic = (!items.is_empty()).then(|| {
            let named = |key: &'static str, value: &str| Choice { name: ui.t(key), value: Value::text(value) };
            let options = [named("config.rule.all", "AND"), named("config.rule.any", "OR")];
            let select = choose::one(ui, &self.place.rule(path, "logic", None), &options, node.get("logic"));
            choose::framed(select.named(ui, "config.rule.logic"))
        });
        let buttons = el("div.actions.row").child(self.add(ui, path, "config.rule.add", || {
            let part = |name: &str| (name.to_owned(), Value::Text(String::new()));
            Value::Object(["lhs", "operator", "rhs"].map(part).into())
        }));
        let deep = path.len() + 1 >= MAX_DEPTH;
        let buttons = buttons
            .maybe((!deep).then(|| self.add(ui, path, "config.rule.add_group", tree::empty_group)))
            .maybe((!path.is_empty()).then(|| self.remove(ui, path, "config.rule.remove_group")));
        el("div.group")
            .attr("data-at", &dotted(path))
            .with("role=group")
            .named(ui, "config.rule.group")
            .maybe(logic)
            .children(rows)
            .child(buttons)
    }

    fn add(self: &Rc<Self>, ui: &Ui, path: &Path, key: &'static str, item: fn() -> Value) -> El {
        let (rules, path) = (Rc::clone(self), Rc::clone(path));
        bare_button(Weight::Secondary).class("b b-secondary small").say(ui, key).tells(ui, "click", move |ui, _| {
            let mut root = rules.place.root(ui.state);
            let list = tree::at(&root, &path).and_then(|node| node.get("conditions"));
            let new = below(&path, list.map_or(0, |list| list.items().len()));
            tree::push(&mut root, &path, item());
            rules.go(&new, "select, input, button");
            rules.place.choose(root)
        })
    }

    fn remove(self: &Rc<Self>, ui: &Ui, path: &Path, key: &'static str) -> El {
        let (rules, path) = (Rc::clone(self), Rc::clone(path));
        icon_button(ui, key, icon::icon(icon::CLOSE)).tells(ui, "click", move |ui, _| {
            let mut root = rules.place.root(ui.state);
            tree::remove(&mut root, &path);
            let outer = path.split_last().map_or(&[][..], |(_, outer)| outer);
            rules.go(outer, ".b-secondary");
            rules.place.choose(root)
        })
    }

    fn condition(self: &Rc<Self>, ui: &Ui, path: &Path) -> El {
        let lhs = self.own(ui.state).map(|own| self.column(ui, path, "lhs", &own.lhs));
        let frame = el("div.condition").attr("data-at", &dotted(path)).maybe(lhs);
        let remove = self.remove(ui, path, "config.rule.remove");
        let (asked, at) = (Rc::clone(self), Rc::clone(path));
        let (rules, path) = (Rc::clone(self), Rc::clone(path));
        let compared = frame.slot(
            ui,
            move |ui, key| {
                let (lhs, columns) = asked.columns(ui.state, &at);
                key.maybe(lhs.map(Value::write).as_deref());
                key.flag(columns.is_some());
                key.flag(columns.zip(asked.own(ui.state)).is_some_and(|(columns, own)| std::ptr::eq(columns, own)));
            },
            move |ui| {
                let (lhs, columns) = rules.columns(ui.state, &path);
                let Some(columns) = columns else {
                    let waiting = el("span.sub role=status");
                    return Some(waiting.say(ui, "config.loading"));
                };
                lhs?;
                // Operator and right-hand side, once it is known what is compared.
                let operator = rules.column(ui, &path, "operator", &columns.operator);
                let rhs = rules.column(ui, &path, "rhs", &columns.rhs);
                Some(el("div.comparison").child(operator).child(rhs))
            },
        );
        compared.child(remove)
    }

    fn column(&self, ui: &Ui, path: &Path, name: &'static str, column: &Column) -> El {
        let place = self.place.rule(path, name, column.kind.as_deref());
        let current = place.value(ui.state);
        let title = column.name.clone();
        let label = move |ui: &Ui| Some(title.clone().unwrap_or_else(|| ui.t(&["config.rule.", name].concat())));
        if !column.options.is_empty() {
            return choose::framed(choose::one(ui, &place, &column.options, current).attr_with(
                ui,
                "aria-label",
                label,
            ));
        }
        let input = el(match column.kind.as_deref() {
            Some("number") => "input.input dir=auto type=text inputmode=decimal",
            Some("date") => "input.input dir=auto type=date inputmode=none",
            _ => "input.input dir=auto type=text inputmode=text",
        });
        input.set_value(current.and_then(Value::plain).unwrap_or_default());
        let number = matches!(current, Some(Value::Number(_)));
        input.attr_with(ui, "aria-label", label).tells(ui, "input", move |ui, event| {
            let text = value_of(event);
            // A number that came as one stays one.
            place.put(ui.state, Some(Value::number(&text).filter(|_| number).unwrap_or(Value::Text(text))))
        })
    }
}

fn below(path: &Path, nth: usize) -> Path {
    let mut below = Vec::clone(path);
    below.push(nth);
    Rc::new(below)
}

/// A path as it stands in the document.
fn dotted(path: &[usize]) -> String {
    let mut text = String::new();
    for at in path {
        text.push_str(if text.is_empty() { "" } else { "." });
        text.push_str(&decimal(*at));
    }
    text
}

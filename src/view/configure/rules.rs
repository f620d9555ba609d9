//! Rules: conditions in groups, all or any of them met, groups within groups.

use super::super::dom::{El, el, focus, later};
use super::super::icon;
use super::super::parts::{Weight, bare_button, icon_button};
use super::field::Context;
use super::{choose, read};
use crate::flow::{Loaded, rules as tree};
use crate::gather::Gather;
use crate::platform::json::Value;
use crate::platform::model::config::{Choice, Column, FieldKind, RuleColumns};
use std::rc::Rc;
use std::sync::Arc;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlInputElement};

/// Groups can be nested this deep from here; deeper ones that exist are shown as they are.
const MAX_DEPTH: usize = 10;

/// What the rows of one field share.
#[derive(Clone)]
struct Rules {
    context: Context,
    columns: Arc<RuleColumns>,
    frame: Element,
}

type Path = Rc<[usize]>;

pub(super) fn rules(context: &Context, columns: &Arc<RuleColumns>) -> El {
    let frame = el("div");
    let rules = Rules { context: context.clone(), columns: Arc::clone(columns), frame: frame.element().clone() };
    let shape = rules.clone();
    frame.slot(
        // Built anew only when groups or conditions come and go, so that typing disturbs nothing.
        move || shape_of(&shape.root(), 0),
        move |_| Some(rules.group(&Path::from([]), &rules.root())),
    )
}

fn shape_of(node: &Value, depth: usize) -> Vec<usize> {
    let items = node.get("conditions").map_or(&[][..], Value::items);
    let mut shape = vec![depth, items.len()];
    for item in items.iter().filter(|_| depth < MAX_DEPTH) {
        let group = item.get("conditions").is_some();
        shape.push(usize::from(group));
        if group {
            shape.extend(shape_of(item, depth + 1));
        }
    }
    shape
}

impl Rules {
    fn root(&self) -> Value {
        self.context.current().filter(|value| !value.is_empty()).unwrap_or_else(tree::empty_group)
    }

    fn node(&self, path: &[usize]) -> Value {
        tree::at(&self.root(), path).cloned().unwrap_or(Value::Null)
    }

    fn part(&self, path: &[usize], name: &str) -> Option<Value> {
        self.node(path).get(name).cloned()
    }

    fn set(&self, path: &[usize], name: &str, value: Value) {
        self.context.choose(tree::set(&self.root(), path, name, Some(value)));
    }

    /// Gives the focus to what is at a path once it is there.
    fn go(&self, path: &[usize], name: &str) {
        let selector = ["[data-at=\"", &place(path), "\"] ", name].concat();
        let frame = self.frame.clone();
        later(Box::new(move || {
            if let Ok(Some(target)) = frame.query_selector(&selector) {
                focus(&target);
            }
        }));
    }

    fn group(&self, path: &Path, node: &Value) -> El {
        let ui = self.context.ui;
        let items = node.get("conditions").map_or(&[][..], Value::items);
        let rows = items.iter().enumerate().map(|(nth, item)| {
            let path: Path = path.iter().copied().chain([nth]).gather().into();
            match item {
                Value::Object(_) if item.get("conditions").is_none() => self.condition(&path),
                Value::Object(_) if path.len() < MAX_DEPTH => self.group(&path, item),
                _ => el("div.kept.condition")
                    .child(el("pre dir=ltr").text(&item.pretty()))
                    .child(self.remove(&path, "config.rule.remove")),
            }
        });
        let logic = (!items.is_empty()).then(|| {
            let named = |key: &'static str, value: &str| Choice { name: ui.t(key), value: Value::text(value) };
            let options = [named("config.rule.all", "AND"), named("config.rule.any", "OR")];
            let (rules, at) = (self.clone(), Rc::clone(path));
            let chosen = Rc::new(move |value: Option<Value>| {
                if let Some(value) = value {
                    rules.set(&at, "logic", value);
                }
            });
            let select = choose::one(ui, &options, node.get("logic"), chosen);
            choose::framed(select.named(ui, "config.rule.logic"))
        });
        let deep = path.len() + 1 >= MAX_DEPTH;
        let buttons = [
            Some(self.add(path, "config.rule.add", |_| {
                let part = |name: &str| (name.to_owned(), Value::Text(String::new()));
                Value::Object(["lhs", "operator", "rhs"].map(part).into())
            })),
            (!deep).then(|| self.add(path, "config.rule.add_group", |_| tree::empty_group())),
            (!path.is_empty()).then(|| self.remove(path, "config.rule.remove_group")),
        ];
        el("div.group")
            .attr("data-at", &place(path))
            .with("role=group")
            .named(ui, "config.rule.group")
            .maybe(logic)
            .children(rows)
            .child(el("div.actions.row").children(buttons.into_iter().flatten()))
    }

    fn add(&self, path: &Path, key: &'static str, item: fn(&Self) -> Value) -> El {
        let (ui, rules, path) = (self.context.ui, self.clone(), Rc::clone(path));
        bare_button(Weight::Secondary).class("b b-secondary small").say(ui, key).on("click", move |_| {
            let nth = rules.node(&path).get("conditions").map_or(0, |list| list.items().len());
            rules.context.choose(tree::push(&rules.root(), &path, &item(&rules)));
            let new = path.iter().copied().chain([nth]).gather();
            rules.go(&new, "select, input, button");
        })
    }

    fn remove(&self, path: &Path, key: &'static str) -> El {
        let (rules, path) = (self.clone(), Rc::clone(path));
        icon_button(self.context.ui, key, icon::icon(icon::CLOSE)).on("click", move |_| {
            rules.context.choose(tree::remove(&rules.root(), &path));
            let outer = path.split_last().map_or(&[][..], |(_, outer)| outer);
            rules.go(outer, ".b-secondary");
        })
    }

    fn condition(&self, path: &Path) -> El {
        let (ui, key) = (self.context.ui, Rc::clone(&self.context.key));
        let (rules, at) = (self.clone(), Rc::clone(path));
        let lhs = self.column(
            path,
            "lhs",
            &self.columns.lhs,
            Rc::new(move |value| {
                let mut root = tree::set(&rules.root(), &at, "lhs", Some(value));
                for name in ["operator", "rhs"] {
                    root = tree::set(&root, &at, name, Some(Value::Text(String::new())));
                }
                rules.context.choose(tree::set(&root, &at, "type", None));
            }),
        );
        let (rules, at, own) = (self.clone(), Rc::clone(path), Arc::clone(&self.columns));
        let offered = move || {
            let lhs = rules.part(&at, "lhs").filter(|lhs| !lhs.is_empty());
            let columns = read(ui, |state| {
                let rule = state.rules.iter().find(|rule| rule.field == *key && Some(&rule.value) == lhs.as_ref());
                match rule.map(|rule| &rule.answer) {
                    Some(Loaded::Loading) => None,
                    Some(Loaded::Ready(kind)) if let FieldKind::Rules(columns) = &**kind => Some(Arc::clone(columns)),
                    // What the field lists itself is better than nothing.
                    _ => Some(Arc::clone(&own)),
                }
            });
            (lhs, columns)
        };
        let (rules, at) = (self.clone(), Rc::clone(path));
        el("div.condition")
            .attr("data-at", &place(path))
            .child(lhs)
            .slot(offered, move |(lhs, columns)| {
                let Some(columns) = columns else {
                    let waiting = el("span.sub role=status");
                    return Some(waiting.say(ui, "config.loading"));
                };
                lhs.as_ref()?;
                Some(rules.comparison(&at, columns))
            })
            .child(self.remove(path, "config.rule.remove"))
    }

    /// Operator and right-hand side, once it is known what is compared.
    fn comparison(&self, path: &Path, columns: &RuleColumns) -> El {
        let (rules, at) = (self.clone(), Rc::clone(path));
        let operator =
            self.column(path, "operator", &columns.operator, Rc::new(move |value| rules.set(&at, "operator", value)));
        let (rules, at, kind) = (self.clone(), Rc::clone(path), columns.rhs.kind.clone());
        let rhs = self.column(
            path,
            "rhs",
            &columns.rhs,
            Rc::new(move |value| {
                let root = tree::set(&rules.root(), &at, "rhs", Some(value));
                let kind = kind.as_deref().unwrap_or("text");
                rules.context.choose(tree::set(&root, &at, "type", Some(Value::text(kind))));
            }),
        );
        el("div.comparison").child(operator).child(rhs)
    }

    fn column(&self, path: &Path, name: &'static str, column: &Column, chosen: Rc<dyn Fn(Value)>) -> El {
        let ui = self.context.ui;
        let current = self.part(path, name);
        let title = column.name.clone();
        let label = move || Some(title.clone().unwrap_or_else(|| ui.t(&["config.rule.", name].concat())));
        if !column.options.is_empty() {
            let named = column.options.iter().map(|option| match &option.name {
                name if name.is_empty() => {
                    let name = ui.t(&["config.op.", option.value.plain().unwrap_or_default()].concat());
                    Choice { name, value: option.value.clone() }
                }
                _ => option.clone(),
            });
            let options = named.gather();
            let chosen = Rc::new(move |value: Option<Value>| chosen(value.unwrap_or(Value::Text(String::new()))));
            return choose::framed(choose::one(ui, &options, current.as_ref(), chosen).attr_with("aria-label", label));
        }
        let (kind, mode) = match column.kind.as_deref() {
            Some("number") => ("text", "decimal"),
            Some("date") => ("date", "none"),
            _ => ("text", "text"),
        };
        let input = el("input.input").attr("type", kind).attr("inputmode", mode).with("dir=auto");
        let element: HtmlInputElement = input.element().clone().unchecked_into();
        element.set_value(current.as_ref().and_then(Value::plain).unwrap_or_default());
        let number = matches!(current, Some(Value::Number(_)));
        input.attr_with("aria-label", label).on("input", move |_| {
            let text = element.value();
            // A number that came as one stays one.
            chosen(Value::number(&text).filter(|_| number).unwrap_or(Value::Text(text)));
        })
    }
}

fn place(path: &[usize]) -> String {
    path.iter().map(usize::to_string).gather().join(".")
}

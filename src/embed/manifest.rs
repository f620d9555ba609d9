//! Writes `www/custom-elements.json` from the table of events, the element's types and the styles; checks that it is.
//!
//! `CONNECT_FLOW_WRITE=1 cargo test -p connect-flow generated` writes it.

#![allow(clippy::expect_used, clippy::panic)]

use super::events::EVENTS;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Never attributes: functions, objects and the token.
const NOT_ATTRIBUTES: [&str; 7] =
    ["getSessionToken", "openUrl", "strings", "headers", "iconOrigins", "config", "sessionToken"];
/// The weights of a button, which the view puts behind `button-`.
const BUTTONS: [&str; 5] = ["button", "button-primary", "button-secondary", "button-quiet", "button-danger"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: impl AsRef<Path>) -> String {
    std::fs::read_to_string(root().join(path)).expect("a file of the work tree can be read")
}

/// What stands between the line that starts with `head` and the next line that is `}`.
fn block<'a>(types: &'a str, head: &str) -> &'a str {
    let (_, rest) = types.split_once(&format!("\n{head}")).unwrap_or_else(|| panic!("{head} in connect-flow.d.ts"));
    rest.split_once("\n}").map_or(rest, |(block, _)| block).split_once('\n').map_or("", |(_, block)| block)
}

/// The members of a block: name, type and documentation, in order.
fn members(block: &str) -> Vec<(String, String, String)> {
    let mut all = Vec::new();
    let mut doc = String::new();
    for line in block.lines().map(str::trim) {
        if line.starts_with("/**") || line.starts_with('*') {
            let text = line.trim_start_matches("/**").trim_start_matches("*/").trim_start_matches('*');
            doc = [doc.trim(), text.trim().trim_end_matches("*/").trim()].join(" ").trim().to_owned();
        } else if let Some((name, kind)) = line.split_once(':').filter(|_| line.ends_with(';')) {
            let name = name.trim_start_matches("get ").trim_start_matches("set ").trim_end_matches('?');
            all.push((name.to_owned(), kind.trim().trim_end_matches(';').to_owned(), std::mem::take(&mut doc)));
        }
    }
    all
}

fn dashed(name: &str) -> String {
    let dash = |c: char| if c.is_ascii_uppercase() { format!("-{}", c.to_ascii_lowercase()) } else { c.to_string() };
    name.chars().map(dash).collect()
}

/// Every Rust file of the view.
fn sources(dir: PathBuf, found: &mut String) {
    for entry in std::fs::read_dir(dir).expect("the view's sources can be listed") {
        let path = entry.expect("an entry can be read").path();
        if path.is_dir() {
            sources(path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            *found += &read(path);
        }
    }
}

fn parts() -> BTreeSet<String> {
    let mut view = String::new();
    sources(root().join("src/view"), &mut view);
    let own = view.split([' ', '"']).filter_map(|word| word.strip_prefix("part="));
    let shell = read("www/life.js");
    let early = shell.split("[part=").skip(1);
    own.chain(early).filter_map(|rest| rest.split([']', '`']).next()).chain(BUTTONS).map(str::to_owned).collect()
}

/// The variables that the style sheet reads from outside, with what they are if nobody sets them.
fn variables() -> BTreeMap<String, String> {
    let style = read("src/view/style.css");
    let mut all = BTreeMap::new();
    for rest in style.split("var(--cf-").skip(1) {
        let (name, default) = rest.split_once([',', ')']).unwrap_or((rest, ""));
        let value = default.split([')', ';']).next().unwrap_or_default().trim();
        all.entry(format!("--cf-{name}")).or_insert_with(|| value.to_owned());
    }
    all
}

fn manifest() -> String {
    let types = read("www/connect-flow.d.ts");
    let element = block(&types, "export class ConnectFlowElement");
    let options: BTreeMap<_, _> = ["StartOptions", "FixedOptions", "LiveOptions", "ConnectFlowOptions"]
        .iter()
        .flat_map(|name| members(block(&types, &format!("export interface {name}"))))
        .map(|(name, kind, doc)| (name, (kind, doc)))
        .collect();
    let mut fields: Vec<Value> = Vec::new();
    let mut methods: Vec<Value> = Vec::new();
    let mut attributes: Vec<Value> = Vec::new();
    for (name, kind, own) in members(element) {
        if let Some((method, _)) = name.split_once('(') {
            // Overloads of what every element has, and the setter of a member that is listed already.
            if !matches!(method, "addEventListener" | "sessionToken") {
                methods.push(json!({"kind": "method", "name": method, "description": own}));
                continue;
            }
        }
        let name = name.trim_end_matches("()").to_owned();
        let Some((option_kind, doc)) = options.get(&name) else { continue };
        let description = if doc.is_empty() { own } else { doc.clone() };
        if fields.iter().any(|field| field["name"] == *name) {
            continue;
        }
        if NOT_ATTRIBUTES.contains(&&*name) {
            fields.push(
                json!({"kind": "field", "name": name, "type": {"text": option_kind}, "description": description}),
            );
        } else {
            let attribute = dashed(&name);
            fields.push(json!({
                "kind": "field", "name": name, "type": {"text": kind}, "description": description,
                "attribute": attribute, "reflects": true,
            }));
            attributes.push(json!({
                "name": attribute, "fieldName": name, "type": {"text": option_kind}, "description": description,
            }));
        }
    }
    let events: Vec<_> = EVENTS
        .iter()
        .map(|event| {
            let kind = format!("CustomEvent<ConnectFlowEventDetails[\"{}\"]>", event.name);
            json!({"name": event.name, "type": {"text": kind}, "description": event.doc})
        })
        .collect();
    fields.extend(methods);
    let variable = |(name, value): (&String, &String)| json!({"name": name, "default": value});
    let variables: Vec<_> = variables().iter().map(variable).collect();
    let class = json!({
        "kind": "class",
        "customElement": true,
        "name": "ConnectFlowElement",
        "tagName": "connect-flow",
        "superclass": {"name": "HTMLElement"},
        "attributes": attributes,
        "members": fields,
        "events": events,
        "cssParts": parts().iter().map(|name| json!({"name": name})).collect::<Vec<_>>(),
        "cssProperties": variables,
    });
    let here = json!({"name": "ConnectFlowElement", "module": "index.js"});
    let manifest = json!({
        "schemaVersion": "2.1.0",
        "readme": "README.md",
        "modules": [
            {
                "kind": "javascript-module", "path": "index.js", "declarations": [class],
                "exports": [{"kind": "js", "name": "ConnectFlowElement", "declaration": here}],
            },
            {
                "kind": "javascript-module", "path": "element.js", "declarations": [],
                "exports": [{"kind": "custom-element-definition", "name": "connect-flow", "declaration": here}],
            },
        ],
    });
    format!("{manifest:#}\n")
}

#[test]
fn generated_manifest_is_current() {
    let (file, text) = (root().join("www/custom-elements.json"), manifest());
    if std::env::var_os("CONNECT_FLOW_WRITE").is_some() {
        std::fs::write(&file, text).expect("www can be written");
    } else if std::fs::read_to_string(&file).unwrap_or_default() != text {
        panic!("www/custom-elements.json is outdated: CONNECT_FLOW_WRITE=1 cargo test -p connect-flow generated");
    }
}

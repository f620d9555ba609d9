//! Writes `www/events.d.ts`, `www/events.js` and the book's reference pages, and checks that they are current.
//!
//! `CONNECT_FLOW_WRITE=1 cargo test -p connect-flow generated` writes them.

#![allow(clippy::expect_used, clippy::panic)]

use super::events::{EVENTS, EventSpec, FieldSpec};
use crate::error::Code;

fn types() -> String {
    let mut out =
        "// Generated from the tables src/error.rs and src/embed/events.rs of the component; edits here are lost.\n\n\
         /** Everything that can go wrong, as in `detail.code`. */\nexport type ErrorCode ="
            .to_owned();
    for code in Code::ALL {
        out += &format!("\n  /** {} */\n  | \"{}\"", code.doc().trim(), code.as_str());
    }
    out += ";\n\n/** The `detail` of each event. Nothing else ever leaves the component. */\n\
         export interface ConnectFlowEventDetails {\n";
    EVENTS.iter().for_each(|event| out += &detail(event));
    out + "}\n"
}

fn detail(event: &EventSpec) -> String {
    let EventSpec { name, doc, fields } = event;
    let head = format!("  /** {doc} */\n  \"{name}\": ");
    if fields.is_empty() {
        return head + "Record<string, never>;\n";
    }
    let fields: String = fields
        .iter()
        .map(|FieldSpec { name, ts, doc }| {
            let (ts, optional) = ts.strip_suffix(" | undefined").map_or((*ts, ""), |ts| (ts, "?"));
            format!("    /** {doc} */\n    {name}{optional}: {};\n", ts.replace('\'', "\""))
        })
        .collect();
    head + "{\n" + &fields + "  };\n"
}

fn names() -> String {
    let names: String = EVENTS.iter().map(|event| format!("  \"{}\",\n", event.name)).collect();
    "// The names of the events, for wrappers of the element. Generated from src/embed/events.rs; edits here are lost.\n\n"
        .to_owned()
        + "export const EVENTS = [\n"
        + &names
        + "];\n"
}

#[test]
fn generated_files_are_current() {
    let written = [("www/events.d.ts", types()), ("www/events.js", names())];
    for (file, text) in written.into_iter().chain(super::book::pages()) {
        if std::env::var_os("CONNECT_FLOW_WRITE").is_some() {
            std::fs::write(format!("{}/{file}", env!("CARGO_MANIFEST_DIR")), text).expect("it can be written");
        } else if super::book::read(file) != text {
            panic!("{file} is not what the tables say: CONNECT_FLOW_WRITE=1 cargo test -p connect-flow generated");
        }
    }
}

//! Takes out of the published module what the JavaScript around it never reaches.
//!
//! Leptos brings wasm-streams into every program that uses it, and wasm-bindgen exports each class of each crate, so that
//! neither the compiler nor wasm-opt may drop them.

use std::{collections::BTreeSet, fs, path::Path};

use serde_json::{Value, json};

use crate::{
    error::{AtPath, Error, Result},
    package::FEATURES,
    paths,
    process::{command, run_logged},
    shorter::shorter,
};

/// The one class that the package's JavaScript uses.
const CLASS: &str = "ConnectFlow";

/// Where what nobody needs begins in the glue, where the rest goes on, and what stands in between instead: the loader
/// always has a compiled module, what encodes texts in browsers too old for this package is of no use, and nobody reads two
/// gigabytes of text here, after which a browser needs another decoder.
pub(crate) const UNUSED: [(&str, &str, &str); 4] = [
    ("function makeMutClosure(", "function passStringToWasm0(", ""),
    ("cachedTextDecoder.decode();", "    return $apply($decode", "function decodeText(bytes) {\n"),
    ("if (!('encodeInto' in cachedTextEncoder))", "let WASM_VECTOR_LEN", ""),
    (
        "async function __wbg_load(",
        "export { ",
        // Awaited: a page that patched `then` would get the exports.
        "async function __wbg_init({ module_or_path: module }) {\n    \
         __wbg_finalize_init(await instantiate(module, __wbg_get_imports()));\n}\n",
    ),
];

/// Rewrites glue and wasm without the classes of others.
pub(crate) fn prune(glue: &Path, wasm: &Path) -> Result {
    let kept = shorter(&without_unused(&without_classes(&paths::read(glue)?)?)?)?;
    let root = |name| json!({ "name": name, "root": true, "export": name });
    let roots = Value::Array(members_of_wasm(&kept).into_iter().map(root).collect());
    let (graph, pruned) = (wasm.with_extension("graph.json"), wasm.with_extension("pruned.wasm"));
    paths::write(&graph, roots.to_string())?;
    paths::write(glue, kept)?;
    let mut metadce = command("wasm-metadce");
    metadce.arg(wasm).arg("--graph-file").arg(&graph).arg("-o").arg(&pruned).args(FEATURES).arg("--debuginfo");
    run_logged(&mut metadce, &wasm.with_extension("pruned.log"))?;
    fs::rename(&pruned, wasm).at(&pruned)
}

/// The glue without the classes that other crates export, and without what only they and its second way to start use.
fn without_classes(glue: &str) -> Result<String> {
    let mut kept = String::with_capacity(glue.len());
    let mut rest = glue;
    while let Some((before, after)) = rest.split_once("export class ") {
        let name = after.split(' ').next().unwrap_or_default();
        kept.push_str(before);
        if name == CLASS {
            kept.push_str("export class ");
            rest = after;
        } else {
            let last = format!("if (Symbol.dispose) {name}.prototype");
            let end = after.split_once(&last).and_then(|(_, end)| end.split_once('\n'));
            rest = end.ok_or_else(|| wrong(format!("no end of the class {name}")))?.1;
        }
    }
    kept.push_str(rest);
    // One statement a class registers what frees it. Ours is freed by who has it.
    let kept: String = kept.split_inclusive(";\n").filter(|part| !part.contains("Finalization = (typeof")).collect();
    let (names, ours) = ("export { initSync, __wbg_init as default }", "export { __wbg_init as default }");
    if !kept.contains(names) {
        return Err(wrong(format!("no \"{names}\"")));
    }
    Ok(kept.replace(names, ours))
}

/// The glue without [`UNUSED`].
fn without_unused(glue: &str) -> Result<String> {
    let mut kept = glue.to_owned();
    for (begin, end, instead) in UNUSED {
        let from = kept.find(begin);
        let Some((from, to)) = from.and_then(|from| Some((from, from + kept[from..].find(end)?))) else {
            return Err(wrong(format!("no `{begin}` before `{end}`")));
        };
        kept.replace_range(from..to, instead);
    }
    Ok(kept)
}

/// Every name that the glue asks of the module: `wasm.NAME`.
fn members_of_wasm(glue: &str) -> BTreeSet<&str> {
    glue.split("wasm.").skip(1).filter_map(|text| text.split(|c| !is_name(c)).next()).collect()
}

/// The glue without the functions that the module no longer imports.
pub(crate) fn without_imports(glue: &str, imported: impl Fn(&str) -> bool) -> String {
    let mut unused = false;
    let keep = |line: &&str| {
        // Members of the object of imports, and nothing else, stand at this depth.
        let member = line.strip_prefix("        ").filter(|text| text.starts_with("__wb"));
        if let Some((name, _)) = member.and_then(|text| text.split_once(": ")) {
            unused = !imported(name);
        }
        let dropped = unused;
        unused = unused && !["        },\n", "        }),\n"].contains(line);
        !dropped
    };
    glue.split_inclusive('\n').filter(keep).collect()
}

pub(crate) fn is_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || c == '$'
}

fn wrong(problem: String) -> Error {
    Error::Answer { from: "wasm-bindgen".into(), problem }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::{UNUSED, members_of_wasm, without_classes, without_imports, without_unused};

    const GLUE: &str = "\
export class ConnectFlow {
    end() { wasm.connectflow_end(); }
}
if (Symbol.dispose) ConnectFlow.prototype[Symbol.dispose] = ConnectFlow.prototype.free;
export class Other {
    pull() { wasm.other_pull(); }
}
if (Symbol.dispose) Other.prototype[Symbol.dispose] = Other.prototype.free;
const ConnectFlowFinalization = (typeof FinalizationRegistry === 'undefined')
    ? { register: () => {} } : new FinalizationRegistry(ptr => wasm.connectflow_free(ptr, 1));
const OtherFinalization = (typeof FinalizationRegistry === 'undefined')
    ? { register: () => {} } : new FinalizationRegistry(ptr => wasm.other_free(ptr, 1));
export { initSync, __wbg_init as default };
";

    #[test]
    fn only_our_own_class_and_what_it_needs_stay() {
        let kept = without_classes(GLUE).unwrap();
        assert!(!kept.contains("Other") && !kept.contains("initSync"));
        assert_eq!(members_of_wasm(&kept).into_iter().collect::<Vec<_>>(), ["connectflow_end"]);
        assert!(without_classes(&GLUE.replace("if (Symbol.dispose) Other", "")).is_err());
    }

    #[test]
    fn the_second_way_to_start_goes_and_a_glue_of_another_form_is_an_error() {
        let parts = UNUSED.map(|(begin, end, _)| format!("{begin}) {{ other(); }}\n{end};\n"));
        let kept = without_unused(&parts.concat()).unwrap();
        assert!(!kept.contains("other()") && UNUSED.iter().all(|(_, end, _)| kept.contains(end)), "{kept}");
        assert!(without_unused(&parts[..2].concat()).is_err());
    }

    #[test]
    fn functions_nobody_imports_go() {
        let glue = "    const import0 = {\n        __wbg_a: tried(() => {\n            x();\n        }),\n        \
                    __wbg_c: () => {\n            x();\n        },\n        \
                    __wbg_b: () => {\n            y();\n        },\n    };\n";
        let kept = without_imports(glue, |name| name == "__wbg_b");
        assert!(
            !kept.contains("__wbg_a")
                && !kept.contains("__wbg_c")
                && !kept.contains("x()")
                && kept.contains("y()")
                && kept.ends_with("    };\n")
        );
    }
}

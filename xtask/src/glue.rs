//! The glue, held fast: what a page can hide by a name in its markup or patch later is taken when the glue begins. And as
//! one function, which begins it: nobody has an instance of it but who began it, and after a breakdown another one begins.

use crate::{
    error::{Error, Result},
    prune::is_name,
};

/// Forms and images with a `name` hide the document's own members; patched built-ins would see the session token in what
/// becomes a header, and what the isolated frame tells. `$` begins no name of wasm-bindgen's.
pub(crate) const TAKEN: &str = "\
const { apply: $apply, get: $get, set: $set } = Reflect, { assign: $assign } = Object;
const { createElement: $element, createElementNS: $elementNS, createComment: $comment } = Document.prototype;
const { addEventListener: $on, removeEventListener: $off } = EventTarget.prototype;
const { decode: $decode } = TextDecoder.prototype, { encodeInto: $encode } = TextEncoder.prototype;
const $members = Object.getOwnPropertyDescriptors(Document.prototype);
const $own = (node, name) => (node instanceof Document ? $apply($members[name].get, node, []) : node[name]);
";

/// As wasm-bindgen writes it, what it becomes, and whether it must be there.
pub(crate) const CALLS: [(&str, &str, bool); 16] = [
    ("arg0.createElement(", "$element.call(arg0, ", true),
    ("arg0.createElementNS(", "$elementNS.call(arg0, ", false),
    ("arg0.createComment(", "$comment.call(arg0, ", false),
    ("arg0.addEventListener(", "$on.call(arg0, ", true),
    ("arg0.removeEventListener(", "$off.call(arg0, ", true),
    ("arg0.activeElement;", "$own(arg0, \"activeElement\");", false),
    ("arg0.documentElement;", "$own(arg0, \"documentElement\");", false),
    ("arg0.visibilityState;", "$own(arg0, \"visibilityState\");", true),
    ("Reflect.get(", "$get(", true),
    ("Reflect.set(", "$set(", true),
    ("Object.assign(", "$assign(", true),
    ("arg0.call(arg1);", "$apply(arg0, arg1, []);", false),
    ("arg0.call(arg1, arg2);", "$apply(arg0, arg1, [arg2]);", true),
    ("arg0.call(arg1, arg2, arg3);", "$apply(arg0, arg1, [arg2, arg3]);", true),
    ("cachedTextDecoder.decode(bytes)", "$apply($decode, cachedTextDecoder, [bytes])", true),
    ("cachedTextEncoder.encodeInto(arg, view)", "$apply($encode, cachedTextEncoder, [arg, view])", true),
];

/// The glue with those calls replaced; an error if wasm-bindgen writes them in another way.
pub(crate) fn held_fast(glue: &str) -> Result<String> {
    let mut out = glue.to_owned();
    for (call, own, needed) in CALLS {
        if needed && !out.contains(call) {
            let problem = format!("the glue has no `{call}`: xtask/src/glue.rs must learn how it is written now");
            return Err(Error::Answer { from: "wasm-bindgen".into(), problem });
        }
        out = out.replace(call, own);
    }
    Ok(TAKEN.to_owned() + &out)
}

/// The glue as a function, whose answer has what the glue exports: no prototype of the page's, as a module has none. Where
/// one is awaited, a page could have given all objects a `then`.
pub(crate) fn begun_by_a_call(glue: &str) -> Result<String> {
    let unknown = |text: &str| {
        let problem = format!(
            "it exports in a way that xtask/src/glue.rs does not know, or imports: {}",
            text.lines().next().unwrap_or_default()
        );
        Error::Answer { from: "the glue".into(), problem }
    };
    let mut exports = Vec::new();
    let mut parts = glue.split("\nexport ");
    let mut body = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        body.push('\n');
        if let Some((names, rest)) = part.strip_prefix('{').and_then(|list| list.split_once("};")) {
            exports.extend(names.split(',').map(str::trim).map(|name| match name.split_once(" as ") {
                Some((own, exported)) => format!("{exported}: {own}"),
                None => name.to_owned(),
            }));
            body.push_str(rest);
        } else {
            let declared =
                ["async function ", "function ", "class ", "const "].iter().find_map(|kind| part.strip_prefix(kind));
            let name = declared.and_then(|rest| rest.split(|c| !is_name(c)).next()).filter(|name| !name.is_empty());
            let name = name.ok_or_else(|| unknown(part))?;
            exports.push(name.to_owned());
            body.push_str(part);
        }
    }
    if exports.is_empty() || body.lines().any(|line| line.starts_with("import ")) {
        return Err(unknown(glue));
    }
    Ok(format!("export function makeGlue() {{\n{body}\nreturn {{ __proto__: null, {} }};\n}}\n", exports.join(", ")))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::{CALLS, begun_by_a_call, held_fast};

    #[test]
    fn a_call_begins_the_glue_and_answers_with_its_exports() {
        let glue = "let wasm;\nexport class A {\n    b() {}\n}\nexport async function c() {}\nexport {\n    d,\n    e as default\n};\nexport const f = 1;\n";
        let expected = "export function makeGlue() {\nlet wasm;\nclass A {\n    b() {}\n}\nasync function c() {}\n\nconst f = 1;\n\n\
                        return { __proto__: null, A, c, d, default: e, f };\n}\n";
        assert_eq!(begun_by_a_call(glue).unwrap(), expected);
        for other in
            ["let a;\n", "let a;\nexport default a;\n", "\nexport const { a } = b;\n", "import a;\nexport { a };\n"]
        {
            assert!(begun_by_a_call(other).is_err(), "{other}");
        }
    }

    #[test]
    fn every_call_is_replaced_and_a_missing_one_is_an_error() {
        let glue: String = CALLS.iter().map(|(call, ..)| format!("{call}\n")).collect();
        let held = held_fast(&glue).unwrap();
        assert!(CALLS.iter().all(|(call, own, _)| !held.contains(call) && held.contains(own)), "{held}");
        assert!(held_fast(&glue.replace("Reflect.set(", "set(")).is_err());
    }
}

//! The glue, held fast: what a page can hide by a name in its markup or patch later is taken when the glue loads.

use crate::error::{Error, Result};

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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::{CALLS, held_fast};

    #[test]
    fn every_call_is_replaced_and_a_missing_one_is_an_error() {
        let glue: String = CALLS.iter().map(|(call, ..)| format!("{call}\n")).collect();
        let held = held_fast(&glue).unwrap();
        assert!(CALLS.iter().all(|(call, own, _)| !held.contains(call) && held.contains(own)), "{held}");
        assert!(held_fast(&glue.replace("Reflect.set(", "set(")).is_err());
    }
}

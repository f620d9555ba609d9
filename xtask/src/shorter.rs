//! Writes the published glue in fewer words: wasm-bindgen writes it for every browser and whoever may call it.
//!
//! Each rule is for a form that is known, and it is an error if there is nothing of that form.

use crate::error::{Error, Result};

/// What wasm-bindgen writes, and what it becomes wherever it is.
pub(crate) const WORDS: [(&str, &str); 27] = [
    // Every browser that runs the module has these classes, and what wipes after them.
    ("let result;\n            try {\n                result = arg0 instanceof ", "const ret = arg0 instanceof "),
    (
        ";\n            } catch (_) {\n                result = false;\n            }\n            const ret = result;",
        ";",
    ),
    (
        "(typeof FinalizationRegistry === 'undefined')\n    ? { register: () => {}, unregister: () => {} }\n    : new",
        "new",
    ),
    // The first of these is asked for first.
    ("typeof globalThis === 'undefined' ? undefined : globalThis", "globalThis"),
    ("typeof self === 'undefined' ? undefined : self", "undefined"),
    ("typeof window === 'undefined' ? undefined : window", "undefined"),
    ("typeof global === 'undefined' ? undefined : global", "undefined"),
    // A memory that has grown has another buffer.
    (
        "cachedDataViewMemory0 === null || cachedDataViewMemory0.buffer.detached === true || \
         (cachedDataViewMemory0.buffer.detached === undefined && \
         cachedDataViewMemory0.buffer !== wasm.memory.buffer)",
        "cachedDataViewMemory0?.buffer !== wasm.memory.buffer",
    ),
    // There is one way to make room for a text.
    (", wasm.__wbindgen_malloc, wasm.__wbindgen_realloc)", ")"),
    ("(arg, malloc, realloc)", "(arg)"),
    (
        "    if (realloc === undefined) {\n        const buf = cachedTextEncoder.encode(arg);\n        \
         const ptr = malloc(buf.length, 1) >>> 0;\n        \
         getUint8ArrayMemory0().subarray(ptr, ptr + buf.length).set(buf);\n        \
         WASM_VECTOR_LEN = buf.length;\n        return ptr;\n    }\n",
        "",
    ),
    ("= malloc(", "= wasm.__wbindgen_malloc("),
    ("= realloc(", "= wasm.__wbindgen_realloc("),
    (
        "const ptr1 = passStringToWasm0(ret);\n            const len1 = WASM_VECTOR_LEN;\n            \
         getDataViewMemory0().setInt32((arg0 >>> 0) + 4 * 1, len1, true);\n            \
         getDataViewMemory0().setInt32((arg0 >>> 0) + 4 * 0, ptr1, true);",
        "giveText(arg0, ret);",
    ),
    (
        "var ptr1 = isLikeNone(ret) ? 0 : passStringToWasm0(ret);\n            var len1 = WASM_VECTOR_LEN;\n            \
         getDataViewMemory0().setInt32((arg0 >>> 0) + 4 * 1, len1, true);\n            \
         getDataViewMemory0().setInt32((arg0 >>> 0) + 4 * 0, ptr1, true);",
        "giveText(arg0, ret);",
    ),
    // What is no text, since a page has patched what gives it, is an empty one: never what lies at the bottom of memory.
    (
        "function isLikeNone(",
        "function giveText(at, text) {\n    const start = isLikeNone(text) ? 0 : passStringToWasm0(text);\n    \
         getDataViewMemory0().setInt32((at >>> 0) + 4, start && WASM_VECTOR_LEN, true);\n    \
         getDataViewMemory0().setInt32(at >>> 0, start, true);\n}\n\n\
         function kept(value) {\n    return isLikeNone(value) ? 0 : addToExternrefTable0(value);\n}\n\n\
         function isLikeNone(",
    ),
    // Nothing of these depends on what it is called on.
    (": function() { return handleError(function (", ": tried(("),
    ("        }, arguments); },\n", "        }),\n"),
    (
        "function handleError(f, args) {\n    try {\n        return f.apply(this, args);",
        "const tried = (f) => (...args) => {\n    try {\n        return f(...args);",
    ),
    // None of these is called while it runs: they are the queue's of tasks and those of promises.
    ("= makeMutClosure(", "= makeClosure("),
    // The package begins once, and what it mounts ends by `unmount`.
    ("        ConnectFlowFinalization.register(obj, obj.__wbg_ptr, obj);\n", ""),
    ("        ConnectFlowFinalization.unregister(this);\n", ""),
    (
        "    free() {\n        const ptr = this.__destroy_into_raw();\n        \
         wasm.__wbg_connectflow_free(ptr, 0);\n    }\n",
        "",
    ),
    ("if (Symbol.dispose) ConnectFlow.prototype[Symbol.dispose] = ConnectFlow.prototype.free;\n", ""),
    ("let wasmModule, wasmInstance, wasm;", "let wasm;"),
    ("    wasmInstance = instance;\n", ""),
    ("    wasmModule = module;\n    cachedDataViewMemory0 = null;\n    cachedUint8ArrayMemory0 = null;\n", ""),
];
/// What stands before a value that is named only for the next line.
const NAMED: &str = "            const ret = ";
/// Such next lines, and how what they do with a value begins.
const USES: [(&str, &str); 2] = [
    ("            return isLikeNone(ret) ? 0 : addToExternrefTable0(ret);\n", "return kept("),
    ("            giveText(arg0, ret);\n", "return giveText(arg0, "),
];
/// What a statement begins with whose value nobody could give back.
pub(crate) const STATEMENTS: [&str; 3] = ["const ", "return ", "throw "];
/// What stands before an import's function.
const MEMBER: &str = "        ";

/// The glue in fewer words.
pub(crate) fn shorter(glue: &str) -> Result<String> {
    let mut short = glue.to_owned();
    for (words, fewer) in WORDS {
        if !short.contains(words) {
            return Err(wrong(words));
        }
        short = short.replace(words, fewer);
    }
    let (mut out, mut lines) = (String::with_capacity(short.len()), short.split_inclusive('\n').peekable());
    while let Some(line) = lines.next() {
        let value = line.strip_prefix(NAMED).and_then(|line| line.strip_suffix(";\n"));
        if let Some(value) = value
            && let Some((_, begin)) = USES.iter().find(|(next, _)| lines.next_if_eq(next).is_some())
        {
            out += &format!("            {begin}{value});\n");
        } else if let Some(alone) = line.strip_prefix("            ")
            && out.ends_with(") => {\n")
            && lines.peek().is_some_and(|next| next.starts_with("        }"))
            && !STATEMENTS.iter().any(|word| alone.starts_with(word))
        {
            // Nobody asks for its value; with it, the function is an expression.
            out += &format!("            return {alone}");
        } else {
            out += &arrow(line).unwrap_or_else(|| line.to_owned());
        }
    }
    for old in ["arguments)", "handleError", USES[0].0] {
        if out.contains(old) {
            return Err(wrong(old));
        }
    }
    Ok(out)
}

/// The first line of an import's function as that of an arrow function.
fn arrow(line: &str) -> Option<String> {
    let (name, function) = line.strip_prefix(MEMBER)?.split_once(": ")?;
    let (before, parameters) = match function.strip_prefix("tried((") {
        Some(parameters) => ("tried(", parameters),
        None => ("", function.strip_prefix("function(")?),
    };
    Some(format!("{MEMBER}{name}: {before}({}) => {{\n", parameters.strip_suffix(") {\n")?))
}

fn wrong(words: &str) -> Error {
    let problem = format!("the glue has another form than known: xtask/src/shorter.rs and `{words}`");
    Error::Answer { from: "wasm-bindgen".into(), problem }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::{USES, WORDS, arrow, shorter};

    /// Each form once. Some of them are what another has become, or hold it.
    fn glue() -> String {
        let words = |(words, _): &(&str, &str)| {
            words.replace(
                "passStringToWasm0(ret)",
                "passStringToWasm0(ret, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc)",
            )
        };
        WORDS.iter().map(words).map(|words| words + "\n").collect()
    }

    #[test]
    fn every_form_becomes_a_shorter_one_and_a_missing_one_is_an_error() {
        let short = shorter(&glue()).unwrap();
        assert!(short.len() < glue().len());
        for (words, fewer) in WORDS {
            assert!(short.contains(fewer) && (fewer.contains(words) || !short.contains(words)), "{words}");
            let other = words.chars().rev().collect::<String>();
            assert!(shorter(&glue().replace(words, &other)).is_err() || words.contains("passStringToWasm0"), "{words}");
        }
        assert!(shorter(&(glue() + "f(g, arguments)")).is_err());
    }

    #[test]
    fn functions_that_are_imported_are_arrows() {
        let lines = ["        __wbg_a: function(arg0, arg1) {\n", "        __wbg_b: tried((arg0) {\n"];
        let arrows = ["        __wbg_a: (arg0, arg1) => {\n", "        __wbg_b: tried((arg0) => {\n"];
        assert_eq!(lines.map(|line| arrow(line).unwrap()), arrows);
        assert!(
            ["    free: function() {\n", "        },\n", "        a: 1,\n"].iter().all(|line| arrow(line).is_none())
        );
        let member = |first: &str, body: &str| [first, "            ", body, "        },\n"].concat();
        let bodies = [
            (["const ret = arg0.body;\n", USES[0].0].concat(), "return kept(arg0.body);\n"),
            (["const ret = arg1.href;\n", USES[1].0].concat(), "return giveText(arg0, arg1.href);\n"),
            ("arg0.abort();\n".to_owned(), "return arg0.abort();\n"),
            ("throw arg0;\n".to_owned(), "throw arg0;\n"),
            ("a();\n            b();\n".to_owned(), "a();\n            b();\n"),
        ];
        for (body, short) in bodies {
            let glue = glue() + &member(lines[0], &body);
            assert!(shorter(&glue).unwrap().ends_with(&member(arrows[0], short)), "{body}");
        }
    }
}

//! Looks into a module that still has its names: what each crate costs, and the machinery of panics taken out.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    ops::Range,
};

use wasmparser::{
    BinaryReader, DataKind, Encoding, FunctionBody, KnownCustom, Name, Operator, Parser, Payload, TypeRef,
};

use crate::error::{Error, Result};

const CODE: u8 = 10;
/// No local variable, `unreachable`, `end`.
const TRAP: [u8; 3] = [0, 0x00, 0x0b];
/// No local variable, `end`.
const NOTHING: [u8; 2] = [0, 0x0b];

/// What the names of functions begin with that never return. Not all of them: `std::panicking::set_hook` does.
const PANICS: [&str; 17] = [
    "core::panicking::",
    "core::option::expect_failed",
    "core::option::unwrap_failed",
    "core::result::unwrap_failed",
    "core::cell::panic_",
    "core::cell::lazy::panic_",
    "core::slice::index::slice_index_fail",
    "core::slice::copy_from_slice_impl::len_mismatch_fail",
    "core::str::slice_error_fail",
    "alloc::alloc::handle_alloc_error",
    "alloc::raw_vec::handle_error",
    "alloc::raw_vec::capacity_overflow",
    "std::panicking::begin_panic",
    "std::panicking::panic_handler",
    "std::panicking::panic_with_hook",
    "std::thread::local::panic_access_error",
    "__rustc::rust_begin_unwind",
];

/// What only such messages, a panic's hook, or classes that the package leaves out (see [`crate::prune`]) would call: it
/// stands in tables of functions, so that nothing else finds out that it is never called. `future_to_promise` is theirs
/// alone: clippy.toml keeps it out of the package's own code.
const UNREACHED: [&str; 11] = [
    "::assert_failed",
    " as core::fmt::Debug>::fmt",
    " as core::fmt::Display>::fmt",
    " as core::fmt::Write>::",
    "core::fmt::Write::write_fmt",
    " as core::panic::PanicPayload>::",
    "std::panicking::default_hook",
    "connect_flow::embed::panic::install::{{closure}}",
    " as connect_flow::embed::panic::Survivor>::crashed",
    "js_sys::futures::future_to_promise",
    "wasm_streams::",
];

/// What prepares for a panic's hook: without one it has nothing to do.
const IDLE: [&str; 2] = ["connect_flow::embed::panic::install::h", "connect_flow::embed::panic::register::h"];

/// What the package's own code would call to format something, itself or by `to_string` of what is no whole number: it
/// would end in one of [`UNREACHED`].
const FORMATTING: [&str; 3] = ["core::fmt::write", "alloc::fmt::format", " as core::fmt::Display>::fmt"];

/// What libraries say before they panic, found where nothing else can be: whoever would read it has the trap instead.
const MESSAGES: [&str; 8] = [
    "called `Result::unwrap()` on an `Err` value",
    "called `Option::unwrap_throw()` on a `None` value",
    "closure invoked recursively or after being dropped",
    "Arc counter overflow",
    "attempted to take ownership of Rust value while it was borrowed",
    "null pointer passed to rust",
    "recursive use of an object detected which would lead to unsafe aliasing in rust",
    "FnOnce called more than once",
];

/// One function of the module.
struct Function {
    name: String,
    /// Of its body, in the file.
    body: Range<usize>,
}

/// The module with zeros where it says where in the sources something could panic.
pub(crate) fn without_places(wasm: &[u8]) -> Result<Vec<u8>> {
    let mut without = wasm.to_vec();
    for place in source_places(wasm)? {
        without[place].fill(0);
    }
    Ok(without)
}

/// The module with zeros for what libraries say before they panic.
pub(crate) fn without_messages(wasm: &[u8]) -> Result<Vec<u8>> {
    let mut without = wasm.to_vec();
    for message in MESSAGES {
        let found = wasm.windows(message.len()).position(|bytes| bytes == message.as_bytes());
        let at = found.ok_or_else(|| wrong(format!("nothing in it says {message:?} any more")))?;
        without[at..at + message.len()].fill(0);
    }
    Ok(without)
}

/// The module with panics that trap at once: JavaScript around it deals with either, and nobody reads the message of a
/// panic in somebody else's page. What only such messages need goes when unused functions do.
pub(crate) fn without_panics(wasm: &[u8]) -> Result<Vec<u8>> {
    let (imported, functions) = with_names(wasm)?;
    let own = |function: &&Function| {
        let name = &function.name;
        !name.contains(" as core::fmt::") && (owner(name).starts_with("connect_flow") || name.contains("ToString>"))
    };
    for Function { name, body } in functions.iter().filter(own) {
        let formats = |called: &usize| {
            let called = called.checked_sub(imported).and_then(|called| functions.get(called));
            called.is_some_and(|called| FORMATTING.iter().any(|part| called.name.contains(part)))
        };
        if calls(wasm, body.clone())?.iter().any(formats) {
            return Err(wrong(format!("{name} formats, which would trap: src/decimal.rs and concat do without")));
        }
    }
    let cut = |function: &&Function| {
        let name = function.name.as_str();
        PANICS.iter().any(|begin| name.starts_with(begin)) || UNREACHED.iter().any(|part| name.contains(part))
    };
    let traps: BTreeSet<usize> = functions.iter().filter(cut).map(|function| function.body.start).collect();
    if !functions.iter().any(|function| function.name.starts_with("core::panicking::panic_fmt")) {
        return Err(wrong("it has no names, or what panics is called otherwise than before".into()));
    }
    let mut code = leb(functions.len());
    for Function { name, body } in &functions {
        let body = if traps.contains(&body.start) {
            &TRAP[..]
        } else if IDLE.iter().any(|begin| name.starts_with(begin)) {
            &NOTHING
        } else {
            &wasm[body.clone()]
        };
        code.extend(leb(body.len()));
        code.extend(body);
    }
    let mut out = wasm[..8].to_vec();
    for payload in Parser::new(0).parse_all(wasm) {
        if let Some((id, content)) = payload.map_err(broken)?.as_section() {
            let content = if id == CODE { &code[..] } else { &wasm[usize_of(content)] };
            out.push(id);
            out.extend(leb(content.len()));
            out.extend(content);
        }
    }
    Ok(out)
}

/// The numbers of the functions that a body calls by their number.
fn calls(wasm: &[u8], body: Range<usize>) -> Result<Vec<usize>> {
    let body = FunctionBody::new(BinaryReader::new(&wasm[body], 0));
    let mut called = Vec::new();
    for operator in body.get_operators_reader().map_err(broken)? {
        if let Operator::Call { function_index } = operator.map_err(broken)? {
            called.push(function_index as usize);
        }
    }
    Ok(called)
}

/// Where the file holds places in sources, as [`core::panic::Location`] does, and the names of files they point to.
fn source_places(wasm: &[u8]) -> Result<Vec<Range<usize>>> {
    let mut found = Vec::new();
    for payload in Parser::new(0).parse_all(wasm) {
        let Payload::DataSection(segments) = payload.map_err(broken)? else { continue };
        for segment in segments {
            let segment = segment.map_err(broken)?;
            let DataKind::Active { offset_expr, .. } = segment.kind else { continue };
            let Ok(Operator::I32Const { value: base }) = offset_expr.get_operators_reader().read() else { continue };
            let file = usize_of(segment.range).end - segment.data.len();
            found.extend(places_in(segment.data, base as usize).map(|place| file + place.start..file + place.end));
        }
    }
    Ok(found)
}

/// The same in one piece of memory that begins at `base`: an address and a length of a name that ends in `.rs`, a line
/// and a column, each of four bytes.
fn places_in(data: &[u8], base: usize) -> impl Iterator<Item = Range<usize>> {
    let word = |at: usize| Some(u32::from_le_bytes(data.get(at..at + 4)?.try_into().ok()?) as usize);
    let place = move |at: usize| {
        let start = word(at)?.checked_sub(base)?;
        let name = start..start.checked_add(word(at + 4)?)?;
        let (line, column) = (word(at + 8)?, word(at + 12)?);
        let counted = (1..100_000).contains(&line) && (1..1_000).contains(&column);
        (counted && data.get(name.clone())?.ends_with(b".rs")).then_some([at..at + 16, name])
    };
    let aligned = (4 - base % 4) % 4;
    (aligned..data.len()).step_by(4).filter_map(place).flatten()
}

/// The number of the first function that is not imported, and where the bodies are.
pub(crate) fn bodies(wasm: &[u8]) -> Result<(usize, Vec<Range<usize>>)> {
    let (imported, functions) = with_names(wasm)?;
    Ok((imported, functions.into_iter().map(|function| function.body).collect()))
}

/// Bytes of code and number of functions of each crate, the largest first. A generic function counts for the crate that
/// its name begins with: the one that wrote it, not the one that uses it.
pub(crate) fn by_crate(wasm: &[u8]) -> Result<Vec<(String, usize, usize)>> {
    let mut sums: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    for Function { name, body } in functions(wasm)? {
        let sum = sums.entry(owner(&name)).or_default();
        *sum = (sum.0 + body.len(), sum.1 + 1);
    }
    let mut rows: Vec<_> = sums.into_iter().map(|(name, (bytes, functions))| (name, bytes, functions)).collect();
    rows.sort_by_key(|(_, bytes, _)| std::cmp::Reverse(*bytes));
    Ok(rows)
}

/// The crate, and of this project's the module as well, that a function's name tells.
fn owner(name: &str) -> String {
    let begin = name.trim_start_matches(['<', '&', '(', '*']).trim_start_matches("dyn ").trim_start_matches("mut ");
    let mut parts = begin.split("::");
    let first = parts.next().unwrap_or_default();
    match parts.next() {
        Some(module) if first == "connect_flow" => format!("{first}::{}", module.trim_end_matches('>')),
        Some(_) => first.to_owned(),
        None => "exports and others".to_owned(),
    }
}

/// What its functions are called.
pub(crate) fn names(wasm: &[u8]) -> Result<Vec<String>> {
    Ok(functions(wasm)?.into_iter().map(|function| function.name).collect())
}

fn functions(wasm: &[u8]) -> Result<Vec<Function>> {
    Ok(with_names(wasm)?.1)
}

/// How many functions are imported, and the module's own.
fn with_names(wasm: &[u8]) -> Result<(usize, Vec<Function>)> {
    let (mut imported, mut bodies, mut names) = (0, Vec::new(), HashMap::new());
    for payload in Parser::new(0).parse_all(wasm) {
        match payload.map_err(broken)? {
            Payload::Version { encoding: Encoding::Component, .. } => return Err(wrong("it is a component".into())),
            Payload::ImportSection(imports) => {
                for import in imports.into_imports() {
                    imported += usize::from(matches!(import.map_err(broken)?.ty, TypeRef::Func(_)));
                }
            }
            Payload::CodeSectionEntry(body) => bodies.push(usize_of(body.range())),
            Payload::CustomSection(section) => {
                let KnownCustom::Name(parts) = section.as_known() else { continue };
                for part in parts {
                    let Name::Function(list) = part.map_err(broken)? else { continue };
                    for naming in list {
                        let naming = naming.map_err(broken)?;
                        names.insert(naming.index as usize, plain(naming.name));
                    }
                }
            }
            _ => {}
        }
    }
    let named =
        |(at, body): (usize, Range<usize>)| Function { name: names.remove(&(imported + at)).unwrap_or_default(), body };
    Ok((imported, bodies.into_iter().enumerate().map(named).collect()))
}

/// The reader counts in 64 bits, whatever fits into memory.
pub(crate) fn usize_of(range: Range<u64>) -> Range<usize> {
    range.start as usize..range.end as usize
}

/// A name without the hashes of crates in brackets.
pub(crate) fn plain(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    let mut rest = name;
    while let Some((before, after)) = rest.split_once('[') {
        out.push_str(before);
        match after.split_once(']') {
            Some((hash, end)) if hash.len() == 16 && hash.bytes().all(|digit| digit.is_ascii_hexdigit()) => rest = end,
            _ => {
                out.push('[');
                rest = after;
            }
        }
    }
    out + rest
}

/// A name or another text as modules hold it.
pub(crate) fn text(text: &str) -> Vec<u8> {
    [&leb(text.len()), text.as_bytes()].concat()
}

/// Unsigned LEB128, as lengths are written.
pub(crate) fn leb(mut value: usize) -> Vec<u8> {
    let mut out = Vec::new();
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
    out
}

pub(crate) fn broken(error: wasmparser::BinaryReaderError) -> Error {
    wrong(error.to_string())
}

fn wrong(problem: String) -> Error {
    Error::Answer { from: "the module".into(), problem }
}

#[cfg(test)]
pub(crate) mod tests {
    #![allow(clippy::unwrap_used)]

    use super::{
        MESSAGES, PANICS, TRAP, by_crate, functions, leb, owner, places_in, plain, without_messages, without_panics,
        without_places,
    };

    /// Functions of these names, each with the body `nop end`.
    pub(crate) fn module(names: &[&str]) -> Vec<u8> {
        let section = |id: u8, content: &[u8]| [&[id][..], &leb(content.len()), content].concat();
        let count = leb(names.len());
        let types = section(1, &[1, 0x60, 0, 0]);
        let declared = section(3, &[&count[..], &vec![0; names.len()]].concat());
        let code = section(10, &[&count[..], &[3, 0, 1, 0x0b].repeat(names.len())].concat());
        let entry = |(at, name): (usize, &&str)| [&leb(at)[..], &leb(name.len()), name.as_bytes()].concat();
        let list: Vec<u8> = names.iter().enumerate().flat_map(entry).collect();
        let list = [&count[..], &list].concat();
        let custom = [&b"\x04name\x01"[..], &leb(list.len()), &list].concat();
        [b"\0asm\x01\0\0\0", &types[..], &declared, &code, &section(0, &custom)].concat()
    }

    #[test]
    fn what_panics_traps_and_the_rest_stays_byte_for_byte() {
        let mut names = PANICS.to_vec();
        names.push("core[0123456789abcdef]::panicking::panic_fmt");
        names.extend([
            "<X as core::fmt::Debug>::fmt",
            "core::ptr::drop_in_place<wasm_streams::Y>",
            "connect_flow::panic",
        ]);
        let wasm = module(&names);
        let out = without_panics(&wasm).unwrap();
        let bodies = |wasm: &[u8]| -> Vec<Vec<u8>> {
            functions(wasm).unwrap().into_iter().map(|function| wasm[function.body].to_vec()).collect()
        };
        let (mut expected, found) = (vec![TRAP.to_vec(); names.len() - 1], bodies(&out));
        expected.push(vec![0, 1, 0x0b]);
        assert_eq!(found, expected);
        assert_eq!(out.len(), wasm.len());
        // One segment of data at 1000: a name, its place, and what stays.
        let place = [1000, 8, 12, 5u32].map(u32::to_le_bytes).concat();
        let data = |begin: &[u8]| [&b"\x0b\x22\x01\0\x41\xe8\x07\x0b\x1b"[..], begin, b"end"].concat();
        let with = [&wasm[..], &data(&[b"src/a.rs", &place[..]].concat())].concat();
        assert_eq!(without_places(&with).unwrap()[wasm.len()..], data(&[0; 24]));
        let said = |messages: &[&str]| messages.concat().into_bytes();
        assert!(without_messages(&said(&MESSAGES)).unwrap().iter().all(|byte| *byte == 0));
        assert!(without_messages(&said(&MESSAGES[1..])).is_err());
        // One that calls the one with number 0: of its own, it would format something that traps.
        let names = ["alloc::fmt::format", "core::panicking::panic_fmt", "connect_flow::view::a"];
        let calling = |wasm: Vec<u8>| {
            let at =
                wasm.windows(13).position(|bytes| bytes == b"\x0a\x0d\x03\x03\0\x01\x0b\x03\0\x01\x0b\x03\0").unwrap();
            [&wasm[..at], b"\x0a\x0e\x03\x03\0\x01\x0b\x03\0\x01\x0b\x04\0\x10\0\x0b", &wasm[at + 15..]].concat()
        };
        assert!(without_panics(&module(&names)).is_ok());
        assert!(without_panics(&calling(module(&names))).is_err());
        assert!(without_panics(&calling(module(&["core::a", names[1], names[2]]))).is_ok());
        // Names that are none of those known any more are no reason to publish what was meant to be left out.
        assert!(without_panics(&module(&["core::panics::fmt"])).is_err());
    }

    #[test]
    fn places_in_sources_are_an_address_a_length_a_line_and_a_column() {
        let words = |words: [u32; 4]| words.map(u32::to_le_bytes).concat();
        // At 1001: three bytes until a multiple of four, a name, what is no place, a place.
        let data = [&b"xxxsrc/a.rs"[..], &words([7, 1004, 8, 0]), &words([1004, 8, 12, 5]), b"end"].concat();
        assert_eq!(places_in(&data, 1001).collect::<Vec<_>>(), [27..43, 3..11]);
        // The name may be longer than what is there, or begin before it.
        for wrong in [words([1004, 900, 12, 5]), words([4, 8, 12, 5]), words([1004, 7, 12, 5]), words([1004, 8, 0, 5])]
        {
            assert_eq!(places_in(&[&b"xxxsrc/a.rs"[..], &wrong].concat(), 1001).count(), 0);
        }
    }

    #[test]
    fn code_counts_for_the_crate_in_its_name() {
        let names = ["connect_flow::view::a", "<connect_flow::view::B as X>::b", "core[0123456789abcdef]::c", "d"];
        let rows = by_crate(&module(&names)).unwrap();
        let rows: Vec<_> = rows.iter().map(|(name, bytes, functions)| (name.as_str(), *bytes, *functions)).collect();
        assert_eq!(rows, [("connect_flow::view", 6, 2), ("core", 3, 1), ("exports and others", 3, 1)]);
        assert_eq!(owner("&mut alloc::x"), "alloc");
        assert_eq!(plain("a[b]::c[0123456789abcdef]::d"), "a[b]::c::d");
        assert_eq!(leb(300), [0xac, 2]);
    }
}

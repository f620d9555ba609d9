//! `package`: the npm package in dist/package, the same bytes from the same inputs.

use std::{
    collections::{BTreeSet, HashMap, hash_map::DefaultHasher},
    env, fs,
    hash::{Hash, Hasher},
    panic::resume_unwind,
    path::{Path, PathBuf},
    thread,
};

use serde_json::Value;

use crate::{
    alike::{self, Alike},
    error::{AtPath, Error, Result},
    glue, order, paths,
    process::{command, output_of, run},
    provenance,
    prune::{self, is_name},
    shorter, size,
    split::{self, layout},
    tools, wasm,
};

const WASM: &str = "connect-flow_bg.wasm";
/// What is beyond the list of apps.
const SECOND: &str = "connect-flow_second.wasm";
const GLUE: &str = "connect-flow.js";
const NAMED: &str = "named.wasm";
/// Has the loader and the glue in it. Nearly all of it runs before there is a list.
const LIFE: &str = "life.js";
/// Tells V8 so, in its first line: it compiles all of the script while the wasm is still on its way, and not function by
/// function when each is called. <https://v8.dev/blog/explicit-compile-hints>
const AT_ONCE: &str = "//# allFunctionsCalledOnLoad";

/// esbuild's arguments for whatever becomes a script of the package.
const BUNDLE: [&str; 5] = ["--bundle", "--format=esm", "--target=es2022", "--charset=utf8", "--log-level=warning"];

/// Which build of the component goes into a package.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Profile {
    /// What is published: optimised for size, minified.
    Release,
    /// Quick to build, with names kept: for the loop of change and test.
    Dev,
    /// As `Dev`, with leaks and breakdowns that a page can choose: for the leak test alone.
    Mutants,
}

/// wasm-opt's arguments, with [`FEATURES`].
///
/// Which of these give something, and what they gave, is in docs/size.md.
const WASM_OPT: [&str; 14] = [
    "-Oz",
    "--flatten",
    "--rereloop",
    "-Oz",
    "-Oz",
    // Nothing lives in the first kilobyte, where the stack would end.
    "--low-memory-unused",
    "--optimize-added-constants",
    // Without limits the wasm gets smaller, but its compressed form larger.
    "--one-caller-inline-max-function-size=200",
    "--always-inline-max-function-size=4",
    // Zeros compress; segments around them do not.
    "--skip-pass=memory-packing",
    // Names of imports and exports carry hashes, which do not compress; it prints the new ones.
    "--minify-imports-and-exports-and-modules",
    // Which function goes into which module is told by its name.
    "--debuginfo",
    "--strip-producers",
    "--strip-target-features",
];

/// What LLVM is told, by rustc and by the linker.
const LLVM: [&str; 3] = [
    // What saves time in long loops and costs code in all others: counting addresses in place of numbers, and reading ahead
    // on one way what only the other way has read.
    "-disable-lsr",
    "-enable-pre=false",
    // What is longer than a number is moved by one instruction.
    "-max-store-memcpy=1",
];

/// What rustc has optimised is optimised once more by the linker, which writes the code.
const LINKER_OPTIMISES: &str = "-Clinker-plugin-lto";

/// The linker's stack of 896 KiB: one of the usual 1 MiB, which comes before the data, makes each address of data a byte
/// longer.
const STACK: &str = "-Clink-arg=-zstack-size=917504";

/// Where the second module begins. None of these is called before it is here: src/embed/second.rs, and the loader for
/// the last three.
const BEGINS: [&str; 20] = [
    "connect_flow::flow::machine::Flow::step_beyond",
    "connect_flow::view::shell::build_beyond",
    "connect_flow::embed::driver::<impl connect_flow::embed::instance::Core>::carry_out_beyond",
    "connect_flow::embed::driver::<impl connect_flow::embed::instance::Core>::name_organisation",
    "connect_flow::embed::frame::parent::<impl connect_flow::embed::instance::Core>::show_frame",
    "connect_flow::embed::events::HostEvent::of_outcome",
    "connect_flow::embed::popup::shut",
    "connect_flow::view::list::come_back",
    "connect_flow::view::list::say_count",
    // What drops a value that only the second module makes.
    "core::ptr::drop_in_place<connect_flow::flow::config::Configuring>",
    "core::ptr::drop_in_place<alloc::rc::Rc<connect_flow::platform::model::config::Config>>",
    "core::ptr::drop_in_place<alloc::rc::Rc<connect_flow::platform::model::config::RunPage>>",
    "core::ptr::drop_in_place<connect_flow::flow::config::event::ConfigEvent>",
    "core::ptr::drop_in_place<alloc::boxed::Box<connect_flow::flow::question::Question>>",
    "core::ptr::drop_in_place<connect_flow::flow::question::Found>",
    "core::ptr::drop_in_place<connect_flow::flow::event::Typed>",
    "core::ptr::drop_in_place<(alloc::rc::Rc<connect_flow::platform::model::config::FieldKey>,connect_flow::flow::state::Fault)>",
    "connect_flow::embed::headless::state",
    "connect_flow::embed::headless::event",
    "connectflow_mountFrame",
];

/// The linker's first slot for a function in the table: with slots that begin at 1, any small number in code or data could
/// be one, and the function in it would be taken for needed. Up to 8191 such a number has two bytes.
const SLOTS: &str = "-Clink-arg=--table-base=7000";

/// Orders of the functions that are tried: more of them take more time and find little.
const ORDERS: usize = 10;
/// Rounds in which local variables get other numbers: after the first few a further one is worse as often as better.
const ROUNDS: usize = 5;
/// Orders in which that is tried.
const LIKELY: usize = 5;

/// wasm-opt's arguments to put functions into the order of their names and leave the names out.
const IN_ORDER: [&str; 6] = [
    "--optimize-level=2",
    "--shrink-level=2",
    "--reorder-functions-by-name",
    "--strip-debug",
    "--strip-producers",
    "--strip-target-features",
];

/// Those that rustc 1.95 uses by default for wasm32-unknown-unknown: with any more, binaryen writes what browsers refuse.
pub(crate) const FEATURES: [&str; 7] = [
    "--enable-bulk-memory",
    "--enable-bulk-memory-opt",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
];

/// Builds the published package and says where it is; `twice` builds it a second time, from nothing in a directory of its
/// own, and fails where the two differ.
pub(crate) fn package(twice: bool) -> Result {
    tools::for_package()?;
    assemble(Profile::Release, &paths::package())?;
    if twice {
        let again = paths::root().join("target/again");
        paths::empty_dir(&again)?;
        assemble_in(&again, Profile::Release, &again.join("dist"))?;
        provenance::compare(&paths::package(), &again.join("dist"))?;
        println!("a second build, from nothing, is the same byte for byte");
    }
    for file in paths::files(&paths::package())? {
        let size = fs::metadata(&file).at(&file)?.len();
        println!("{size:>9}  {}", paths::name(&file));
    }
    println!("{}", paths::package().display());
    Ok(())
}

/// Fills `out` with the files that www/package.json names, and what npm adds to every package by itself.
pub(crate) fn assemble(profile: Profile, out: &Path) -> Result {
    assemble_in(&paths::target(), profile, out)
}

/// Fails where another assembly of what is compiled already differs; `package --twice` compiles again as well.
pub(crate) fn assembled_again(profile: Profile, first: &Path) -> Result {
    let again = paths::root().join("target/assembled-again");
    assemble(profile, &again)?;
    provenance::compare(first, &again)
}

fn assemble_in(target: &Path, profile: Profile, out: &Path) -> Result {
    let www = paths::root().join("www");
    let published = published(&www.join("package.json"))?;
    let built = component(target, profile, false)?;
    // Beside the glue, where the loader looks for it.
    [LIFE, "load.js"].iter().try_for_each(|name| paths::copy_into(&www.join(name), &built.dir))?;
    paths::empty_dir(out)?;
    let made_last = |name: &&str| *name != provenance::FILE;
    for name in published.iter().map(String::as_str).filter(made_last).chain(["package.json", "README.md"]) {
        let places = [built.dir.join(name), www.join(name), paths::root().join(name)];
        let Some(file) = places.iter().find(|file| file.is_file()) else {
            let remedy = "www/package.json names it as a file of the package".into();
            return Err(Error::Missing { what: name.into(), remedy });
        };
        let place = out.join(name);
        let folder = place.parent().unwrap_or(out);
        fs::create_dir_all(folder).at(folder)?;
        if name.ends_with(".js") {
            script(file, folder, profile, &published)?;
        } else {
            paths::copy_into(file, folder)?;
        }
    }
    provenance::write(out)
}

/// Builds the component together with its gallery, and copies wasm and glue into `out`.
pub(crate) fn gallery(out: &Path) -> Result {
    let built = component(&paths::target(), Profile::Dev, true)?;
    paths::empty_dir(out)?;
    [WASM, GLUE].iter().try_for_each(|name| paths::copy_into(&built.dir.join(name), out))
}

/// Makes of the wasm and glue that trunk laid into `dir` what the loader meets in the package: held fast, guarded, marked.
pub(crate) fn finish(dir: &Path) -> Result {
    let (wasm, glue, guard) = (dir.join(WASM), dir.join(GLUE), guard()?);
    hold(&glue, &guard)?;
    let mut hasher = DefaultHasher::new();
    (fs::read(&wasm).at(&wasm)?, paths::read(&glue)?).hash(&mut hasher);
    mark(&wasm, &glue, &format!("{:016x}", hasher.finish()))?;
    paths::write(&glue, glue::begun_by_a_call(&paths::read(&glue)?)?)
}

/// The list `files` of a package.json.
fn published(manifest: &Path) -> Result<Vec<String>> {
    let wrong = |problem: String| Error::Answer { from: manifest.display().to_string(), problem };
    let json: Value = serde_json::from_str(&paths::read(manifest)?).map_err(|error| wrong(error.to_string()))?;
    let files = json["files"].as_array().map(Vec::as_slice).unwrap_or_default();
    let names: Option<Vec<_>> = files.iter().map(|name| name.as_str().map(str::to_owned)).collect();
    names.filter(|names| !names.is_empty()).ok_or_else(|| wrong("no list of \"files\"".into()))
}

/// The component's wasm and its glue, in a directory of their own.
struct Component {
    dir: PathBuf,
}

/// Builds the component, or finds it unchanged.
fn component(target: &Path, profile: Profile, gallery: bool) -> Result<Component> {
    let mut build = command("cargo");
    // The library alone: beside an rlib, cargo leaves link-time optimisation out, which is a third of the bytes.
    build.args(["rustc", "--quiet", "--lib", "--crate-type", "cdylib", "--package", "connect-flow"]);
    build.args(["--target", "wasm32-unknown-unknown", "--target-dir"]).arg(target);
    let dir = match profile {
        Profile::Release => {
            eprintln!("Building the component for release (usually 2 minutes) …");
            // Panic messages name source files: without this they would differ by machine and name its directories.
            let remap = |from: &Path, to: &str| format!("--remap-path-prefix={}={to}", from.display());
            let flags = [remap(&cargo_home()?, "cargo"), remap(paths::root(), "connect-flow")];
            build
                .args(["--release", "--features", "small-allocator"])
                .env("CARGO_ENCODED_RUSTFLAGS", flags.join("\x1f"));
            "release"
        }
        Profile::Dev => {
            eprintln!("Building the component for development …");
            "debug"
        }
        Profile::Mutants => {
            eprintln!("Building the component with leaks on purpose …");
            build.args(["--features", "mutants"]);
            "debug"
        }
    };
    if gallery {
        build.args(["--features", "gallery"]);
    }
    build.args(["--", SLOTS]);
    if profile == Profile::Release {
        build.args([STACK, LINKER_OPTIMISES]);
        for option in LLVM {
            build.args([format!("-Cllvm-args={option}"), "-Clink-arg=-mllvm".into(), format!("-Clink-arg={option}")]);
        }
    }
    if !gallery {
        build.args(layout::LINKED);
    }
    run(&mut build)?;
    let compiled = target.join("wasm32-unknown-unknown").join(dir).join("connect_flow.wasm");
    let out = match (gallery, profile) {
        (true, _) => "gallery",
        (false, Profile::Mutants) => "mutants",
        (false, _) => dir,
    };
    let out = target.join("package").join(out);
    fs::create_dir_all(&out).at(&out)?;
    let wasm = out.join(WASM);

    let input = fs::read(&compiled).at(&compiled)?;
    let mut hasher = DefaultHasher::new();
    let guard = guard()?;
    // The last says what else is done with it.
    let recipe = "marked, laid out anew, split where it begins, in the best of some orders, its functions made alike, without panics, their places, \
                  the unreached, formatting and what the glue does not use, begun by a call, without a prototype";
    (
        &input,
        BEGINS,
        WASM_OPT,
        IN_ORDER,
        ORDERS,
        ROUNDS,
        FEATURES,
        &guard,
        glue::TAKEN,
        (shorter::WORDS, shorter::STATEMENTS, prune::UNUSED, glue::CALLS),
    )
        .hash(&mut hasher);
    (tools::locked_version("wasm-bindgen")?, recipe).hash(&mut hasher);
    paths::read(&paths::npm_tools().join("package-lock.json"))?.hash(&mut hasher);
    let stamp = format!("{:016x}", hasher.finish());
    let stamp_file = out.join("inputs");
    if paths::read(&stamp_file).is_ok_and(|last| last == stamp) {
        return Ok(Component { dir: out });
    }
    // What fails from here on leaves something else than it says.
    paths::write(&stamp_file, "")?;
    let (linked, objects) = if gallery {
        (compiled, None)
    } else {
        let (spread, objects) = layout::spread(&input)?;
        let linked = out.join("spread.wasm");
        paths::write(&linked, spread)?;
        (linked, Some(objects))
    };
    let mut bindgen = command("wasm-bindgen");
    // The loader names the wasm by one literal URL; a second one in the glue makes bundlers emit it twice.
    bindgen.args(["--target", "web", "--no-typescript", "--omit-default-module-path", "--out-name", "connect-flow"]);
    bindgen.arg("--out-dir").arg(&out).arg(&linked);
    if profile == Profile::Release {
        bindgen.arg("--remove-producers-section");
    }
    run(&mut bindgen)?;
    let glue = out.join(GLUE);
    hold(&glue, &guard)?;
    if profile == Profile::Release {
        eprintln!("Optimising the wasm (usually half a minute) …");
        let named = out.join(NAMED);
        paths::write(&named, wasm::without_panics(&fs::read(&wasm).at(&wasm)?)?)?;
        fs::copy(&named, &wasm).at(&named)?;
        prune::prune(&glue, &wasm)?;
    }
    let mut early = None;
    if let Some(objects) = &objects {
        let (gathered, first) = layout::gather(&fs::read(&wasm).at(&wasm)?, objects, &begins_second)?;
        paths::write(&wasm, gathered)?;
        early = Some(first);
    }
    if profile == Profile::Release {
        paths::write(&wasm, wasm::without_messages(&wasm::without_places(&fs::read(&wasm).at(&wasm)?)?)?)?;
        let optimised = out.join("optimised.wasm");
        let mut wasm_opt = command("wasm-opt");
        // Where the second module begins has to be a function still, however little is left of it.
        wasm_opt.arg(&wasm).args(FEATURES).args(BEGINS.map(|name| format!("--no-inline={name}*"))).args(WASM_OPT);
        let names = output_of(wasm_opt.arg("-o").arg(&optimised));
        let names = names.ok_or_else(|| Error::Answer { from: "wasm-opt".into(), problem: "it failed".into() })?;
        paths::write(&glue, renamed(&paths::read(&glue)?, &names)?)?;
        // The optimised one stays, with its names: what became of which function is read there.
        fs::copy(&optimised, &wasm).at(&optimised)?;
        all_begin(&wasm::names(&fs::read(&wasm).at(&wasm)?)?)?;
    }
    if let Some(early) = early {
        let second = out.join(SECOND);
        let halves = split::split(&fs::read(&wasm).at(&wasm)?, &begins_second, &early)?;
        paths::write(&wasm, halves.first)?;
        paths::write(&second, halves.second)?;
        if profile == Profile::Release {
            thread::scope(|scope| {
                let other = scope.spawn(|| in_order(&second));
                in_order(&wasm).and(other.join().unwrap_or_else(|panic| resume_unwind(panic)))
            })?;
        }
        let mut bytes = fs::read(&wasm).at(&wasm)?;
        bytes.extend(custom_section("second", &provenance::integrity(&fs::read(&second).at(&second)?)));
        paths::write(&wasm, bytes)?;
    }
    mark(&wasm, &glue, &stamp)?;
    if profile == Profile::Release {
        // What is not used goes while it is a module; nothing of it would go of a function.
        let whole = out.join("glue.js");
        fs::rename(&glue, &whole).at(&whole)?;
        let mut esbuild = command("esbuild");
        esbuild.args(BUNDLE).arg("--minify-syntax");
        run(esbuild.arg(format!("--outfile={}", glue.display())).arg(&whole))?;
    }
    paths::write(&glue, glue::begun_by_a_call(&paths::read(&glue)?)?)?;
    paths::write(&stamp_file, stamp)?;
    Ok(Component { dir: out })
}

/// The module with functions that look alike beside each other, and made to look alike: of several such modules the one
/// that compresses best.
fn in_order(wasm: &Path) -> Result {
    let (named, sorted) = (wasm.with_extension("named.wasm"), wasm.with_extension("sorted.wasm"));
    let content = alike::without_alignment(&fs::read(wasm).at(wasm)?)?;
    let mut orders = Vec::new();
    for larger in 0..ORDERS {
        paths::write(&named, order::named_by_likeness(&content, larger)?)?;
        run(command("wasm-opt").arg(&named).args(FEATURES).args(IN_ORDER).arg("-o").arg(&sorted))?;
        orders.push(fs::read(&sorted).at(&sorted)?);
    }
    // Which one is the least at last is not told by which is now.
    let mut alike = Vec::new();
    for order in least(orders, LIKELY)? {
        let mut order = Alike::new(order)?;
        alike.extend((0..ROUNDS).map(|_| order.again()));
    }
    paths::write(wasm, least(alike, 1)?.concat())
}

/// Those that compress best, so many of them.
fn least(modules: Vec<Vec<u8>>, many: usize) -> Result<Vec<Vec<u8>>> {
    let sized = modules.into_iter().map(|module| Ok((size::brotli(&module)?, module)));
    let mut sized = sized.collect::<Result<Vec<_>>>()?;
    sized.sort_by_key(|(bytes, _)| *bytes);
    Ok(sized.into_iter().take(many).map(|(_, module)| module).collect())
}

/// Whether a function of this name is one of [`BEGINS`].
fn begins_second(name: &str) -> bool {
    BEGINS.contains(&path_of(name))
}

/// A function's name without the hash that the compiler ends it with.
fn path_of(name: &str) -> &str {
    let hashed = name.rsplit_once("::h").filter(|(_, hash)| hash.len() == 16);
    hashed.map_or(name, |(path, _)| path)
}

/// An error if one of [`BEGINS`] is no function of the published module, given the names of all: what it was written for
/// would be in the first module again, and nobody would notice. Other builds may lack some, which they inline.
fn all_begin(names: &[String]) -> Result {
    let names: BTreeSet<&str> = names.iter().map(|name| path_of(name)).collect();
    let missing: Vec<_> = BEGINS.into_iter().filter(|begin| !names.contains(begin)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let problem = format!("no function is called {}: BEGINS of xtask/src/package.rs names it", missing.join(" or "));
    Err(Error::Answer { from: "the published module".into(), problem })
}

fn guard() -> Result<String> {
    paths::read(&paths::root().join("www/guard.js"))
}

fn hold(glue: &Path, guard: &str) -> Result {
    paths::write(glue, guarded(&glue::held_fast(&paths::read(glue)?)?, guard)?)
}

/// The component for release before wasm-opt, with the names of its functions.
pub(crate) fn named() -> PathBuf {
    paths::target().join("package/release").join(NAMED)
}

/// Names the build in both halves, so that the loader sees when a cache put halves of two builds together: as the name of
/// an empty custom section of the wasm, and as an export of the glue.
fn mark(wasm: &Path, glue: &Path, build: &str) -> Result {
    let mut bytes = fs::read(wasm).at(wasm)?;
    bytes.extend(custom_section(build, ""));
    paths::write(wasm, bytes)?;
    paths::write(glue, format!("{}\nexport const build = \"{build}\";\n", paths::read(glue)?))
}

/// A custom section; name and content together are shorter than 126 bytes, so that all lengths are one byte of LEB128.
fn custom_section(name: &str, content: &str) -> Vec<u8> {
    let length = name.len() as u8;
    [&[0, 1 + length + content.len() as u8, length], name.as_bytes(), content.as_bytes()].concat()
}

/// The glue with `guard` around the exports of the wasm that it calls.
fn guarded(glue: &str, guard: &str) -> Result<String> {
    let exports = "wasm = instance.exports;";
    if glue.matches(exports).count() != 1 {
        let problem = format!("the glue has another form than known: once `{exports}`");
        return Err(Error::Answer { from: "wasm-bindgen".into(), problem });
    }
    Ok([&glue.replace(exports, "wasm = guard(instance.exports);"), guard].join("\n"))
}

/// The glue with the names that wasm-opt gave: `{"imports": [[module, old, new], …], "exports": [[old, new], …]}`. The one
/// module that the wasm imports from is called `a` then.
fn renamed(glue: &str, names: &str) -> Result<String> {
    let wrong = |problem: String| Error::Answer { from: "wasm-opt".into(), problem };
    let names: Value = serde_json::from_str(names).map_err(|error| wrong(error.to_string()))?;
    let pairs = |list: &str, old: usize| -> HashMap<String, String> {
        let entries = names[list].as_array().map(Vec::as_slice).unwrap_or_default();
        entries.iter().filter_map(|e| Some((e[old].as_str()?.to_owned(), e[old + 1].as_str()?.to_owned()))).collect()
    };
    let (imports, exports) = (pairs("imports", 1), pairs("exports", 0));
    if imports.is_empty() || exports.is_empty() {
        return Err(wrong("no new names".into()));
    }
    let glue = prune::without_imports(glue, |name| imports.contains_key(name));
    let mut out = String::with_capacity(glue.len());
    let mut rest = glue.as_str();
    while let Some(start) = rest.find(is_name) {
        let (before, name_on) = rest.split_at(start);
        out.push_str(before);
        let (name, after) = name_on.split_at(name_on.find(|c| !is_name(c)).unwrap_or(name_on.len()));
        // Imports are members of one object under names of their own; exports are members of `wasm`.
        let exported = out.ends_with("wasm.").then(|| exports.get(name)).flatten();
        out.push_str(exported.or_else(|| imports.get(name)).map_or(name, String::as_str));
        rest = after;
    }
    out.push_str(rest);
    Ok(out.replace("\"./connect-flow_bg.js\"", "\"a\""))
}

/// Puts a script into `out`, with those that it imports and that are not published by themselves as a part of it.
fn script(file: &Path, out: &Path, profile: Profile, published: &[String]) -> Result {
    if profile != Profile::Release && is_whole(&paths::read(file)?, published) {
        return paths::copy_into(file, out);
    }
    let place = out.join(paths::name(file));
    let mut esbuild = command("esbuild");
    esbuild.args(BUNDLE).arg("--packages=external");
    esbuild.args(published.iter().map(|name| format!("--external:./{name}")));
    if profile == Profile::Release {
        esbuild.args(["--minify", "--legal-comments=none"]);
        if file.ends_with(LIFE) {
            esbuild.arg(["--banner:js=", AT_ONCE].concat());
        }
    }
    run(esbuild.arg(format!("--outfile={}", place.display())).arg(file))?;
    paths::write(&place, left_alone(&paths::read(&place)?))
}

/// Whether all that a script takes from others is published by itself.
fn is_whole(script: &str, published: &[String]) -> bool {
    let mut sources = script.split("from \"./").skip(1).filter_map(|rest| rest.split_once('"'));
    sources.all(|(name, _)| published.iter().any(|published| published == name))
}

/// The script with a word to bundlers in front of each module whose name is only known when it runs: esbuild drops what the
/// source says to them.
fn left_alone(script: &str) -> String {
    let mut parts = script.split("import(");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        out.push_str("import(");
        if !part.trim_start().starts_with(['"', '/']) {
            out.push_str("/* webpackIgnore: true */ /* @vite-ignore */ ");
        }
        out.push_str(part);
    }
    out
}

/// Where cargo keeps the sources of dependencies.
fn cargo_home() -> Result<PathBuf> {
    let home = env::var_os("CARGO_HOME").map(PathBuf::from);
    home.or_else(|| env::home_dir().map(|dir| dir.join(".cargo")))
        .ok_or_else(|| Error::Missing { what: "a home directory".into(), remedy: "set HOME or CARGO_HOME".into() })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::{BEGINS, all_begin, begins_second, custom_section, guarded, is_whole, left_alone, renamed};

    #[test]
    fn a_custom_section_is_its_id_its_length_its_name_and_its_content() {
        assert_eq!(custom_section("ab", ""), [0, 3, 2, b'a', b'b']);
        assert_eq!(custom_section("a", "xyz"), [0, 5, 1, b'a', b'x', b'y', b'z']);
    }

    #[test]
    fn each_place_where_the_second_module_begins_is_a_function_of_it() {
        let hashed = |name: &str| format!("{name}::h0123456789abcdef");
        let mut names: Vec<String> = BEGINS.map(hashed).to_vec();
        assert!(all_begin(&names).is_ok() && names.iter().all(|name| begins_second(name)));
        names[1].insert(0, '_');
        let error = all_begin(&names).unwrap_err().to_string();
        assert!(error.contains(BEGINS[1]) && !error.contains(BEGINS[0]), "{error}");
    }

    #[test]
    fn the_glue_calls_exports_that_are_watched() {
        let glue = "wasm = instance.exports; return wasm_f(1);";
        assert_eq!(guarded(glue, "guard").unwrap(), "wasm = guard(instance.exports); return wasm_f(1);\nguard");
        assert!(guarded("wasm = exports;", "guard").is_err());
    }

    #[test]
    fn a_script_is_whole_without_what_is_not_published() {
        let published = ["life.js".to_owned()];
        assert!(is_whole(r#"import { a } from "./life.js"; import("./other.js")"#, &published));
        assert!(!is_whole(r#"import { a } from "./life.js"; export * from "./load.js";"#, &published));
    }

    #[test]
    fn bundlers_leave_modules_alone_that_have_no_name_yet() {
        let script = r#"a(import("./a.js"),import(b),import(`./c.js?${d}`))"#;
        let ignore = "/* webpackIgnore: true */ /* @vite-ignore */ ";
        let expected = format!(r#"a(import("./a.js"),import({ignore}b),import({ignore}`./c.js?${{d}}`))"#);
        assert_eq!(left_alone(script), expected);
    }

    #[test]
    fn the_glue_gets_the_names_of_the_wasm_and_no_others() {
        let names = r#"{"imports": [["./m", "__wbg_now_1f", "a"]], "exports": [["memory", "a"], ["free", "b"]]}"#;
        let glue =
            r#"const i = { __wbg_now_1f: () => wasm.memory, memory: wasm.free(free), "./connect-flow_bg.js": i };"#;
        let expected = r#"const i = { a: () => wasm.a, memory: wasm.b(free), "a": i };"#;
        assert_eq!(renamed(glue, names).unwrap(), expected);
        assert!(renamed(glue, "{}").is_err());
    }
}

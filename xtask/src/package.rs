//! `package`: the npm package in dist/package, the same bytes from the same inputs.

use std::{
    collections::hash_map::DefaultHasher,
    env, fs,
    hash::{Hash, Hasher},
    path::{Path, PathBuf},
};

use serde_json::Value;

use crate::{
    error::{AtPath, Error, Result},
    paths,
    process::{command, run},
    tools,
};

const WASM: &str = "connect-flow_bg.wasm";

/// Which build of the component goes into a package.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Profile {
    /// What is published: optimised for size, minified.
    Release,
    /// Quick to build, with names kept: for the loop of change and test.
    Dev,
}

/// wasm-opt's arguments. The features are those rustc 1.95 uses by default for wasm32-unknown-unknown.
const WASM_OPT: [&str; 11] = [
    "-Oz",
    "--enable-bulk-memory",
    "--enable-bulk-memory-opt",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
    "--strip-debug",
    "--strip-producers",
    "--strip-target-features",
];

/// Builds the published package and says where it is.
pub(crate) fn package() -> Result {
    tools::for_package()?;
    assemble(Profile::Release, &paths::package())?;
    for file in paths::files(&paths::package())? {
        let size = fs::metadata(&file).at(&file)?.len();
        println!("{size:>9}  {}", paths::name(&file));
    }
    println!("{}", paths::package().display());
    Ok(())
}

/// Fills `out` with the files that www/package.json names, and what npm adds to every package by itself.
pub(crate) fn assemble(profile: Profile, out: &Path) -> Result {
    let www = paths::root().join("www");
    let published = published(&www.join("package.json"))?;
    let built = component(profile)?;
    paths::empty_dir(out)?;
    for name in published.iter().map(String::as_str).chain(["package.json", "README.md"]) {
        let places = [built.dir.join(name), www.join(name), paths::root().join(name)];
        let Some(file) = places.iter().find(|file| file.is_file()) else {
            let remedy = "www/package.json names it as a file of the package".into();
            return Err(Error::Missing { what: name.into(), remedy });
        };
        if profile == Profile::Release && name.ends_with(".js") {
            minify(file, out)?;
        } else {
            paths::copy_into(file, out)?;
        }
    }
    Ok(())
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
fn component(profile: Profile) -> Result<Component> {
    let mut build = command("cargo");
    build.args(["build", "--quiet", "--lib", "--package", "connect-flow", "--target", "wasm32-unknown-unknown"]);
    let dir = match profile {
        Profile::Release => {
            eprintln!("Building the component for release (usually 2 minutes) …");
            // Panic messages name source files: without this they would differ by machine and name its directories.
            let remap = |from: &Path, to: &str| format!("--remap-path-prefix={}={to}", from.display());
            let flags = [remap(&cargo_home()?, "cargo"), remap(paths::root(), "connect-flow")];
            build.arg("--release").env("CARGO_ENCODED_RUSTFLAGS", flags.join("\x1f"));
            "release"
        }
        Profile::Dev => {
            eprintln!("Building the component for development …");
            "debug"
        }
    };
    run(&mut build)?;
    let compiled = paths::target().join("wasm32-unknown-unknown").join(dir).join("connect_flow.wasm");
    let out = paths::root().join("target/package").join(dir);
    fs::create_dir_all(&out).at(&out)?;
    let wasm = out.join(WASM);

    let input = fs::read(&compiled).at(&compiled)?;
    let mut hasher = DefaultHasher::new();
    (&input, WASM_OPT, tools::locked_version("wasm-bindgen")?).hash(&mut hasher);
    paths::read(&paths::npm_tools().join("package-lock.json"))?.hash(&mut hasher);
    let stamp = format!("{:016x}", hasher.finish());
    let stamp_file = out.join("inputs");
    if paths::read(&stamp_file).is_ok_and(|last| last == stamp) {
        return Ok(Component { dir: out });
    }
    let mut bindgen = command("wasm-bindgen");
    // The loader names the wasm by one literal URL; a second one in the glue makes bundlers emit it twice.
    bindgen.args(["--target", "web", "--no-typescript", "--omit-default-module-path", "--out-name", "connect-flow"]);
    bindgen.arg("--out-dir").arg(&out).arg(&compiled);
    if profile == Profile::Release {
        bindgen.args(["--remove-name-section", "--remove-producers-section"]);
    }
    run(&mut bindgen)?;
    if profile == Profile::Release {
        eprintln!("Optimising the wasm (usually half a minute) …");
        let optimised = out.join("optimised.wasm");
        run(command("wasm-opt").arg(&wasm).args(WASM_OPT).arg("-o").arg(&optimised))?;
        fs::rename(&optimised, &wasm).at(&optimised)?;
    }
    paths::write(&stamp_file, stamp)?;
    Ok(Component { dir: out })
}

fn minify(script: &Path, out: &Path) -> Result {
    let mut esbuild = command("esbuild");
    esbuild.args(["--minify", "--format=esm", "--target=es2022", "--charset=utf8", "--legal-comments=none"]);
    let outfile = format!("--outfile={}", out.join(paths::name(script)).display());
    run(esbuild.arg("--log-level=warning").arg(outfile).arg(script))
}

/// Where cargo keeps the sources of dependencies.
fn cargo_home() -> Result<PathBuf> {
    let home = env::var_os("CARGO_HOME").map(PathBuf::from);
    home.or_else(|| env::home_dir().map(|dir| dir.join(".cargo")))
        .ok_or_else(|| Error::Missing { what: "a home directory".into(), remedy: "set HOME or CARGO_HOME".into() })
}

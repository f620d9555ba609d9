//! `package`: the npm package in dist/package, the same bytes from the same inputs.

use std::{
    collections::hash_map::DefaultHasher,
    env, fs,
    hash::{Hash, Hasher},
    path::{Path, PathBuf},
};

use crate::{
    error::{AtPath, Error, Result},
    paths,
    process::{command, run},
    tools,
};

const GLUE: &str = "connect-flow.js";
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

/// Fills `out` with the package: the wasm, its glue, the files of www/, the licences.
pub(crate) fn assemble(profile: Profile, out: &Path) -> Result {
    let www = paths::root().join("www");
    if !www.join("index.js").is_file() {
        let remedy = "the package cannot be assembled without its entry point".into();
        return Err(Error::Missing { what: "www/index.js".into(), remedy });
    }
    let built = component(profile)?;
    paths::empty_dir(out)?;
    let (scripts, others): (Vec<_>, Vec<_>) =
        paths::files(&www)?.into_iter().partition(|file| file.extension().is_some_and(|extension| extension == "js"));
    for file in others.iter().chain([&built.wasm]) {
        paths::copy_into(file, out)?;
    }
    for licence in ["LICENSE-APACHE", "LICENSE-MIT", "README.md"] {
        let file = paths::root().join(licence);
        if file.exists() {
            paths::copy_into(&file, out)?;
        }
    }
    let scripts = scripts.into_iter().chain([built.glue]);
    match profile {
        Profile::Release => minify(scripts, out),
        Profile::Dev => scripts.into_iter().try_for_each(|file| paths::copy_into(&file, out)),
    }
}

struct Component {
    glue: PathBuf,
    wasm: PathBuf,
}

/// The component's wasm and its glue, built or found unchanged.
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
    let component = Component { glue: out.join(GLUE), wasm: out.join(WASM) };

    let input = fs::read(&compiled).at(&compiled)?;
    let mut hasher = DefaultHasher::new();
    (&input, WASM_OPT, tools::locked_version("wasm-bindgen")?).hash(&mut hasher);
    paths::read(&paths::npm_tools().join("package-lock.json"))?.hash(&mut hasher);
    let stamp = format!("{:016x}", hasher.finish());
    let stamp_file = out.join("inputs");
    if paths::read(&stamp_file).is_ok_and(|last| last == stamp) {
        return Ok(component);
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
        run(command("wasm-opt").arg(&component.wasm).args(WASM_OPT).arg("-o").arg(&optimised))?;
        fs::rename(&optimised, &component.wasm).at(&optimised)?;
    }
    paths::write(&stamp_file, stamp)?;
    Ok(component)
}

fn minify(scripts: impl Iterator<Item = PathBuf>, out: &Path) -> Result {
    for script in scripts {
        let mut esbuild = command("esbuild");
        esbuild.args(["--minify", "--format=esm", "--target=es2022", "--charset=utf8", "--legal-comments=none"]);
        run(esbuild
            .args(["--log-level=warning"])
            .arg(&script)
            .arg(format!("--outfile={}", out.join(paths::name(&script)).display())))?;
    }
    Ok(())
}

/// Where cargo keeps the sources of dependencies.
fn cargo_home() -> Result<PathBuf> {
    let home = env::var_os("CARGO_HOME").map(PathBuf::from);
    home.or_else(|| env::home_dir().map(|dir| dir.join(".cargo")))
        .ok_or_else(|| Error::Missing { what: "a home directory".into(), remedy: "set HOME or CARGO_HOME".into() })
}

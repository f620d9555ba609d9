//! `examples`: packs the package, builds the projects of examples/ on it as their users would, and drives them.

use std::{
    collections::hash_map::DefaultHasher,
    fs,
    hash::{Hash, Hasher},
    path::{Path, PathBuf},
    process::Command,
};

use crate::{
    areas,
    error::{AtPath, Error, Result},
    paths,
    process::{command, run, run_logged},
    tools,
};

/// Projects that Vite or webpack builds; they share one node_modules.
const BUNDLED: [&str; 4] = ["react", "vue", "svelte", "webpack"];

/// Which projects there are to build.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Extent {
    /// What takes seconds.
    #[default]
    Quick,
    /// Also what takes minutes the first time: Leptos and Next.js.
    Full,
}

fn folder() -> PathBuf {
    paths::root().join("examples")
}

/// Builds all of them, in all browsers or one, and runs their tests.
pub(crate) fn examples(extent: Extent, browser: Option<String>) -> Result {
    let full = extent == Extent::Full;
    areas::test(&areas::Options { only: Some("examples".into()), browser, full, ..areas::Options::default() })
}

/// Builds the projects on the package that lies in the site.
pub(crate) fn build(extent: Extent) -> Result {
    tools::for_demo()?;
    run(command("cargo").args(["build", "--quiet", "--package", "connect-flow-sandbox", "--examples"]))?;
    let packed = pack()?;
    install(&folder(), &packed)?;
    html()?;
    for project in BUNDLED {
        run_logged(npm(&folder()).args(["run", "build", "--workspace"]).arg(project), &log(project))?;
    }
    if extent == Extent::Full {
        trunk()?;
        leptos_ssr()?;
        next(&packed)?;
    }
    Ok(())
}

fn log(project: &str) -> PathBuf {
    paths::root().join("target/examples").join(format!("{project}.log"))
}

fn npm(dir: &Path) -> Command {
    let mut npm = command("npm");
    npm.args(["--no-fund", "--no-audit", "--loglevel=error", "--prefer-offline"]).current_dir(dir);
    npm
}

/// The tarball, as npm would publish it; every project names it in place of a version.
fn pack() -> Result<PathBuf> {
    let out = paths::root().join("target/examples");
    paths::empty_dir(&out)?;
    run_logged(npm(&paths::site()).args(["pack", "--pack-destination"]).arg(&out), &log("npm-pack"))?;
    let is_tarball = |file: &PathBuf| paths::name(file).ends_with(".tgz");
    let tarball = paths::files(&out)?
        .into_iter()
        .find(is_tarball)
        .ok_or_else(|| Error::Missing { what: "the tarball".into(), remedy: "npm pack wrote none".into() })?;
    let packed = folder().join("connect-flow.tgz");
    fs::rename(&tarball, &packed).at(&tarball)?;
    Ok(packed)
}

/// Installs what a lock file says, unless the last install was of the same lock file and tarball.
fn install(dir: &Path, packed: &Path) -> Result {
    let mut hasher = DefaultHasher::new();
    paths::read(&dir.join("package-lock.json"))?.hash(&mut hasher);
    fs::read(packed).at(packed)?.hash(&mut hasher);
    let (inputs, stamp) = (format!("{:016x}", hasher.finish()), dir.join("node_modules/.connect-flow-inputs"));
    if paths::read(&stamp).is_ok_and(|installed| installed == inputs) {
        return Ok(());
    }
    eprintln!("Installing the npm packages of {} (usually half a minute) …", paths::name(dir));
    run_logged(npm(dir).arg("ci"), &log("npm-ci"))?;
    paths::write(&stamp, inputs)
}

/// The page without a build: its files, and the package's beside them.
fn html() -> Result {
    let (from, to) = (folder().join("html"), folder().join("html/dist"));
    paths::empty_dir(&to.join("connect-flow"))?;
    for file in paths::files(&from)?.iter().filter(|file| paths::name(file) != "package.json") {
        paths::copy_into(file, &to)?;
    }
    for file in paths::files(&folder().join("node_modules/connect-flow"))? {
        paths::copy_into(&file, &to.join("connect-flow"))?;
    }
    let css = folder().join("acme.css");
    paths::copy_into(&css, &folder().join("webpack/public"))?;
    paths::copy_into(&css, &to)
}

/// Where cargo builds a project. A library that is also a cdylib has one file for all sets of features and all flags: in a
/// directory that is shared, cargo takes what was built last for what is asked for.
fn own_target(project: &str) -> PathBuf {
    paths::target().join("of-examples").join(project)
}

fn trunk() -> Result {
    let dir = folder().join("leptos");
    // Trunk may not download tools of its own; offline, it wants the crates of all platforms to be there.
    run(command("cargo").args(["fetch", "--quiet"]).current_dir(&dir))?;
    let mut trunk = command("trunk");
    trunk.args(["--quiet", "--offline=true", "build"]).env("NO_COLOR", "true").current_dir(&dir);
    run(trunk.env("CARGO_TARGET_DIR", own_target("leptos")))
}

/// The server for this machine, the page's library for browsers, and the glue between them.
fn leptos_ssr() -> Result {
    let (dir, name) = (folder().join("leptos-ssr"), "leptos-ssr-example");
    let built = own_target("leptos-ssr");
    let target = ["--target", "wasm32-unknown-unknown"];
    for what in [["--features", "ssr"].as_slice(), &[["--features", "hydrate", "--lib"].as_slice(), &target].concat()] {
        let mut build = command("cargo");
        build.args(["build", "--quiet", "--locked"]).args(what).current_dir(&dir);
        run(build.env("CARGO_TARGET_DIR", &built))?;
    }
    let wasm = built.join(target[1]).join("debug").join(name.replace('-', "_")).with_extension("wasm");
    let mut bindgen = command("wasm-bindgen");
    bindgen.args(["--target", "web", "--no-typescript", "--out-dir"]).arg(dir.join("dist/pkg")).arg(wasm);
    run(&mut bindgen)?;
    paths::copy_into(&built.join("debug").join(name), &dir.join("dist"))
}

fn next(packed: &Path) -> Result {
    let dir = folder().join("next");
    install(&dir, packed)?;
    run_logged(npm(&dir).args(["run", "build"]).env("NEXT_TELEMETRY_DISABLED", "1"), &log("next"))
}

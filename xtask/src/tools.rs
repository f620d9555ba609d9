//! Installs what the chores need and is not there yet, each thing announced with the time it usually takes.

use std::{
    env,
    ffi::OsString,
    path::{Path, PathBuf},
};

use crate::{
    error::{Error, Result},
    paths,
    process::{command, output_of, run, run_logged},
};

const TRUNK: &str = "0.21.14";
const GECKODRIVER: &str = "0.37.1";
const CARGO_DENY: &str = "0.20.2";

/// The programs browser tests start, and the Debian package of each.
const BROWSERS: [(&str, &[&str], &str); 6] = [
    ("Chromium", &["/usr/bin/chromium"], "chromium"),
    ("ChromeDriver", &["/usr/bin/chromedriver"], "chromium-driver"),
    ("Firefox", &["/usr/bin/firefox-esr", "/usr/bin/firefox"], "firefox-esr"),
    ("WebKitWebDriver", &["/usr/bin/WebKitWebDriver"], "webkit2gtk-driver"),
    ("Xvfb", &["/usr/bin/Xvfb"], "xvfb"),
    ("a C compiler", &["/usr/bin/cc"], "build-essential"),
];

/// PATH with the project's own tools first.
pub(crate) fn search_path() -> OsString {
    let own = [paths::tools().join("bin"), paths::npm_tools().join("node_modules/.bin")];
    let inherited = env::var_os("PATH").unwrap_or_default();
    // A PATH that cannot be joined holds a colon in a directory's name: then only the inherited one is of use.
    env::join_paths(own.into_iter().chain(env::split_paths(&inherited))).unwrap_or(inherited)
}

/// Everything any chore needs.
pub(crate) fn setup() -> Result {
    for_demo()?;
    for_tests()
}

/// What `demo` and `package` need: the target, wasm-bindgen, trunk, wasm-opt.
pub(crate) fn for_demo() -> Result {
    for_package()?;
    cargo_install("trunk", TRUNK, true, "3 minutes")
}

/// What `package` needs.
pub(crate) fn for_package() -> Result {
    rust_target()?;
    // Its own lock file names a crate version that the registry may no longer have.
    cargo_install("wasm-bindgen-cli", &locked_version("wasm-bindgen")?, false, "1 minute")?;
    npm_install(&paths::npm_tools(), "wasm-opt and esbuild", "half a minute")
}

/// What `test` needs beyond `package`: three browsers and their drivers.
pub(crate) fn for_tests() -> Result {
    for_package()?;
    browsers()?;
    cargo_install("geckodriver", GECKODRIVER, true, "1 minute")?;
    for_node_tests()
}

/// The npm packages that tests import.
pub(crate) fn for_node_tests() -> Result {
    npm_install(&paths::root().join("tests"), "the npm packages of the tests", "half a minute")
}

/// What the component is measured against.
pub(crate) fn for_bench(dir: &Path) -> Result {
    npm_install(dir, "the contenders of the measurements", "a minute")
}

/// cargo-deny, which checks licences, sources and advisories of every dependency.
pub(crate) fn cargo_deny() -> Result {
    cargo_install("cargo-deny", CARGO_DENY, true, "2 minutes")
}

fn rust_target() -> Result {
    const TARGET: &str = "wasm32-unknown-unknown";
    let Some(sysroot) = output_of(command("rustc").args(["--print", "sysroot"])) else {
        let remedy = "install Rust from https://rustup.rs".into();
        return Err(Error::Missing { what: "rustc".into(), remedy });
    };
    if Path::new(&sysroot).join("lib/rustlib").join(TARGET).is_dir() {
        return Ok(());
    }
    announce(&format!("the Rust target {TARGET}"), "half a minute");
    run(command("rustup").args(["target", "add", TARGET]))
}

/// Installs a crate's programs for this project alone, unless that very version is there or on PATH already.
fn cargo_install(krate: &str, version: &str, locked: bool, usual_time: &str) -> Result {
    let program = krate.strip_suffix("-cli").unwrap_or(krate);
    if has_version(program, version) {
        return Ok(());
    }
    announce(&format!("{krate} {version}"), usual_time);
    let mut install = command("cargo");
    // Built quickly rather than well: they work for seconds, and whoever runs this first waits for them.
    install.args(["install", krate, "--debug", "--force", "--version", &format!("={version}"), "--root"]);
    install.arg(paths::tools()).env("CARGO_PROFILE_DEV_DEBUG", "0").env("CARGO_INCREMENTAL", "0");
    if locked {
        install.arg("--locked");
    }
    // Its build is thrown away: sharing the project's directory would only fill it.
    install.env_remove("CARGO_TARGET_DIR");
    run_logged(&mut install, &paths::tools().join(format!("{krate}.log")))
}

fn has_version(program: &str, version: &str) -> bool {
    output_of(command(program).arg("--version"))
        .is_some_and(|text| text.lines().next().is_some_and(|line| line.split([' ', '(']).any(|word| word == version)))
}

/// Installs a directory's locked npm packages, unless the last install was of the same lock file.
fn npm_install(dir: &Path, what: &str, usual_time: &str) -> Result {
    let lock = paths::read(&dir.join("package-lock.json"))?;
    let stamp = dir.join("node_modules/.connect-flow-lock");
    if paths::read(&stamp).is_ok_and(|installed| installed == lock) {
        return Ok(());
    }
    announce(what, usual_time);
    let mut install = command("npm");
    install.args(["ci", "--no-fund", "--no-audit", "--loglevel=error"]).current_dir(dir);
    run_logged(&mut install, &paths::tools().join("npm.log"))?;
    paths::write(&stamp, lock)
}

/// Whether a page can be opened in Chromium as it is.
pub(crate) fn has_chromium() -> bool {
    let [chromium, driver, ..] = &BROWSERS;
    [chromium, driver].iter().all(|(_, places, _)| places.iter().any(|place| Path::new(place).exists()))
}

fn browsers() -> Result {
    let missing: Vec<_> =
        BROWSERS.iter().filter(|(_, places, _)| !places.iter().any(|p| Path::new(p).exists())).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let names = missing.iter().map(|(name, ..)| *name).collect::<Vec<_>>().join(", ");
    let packages: Vec<_> = missing.iter().map(|(.., package)| *package).collect();
    let Some(apt) = apt_get() else {
        let remedy = format!("as root: apt-get install --no-install-recommends {}", packages.join(" "));
        return Err(Error::Missing { what: names, remedy });
    };
    announce(&names, "1 to 3 minutes");
    let log = paths::tools().join("apt.log");
    let apt_get = |arguments: &[&str]| {
        let mut install = command(&apt[0]);
        install.args(&apt[1..]).args(arguments).env("DEBIAN_FRONTEND", "noninteractive");
        run_logged(&mut install, &log)
    };
    apt_get(&["update"])?;
    apt_get(&[&["install", "-y", "--no-install-recommends"], packages.as_slice()].concat())
}

/// How apt-get can be run without asking for a password, if it can.
fn apt_get() -> Option<Vec<PathBuf>> {
    output_of(command("apt-get").arg("--version"))?;
    if rustix::process::geteuid().is_root() {
        return Some(vec!["apt-get".into()]);
    }
    output_of(command("sudo").args(["-n", "true"]))?;
    Some(["sudo", "-n", "--preserve-env=DEBIAN_FRONTEND", "apt-get"].map(PathBuf::from).to_vec())
}

/// The version of a crate in Cargo.lock.
pub(crate) fn locked_version(krate: &str) -> Result<String> {
    let path = paths::root().join("Cargo.lock");
    let lock = paths::read(&path)?;
    let entry = format!("name = \"{krate}\"\nversion = \"");
    let version = lock.split_once(&entry).and_then(|(_, rest)| rest.split('"').next());
    version
        .map(str::to_owned)
        .ok_or_else(|| Error::Answer { from: path.display().to_string(), problem: format!("no package named {krate}") })
}

fn announce(what: &str, usual_time: &str) {
    eprintln!("Installing {what} (usually {usual_time}) …");
}

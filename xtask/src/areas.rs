//! `test`: the areas, what each runs, and the count at the end.

use std::{
    path::{Path, PathBuf},
    process::Command,
    time::Instant,
};

use crate::{
    audit, coverage, demo, docs,
    error::{Error, Result},
    examples::{self, Extent},
    leak,
    package::{self, Profile},
    paths,
    process::{command, run, run_lines},
    secrets, site, size, tools,
};

const BROWSERS: [&str; 3] = ["chromium", "firefox", "webkit"];
/// The areas that run in all three browsers in a short run, too; the others are left to Chromium there.
const EVERYWHERE: [&str; 2] = ["flow", "session"];
/// Folders of tests/ that are no area of their own: the sandbox area runs the conformance tests.
const NOT_AREAS: [&str; 4] = ["conformance", "harness", "node_modules", "pages"];

/// What the command line of `test` chooses.
#[derive(Default)]
pub(crate) struct Options {
    pub(crate) only: Option<String>,
    pub(crate) browser: Option<String>,
    /// Browser areas run the package as published; without it only when everything runs.
    pub(crate) release: bool,
    /// Every area in every browser, every example, and advisories and licences of all dependencies by cargo-deny.
    pub(crate) full: bool,
}

#[derive(Default)]
struct Count {
    passed: u32,
    failed: u32,
}

impl Count {
    /// Takes the result of a command that is one test by itself.
    fn check(&mut self, name: &str, command: &mut Command) -> Result {
        let result = run(command);
        self.record(name, result)
    }

    fn record(&mut self, name: &str, result: Result) -> Result {
        match result {
            Ok(()) => self.passed += 1,
            Err(Error::Interrupted) => return Err(Error::Interrupted),
            Err(error) => {
                self.failed += 1;
                println!("FAILED {name}: {error}");
            }
        }
        Ok(())
    }

    /// Runs a command that counts tests itself, and counts what it prints.
    fn tests(&mut self, name: &str, command: &mut Command, read: fn(&str) -> Option<(u32, u32)>) -> Result {
        self.named_tests(name, command, read, |_| {})
    }

    /// Runs `cargo test`, and leaves the names of what it ran for the table of coverage.
    fn cargo_tests(&mut self, area: &str, prefix: &str, command: &mut Command) -> Result {
        let mut names = String::new();
        let result = self.named_tests("cargo test", command, cargo_summary, |line| {
            names.extend(coverage::cargo_test(prefix, line).map(|name| name + "\n"));
        });
        paths::write(&coverage::names_file(area), names)?;
        result
    }

    fn named_tests(
        &mut self,
        name: &str,
        command: &mut Command,
        read: fn(&str) -> Option<(u32, u32)>,
        mut each: impl FnMut(&str) + Send,
    ) -> Result {
        let mut counted = Self::default();
        let status = run_lines(command, |line| {
            each(line);
            if let Some((passed, failed)) = read(line) {
                counted.passed += passed;
                counted.failed += failed;
            }
        })?;
        // A command that fails without a failed test did not get as far as to run them all.
        if !status.success() && counted.failed == 0 {
            counted.failed = 1;
            println!("FAILED {name}: {status}");
        } else if counted.passed + counted.failed == 0 {
            counted.failed = 1;
            println!("FAILED {name}: no test was run");
        }
        self.passed += counted.passed;
        self.failed += counted.failed;
        Ok(())
    }
}

/// `N passed; M failed` of a line of `cargo test`.
fn cargo_summary(line: &str) -> Option<(u32, u32)> {
    let rest = line.strip_prefix("test result: ")?.split_once(". ")?.1;
    let mut numbers = rest.split("; ").map(|part| part.split(' ').next().and_then(|number| number.parse().ok()));
    Some((numbers.next()??, numbers.next()??))
}

/// The counts in the summary of `node --test`, one a line; a cancelled test is a failed one.
pub(crate) fn node_summary(line: &str) -> Option<(u32, u32)> {
    let (what, number) = line.strip_prefix("ℹ ")?.split_once(' ')?;
    let number = number.parse().ok()?;
    match what {
        "pass" => Some((number, 0)),
        "fail" | "cancelled" => Some((0, number)),
        _ => None,
    }
}

/// Runs the chosen areas and prints the count.
pub(crate) fn test(options: &Options) -> Result {
    let areas = chosen(options)?;
    let browsers: Vec<_> = match &options.browser {
        Some(one) if BROWSERS.contains(&one.as_str()) => vec![one.as_str()],
        Some(other) => return Err(Error::Usage(format!("no browser {other}: one of {}", BROWSERS.join(", ")))),
        None => BROWSERS.to_vec(),
    };
    let mut count = Count::default();
    let mut site_built = false;
    if options.only.is_none() {
        coverage::forget()?;
    }
    for area in &areas {
        let start = Instant::now();
        println!("── {area}");
        match area.as_str() {
            "core" => core(options, &mut count)?,
            "sandbox" => sandbox(&mut count)?,
            "demo" => {
                let check = demo::Options { check: true, platform: None };
                count.record("demo --check", demo::demo(&check))?;
            }
            folder => {
                if !site_built {
                    let everything = options.only.is_none();
                    let profile = if everything || options.release { Profile::Release } else { Profile::Dev };
                    let built = prepare_browsers(profile, everything || folder == "people");
                    site_built = built.is_ok();
                    count.record("build of the package and the pages", built)?;
                    if site_built && everything {
                        let again = package::assembled_again(profile, &paths::site());
                        count.record("the package, assembled again, is the same byte for byte", again)?;
                    }
                }
                if folder == "examples" && site_built {
                    let extent = if options.full { Extent::Full } else { Extent::Quick };
                    count.record("build of the examples", examples::build(extent))?;
                }
                if folder == "leak" && site_built {
                    count.record("build with leaks on purpose", leak::build_mutants())?;
                }
                if site_built {
                    let short = options.only.is_none() && !options.full && !EVERYWHERE.contains(&folder);
                    let chosen = if short { &browsers[..1] } else { &browsers };
                    in_browsers(folder, chosen, options.full, &mut count)?;
                }
            }
        }
        println!("── {area}: {:.0} s", start.elapsed().as_secs_f32());
    }
    if options.only.is_none() {
        println!("── size");
        count.record("size", size::size(false))?;
        println!("── secrets");
        count.record("secrets", secrets::secrets())?;
        println!("── coverage");
        count.record("coverage", coverage::coverage(false))?;
    }
    println!("{} passed, {} failed", count.passed, count.failed);
    if count.failed == 0 { Ok(()) } else { Err(Error::TestsFailed) }
}

fn chosen(options: &Options) -> Result<Vec<String>> {
    let mut areas = vec!["core".to_owned(), "sandbox".to_owned()];
    areas.extend(browser_areas()?);
    areas.push("demo".to_owned());
    match &options.only {
        None => Ok(areas),
        Some(area) if areas.contains(area) => Ok(vec![area.clone()]),
        Some(area) => Err(Error::Usage(format!("no area {area}: one of {}", areas.join(", ")))),
    }
}

/// Every folder of tests/ that holds a *.test.js is an area.
fn browser_areas() -> Result<Vec<String>> {
    let mut found = Vec::new();
    for folder in paths::folders(&paths::root().join("tests"))? {
        let name = paths::name(&folder);
        if !NOT_AREAS.contains(&name.as_str()) && !test_files(&folder)?.is_empty() {
            found.push(name);
        }
    }
    Ok(found)
}

fn test_files(folder: &Path) -> Result<Vec<PathBuf>> {
    Ok(paths::files(folder)?.into_iter().filter(|file| paths::name(file).ends_with(".test.js")).collect())
}

fn core(options: &Options, count: &mut Count) -> Result {
    let cargo = |arguments: &str| {
        let mut cargo = command("cargo");
        cargo.args(arguments.split(' '));
        cargo
    };
    tools::for_package()?;
    count.check("rustfmt", &mut cargo("fmt --all --check"))?;
    count.check("clippy", &mut cargo("clippy --quiet --workspace --all-targets -- -D warnings"))?;
    let wasm = "clippy --quiet --package connect-flow --target wasm32-unknown-unknown -- -D warnings";
    count.check("clippy for wasm32", &mut cargo(wasm))?;
    let in_leptos = wasm.replace(" -- ", " --no-default-features -- ");
    count.check("clippy for wasm32 as a part of a Leptos app", &mut cargo(&in_leptos))?;
    let mutants = wasm.replace(" -- ", " --features mutants -- ");
    count.check("clippy for wasm32 with leaks on purpose", &mut cargo(&mutants))?;
    count.record("no leak on purpose in a release build", leak::refused_in_release())?;
    count.cargo_tests("core", "native", &mut cargo("test --package connect-flow --package xtask"))?;
    count.record("docs", docs::docs())?;
    if options.full {
        let server = "test --package connect-flow --features ssr --lib embed::leptos";
        count.tests("the component on a server", &mut cargo(server), cargo_summary)?;
        tools::cargo_deny()?;
        let checks = "deny --workspace --all-features check bans licenses sources";
        count.check("cargo-deny: bans, licences, sources", &mut cargo(checks))?;
        // The advisories live in a repository of their own, which a closed network does not reach.
        if run(&mut cargo("deny fetch db")).is_ok() {
            count.check("cargo-deny: advisories", &mut cargo("deny --workspace --all-features check advisories"))?;
        } else {
            println!("advisories were NOT checked: their database cannot be reached from here");
        }
        let audited = audit::npm_is_clean().map(|known| {
            if !known {
                println!("npm's advisories were NOT checked: the registry does not give them here");
            }
        });
        count.record("npm audit", audited)?;
    }
    Ok(())
}

fn sandbox(count: &mut Count) -> Result {
    count.cargo_tests("sandbox", "sandbox", &mut cargo_test_sandbox())?;
    let folder = paths::root().join("tests/conformance");
    if folder.is_dir() {
        tools::for_node_tests()?;
        run(command("cargo").args(["build", "--quiet", "--package", "connect-flow-sandbox"]))?;
        count.tests("conformance", &mut node_test(&folder)?, node_summary)?;
    }
    Ok(())
}

fn cargo_test_sandbox() -> Command {
    let mut cargo = command("cargo");
    cargo.args(["test", "--package", "connect-flow-sandbox"]);
    cargo
}

/// Builds what browsers open and talk to.
pub(crate) fn prepare_browsers(profile: Profile, gallery: bool) -> Result {
    tools::for_tests()?;
    run(command("cargo").args(["build", "--quiet", "--package", "connect-flow-sandbox"]))?;
    site::build(profile, gallery)
}

fn in_browsers(folder: &str, browsers: &[&str], full: bool, count: &mut Count) -> Result {
    let mut node = node_test(&paths::root().join("tests").join(folder))?;
    node.env("CONNECT_FLOW_BROWSERS", browsers.join(","));
    if full {
        node.env("CONNECT_FLOW_ALL_EXAMPLES", "1");
    }
    count.tests(folder, &mut node, node_summary)
}

/// `node --test` of a folder's files, three at a time: a test waits more than it works.
pub(crate) fn node_test(folder: &Path) -> Result<Command> {
    let mut node = node();
    let (names, reporter) = (coverage::names_file(&paths::name(folder)), paths::root().join("tests/harness/names.js"));
    paths::write(&names, "")?;
    node.args(["--test", "--test-concurrency=3", "--test-reporter=spec", "--test-reporter-destination=stdout"]);
    node.arg(format!("--test-reporter={}", reporter.display()));
    node.arg(format!("--test-reporter-destination={}", names.display())).args(test_files(folder)?);
    node.env("CONNECT_FLOW_AREA", paths::name(folder));
    Ok(node)
}

/// Node, told where the sandbox and the pages are.
pub(crate) fn node() -> Command {
    let mut node = command("node");
    node.env("CONNECT_FLOW_SANDBOX", paths::sandbox_binary()).env("CONNECT_FLOW_SITE", paths::site());
    node.env("CONNECT_FLOW_MUTANTS_SITE", paths::mutants_site());
    node
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_summary_of_cargo_test() {
        let line = "test result: FAILED. 12 passed; 3 failed; 1 ignored; 0 measured; 0 filtered out";
        assert_eq!(cargo_summary(line), Some((12, 3)));
        assert_eq!(cargo_summary("running 3 tests"), None);
    }

    #[test]
    fn reads_the_summary_of_node() {
        assert_eq!(node_summary("ℹ pass 7"), Some((7, 0)));
        assert_eq!(node_summary("ℹ cancelled 2"), Some((0, 2)));
        assert_eq!(node_summary("ℹ tests 9"), None);
    }

    #[test]
    fn a_command_that_runs_no_test_has_failed() {
        let mut count = Count::default();
        assert!(count.tests("nothing", &mut command("true"), node_summary).is_ok());
        assert_eq!((count.passed, count.failed), (0, 1));
    }

    #[test]
    fn a_command_that_fails_is_counted_once() {
        let mut count = Count::default();
        assert!(count.tests("failing", &mut command("false"), node_summary).is_ok());
        assert!(count.check("failing too", &mut command("false")).is_ok());
        assert_eq!((count.passed, count.failed), (0, 2));
    }
}

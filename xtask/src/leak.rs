//! `leak`: the long form of the leak test, and the leaks on purpose that prove it.

use crate::{
    areas,
    error::{AtPath, Error, Result},
    package::Profile,
    paths,
    process::{command, run, run_lines},
    proof, site, tools,
};
use serde_json::json;

/// What the command line of `leak` chooses.
#[derive(Default)]
pub(crate) struct Options {
    /// Every scenario in every browser.
    pub(crate) full: bool,
    /// Every leak on purpose, each of which has to be found.
    pub(crate) mutants: bool,
    /// Only the mutants of these numbers or names, separated by commas.
    pub(crate) only: Option<String>,
}

/// Builds what is tested and runs what was chosen: the short form if nothing was.
pub(crate) fn leak(options: &Options) -> Result {
    tools::for_tests()?;
    run(command("cargo").args(["build", "--quiet", "--package", "connect-flow-sandbox"]))?;
    let folder = paths::root().join("tests/leak");
    build_mutants()?;
    if options.mutants {
        let mut node = areas::node();
        node.arg(folder.join("score.js")).env("CONNECT_FLOW_SITE", paths::mutants_site());
        node.args(options.only.iter().flat_map(|only| only.split(',')));
        let mut score = None;
        let status = run_lines(&mut node, |line| score = counted(line).or(score))?;
        let Some((caught, all)) = score.filter(|(caught, all)| status.success() && caught == all) else {
            return Err(Error::TestsFailed);
        };
        if options.only.is_none() {
            proof::record("mutants", &json!({ "leaks on purpose": all, "found": caught }))?;
        }
    }
    if options.full || !options.mutants {
        site::build(if options.full { Profile::Release } else { Profile::Dev }, false)?;
        let mut test = areas::node_test(&folder)?;
        if !options.full {
            return run(&mut test);
        }
        proof::record("leak", &json!({}))?;
        let mut passed = 0;
        let status = run_lines(test.env("CONNECT_FLOW_LEAK", "full"), |line| {
            passed = areas::node_summary(line).map_or(passed, |(count, _)| passed + count);
        })?;
        if !status.success() {
            return Err(Error::TestsFailed);
        }
        proof::record("leak", &json!({ "passed": passed, "browsers": "chromium, firefox, webkit" }))?;
    }
    Ok(())
}

/// `12/12 mutants caught`, the last line of a score.
fn counted(line: &str) -> Option<(u32, u32)> {
    let (caught, all) = line.strip_suffix(" mutants caught")?.split_once('/')?;
    Some((caught.parse().ok()?, all.parse().ok()?))
}

/// The component that can be told to leak or to break down, which the tests of panics need as well.
pub(crate) fn build_mutants() -> Result {
    site::build(Profile::Mutants, false)
}

/// Tries to build leaks on purpose into a release, which has to fail for that reason.
pub(crate) fn refused_in_release() -> Result {
    let mut cargo = command("cargo");
    cargo.args(["check", "--quiet", "--release", "--lib", "--package", "connect-flow", "--features", "mutants"]);
    let output = cargo.output().at("cargo")?;
    let said = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() && said.contains("never for a release") {
        return Ok(());
    }
    let problem = format!("the feature `mutants` is not refused in a release build: {said}");
    Err(Error::Answer { from: "cargo check".into(), problem })
}

#[cfg(test)]
mod tests {
    use super::counted;

    #[test]
    fn reads_the_score() {
        assert_eq!(counted("63/64 mutants caught"), Some((63, 64)));
        assert_eq!(counted("ok  1 token in the query: caught in network"), None);
    }
}

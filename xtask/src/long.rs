//! `histories`, `hostile` and `soak`: what takes too long for every run of the tests; each leaves its counts for `proof`.

use std::time::SystemTime;

use serde_json::json;

use crate::{
    areas,
    error::{Error, Result},
    package::Profile,
    paths,
    process::{command, run},
    proof,
};

/// What the command line of `hostile` and `soak` chooses.
#[derive(Default)]
pub(crate) struct Options {
    pub(crate) browser: Option<String>,
    /// Replays a run; a fresh one is taken and printed otherwise.
    pub(crate) seed: Option<u32>,
    pub(crate) sessions: Option<u32>,
    pub(crate) minutes: Option<u32>,
}

/// Random histories of the session against a model of it.
pub(crate) fn histories(count: u32) -> Result {
    let mut cargo = command("cargo");
    cargo.args(["test", "--package", "connect-flow", "--lib", "histories"]);
    run(cargo.env("CONNECT_FLOW_HISTORIES", count.to_string()))?;
    proof::record("histories", &json!({ "histories": count }))
}

/// Sessions with a platform that answers nonsense: 10,000 unless told.
pub(crate) fn hostile(options: &Options) -> Result {
    let sessions = options.sessions.unwrap_or(10_000).to_string();
    script("hostile", options, &[("CONNECT_FLOW_HOSTILE_SESSIONS", sessions)])
}

/// Twenty components through faults at random: an hour unless told.
pub(crate) fn soak(options: &Options) -> Result {
    let minutes = options.minutes.unwrap_or(60).to_string();
    script("soak", options, &[("CONNECT_FLOW_SOAK_MINUTES", minutes)])
}

/// Runs tests/NAME/full.js against the quick build, whose checks of arithmetic are on.
fn script(name: &str, options: &Options, env: &[(&str, String)]) -> Result {
    areas::prepare_browsers(Profile::Dev, false)?;
    let seed = options.seed.unwrap_or_else(fresh_seed);
    let file = proof::file(name);
    paths::write(&file, "{}\n")?;
    let mut node = command("node");
    node.arg(paths::root().join("tests").join(name).join("full.js"));
    node.env("CONNECT_FLOW_BROWSERS", options.browser.as_deref().unwrap_or("chromium"));
    node.env("CONNECT_FLOW_SEED", seed.to_string()).env("CONNECT_FLOW_PROOF", &file);
    node.env("CONNECT_FLOW_SANDBOX", paths::sandbox_binary()).env("CONNECT_FLOW_SITE", paths::site());
    node.envs(env.iter().map(|(name, value)| (name, value)));
    run(&mut node).map_err(|error| match error {
        Error::Command { .. } => {
            println!("FAILED: replay it with --seed {seed}");
            Error::TestsFailed
        }
        other => other,
    })
}

fn fresh_seed() -> u32 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    since.subsec_nanos() ^ (since.as_secs() as u32).rotate_left(16)
}

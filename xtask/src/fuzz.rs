//! `fuzz`: arbitrary input for everything that reads a session token, one target after the other.

use serde_json::Map;

use crate::{
    error::{Error, Result},
    paths,
    process::{command, line, run_lines},
    proof,
};

const TARGETS: [&str; 3] = ["token", "jwt", "time"];

/// How many inputs were tried, of a line like `Done 12345 runs in 11 second(s)`.
fn executed(line: &str) -> Option<u64> {
    line.strip_prefix("Done ")?.split(' ').next()?.parse().ok()
}

/// Runs each target for that many seconds; the first crash ends it and names the input that caused it.
pub(crate) fn fuzz(seconds: u32) -> Result {
    let mut counts = Map::new();
    for target in TARGETS {
        println!("── fuzz {target}: {seconds} s");
        let mut cargo = command("cargo");
        cargo.args(["run", "--quiet", "--release", "--bin", target, "--", &format!("-max_total_time={seconds}")]);
        let mut inputs = 0;
        // It counts on standard error, which is read where standard output is.
        let mut shell = command("sh");
        shell.args(["-c", "exec \"$@\" 2>&1", "sh"]).arg(cargo.get_program()).args(cargo.get_args());
        let status = run_lines(shell.current_dir(paths::root().join("fuzz")), |line| {
            inputs = executed(line).unwrap_or(inputs);
        })?;
        if !status.success() {
            return Err(Error::Command { command: line(&cargo), status: status.to_string() });
        }
        counts.insert(target.to_owned(), inputs.into());
    }
    proof::record("fuzz", &counts.into())
}

//! `fuzz`: arbitrary input for everything that reads a session token, one target after the other.

use crate::{
    error::Result,
    paths,
    process::{command, run},
};

const TARGETS: [&str; 3] = ["token", "jwt", "time"];

/// Runs each target for that many seconds; the first crash ends it and names the input that caused it.
pub(crate) fn fuzz(seconds: u32) -> Result {
    for target in TARGETS {
        println!("── fuzz {target}: {seconds} s");
        let mut cargo = command("cargo");
        cargo.args(["run", "--quiet", "--release", "--bin", target, "--", &format!("-max_total_time={seconds}")]);
        run(cargo.current_dir(paths::root().join("fuzz")))?;
    }
    Ok(())
}

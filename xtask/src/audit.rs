//! npm's advisories on the locked packages of the tests and the tools.

use std::path::Path;

use serde_json::Value;

use crate::{
    error::{Error, Result},
    paths,
    process::command,
};

/// What `npm audit` says of one lock file.
#[derive(Debug, PartialEq)]
enum Verdict {
    Clean,
    Vulnerable(String),
    /// The registry has no such endpoint, or cannot be reached.
    Unknown,
}

/// `false`: the registry did not say.
pub(crate) fn npm_is_clean() -> Result<bool> {
    let mut known = true;
    for folder in [paths::root().join("tests"), paths::npm_tools()] {
        match audit(&folder)? {
            Verdict::Clean => {}
            Verdict::Vulnerable(names) => {
                println!("{}: advisories on {names}", folder.display());
                return Err(Error::TestsFailed);
            }
            Verdict::Unknown => known = false,
        }
    }
    Ok(known)
}

fn audit(folder: &Path) -> Result<Verdict> {
    let mut npm = command("npm");
    npm.args(["audit", "--json", "--package-lock-only", "--fetch-retries=0"]).current_dir(folder);
    let output =
        npm.output().map_err(|error| Error::Command { command: "npm audit".into(), status: error.to_string() })?;
    Ok(read(&String::from_utf8_lossy(&output.stdout)))
}

fn read(answer: &str) -> Verdict {
    let Ok(answer) = serde_json::from_str::<Value>(answer) else { return Verdict::Unknown };
    match (answer["metadata"]["vulnerabilities"]["total"].as_u64(), answer["vulnerabilities"].as_object()) {
        (Some(0), _) => Verdict::Clean,
        (Some(_), Some(list)) => Verdict::Vulnerable(list.keys().cloned().collect::<Vec<_>>().join(", ")),
        _ => Verdict::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_advisory_is_told_from_silence() {
        let of = |total: u32| {
            format!(r#"{{"vulnerabilities":{{"left-pad":{{}}}},"metadata":{{"vulnerabilities":{{"total":{total}}}}}}}"#)
        };
        assert_eq!(read(&of(0)), Verdict::Clean);
        assert_eq!(read(&of(1)), Verdict::Vulnerable("left-pad".into()));
        assert_eq!(read(r#"{"message":"404 Not Found","error":{"code":"ENOAUDIT"}}"#), Verdict::Unknown);
        assert_eq!(read(""), Verdict::Unknown);
    }
}

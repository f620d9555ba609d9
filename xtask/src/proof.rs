//! `proof`: docs/proof.md, what was run last and how often; nothing in it is written by hand.

use std::{collections::BTreeMap, fmt::Write as _, path::PathBuf};

use serde_json::Value;

use crate::{coverage, error::Result, paths};

/// The long runs, each with the chore that leaves its counts.
const RUNS: [(&str, &str); 6] = [
    ("histories", "cargo xtask histories"),
    ("fuzz", "cargo xtask fuzz"),
    ("hostile", "cargo xtask hostile"),
    ("soak", "cargo xtask soak"),
    ("leak", "cargo xtask leak"),
    ("size", "cargo xtask size"),
];

fn folder() -> PathBuf {
    paths::root().join("target/proof")
}

/// Where a chore leaves its counts: one JSON object of numbers and short texts.
pub(crate) fn file(run: &str) -> PathBuf {
    folder().join(format!("{run}.json"))
}

/// Leaves the counts of a run.
pub(crate) fn record(run: &str, counts: &Value) -> Result {
    paths::write(&file(run), format!("{counts:#}\n"))
}

/// Writes docs/proof.md.
pub(crate) fn proof() -> Result {
    let mut lines = BTreeMap::new();
    let names = coverage::names_folder();
    for file in if names.is_dir() { paths::files(&names)? } else { Vec::new() } {
        lines.insert(paths::name(&file).trim_end_matches(".txt").to_owned(), paths::read(&file)?);
    }
    let counts = RUNS.map(|(run, chore)| {
        let text = paths::read(&file(run)).ok();
        (run, chore, text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or(Value::Null))
    });
    let page = page(&lines, &coverage::counts()?, &counts);
    let target = paths::root().join("docs/proof.md");
    paths::write(&target, page)?;
    println!("{}", target.display());
    Ok(())
}

/// The page: tests by area, rows covered, and the counts of each long run, or that there was none.
fn page(
    areas: &BTreeMap<String, String>,
    covered: &BTreeMap<&'static str, (usize, usize)>,
    runs: &[(&str, &str, Value)],
) -> String {
    let mut page = String::from(
        "# What was run\n\nWritten by `cargo xtask proof` from what the last runs left behind; edits here are lost.\n\
         A test counts once for each browser it ran in.\n\n| area of `cargo xtask test` | passed | failed |\n|---|--:|--:|\n",
    );
    let of = |lines: &str, verdict| lines.lines().filter(|line| line.starts_with(verdict)).count();
    for (area, lines) in areas {
        // Writing to a string cannot fail, here and below.
        let _ = writeln!(page, "| {area} | {} | {} |", of(lines, "ok "), of(lines, "failed "));
    }
    page += "\n| rows of the tables | shown by tests | of |\n|---|--:|--:|\n";
    for (part, (shown, all)) in covered {
        let _ = writeln!(page, "| {part} | {shown} | {all} |");
    }
    page += "\n| long run | counts |\n|---|---|\n";
    for (_, chore, counts) in runs {
        let _ = writeln!(page, "| `{chore}` | {} |", told(counts));
    }
    page
}

fn told(counts: &Value) -> String {
    let Some(counts) = counts.as_object().filter(|counts| !counts.is_empty()) else {
        return "not run, or not to its end".into();
    };
    let one = |(name, count): (&String, &Value)| match count.as_str() {
        Some(text) => format!("{} {text}", name.replace('_', " ")),
        None => format!("{} {count}", name.replace('_', " ")),
    };
    counts.iter().map(one).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_page_counts_what_ran_and_says_what_did_not() {
        let areas =
            BTreeMap::from([("flow".to_owned(), "ok browser:flow#a\nok browser:flow#a\nfailed b\n".to_owned())]);
        let runs =
            [("soak", "cargo xtask soak", json!({"minutes": 3, "browser": "chromium"})), ("x", "y", Value::Null)];
        let page = page(&areas, &BTreeMap::from([("faults", (82, 83))]), &runs);
        assert!(page.contains("| flow | 2 | 1 |"), "{page}");
        assert!(page.contains("| faults | 82 | 83 |"), "{page}");
        assert!(page.contains("| `cargo xtask soak` | browser chromium, minutes 3 |"), "{page}");
        assert!(page.contains("| `y` | not run, or not to its end |"), "{page}");
    }
}

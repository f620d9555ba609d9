//! `proof`: docs/proof.md, what was run last and how often; nothing in it is written by hand.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    time::{SystemTime, UNIX_EPOCH},
};

use serde_json::Value;

use crate::{coverage, error::Result, paths};

/// The long runs, each with the chore that leaves its counts.
const RUNS: [(&str, &str); 7] = [
    ("histories", "cargo xtask histories"),
    ("fuzz", "cargo xtask fuzz"),
    ("hostile", "cargo xtask hostile"),
    ("soak", "cargo xtask soak"),
    ("leak", "cargo xtask leak --full"),
    ("mutants", "cargo xtask leak --mutants"),
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

/// A run of the tests or a long one, by what it is called, with its day and what it left.
struct Run<T> {
    name: String,
    day: String,
    left: T,
}

/// Writes docs/proof.md.
pub(crate) fn proof() -> Result {
    let names = coverage::names_folder();
    let files = if names.is_dir() { paths::files(&names)? } else { Vec::new() };
    let mut areas = Vec::new();
    for file in files {
        let name = paths::name(&file).trim_end_matches(".txt").to_owned();
        areas.push(Run { name, day: day_of(&file), left: paths::read(&file)? });
    }
    areas.sort_by(|one, other| one.name.cmp(&other.name));
    let runs = RUNS.map(|(run, chore)| {
        let file = file(run);
        let left = paths::read(&file).ok().and_then(|text| serde_json::from_str(&text).ok()).unwrap_or(Value::Null);
        Run { name: chore.into(), day: day_of(&file), left }
    });
    let target = paths::root().join("docs/proof.md");
    paths::write(&target, page(&areas, &coverage::counts()?, &runs))?;
    println!("{}", target.display());
    Ok(())
}

/// The day on which a file was written last, in UTC as `2026-01-31`; nothing where that is not known.
fn day_of(file: &Path) -> String {
    let written = fs::metadata(file).and_then(|about| about.modified()).ok();
    written.map(day).unwrap_or_default()
}

fn day(time: SystemTime) -> String {
    let mut days = time.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs() / 86_400;
    let is_leap = |year: u64| year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let mut year = 1970;
    while days >= 365 + u64::from(is_leap(year)) {
        days -= 365 + u64::from(is_leap(year));
        year += 1;
    }
    let lengths = [31, 28 + u64::from(is_leap(year)), 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let mut month = 1;
    for length in lengths {
        if days < length {
            break;
        }
        days -= length;
        month += 1;
    }
    format!("{year}-{month:02}-{:02}", days + 1)
}

/// The page: tests by area, rows covered, and the counts of each long run, or that there was none.
fn page(areas: &[Run<String>], covered: &BTreeMap<&'static str, (usize, usize)>, runs: &[Run<Value>]) -> String {
    let mut page = String::from(
        "# What was run\n\nWritten by `cargo xtask proof` from what the last runs left behind; edits here are lost.\n\
         A test counts once for each browser it ran in; days are of UTC.\n\n\
         | area of `cargo xtask test` | passed | failed | last run |\n|---|--:|--:|---|\n",
    );
    let of = |lines: &str, verdict| lines.lines().filter(|line| line.starts_with(verdict)).count();
    for Run { name, day, left } in areas {
        // Writing to a string cannot fail, here and below.
        let _ = writeln!(page, "| {name} | {} | {} | {day} |", of(left, "ok "), of(left, "failed "));
    }
    page += "\n| rows of the tables | shown by tests | of |\n|---|--:|--:|\n";
    for (part, (shown, all)) in covered {
        let _ = writeln!(page, "| {part} | {shown} | {all} |");
    }
    page += "\n| long run | counts | last run |\n|---|---|---|\n";
    for Run { name, day, left } in runs {
        let _ = match told(left) {
            Some(counts) => writeln!(page, "| `{name}` | {counts} | {day} |"),
            None => writeln!(page, "| `{name}` | not run, or not to its end | |"),
        };
    }
    page
}

/// The counts in words; none of a run that did not come to its end.
fn told(counts: &Value) -> Option<String> {
    let counts = counts.as_object().filter(|counts| !counts.is_empty())?;
    let one = |(name, count): (&String, &Value)| match count.as_str() {
        Some(text) => format!("{} {text}", name.replace('_', " ")),
        None => format!("{} {count}", name.replace('_', " ")),
    };
    Some(counts.iter().map(one).collect::<Vec<_>>().join(", "))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::json;

    use super::*;

    #[test]
    fn the_page_counts_what_ran_and_says_what_did_not() {
        let run = |name: &str| (name.to_owned(), "2026-11-22".to_owned());
        let (name, day) = run("flow");
        let areas = [Run { name, day, left: "ok browser:flow#a\nok browser:flow#a\nfailed b\n".to_owned() }];
        let runs =
            [("soak", json!({"minutes": 3, "browser": "chromium"})), ("leak", Value::Null), ("hostile", json!({}))]
                .map(|(chore, left)| {
                    let (name, day) = run(chore);
                    Run { name, day, left }
                });
        let page = page(&areas, &BTreeMap::from([("faults", (82, 83))]), &runs);
        assert!(page.contains("| flow | 2 | 1 | 2026-11-22 |"), "{page}");
        assert!(page.contains("| faults | 82 | 83 |"), "{page}");
        assert!(page.contains("| `soak` | minutes 3, browser chromium | 2026-11-22 |"), "{page}");
        for chore in ["leak", "hostile"] {
            assert!(page.contains(&format!("| `{chore}` | not run, or not to its end | |")), "{page}");
        }
    }

    #[test]
    fn tells_the_day() {
        let at = |days: u64| day(UNIX_EPOCH + Duration::from_secs(days * 86_400 + 3_600));
        let days = [0, 364, 365, 789, 11_016, 19_782, 20_453, 20_779];
        let told = days.map(at);
        let wanted = [
            "1970-01-01",
            "1970-12-31",
            "1971-01-01",
            "1972-02-29",
            "2000-02-29",
            "2024-02-29",
            "2025-12-31",
            "2026-11-22",
        ];
        assert_eq!(told, wanted);
    }
}

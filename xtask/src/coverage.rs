//! `coverage`: which tests show which row of the tables of requirements and faults, and whether they ran and passed.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use serde_json::{Value, json};

use crate::{
    error::{Error, Result},
    paths, security,
};

/// The rows that there are, by letter: each must be in the table, once.
const PARTS: [(&str, &[(&str, u32)]); 3] = [
    ("requirements", &[("R", 34), ("F", 18), ("T", 21), ("A", 31), ("S", 33)]),
    ("decisions", &[("D", 12)]),
    ("faults", &[("K", 14), ("C", 13), ("H", 12), ("N", 14), ("P", 13), ("E", 13), ("M", 4)]),
];

fn table() -> PathBuf {
    paths::root().join("docs/coverage.json")
}

/// Where the areas of the tests leave the names of what they ran, a file each.
pub(crate) fn names_folder() -> PathBuf {
    paths::root().join("target/test-names")
}

pub(crate) fn names_file(area: &str) -> PathBuf {
    names_folder().join(format!("{area}.txt"))
}

/// Forgets earlier runs.
pub(crate) fn forget() -> Result {
    paths::empty_dir(&names_folder())
}

/// A line of `cargo test` about one test, as a line of a file of names; `prefix` is `native` or `sandbox`.
pub(crate) fn cargo_test(prefix: &str, line: &str) -> Option<String> {
    let (name, result) = line.strip_prefix("test ")?.rsplit_once(" ... ")?;
    let verdict = match result {
        "ok" => "ok",
        "FAILED" => "failed",
        _ => return None,
    };
    // Tests in documentation are named after a line, which moves.
    let (before, after) = match name.split_once(" (line ") {
        Some((before, rest)) => (before, rest.split_once(')')?.1),
        None => (name, ""),
    };
    Some(format!("{verdict} {prefix}:{before}{after}"))
}

/// The tests that passed wherever they ran.
fn passed(lines: &str) -> BTreeSet<&str> {
    let of = |verdict: &'static str| lines.lines().filter_map(move |line| line.strip_prefix(verdict));
    let failed: BTreeSet<_> = of("failed ").collect();
    of("ok ").filter(|name| !failed.contains(name)).collect()
}

/// What a table says.
#[derive(Debug, Default, PartialEq)]
struct Report {
    /// By part: rows covered, and all rows.
    counts: BTreeMap<&'static str, (usize, usize)>,
    /// Rows of which something is still to be shown, or cannot be, with what.
    later: Vec<String>,
    problems: Vec<String>,
}

/// A row counts as covered if tests show all of it, or if nothing in it is a matter of tests.
fn examine(table: &Value, passed: &BTreeSet<&str>) -> Report {
    let mut report = Report::default();
    for (part, letters) in PARTS {
        let rows = table[part].as_array().map(Vec::as_slice).unwrap_or_default();
        let ids: Vec<_> = rows.iter().map(|row| row["id"].as_str().unwrap_or_default().to_owned()).collect();
        let wanted: Vec<_> =
            letters.iter().flat_map(|(letter, count)| (1..=*count).map(move |n| format!("{letter}{n}"))).collect();
        for id in wanted.iter().filter(|id| !ids.contains(id)) {
            report.problems.push(format!("{id} is missing"));
        }
        for (index, id) in ids.iter().enumerate() {
            if !wanted.contains(id) || ids[..index].contains(id) {
                report.problems.push(format!("{id} is there twice, or unknown"));
            }
        }
        let covered = rows.iter().filter(|row| is_covered(row, passed, &mut report)).count();
        report.counts.insert(part, (covered, wanted.len()));
    }
    report
}

fn is_covered(row: &Value, passed: &BTreeSet<&str>, report: &mut Report) -> bool {
    let text = |name: &str| row[name].as_str().filter(|text| !text.is_empty());
    let id = text("id").unwrap_or("?");
    let names = row["tests"].as_array().map(Vec::as_slice).unwrap_or_default();
    let tests: Vec<_> = names.iter().map(|test| test.as_str().unwrap_or("?")).collect();
    let reason = text("reason");
    let open: Vec<_> = ["later", "impossible"].iter().filter_map(|kind| Some((kind, text(kind)?))).collect();
    if text("title").is_none() || (reason.is_some() && !(open.is_empty() && tests.is_empty())) {
        report.problems.push(format!("{id} needs a title, and either a reason or tests and what they leave open"));
    }
    let missing: Vec<_> = tests.iter().filter(|test| !passed.contains(**test)).collect();
    for test in &missing {
        report.problems.push(format!("{id}: no such test ran and passed: {test}"));
    }
    report.later.extend(open.iter().map(|(kind, what)| format!("{kind}  {id}: {what}")));
    if open.is_empty() && reason.is_none() && tests.is_empty() {
        report.problems.push(format!("{id} has neither a test nor a reason"));
    }
    open.is_empty() && missing.is_empty() && (reason.is_some() || !tests.is_empty())
}

/// The table held against the tests that passed last.
fn report() -> Result<Report> {
    let wrong = |file: &Path, problem: String| Error::Answer { from: file.display().to_string(), problem };
    let file = table();
    let table: Value = serde_json::from_str(&paths::read(&file)?).map_err(|error| wrong(&file, error.to_string()))?;
    let mut lines = String::new();
    let folder = names_folder();
    for names in if folder.is_dir() { paths::files(&folder)? } else { Vec::new() } {
        lines += &paths::read(&names)?;
    }
    let passed = passed(&lines);
    let mut report = examine(&table, &passed);
    report.problems.extend(security::problems(&paths::read(&security::document())?, &passed));
    Ok(report)
}

/// By part of the table: rows covered, and all rows.
pub(crate) fn counts() -> Result<BTreeMap<&'static str, (usize, usize)>> {
    Ok(report()?.counts)
}

/// Compares the table with what ran last, prints the counts, and fails where the two disagree.
pub(crate) fn coverage(as_json: bool) -> Result {
    let report = report()?;
    for problem in &report.problems {
        eprintln!("{problem}");
    }
    if as_json {
        let count = |part| {
            let (covered, total) = report.counts.get(part).copied().unwrap_or_default();
            json!({"covered": covered, "total": total})
        };
        println!("{}", json!({"requirements": count("requirements"), "faults": count("faults")}));
    } else {
        for later in &report.later {
            println!("{later}");
        }
        for (part, (covered, total)) in &report.counts {
            println!("{part}: {covered} of {total}");
        }
    }
    if report.problems.is_empty() { Ok(()) } else { Err(Error::TestsFailed) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_names_of_cargo_test() {
        let read = |line| cargo_test("native", line);
        assert_eq!(read("test a::b ... ok").as_deref(), Some("ok native:a::b"));
        assert_eq!(read("test a::b ... FAILED").as_deref(), Some("failed native:a::b"));
        assert_eq!(read("test a::b ... ignored"), None);
        assert_eq!(
            read("test src/x.rs - x::Y (line 7) - compile fail ... ok").as_deref(),
            Some("ok native:src/x.rs - x::Y - compile fail")
        );
        assert_eq!(read("running 3 tests"), None);
    }

    #[test]
    fn a_test_that_failed_in_one_browser_has_not_passed() {
        let lines = "ok browser:a#one\nok browser:a#two\nfailed browser:a#two\n";
        assert_eq!(passed(lines), BTreeSet::from(["browser:a#one"]));
    }

    /// A table that is complete, with every row shown by the test `t`.
    fn complete() -> Value {
        let mut table = json!({});
        for (part, letters) in PARTS {
            let ids = letters.iter().flat_map(|(letter, count)| (1..=*count).map(move |n| format!("{letter}{n}")));
            table[part] = ids.map(|id| json!({"id": id, "title": "x", "tests": ["t"]})).collect();
        }
        table
    }

    #[test]
    fn a_complete_table_is_covered() {
        let report = examine(&complete(), &BTreeSet::from(["t"]));
        assert_eq!((report.counts["requirements"], report.counts["faults"]), ((137, 137), (83, 83)));
        assert_eq!((report.problems, report.later), (Vec::<String>::new(), Vec::<String>::new()));
    }

    #[test]
    fn a_test_that_did_not_run_is_a_problem() {
        let report = examine(&complete(), &BTreeSet::new());
        assert_eq!(report.counts["faults"], (0, 83));
        assert!(report.problems.iter().any(|problem| problem == "K1: no such test ran and passed: t"));
    }

    #[test]
    fn each_row_is_there_once_and_says_what_shows_it() {
        let faulty = |row: Value| {
            let mut table = complete();
            table["faults"][0] = row;
            examine(&table, &BTreeSet::from(["t"])).problems
        };
        assert_eq!(faulty(json!({"id": "K2", "title": "x", "tests": ["t"]})).len(), 2, "one missing, one twice");
        assert_eq!(faulty(json!({"id": "K1", "title": "x"})).len(), 1);
        assert_eq!(faulty(json!({"id": "K1", "tests": ["t"]})).len(), 1);
        assert_eq!(faulty(json!({"id": "K1", "title": "x", "tests": ["t"], "reason": "y"})).len(), 1);
        assert_eq!(faulty(json!({"id": "K1", "title": "x", "reason": "y"})), Vec::<String>::new());
    }

    #[test]
    fn what_comes_later_or_never_is_not_covered() {
        let mut table = complete();
        table["faults"][0]["later"] = "the rest".into();
        table["faults"][1]["impossible"] = "a way".into();
        let report = examine(&table, &BTreeSet::from(["t"]));
        assert_eq!((report.counts["faults"], report.problems.len()), ((81, 83), 0));
        assert_eq!(report.later, ["later  K1: the rest", "impossible  K2: a way"]);
    }
}

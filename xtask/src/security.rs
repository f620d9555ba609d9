//! Holds SECURITY.md to its word: every test that a row of its table names ran and passed.

use std::{collections::BTreeSet, path::PathBuf};

use crate::paths;

pub(crate) fn document() -> PathBuf {
    paths::root().join("SECURITY.md")
}

/// The kinds of tests, as the names of tests begin.
const KINDS: [&str; 3] = ["browser:", "native:", "sandbox:"];

/// What is wrong with the table: a row without a test, a test that did not run and pass.
pub(crate) fn problems(document: &str, passed: &BTreeSet<&str>) -> Vec<String> {
    let mut problems = Vec::new();
    let mut rows = 0;
    for (id, tests) in rows_of(document) {
        rows += 1;
        if tests.is_empty() {
            problems.push(format!("SECURITY.md: {id} names no test"));
        }
        let missing = tests.into_iter().filter(|test| !passed.contains(test));
        problems.extend(missing.map(|test| format!("SECURITY.md: {id}: no such test ran and passed: {test}")));
    }
    if rows == 0 {
        problems.push("SECURITY.md: no table of requirements and tests".into());
    }
    problems
}

/// Rows of tables whose last column is `shown by`: the first cell, and what stands between backticks in the last.
fn rows_of(document: &str) -> Vec<(&str, Vec<&str>)> {
    let mut rows = Vec::new();
    let mut inside = false;
    for line in document.lines() {
        let cells: Vec<_> = line.trim().trim_matches('|').split('|').map(str::trim).collect();
        if !line.starts_with('|') {
            inside = false;
        } else if cells.last() == Some(&"shown by") {
            inside = true;
        } else if inside && !line.starts_with("|--") {
            let names = cells.last().map(|cell| cell.split('`').skip(1).step_by(2)).into_iter().flatten();
            let tests = names.filter(|name| KINDS.iter().any(|kind| name.starts_with(kind))).collect();
            rows.push((cells[0], tests));
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "text\n\n| source | asks | shown by |\n|---|---|---|\n\
        | A 1 | x | `browser:a#b: c`, `native:d` |\n| A 2 | y | nothing |\n\n| other | table |\n|---|---|\n| z | `native:no` |\n";

    #[test]
    fn each_row_names_tests_that_passed() {
        let all = BTreeSet::from(["browser:a#b: c", "native:d"]);
        assert_eq!(problems(TABLE, &all), ["SECURITY.md: A 2 names no test"]);
        let problems = problems(TABLE, &BTreeSet::from(["native:d"]));
        assert_eq!(problems[0], "SECURITY.md: A 1: no such test ran and passed: browser:a#b: c");
    }

    #[test]
    fn a_document_without_the_table_is_a_problem() {
        assert_eq!(problems("# Security\n", &BTreeSet::new()).len(), 1);
    }
}

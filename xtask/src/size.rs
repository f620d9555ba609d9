//! `size`: what strangers download, raw and compressed, held against size-budget.json.

use std::{fs, io::Write, iter::Sum, ops::Add};

use flate2::{Compression, write::GzEncoder};
use serde_json::{Map, Value, json};

use crate::{
    error::{AtPath, Error, Result},
    package::{self, Profile},
    paths, proof, tools, wasm,
};

const BUDGET: &str = "size-budget.json";
const GROUPS: [&str; 3] = ["first_import", "first_list", "everything"];

/// Bytes of one file or the sum of several.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Size {
    raw: u64,
    /// gzip -9.
    gzip: u64,
    /// As [`brotli`] says.
    brotli: u64,
}

impl Size {
    fn of(content: &[u8]) -> Result<Self> {
        let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
        gzip.write_all(content).at("gzip")?;
        let gzip = gzip.finish().at("gzip")?;
        Ok(Self { raw: content.len() as u64, gzip: gzip.len() as u64, brotli: brotli(content)? })
    }

    fn json(self) -> Value {
        json!({ "raw": self.raw, "gzip": self.gzip, "brotli": self.brotli })
    }

    fn row(self, name: &str) -> String {
        format!("{:>9} {:>9} {:>9}  {name}", self.raw, self.gzip, self.brotli)
    }
}

/// Bytes of what brotli makes of it at quality 11, window 22.
pub(crate) fn brotli(content: &[u8]) -> Result<u64> {
    let mut brotli = Vec::new();
    let parameters = brotli::enc::BrotliEncoderParams { quality: 11, lgwin: 22, ..Default::default() };
    brotli::BrotliCompress(&mut &content[..], &mut brotli, &parameters).at("brotli")?;
    Ok(brotli.len() as u64)
}

impl Add for Size {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self { raw: self.raw + other.raw, gzip: self.gzip + other.gzip, brotli: self.brotli + other.brotli }
    }
}

impl Sum for Size {
    fn sum<I: Iterator<Item = Self>>(sizes: I) -> Self {
        sizes.fold(Self::default(), Add::add)
    }
}

/// Builds the package, prints its sizes and fails if a group is over its budget.
pub(crate) fn size(as_json: bool) -> Result {
    tools::for_package()?;
    package::assemble(Profile::Release, &paths::package())?;
    let budget_file = paths::root().join(BUDGET);
    let budget: Value = serde_json::from_str(&paths::read(&budget_file)?)
        .map_err(|error| Error::Answer { from: BUDGET.into(), problem: error.to_string() })?;

    let never_loaded = names(&budget["not_loaded_by_a_page"])?;
    let mut files = Vec::new();
    for path in paths::files(&paths::package())? {
        let name = paths::name(&path);
        let loadable = [".js", ".wasm", ".css"].iter().any(|end| name.ends_with(end));
        if loadable && !never_loaded.contains(&name) {
            files.push((name, Size::of(&fs::read(&path).at(&path)?)?));
        }
    }
    // English is built in: a page in another language loads that one file on top, at worst the largest.
    let mut languages = Vec::new();
    for path in paths::files(&paths::package().join("locales"))? {
        languages.push((format!("locales/{}", paths::name(&path)), Size::of(&fs::read(&path).at(&path)?)?));
    }
    let largest = languages.iter().map(|(_, size)| *size).max_by_key(|size| size.brotli).unwrap_or_default();
    let mut sums = vec![("one_language", largest)];
    files.extend(languages);
    for group in GROUPS {
        sums.push((group, total(&files, group, &budget["groups"][group])?));
    }

    let brotli: Map<_, _> = sums.iter().map(|(group, size)| (format!("{group}_brotli"), size.brotli.into())).collect();
    proof::record("size", &brotli.into())?;
    if as_json {
        let list = files
            .iter()
            .map(|(name, size)| json!({ "name": name, "raw": size.raw, "gzip": size.gzip, "brotli": size.brotli }));
        let mut report = json!({ "files": list.collect::<Vec<_>>() });
        for (group, size) in &sums {
            report[*group] = size.json();
        }
        println!("{report:#}");
    } else {
        println!("{:>9} {:>9} {:>9}  file", "raw", "gzip -9", "brotli 11");
        files.iter().for_each(|(name, size)| println!("{}", size.row(name)));
        sums.iter().for_each(|(group, size)| println!("{}", size.row(group)));
        for (group, size) in &sums {
            // The budget holds what is there; the goal is where it has to go, said each time until it is reached.
            let goal = budget["groups"][*group]["goal"].as_u64().filter(|goal| size.brotli > *goal);
            goal.iter()
                .for_each(|goal| println!("{group} is {} bytes brotli over its goal of {goal}", size.brotli - goal));
        }
    }
    let over: Vec<_> = sums.iter().filter_map(|(group, size)| over(group, *size, &budget["groups"][*group])).collect();
    if over.is_empty() { Ok(()) } else { Err(Error::OverBudget(over.join("; "))) }
}

/// Prints what each crate's code is of the wasm: as it was compiled, since the published one has no names any more.
pub(crate) fn why() -> Result {
    let named = package::named();
    let rows = wasm::by_crate(&fs::read(&named).at(&named)?)?;
    let whole: usize = rows.iter().map(|(_, bytes, _)| bytes).sum();
    println!("\n{:>9} {:>9} {:>6}  code of, before wasm-opt", "bytes", "functions", "%");
    for (name, bytes, functions) in rows.iter().take(30) {
        println!("{bytes:>9} {functions:>9} {:>6.1}  {name}", 100.0 * *bytes as f64 / whole as f64);
    }
    println!("{whole:>9} {:>9} {:>6.1}  all", rows.iter().map(|(.., functions)| functions).sum::<usize>(), 100.0);
    Ok(())
}

/// The sum of the files a group names, or of all when it names none.
fn total(files: &[(String, Size)], group: &str, rule: &Value) -> Result<Size> {
    if rule["files"].is_null() {
        return Ok(files.iter().filter(|(name, _)| !name.starts_with("locales/")).map(|(_, size)| *size).sum());
    }
    let mut sum = Size::default();
    for name in names(&rule["files"])? {
        let found = files.iter().find(|(file, _)| *file == name);
        let (_, size) = found.ok_or_else(|| Error::Answer {
            from: BUDGET.into(),
            problem: format!("{group} names {name}, which the package does not hold"),
        })?;
        sum = sum + *size;
    }
    Ok(sum)
}

fn names(list: &Value) -> Result<Vec<String>> {
    let items = list.as_array().map(Vec::as_slice).unwrap_or_default();
    items.iter().map(|item| item.as_str().map(str::to_owned)).collect::<Option<_>>().ok_or_else(|| Error::Answer {
        from: BUDGET.into(),
        problem: "a list of file names holds something else".into(),
    })
}

/// The excess of a group over its budget of brotli bytes, in words.
fn over(group: &str, size: Size, rule: &Value) -> Option<String> {
    let budget = rule["brotli"].as_u64()?;
    (size.brotli > budget).then(|| format!("{group} is {} bytes brotli, budget {budget}", size.brotli))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sized(brotli: u64) -> Size {
        Size { raw: 0, gzip: 0, brotli }
    }

    #[test]
    fn a_group_over_its_budget_is_named() {
        let rule = json!({ "brotli": 100 });
        assert_eq!(over("everything", sized(100), &rule), None);
        assert!(over("everything", sized(101), &rule).is_some_and(|text| text.contains("everything is 101")));
    }

    #[test]
    fn a_group_sums_the_files_it_names_and_refuses_unknown_ones() {
        let files = [("a.js".to_owned(), sized(1)), ("b.js".to_owned(), sized(2)), ("locales/x".to_owned(), sized(4))];
        assert!(total(&files, "g", &json!({ "files": ["b.js"] })).is_ok_and(|size| size.brotli == 2));
        assert!(total(&files, "g", &json!({})).is_ok_and(|size| size.brotli == 3));
        assert!(total(&files, "g", &json!({ "files": ["c.js"] })).is_err());
    }

    #[test]
    fn text_that_repeats_itself_gets_smaller() {
        let size = Size::of(&b"connect ".repeat(1000));
        assert!(size.is_ok_and(|size| size.raw == 8000 && size.gzip < 200 && size.brotli < size.gzip));
    }
}

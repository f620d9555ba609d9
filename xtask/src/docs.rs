//! `docs`: the book as pages of HTML in target/book, with every link and every block of code checked.

mod code;
mod page;

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
};

use crate::{
    error::{Error, Result},
    paths, tools,
};

use code::Block;
use page::Page;

const BOOK: &str = "docs/book";

/// A page of the table of contents, or the title of a section.
enum Entry {
    Section(String),
    Page { title: String, file: PathBuf },
}

/// Builds the book and checks it; says each problem and fails if there is one.
pub(crate) fn docs() -> Result {
    tools::for_package()?;
    tools::for_node_tests()?;
    let book = paths::root().join(BOOK);
    let entries = contents(&paths::read(&book.join("SUMMARY.md"))?, &book)?;
    let mut problems = Vec::new();
    let mut pages = Vec::new();
    for entry in &entries {
        if let Entry::Page { file, .. } = entry {
            pages.push(Page::read(file, &mut problems)?);
        }
    }
    let names: HashMap<&Path, usize> = pages.iter().enumerate().map(|(at, page)| (page.file.as_path(), at)).collect();
    for page in &pages {
        page.check_links(&pages, &names, &mut problems);
    }
    for file in paths::files(&book)?.into_iter().chain(paths::files(&book.join("reference"))?) {
        let is_page = paths::name(&file).ends_with(".md") && paths::name(&file) != "SUMMARY.md";
        if is_page && !names.contains_key(file.as_path()) {
            problems.push(format!("{}: not in SUMMARY.md", shown(&file)));
        }
    }
    let mut blocks: Vec<Block> = pages.iter().flat_map(|page| page.blocks.iter().cloned()).collect();
    // These are read where the repository or the package is, and hold code as well.
    for file in ["README.md", "www/README.md", "examples/README.md"] {
        let page = Page::read(&paths::root().join(file), &mut problems)?;
        page.check_links(&pages, &names, &mut problems);
        blocks.extend(page.blocks.iter().cloned());
    }
    code::check(&blocks, &mut problems)?;

    let out = paths::root().join("target/book");
    paths::empty_dir(&out)?;
    paths::copy_into(&book.join("book.css"), &out)?;
    for image in paths::files(&paths::root().join("docs/images"))? {
        paths::copy_into(&image, &out)?;
    }
    for (at, page) in pages.iter().enumerate() {
        paths::write(&out.join(page.name()), page.html(&navigation(&entries, at), &pages, &names))?;
    }
    if let Some(first) = pages.first() {
        paths::write(&out.join("index.html"), first.html(&navigation(&entries, 0), &pages, &names))?;
    }
    for problem in &problems {
        println!("{problem}");
    }
    println!("{} pages, {} blocks of code, {} problems", pages.len(), blocks.len(), problems.len());
    println!("{}", out.join("index.html").display());
    if problems.is_empty() { Ok(()) } else { Err(Error::TestsFailed) }
}

/// A path as it is in the repository.
fn shown(file: &Path) -> String {
    file.strip_prefix(paths::root()).unwrap_or(file).display().to_string()
}

/// The table of contents: `## Section` and `- [Title](file.md)`, one a line.
fn contents(summary: &str, book: &Path) -> Result<Vec<Entry>> {
    let mut entries = Vec::new();
    for line in summary.lines().map(str::trim) {
        if let Some(title) = line.strip_prefix("## ") {
            entries.push(Entry::Section(title.to_owned()));
        } else if let Some(link) = line.strip_prefix("- [") {
            let parts = link.strip_suffix(')').and_then(|link| link.split_once("]("));
            let Some((title, file)) = parts else {
                return Err(Error::Answer { from: "SUMMARY.md".into(), problem: format!("not a link: {line}") });
            };
            entries.push(Entry::Page { title: title.to_owned(), file: page::resolve(book, file) });
        }
    }
    Ok(entries)
}

fn navigation(entries: &[Entry], current: usize) -> String {
    let (mut out, mut at) = (String::new(), 0);
    for entry in entries {
        match entry {
            Entry::Section(title) => out += &format!("<h2>{}</h2>\n", page::escaped(title)),
            Entry::Page { title, file } => {
                let mark = if at == current { " aria-current=\"page\"" } else { "" };
                out += &format!("<a href=\"{}\"{mark}>{}</a>\n", page::name_of(file), page::escaped(title));
                at += 1;
            }
        }
    }
    out
}

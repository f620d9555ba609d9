//! One page of the book: what it includes, its headings and links, its code, its HTML.

use std::{
    collections::HashMap,
    path::{Component, Path, PathBuf},
};

use pulldown_cmark::{CodeBlockKind, CowStr, Event, HeadingLevel, Options, Parser, Tag, TagEnd, html};

use super::{code::Block, shown};
use crate::{error::Result, paths};

pub(super) struct Page {
    pub(super) file: PathBuf,
    text: String,
    title: String,
    anchors: Vec<String>,
    links: Vec<String>,
    pub(super) blocks: Vec<Block>,
}

/// The path that a relative one means in a directory, without `..`.
pub(super) fn resolve(dir: &Path, relative: &str) -> PathBuf {
    let mut out = PathBuf::new();
    for part in dir.join(relative).components() {
        match part {
            Component::ParentDir => drop(out.pop()),
            Component::CurDir => {}
            other => out.push(other),
        }
    }
    out
}

/// The name of a page's HTML: all lie in one folder.
pub(super) fn name_of(file: &Path) -> String {
    format!("{}.html", file.file_stem().unwrap_or_default().to_string_lossy().to_lowercase())
}

pub(super) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// What a link to a heading ends in, as GitHub makes it.
fn slug(heading: &str) -> String {
    let kept = heading.to_lowercase().chars().filter(|c| c.is_alphanumeric() || " -_".contains(*c)).collect::<String>();
    kept.trim().replace(' ', "-")
}

fn parser(text: &str) -> Parser<'_> {
    Parser::new_ext(text, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH)
}

/// Puts the files in place of the lines `{{#include path}}`; the code they are in counts as included.
fn included(text: &str, file: &Path, problems: &mut Vec<String>) -> Result<(String, Vec<String>)> {
    let (mut out, mut files) = (String::new(), Vec::new());
    for line in text.lines() {
        match line.trim().strip_prefix("{{#include ").and_then(|rest| rest.strip_suffix("}}")) {
            None => out += line,
            Some(path) => {
                let path = resolve(file.parent().unwrap_or(file), path.trim());
                if path.is_file() {
                    let content = paths::read(&path)?;
                    out += content.trim_end();
                    files.push(content.trim_end().to_owned());
                } else {
                    problems.push(format!("{}: includes {}, which is not there", shown(file), shown(&path)));
                }
            }
        }
        out.push('\n');
    }
    Ok((out, files))
}

impl Page {
    pub(super) fn read(file: &Path, problems: &mut Vec<String>) -> Result<Self> {
        let (text, files) = included(&paths::read(file)?, file, problems)?;
        let (mut title, mut anchors, mut links, mut blocks) = (String::new(), Vec::new(), Vec::new(), Vec::new());
        let mut heading: Option<String> = None;
        let mut code: Option<(String, String)> = None;
        for event in parser(&text) {
            match event {
                Event::Start(Tag::Heading { .. }) => heading = Some(String::new()),
                Event::End(TagEnd::Heading(level)) => {
                    let words = heading.take().unwrap_or_default();
                    anchors.push(slug(&words));
                    if level == HeadingLevel::H1 && title.is_empty() {
                        title = words;
                    }
                }
                Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                    links.push(dest_url.to_string())
                }
                Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(language))) => {
                    code = Some((language.to_string(), String::new()));
                }
                Event::End(TagEnd::CodeBlock) => {
                    if let Some((language, text)) = code.take() {
                        let included = files.iter().any(|file| text.trim_end() == file);
                        blocks.push(Block { page: shown(file), language, text, included });
                    }
                }
                Event::Text(text) | Event::Code(text) => {
                    if let Some((_, code)) = &mut code {
                        *code += &text;
                    } else if let Some(heading) = &mut heading {
                        *heading += &text;
                    }
                }
                _ => {}
            }
        }
        Ok(Self { file: file.to_owned(), text, title, anchors, links, blocks })
    }

    pub(super) fn name(&self) -> String {
        name_of(&self.file)
    }

    /// The file and the heading that a link of this page means.
    fn target<'a>(&self, link: &'a str) -> (PathBuf, Option<&'a str>) {
        let (path, anchor) = link.split_once('#').map_or((link, None), |(path, anchor)| (path, Some(anchor)));
        let dir = self.file.parent().unwrap_or(&self.file);
        (if path.is_empty() { self.file.clone() } else { resolve(dir, path) }, anchor)
    }

    pub(super) fn check_links(&self, pages: &[Self], names: &HashMap<&Path, usize>, problems: &mut Vec<String>) {
        for link in &self.links {
            if link.contains("://") {
                if !link.starts_with("https://") {
                    problems.push(format!("{}: a link that is not https: {link}", shown(&self.file)));
                }
                continue;
            }
            let (file, anchor) = self.target(link);
            if !file.exists() {
                problems.push(format!("{}: {link} is not there", shown(&self.file)));
                continue;
            }
            let page = if file == self.file { Some(self) } else { names.get(file.as_path()).map(|at| &pages[*at]) };
            if let Some(anchor) = anchor
                && page.is_some_and(|page| !page.anchors.iter().any(|known| known == anchor))
            {
                problems.push(format!("{}: {link} names no heading there", shown(&self.file)));
            }
        }
    }

    /// The whole document. Links lead to pages of the book; what is only in the repository is named without a link.
    pub(super) fn html(&self, navigation: &str, pages: &[Self], names: &HashMap<&Path, usize>) -> String {
        let mut anchors = self.anchors.iter();
        let mut dead = false;
        let events = parser(&self.text).filter_map(|event| match event {
            Event::Start(Tag::Heading { level, classes, attrs, .. }) => {
                let id = anchors.next().map(|anchor| CowStr::from(anchor.clone()));
                Some(Event::Start(Tag::Heading { level, id, classes, attrs }))
            }
            Event::Start(Tag::Link { link_type, dest_url, title, id }) if !dest_url.contains("://") => {
                let (file, anchor) = self.target(&dest_url);
                let anchor = anchor.map(|anchor| format!("#{anchor}")).unwrap_or_default();
                let page = names.get(file.as_path()).map(|at| pages[*at].name());
                dead = page.is_none();
                let dest_url = CowStr::from(format!("{}{anchor}", page?));
                Some(Event::Start(Tag::Link { link_type, dest_url, title, id }))
            }
            Event::End(TagEnd::Link) if std::mem::take(&mut dead) => None,
            Event::Start(Tag::Image { link_type, dest_url, title, id }) => {
                let dest_url = CowStr::from(paths::name(Path::new(&*dest_url)));
                Some(Event::Start(Tag::Image { link_type, dest_url, title, id }))
            }
            other => Some(other),
        });
        let mut body = String::new();
        html::push_html(&mut body, events);
        format!(
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'self'; img-src 'self' data:\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{} – connect-flow</title>\n\
             <link rel=\"icon\" href=\"data:,\">\n<link rel=\"stylesheet\" href=\"book.css\">\n</head>\n<body>\n\
             <nav aria-label=\"Pages\">\n<a class=\"home\" href=\"index.html\">connect-flow</a>\n{navigation}</nav>\n\
             <main>\n{body}</main>\n</body>\n</html>\n",
            escaped(&self.title)
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_heading_is_linked_to_as_on_github() {
        assert_eq!(slug("What it defends, and what not"), "what-it-defends-and-what-not");
        assert_eq!(slug("`session-expiring`: why?"), "session-expiring-why");
    }

    #[test]
    fn a_relative_path_is_resolved_without_a_look_at_the_disk() {
        assert_eq!(resolve(Path::new("/a/b"), "../c/./d.md"), Path::new("/a/c/d.md"));
    }
}

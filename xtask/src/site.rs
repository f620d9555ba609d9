//! The directory of static files that browser tests open: the package, the demo page, the test pages.

use std::path::Path;

use crate::{
    error::Result,
    package::{self, Profile},
    paths,
};

/// Builds the package in the given profile and lays the pages beside it, as trunk does for the demo page.
///
/// `gallery`: also the demo's gallery, with a component of its own, since the published one has none.
pub(crate) fn build(profile: Profile, gallery: bool) -> Result {
    let site = if profile == Profile::Mutants { paths::mutants_site() } else { paths::site() };
    package::assemble(profile, &site)?;
    let demo = paths::root().join("index.html");
    if demo.is_file() {
        paths::copy_into(&demo, &site)?;
        for file in copied_files(&paths::read(&demo)?) {
            let file = paths::root().join(file);
            if !site.join(paths::name(&file)).exists() {
                paths::copy_into(&file, &site)?;
            }
        }
    }
    pages(&paths::root().join("tests/pages"), &site)?;
    if gallery {
        let demo = site.join("demo");
        package::gallery(&demo)?;
        paths::copy_into(&paths::root().join("www/locales.js"), &demo)?;
        for (from, to) in [("www/gallery", "gallery"), ("locales", "locales")] {
            paths::empty_dir(&demo.join(to))?;
            pages(&paths::root().join(from), &demo.join(to))?;
        }
    }
    Ok(())
}

fn pages(from: &Path, to: &Path) -> Result {
    paths::files(from)?.iter().try_for_each(|file| paths::copy_into(file, to))
}

/// The files that a page's `<link data-trunk rel="copy-file" href="…">` and `rel="css"` name.
fn copied_files(html: &str) -> Vec<&str> {
    let links = html.split("<link").skip(1).filter_map(|link| link.split('>').next());
    let trunk_links = links.filter(|link| link.contains("data-trunk"));
    trunk_links
        .filter(|link| link.contains("rel=\"copy-file\"") || link.contains("rel=\"css\""))
        .filter_map(|link| link.split_once("href=\"")?.1.split('"').next())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::copied_files;

    #[test]
    fn finds_what_trunk_copies() {
        let html = r#"<link data-trunk rel="rust" data-target="connect-flow">
            <link data-trunk rel="copy-file" href="www/index.js"><link rel="icon" href="x.svg">
            <link href="www/demo.css" data-trunk rel="css" />"#;
        assert_eq!(copied_files(html), ["www/index.js", "www/demo.css"]);
    }
}

//! `bench`: what the component costs a page in time and memory, against two contenders and a floor, in one run.

use std::{
    path::{self, Path, PathBuf},
    process::Command,
};

use crate::{
    error::{AtPath, Error, Result},
    package::{self, Profile},
    paths,
    process::{command, run},
    simulate, tools,
};

const PAGE: &str = "docs/performance.md";

/// Runs every measurement and writes the page of figures. `short`: few samples, to try the measurements themselves.
pub(crate) fn bench(short: bool) -> Result {
    // As many in the short form, too: of fewer, chance alone makes peaks over the limit.
    simulate::simulate(1_000_000, false)?;
    let mut measure = measurement("run.js", &pages()?);
    measure.arg(paths::package()).arg(paths::root().join(PAGE));
    if short {
        measure.arg("--short");
    }
    run(&mut measure)
}

/// Measures this build and others in turn; `others`: packages that were assembled from other sources.
pub(crate) fn against(others: &[PathBuf]) -> Result {
    let mut folders = vec![paths::package()];
    for other in others {
        let folder = path::absolute(other).at(other)?;
        if !folder.join("index.js").is_file() {
            let remedy = "name the folder of a package, a copy of dist/package say".into();
            return Err(Error::Missing { what: folder.join("index.js").display().to_string(), remedy });
        }
        folders.push(folder);
    }
    run(measurement("against.js", &pages()?).args(folders))
}

fn measurement(script: &str, pages: &Path) -> Command {
    let mut node = command("node");
    node.arg(paths::root().join("tests/bench").join(script)).arg(pages);
    node
}

/// Builds the package, and the pages that show it and its contenders.
fn pages() -> Result<PathBuf> {
    let bench = paths::root().join("tests/bench");
    tools::for_tests()?;
    tools::for_bench(&bench)?;
    package::assemble(Profile::Release, &paths::package())?;
    let pages = paths::target().join("bench");
    paths::empty_dir(&pages)?;
    for name in ["page.html", "start.js"] {
        paths::copy_into(&bench.join("pages").join(name), &pages)?;
    }
    for contender in ["pipedream", "ampersand"] {
        let mut bundle = command("esbuild");
        bundle.arg(bench.join(format!("pages/{contender}.jsx")));
        bundle.arg(format!("--outfile={}", pages.join(format!("{contender}.js")).display()));
        bundle.args(["--bundle", "--minify", "--format=esm", "--target=es2022", "--log-level=error"]);
        // Where it asks is chosen when it is built.
        bundle.arg("--define:process.env.REACT_APP_AMP_SERVER=location.origin");
        run(bundle.args(["--conditions=browser", "--define:process.env.NODE_ENV=\"production\""]))?;
    }
    Ok(pages)
}

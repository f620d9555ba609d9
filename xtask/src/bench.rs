//! `bench`: what the component costs a page in time and memory, against two contenders and a floor, in one run.

use crate::{
    error::Result,
    package::{self, Profile},
    paths,
    process::{command, run},
    simulate, tools,
};

const PAGE: &str = "docs/performance.md";

/// Runs every measurement and writes the page of figures. `short`: few samples, to try the measurements themselves.
pub(crate) fn bench(short: bool) -> Result {
    let bench = paths::root().join("tests/bench");
    tools::for_tests()?;
    tools::for_bench(&bench)?;
    package::assemble(Profile::Release, &paths::package())?;
    // As many in the short form, too: of fewer, chance alone makes peaks over the limit.
    simulate::simulate(1_000_000, false)?;

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

    let mut measure = command("node");
    measure.arg(bench.join("run.js")).arg(&pages).arg(paths::package()).arg(paths::root().join(PAGE));
    if short {
        measure.arg("--short");
    }
    run(&mut measure)
}

//! Every chore of the project, as `cargo xtask CHORE`.

mod alike;
mod areas;
mod audit;
mod bench;
mod coverage;
mod demo;
mod docs;
mod error;
mod examples;
mod fuzz;
mod glue;
mod http;
mod leak;
mod long;
mod order;
mod package;
mod paths;
mod process;
mod proof;
mod provenance;
mod prune;
mod sbom;
mod secrets;
mod security;
mod shorter;
mod simulate;
mod site;
mod size;
mod split;
mod tools;
mod wasm;

use std::{path::PathBuf, process::ExitCode};

use lexopt::{
    ValueExt,
    prelude::{Long, Value},
};

use crate::error::{Error, Result};

const USAGE: &str = "\
cargo xtask CHORE

  demo [--check] [--platform URL]
      Starts the sandbox and the demo page and prints its address; Ctrl-C ends both.
      --check         starts all, goes the page's way to the list of apps, opens it in Chromium, says what it saw, ends
      --platform URL  a real platform in place of the sandbox's, with its key in CONNECT_API_KEY
  demo-glue           what trunk calls when it has built the demo page: gives its glue what the package's has
  test [--only AREA] [--browser chromium|firefox|webkit] [--release] [--full]
      Installs what tests need and runs them. The areas are core, sandbox, demo and the folders of tests/.
      --release       with --only: browsers get the package as published, not the quick build
      --full          every area in every browser, every example, cargo-deny and npm audit: an hour
  coverage [--json]   compares docs/coverage.json, which names the tests of each requirement and fault, with what ran
  package [--twice]   assembles the npm package in dist/package
      --twice         builds it again from nothing, and fails unless the two are the same byte for byte
  docs                builds the book in target/book, and checks its links and its code
  examples [--full] [--browser …]
      Builds the projects of examples/ on the packed package, and drives them.
      --full          also Leptos and Next.js, which take minutes the first time
  size [--json]       prints what a page loads, raw and compressed; fails over size-budget.json
       [--why]        and what each crate's code is of it
  bench [--short]     measures time and memory against a contender and a floor; writes docs/performance.md
      --against DIR   instead: how long until 30 rows, in turn with a package that was built before
  simulate [--sessions N]
      What N open sessions, a million unless told, ask of a host's backend: steady, after an outage, after a rush
  leak [--full] [--mutants [--only NAMES]]
      Searches everything that leaves the component for secrets: the short form unless told otherwise.
      --full          every scenario in every browser, on the package as published
      --mutants       leaks on purpose, one at a time, and prints how many were found; --only those named
  fuzz [--seconds N]  runs each fuzz target for N seconds, 600 unless told
  histories [--count N]
      random histories of the session against a model of it, 100,000 unless told
  hostile [--sessions N] [--seed N] [--browser NAME]
      sessions with a platform that answers nonsense, 10,000 unless told; a failure names its session: replay it with
      --seed SESSION --sessions 1
  soak [--minutes N] [--seed N] [--browser NAME]
      20 components with sessions of 60 s and faults at random, for 60 minutes unless told
  sbom                writes what the crate and the npm package are made of to dist/sbom, as CycloneDX
  secrets             looks for tokens and keys in all that is kept, and in dist/package
  proof               writes docs/proof.md from what the last runs left
  setup               installs what the other chores need, and nothing else";

fn main() -> ExitCode {
    match chore() {
        Ok(()) => ExitCode::SUCCESS,
        Err(Error::TestsFailed) => ExitCode::FAILURE,
        Err(error @ Error::Usage(_)) => {
            eprintln!("{error}\n\n{USAGE}");
            ExitCode::from(2)
        }
        Err(Error::Interrupted) => ExitCode::from(130),
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn chore() -> Result {
    process::catch_signals()?;
    let mut arguments = lexopt::Parser::from_env();
    let Some(Value(chore)) = arguments.next()? else { return Err(Error::Usage("which chore?".into())) };
    match &*chore.to_string_lossy() {
        "demo" => {
            let mut options = demo::Options::default();
            while let Some(argument) = arguments.next()? {
                match argument {
                    Long("check") => options.check = true,
                    Long("platform") => options.platform = Some(text(&mut arguments)?),
                    other => return Err(other.unexpected().into()),
                }
            }
            demo::demo(&options)
        }
        "demo-glue" => no_more(&mut arguments).and_then(|()| demo::finish_glue()),
        "test" => {
            let mut options = areas::Options::default();
            while let Some(argument) = arguments.next()? {
                match argument {
                    Long("only") => options.only = Some(text(&mut arguments)?),
                    Long("browser") => options.browser = Some(text(&mut arguments)?),
                    Long("release") => options.release = true,
                    Long("full") => options.full = true,
                    other => return Err(other.unexpected().into()),
                }
            }
            areas::test(&options)
        }
        "docs" => no_more(&mut arguments).and_then(|()| docs::docs()),
        "examples" => {
            let (mut extent, mut browser) = (examples::Extent::Quick, None);
            while let Some(argument) = arguments.next()? {
                match argument {
                    Long("full") => extent = examples::Extent::Full,
                    Long("browser") => browser = Some(text(&mut arguments)?),
                    other => return Err(other.unexpected().into()),
                }
            }
            examples::examples(extent, browser)
        }
        "size" => {
            let (mut as_json, mut why) = (false, false);
            while let Some(argument) = arguments.next()? {
                match argument {
                    Long("json") => as_json = true,
                    Long("why") => why = true,
                    other => return Err(other.unexpected().into()),
                }
            }
            size::size(as_json)?;
            if why { size::why() } else { Ok(()) }
        }
        "coverage" => coverage::coverage(json_wanted(&mut arguments)?),
        "leak" => {
            let mut options = leak::Options::default();
            while let Some(argument) = arguments.next()? {
                match argument {
                    Long("full") => options.full = true,
                    Long("mutants") => options.mutants = true,
                    Long("only") => options.only = Some(text(&mut arguments)?),
                    other => return Err(other.unexpected().into()),
                }
            }
            leak::leak(&options)
        }
        "fuzz" => {
            let mut seconds = 600;
            while let Some(argument) = arguments.next()? {
                match argument {
                    Long("seconds") => seconds = arguments.value()?.parse()?,
                    other => return Err(other.unexpected().into()),
                }
            }
            fuzz::fuzz(seconds)
        }
        "histories" => {
            let mut count = 100_000;
            while let Some(argument) = arguments.next()? {
                match argument {
                    Long("count") => count = arguments.value()?.parse()?,
                    other => return Err(other.unexpected().into()),
                }
            }
            long::histories(count)
        }
        "hostile" => long::hostile(&long_options(&mut arguments)?),
        "soak" => long::soak(&long_options(&mut arguments)?),
        "sbom" => no_more(&mut arguments).and_then(|()| sbom::sbom()),
        "secrets" => no_more(&mut arguments).and_then(|()| secrets::secrets()),
        "proof" => no_more(&mut arguments).and_then(|()| proof::proof()),
        "package" => {
            let mut twice = false;
            while let Some(argument) = arguments.next()? {
                match argument {
                    Long("twice") => twice = true,
                    other => return Err(other.unexpected().into()),
                }
            }
            package::package(twice)
        }
        "bench" => {
            let (mut short, mut others) = (false, Vec::new());
            while let Some(argument) = arguments.next()? {
                match argument {
                    Long("short") => short = true,
                    Long("against") => others.push(PathBuf::from(arguments.value()?)),
                    other => return Err(other.unexpected().into()),
                }
            }
            match (short, others.is_empty()) {
                (_, true) => bench::bench(short),
                (false, false) => bench::against(&others),
                (true, false) => Err(Error::Usage("--against has no short form".into())),
            }
        }
        "simulate" => {
            let (mut sessions, mut optimised) = (1_000_000, false);
            while let Some(argument) = arguments.next()? {
                match argument {
                    Long("sessions") => sessions = arguments.value()?.parse()?,
                    Long("optimised") => optimised = true,
                    other => return Err(other.unexpected().into()),
                }
            }
            simulate::simulate(sessions, optimised)
        }
        "setup" => no_more(&mut arguments).and_then(|()| tools::setup()),
        other => Err(Error::Usage(format!("no chore {other}"))),
    }
}

fn long_options(arguments: &mut lexopt::Parser) -> Result<long::Options> {
    let mut options = long::Options::default();
    while let Some(argument) = arguments.next()? {
        match argument {
            Long("sessions") => options.sessions = Some(arguments.value()?.parse()?),
            Long("minutes") => options.minutes = Some(arguments.value()?.parse()?),
            Long("seed") => options.seed = Some(arguments.value()?.parse()?),
            Long("browser") => options.browser = Some(text(arguments)?),
            other => return Err(other.unexpected().into()),
        }
    }
    Ok(options)
}

/// Nothing more, or `--json`.
fn json_wanted(arguments: &mut lexopt::Parser) -> Result<bool> {
    let mut as_json = false;
    while let Some(argument) = arguments.next()? {
        match argument {
            Long("json") => as_json = true,
            other => return Err(other.unexpected().into()),
        }
    }
    Ok(as_json)
}

fn text(arguments: &mut lexopt::Parser) -> Result<String> {
    arguments.value()?.into_string().map_err(|value| Error::Usage(format!("{} is not UTF-8", value.display())))
}

fn no_more(arguments: &mut lexopt::Parser) -> Result {
    arguments.next()?.map_or(Ok(()), |argument| Err(argument.unexpected().into()))
}

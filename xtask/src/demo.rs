//! `demo`: the sandbox and the demo page, started together, checked together, ended together.

use std::{
    env,
    fmt::Write,
    io::{BufRead, BufReader},
    path::Path,
    process::{Command, Stdio},
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use serde_json::Value;

use crate::{
    error::{Error, Result},
    http::{self, Request},
    package, paths,
    process::{Group, command, log_file, output_with_status, pause, run, show_log},
    tools,
};

const PAGE: &str = "http://localhost:8080/";
/// The sandbox only opens sockets and a database: longer than this means that it hangs.
const SANDBOX_START: Duration = Duration::from_secs(20);

/// What the command line of `demo` chooses.
#[derive(Default)]
pub(crate) struct Options {
    /// Start everything, see that it works, end.
    pub(crate) check: bool,
    /// The base URL of a real platform, instead of the sandbox's own.
    pub(crate) platform: Option<String>,
}

/// Starts the demo and stays until a signal, or checks it and returns.
pub(crate) fn demo(options: &Options) -> Result {
    if options.platform.is_some() && env::var_os("CONNECT_API_KEY").is_none() {
        let remedy = "it holds the API key for the platform named by --platform".into();
        return Err(Error::Missing { what: "the environment variable CONNECT_API_KEY".into(), remedy });
    }
    for (port, used_for) in
        [(8080, "the demo page"), (4810, "the host backend"), (4820, "the platform"), (4830, "the OAuth provider")]
    {
        http::require_free(port, used_for)?;
    }
    tools::for_demo()?;
    eprintln!("Building the sandbox (usually 2 minutes the first time) …");
    run(command("cargo").args(["build", "--quiet", "--package", "connect-flow-sandbox"]))?;

    let log = paths::root().join("target/demo/sandbox.log");
    let mut sandbox = start_sandbox(options, &log)?;
    let host = origin(&mut sandbox, &log)?;
    eprintln!("Building the component (usually 2 minutes the first time) …");
    // Trunk may not download tools of its own; offline, it wants the crates of all platforms to be there.
    run(command("cargo").args(["fetch", "--quiet", "--locked"]))?;
    // `serve` goes on after a build that failed, waiting for a change; `build` says so.
    run(&mut trunk("build"))?;
    let mut trunk = Group::spawn(&mut trunk("serve"))?;
    while !http::get(PAGE).is_ok_and(|page| page.status == 200) {
        trunk.still_running()?;
        sandbox.still_running()?;
        pause()?;
    }
    if options.check {
        println!("{}", look(&host)?);
        return Ok(());
    }
    println!("{PAGE}");
    eprintln!("Ctrl-C ends the demo. The sandbox writes its log to {}.", log.display());
    loop {
        trunk.still_running()?;
        sandbox.still_running().inspect_err(|_| show_log(&log))?;
        match pause() {
            Err(Error::Interrupted) => return Ok(()),
            other => other?,
        }
    }
}

/// Trunk's hook after each build of the page; trunk says in the environment where the page lies.
pub(crate) fn finish_glue() -> Result {
    let Some(dir) = env::var_os("TRUNK_STAGING_DIR") else {
        let remedy = "trunk sets it for its hooks, which are what this is for".into();
        return Err(Error::Missing { what: "the environment variable TRUNK_STAGING_DIR".into(), remedy });
    };
    package::finish(Path::new(&dir))
}

/// Opens the page in Chromium, waits for the app of that name, and says what happened; or that there is no Chromium.
fn open(app: &str) -> Result<String> {
    if !tools::has_chromium() {
        return Ok("browser   NOT opened in one: Chromium or ChromeDriver is not installed".into());
    }
    tools::for_node_tests()?;
    let mut node = command("node");
    node.arg("tests/harness/look.js").args([PAGE, app]);
    match output_with_status(&mut node)? {
        (true, seen) => Ok(format!("browser   {seen}")),
        (false, problem) => Err(Error::Answer { from: format!("{PAGE} in Chromium"), problem }),
    }
}

fn trunk(subcommand: &str) -> Command {
    let mut trunk = command("trunk");
    trunk.args(["--quiet", "--offline=true", subcommand]).env("NO_COLOR", "true");
    trunk
}

fn start_sandbox(options: &Options, log: &Path) -> Result<Group> {
    let mut sandbox = command(paths::sandbox_binary());
    sandbox.args(["--allow-origin", PAGE.trim_end_matches('/')]);
    // Trunk lays the frame's files there as well.
    sandbox.arg("--frame-pages").arg(paths::root().join("dist/demo"));
    if let Some(platform) = &options.platform {
        sandbox.args(["--platform-url", platform]);
    } else {
        // The playground turns its switches.
        sandbox.arg("--test-mode");
    }
    Group::spawn(sandbox.stdout(Stdio::piped()).stderr(log_file(log)?))
}

/// The origin of the host's backend, from the line the sandbox prints when all its listeners are up.
fn origin(sandbox: &mut Group, log: &Path) -> Result<String> {
    let (sender, receiver) = mpsc::channel();
    if let Some(stdout) = sandbox.stdout() {
        thread::spawn(move || {
            let mut lines = BufReader::new(stdout).lines().map_while(std::result::Result::ok);
            let _ = lines.next().map(|line| sender.send(line));
            // A pipe nobody reads would stop the sandbox once it is full.
            lines.for_each(drop);
        });
    }
    let deadline = Instant::now() + SANDBOX_START;
    loop {
        if let Ok(line) = receiver.try_recv() {
            let origins: Value = serde_json::from_str(&line).unwrap_or_default();
            return origins["host"].as_str().map(str::to_owned).ok_or_else(|| Error::Answer {
                from: "the sandbox's first line".into(),
                problem: format!("no \"host\" in {line}"),
            });
        }
        sandbox.still_running().inspect_err(|_| show_log(log))?;
        if Instant::now() > deadline {
            show_log(log);
            let problem = format!("not up after {} s", SANDBOX_START.as_secs());
            return Err(Error::Answer { from: "the sandbox".into(), problem });
        }
        pause()?;
    }
}

/// Goes the way of a page: itself, the host's session, a token, the apps, a browser. Says what it saw, never the token.
fn look(host: &str) -> Result<String> {
    let page = http::get(PAGE)?;
    let at_page = |path: &str| format!("{PAGE}{path}");
    let visitor = http::get(&at_page("api/host"))?;
    let cookies = visitor.cookies();
    let visitor = visitor.json("GET /api/host")?;
    let text = |value: &Value, name: &str, from: &str| {
        value[name]
            .as_str()
            .map(str::to_owned)
            .ok_or_else(|| Error::Answer { from: from.to_owned(), problem: format!("no text named {name:?}") })
    };
    let csrf = text(&visitor, "csrfToken", "GET /api/host")?;
    let platform = text(&visitor, "apiUrl", "GET /api/host")?;
    let mint = http::send(&Request {
        method: "POST",
        url: &at_page("api/session-token"),
        headers: &[("cookie", &cookies), ("x-csrf-token", &csrf), ("origin", PAGE.trim_end_matches('/'))],
    })?
    .json("POST /api/session-token")?;
    let token = text(&mint, "token", "POST /api/session-token")?;
    let url = format!("{}/api/v2/f-sdk/application", platform.trim_end_matches('/'));
    let apps = http::send(&Request {
        method: "GET",
        url: &url,
        headers: &[("authorization", &format!("Bearer {token}")), ("accept", "application/json")],
    })?
    .json(&url)?;
    let Some(apps) = apps.as_array().filter(|apps| !apps.is_empty()) else {
        return Err(Error::Answer { from: url, problem: "no apps".into() });
    };
    let names: Vec<_> = apps.iter().filter_map(|app| app["name"].as_str()).take(3).collect();
    let mut seen = format!("page      {PAGE} answers {} with {} bytes\n", page.status, page.body.len());
    let user = visitor["user"].as_str().unwrap_or("nobody");
    let _ = writeln!(seen, "host      {host} has {user} signed in");
    let _ = writeln!(seen, "token     {} characters, expires in {} s", token.len(), mint["expires_in"]);
    let _ = writeln!(seen, "platform  {platform} lists {} apps: {}, …", apps.len(), names.join(", "));
    Ok(seen + &open(names.first().copied().unwrap_or_default())?)
}

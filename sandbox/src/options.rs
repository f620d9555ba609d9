//! The command line and the environment, read once and validated before anything listens.

use std::error::Error;
use std::ffi::OsString;
use std::path::PathBuf;

use lexopt::prelude::*;

use crate::crypto::Secret;

pub(crate) const HELP: &str = "\
connect-flow-sandbox [OPTIONS]           run host backend, platform and authorization server
connect-flow-sandbox catalog --apps N    print a generated catalog of N apps

  --host-addr ADDR          host backend and pages          (127.0.0.1:4810; port 0 = any free port)
  --platform-addr ADDR      platform                        (127.0.0.1:4820)
  --provider-addr ADDR      OAuth 2.0 authorization server  (127.0.0.1:4830)
  --host-origin ORIGIN      how browsers reach the host listener (http://localhost:PORT)
  --allow-origin ORIGIN     a further origin of host pages, repeatable
  --pages DIR               static files served by the host listener
  --frame-pages DIR         static files served by the platform listener
  --catalog FILE            apps to offer instead of the built-in ones
  --database FILE           SQLite file, or :memory: (default)
  --token-lifetime SECONDS  of session tokens (900)
  --mint-limit N            session tokens a user can be given in a minute (30)
  --revoke-path PATH        where the host revokes session tokens at its platform (/api/v2/public/session-token/revoke)
  --platform-url URL        leave out platform and authorization server; mint at that platform
  --linked-account USER=ID  the linked account of a demo user, repeatable
  --allow-production-key    accept an API key that starts with pk
  --test-mode               turn on the fault switches

Environment: CONNECT_API_KEY (needed with --platform-url), CONNECT_DATA_KEY (32 bytes in base64, needed with a
database file), CONNECT_PLATFORM_KEYS (further API keys that the platform accepts, separated by commas).";

pub(crate) enum Command {
    Run(Box<Options>),
    GenerateCatalog { apps: usize },
    Help,
}

pub(crate) struct Options {
    pub(crate) host_addr: String,
    pub(crate) platform_addr: String,
    pub(crate) provider_addr: String,
    pub(crate) host_origin: Option<String>,
    pub(crate) allow_origins: Vec<String>,
    pub(crate) pages: Option<PathBuf>,
    pub(crate) frame_pages: Option<PathBuf>,
    pub(crate) catalog: Option<PathBuf>,
    pub(crate) database: String,
    pub(crate) token_lifetime: u64,
    pub(crate) mint_limit: usize,
    pub(crate) revoke_path: String,
    pub(crate) platform_url: Option<String>,
    pub(crate) linked_accounts: Vec<(String, String)>,
    pub(crate) test_mode: bool,
    /// The host's key for its platform; random per run when the platform is our own and none is set.
    pub(crate) api_key: Secret,
    pub(crate) platform_keys: Vec<Secret>,
    pub(crate) data_key: Option<Secret>,
}

pub(crate) fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Command, Box<dyn Error>> {
    let mut parser = lexopt::Parser::from_iter(args);
    let mut options = Options {
        host_addr: "127.0.0.1:4810".into(),
        platform_addr: "127.0.0.1:4820".into(),
        provider_addr: "127.0.0.1:4830".into(),
        host_origin: None,
        allow_origins: Vec::new(),
        pages: None,
        frame_pages: None,
        catalog: None,
        database: ":memory:".into(),
        token_lifetime: 900,
        mint_limit: 30,
        revoke_path: "/api/v2/public/session-token/revoke".into(),
        platform_url: None,
        linked_accounts: Vec::new(),
        test_mode: false,
        api_key: Secret::default(),
        platform_keys: Vec::new(),
        data_key: env_secret("CONNECT_DATA_KEY"),
    };
    let mut allow_production_key = false;
    let mut generated_apps = None;
    let mut generate = false;
    while let Some(argument) = parser.next()? {
        match argument {
            Long("host-addr") => options.host_addr = parser.value()?.string()?,
            Long("platform-addr") => options.platform_addr = parser.value()?.string()?,
            Long("provider-addr") => options.provider_addr = parser.value()?.string()?,
            Long("host-origin") => options.host_origin = Some(origin(&parser.value()?.string()?)?),
            Long("allow-origin") => options.allow_origins.push(origin(&parser.value()?.string()?)?),
            Long("pages") => options.pages = Some(parser.value()?.into()),
            Long("frame-pages") => options.frame_pages = Some(parser.value()?.into()),
            Long("catalog") => options.catalog = Some(parser.value()?.into()),
            Long("database") => options.database = parser.value()?.string()?,
            Long("token-lifetime") => options.token_lifetime = parser.value()?.parse()?,
            Long("mint-limit") => options.mint_limit = parser.value()?.parse()?,
            Long("revoke-path") => options.revoke_path = path(&parser.value()?.string()?)?,
            Long("platform-url") => options.platform_url = Some(origin(&parser.value()?.string()?)?),
            Long("linked-account") => options.linked_accounts.push(user_and_account(&parser.value()?.string()?)?),
            Long("allow-production-key") => allow_production_key = true,
            Long("test-mode") => options.test_mode = true,
            Long("apps") => generated_apps = Some(parser.value()?.parse()?),
            Long("help") | Short('h') => return Ok(Command::Help),
            Value(value) if value == "catalog" => generate = true,
            other => return Err(other.unexpected().into()),
        }
    }
    if generate {
        let apps = generated_apps.ok_or("catalog needs --apps N")?;
        return Ok(Command::GenerateCatalog { apps });
    }
    options.api_key = api_key(options.platform_url.is_some(), allow_production_key)?;
    if let Some(keys) = env_secret("CONNECT_PLATFORM_KEYS") {
        options.platform_keys = keys.expose().split(',').map(|key| Secret::new(key.trim())).collect();
    }
    options.platform_keys.push(options.api_key.clone());
    Ok(Command::Run(Box::new(options)))
}

fn env_secret(name: &str) -> Option<Secret> {
    std::env::var(name).ok().filter(|value| !value.trim().is_empty()).map(|value| Secret::new(value.trim()))
}

fn api_key(foreign_platform: bool, allow_production_key: bool) -> Result<Secret, Box<dyn Error>> {
    let Some(key) = env_secret("CONNECT_API_KEY") else {
        if foreign_platform {
            return Err(
                "CONNECT_API_KEY is not set: a platform given by --platform-url needs its test key (tk…)".into()
            );
        }
        return Ok(Secret::new(&format!("tk_{}", crate::crypto::random_id(24)?)));
    };
    if key.expose().starts_with("pk") && !allow_production_key {
        return Err("CONNECT_API_KEY is a production key (pk…): use a test key, or --allow-production-key".into());
    }
    if !key.expose().starts_with("tk") && !key.expose().starts_with("pk") {
        return Err("CONNECT_API_KEY is no API key of a platform: those start with tk (test) or pk".into());
    }
    Ok(key)
}

/// The serialized origin of an address: no path, no trailing slash, as browsers write it in `Origin`.
fn origin(text: &str) -> Result<String, Box<dyn Error>> {
    let url = url::Url::parse(text).map_err(|error| format!("{text} is no URL: {error}"))?;
    let origin = url.origin();
    if !origin.is_tuple() || !matches!(url.scheme(), "http" | "https") {
        return Err(format!("{text} is no http or https origin").into());
    }
    Ok(origin.ascii_serialization())
}

/// The path of an address at the platform; never an address of its own, for a session token goes there.
fn path(text: &str) -> Result<String, Box<dyn Error>> {
    if text.starts_with('/') && !text.starts_with("//") && text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Ok(text.to_owned());
    }
    Err(format!("{text} is no path: it starts with one slash").into())
}

fn user_and_account(text: &str) -> Result<(String, String), Box<dyn Error>> {
    match text.split_once('=') {
        Some((user, account)) if !user.is_empty() && !account.is_empty() => Ok((user.into(), account.into())),
        _ => Err("--linked-account wants USER=ID".into()),
    }
}

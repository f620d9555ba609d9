//! The sandbox: a small real platform, in one process with three listeners of three origins.

mod catalog;
mod crypto;
mod host;
mod http;
mod options;
mod platform;
mod provider;
mod serve;

use std::error::Error;
use std::io::Write as _;
use std::process::ExitCode;
use std::sync::Arc;

use options::{Command, Options};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

#[tokio::main]
async fn main() -> ExitCode {
    let command = match options::parse(std::env::args_os()) {
        Ok(command) => command,
        Err(error) => return fail(&error.to_string()),
    };
    let outcome = match command {
        Command::Help => print_out(options::HELP),
        Command::GenerateCatalog { apps } => catalog::generate(apps).and_then(|text| print_out(&text)),
        Command::Run(options) => run(*options).await,
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(&error.to_string()),
    }
}

fn fail(reason: &str) -> ExitCode {
    eprintln!("connect-flow-sandbox: {reason}");
    ExitCode::FAILURE
}

/// Standard output is a contract (one line for programs), so a closed pipe is an error, not a panic.
fn print_out(text: &str) -> Result<(), Box<dyn Error>> {
    let mut out = std::io::stdout().lock();
    out.write_all(text.trim_end().as_bytes())?;
    out.write_all(b"\n")?;
    Ok(out.flush()?)
}

async fn run(options: Options) -> Result<(), Box<dyn Error>> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    // Fails only if a provider is installed already, which is as good.
    let _already = rustls::crypto::ring::default_provider().install_default();

    let host_listener = bind(&options.host_addr).await?;
    eprintln!("host: listening on http://{}", host_listener.local_addr()?);
    let host_origin = match &options.host_origin {
        Some(origin) => origin.clone(),
        None => format!("http://localhost:{}", host_listener.local_addr()?.port()),
    };
    let mut ready = serde_json::json!({ "host": host_origin });

    let (platform, platform_url) = match &options.platform_url {
        Some(url) => (None, url.clone()),
        None => {
            let platform_listener = bind(&options.platform_addr).await?;
            let provider_listener = bind(&options.provider_addr).await?;
            let platform_url = format!("http://{}", platform_listener.local_addr()?);
            let issuer = format!("http://{}", provider_listener.local_addr()?);
            ready["platform"] = platform_url.clone().into();
            ready["provider"] = issuer.clone().into();

            let callback = platform::callback_url(&platform_url, catalog::OWN_PROVIDER);
            let provider = Arc::new(provider::Provider::new(issuer, callback, options.test_mode)?);
            let platform = Arc::new(platform::Platform::new(&options, platform_url.clone(), &provider)?);
            tokio::spawn(serve::serve(provider_listener, provider::router(provider)));
            tokio::spawn(serve::serve(platform_listener, platform::router(platform.clone())));
            (Some(platform), platform_url)
        }
    };
    if options.platform_url.is_some() {
        ready["platform"] = platform_url.clone().into();
        ready["provider"] = serde_json::Value::Null;
    }

    let host = Arc::new(host::Host::new(&options, host_origin, platform_url, platform)?);
    tokio::spawn(serve::serve(host_listener, host::router(host.clone(), options.pages.as_deref())));
    print_out(&ready.to_string())?;

    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    let revoked = host.revoke_outstanding().await;
    eprintln!("host: shutting down, {revoked} outstanding session tokens revoked");
    Ok(())
}

async fn bind(address: &str) -> Result<TcpListener, Box<dyn Error>> {
    TcpListener::bind(address).await.map_err(|error| format!("cannot listen on {address}: {error}").into())
}

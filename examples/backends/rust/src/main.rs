//! The session-token endpoint of a host's server, with axum: `CONNECT_API_KEY=… cargo run`

mod host;
mod login;

use std::env;
use std::error::Error;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let api_key = env::var("CONNECT_API_KEY")
        .ok()
        .filter(|key| !key.is_empty())
        .ok_or("CONNECT_API_KEY is not set: it is the platform's API key, and belongs in this server's environment")?;
    let platform = env::var("CONNECT_API_URL").unwrap_or_else(|_| "https://app.refold.ai".into());
    let secure = env::var("HOST_ORIGIN").is_ok_and(|origin| origin.starts_with("https:"));
    let port = env::var("PORT").unwrap_or_else(|_| "4810".into());
    let app = host::router(api_key, platform, login::Logins::new(secure))?;
    let listener = tokio::net::TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    println!("http://localhost:{}", listener.local_addr()?.port());
    axum::serve(listener, app).await?;
    Ok(())
}

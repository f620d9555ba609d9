//! The server: renders the page, serves the wasm that brings it to life, and gives session tokens.

// The recipe as it stands: copy the two files into your own server.
#[path = "../../backends/rust/src/host.rs"]
mod host;
#[path = "../../backends/rust/src/login.rs"]
mod login;

use std::env;
use std::error::Error;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use leptos::nonce::use_nonce;
use leptos::prelude::*;
use leptos_axum::{ResponseOptions, render_app_to_stream_with_context};
use leptos_ssr_example::{App, Host};
use login::Logins;
use tower_http::services::ServeDir;

#[derive(Clone)]
struct Server {
    options: LeptosOptions,
    platform: String,
    logins: Logins,
}

/// The strictest policy: the nonce is for the two scripts with which Leptos starts the page.
fn policy(platform: &str, nonce: &str) -> String {
    format!(
        "default-src 'none'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; style-src 'self'; \
         img-src 'self' data: {platform}; connect-src 'self' {platform}; frame-src {platform}; base-uri 'none'; \
         form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
    )
}

fn shell(Server { options, platform, .. }: Server) -> impl IntoView {
    let nonce = use_nonce().map(|nonce| nonce.to_string()).unwrap_or_default();
    if let (Some(response), Ok(policy)) = (use_context::<ResponseOptions>(), policy(&platform, &nonce).try_into()) {
        response.insert_header(header::CONTENT_SECURITY_POLICY, policy);
    }
    view! {
        <!DOCTYPE html>
        <html lang="en">
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <title>"Integrations – Acme Projects"</title>
                <link rel="icon" href="data:," />
                <link rel="stylesheet" href="/acme.css" />
                <HydrationScripts options />
            </head>
            <body>
                <App />
            </body>
        </html>
    }
}

/// `GET /`: the page for whoever is signed in.
async fn page(State(server): State<Server>, request: Request) -> Response {
    let (session, cookie) = match server.logins.session(request.headers()) {
        Some(session) => (session, None),
        None => match server.logins.sign_in() {
            Ok((session, cookie)) => (session, HeaderValue::try_from(cookie).ok()),
            Err(_) => return StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        },
    };
    let host = Host {
        api_url: server.platform.clone(),
        frame_url: format!("{}/frame.html", server.platform),
        csrf_token: session.csrf_token,
    };
    let context = move || provide_context(host.clone());
    let mut response = render_app_to_stream_with_context(context, move || shell(server.clone()))(request).await;
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Some(cookie) = cookie {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

async fn style() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], include_str!("../../acme.css"))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let api_key = env::var("CONNECT_API_KEY").ok().filter(|key| !key.is_empty()).ok_or("CONNECT_API_KEY is not set")?;
    let platform = env::var("CONNECT_API_URL").unwrap_or_else(|_| "https://app.refold.ai".into());
    let secure = env::var("HOST_ORIGIN").is_ok_and(|origin| origin.starts_with("https:"));
    let port = env::var("PORT").unwrap_or_else(|_| "3000".into());
    // In an app with routes, generate_route_list does it.
    any_spawner::Executor::init_tokio()?;
    let options = LeptosOptions::builder().output_name(env!("CARGO_CRATE_NAME")).site_root("dist").build();
    let logins = Logins::new(secure);
    let endpoint = host::router(api_key, platform.clone(), logins.clone())?;
    let app = Router::new()
        .route("/", get(page))
        .route("/acme.css", get(style))
        .nest_service("/pkg", ServeDir::new("dist/pkg"))
        .with_state(Server { options, platform, logins })
        .merge(endpoint);
    let listener = tokio::net::TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    println!("http://localhost:{}", listener.local_addr()?.port());
    axum::serve(listener, app).await?;
    Ok(())
}

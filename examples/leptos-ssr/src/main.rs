//! The server: pages, and the session-token endpoint of the recipe in Rust.

#[path = "../../backends/rust/src/host.rs"]
mod host;
#[path = "../../backends/rust/src/login.rs"]
mod login;

use std::env;
use std::error::Error;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, header};
use axum::response::Response;
use axum::routing::get;
use leptos::nonce::use_nonce;
use leptos::prelude::*;
use leptos_axum::ResponseOptions;
use leptos_ssr_example::{Facts, document};
use login::Logins;
use tower_http::services::ServeDir;

struct Pages {
    platform: String,
    logins: Logins,
}

/// What the page may do: scripts with this answer's nonce, WebAssembly, the platform. No HTML made from text.
fn policy(nonce: &str, platform: &str) -> String {
    format!(
        "default-src 'none'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; style-src 'self'; \
         img-src 'self' data: {platform}; connect-src 'self' {platform}; frame-src {platform}; base-uri 'none'; \
         form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
    )
}

async fn page(State(pages): State<Arc<Pages>>, request: Request<Body>) -> Response<Body> {
    let (session, cookie) = match pages.logins.session(request.headers()) {
        Some(session) => (Some(session), None),
        None => pages.logins.sign_in().map_or((None, None), |(session, cookie)| (Some(session), Some(cookie))),
    };
    let facts = Facts {
        api_url: pages.platform.clone(),
        frame_url: format!("{}/frame.html", pages.platform),
        csrf_token: session.map(|session| session.csrf_token).unwrap_or_default(),
    };
    let (given, platform) = (facts.clone(), pages.platform.clone());
    let context = move || {
        provide_context(given.clone());
        let nonce = use_nonce().map(|nonce| nonce.to_string()).unwrap_or_default();
        if let (Some(options), Ok(policy)) =
            (use_context::<ResponseOptions>(), HeaderValue::from_str(&policy(&nonce, &platform)))
        {
            options.insert_header(header::CONTENT_SECURITY_POLICY, policy);
        }
    };
    let render = leptos_axum::render_app_to_stream_with_context(context, move || document(facts.clone()));
    let mut response = render(request).await;
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Some(cookie) = cookie.and_then(|cookie| HeaderValue::from_str(&cookie).ok()) {
        headers.insert(header::SET_COOKIE, cookie);
    }
    response
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let api_key = env::var("CONNECT_API_KEY").map_err(|_| "CONNECT_API_KEY is not set")?;
    let platform = env::var("CONNECT_API_URL").unwrap_or_else(|_| "https://app.refold.ai".into());
    let secure = env::var("HOST_ORIGIN").is_ok_and(|origin| origin.starts_with("https:"));
    let port = env::var("PORT").unwrap_or_else(|_| "4810".into());
    let logins = Logins::new(secure);
    let pages = Arc::new(Pages { platform: platform.clone(), logins: logins.clone() });
    let site = concat!(env!("CARGO_MANIFEST_DIR"), "/site");
    let app = axum::Router::new()
        .route("/", get(page))
        .with_state(pages)
        .merge(host::router(api_key, platform, logins)?)
        .fallback_service(ServeDir::new(site));
    let listener = tokio::net::TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    println!("http://localhost:{}", listener.local_addr()?.port());
    axum::serve(listener, app).await?;
    Ok(())
}

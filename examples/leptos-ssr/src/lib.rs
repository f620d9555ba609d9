//! A page that a server renders and the browser brings to life.

use connect_flow::embed::events::HostEvent;
use connect_flow::settings::Settings;
use connect_flow::{ConnectFlow, TokenSource};
use leptos::prelude::*;

/// What the page knows of its visitor: on the server from the session, in the browser from the page itself.
#[derive(Clone, Default)]
pub struct Facts {
    pub api_url: String,
    pub frame_url: String,
    pub csrf_token: String,
}

impl Facts {
    #[cfg(not(feature = "hydrate"))]
    fn current() -> Self {
        use_context().unwrap_or_default()
    }

    #[cfg(feature = "hydrate")]
    fn current() -> Self {
        let meta = |name: &str| {
            let element = document().query_selector(&format!("meta[name={name}]")).ok().flatten();
            element.and_then(|element| element.get_attribute("content")).unwrap_or_default()
        };
        Self { api_url: meta("api-url"), frame_url: meta("frame-url"), csrf_token: meta("csrf-token") }
    }
}

/// Asks the page's own server for a session token: nobody else is asked.
#[cfg(feature = "hydrate")]
async fn session_token(csrf_token: String) -> Result<Option<connect_flow::Grant>, ()> {
    #[derive(serde::Deserialize)]
    struct Minted {
        token: String,
        expires_in: Option<f64>,
    }
    let request = gloo_net::http::Request::post("/api/session-token").header("x-csrf-token", &csrf_token);
    let answer = request.send().await.map_err(drop)?;
    match answer.status() {
        200 => {
            let Minted { token, expires_in } = answer.json().await.map_err(drop)?;
            Ok(Some(connect_flow::Grant { token, expires_in }))
        }
        401 => Ok(None),
        _ => Err(()),
    }
}

/// Never called on a server.
#[cfg(not(feature = "hydrate"))]
async fn session_token(_csrf_token: String) -> Result<Option<connect_flow::Grant>, ()> {
    Err(())
}

#[component]
pub fn App() -> impl IntoView {
    let Facts { api_url, frame_url, csrf_token } = Facts::current();
    let status = RwSignal::new(String::new());
    let tell = move |what: &'static str| move |event: HostEvent| status.set(format!("{} is {what}", event.text("app")));
    let settings = Settings { host_name: "Acme Projects".into(), ..Settings::default() };
    view! {
        <header>"Acme Projects"</header>
        <main>
            <h1>"Integrations"</h1>
            <p>"Connect the tools your team already uses."</p>
            <ConnectFlow
                api_url
                frame_url
                get_session_token=TokenSource::new(move |_reason| session_token(csrf_token.clone()))
                settings=settings
                on_account_connected=tell("connected")
                on_account_disconnected=tell("disconnected")
            />
            <p role="status">{status}</p>
        </main>
    }
}

/// The document around [`App`], rendered by the server alone.
#[cfg(feature = "ssr")]
pub fn document(facts: Facts) -> impl IntoView {
    view! {
        <!DOCTYPE html>
        <html lang="en">
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <title>"Integrations – Acme Projects"</title>
                <meta name="api-url" content=facts.api_url />
                <meta name="frame-url" content=facts.frame_url />
                <meta name="csrf-token" content=facts.csrf_token />
                <link rel="icon" href="data:," />
                <link rel="stylesheet" href="/acme.css" />
                <script type="module" src="/start.js"></script>
            </head>
            <body>
                <App />
            </body>
        </html>
    }
}

/// Brings the server's page to life.
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen(start)]
pub fn hydrate() {
    leptos::mount::hydrate_body(App);
}

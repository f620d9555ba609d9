//! The page: rendered by the server, brought to life by the browser.

use connect_flow::{ConnectFlow, Grant, TokenSource, embed::events::HostEvent, settings::Settings};
use gloo_net::http::Request;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// What the server knows of whoever is signed in, and sends along with the page.
#[derive(Clone, Deserialize, Serialize)]
pub struct Host {
    pub api_url: String,
    pub frame_url: String,
    pub csrf_token: String,
}

#[derive(Deserialize)]
struct Minted {
    token: String,
    expires_in: Option<f64>,
}

/// Asks the page's own server for a session token; only ever called in the browser.
async fn session_token(csrf_token: String) -> Result<Option<Grant>, ()> {
    let request = Request::post("/api/session-token").header("x-csrf-token", &csrf_token);
    let answer = request.send().await.map_err(drop)?;
    match answer.status() {
        200 => answer.json().await.map_err(drop).map(|Minted { token, expires_in }| Some(Grant { token, expires_in })),
        401 => Ok(None),
        _ => Err(()),
    }
}

#[component]
fn Integrations(host: Host) -> impl IntoView {
    let status = RwSignal::new(String::new());
    let tell = move |what: &'static str| move |event: HostEvent| status.set(format!("{} is {what}", event.text("app")));
    let csrf_token = host.csrf_token;
    let settings = Settings { host_name: "Acme Projects".into(), ..Settings::default() };
    view! {
        <ConnectFlow
            api_url=host.api_url
            frame_url=host.frame_url
            get_session_token=TokenSource::new(move |_reason| session_token(csrf_token.clone()))
            settings=settings
            on_account_connected=tell("connected")
            on_account_disconnected=tell("disconnected")
        />
        <p role="status">{status}</p>
    }
}

#[component]
pub fn App() -> impl IntoView {
    // The browser reads what the server wrote into the page.
    let host = SharedValue::new(use_context::<Host>).into_inner();
    view! {
        <header>"Acme Projects"</header>
        <main>
            <h1>"Integrations"</h1>
            <p>"Connect the tools your team already uses."</p>
            {host.map(|host| view! { <Integrations host /> })}
        </main>
    }
}

#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    leptos::mount::hydrate_body(App);
}

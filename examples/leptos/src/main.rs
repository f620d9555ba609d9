//! A page in Leptos: the component, with a callback for tokens and a signal for what happened.

use connect_flow::{ConnectFlow, Grant, TokenSource, embed::events::HostEvent, settings::Settings};
use gloo_net::http::Request;
use leptos::html::{h1, header, main as main_, p};
use leptos::prelude::*;
use serde::Deserialize;

/// What the page's own server says of whoever is signed in.
#[derive(Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Host {
    api_url: String,
    frame_url: String,
    csrf_token: String,
}

#[derive(Deserialize)]
struct Minted {
    token: String,
    expires_in: Option<f64>,
}

async fn host() -> Option<Host> {
    Request::get("/api/host").send().await.ok()?.json().await.ok()
}

/// Asks the page's own server for a session token: nobody else is asked.
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
fn App() -> impl IntoView {
    let known = LocalResource::new(host);
    let integrations = move || known.get().flatten().map(|host| view! { <Integrations host /> });
    // By functions and not by view!, which makes elements that never change from HTML text: Trusted Types forbid that.
    let text = "Connect the tools your team already uses.";
    (header().child("Acme Projects"), main_().child((h1().child("Integrations"), p().child(text), integrations)))
}

fn main() {
    mount_to_body(App);
}

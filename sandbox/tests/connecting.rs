//! Connecting: OAuth 2.0 with all that can go wrong in it, client credentials, keys, several accounts, disconnecting.
#![allow(clippy::unwrap_used)]

mod common;

use std::sync::{Arc, Mutex};

use common::{Sandbox, body};
use reqwest::Method;
use serde_json::{Value, json};

async fn integrate(sandbox: &Sandbox, token: &str, slug: &str, fields: Value) -> String {
    let answer = sandbox.post(token, &format!("/api/v1/{slug}/integrate"), fields).await;
    answer["auth_url"].as_str().unwrap().to_owned()
}

fn parameter(url: &str, name: &str) -> String {
    let url = url::Url::parse(url).unwrap();
    url.query_pairs().find(|(key, _)| key == name).unwrap_or_else(|| panic!("no {name}")).1.into_owned()
}

#[tokio::test]
async fn an_oauth_connection_shows_in_the_status_poll_and_nowhere_else() {
    let sandbox = Sandbox::tested();
    let (ada, grace) = (sandbox.token("ada").await, sandbox.token("grace").await);
    assert!(sandbox.app(&ada, "harbor-crm").await.get("connected").is_none());
    assert_eq!(sandbox.connect_by_oauth(&ada, "harbor-crm", "demo").await, "done");
    let app = sandbox.app(&ada, "harbor-crm").await;
    assert_eq!((&app["connected"], &app["reauth_required"]), (&json!(true), &json!(false)));
    let account = &app["connected_accounts"][0];
    assert_eq!(account["identifier"], "demo@example.com");
    assert_eq!((&account["status"], &account["auth_type"]), (&json!("active"), &json!("oauth2")));
    let at = account["connectedAt"].as_str().unwrap();
    assert!(at.len() == 24 && at.ends_with('Z'), "{at}");
    assert!(account["connection_id"].as_str().unwrap().starts_with("conn_"));
    // R25: third-party tokens stay at the platform.
    assert!(!app.to_string().contains("access_token"));
    assert!(sandbox.app(&grace, "harbor-crm").await.get("connected").is_none());
}

#[tokio::test]
async fn the_authorization_request_is_pkce_s256_with_state_and_no_session_token() {
    let sandbox = Sandbox::tested();
    let token = sandbox.token("ada").await;
    let url = integrate(&sandbox, &token, "harbor-crm", json!({})).await;
    assert_eq!(parameter(&url, "code_challenge_method"), "S256");
    assert_eq!(parameter(&url, "code_challenge").len(), 43);
    assert_eq!(parameter(&url, "redirect_uri"), format!("{}/api/v1/oauth/callback/sandbox", sandbox.platform));
    assert_eq!(parameter(&url, "scope"), "contacts.read contacts.write deals.read");
    assert_ne!(
        parameter(&url, "state"),
        parameter(&integrate(&sandbox, &token, "harbor-crm", json!({})).await, "state")
    );
    assert!(!url.contains(&token));
}

#[tokio::test]
async fn a_state_works_once_and_only_if_it_was_given_out() {
    let sandbox = Sandbox::tested();
    let token = sandbox.token("ada").await;
    let url = integrate(&sandbox, &token, "harbor-crm", json!({})).await;
    let back = sandbox.sign_in_and(&url, "demo", "allow").await;
    assert_eq!(sandbox.callback(&back).await, "done");
    assert_eq!(sandbox.callback(&back).await, "failed");
    let other = integrate(&sandbox, &token, "harbor-crm", json!({})).await;
    let back = sandbox.sign_in_and(&other, "demo", "allow").await;
    // A state that was used for a denial cannot carry a code any more, however good the code is.
    let denial = back.replace("code=", "error=access_denied&unused=");
    assert_eq!(sandbox.callback(&denial).await, "denied");
    assert_eq!(sandbox.callback(&back).await, "failed");
    let other = integrate(&sandbox, &token, "harbor-crm", json!({})).await;
    let back = sandbox.sign_in_and(&other, "demo", "allow").await;
    assert_eq!(sandbox.callback(&back.replace(&parameter(&back, "state"), "guessed")).await, "failed");
    assert_eq!(sandbox.app(&token, "harbor-crm").await["connected_accounts"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn another_issuer_in_the_answer_is_refused() {
    let sandbox = Sandbox::tested();
    let token = sandbox.token("ada").await;
    for (from, to) in [("iss=", "iss=x"), ("iss=", "other=")] {
        let url = integrate(&sandbox, &token, "harbor-crm", json!({})).await;
        let back = sandbox.sign_in_and(&url, "demo", "allow").await;
        assert_eq!(sandbox.callback(&back.replace(from, to)).await, "failed");
    }
    assert!(sandbox.app(&token, "harbor-crm").await.get("connected").is_none());
}

/// A sandbox with one app more, "quiet", of a provider that announces no issuer, and what its token endpoint is sent.
async fn with_a_provider_without_issuer() -> (Sandbox, Arc<Mutex<Vec<String>>>) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let quiet = format!("http://{}", listener.local_addr().unwrap());
    let exchanged = Arc::new(Mutex::new(Vec::new()));
    let seen = exchanged.clone();
    let token = async move |body: String| {
        seen.lock().unwrap().push(body);
        ([("content-type", "application/json")], json!({"access_token": "a", "token_type": "Bearer"}).to_string())
    };
    let router = axum::Router::new().route("/token", axum::routing::post(token));
    tokio::spawn(async move { axum::serve(listener, router).await });

    let catalog = json!({
        "providers": {"quiet": {
            "authorization_endpoint": format!("{quiet}/authorize"),
            "token_endpoint": format!("{quiet}/token"),
            "client_id": "platform",
        }},
        "apps": [
            {"slug": "harbor-crm", "name": "Harbor CRM", "auth": [{"type": "oauth2"}]},
            {"slug": "quiet", "name": "Quiet", "auth": [{"type": "oauth2", "provider": "quiet"}]},
        ],
    });
    let port = quiet.rsplit(':').next().unwrap();
    let file = std::env::temp_dir().join(format!("connect-flow-catalog-{}-{port}.json", std::process::id()));
    std::fs::write(&file, catalog.to_string()).unwrap();
    let sandbox = Sandbox::start(&["--test-mode", "--catalog", file.to_str().unwrap()], &[]);
    std::fs::remove_file(file).unwrap();
    (sandbox, exchanged)
}

#[tokio::test]
async fn an_issuer_in_the_answer_of_a_provider_that_announced_none_is_refused() {
    let (sandbox, exchanged) = with_a_provider_without_issuer().await;
    let token = sandbox.token("ada").await;
    let issuers = [format!("&iss={}", sandbox.provider), "&iss=".into(), String::new()];
    for (issuer, outcome) in issuers.iter().zip(["failed", "failed", "done"]) {
        let url = integrate(&sandbox, &token, "quiet", json!({})).await;
        let (redirect, state) = (parameter(&url, "redirect_uri"), parameter(&url, "state"));
        assert_eq!(redirect, format!("{}/api/v1/oauth/callback/quiet", sandbox.platform));
        assert_eq!(sandbox.callback(&format!("{redirect}?code=c&state={state}{issuer}")).await, outcome, "{issuer}");
    }
    assert_eq!(exchanged.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn an_answer_that_comes_to_another_providers_redirect_uri_is_refused() {
    let (sandbox, exchanged) = with_a_provider_without_issuer().await;
    let token = sandbox.token("ada").await;
    // The quiet provider sends its visitor on to an honest one, with the state it was given: in the honest answer, with
    // its issuer and without, is a code that is not for the quiet one.
    for issuer in ["iss=", "unknown="] {
        let mixed = parameter(&integrate(&sandbox, &token, "quiet", json!({})).await, "state");
        let honest = integrate(&sandbox, &token, "harbor-crm", json!({})).await;
        let honest = honest.replace(&parameter(&honest, "state"), &mixed);
        let back = sandbox.sign_in_and(&honest, "demo", "allow").await;
        assert_eq!(parameter(&back, "state"), mixed);
        assert_eq!(sandbox.callback(&back.replace("iss=", issuer)).await, "failed");
    }
    assert_eq!(exchanged.lock().unwrap().len(), 0, "no code of the honest provider reaches the quiet one");
    // An answer that is right in all but where it comes.
    let url = integrate(&sandbox, &token, "harbor-crm", json!({})).await;
    let back = sandbox.sign_in_and(&url, "demo", "allow").await;
    assert_eq!(sandbox.callback(&back.replace("/callback/sandbox?", "/callback/quiet?")).await, "failed");
    assert!(sandbox.app(&token, "harbor-crm").await.get("connected").is_none());
    assert!(sandbox.app(&token, "quiet").await.get("connected").is_none());
}

#[tokio::test]
async fn p4_denied_and_failed_are_told_apart() {
    let sandbox = Sandbox::tested();
    let token = sandbox.token("ada").await;
    let url = integrate(&sandbox, &token, "harbor-crm", json!({})).await;
    let back = sandbox.sign_in_and(&url, "demo", "deny").await;
    assert_eq!(parameter(&back, "error"), "access_denied");
    assert_eq!(sandbox.callback(&back).await, "denied");
    assert!(sandbox.app(&token, "harbor-crm").await.get("connected").is_none());
    let page = sandbox.client.get(format!("{}/api/v1/oauth/callback/sandbox", sandbox.platform)).send().await.unwrap();
    let csp = page.headers()["content-security-policy"].to_str().unwrap();
    assert!(csp.starts_with("default-src 'none'; script-src 'self';"), "{csp}");
    let page = page.text().await.unwrap();
    assert!(page.contains("data-outcome=failed") && page.contains("try again"));
}

#[tokio::test]
async fn the_authorization_server_refuses_what_the_standards_say() {
    let sandbox = Sandbox::tested();
    let token = sandbox.token("ada").await;
    let url = integrate(&sandbox, &token, "harbor-crm", json!({})).await;
    let get = async |url: String| sandbox.client.get(url).send().await.unwrap();
    let redirect = parameter(&url, "redirect_uri");
    let encoded: String = url::form_urlencoded::byte_serialize(redirect.as_bytes()).collect();
    let (shared, other) = (encoded.replace("%2Fsandbox", ""), encoded.replace("%2Fsandbox", "%2Fquiet"));
    let longer = [format!("{encoded}%2F"), format!("{encoded}%3Fa%3Db")];
    for wrong in ["https%3A%2F%2Fevil.example", &longer[0], &longer[1], &shared, &other] {
        let answer = get(url.replace(&encoded, wrong)).await;
        assert_eq!(answer.status(), 400, "{wrong}");
        assert!(answer.headers().get("location").is_none());
    }
    assert_eq!(get(url.replace("connect-flow-platform", "someone-else")).await.status(), 400);
    for (from, to) in [("=S256", "=plain"), ("code_challenge=", "other=")] {
        let answer = get(url.replace(from, to)).await;
        assert_eq!(parameter(answer.headers()["location"].to_str().unwrap(), "error"), "invalid_request");
    }
    let form = "grant_type=authorization_code&code=x&client_id=connect-flow-platform&client_secret=guess";
    let request = sandbox.client.post(format!("{}/token", sandbox.provider)).body(form);
    let answer = request.header("content-type", "application/x-www-form-urlencoded").send().await.unwrap();
    assert_eq!(answer.status(), 401);
    assert_eq!(body(answer).await["error"], "invalid_client");
    let metadata = get(format!("{}/.well-known/oauth-authorization-server", sandbox.provider)).await;
    let metadata = body(metadata).await;
    assert_eq!(metadata["issuer"], sandbox.provider.as_str());
    assert_eq!(metadata["authorization_response_iss_parameter_supported"], true);
}

#[tokio::test]
async fn a_wrong_password_stays_on_the_page_and_another_browser_cannot_take_over() {
    let sandbox = Sandbox::tested();
    let token = sandbox.token("ada").await;
    let url = integrate(&sandbox, &token, "harbor-crm", json!({})).await;
    let page = sandbox.client.get(&url).send().await.unwrap();
    let cookie = page.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
    let transaction = common::between(&page.text().await.unwrap(), "name=transaction value='", "'");
    let sign_in = async |cookie: &str, password: &str| {
        let form = format!("transaction={transaction}&username=demo&password={password}");
        let request = sandbox.client.post(format!("{}/sign-in", sandbox.provider)).header("cookie", cookie);
        request.header("content-type", "application/x-www-form-urlencoded").body(form).send().await.unwrap()
    };
    let wrong = sign_in(&cookie, "wrong").await;
    assert_eq!(wrong.status(), 200);
    assert!(wrong.text().await.unwrap().contains("User name or password is wrong."));
    assert_eq!(sign_in("provider_browser=other", "demo").await.status(), 400);
    assert_eq!(sign_in(&cookie, "demo").await.status(), 303);
}

#[tokio::test]
async fn prerequisites_are_needed_checked_and_reach_the_login_page_but_for_secrets() {
    let sandbox = Sandbox::tested();
    let token = sandbox.token("ada").await;
    let path = "/api/v1/stillwater-hr/integrate";
    for fields in [json!({}), json!({"subdomain": "acme"}), json!({"subdomain": "Not One!", "partner_key": "canary"})] {
        let (status, body) = sandbox.call(&token, Method::POST, path, Some(fields)).await;
        assert_eq!((status.as_u16(), &body["error_code"]), (400, &json!("INVALID_INPUT")));
    }
    let fields = json!({"subdomain": " acme ", "partner_key": "canary-partner-key"});
    let url = integrate(&sandbox, &token, "stillwater-hr", fields).await;
    assert_eq!(parameter(&url, "tenant"), "acme");
    assert!(!url.contains("canary"));
    let page = sandbox.client.get(&url).send().await.unwrap().text().await.unwrap();
    assert!(page.contains("Tenant <code>acme</code>"));
    // The way of older clients: a query.
    let old = sandbox.get(&token, &format!("{path}?subdomain=acme&partner_key=k")).await;
    assert!(old["auth_url"].as_str().unwrap().starts_with(&sandbox.provider));
}

#[tokio::test]
async fn client_credentials_connect_at_once_or_are_refused() {
    let sandbox = Sandbox::tested();
    let token = sandbox.token("ada").await;
    let path = "/api/v1/orchard-metrics/integrate";
    let wrong = json!({"client_id": "demo-client", "client_secret": "wrong"});
    let (status, body) = sandbox.call(&token, Method::POST, path, Some(wrong)).await;
    assert_eq!((status.as_u16(), &body["error_code"]), (400, &json!("INVALID_CREDENTIALS")));
    let right = json!({"client_id": "demo-client", "client_secret": "demo-secret"});
    assert_eq!(sandbox.post(&token, path, right).await, json!({"connected": true}));
    assert_eq!(sandbox.app(&token, "orchard-metrics").await["connected"], true);
}

#[tokio::test]
async fn p13_keys_are_trimmed_checked_and_refused_with_the_reason() {
    let sandbox = Sandbox::tested();
    let token = sandbox.token("ada").await;
    let path = "/api/v2/app/ferry-desk/save";
    let (status, body) = sandbox.call(&token, Method::POST, path, Some(json!({"api_key": "canary-wrong"}))).await;
    assert_eq!((status.as_u16(), &body["message"]), (500, &json!("Ferry Desk does not know this API key.")));
    let (status, body) = sandbox.call(&token, Method::POST, path, Some(json!({}))).await;
    assert_eq!((status.as_u16(), &body["message"]), (500, &json!("Missing: api_key")));
    let key = json!({"api_key": "  fd_live_canary00  ", "auth_type": "keybased"});
    assert_eq!(sandbox.post(&token, path, key).await, json!({"success": true}));
    let app = sandbox.app(&token, "ferry-desk").await;
    assert_eq!(app["connected"], true);
    assert!(!app.to_string().contains("canary"));
    assert_eq!(sandbox.call(&token, Method::POST, "/api/v2/app/harbor-crm/save", None).await.0, 400);
    assert_eq!(sandbox.call(&token, Method::POST, "/api/v2/app/nothing/save", None).await.0, 404);
}

#[tokio::test]
async fn two_auth_types_are_connected_and_disconnected_one_by_one() {
    let sandbox = Sandbox::tested();
    let token = sandbox.token("ada").await;
    sandbox.connect_by_oauth(&token, "forge-build", "demo").await;
    sandbox.post(&token, "/api/v2/app/forge-build/save", json!({"access_token": "fb_abcdefgh"})).await;
    let kinds = async || {
        let app = sandbox.app(&token, "forge-build").await;
        let accounts = app["connected_accounts"].as_array().unwrap().iter();
        accounts.map(|account| account["auth_type"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(kinds().await, ["oauth2", "keybased"]);
    let path = "/api/v1/linked-acc/integration/forge-build";
    let delete = async |query: &str| sandbox.call(&token, Method::DELETE, &format!("{path}{query}"), None).await.0;
    assert_eq!(delete("?auth_type=oauth2").await, 200);
    assert_eq!(kinds().await, ["keybased"]);
    assert_eq!(delete("?auth_type=magic").await, 400);
    assert_eq!(delete("").await, 200);
    assert_eq!(delete("").await, 404);
    assert!(sandbox.app(&token, "forge-build").await.get("connected").is_none());
}

#[tokio::test]
async fn p7_a_reconnect_is_another_connection_and_mends_what_was_broken() {
    let sandbox = Sandbox::tested();
    let token = sandbox.token("ada").await;
    let broken = sandbox.app(&token, "tideline-tasks").await;
    assert_eq!((&broken["connected"], &broken["reauth_required"]), (&json!(true), &json!(true)));
    assert_eq!(broken["connected_accounts"][0]["status"], "expired");
    sandbox.connect_by_oauth(&token, "tideline-tasks", "demo").await;
    let mended = sandbox.app(&token, "tideline-tasks").await;
    assert_eq!(mended["reauth_required"], false);
    assert_eq!(mended["connected_accounts"].as_array().unwrap().len(), 1);
    for part in ["connection_id", "connectedAt"] {
        assert_ne!(broken["connected_accounts"][0][part], mended["connected_accounts"][0][part]);
    }
}

#[tokio::test]
async fn several_accounts_where_the_catalog_says_so() {
    let sandbox = Sandbox::tested();
    let token = sandbox.token("ada").await;
    for user in ["demo", "second", "second"] {
        assert_eq!(sandbox.connect_by_oauth(&token, "quorum-chat", user).await, "done");
        sandbox.connect_by_oauth(&token, "lantern-mail", user).await;
    }
    let identifiers = |app: Value| {
        let accounts = app["connected_accounts"].as_array().unwrap().clone();
        accounts.iter().map(|account| account["identifier"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(identifiers(sandbox.app(&token, "quorum-chat").await), ["demo@example.com", "second@example.com"]);
    assert_eq!(identifiers(sandbox.app(&token, "lantern-mail").await), ["second@example.com"]);
}

#[tokio::test]
async fn icons_are_drawings_that_can_be_kept() {
    let sandbox = Sandbox::tested();
    let icon = sandbox.app(&sandbox.token("ada").await, "harbor-crm").await["icon"].as_str().unwrap().to_owned();
    let answer = sandbox.client.get(&icon).send().await.unwrap();
    assert_eq!(answer.headers()["content-type"], "image/svg+xml");
    assert_eq!(answer.headers()["x-content-type-options"], "nosniff");
    assert!(answer.headers()["cache-control"].to_str().unwrap().contains("immutable"));
    assert!(answer.text().await.unwrap().starts_with("<svg"));
    assert_eq!(sandbox.client.get(icon.replace("harbor", "nothing")).send().await.unwrap().status(), 404);
}

#[tokio::test]
async fn f4_f11_no_secret_in_the_database_file_or_the_log() {
    let dir = std::env::temp_dir().join(format!("connect-flow-secrets-{}", std::process::id()));
    std::fs::create_dir_all(&dir).unwrap();
    let database = dir.join("sandbox.db").display().to_string();
    let variables =
        [("CONNECT_DATA_KEY", "CQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQk="), ("CONNECT_API_KEY", "tk_canary_key")];
    let sandbox = Sandbox::start(&["--database", &database, "--test-mode"], &variables);
    let token = sandbox.token("ada").await;
    sandbox.post(&token, "/api/v2/app/ferry-desk/save", json!({"api_key": "fd_live_canarykey"})).await;
    let fields = json!({"subdomain": "acme", "partner_key": "canary-partner"});
    let url = integrate(&sandbox, &token, "stillwater-hr", fields.clone()).await;
    let back = sandbox.sign_in_and(&url, "demo", "allow").await;
    sandbox.callback(&back).await;
    // One that stays open, so that its verifier and prerequisites are in the file, too.
    let pending = integrate(&sandbox, &token, "stillwater-hr", fields).await;
    sandbox.call("tk_canary_key", Method::GET, "/api/v2/f-sdk/application", None).await;
    let secrets = [
        "canary-partner",
        "canarykey",
        "tk_canary_key",
        &token,
        token.rsplit('.').next().unwrap(),
        &parameter(&back, "code"),
        &parameter(&back, "state"),
        &parameter(&pending, "state"),
        "access_token",
    ]
    .map(str::to_owned);
    let (_, log) = sandbox.terminate();
    let mut found = String::from_utf8_lossy(log.as_bytes()).into_owned();
    for file in std::fs::read_dir(&dir).unwrap() {
        found.push_str(&String::from_utf8_lossy(&std::fs::read(file.unwrap().path()).unwrap()));
    }
    assert!(found.contains("ferry-desk") && found.contains("minted user=ada"), "the search looks where data is");
    for secret in secrets {
        assert!(!found.contains(&secret), "{secret} is readable");
    }
    std::fs::remove_dir_all(dir).unwrap();
}

#[tokio::test]
async fn p4_a_provider_that_denies_whoever_signs_in() {
    let sandbox = Sandbox::tested();
    let token = sandbox.token("ada").await;
    sandbox.test(Method::POST, "switches", json!({"provider_denies": true})).await;
    let answer = sandbox.post(&token, "/api/v1/tally-books/integrate", json!({})).await;
    let page = sandbox.client.get(answer["auth_url"].as_str().unwrap()).send().await.unwrap();
    let policy = page.headers()["content-security-policy"].to_str().unwrap();
    assert!(policy.contains(&format!("form-action 'self' {}", sandbox.platform)), "{policy}");
    let cookie = page.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
    let transaction = common::between(&page.text().await.unwrap(), "name=transaction value='", "'");
    let request = sandbox.client.post(format!("{}/sign-in", sandbox.provider)).header("cookie", cookie);
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    let form = format!("transaction={transaction}&username=demo&password=demo");
    let back = request.body(form).send().await.unwrap().headers()["location"].to_str().unwrap().to_owned();
    assert!(back.contains("error=access_denied"));
    assert_eq!(sandbox.callback(&back).await, "denied");
    assert!(sandbox.app(&token, "tally-books").await.get("connected").is_none());
}

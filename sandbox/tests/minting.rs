//! Session tokens: who gets one, for whom, how long it works, and what never leaves the server.
#![allow(clippy::unwrap_used)]

mod common;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use common::{PROGRAM, Sandbox, Visitor, body, command, json_body};
use reqwest::Method;
use serde_json::{Value, json};

const LIST: &str = "/api/v2/f-sdk/application";
const KEY: &str = "tk_test_canary_key";

fn claims(token: &str) -> Value {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap()).unwrap()).unwrap()
}

#[tokio::test]
async fn a_signed_in_user_gets_a_token_and_no_refresh_token() {
    let sandbox = Sandbox::start(&["--token-lifetime", "600"], &[("CONNECT_API_KEY", KEY)]);
    let answer = sandbox.mint_request(&sandbox.visit("ada").await).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["cache-control"], "no-store");
    let minted = body(answer).await;
    let mut names: Vec<_> = minted.as_object().unwrap().keys().cloned().collect();
    names.sort();
    assert_eq!(names, ["expires_at", "expires_in", "server_time", "token"]);
    assert_eq!(minted["expires_in"], 600);
    let claims = claims(minted["token"].as_str().unwrap());
    assert_eq!(claims["linked_account_id"], "acct_ada");
    assert_eq!(claims["environment"], "test");
    assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 600);
    assert!(sandbox.get(minted["token"].as_str().unwrap(), LIST).await.as_array().unwrap().len() >= 24);
}

#[tokio::test]
async fn r19_two_users_get_two_tokens_and_a_signed_out_visitor_none() {
    let sandbox = Sandbox::tested();
    let (ada, grace) = (sandbox.token("ada").await, sandbox.token("grace").await);
    assert_ne!(ada, grace);
    assert_eq!(claims(&grace)["linked_account_id"], "acct_grace");
    let nobody = sandbox.client.post(format!("{}/api/session-token", sandbox.host)).send().await.unwrap();
    assert_eq!(nobody.status(), 401);

    let out = sandbox.client.post(format!("{}/api/sign-out", sandbox.host)).header("origin", &sandbox.host);
    let visitor = Visitor::of(out.send().await.unwrap()).await;
    assert_eq!(sandbox.mint_request(&visitor).send().await.unwrap().status(), 401);
    // Signed out stays signed out.
    let host = sandbox.client.get(format!("{}/api/host", sandbox.host)).header("cookie", &visitor.cookie);
    assert_eq!(body(host.send().await.unwrap()).await["user"], Value::Null);
}

#[tokio::test]
async fn a_first_visit_is_signed_in_by_an_http_only_cookie() {
    let sandbox = Sandbox::tested();
    let answer = sandbox.client.get(format!("{}/api/host", sandbox.host)).send().await.unwrap();
    let cookie = answer.headers()["set-cookie"].to_str().unwrap().to_owned();
    assert!(cookie.ends_with("; HttpOnly; SameSite=Lax; Path=/"), "{cookie}");
    let host = body(answer).await;
    assert_eq!(host["user"], "ada");
    assert_eq!(host["apiUrl"], sandbox.platform.as_str());

    let https = Sandbox::start(&["--host-origin", "https://host.example"], &[]);
    let address = listener(&https.logged("host: listening on ").await);
    let answer = https.client.get(format!("{address}/api/host")).send().await.unwrap();
    let cookie = answer.headers()["set-cookie"].to_str().unwrap();
    assert!(cookie.starts_with("__Host-session=") && cookie.ends_with("; Secure"), "{cookie}");
    assert!(answer.headers().contains_key("strict-transport-security"));
}

/// The address of a host listener whose public origin is another.
fn listener(log: &str) -> String {
    common::between(&format!("{log}\n"), "host: listening on ", "\n")
}

#[tokio::test]
async fn r22_r23_an_account_in_the_request_is_refused_and_none_is_minted_for_it() {
    let sandbox = Sandbox::tested();
    let ada = sandbox.visit("ada").await;
    let request = |query: &str| {
        let url = format!("{}/api/session-token{query}", sandbox.host);
        let request = sandbox.client.post(url).header("origin", &sandbox.host);
        request.header("cookie", &ada.cookie).header("x-csrf-token", &ada.csrf)
    };
    let attempts = [
        request("?linked_account_id=acct_grace"),
        request("").header("x-linked-account-id", "acct_grace"),
        json_body(request(""), &json!({"linked_account_id": "acct_grace"})),
        json_body(request(""), &json!({"user": "grace"})),
    ];
    for attempt in attempts {
        assert_eq!(attempt.send().await.unwrap().status(), 400);
    }
    let minted = body(request("").send().await.unwrap()).await;
    assert_eq!(claims(minted["token"].as_str().unwrap())["linked_account_id"], "acct_ada");
}

#[tokio::test]
async fn r24_two_users_cannot_share_a_linked_account() {
    let output = command(&["--linked-account", "ada=acct_grace"], &[]).output().unwrap();
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("share"));
}

#[tokio::test]
async fn t18_other_sites_and_missing_csrf_tokens_are_refused() {
    let sandbox = Sandbox::start(&["--allow-origin", "http://localhost:8080"], &[]);
    let ada = sandbox.visit("ada").await;
    let grace = sandbox.visit("grace").await;
    let url = format!("{}/api/session-token", sandbox.host);
    let attempt = async |origin: Option<&str>, site: Option<&str>, csrf: &str| {
        let mut request = sandbox.client.post(&url).header("cookie", &ada.cookie).header("x-csrf-token", csrf);
        for (name, value) in [("origin", origin), ("sec-fetch-site", site)] {
            if let Some(value) = value {
                request = request.header(name, value);
            }
        }
        request.send().await.unwrap().status().as_u16()
    };
    assert_eq!(attempt(Some("https://evil.example"), None, &ada.csrf).await, 403);
    assert_eq!(attempt(Some(&format!("{}.evil.example", sandbox.host)), None, &ada.csrf).await, 403);
    assert_eq!(attempt(Some("null"), None, &ada.csrf).await, 403);
    assert_eq!(attempt(None, Some("cross-site"), &ada.csrf).await, 403);
    assert_eq!(attempt(None, Some("same-site"), &ada.csrf).await, 403);
    assert_eq!(attempt(Some(&sandbox.host), None, "").await, 403);
    assert_eq!(attempt(Some(&sandbox.host), None, &grace.csrf).await, 403);
    assert_eq!(attempt(Some(&sandbox.host), Some("same-origin"), &ada.csrf).await, 200);
    assert_eq!(attempt(Some("http://localhost:8080"), Some("same-site"), &ada.csrf).await, 200);
}

#[tokio::test]
async fn s29_too_many_tokens_are_refused_with_retry_after_and_an_alert() {
    let sandbox = Sandbox::start(&["--mint-limit", "3"], &[]);
    let ada = sandbox.visit("ada").await;
    for _ in 0..3 {
        assert_eq!(sandbox.mint_request(&ada).send().await.unwrap().status(), 200);
    }
    let refused = sandbox.mint_request(&ada).send().await.unwrap();
    assert_eq!(refused.status(), 429);
    let wait: u64 = refused.headers()["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=60).contains(&wait));
    assert!(sandbox.mint_request(&sandbox.visit("grace").await).send().await.unwrap().status().is_success());
    sandbox.logged("ALERT ada").await;
    sandbox.logged("minted user=ada generation=3").await;
}

#[tokio::test]
async fn s28_a_mint_from_another_origin_than_before_raises_an_alert() {
    let sandbox = Sandbox::start(&["--allow-origin", "http://localhost:8080"], &[]);
    let ada = sandbox.visit("ada").await;
    let from = async |origin: &str| {
        let request = sandbox.client.post(format!("{}/api/session-token", sandbox.host)).header("origin", origin);
        let request = request.header("cookie", &ada.cookie).header("x-csrf-token", &ada.csrf);
        assert_eq!(request.send().await.unwrap().status(), 200);
    };
    for _ in 0..2 {
        from(&sandbox.host).await;
    }
    assert!(!sandbox.logged("generation=2").await.contains("ALERT"));
    for _ in 0..2 {
        from("http://localhost:8080").await;
    }
    let log = sandbox.logged("generation=4").await;
    let alert = "ALERT ada asks for session tokens from a new origin http://localhost:8080";
    assert_eq!(log.matches(alert).count(), 1, "{log}");
}

/// What the platform answers to each of these tokens.
async fn statuses(sandbox: &Sandbox, tokens: &[String]) -> Vec<u16> {
    let mut statuses = Vec::new();
    for token in tokens {
        statuses.push(sandbox.call(token, Method::GET, LIST, None).await.0.as_u16());
    }
    statuses
}

#[tokio::test]
async fn s17_signing_out_of_the_host_ends_the_sessions_own_tokens_at_the_platform() {
    let sandbox = Sandbox::tested();
    let visitors = [sandbox.visit("ada").await, sandbox.visit("ada").await];
    let mut tokens = Vec::new();
    for visitor in [&visitors[0], &visitors[0], &visitors[1]] {
        tokens.push(sandbox.token_of(visitor).await);
    }
    assert_eq!(sandbox.sign_out(&visitors[0]).await, 200);
    assert_eq!(statuses(&sandbox, &tokens).await, [401, 401, 200]);
}

#[tokio::test]
async fn s17_signing_in_over_a_session_ends_its_own_tokens_at_the_platform() {
    let sandbox = Sandbox::tested();
    for user in ["grace", "ada"] {
        let visitors = [sandbox.visit("ada").await, sandbox.visit("ada").await];
        let mut tokens = Vec::new();
        for visitor in [&visitors[0], &visitors[0], &visitors[1]] {
            tokens.push(sandbox.token_of(visitor).await);
        }
        let next = sandbox.sign_in(&visitors[0].cookie, user).await;
        tokens.push(sandbox.token_of(&next).await);
        assert_eq!(statuses(&sandbox, &tokens).await, [401, 401, 200, 200], "{user}");
        assert_eq!(sandbox.mint_request(&visitors[0]).send().await.unwrap().status(), 401, "{user}");
    }
}

#[tokio::test]
async fn s17_who_signs_out_while_a_token_is_asked_for_gets_none() {
    let sandbox = Sandbox::tested();
    let ada = sandbox.visit("ada").await;
    let slow = sandbox.client.post(format!("{}/api/test/mint", sandbox.host));
    json_body(slow, &json!({"mode": "slow", "times": 1, "delay_ms": 500})).send().await.unwrap();
    let (minted, ()) = tokio::join!(sandbox.mint_request(&ada).send(), async {
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        assert_eq!(sandbox.sign_out(&ada).await, 200);
    });
    assert_eq!(minted.unwrap().status(), 401);
    let asked = sandbox.test(Method::GET, "requests", Value::Null).await;
    let revoked = |request: &&Value| request["path"].as_str().is_some_and(|path| path.ends_with("/revoke"));
    assert_eq!(asked.as_array().unwrap().iter().filter(revoked).count(), 1);
}

#[tokio::test]
async fn s17_the_address_for_revoking_is_configuration_and_never_another_origin() {
    let sandbox = Sandbox::start(&["--test-mode", "--revoke-path", "/api/v2/auth/logout"], &[]);
    let ada = sandbox.visit("ada").await;
    assert_eq!(sandbox.mint_request(&ada).send().await.unwrap().status(), 200);
    assert_eq!(sandbox.sign_out(&ada).await, 200);
    sandbox.logged("signed out, 0 session tokens revoked").await;
    let asked = sandbox.test(Method::GET, "requests", Value::Null).await;
    let revoked = asked.as_array().unwrap().iter().find(|request| request["path"] == "/api/v2/auth/logout").unwrap();
    assert_eq!(revoked["method"], "POST");
    assert!(revoked["headers"]["authorization"].as_str().unwrap().starts_with("sha256:"));
    for path in ["https://evil.example/", "//evil.example/", "logout"] {
        assert!(!command(&["--revoke-path", path], &[]).output().unwrap().status.success(), "{path}");
    }
}

#[tokio::test]
async fn a_valid_token_is_handed_out_again_unless_forced_and_both_work() {
    let sandbox = Sandbox::start(&[], &[("CONNECT_API_KEY", KEY)]);
    let (_, first) = sandbox.mint(KEY, "acct_ada", false).await;
    let (_, again) = sandbox.mint(KEY, "acct_ada", false).await;
    assert_eq!(first["token"], again["token"]);
    assert_eq!(first["refresh_expires_in"], 604_800);
    let (_, forced) = sandbox.mint(KEY, "acct_ada", true).await;
    assert_ne!(first["token"], forced["token"]);
    for answer in [&first, &forced] {
        sandbox.get(answer["token"].as_str().unwrap(), LIST).await;
    }
}

#[tokio::test]
async fn the_platform_refuses_wrong_keys_and_unknown_accounts() {
    let sandbox = Sandbox::start(&[], &[("CONNECT_API_KEY", KEY)]);
    let (status, body) = sandbox.mint("tk_wrong", "acct_ada", true).await;
    assert_eq!((status.as_u16(), &body["message"]), (401, &json!("Invalid Credentials")));
    let (status, body) = sandbox.mint(KEY, "acct_nobody", true).await;
    assert_eq!((status.as_u16(), &body["error_code"]), (400, &json!("INVALID_LINKED_ACCOUNT_ID")));
    assert_eq!(sandbox.mint(KEY, "", true).await.0, 400);
}

#[tokio::test]
async fn r10_test_and_production_are_apart() {
    let keys = [("CONNECT_API_KEY", KEY), ("CONNECT_PLATFORM_KEYS", "pk_live_canary")];
    let sandbox = Sandbox::start(&[], &keys);
    let (_, test) = sandbox.mint(KEY, "acct_ada", true).await;
    let (_, live) = sandbox.mint("pk_live_canary", "acct_ada", true).await;
    let (test, live) = (test["token"].as_str().unwrap(), live["token"].as_str().unwrap());
    assert_eq!(claims(live)["environment"], "production");
    let save = json!({"api_key": "fd_live_abcdefgh"});
    sandbox.post(test, "/api/v2/app/ferry-desk/save", save).await;
    assert_eq!(sandbox.app(test, "ferry-desk").await["connected"], true);
    assert!(sandbox.app(live, "ferry-desk").await.get("connected").is_none());
}

#[tokio::test]
async fn revoked_expired_forged_and_missing_tokens_are_refused() {
    let sandbox = Sandbox::tested();
    let refused = async |token: &str| {
        let (status, body) = sandbox.call(token, Method::GET, LIST, None).await;
        assert_eq!((status.as_u16(), &body["error_code"]), (401, &json!("INVALID_TOKEN")));
        assert_eq!(body["message"], "Invalid token");
        assert!(body["request_id"].as_str().unwrap().starts_with("req_"));
    };
    let (revoked, other) = (sandbox.token("ada").await, sandbox.token("ada").await);
    let answer = sandbox.post(&revoked, "/api/v2/public/session-token/revoke", json!({})).await;
    assert_eq!(answer, json!({"success": true, "revoked_count": 1}));
    refused(&revoked).await;
    sandbox.get(&other, LIST).await;

    let mut forged: Vec<_> = other.split('.').map(str::to_owned).collect();
    let mut claims = claims(&other);
    claims["linked_account_id"] = "acct_grace".into();
    forged[1] = URL_SAFE_NO_PAD.encode(claims.to_string());
    refused(&forged.join(".")).await;
    refused("opaque").await;

    sandbox.test(Method::POST, "lifetime", json!({"seconds": 1})).await;
    let short = sandbox.token("ada").await;
    sandbox.get(&short, LIST).await;
    tokio::time::sleep(std::time::Duration::from_millis(2100)).await;
    refused(&short).await;

    let missing = |path: &str| sandbox.client.get(format!("{}{path}", sandbox.platform)).send();
    assert_eq!(missing(LIST).await.unwrap().status(), 403);
    assert_eq!(missing("/api/v1/harbor-crm/integrate").await.unwrap().status(), 500);
}

#[tokio::test]
async fn a25_a_signal_revokes_what_was_given_out() {
    let dir = std::env::temp_dir().join(format!("connect-flow-sandbox-{}", std::process::id()));
    std::fs::create_dir_all(&dir).unwrap();
    let database = dir.join("revoke.db").display().to_string();
    let data_key = base64::engine::general_purpose::STANDARD.encode([9; 32]);
    let variables = [("CONNECT_DATA_KEY", data_key.as_str()), ("CONNECT_API_KEY", KEY)];
    let sandbox = Sandbox::start(&["--database", &database], &variables);
    let token = sandbox.token("ada").await;
    let (status, log) = sandbox.terminate();
    assert_eq!(status.code(), Some(0));
    assert!(log.contains("1 outstanding session tokens revoked"), "{log}");

    let again = Sandbox::start(&["--database", &database], &variables);
    assert_eq!(again.call(&token, Method::GET, LIST, None).await.0, 401);
    let fresh = again.token("ada").await;
    again.get(&fresh, LIST).await;
    std::fs::remove_dir_all(dir).unwrap();
}

#[test]
fn r9_keys_come_from_the_environment_and_are_checked() {
    let failure = |args: &[&str], variables: &[(&str, &str)]| {
        let output = command(args, variables).output().unwrap();
        assert!(!output.status.success());
        assert!(output.stdout.is_empty());
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    assert!(failure(&["--platform-url", "https://platform.example"], &[]).contains("CONNECT_API_KEY is not set"));
    let production = failure(&[], &[("CONNECT_API_KEY", "pk_canary")]);
    assert!(production.contains("production key") && !production.contains("pk_canary"));
    assert!(!failure(&[], &[("CONNECT_API_KEY", "secret_canary")]).contains("secret_canary"));
    let file = ["--database", "/nonexistent/sandbox.db"];
    assert!(failure(&file, &[]).contains("CONNECT_DATA_KEY is not set"));
    assert!(failure(&file, &[("CONNECT_DATA_KEY", "c2hvcnQ=")]).contains("32 bytes"));
    let help = std::process::Command::new(PROGRAM).arg("--help").output().unwrap();
    assert!(String::from_utf8_lossy(&help.stdout).contains("--platform-url"));
}

#[tokio::test]
async fn a_production_key_works_when_allowed_and_a_wrong_key_is_a_clear_failure() {
    let sandbox = Sandbox::start(&["--allow-production-key", "--test-mode"], &[("CONNECT_API_KEY", "pk_canary")]);
    assert_eq!(claims(&sandbox.token("ada").await)["environment"], "production");
    let set = sandbox.client.post(format!("{}/api/test/api-key", sandbox.host));
    json_body(set, &json!({"key": "tk_rotated"})).send().await.unwrap();
    let answer = sandbox.mint_request(&sandbox.visit("ada").await).send().await.unwrap();
    assert_eq!(answer.status(), 502);
    assert_eq!(body(answer).await["error"], "platform_refused");
}

#[tokio::test]
async fn the_host_mints_at_a_platform_of_another_process() {
    let platform = Sandbox::start(&[], &[("CONNECT_API_KEY", KEY)]);
    let args = [
        "--platform-url",
        &platform.platform,
        "--linked-account",
        "ada=acct_grace",
        "--linked-account",
        "grace=acct_ada",
    ];
    let host = Sandbox::start(&args, &[("CONNECT_API_KEY", KEY)]);
    assert_eq!(host.platform, platform.platform);
    assert_eq!(claims(&host.token("ada").await)["linked_account_id"], "acct_grace");
}

#[tokio::test]
async fn the_mint_modes_of_test_mode() {
    let sandbox = Sandbox::tested();
    let ada = sandbox.visit("ada").await;
    let mode = async |mode: &str| {
        let set = sandbox.client.post(format!("{}/api/test/mint", sandbox.host));
        let answer = json_body(set, &json!({"mode": mode, "times": 1, "delay_ms": 50})).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{mode}");
        let answer = sandbox.mint_request(&ada).timeout(std::time::Duration::from_secs(1)).send().await;
        match answer {
            Ok(answer) => (answer.status().as_u16(), body(answer).await),
            Err(error) => (0, json!(error.is_timeout())),
        }
    };
    let (_, first) = mode("ok").await;
    assert_eq!(mode("same").await.1["token"], first["token"]);
    assert_eq!(mode("fail").await.0, 502);
    assert_eq!(mode("null").await, (200, Value::Null));
    assert!(mode("html").await.1.as_str().unwrap().contains("<h1>"));
    assert_eq!(mode("slow").await.0, 200);
    let (_, expired) = mode("expired").await;
    assert_eq!(expired["expires_in"], -60);
    assert_eq!(sandbox.call(expired["token"].as_str().unwrap(), Method::GET, LIST, None).await.0, 401);
    assert_eq!(mode("hang").await, (0, json!(true)));
    assert_eq!(sandbox.mint_request(&ada).send().await.unwrap().status(), 200);
}

//! Fault switches, the record of requests, headers of the pages: what tests of the component stand on.
#![allow(clippy::unwrap_used)]

mod common;

use std::time::{Duration, Instant};

use common::{Sandbox, body, json_body};
use reqwest::Method;
use serde_json::{Value, json};

const LIST: &str = "/api/v2/f-sdk/application";

#[tokio::test]
async fn without_test_mode_there_are_no_switches() {
    let sandbox = Sandbox::start(&[], &[]);
    for path in ["switches", "requests"] {
        let answer = sandbox.client.get(format!("{}/test/{path}", sandbox.platform)).send().await.unwrap();
        assert_eq!(answer.status(), 404);
    }
    for path in ["/api/test/mint", "/api/test/api-key"] {
        let request = sandbox.client.post(format!("{}{path}", sandbox.host));
        assert_eq!(json_body(request, &json!({"mode": "ok"})).send().await.unwrap().status(), 404);
    }
}

#[tokio::test]
async fn n4_n5_n7_n8_statuses_and_bodies_for_matching_requests_only() {
    let sandbox = Sandbox::tested();
    let token = sandbox.token("ada").await;
    let switches = json!({"status": 429, "retry_after": 7, "match": {"method": "get", "path": LIST}, "times": 1});
    sandbox.test(Method::POST, "switches", switches).await;
    sandbox.get(&token, "/api/v3/org/basics").await;
    let get = async || sandbox.client.get(format!("{}{LIST}", sandbox.platform)).bearer_auth(&token).send().await;
    let limited = get().await.unwrap();
    assert_eq!(limited.status(), 429);
    assert_eq!(limited.headers()["retry-after"], "7");
    assert_eq!(limited.headers()["access-control-allow-origin"], "*");
    assert_eq!(get().await.unwrap().status(), 200);

    sandbox.test(Method::POST, "switches", json!({"status": 502, "body": "html"})).await;
    let html = get().await.unwrap();
    assert_eq!(
        (html.status().as_u16(), html.headers()["content-type"].to_str().unwrap()),
        (502, "text/html; charset=utf-8")
    );
    for (fault, good) in [("empty", ""), ("wrong-type", "42")] {
        sandbox.test(Method::POST, "switches", json!({"body": fault})).await;
        assert_eq!(get().await.unwrap().text().await.unwrap(), good);
    }
    sandbox.test(Method::POST, "switches", json!({"body": "truncated"})).await;
    assert!(serde_json::from_str::<Value>(&get().await.unwrap().text().await.unwrap()).is_err());
    sandbox.test(Method::POST, "switches", json!({"body": "cut"})).await;
    assert!(get().await.unwrap().bytes().await.is_err());
    sandbox.test(Method::POST, "switches", json!({"body": "stalled"})).await;
    let stalled = get().await.unwrap();
    assert!(tokio::time::timeout(Duration::from_millis(300), stalled.bytes()).await.is_err());

    sandbox.test(Method::DELETE, "switches", json!({})).await;
    assert_eq!(get().await.unwrap().status(), 200);
    let unknown = json_body(sandbox.client.post(format!("{}/test/switches", sandbox.platform)), &json!({"typo": 1}));
    assert_eq!(unknown.send().await.unwrap().status(), 400);
}

#[tokio::test]
async fn n3_n13_latency_and_connections_that_drop_before_or_after_the_work() {
    let sandbox = Sandbox::tested();
    let token = sandbox.token("ada").await;
    sandbox.test(Method::POST, "switches", json!({"latency_ms": 300, "times": 1})).await;
    let start = Instant::now();
    sandbox.get(&token, LIST).await;
    assert!(start.elapsed() >= Duration::from_millis(300));

    let save = || {
        let request = sandbox.client.post(format!("{}/api/v2/app/ferry-desk/save", sandbox.platform));
        json_body(request.bearer_auth(&token), &json!({"api_key": "fd_live_abcdefgh"})).send()
    };
    sandbox.test(Method::POST, "switches", json!({"drop": true, "match": {"path": "/api/v2/app/"}})).await;
    assert!(save().await.is_err());
    assert!(sandbox.app(&token, "ferry-desk").await.get("connected").is_none());
    sandbox.test(Method::POST, "switches", json!({"drop": "after", "match": {"path": "/api/v2/app/"}})).await;
    assert!(save().await.is_err());
    assert_eq!(sandbox.app(&token, "ferry-desk").await["connected"], true);
}

#[tokio::test]
async fn n9_preflights_with_and_without_the_tracing_headers() {
    let sandbox = Sandbox::tested();
    let preflight = async || {
        let request = sandbox.client.request(Method::OPTIONS, format!("{}{LIST}", sandbox.platform));
        let request = request.header("origin", "https://host.example").header("access-control-request-method", "GET");
        request.send().await.unwrap()
    };
    let answer = preflight().await;
    assert_eq!(answer.status(), 204);
    let headers = answer.headers();
    assert_eq!(headers["access-control-allow-origin"], "*");
    assert!(headers.get("access-control-allow-credentials").is_none());
    assert_eq!(headers["access-control-expose-headers"], "Date, Retry-After, X-Request-ID");
    assert!(headers["access-control-allow-headers"].to_str().unwrap().contains("X-Activity-ID"));
    sandbox.test(Method::POST, "switches", json!({"cors_headers_off": true})).await;
    assert_eq!(preflight().await.headers()["access-control-allow-headers"], "Authorization, Content-Type, slug");
}

#[tokio::test]
async fn the_date_header_can_be_left_out() {
    let sandbox = Sandbox::tested();
    let has_date = async || {
        let answer = sandbox.client.get(format!("{}/icons/harbor-crm.svg", sandbox.platform)).send().await.unwrap();
        answer.headers().contains_key("date")
    };
    assert!(has_date().await);
    sandbox.test(Method::POST, "switches", json!({"date_header_off": true})).await;
    assert!(!has_date().await);
}

#[tokio::test]
async fn all_tokens_can_be_ended_now_or_those_of_one_account() {
    let sandbox = Sandbox::tested();
    let (ada, grace) = (sandbox.token("ada").await, sandbox.token("grace").await);
    let status = async |token: &str| sandbox.call(token, Method::GET, LIST, None).await.0.as_u16();
    let ended =
        sandbox.test(Method::POST, "tokens", json!({"action": "expire", "linked_account_id": "acct_ada"})).await;
    assert_eq!(ended, json!({"ended": 1}));
    assert_eq!((status(&ada).await, status(&grace).await), (401, 200));
    sandbox.test(Method::POST, "tokens", json!({"action": "revoke"})).await;
    assert_eq!(status(&grace).await, 401);
    assert_eq!(status(&sandbox.token("ada").await).await, 200);
}

#[tokio::test]
async fn the_record_shows_requests_and_hides_secrets() {
    let sandbox = Sandbox::tested();
    let token = sandbox.token("ada").await;
    sandbox.test(Method::DELETE, "requests", json!({})).await;
    let request = sandbox.client.get(format!("{}{LIST}?a=b", sandbox.platform)).bearer_auth(&token);
    request.header("x-activity-id", "abc").send().await.unwrap();
    let record = sandbox.test(Method::GET, "requests", json!({})).await;
    assert_eq!(record.as_array().unwrap().len(), 1);
    assert_eq!(
        (&record[0]["method"], &record[0]["path"], &record[0]["query"]),
        (&json!("GET"), &json!(LIST), &json!("a=b"))
    );
    assert_eq!(record[0]["headers"]["x-activity-id"], "abc");
    assert!(record[0]["headers"]["authorization"].as_str().unwrap().starts_with("sha256:"));
    assert!(!record.to_string().contains(&token));
}

#[tokio::test]
async fn connections_can_be_seeded_removed_and_reset() {
    let sandbox = Sandbox::tested();
    let token = sandbox.token("ada").await;
    let change = |status: &str| json!({"linked_account_id": "acct_ada", "slug": "harbor-crm", "status": status});
    sandbox.test(Method::POST, "connections", change("expired")).await;
    assert_eq!(sandbox.app(&token, "harbor-crm").await["reauth_required"], true);
    sandbox.test(Method::POST, "connections", change("removed")).await;
    assert!(sandbox.app(&token, "harbor-crm").await.get("connected").is_none());
    sandbox.test(Method::POST, "connections", change("active")).await;
    sandbox.test(Method::POST, "accounts/reset", json!({})).await;
    assert!(sandbox.app(&token, "harbor-crm").await.get("connected").is_none());
    assert_eq!(sandbox.app(&token, "cask-drive").await["connected"], true);
}

#[tokio::test]
async fn a_provider_can_be_given_an_opener_policy() {
    let sandbox = Sandbox::tested();
    let token = sandbox.token("ada").await;
    sandbox.test(Method::POST, "switches", json!({"provider_coop": "same-origin"})).await;
    let answer = sandbox.post(&token, "/api/v1/harbor-crm/integrate", json!({})).await;
    let page = sandbox.client.get(answer["auth_url"].as_str().unwrap()).send().await.unwrap();
    assert_eq!(page.headers()["cross-origin-opener-policy"], "same-origin");
}

#[tokio::test]
async fn pages_are_served_under_the_strict_policy_with_right_types() {
    let dir = std::env::temp_dir().join(format!("connect-flow-pages-{}", std::process::id()));
    std::fs::create_dir_all(&dir).unwrap();
    for (name, text) in [("index.html", "<!doctype html>"), ("a.wasm", "\0asm"), ("a.js", ""), ("frame.html", "<p>")] {
        std::fs::write(dir.join(name), text).unwrap();
    }
    let pages = dir.display().to_string();
    let sandbox = Sandbox::start(&["--test-mode", "--pages", &pages, "--frame-pages", &pages], &[]);
    let get = async |url: String| sandbox.client.get(url).send().await.unwrap();
    for (path, kind) in [("/", "text/html"), ("/a.wasm", "application/wasm"), ("/a.js", "text/javascript")] {
        let answer = get(format!("{}{path}", sandbox.host)).await;
        assert_eq!(answer.headers()["content-type"], kind, "{path}");
        let csp = answer.headers()["content-security-policy"].to_str().unwrap().to_owned();
        assert!(csp.contains(&format!("connect-src 'self' {};", sandbox.platform)), "{csp}");
        assert!(csp.contains("trusted-types 'none'"));
        assert!(answer.headers().get("cross-origin-opener-policy").is_none());
    }
    let asked = get(format!("{}/?coop=same-origin&csp=no-wasm", sandbox.host)).await;
    assert_eq!(asked.headers()["cross-origin-opener-policy"], "same-origin");
    assert!(!asked.headers()["content-security-policy"].to_str().unwrap().contains("wasm"));
    assert!(get(format!("{}/?csp=off", sandbox.host)).await.headers().get("content-security-policy").is_none());
    assert_eq!(get(format!("{}/..%2f..%2fetc/passwd", sandbox.host)).await.status(), 404);

    let frame = get(format!("{}/frame.html", sandbox.platform)).await;
    assert!(frame.headers()["content-security-policy"].to_str().unwrap().contains("frame-ancestors *"));
    let host = body(get(format!("{}/api/host", sandbox.host)).await).await;
    assert_eq!(host["frameUrl"], format!("{}/frame.html", sandbox.platform));

    let report = sandbox.client.post(format!("{}/api/csp-reports", sandbox.host));
    assert_eq!(report.body(r#"{"csp-report":{"blocked-uri":"x"}}"#).send().await.unwrap().status(), 204);
    let reports = body(get(format!("{}/api/csp-reports", sandbox.host)).await).await;
    assert_eq!(reports[0]["csp-report"]["blocked-uri"], "x");
    std::fs::remove_dir_all(dir).unwrap();
}

#[tokio::test]
async fn a_catalog_of_1000_apps_is_printed_and_served() {
    let output = std::process::Command::new(common::PROGRAM).args(["catalog", "--apps", "1000"]).output().unwrap();
    assert!(output.status.success());
    let file = std::env::temp_dir().join(format!("connect-flow-catalog-{}.json", std::process::id()));
    std::fs::write(&file, output.stdout).unwrap();
    let sandbox = Sandbox::start(&["--catalog", file.to_str().unwrap()], &[]);
    assert_eq!(sandbox.get(&sandbox.token("ada").await, LIST).await.as_array().unwrap().len(), 1000);
    std::fs::remove_file(file).unwrap();
}

#[tokio::test]
async fn s26_activity_is_kept_without_anything_that_was_not_asked_for() {
    let sandbox = Sandbox::tested();
    let ada = sandbox.visit("ada").await;
    let request = sandbox.client.post(format!("{}/api/activity", sandbox.host)).header("origin", &sandbox.host);
    let request = request.header("cookie", &ada.cookie).header("x-csrf-token", &ada.csrf);
    let event = json!({"type": "opened", "app": "harbor-crm", "token": "canary", "code": {"deep": "canary"}});
    assert_eq!(json_body(request, &event).send().await.unwrap().status(), 204);
    let kept = body(sandbox.client.get(format!("{}/api/activity", sandbox.host)).send().await.unwrap()).await;
    assert_eq!((&kept[0]["type"], &kept[0]["user"]), (&json!("opened"), &json!("ada")));
    assert!(!kept.to_string().contains("canary"));
}

#[tokio::test]
async fn s27_mints_refused_tokens_and_changes_of_account_are_counted_for_each_user() {
    let sandbox = Sandbox::tested();
    let (ada, grace) = (sandbox.visit("ada").await, sandbox.visit("grace").await);
    let report = async |event: Value| {
        let request = sandbox.client.post(format!("{}/api/activity", sandbox.host)).header("origin", &sandbox.host);
        let request = request.header("cookie", &ada.cookie).header("x-csrf-token", &ada.csrf);
        assert_eq!(json_body(request, &event).send().await.unwrap().status(), 204);
    };
    let watched = async || body(sandbox.client.get(format!("{}/api/test/watch", sandbox.host)).send().await.unwrap());
    for visitor in [&ada, &ada, &grace] {
        assert_eq!(sandbox.mint_request(visitor).send().await.unwrap().status(), 200);
    }
    report(json!({"type": "opened"})).await;
    for _ in 0..4 {
        report(json!({"type": "refused"})).await;
    }
    report(json!({"type": "flow-error", "code": "account_changed"})).await;
    let counts = json!({
        "ada": {"mints": 2, "refused": 4, "account_changes": 1},
        "grace": {"mints": 1, "refused": 0, "account_changes": 0},
    });
    assert_eq!(watched().await.await, counts);
    assert!(!sandbox.log.lock().unwrap().contains("ALERT"));
    report(json!({"type": "refused"})).await;
    sandbox.logged("ALERT ada has 5 session tokens refused within a minute").await;

    // One browser that signs in as somebody else.
    let request = sandbox.client.post(format!("{}/api/sign-in", sandbox.host)).header("origin", &sandbox.host);
    let request = json_body(request.header("cookie", &ada.cookie), &json!({"user": "grace"}));
    assert_eq!(request.send().await.unwrap().status(), 200);
    assert_eq!(watched().await.await["grace"]["account_changes"], 1);
}

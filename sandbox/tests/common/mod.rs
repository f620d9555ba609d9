//! A spawned sandbox and the few calls that all tests make.
#![allow(clippy::unwrap_used, dead_code)]

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};

use reqwest::{Client, Method, Response, StatusCode};
use serde_json::{Value, json};

pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_connect-flow-sandbox");

pub(crate) struct Sandbox {
    child: Child,
    reader: Option<std::thread::JoinHandle<()>>,
    pub(crate) host: String,
    pub(crate) platform: String,
    pub(crate) provider: String,
    pub(crate) log: Arc<Mutex<String>>,
    pub(crate) client: Client,
}

/// A browser's session with the host: its cookie and its CSRF token.
pub(crate) struct Visitor {
    pub(crate) cookie: String,
    pub(crate) csrf: String,
}

/// The program on free ports with a clean environment.
pub(crate) fn command(args: &[&str], variables: &[(&str, &str)]) -> Command {
    let mut command = Command::new(PROGRAM);
    for name in ["CONNECT_API_KEY", "CONNECT_DATA_KEY", "CONNECT_PLATFORM_KEYS"] {
        command.env_remove(name);
    }
    for listener in ["host", "platform", "provider"] {
        command.args([format!("--{listener}-addr"), "127.0.0.1:0".into()]);
    }
    command.args(args).envs(variables.iter().copied()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

impl Sandbox {
    pub(crate) fn start(args: &[&str], variables: &[(&str, &str)]) -> Self {
        let _already = rustls::crypto::ring::default_provider().install_default();
        let mut child = command(args, variables).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let mut stderr = child.stderr.take().unwrap();
        let log = Arc::new(Mutex::new(String::new()));
        let sink = log.clone();
        let reader = std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(read @ 1..) = stderr.read(&mut buffer) {
                sink.lock().unwrap().push_str(&String::from_utf8_lossy(&buffer[..read]));
            }
        });
        let ready: Value = serde_json::from_str(&line)
            .unwrap_or_else(|_| panic!("no ready line but {line:?}, log: {}", log.lock().unwrap()));
        let origin = |name: &str| ready[name].as_str().unwrap_or_default().to_owned();
        let client = Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build().unwrap();
        Self {
            child,
            reader: Some(reader),
            host: origin("host"),
            platform: origin("platform"),
            provider: origin("provider"),
            log,
            client,
        }
    }

    pub(crate) fn tested() -> Self {
        Self::start(&["--test-mode"], &[])
    }

    pub(crate) async fn visit(&self, user: &str) -> Visitor {
        self.sign_in("", user).await
    }

    /// Signs in with the cookie of a session that is there, if any.
    pub(crate) async fn sign_in(&self, cookie: &str, user: &str) -> Visitor {
        let request = self.client.post(format!("{}/api/sign-in", self.host)).header("origin", &self.host);
        let request = request.header("cookie", cookie);
        let answer = json_body(request, &json!({ "user": user })).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        Visitor::of(answer).await
    }

    pub(crate) fn mint_request(&self, visitor: &Visitor) -> reqwest::RequestBuilder {
        self.client
            .post(format!("{}/api/session-token", self.host))
            .header("origin", &self.host)
            .header("cookie", &visitor.cookie)
            .header("x-csrf-token", &visitor.csrf)
    }

    pub(crate) async fn sign_out(&self, visitor: &Visitor) -> StatusCode {
        let request = self.client.post(format!("{}/api/sign-out", self.host)).header("origin", &self.host);
        request.header("cookie", &visitor.cookie).send().await.unwrap().status()
    }

    pub(crate) async fn token(&self, user: &str) -> String {
        self.token_of(&self.visit(user).await).await
    }

    pub(crate) async fn token_of(&self, visitor: &Visitor) -> String {
        let answer = self.mint_request(visitor).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        body(answer).await["token"].as_str().unwrap().to_owned()
    }

    /// A frontend call: status and JSON.
    pub(crate) async fn call(
        &self,
        token: &str,
        method: Method,
        path: &str,
        payload: Option<Value>,
    ) -> (StatusCode, Value) {
        let mut request = self.client.request(method, format!("{}{path}", self.platform)).bearer_auth(token);
        if let Some(payload) = payload {
            request = json_body(request, &payload);
        }
        let answer = request.send().await.unwrap();
        (answer.status(), body(answer).await)
    }

    pub(crate) async fn get(&self, token: &str, path: &str) -> Value {
        let (status, body) = self.call(token, Method::GET, path, None).await;
        assert_eq!(status, 200, "{path}: {body}");
        body
    }

    pub(crate) async fn post(&self, token: &str, path: &str, payload: Value) -> Value {
        let (status, body) = self.call(token, Method::POST, path, Some(payload)).await;
        assert_eq!(status, 200, "{path}: {body}");
        body
    }

    /// Mints at the platform, as a backend does.
    pub(crate) async fn mint(&self, key: &str, account: &str, force: bool) -> (StatusCode, Value) {
        let query = if force { "?force_refresh=true" } else { "" };
        let url = format!("{}/api/v2/public/session-token{query}", self.platform);
        let request = self.client.post(url).header("x-api-key", key);
        let answer = json_body(request, &json!({ "linked_account_id": account })).send().await.unwrap();
        (answer.status(), body(answer).await)
    }

    /// A call of test mode, at `path` of the platform.
    pub(crate) async fn test(&self, method: Method, path: &str, payload: Value) -> Value {
        let request = self.client.request(method, format!("{}/test/{path}", self.platform));
        let answer = json_body(request, &payload).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{path}");
        body(answer).await
    }

    pub(crate) async fn app(&self, token: &str, slug: &str) -> Value {
        self.get(token, &format!("/api/v2/f-sdk/application/{slug}")).await
    }

    /// What a browser does at the authorization server, up to the redirect to the platform; its address.
    pub(crate) async fn sign_in_and(&self, auth_url: &str, user: &str, decision: &str) -> String {
        let page = self.client.get(auth_url).send().await.unwrap();
        assert_eq!(page.status(), 200);
        let cookie = cookie_of(&page);
        let transaction = between(&page.text().await.unwrap(), "name=transaction value='", "'");
        let submit = async |path: &str, form: String| {
            let request = self.client.post(format!("{}{path}", self.provider)).header("cookie", &cookie);
            let request = request.header("content-type", "application/x-www-form-urlencoded").body(form);
            let answer = request.send().await.unwrap();
            assert_eq!(answer.status(), 303, "{path}");
            answer.headers()["location"].to_str().unwrap().to_owned()
        };
        let form = format!("transaction={transaction}&username={user}&password={user}");
        assert!(submit("/sign-in", form).await.starts_with("/consent"));
        submit("/consent", format!("transaction={transaction}&decision={decision}")).await
    }

    pub(crate) async fn callback(&self, address: &str) -> String {
        let answer = self.client.get(address).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        between(&answer.text().await.unwrap(), "data-outcome=", ">")
    }

    pub(crate) async fn connect_by_oauth(&self, token: &str, slug: &str, user: &str) -> String {
        let answer = self.post(token, &format!("/api/v1/{slug}/integrate"), json!({})).await;
        let back = self.sign_in_and(answer["auth_url"].as_str().unwrap(), user, "allow").await;
        self.callback(&back).await
    }

    pub(crate) fn terminate(mut self) -> (std::process::ExitStatus, String) {
        Command::new("kill").arg(self.child.id().to_string()).status().unwrap();
        let status = self.child.wait().unwrap();
        // Ends with the pipe, so the log is whole.
        self.reader.take().unwrap().join().unwrap();
        let log = self.log.lock().unwrap().clone();
        (status, log)
    }

    /// The log once it holds `text`: it comes through a pipe, a moment after what it tells.
    pub(crate) async fn logged(&self, text: &str) -> String {
        for _ in 0..200 {
            let log = self.log.lock().unwrap().clone();
            if log.contains(text) {
                return log;
            }
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        panic!("the log does not say {text:?}: {}", self.log.lock().unwrap());
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        let _gone = self.child.kill();
        let _reaped = self.child.wait();
    }
}

impl Visitor {
    pub(crate) async fn of(answer: Response) -> Self {
        let cookie = cookie_of(&answer);
        Self { cookie, csrf: body(answer).await["csrfToken"].as_str().unwrap().to_owned() }
    }
}

fn cookie_of(answer: &Response) -> String {
    let header = answer.headers()["set-cookie"].to_str().unwrap();
    header.split(';').next().unwrap().to_owned()
}

pub(crate) fn json_body(request: reqwest::RequestBuilder, payload: &Value) -> reqwest::RequestBuilder {
    request.header("content-type", "application/json").body(payload.to_string())
}

pub(crate) async fn body(answer: Response) -> Value {
    let text = answer.text().await.unwrap();
    serde_json::from_str(&text).unwrap_or(Value::String(text))
}

pub(crate) fn between(text: &str, before: &str, after: &str) -> String {
    let start = text.find(before).unwrap_or_else(|| panic!("{before} is not in {text}")) + before.len();
    text[start..start + text[start..].find(after).unwrap()].to_owned()
}

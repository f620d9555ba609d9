//! The few HTTP requests chores make: plain sockets on this machine, node's fetch where TLS is needed.

use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream, ToSocketAddrs},
    process::Stdio,
    time::Duration,
};

use serde_json::{Value, json};

use crate::{
    error::{Error, Result},
    process::command,
};

const TIMEOUT: Duration = Duration::from_secs(15);

/// A request; the headers are sent as they stand.
pub(crate) struct Request<'a> {
    pub(crate) method: &'a str,
    pub(crate) url: &'a str,
    pub(crate) headers: &'a [(&'a str, &'a str)],
}

/// An answer, whatever its status.
pub(crate) struct Response {
    pub(crate) status: u16,
    headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Response {
    /// The `name=value` of each cookie the answer sets, joined as a `Cookie` header carries them.
    pub(crate) fn cookies(&self) -> String {
        let set = self.headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("set-cookie"));
        set.filter_map(|(_, value)| value.split(';').next()).map(str::trim).collect::<Vec<_>>().join("; ")
    }

    /// The body as JSON of a 200 answer; `from` names the server in errors.
    pub(crate) fn json(&self, from: &str) -> Result<Value> {
        let wrong = |problem| Error::Answer { from: from.to_owned(), problem };
        if self.status != 200 {
            return Err(wrong(format!("status {} instead of 200: {}", self.status, self.body.trim())));
        }
        serde_json::from_str(&self.body).map_err(|error| wrong(format!("no JSON: {error}")))
    }
}

/// A GET without further headers.
pub(crate) fn get(url: &str) -> Result<Response> {
    send(&Request { method: "GET", url, headers: &[] })
}

/// Sends a request without a body and reads the whole answer.
pub(crate) fn send(request: &Request) -> Result<Response> {
    let answer = if request.url.starts_with("https://") { send_by_node(request) } else { send_plain(request) };
    answer.map_err(|problem| Error::Answer { from: request.url.to_owned(), problem })
}

fn send_plain(request: &Request) -> std::result::Result<Response, String> {
    let rest = request.url.strip_prefix("http://").ok_or("only http: and https: addresses are understood")?;
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    let authority_with_port = if authority.contains(':') { authority.to_owned() } else { format!("{authority}:80") };
    let mut stream = connect(&authority_with_port).map_err(|error| error.to_string())?;
    // HTTP/1.0, so that the server closes at the end and never sends chunks.
    let mut head = format!("{} /{path} HTTP/1.0\r\nHost: {authority}\r\nConnection: close\r\n", request.method);
    for (name, value) in request.headers {
        head += &format!("{name}: {value}\r\n");
    }
    head += "Content-Length: 0\r\n\r\n";
    let mut answer = Vec::new();
    stream.write_all(head.as_bytes()).and_then(|()| stream.read_to_end(&mut answer)).map_err(|e| e.to_string())?;
    parse(&String::from_utf8_lossy(&answer)).ok_or_else(|| "the answer is not HTTP".to_owned())
}

fn connect(authority: &str) -> std::io::Result<TcpStream> {
    let mut failure = std::io::Error::from(std::io::ErrorKind::NotFound);
    for address in authority.to_socket_addrs()? {
        match TcpStream::connect_timeout(&address, TIMEOUT) {
            Ok(stream) => {
                stream.set_read_timeout(Some(TIMEOUT))?;
                return Ok(stream);
            }
            Err(error) => failure = error,
        }
    }
    Err(failure)
}

fn parse(answer: &str) -> Option<Response> {
    let (head, body) = answer.split_once("\r\n\r\n")?;
    let mut lines = head.lines();
    let status = lines.next()?.strip_prefix("HTTP/1.")?.split(' ').nth(1)?.parse().ok()?;
    let headers = lines.filter_map(|line| line.split_once(": ")).map(|(n, v)| (n.to_owned(), v.to_owned())).collect();
    Some(Response { status, headers, body: body.to_owned() })
}

/// TLS by node, which is here anyway: a TLS library would double the time this program takes to compile.
fn send_by_node(request: &Request) -> std::result::Result<Response, String> {
    const SCRIPT: &str = "const { url, method, headers } = JSON.parse(require('fs').readFileSync(0, 'utf8'));
        fetch(url, { method, headers, redirect: 'manual', signal: AbortSignal.timeout(15000) }).then(
            async r => console.log(JSON.stringify({ status: r.status, body: await r.text() })),
            e => console.log(JSON.stringify({ problem: String(e.cause ?? e) })))";
    let headers: serde_json::Map<_, _> = request.headers.iter().map(|(n, v)| ((*n).to_owned(), json!(v))).collect();
    let input = json!({ "url": request.url, "method": request.method, "headers": headers });
    // The headers hold a token: standard input, unlike arguments, is not shown to other users of the machine.
    let mut node = command("node");
    let mut child = node.args(["-e", SCRIPT]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
    let child = child.as_mut().map_err(|error| format!("node: {error}"))?;
    let mut output = String::new();
    if let Some(mut stdin) = child.stdin.take() {
        stdin.write_all(input.to_string().as_bytes()).map_err(|error| error.to_string())?;
    }
    if let Some(mut stdout) = child.stdout.take() {
        stdout.read_to_string(&mut output).map_err(|error| error.to_string())?;
    }
    child.wait().map_err(|error| error.to_string())?;
    let answer: Value = serde_json::from_str(&output).map_err(|error| error.to_string())?;
    match (answer["status"].as_u64().and_then(|status| u16::try_from(status).ok()), answer["body"].as_str()) {
        (Some(status), Some(body)) => Ok(Response { status, headers: Vec::new(), body: body.to_owned() }),
        _ => Err(answer["problem"].as_str().unwrap_or("no answer").to_owned()),
    }
}

/// An error if the port cannot be listened on.
pub(crate) fn require_free(port: u16, used_for: &'static str) -> Result {
    TcpListener::bind(("127.0.0.1", port)).map(drop).map_err(|_| Error::PortBusy { port, used_for })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_status_cookies_and_body() {
        let answer = parse("HTTP/1.0 200 OK\r\nset-cookie: a=1; HttpOnly\r\nSet-Cookie: b=2\r\n\r\n{\"x\":1}");
        assert!(answer.is_some_and(|answer| {
            answer.status == 200 && answer.cookies() == "a=1; b=2" && answer.json("test").is_ok_and(|j| j["x"] == 1)
        }));
    }

    #[test]
    fn an_answer_that_is_not_http_is_refused() {
        assert!(parse("hello").is_none());
        assert!(parse("SSH-2.0-x\r\n\r\n").is_none());
    }

    #[test]
    fn a_port_in_use_is_named() {
        let taken = TcpListener::bind("127.0.0.1:0").and_then(|listener| Ok((listener.local_addr()?.port(), listener)));
        let Ok((port, _listener)) = taken else { panic!("no free port") };
        let error = require_free(port, "the test");
        assert!(error.is_err_and(|error| error.to_string().contains(&format!("port {port}"))));
    }
}

//! The host's pages: static files under a strict content security policy.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Query, Request, State};
use axum::http::{HeaderName, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::Response;
use serde_json::Value;
use tower_http::services::ServeDir;

use super::Host;

const COOP: HeaderName = HeaderName::from_static("cross-origin-opener-policy");
const COOP_VALUES: [&str; 4] = ["same-origin", "same-origin-allow-popups", "noopener-allow-popups", "unsafe-none"];

/// Violation reports kept.
const MAX_REPORTS: usize = 1000;

pub(super) fn serve(api: Router<Arc<Host>>, host: &Arc<Host>, pages: Option<&Path>) -> Router<Arc<Host>> {
    let files = match pages {
        Some(pages) => api.fallback_service(ServeDir::new(pages)),
        None => api.fallback(async || (StatusCode::NOT_FOUND, "No pages: start the sandbox with --pages DIR\n")),
    };
    files.layer(middleware::from_fn_with_state(host.clone(), headers))
}

/// The policy of host pages, the one that the component promises to run under. `types` is for frameworks that make
/// Trusted Types policies of their own; the component makes none.
fn policy(platform: &str, wasm: bool, types: &str) -> String {
    let scripts = if wasm { "'self' 'wasm-unsafe-eval'" } else { "'self'" };
    format!(
        "default-src 'none'; script-src {scripts}; style-src 'self'; img-src 'self' data: {platform}; \
         connect-src 'self' {platform}; frame-src 'self' {platform}; base-uri 'none'; form-action 'self'; \
         frame-ancestors 'self'; require-trusted-types-for 'script'; trusted-types {types}; \
         report-uri /api/csp-reports"
    )
}

async fn headers(
    State(host): State<Arc<Host>>,
    Query(query): Query<BTreeMap<String, String>>,
    request: Request,
    next: Next,
) -> Response {
    let page = !request.uri().path().starts_with("/api/");
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    if host.secure() {
        crate::http::set(headers, header::STRICT_TRANSPORT_SECURITY, "max-age=31536000");
    }
    if !page {
        return response;
    }
    let asked = |name: &str| query.get(name).map(String::as_str).filter(|_| host.test_mode);
    if asked("csp") != Some("off") {
        let name = |types: &&str| types.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-# ".contains(&byte));
        let types = asked("trusted-types").filter(name).unwrap_or("'none'");
        let policy = policy(&host.platform_url, asked("csp") != Some("no-wasm"), types);
        crate::http::set(headers, header::CONTENT_SECURITY_POLICY, &policy);
    }
    if let Some(coop) = asked("coop").filter(|coop| COOP_VALUES.contains(coop)) {
        crate::http::set(headers, COOP, coop);
    }
    crate::http::set(headers, header::REFERRER_POLICY, "no-referrer");
    crate::http::set(headers, header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    // Files are rebuilt while the sandbox runs: always ask, seldom send.
    crate::http::set(headers, header::CACHE_CONTROL, "no-cache");
    response
}

/// `POST /api/csp-reports`
pub(super) async fn csp_report(State(host): State<Arc<Host>>, body: Bytes) -> StatusCode {
    let Ok(report) = serde_json::from_slice::<Value>(&body) else { return StatusCode::BAD_REQUEST };
    let mut state = host.state();
    if state.csp_reports.len() < MAX_REPORTS {
        state.csp_reports.push(report);
    }
    eprintln!("host: content security policy violated, {} so far", state.csp_reports.len());
    StatusCode::NO_CONTENT
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policy_is_the_documented_one() {
        let documented = include_str!("../../README.md");
        assert!(documented.contains(&policy("<platform>", true, "'none'")));
    }
}

//! Cross-origin access: any origin, no credentials, the headers that browsers may send and read.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use super::Platform;
use super::error::{REQUEST_ID, new_request_id};

const ALWAYS: &str = "Authorization, Content-Type, slug";
const TRACING: &str = "X-Activity-ID, X-Tenant-ID, X-Session-ID, X-Correlation-ID";
const EXPOSED: &str = "Date, Retry-After, X-Request-ID";
const METHODS: &str = "GET, POST, PUT, PATCH, DELETE";
/// Seconds. Ten minutes; none in test mode, where a switch must take effect at once.
const MAX_AGE: &str = "600";

pub(super) async fn layer(State(platform): State<Arc<Platform>>, request: Request, next: Next) -> Response {
    // Switches are for tests, server to server: no page may read or set them.
    if request.uri().path().starts_with("/test/") {
        return next.run(request).await;
    }
    let preflight =
        request.method() == Method::OPTIONS && request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    let mut response = if preflight {
        platform.switches.record(&request);
        let headers = match platform.switches.read().cors_headers_off {
            true => ALWAYS.to_owned(),
            false => format!("{ALWAYS}, {TRACING}"),
        };
        let mut response = StatusCode::NO_CONTENT.into_response();
        crate::http::set(response.headers_mut(), header::ACCESS_CONTROL_ALLOW_HEADERS, &headers);
        insert(&mut response, header::ACCESS_CONTROL_ALLOW_METHODS, METHODS);
        let max_age = if platform.test_mode { "0" } else { MAX_AGE };
        insert(&mut response, header::ACCESS_CONTROL_MAX_AGE, max_age);
        response
    } else {
        next.run(request).await
    };
    insert(&mut response, header::ACCESS_CONTROL_ALLOW_ORIGIN, "*");
    insert(&mut response, header::ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
    insert(&mut response, header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    // Icons and pages of a frame are embedded by pages of other origins, some of them cross-origin isolated.
    insert(&mut response, HeaderName::from_static("cross-origin-resource-policy"), "cross-origin");
    if !response.headers().contains_key(REQUEST_ID) {
        crate::http::set(response.headers_mut(), REQUEST_ID, &new_request_id());
    }
    if platform.switches.read().date_header_off {
        response.extensions_mut().insert(crate::serve::NoDate);
    }
    response
}

fn insert(response: &mut Response, name: HeaderName, value: &'static str) {
    response.headers_mut().insert(name, HeaderValue::from_static(value));
}

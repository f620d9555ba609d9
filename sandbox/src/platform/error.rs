//! Errors of the platform's API, in the shape it documents.

use axum::Json;
use axum::http::{HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

#[derive(Debug)]
pub(crate) struct ApiError {
    pub(super) status: StatusCode,
    pub(super) code: &'static str,
    pub(super) message: String,
    pub(super) retry_after: Option<u64>,
}

impl ApiError {
    pub(super) fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), retry_after: None }
    }

    pub(super) fn bad_request(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, message)
    }

    pub(super) fn not_found(what: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, "NOT_FOUND", format!("{what} not found"))
    }

    pub(super) fn invalid_token() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "INVALID_TOKEN", "Invalid token")
    }

    /// Something of our own broke: the cause goes to the log, never to the client.
    pub(super) fn internal(cause: impl std::fmt::Display) -> Self {
        eprintln!("platform: internal error: {cause}");
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL_ERROR", "Something went wrong")
    }
}

impl From<rusqlite::Error> for ApiError {
    fn from(error: rusqlite::Error) -> Self {
        Self::internal(error)
    }
}

impl From<getrandom::Error> for ApiError {
    fn from(error: getrandom::Error) -> Self {
        Self::internal(error)
    }
}

impl From<super::vault::SealError> for ApiError {
    fn from(error: super::vault::SealError) -> Self {
        Self::internal(error)
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let request_id = new_request_id();
        let body = json!({
            "status_code": self.status.as_u16(),
            "http_error_type": self.status.canonical_reason().unwrap_or("Error"),
            "error": self.code,
            "error_code": self.code,
            "message": self.message,
            "request_id": request_id,
        });
        let mut response = (self.status, Json(body)).into_response();
        crate::http::set(response.headers_mut(), REQUEST_ID, &request_id);
        if let Some(seconds) = self.retry_after {
            crate::http::set(response.headers_mut(), header::RETRY_AFTER, &seconds.to_string());
        }
        response
    }
}

pub(super) fn new_request_id() -> String {
    crate::crypto::random_id(12).map_or_else(|_| "req_unknown".into(), |id| format!("req_{id}"))
}

//! The platform's API: the only place that sends a request and the only caller of the session's token.

pub mod model;

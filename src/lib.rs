//! An embedded connect flow that lives from a session token alone.
//!
//! One room per question: is it about the token ([`session`]), the platform, the order of things, the look, or the way
//! in? The first two and the order of things are plain Rust and run natively; the look and the ways in need a browser.

#![cfg_attr(not(test), deny(clippy::expect_used, clippy::panic))]

pub mod session;

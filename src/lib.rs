//! An embedded connect flow that lives from a session token alone.
//!
//! One room per question: is it about the token ([`session`]), the platform ([`platform`]), the order of things
//! ([`flow`]), the look (`view`), or the way in ([`embed`])? What can be pure is: the token's life and the order of
//! things know no browser and run natively.

#![cfg_attr(not(test), deny(clippy::expect_used, clippy::panic))]

#[cfg(target_arch = "wasm32")]
mod browser;
// Of it the flow alone needs only a part.
#[cfg_attr(not(any(test, target_arch = "wasm32")), allow(dead_code, unused_macros))]
mod cut;
#[cfg(any(test, target_arch = "wasm32"))]
mod decimal;
pub mod embed;
#[cfg(any(test, target_arch = "wasm32"))]
mod english;
pub mod error;
pub mod flow;
mod gather;
pub mod locales;
#[cfg(all(target_arch = "wasm32", feature = "mutants"))]
mod mutants;
#[cfg(target_arch = "wasm32")]
mod object;
pub mod platform;
pub mod session;
pub mod settings;
mod space;
#[cfg(target_arch = "wasm32")]
pub mod view;

#[cfg(all(feature = "mutants", not(debug_assertions)))]
compile_error!("`mutants` leaks on purpose: it is for debug builds that tests look at, and never for a release");

#[cfg(any(target_arch = "wasm32", feature = "ssr"))]
pub use embed::{ConnectFlow, Grant, Handler, TokenSource};

#[cfg(all(target_arch = "wasm32", feature = "small-allocator"))]
#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();

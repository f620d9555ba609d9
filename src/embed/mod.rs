//! The ways in and out: options, events, the JavaScript handle, the Leptos component, and the drivers that carry out
//! what the flow and the session want done.

#[cfg(test)]
mod book;
pub mod events;
#[cfg(test)]
mod manifest;
#[cfg(test)]
mod types;

#[cfg(target_arch = "wasm32")]
mod driver;
#[cfg(target_arch = "wasm32")]
mod frame;
#[cfg(all(target_arch = "wasm32", feature = "javascript"))]
mod handle;
#[cfg(all(target_arch = "wasm32", feature = "javascript"))]
mod headless;
#[cfg(target_arch = "wasm32")]
mod instance;
#[cfg(target_arch = "wasm32")]
mod keeper;
#[cfg(any(target_arch = "wasm32", feature = "ssr"))]
mod leptos;
#[cfg(any(test, target_arch = "wasm32"))]
mod loopback;
#[cfg(target_arch = "wasm32")]
mod offer;
#[cfg(target_arch = "wasm32")]
#[cfg_attr(not(feature = "javascript"), expect(dead_code, reason = "only the JavaScript handle reads plain objects"))]
mod options;
#[cfg(target_arch = "wasm32")]
mod panic;
#[cfg(target_arch = "wasm32")]
mod popup;
#[cfg(target_arch = "wasm32")]
mod requests;
#[cfg(target_arch = "wasm32")]
mod second;

#[cfg(any(target_arch = "wasm32", feature = "ssr"))]
pub use leptos::{ConnectFlow, Grant, Handler, TokenSource};
#[cfg(target_arch = "wasm32")]
pub use {
    instance::Instance,
    options::{BadOption, Options},
};

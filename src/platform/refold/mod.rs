//! The embedded API that Refold publishes for frontends.

#[cfg(target_arch = "wasm32")]
mod api;
#[cfg(target_arch = "wasm32")]
mod apps;
#[cfg(any(test, target_arch = "wasm32"))]
pub(crate) mod config;
#[cfg(target_arch = "wasm32")]
mod configure;

#[cfg(target_arch = "wasm32")]
pub use api::Refold;

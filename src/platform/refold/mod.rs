//! The embedded API that Refold publishes for frontends.

#[cfg(target_arch = "wasm32")]
mod api;
#[cfg(target_arch = "wasm32")]
mod apps;

#[cfg(target_arch = "wasm32")]
pub use api::Refold;

//! The order of things: a state machine without DOM, network or clock. `state × event → state + commands`.
//!
//! The driver (`embed`) feeds events and carries the commands out; the view shows the state. Both are replaceable, so
//! that everything that can happen in any order is tested here, natively.

mod attempt;
mod command;
mod config;
mod counted;
mod event;
mod fields;
mod machine;
#[cfg(any(test, all(target_arch = "wasm32", feature = "javascript")))]
mod plain;
mod question;
mod runs;
mod state;
#[cfg(test)]
mod tests;
mod told;

pub use command::{Activity, CloseReason, Command, Notice, Outcome};
pub use config::{ConfigEvent, Configuring, Draft, Offer, Page, Saving, Section, Title, rules, set_member};
pub use event::{Event, Typed};
pub use machine::Flow;
pub use question::{About, Found, Question};
pub use runs::Runs;
pub use state::{Apps, Entry, Fault, Faults, Loaded, Removal, RemovalStage, Screen, Stage, State};
#[cfg(all(target_arch = "wasm32", feature = "javascript"))]
pub(crate) use {fields::check, machine::refused_field};

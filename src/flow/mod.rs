//! The order of things: a state machine without DOM, network or clock. `state × event → state + commands`.
//!
//! The driver (`embed`) feeds events and carries the commands out; the view shows the state. Both are replaceable, so
//! that everything that can happen in any order is tested here, natively.

mod attempt;
mod command;
mod event;
mod fields;
mod machine;
mod state;
#[cfg(test)]
mod tests;

pub use command::{Activity, CloseReason, Command, Notice};
pub use event::{Event, Typed};
pub use machine::Flow;
pub use state::{Apps, FieldError, FieldErrorKind, Removal, RemovalStage, Screen, Stage, State};

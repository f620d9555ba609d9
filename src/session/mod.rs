//! The session token: what it is, how long it lives, how it is renewed. Pure: clocks and the host are injected.
//!
//! [`Session`] is a state machine without input or output of its own. Its driver reports what happened, with the time
//! ([`Now`]), and carries out the [`Effect`]s that come back: call the host, send a probe, dispatch an event, let
//! waiting requests go. A token enters as an [`Offer`], is wiped when it is replaced, refused, over, or when the session
//! ends, and can be read only through a [`Lease`] by [`Session::with_token`].

mod adopt;
mod claims;
mod clock;
mod event;
mod fault;
#[cfg(any(test, fuzzing))]
#[doc(hidden)]
pub mod fuzzing;
mod lifetime;
mod machine;
mod offer;
mod outlook;
mod random;
mod renewal;
mod rules;
mod state;
pub mod time;
mod token;

#[cfg(test)]
mod tests;

pub use clock::Now;
pub use event::{
    Acquire, AskId, AskReason, Effect, EndReason, Environment, ExpiryReason, Lease, Phase, ProbeOutcome, ResetReason,
    SessionEvent, SessionView, Ticket,
};
pub use fault::SessionFault;
pub use machine::{Page, Session, SessionOptions};
pub use offer::{Given, HostAnswer, Offer};
pub use token::{MAX_TOKEN_BYTES, SessionToken, live_tokens, wipe_all_live_tokens};

use claims::Claims;
use random::Random;

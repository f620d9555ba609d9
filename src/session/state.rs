//! What a session remembers: the current token, whom it is for, the call under way.

use super::clock::Moment;
use super::event::{AskId, AskReason, EndReason, Environment};
use super::lifetime::Lifetime;
use super::{Claims, Offer};

/// One token with all that belongs to it, swapped by a single assignment.
pub(super) struct Epoch {
    pub(super) offer: Offer,
    pub(super) fingerprint: u64,
    pub(super) claims: Claims,
    pub(super) life: Lifetime,
    /// Since when the platform is being asked whether the token is any good; nothing else uses it until then.
    pub(super) probing: Option<Moment>,
    pub(super) told_expiring: bool,
    /// The platform took it at least once.
    pub(super) confirmed: bool,
}

/// Whom the tokens so far were for; unknown parts never count as a change.
#[derive(Clone, Copy, Default)]
pub(super) struct Identity {
    pub(super) environment: Environment,
    pub(super) account: Option<u64>,
}

pub(super) struct Ask {
    pub(super) id: AskId,
    pub(super) reason: AskReason,
    pub(super) since: Moment,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    Fresh,
    Live,
    Suspended,
    Ended(EndReason),
}

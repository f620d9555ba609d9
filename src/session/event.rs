//! What the session asks of its driver ([`Effect`]), tells the host ([`SessionEvent`]) and shows ([`SessionView`]).

use super::SessionFault;

/// Names one call of the host's `getSessionToken`; answers under any other name are late and ignored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AskId(pub(super) u32);

/// Names one request that waits for a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ticket(pub(super) u32);

/// The right to read the token of one generation, through [`Session::with_token`](super::Session::with_token).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lease {
    pub(super) generation: u32,
    pub(super) probe: bool,
}

impl Lease {
    /// The generation to name in `accepted`, `rejected` or `probed`.
    pub const fn generation(self) -> u32 {
        self.generation
    }
}

/// The answer to a request that needs a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Acquire {
    /// Send now.
    Ready(Lease),
    /// An [`Effect::Release`] with this ticket follows within 30 s of ticks.
    Wait(Ticket),
    /// Do not send.
    Unavailable(SessionFault),
}

/// Why the host is asked for a token; the `reason` of `getSessionToken({reason})`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AskReason {
    Initial,
    Expiring,
    Expired,
    Rejected,
    Manual,
}

impl AskReason {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Initial => "initial",
            Self::Expiring => "expiring",
            Self::Expired => "expired",
            Self::Rejected => "rejected",
            Self::Manual => "manual",
        }
    }
}

/// Why a token is ending or has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExpiryReason {
    /// Its known lifetime runs out.
    Lifetime,
    /// Its lifetime is not known; a fresh one is wanted from time to time.
    UnknownLifetime,
    /// The platform answered 401.
    Rejected,
    /// It was wiped when the page went into the back/forward cache, and nobody can be asked for another.
    Suspended,
}

impl ExpiryReason {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Lifetime => "lifetime",
            Self::UnknownLifetime => "unknown_lifetime",
            Self::Rejected => "rejected",
            Self::Suspended => "suspended",
        }
    }
}

/// Why the session ended for good (until the host gives a new token).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EndReason {
    /// `getSessionToken` answered `null`: nobody is signed in at the host.
    HostUnauthenticated,
    /// The host called `end()`.
    HostEnded,
}

impl EndReason {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::HostUnauthenticated => "host_unauthenticated",
            Self::HostEnded => "host_ended",
        }
    }
}

/// Told to the host. Durations in milliseconds. No variant can carry a secret.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum SessionEvent {
    /// `session-expiring`, at most once per generation and never after its `Expired`.
    Expiring { remaining_ms: f64, lifetime_ms: f64, generation: u32, reason: ExpiryReason },
    /// `session-expired`, at most once per generation; the token is already wiped.
    Expired { generation: u32, reason: ExpiryReason },
    /// `session-renewed`: a later token replaced the first. `None`: its lifetime is not known.
    Renewed { generation: u32, lifetime_ms: Option<f64> },
    /// `session-renewal-failed`. `next_try_ms`: until the next call of the host, if one is planned.
    RenewalFailed { attempt: u32, code: SessionFault, next_try_ms: Option<f64> },
    /// `session-ended`.
    Ended { reason: EndReason },
    /// Something the developer of the host should mend; the session goes on.
    Warning(SessionFault),
    /// What was given was refused, or the flow had to start over; `flow-error` with this code.
    Fault(SessionFault),
}

/// Why everything of the flow so far must be dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResetReason {
    AccountChanged,
    EnvironmentChanged,
}

/// What the driver must do, in this order, outside any borrow of the session.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Effect {
    /// Call `getSessionToken({reason, attempt, signal})`, report with [`Session::answered`](super::Session::answered).
    Ask { ask: AskId, reason: AskReason, attempt: u32 },
    /// Abort that call's signal; its answer no longer counts.
    CancelAsk(AskId),
    /// Send the cheapest authenticated GET with this lease, report with [`Session::probed`](super::Session::probed).
    Probe(Lease),
    /// Dispatch to the host.
    Emit(SessionEvent),
    /// Let that request go on.
    Release { ticket: Ticket, result: Result<Lease, SessionFault> },
    /// Start the flow over: requests in flight, popup, typed values, everything of the old account goes.
    ResetFlow(ResetReason),
}

/// What became of a probe.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProbeOutcome {
    /// 2xx: the token is good, so this device's clock is wrong.
    Accepted,
    /// 401: the token is dead.
    Rejected,
    /// No answer, or one that says nothing about the token.
    Unreachable,
}

/// Which platform environment the token says it is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Environment {
    Test,
    Production,
    #[default]
    Unknown,
}

/// Where the session stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// No token yet.
    Waiting,
    /// A token can be used.
    Active,
    /// The last token cannot be used; a new one is on its way. Screens stay as they are.
    Renewing,
    /// The last token cannot be used and renewal does not work.
    Expired,
    Ended(EndReason),
}

/// Plain data for the interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionView {
    pub phase: Phase,
    pub environment: Environment,
    /// 0 before the first token.
    pub generation: u32,
    /// Show the quiet notice with "Try again".
    pub offer_retry: bool,
    /// A "Try again" was clicked and waits for its turn or its answer.
    pub retrying: bool,
}

//! How long a token lives, counted from before it was asked for, and when a new one is due.

use super::clock::{Moment, ServerClock};
use super::offer::{Given, Offer};
use super::{Claims, Random};

const MARGIN_MS: f64 = 300_000.0;
const GUARD_MS: f64 = 5_000.0;
const LONGEST_MS: f64 = 30.0 * 86_400_000.0;
/// A token whose lifetime nobody knows is renewed as if it lived this long, and used until the platform refuses it.
const UNKNOWN_MS: f64 = 900_000.0;
/// For a token that the platform took although this device's clock says it is over, and that names no lifetime.
const WRONG_CLOCK_MS: f64 = 300_000.0;
/// Renewals of tokens from the same minute are spread over a part of the lifetime less what a short one cannot spare: a
/// tenth of 15 minutes, nearly a sixth of a day. With a tenth of everything, a million pages opened in one minute would
/// renew at nine to twelve times the usual rate (`cargo xtask simulate`).
const SPREAD: f64 = 6.0;
const SPREAD_LESS_MS: f64 = 60_000.0;
/// `iat` is cut to whole seconds.
const JWT_STEP_MS: f64 = 1_000.0;
const BORN_EXPIRED_MS: f64 = 1_000.0;

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Estimate {
    /// Milliseconds from the anchor; may be zero or below. `trusted`: does not rest on this device's clock.
    Known {
        length: f64,
        trusted: bool,
    },
    /// Over according to nothing but this device's clock.
    BornExpired,
    Unknown,
}

/// The lifetime from `anchor` on: the least that any source allows, this device's clock only if there is no other.
/// `clock_ahead`: it is known to run ahead, so what it calls over need not be.
pub(super) fn estimate(
    offer: &Offer,
    claims: &Claims,
    anchor: Moment,
    server: Option<&ServerClock>,
    clock_ahead: bool,
) -> Estimate {
    let end = least(offer.expires_at.value(), claims.expires);
    let until = |now: Option<f64>| Some(end? - now?);
    let server_now = server.and_then(|server| server.at(anchor));
    let lasts = offer.expires_in.value().map(|seconds| seconds * 1_000.0);
    let told = least(lasts, least(until(offer.server_time.value()), until(server_now)));
    if let Some(length) = told {
        return Estimate::Known { length, trusted: true };
    }
    let Some(left) = until(Some(anchor.epoch)) else { return Estimate::Unknown };
    // Never a guess at the clock's error from `iat`: tokens may be handed out again.
    let full = claims.expires.zip(claims.issued).map(|(end, start)| end - start);
    let full = full.filter(|&full| full > 0.0).map(|full| (full - JWT_STEP_MS).max(0.0));
    if left > BORN_EXPIRED_MS {
        return Estimate::Known { length: least(full, Some(left)).unwrap_or(left), trusted: false };
    }
    if clock_ahead {
        return Estimate::Known { length: full.unwrap_or(WRONG_CLOCK_MS), trusted: false };
    }
    Estimate::BornExpired
}

impl Offer {
    pub(super) fn has_unreadable(&self) -> bool {
        let unreadable = |given: &Given| matches!(given, Given::Unreadable);
        unreadable(&self.expires_in) || unreadable(&self.expires_at) || unreadable(&self.server_time)
    }
}

fn least(a: Option<f64>, b: Option<f64>) -> Option<f64> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}

/// Written once per estimate and swapped whole.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lifetime {
    anchor: Moment,
    length: f64,
    margin: f64,
    guard: f64,
    jitter: f64,
    known: bool,
    trusted: bool,
}

impl Lifetime {
    /// `random`: spreads renewals of pages that were opened together; `None` where the host renews by the events.
    pub(super) fn new(estimate: Estimate, anchor: Moment, random: Option<&mut Random>) -> Self {
        let (length, known, trusted) = match estimate {
            Estimate::Known { length, trusted } => (length.clamp(0.0, LONGEST_MS), true, trusted),
            Estimate::BornExpired | Estimate::Unknown => (UNKNOWN_MS, false, false),
        };
        let margin = MARGIN_MS.min(length / 2.0);
        let spread = random.map_or(0.0, |random| random.between(0.0, (length / SPREAD - SPREAD_LESS_MS).max(0.0)));
        // Half of the lifetime is never given away, so that a fresh token is never due at once.
        let jitter = spread.min(length / 2.0 - margin);
        Self { anchor, length, margin, guard: GUARD_MS.min(length / 10.0), jitter, known, trusted }
    }

    pub(super) fn remaining(&self, at: Moment) -> f64 {
        self.length - at.since(self.anchor)
    }

    /// Milliseconds until a new token should be asked for; zero and below: due.
    pub(super) fn due_in(&self, at: Moment) -> f64 {
        self.remaining(at) - self.margin - self.jitter
    }

    pub(super) fn is_over(&self, at: Moment) -> bool {
        self.known && self.remaining(at) <= 0.0
    }

    /// Enough is left for a request to arrive.
    pub(super) fn is_usable(&self, at: Moment) -> bool {
        !self.known || self.remaining(at) > self.guard
    }

    pub(super) fn is_trusted(&self) -> bool {
        self.trusted
    }

    pub(super) fn known_length(&self) -> Option<f64> {
        self.known.then_some(self.length)
    }

    pub(super) fn length(&self) -> f64 {
        self.length
    }

    pub(super) fn anchor(&self) -> Moment {
        self.anchor
    }
}

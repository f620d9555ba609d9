//! How a token becomes the current one: refuse, probe, adopt, and learn a better clock for it.

use super::clock::Moment;
use super::event::{Effect, Environment, ProbeOutcome, ResetReason, SessionEvent};
use super::lifetime::{Estimate, Lifetime, estimate};
use super::machine::Session;
use super::state::{Epoch, Stage};
use super::{Claims, Offer, SessionFault};

const LONG_MS: f64 = 86_400_000.0;

impl Session {
    /// Adopts the offer, or says why not; what is refused is wiped on return.
    pub(super) fn consider(&mut self, offer: Offer, anchor: Moment, at: Moment) -> Result<(), SessionFault> {
        let fingerprint = offer.token.fingerprint(self.key);
        let claims = Claims::of(&offer.token, self.key);
        if offer.secrets_dropped {
            self.warn(SessionFault::RefreshTokenInBrowser);
        }
        let current = self.epoch.as_ref().filter(|epoch| epoch.probing.is_none() && !epoch.life.is_over(at));
        // Not `contains`, which compares eight at a time in code of its own.
        #[allow(clippy::manual_contains)]
        let retired = self.retired.iter().any(|old| *old == Some(fingerprint));
        let older = |epoch: &Epoch| epoch.claims.issued.zip(claims.issued).is_some_and(|(had, new)| new < had);
        if self.is_current(fingerprint) || retired || current.is_some_and(older) {
            return Err(SessionFault::NotRefreshed);
        }
        let estimate = estimate(&offer, &claims, anchor, self.server.as_ref(), self.clock_ahead);
        let over = match estimate {
            Estimate::Known { length, .. } => length <= at.since(anchor),
            Estimate::BornExpired => current.is_some(),
            Estimate::Unknown => false,
        };
        if over {
            return Err(SessionFault::ExpiredOnArrival);
        }
        if offer.has_unreadable() {
            self.warn(SessionFault::UnreadableExpiry);
        }
        let life = Lifetime::new(estimate, anchor, self.has_callback.then_some(&mut self.random));
        let probing = (estimate == Estimate::BornExpired).then_some(at);
        let epoch = Epoch { offer, fingerprint, claims, life, probing, told_expiring: false, confirmed: false };
        if let Estimate::Known { length, .. } = estimate
            && length > LONG_MS
        {
            self.warn(SessionFault::LongLifetime);
        }
        if let Some(old) = self.epoch.replace(epoch) {
            self.retire(old.fingerprint);
        }
        self.stage = Stage::Live;
        self.generation = self.generation.wrapping_add(1);
        self.cancel_ask();
        if probing.is_some() {
            self.effects.push(Effect::Probe(self.lease(true)));
        } else {
            self.settle();
        }
        Ok(())
    }

    /// The current token may be used from now on: tell those who wait for it.
    fn settle(&mut self) {
        self.pace.restart(0);
        self.manual = false;
        self.told = None;
        let Some(Epoch { claims, life, fingerprint, .. }) = &self.epoch else { return };
        let (claims, lifetime_ms, fingerprint) = (*claims, life.known_length(), *fingerprint);
        // Of two tokens that do not both say whom they are for, nobody knows whether it is the same.
        let unsaid = self.identity.account.and(claims.account).is_none();
        if self.left.take().is_some_and(|left| unsaid && left != fingerprint) {
            self.effects.push(Effect::ResetFlow(ResetReason::AccountChanged));
        }
        let result = match self.meet(claims) {
            None => Ok(self.lease(false)),
            Some((fault, reset)) => {
                self.effects.push(Effect::Emit(SessionEvent::Fault(fault)));
                self.effects.push(Effect::ResetFlow(reset));
                Err(fault)
            }
        };
        self.release(result);
        if core::mem::replace(&mut self.had_token, true) {
            self.effects.push(Effect::Emit(SessionEvent::Renewed { generation: self.generation, lifetime_ms }));
        }
    }

    /// Remembers whom the token is for, and says whether that is somebody else than before.
    fn meet(&mut self, new: Claims) -> Option<(SessionFault, ResetReason)> {
        let old = self.identity;
        let known = |environment| environment != Environment::Unknown;
        if known(new.environment) {
            self.identity.environment = new.environment;
        }
        self.identity.account = new.account.or(old.account);
        if old.account.is_some() && self.identity.account != old.account {
            Some((SessionFault::AccountChanged, ResetReason::AccountChanged))
        } else if known(old.environment) && self.identity.environment != old.environment {
            Some((SessionFault::EnvironmentChanged, ResetReason::EnvironmentChanged))
        } else {
            None
        }
    }

    pub(super) fn settle_probe(&mut self, outcome: ProbeOutcome, at: Moment) {
        let Some(epoch) = &mut self.epoch else { return };
        let fault = match outcome {
            ProbeOutcome::Accepted => {
                self.clock_ahead = true;
                epoch.probing = None;
                epoch.confirmed = true;
                self.count_anew(false);
                self.rejections = 0;
                self.warn(SessionFault::ClockSkew);
                self.settle();
                return;
            }
            ProbeOutcome::Rejected => {
                let fingerprint = epoch.fingerprint;
                self.retire(fingerprint);
                SessionFault::ExpiredOnArrival
            }
            ProbeOutcome::Unreachable => SessionFault::Unavailable,
        };
        self.epoch = None;
        self.attempt_failed(fault, None, at);
    }

    /// A better clock than this device's may have become known: count by it. `sure`: only if it is one.
    pub(super) fn count_anew(&mut self, sure: bool) {
        let Some(epoch) = self.epoch.as_mut().filter(|epoch| epoch.probing.is_none() && !epoch.life.is_trusted())
        else {
            return;
        };
        let anchor = epoch.life.anchor();
        let estimate = estimate(&epoch.offer, &epoch.claims, anchor, self.server.as_ref(), self.clock_ahead);
        if !sure || matches!(estimate, Estimate::Known { trusted: true, .. }) {
            epoch.life = Lifetime::new(estimate, anchor, self.has_callback.then_some(&mut self.random));
        }
    }
}

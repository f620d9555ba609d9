//! What the session does as time goes by: time out, expire, ask, release; and what it tells about it.

use super::SessionFault;
use super::clock::{Jump, Moment, Now};
use super::event::{AskId, AskReason, Effect, ExpiryReason, Lease, ProbeOutcome, SessionEvent};
use super::machine::Session;
use super::state::{Ask, Stage};

pub(super) const CALL_TIMEOUT_MS: f64 = 15_000.0;
pub(super) const MISSING_AFTER_MS: f64 = 5_000.0;
/// How many tokens are known again that were replaced or died.
pub(super) const RETIRED: usize = 8;

impl Session {
    /// Brings everything up to `now`. The order matters: a token that is over is never announced as expiring.
    pub(super) fn advance(&mut self, now: Now) -> Moment {
        let (at, jump) = self.clock.read(now);
        if self.stage == Stage::Live {
            self.note_jump(jump);
            self.note_missing(at);
            self.time_out(at);
            if self.epoch.as_ref().is_some_and(|epoch| epoch.probing.is_none() && epoch.life.is_over(at)) {
                self.lose(ExpiryReason::Lifetime);
            }
            self.renew(at);
        }
        self.release_until(at.steady, Err(SessionFault::Unavailable));
        at
    }

    fn note_jump(&mut self, jump: Jump) {
        match jump {
            // What was under way before a sleep is not worth waiting for, and no back-off is left over from it.
            Jump::Forward => {
                self.cancel_ask();
                self.pace.slept();
            }
            Jump::Back => self.clock_ahead = false,
            Jump::None => {}
        }
    }

    fn note_missing(&mut self, at: Moment) {
        let began = *self.began.get_or_insert(at);
        let nothing = !self.has_callback && self.generation == 0 && self.told.is_none();
        if nothing && at.steady - began.steady >= MISSING_AFTER_MS {
            self.tell_refused(SessionFault::Missing);
        }
    }

    fn time_out(&mut self, at: Moment) {
        let over = |since: Moment| at.steady - since.steady >= CALL_TIMEOUT_MS;
        if self.ask.as_ref().is_some_and(|ask| over(ask.since)) {
            self.cancel_ask();
            self.attempt_failed(SessionFault::CallbackTimeout, None, at);
        }
        if self.epoch.as_ref().and_then(|epoch| epoch.probing).is_some_and(over) {
            self.settle_probe(ProbeOutcome::Unreachable, at);
        }
    }

    pub(super) fn is_ask_due(&self, at: Moment) -> bool {
        self.has_callback
            && match &self.epoch {
                None => true,
                Some(epoch) => epoch.probing.is_none() && (self.manual || epoch.life.due_in(at) <= 0.0),
            }
    }

    pub(super) fn may_ask(&self) -> bool {
        self.manual || !self.pace.is_slow() || (self.page.visible && self.page.online)
    }

    fn renew(&mut self, at: Moment) {
        let generation = self.generation;
        if let Some(epoch) = &mut self.epoch
            && epoch.probing.is_none()
            && !epoch.told_expiring
            && epoch.life.due_in(at) <= 0.0
        {
            epoch.told_expiring = true;
            let known = epoch.life.known_length().is_some();
            self.effects.push(Effect::Emit(SessionEvent::Expiring {
                remaining_ms: epoch.life.remaining(at).max(0.0),
                lifetime_ms: epoch.life.length(),
                generation,
                reason: if known { ExpiryReason::Lifetime } else { ExpiryReason::UnknownLifetime },
            }));
        }
        let free = self.ask.is_none() && at.steady >= self.pace.earliest(self.manual);
        if free && self.is_ask_due(at) && self.may_ask() {
            let reason = match self.epoch {
                _ if self.manual => AskReason::Manual,
                Some(_) => AskReason::Expiring,
                None => self.without,
            };
            let id = AskId(self.new_id());
            self.manual = false;
            self.pace.asked(at.steady);
            self.ask = Some(Ask { id, reason, since: at });
            self.effects.push(Effect::Ask { ask: id, reason, attempt: self.pace.failures() + 1 });
        }
    }

    /// Wipes the token, then tells.
    pub(super) fn lose(&mut self, reason: ExpiryReason) {
        if let Some(epoch) = self.epoch.take() {
            self.retire(epoch.fingerprint);
            drop(epoch);
            let rejected = reason == ExpiryReason::Rejected;
            self.without = if rejected { AskReason::Rejected } else { AskReason::Expired };
            self.tell_expired(reason);
        }
    }

    pub(super) fn attempt_failed(&mut self, fault: SessionFault, retry_after_ms: Option<f64>, at: Moment) {
        let attempt = self.pace.failures() + 1;
        self.pace.failed(at.steady, retry_after_ms, &mut self.random);
        self.tell_failed(fault, attempt, at);
        self.release(Err(fault));
    }

    pub(super) fn cancel_ask(&mut self) {
        if let Some(ask) = self.ask.take() {
            self.effects.push(Effect::CancelAsk(ask.id));
        }
    }

    pub(super) fn usable(&self, at: Moment) -> Option<Lease> {
        self.has_usable(at).then(|| self.lease(false))
    }

    pub(super) fn has_usable(&self, at: Moment) -> bool {
        self.epoch.as_ref().is_some_and(|epoch| epoch.probing.is_none() && epoch.life.is_usable(at))
    }

    pub(super) fn is_current(&self, fingerprint: u64) -> bool {
        self.epoch.as_ref().is_some_and(|epoch| epoch.fingerprint == fingerprint)
    }

    /// Forgets the oldest. Not inlined, since it is asked for in several places.
    #[inline(never)]
    pub(super) fn retire(&mut self, fingerprint: u64) {
        self.retired.copy_within(1.., 0);
        self.retired[RETIRED - 1] = Some(fingerprint);
    }

    pub(super) fn lease(&self, probe: bool) -> Lease {
        Lease { generation: self.generation, probe }
    }

    pub(super) fn new_id(&mut self) -> u32 {
        self.last_id = self.last_id.wrapping_add(1);
        self.last_id
    }

    pub(super) fn release(&mut self, result: Result<Lease, SessionFault>) {
        self.release_until(f64::INFINITY, result);
    }

    /// Those that would wait no longer than until then. All wait equally long: whoever came first is overdue first.
    fn release_until(&mut self, now: f64, result: Result<Lease, SessionFault>) {
        while self.waiting.first().is_some_and(|(_, until)| now >= *until) {
            let (ticket, _) = self.waiting.remove(0);
            self.effects.push(Effect::Release { ticket, result });
        }
    }

    pub(super) fn tell_expired(&mut self, reason: ExpiryReason) {
        self.effects.push(Effect::Emit(SessionEvent::Expired { generation: self.generation, reason }));
    }

    pub(super) fn tell_failed(&mut self, code: SessionFault, attempt: u32, at: Moment) {
        let next_try_ms = self.has_callback.then(|| (self.pace.earliest(false) - at.steady).max(0.0));
        let event = SessionEvent::RenewalFailed { attempt, code, next_try_ms };
        self.effects.push(Effect::Emit(event));
    }

    pub(super) fn tell_refused(&mut self, fault: SessionFault) {
        if self.told.replace(fault) != Some(fault) {
            self.effects.push(Effect::Emit(SessionEvent::Fault(fault)));
        }
    }

    /// Once per session and code.
    pub(super) fn warn(&mut self, fault: SessionFault) {
        let bit = 1u32 << (fault as u32);
        if self.warned & bit == 0 {
            self.warned |= bit;
            self.effects.push(Effect::Emit(SessionEvent::Warning(fault)));
        }
    }
}

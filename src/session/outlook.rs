//! What a session looks like from outside, and when it wants to be looked at again.

use super::event::{AskReason, Phase, SessionView};
use super::machine::Session;
use super::rules::{CALL_TIMEOUT_MS, MISSING_AFTER_MS};
use super::state::{Epoch, Stage};

/// Timers neither spin nor overflow, and a sleeping device is noticed soon after.
const WAKE_MS: (f64, f64) = (250.0, 30_000.0);

impl Session {
    /// Milliseconds until `tick` must be called, within [250, 30 000]; `None`: nothing to wait for.
    pub fn next_wake_ms(&self) -> Option<f64> {
        // NaN and infinities of a broken clock end up inside, too.
        self.next_change_ms(WAKE_MS.1).map(|next| next.max(WAKE_MS.0).min(WAKE_MS.1))
    }

    /// As [`next_wake_ms`](Self::next_wake_ms), for a device that never sleeps and looks at a token only every `idle_ms`.
    pub fn next_change_ms(&self, idle_ms: f64) -> Option<f64> {
        let at = self.clock.last()?;
        let mut next = f64::INFINITY;
        let mut on = |ms: f64| next = next.min(ms);
        self.waiting.iter().for_each(|(_, until)| on(until - at.steady));
        if self.stage == Stage::Live {
            if let Some(ask) = &self.ask {
                on(ask.since.steady + CALL_TIMEOUT_MS - at.steady);
            }
            match &self.epoch {
                Some(Epoch { probing: Some(since), .. }) => on(since.steady + CALL_TIMEOUT_MS - at.steady),
                Some(Epoch { life, told_expiring, .. }) => {
                    on(idle_ms);
                    if !told_expiring {
                        on(life.due_in(at));
                    }
                    if life.known_length().is_some() {
                        on(life.remaining(at));
                    }
                }
                None if !self.has_callback && !self.had_token && self.told.is_none() => on(MISSING_AFTER_MS),
                None => {}
            }
            if self.ask.is_none() && self.is_ask_due(at) && self.may_ask() {
                on(self.pace.earliest(self.manual) - at.steady);
            }
        }
        (next < f64::INFINITY).then_some(next)
    }

    /// Milliseconds that the current token still lives, where that is known.
    pub fn remaining_ms(&self) -> Option<f64> {
        let life = &self.epoch.as_ref()?.life;
        life.known_length().zip(self.clock.last()).map(|(_, at)| life.remaining(at).max(0.0))
    }

    /// Plain data for the interface.
    pub fn view(&self) -> SessionView {
        let at = self.clock.last();
        let usable = at.is_some_and(|at| self.has_usable(at));
        let hopeful = self.has_callback && !self.pace.is_slow();
        let phase = match self.stage {
            Stage::Ended(reason) => Phase::Ended(reason),
            _ if usable => Phase::Active,
            _ if !self.had_token => Phase::Waiting,
            _ if hopeful || self.epoch.is_some() || self.stage == Stage::Suspended => Phase::Renewing,
            _ => Phase::Expired,
        };
        let failing = self.pace.is_slow() || (!usable && self.pace.failures() > 0);
        SessionView {
            phase,
            environment: self.identity.environment,
            generation: self.generation,
            offer_retry: (failing && self.stage == Stage::Live) || phase == Phase::Expired,
            retrying: self.manual || self.ask.as_ref().is_some_and(|ask| ask.reason == AskReason::Manual),
        }
    }
}

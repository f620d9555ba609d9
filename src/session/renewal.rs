//! When the host may be asked: back-off after failures, a gap between calls, a limit in any five minutes.

use super::Random;

/// Before the second to sixth attempt, in milliseconds, each ± 20 %.
const DELAYS_MS: [f64; 5] = [15_000.0, 30_000.0, 60_000.0, 60_000.0, 60_000.0];
/// After those, drawn anew each time: with the answer's own time, nobody waits two minutes for a host that is back.
const SLOW_MS: (f64, f64) = (65_000.0, 115_000.0);
const MIN_GAP_MS: f64 = 5_000.0;
const WINDOW_MS: f64 = 300_000.0;
const WINDOW_ASKS: usize = 6;
const RETRY_AFTER_MAX_MS: f64 = 300_000.0;

/// Times are milliseconds of the steady clock, which never counts more than went by: a limit kept on it is kept.
#[derive(Debug)]
pub(super) struct Pace {
    failures: u32,
    next: f64,
    /// The last call, as far as the gap is concerned.
    last: f64,
    /// The last calls, oldest first.
    asks: [f64; WINDOW_ASKS],
}

impl Pace {
    pub(super) const fn new() -> Self {
        Self { failures: 0, next: f64::NEG_INFINITY, last: f64::NEG_INFINITY, asks: [f64::NEG_INFINITY; WINDOW_ASKS] }
    }

    pub(super) const fn failures(&self) -> u32 {
        self.failures
    }

    /// The quick attempts are used up: try slowly, and only while somebody could look.
    pub(super) const fn is_slow(&self) -> bool {
        self.failures as usize > DELAYS_MS.len()
    }

    /// When the host may be asked. A click jumps the back-off, not the limits.
    pub(super) fn earliest(&self, manual: bool) -> f64 {
        let limits = (self.last + MIN_GAP_MS).max(self.asks[0] + WINDOW_MS + 1.0);
        if manual { limits } else { limits.max(self.next) }
    }

    pub(super) fn asked(&mut self, at: f64) {
        self.asks.copy_within(1.., 0);
        self.asks[WINDOW_ASKS - 1] = at;
        self.last = at;
    }

    pub(super) fn failed(&mut self, at: f64, retry_after_ms: Option<f64>, random: &mut Random) {
        let delay = match DELAYS_MS.get(self.failures as usize) {
            Some(delay) => delay * random.between(0.8, 1.2),
            None => random.between(SLOW_MS.0, SLOW_MS.1),
        };
        self.failures = self.failures.saturating_add(1);
        let wanted = retry_after_ms.filter(|wait| wait.is_finite()).map_or(0.0, |wait| wait.min(RETRY_AFTER_MAX_MS));
        self.next = at + delay.max(wanted);
    }

    /// As if `failures` attempts had failed, the next allowed at once.
    pub(super) fn restart(&mut self, failures: u32) {
        self.failures = failures;
        self.hurry();
    }

    /// After a sleep that the steady clock did not see: nothing that was waited for is still to be waited for, but for
    /// the limit, which must hold even if it was no sleep but a wall clock set forward.
    pub(super) fn slept(&mut self) {
        self.hurry();
        self.last = f64::NEG_INFINITY;
    }

    /// Ends the back-off, keeps the count.
    pub(super) fn hurry(&mut self) {
        self.next = f64::NEG_INFINITY;
    }
}

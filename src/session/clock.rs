//! Two clocks read together, and the time that can be made of them.

/// How much the wall clock may lag the steady one before it counts as turned back, in milliseconds.
const SLACK_MS: f64 = 250.0;
/// How far the clocks must part between two readings before it counts as sleep, or as the wall clock having been set.
const JUMP_MS: f64 = 10_000.0;
/// How far apart the clocks may drift before a sample of the server's clock is worthless.
const SAMPLE_DRIFT_MS: f64 = 2_000.0;
const SAMPLE_RTT_MAX_MS: f64 = 5_000.0;

/// Both clocks of a page, read in one go.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Now {
    /// `Date.now()`: epoch milliseconds. Jumps when the clock is set, runs on during sleep.
    pub wall_ms: f64,
    /// `performance.now()`: milliseconds from any origin. Never jumps, may stop during sleep.
    pub steady_ms: f64,
}

/// A moment on the session's own time lines.
#[derive(Clone, Copy, Debug)]
pub(super) struct Moment {
    /// Milliseconds of the steady clock since the session began; never backwards.
    pub(super) steady: f64,
    /// Milliseconds of the wall clock since then, setting it back forgiven.
    wall: f64,
    /// Epoch milliseconds as the device believes them.
    pub(super) epoch: f64,
}

impl Moment {
    /// Milliseconds from `earlier` to `self`: the clock that saw more is believed. During sleep that is the wall clock;
    /// when the wall clock is set back, the steady one; set forward, it errs on the side of early.
    pub(super) fn since(self, earlier: Self) -> f64 {
        (self.wall - earlier.wall).max(self.steady - earlier.steady).max(0.0)
    }

    /// As [`since`](Self::since), `None` when the clocks disagree about it.
    fn since_if_sure(self, earlier: Self) -> Option<f64> {
        let (epoch, steady) = (self.epoch - earlier.epoch, self.steady - earlier.steady);
        ((epoch - steady).abs() <= SAMPLE_DRIFT_MS).then(|| epoch.max(steady).max(0.0))
    }
}

/// What a reading of the clocks revealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Jump {
    None,
    /// The device slept with its steady clock stopped, or the wall clock was set forward.
    Forward,
    /// The wall clock was set back, by more than a correction.
    Back,
}

/// Turns readings into moments.
#[derive(Debug, Default)]
pub(super) struct Clock {
    last: Option<(Now, Moment)>,
}

impl Clock {
    pub(super) fn read(&mut self, now: Now) -> (Moment, Jump) {
        let Some((last, before)) = self.last else {
            let moment = Moment { steady: 0.0, wall: 0.0, epoch: now.wall_ms };
            self.last = Some((now, moment));
            return (moment, Jump::None);
        };
        let steady = (now.steady_ms - last.steady_ms).max(0.0);
        let mut wall = now.wall_ms - last.wall_ms;
        let lead = wall - steady;
        let jump = if lead > JUMP_MS {
            Jump::Forward
        } else if lead < -JUMP_MS {
            Jump::Back
        } else {
            Jump::None
        };
        if lead < -SLACK_MS || !wall.is_finite() {
            wall = steady;
        }
        let moment = Moment { steady: before.steady + steady, wall: before.wall + wall, epoch: now.wall_ms };
        // A steady clock that is read out of turn must not be counted twice.
        let now = Now { steady_ms: now.steady_ms.max(last.steady_ms), ..now };
        self.last = Some((now, moment));
        (moment, jump)
    }

    pub(super) fn last(&self) -> Option<Moment> {
        self.last.map(|(_, moment)| moment)
    }
}

/// The platform's clock, learned from the `Date` header of an answer.
#[derive(Clone, Copy, Debug)]
pub(super) struct ServerClock {
    received: Moment,
    /// The latest it can have been at `received`, in epoch milliseconds.
    latest: f64,
}

impl ServerClock {
    /// `None` if the sample says nothing: from a cache (`Age` above 0), too slow, or the clocks jumped meanwhile.
    pub(super) fn sample(date_ms: f64, age_s: Option<f64>, sent: Now, now: Now, received: Moment) -> Option<Self> {
        let rtt = now.steady_ms - sent.steady_ms;
        let drift = (now.wall_ms - sent.wall_ms - rtt).abs();
        let fresh = age_s.is_none_or(|age| age <= 0.0) && (0.0..=SAMPLE_RTT_MAX_MS).contains(&rtt);
        // The header counts whole seconds: the middle of its second, half a second and half the round trip either way,
        // and the half of the round trip since.
        let latest = date_ms + 1_000.0 + rtt;
        (fresh && drift <= SAMPLE_DRIFT_MS && latest.is_finite()).then_some(Self { received, latest })
    }

    /// The latest it can be at `moment`, if the two clocks agree on the time since.
    pub(super) fn at(&self, moment: Moment) -> Option<f64> {
        if moment.steady < self.received.steady {
            return Some(self.latest + moment.steady - self.received.steady);
        }
        moment.since_if_sure(self.received).map(|since| self.latest + since)
    }
}

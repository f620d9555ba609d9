//! Two clocks read together, and the time that can be made of them.

/// Both clocks of a page, read in one go.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Now {
    /// `Date.now()`: epoch milliseconds. Jumps when the clock is set, runs on during sleep.
    pub wall_ms: f64,
    /// `performance.now()`: milliseconds from any origin. Never jumps, may stop during sleep.
    pub steady_ms: f64,
}

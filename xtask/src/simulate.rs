//! `simulate`: what very many open sessions ask of a host's backend, with the session's own code and made-up clocks.
//!
//! Sessions do not know of one another, so each is run alone from its opening to the end, and only its calls are counted.

mod logins;

use std::{fmt::Write, ops::Range, thread};

use connect_flow::session::{
    AskReason, Effect, Given, HostAnswer, Now, Offer, Page, Session, SessionOptions, SessionToken,
};

use crate::{
    error::{AtPath, Error, Result},
    paths,
    process::{command, run},
};

const MINUTE: f64 = 60_000.0;
const CHART: &str = "docs/images/renewals.svg";
/// What was printed last, for the page of measurements.
const TABLES: &str = "target/simulate.md";
/// Of the requests of a client that polls at a fixed interval, at most this part is needed.
const MOST_REQUESTS: f64 = 0.5;
/// Calls are counted by slots of this length in milliseconds: long enough that chance alone makes no peak.
const SLOT: f64 = 10_000.0;
/// A call of the host's backend takes between these, in milliseconds, whatever it answers.
const ANSWER: Range<f64> = 100.0..600.0;
const OUTAGE: f64 = 10.0 * MINUTE;
/// How much busier than usual a backend may be made, and how long somebody who looks at a page may wait for it to heal.
const MOST_PEAK: f64 = 8.0;
const MOST_WAIT: f64 = 2.0 * MINUTE;

#[derive(Clone, Copy, PartialEq)]
enum Scene {
    /// Opened at any time.
    Steady,
    /// The same, and the host's backend fails for ten minutes.
    Outage,
    /// Everyone opened within one minute.
    Rush,
}

impl Scene {
    const ALL: [Self; 3] = [Self::Steady, Self::Outage, Self::Rush];

    const fn name(self) -> &'static str {
        match self {
            Self::Steady => "steady",
            Self::Outage => "10 min outage",
            Self::Rush => "all opened in 1 min",
        }
    }
}

/// One lifetime under one scene; times in milliseconds from the first opening.
#[derive(Clone, Copy)]
struct Plan {
    scene: Scene,
    lifetime: f64,
}

impl Plan {
    fn opened(self, random: &mut Random) -> f64 {
        match self.scene {
            Scene::Steady | Scene::Outage => random.between(0.0, self.lifetime),
            Scene::Rush => random.between(0.0, MINUTE),
        }
    }

    fn outage(self) -> Option<Range<f64>> {
        (self.scene == Scene::Outage).then_some(2.0 * self.lifetime..2.0 * self.lifetime + OUTAGE)
    }

    /// What is counted: after the openings have mixed, or from them on.
    fn window(self) -> Range<f64> {
        match self.scene {
            Scene::Steady => 2.0 * self.lifetime..4.0 * self.lifetime,
            Scene::Outage => 2.0 * self.lifetime..2.0 * self.lifetime + OUTAGE + 60.0 * MINUTE,
            Scene::Rush => 0.0..3.0 * self.lifetime,
        }
    }
}

/// What many sessions did together.
struct Counts {
    /// Calls for a renewal in each slot of the window.
    calls: Vec<u32>,
    /// The longest that a visible page without a usable token waited once the backend was back, in milliseconds.
    waited: f64,
}

impl Counts {
    fn of(plan: Plan) -> Self {
        Self { calls: vec![0; slots(plan)], waited: 0.0 }
    }

    fn add(&mut self, other: &Self) {
        self.calls.iter_mut().zip(&other.calls).for_each(|(sum, more)| *sum += more);
        self.waited = self.waited.max(other.waited);
    }
}

/// Runs everything, prints the table, writes the chart and fails over the limits.
pub(crate) fn simulate(sessions: u32, optimised: bool) -> Result {
    if !optimised {
        eprintln!("Building the simulation (usually a minute) …");
        let again = ["run", "--quiet", "--profile", "simulate", "--package", "xtask", "--", "simulate", "--optimised"];
        return run(command("cargo").args(again).arg("--sessions").arg(sessions.to_string()));
    }
    let mut text = format!(
        "{sessions} open sessions; calls of the host's backend for a renewal, in slots of 10 s.\n\n\
         | lifetime | scene | mean a second | peak a second | peak to steady mean | longest wait |\n\
         |---|---|---|---|---|---|\n"
    );
    let (mut lines, mut failed) = (Vec::new(), Vec::new());
    // Writing to a string cannot fail.
    let row = |text: &mut String, line: String| {
        let _ = writeln!(text, "{line}");
    };
    for (label, minutes) in [("15 min", 15.0), ("1 h", 60.0), ("24 h", 1440.0)] {
        let mut usual = 0.0;
        for scene in Scene::ALL {
            let plan = Plan { scene, lifetime: minutes * MINUTE };
            let counts = all(plan, sessions);
            let a_second = |calls: f64| calls / (SLOT / 1_000.0);
            let mean = a_second(counts.calls.iter().map(|calls| f64::from(*calls)).sum::<f64>() / slots(plan) as f64);
            let peak = a_second(f64::from(counts.calls.iter().copied().max().unwrap_or(0)));
            if scene == Scene::Steady {
                usual = mean;
            }
            let (ratio, wait) = (peak / usual, counts.waited / 1_000.0);
            let name = scene.name();
            row(&mut text, format!("| {label} | {name} | {mean:.1} | {peak:.1} | {ratio:.2} | {wait:.0} s |"));
            if ratio > MOST_PEAK {
                failed.push(format!("{label}, {name}: {ratio:.2} times the steady mean"));
            }
            if counts.waited > MOST_WAIT {
                failed.push(format!("{label}, {name}: somebody waited {wait:.0} s"));
            }
            if scene != Scene::Steady {
                let ratios = counts.calls.iter().map(|calls| a_second(f64::from(*calls)) / usual).collect();
                lines.push((format!("{label}, {name}"), ratios));
            }
        }
    }
    let (ours, fixed) = logins::costs();
    text += "\nOne login of a minute, medians of 1,001:\n\n| client | requests | connected after the platform knew |\n|---|---|---|\n";
    for (name, cost) in [("connect-flow", &ours), ("a poll every 3 s", &fixed)] {
        row(&mut text, format!("| {name} | {:.0} | {:.2} s |", cost.requests, cost.late / 1_000.0));
    }
    if ours.requests > MOST_REQUESTS * fixed.requests || ours.late > fixed.late {
        failed.push("a connection costs more than half of what a fixed interval costs, or comes later".into());
    }
    print!("{text}");
    let chart = paths::root().join(CHART);
    std::fs::write(&chart, drawn(&lines)).at(&chart)?;
    paths::write(&paths::root().join(TABLES), &text)?;
    println!("\nChart: {CHART}");
    if failed.is_empty() { Ok(()) } else { Err(Error::Answer { from: "simulate".into(), problem: failed.join("; ") }) }
}

fn slots(plan: Plan) -> usize {
    let window = plan.window();
    ((window.end - window.start) / SLOT) as usize
}

/// All sessions of a plan, on all cores.
fn all(plan: Plan, sessions: u32) -> Counts {
    let cores = thread::available_parallelism().map_or(1, |cores| cores.get() as u32);
    let part = |core: u32| {
        let mut counts = Counts::of(plan);
        (core..sessions).step_by(cores as usize).for_each(|number| session(plan, number, &mut counts));
        counts
    };
    thread::scope(|scope| {
        let parts: Vec<_> = (0..cores).map(|core| scope.spawn(move || part(core))).collect();
        let mut sum = Counts::of(plan);
        // A thread that panicked has said so; its part is missing, which the mean shows.
        parts.into_iter().filter_map(|part| part.join().ok()).for_each(|part| sum.add(&part));
        sum
    })
}

/// One session from its opening to the end of the window.
fn session(plan: Plan, number: u32, counts: &mut Counts) {
    let mut random = Random::new(u64::from(number) ^ plan.lifetime.to_bits());
    let opened = plan.opened(&mut random);
    let visible = random.between(0.0, 1.0) < 0.7;
    let (window, outage) = (plan.window(), plan.outage());
    let mut session = Session::new(SessionOptions { has_callback: true }, random.next());
    let mut at = opened;
    let clock = |at: f64| Now { wall_ms: 1.7e12 + at, steady_ms: at - opened };
    let mut answer = None;
    let mut minted = 0_u64;
    session.start(clock(at));
    session.tick(clock(at), Page { visible, online: true });
    loop {
        for effect in session.take_effects() {
            if let Effect::Ask { ask, reason, .. } = effect {
                if reason != AskReason::Initial && window.contains(&at) {
                    let slot = ((at - window.start) / SLOT) as usize;
                    counts.calls.get_mut(slot).into_iter().for_each(|calls| *calls += 1);
                }
                answer = Some((at + random.between(ANSWER.start, ANSWER.end), ask));
            }
        }
        let due = session.next_change_ms(f64::INFINITY).map(|wait| at + wait.max(1.0));
        let next = due.unwrap_or(f64::INFINITY).min(answer.map_or(f64::INFINITY, |(when, _)| when));
        if next >= window.end {
            return;
        }
        at = next;
        match answer.take_if(|(when, _)| *when <= at) {
            Some((_, ask)) => {
                let had = session.remaining_ms().is_some_and(|left| left > 0.0);
                let back = outage.as_ref().filter(|outage| at >= outage.end).map(|outage| outage.end);
                let answered = if outage.as_ref().is_some_and(|outage| outage.contains(&at)) {
                    HostAnswer::Failed { retry_after_ms: None }
                } else {
                    minted += 1;
                    if let Some(back) =
                        back.filter(|back| visible && !had && at - back < 2.0 * OUTAGE && opened < *back)
                    {
                        counts.waited = counts.waited.max(at - back);
                    }
                    HostAnswer::Offer(token(minted).map(|token| Offer {
                        expires_in: Given::seconds(plan.lifetime / 1_000.0),
                        ..Offer::bare(token)
                    }))
                };
                session.answered(ask, answered, clock(at));
            }
            None => session.tick(clock(at), Page { visible, online: true }),
        }
    }
}

fn token(number: u64) -> std::result::Result<SessionToken, connect_flow::session::SessionFault> {
    SessionToken::copy_of(&number.to_le_bytes().map(|byte| b"abcdefghijklmnop"[usize::from(byte & 15)]))
}

/// SplitMix64: the same sessions on every machine.
struct Random(u64);

impl Random {
    fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// One small chart a line: calls as multiples of the steady mean, over the window.
fn drawn(lines: &[(String, Vec<f64>)]) -> String {
    const WIDTH: f64 = 640.0;
    const HEIGHT: f64 = 60.0;
    const ROW: f64 = 100.0;
    let mut body = String::new();
    for (row, (name, ratios)) in lines.iter().enumerate() {
        let top = row as f64 * ROW + 30.0;
        let x = |at: usize| at as f64 / ratios.len() as f64 * WIDTH;
        let y = |ratio: f64| top + HEIGHT - ratio / MOST_PEAK * HEIGHT;
        let step = ratios.len().div_ceil(WIDTH as usize).max(1);
        let point = |(nth, some): (usize, &[f64])| {
            format!("{:.1},{:.1}", x(nth * step), y(some.iter().copied().fold(0.0, f64::max)))
        };
        let points: Vec<_> = ratios.chunks(step).enumerate().map(point).collect();
        body += &format!(
            "<text x=\"0\" y=\"{}\">{name}</text>\n<path class=\"limit\" d=\"M0 {}H{WIDTH}\"/>\n<path class=\"mean\" \
             d=\"M0 {}H{WIDTH}\"/>\n<polyline points=\"{}\"/>\n",
            top - 8.0,
            y(MOST_PEAK),
            y(1.0),
            points.join(" ")
        );
    }
    let height = lines.len() as f64 * ROW + 10.0;
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"-10 0 660 {height}\" font-family=\"sans-serif\" \
         font-size=\"12\">\n<style>polyline{{fill:none;stroke:#4a55d1}}.limit{{stroke:#c02637;stroke-dasharray:4}}\
         .mean{{stroke:#878b97;stroke-dasharray:1 3}}text{{fill:#5c606b}}</style>\n{body}</svg>\n"
    )
}

#[cfg(test)]
mod tests {
    use super::{Counts, MINUTE, Plan, SLOT, Scene, all};

    #[test]
    fn an_outage_heals_for_everyone_who_looks_and_the_limits_can_be_broken() {
        let plan = |scene| Plan { scene, lifetime: 15.0 * MINUTE };
        let busiest = |counts: &Counts| f64::from(counts.calls.iter().copied().max().unwrap_or(0)) / SLOT;
        let [steady, outage, rush] = Scene::ALL.map(|scene| all(plan(scene), 2_000));
        assert!(outage.waited > MINUTE && outage.waited <= super::MOST_WAIT, "{}", outage.waited);
        assert_eq!(steady.waited, 0.0);
        assert!(busiest(&outage) > 2.0 * busiest(&steady) && busiest(&rush) > busiest(&steady));
    }
}

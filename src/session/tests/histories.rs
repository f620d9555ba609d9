//! Random histories: hosts, clocks, pages and users of every kind against the real module, judged by the true time.
//!
//! `CONNECT_FLOW_HISTORIES` sets how many (10,000); a failure prints its seed, `CONNECT_FLOW_SEED` replays it.

use std::collections::HashMap;

use super::*;

const STEPS: usize = 250;
/// Sleeps must leave room for the clocks' epoch arithmetic only; 400 days either way is far inside.
const SKEW: f64 = 400.0 * DAY;

#[derive(Clone, Copy, Debug, PartialEq)]
enum Host {
    Good,
    Slow,
    Silent,
    Failing,
    Flaky,
    Repeating,
    Expired,
    Short,
    SignsOut,
    /// Gives no callback; pushes when it hears `expiring` or `expired`.
    Pushing,
    /// Gives no callback and does not listen.
    Deaf,
}

const HOSTS: [Host; 11] = [
    Host::Good,
    Host::Slow,
    Host::Silent,
    Host::Failing,
    Host::Flaky,
    Host::Repeating,
    Host::Expired,
    Host::Short,
    Host::SignsOut,
    Host::Pushing,
    Host::Deaf,
];

/// What the host tells about the lifetime.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Tells {
    ExpiresIn,
    ExpiresAtAndServerTime,
    JwtWithDate,
    Jwt,
    Nothing,
}

const TELLS: [Tells; 5] =
    [Tells::ExpiresIn, Tells::ExpiresAtAndServerTime, Tells::JwtWithDate, Tells::Jwt, Tells::Nothing];

#[derive(Clone, Copy)]
struct Minted {
    /// True time.
    born: f64,
    dies: f64,
    /// The component can know when it dies: told relatively, or fresh when it came.
    knowable: bool,
}

struct History {
    random: random::Random,
    rig: Rig,
    host: Host,
    tells: Tells,
    lifetime: f64,
    /// True milliseconds since the history began, at epoch `NEW_YEAR`.
    time: f64,
    /// Names of tokens to what is true of them.
    minted: HashMap<Vec<u8>, Minted>,
    last_offer: Option<(String, f64)>,
    /// The call under way and when the host will answer it, if ever.
    call: Option<(AskId, f64)>,
    late: Vec<(AskId, f64)>,
    seen: usize,
    asked: Vec<f64>,
    waiting: Vec<(Ticket, f64)>,
    refused: Vec<u32>,
    told_expiring: Vec<u32>,
    told_expired: Vec<u32>,
    ended: bool,
}

impl History {
    fn new(seed: u64) -> Self {
        let mut random = random::Random::new(seed);
        let host = HOSTS[random.next() as usize % HOSTS.len()];
        let tells = TELLS[random.next() as usize % TELLS.len()];
        let lifetime = match host {
            Host::Short => random.between(2.0 * SECOND, 20.0 * SECOND),
            _ => random.between((20.0 * SECOND).ln(), (60.0 * DAY).ln()).exp(),
        };
        let skew = match random.next() % 4 {
            0 => 0.0,
            1 => random.between(-HOUR, HOUR),
            _ => random.between(-SKEW, SKEW),
        };
        let has_callback = !matches!(host, Host::Pushing | Host::Deaf);
        let mut rig = Rig::at_wall(has_callback, NEW_YEAR + skew);
        rig.session = Session::new(SessionOptions { has_callback }, seed ^ 0xabcd);
        rig.log.clear();
        rig.asked_at.clear();
        Self {
            random,
            rig,
            host,
            tells,
            lifetime,
            time: 0.0,
            minted: HashMap::new(),
            last_offer: None,
            call: None,
            late: vec![],
            seen: 0,
            asked: vec![],
            waiting: vec![],
            refused: vec![],
            told_expiring: vec![],
            told_expired: vec![],
            ended: false,
        }
    }

    fn chance(&mut self, one_in: u64) -> bool {
        self.random.next().is_multiple_of(one_in)
    }

    fn with<R>(&mut self, call: impl FnOnce(&mut Session, Now) -> R) -> R {
        let result = self.rig.with(call);
        self.judge();
        result
    }

    /// Looks at every effect that came since the last call.
    fn judge(&mut self) {
        while let Some(effect) = self.rig.log.get(self.seen).cloned() {
            self.seen += 1;
            match effect {
                Effect::Ask { ask, .. } => {
                    assert!(self.call.is_none(), "two calls of the host at once");
                    assert!(!self.ended, "asked after the end");
                    self.asked.push(self.time);
                    if let [.., first, _, _, _, _, _, last] = self.asked[..] {
                        assert!(last - first > 5.0 * MINUTE, "seven calls in {} s", (last - first) / SECOND);
                    }
                    let delay = self.delay();
                    self.call = Some((ask, self.time + delay));
                }
                Effect::CancelAsk(ask) => {
                    let (current, due) = self.call.take().expect("a call to cancel");
                    assert_eq!(current, ask);
                    self.late.push((ask, due));
                }
                Effect::Release { ticket, result } => {
                    let before = self.waiting.len();
                    self.waiting.retain(|(waiting, _)| *waiting != ticket);
                    assert_eq!(self.waiting.len(), before - 1, "released once");
                    if let Ok(lease) = result {
                        assert_eq!(lease.generation(), self.rig.session.view().generation);
                    }
                }
                Effect::Emit(SessionEvent::Expiring { remaining_ms, lifetime_ms, generation, .. }) => {
                    assert!(!self.told_expiring.contains(&generation), "expiring twice");
                    assert!(!self.told_expired.contains(&generation), "expiring after expired");
                    assert!(remaining_ms >= 0.0 && remaining_ms <= lifetime_ms && lifetime_ms <= 30.0 * DAY);
                    self.told_expiring.push(generation);
                    self.heard();
                }
                Effect::Emit(SessionEvent::Expired { generation, .. }) => {
                    assert!(!self.told_expired.contains(&generation), "expired twice");
                    self.told_expired.push(generation);
                    self.heard();
                }
                Effect::Emit(SessionEvent::Ended { .. }) => self.ended = true,
                Effect::Emit(SessionEvent::RenewalFailed { next_try_ms, .. }) => {
                    assert!(next_try_ms.is_none_or(|ms| (0.0..=300_001.0).contains(&ms)), "{next_try_ms:?}");
                }
                Effect::Probe(lease) => {
                    let good = self.rig.with(|session, now| session.with_token(lease, now, <[u8]>::to_vec));
                    let good = good.is_some_and(|name| self.minted[&name].dies > self.time);
                    let outcome = match (self.chance(8), good) {
                        (true, _) => ProbeOutcome::Unreachable,
                        (false, true) => ProbeOutcome::Accepted,
                        (false, false) => ProbeOutcome::Rejected,
                    };
                    self.rig.with(|session, now| session.probed(lease.generation(), outcome, now));
                }
                Effect::Emit(_) | Effect::ResetFlow(_) => {}
            }
        }
        assert!(live_tokens() <= 1, "{} live tokens", live_tokens());
    }

    fn delay(&mut self) -> f64 {
        match self.host {
            Host::Silent => f64::INFINITY,
            Host::Slow => self.random.between(2.0 * SECOND, 25.0 * SECOND),
            _ => self.random.between(0.0, SECOND),
        }
    }

    fn heard(&mut self) {
        if self.host == Host::Pushing && !self.chance(10) {
            self.call = Some((AskId(0), self.time + 10.0));
        }
    }

    /// A token as this host gives it now, with what it says about it.
    fn mint(&mut self) -> Option<Offer> {
        let age = if self.host == Host::Expired { self.lifetime + self.random.between(0.0, DAY) } else { 0.0 };
        let repeat = self.host == Host::Repeating && !self.chance(5);
        if repeat && let Some((name, born)) = self.last_offer.clone() {
            return Some(self.offer(&name, born));
        }
        let born = self.time - age;
        let iat = ((NEW_YEAR + born) / SECOND).floor();
        let exp = ((NEW_YEAR + born + self.lifetime) / SECOND).floor();
        let n = self.minted.len();
        let name = match self.tells {
            Tells::Jwt | Tells::JwtWithDate => {
                let payload = format!(r#"{{"exp":{exp},"iat":{iat},"linked_account_id":"a","n":{n}}}"#);
                format!("e30.{}.sig", encode(payload.as_bytes()))
            }
            _ => format!("opaque-{n}-").repeat(1 + n % 5),
        };
        let jwt = matches!(self.tells, Tells::Jwt | Tells::JwtWithDate);
        // What the platform goes by; a JWT's times are whole seconds, its birth rounded as well.
        let dies = if jwt { (exp * SECOND - NEW_YEAR).max(born) } else { born + self.lifetime };
        let told = matches!(self.tells, Tells::ExpiresIn | Tells::ExpiresAtAndServerTime);
        let knowable = told || (jwt && !matches!(self.host, Host::Expired | Host::Repeating));
        self.minted.insert(name.clone().into_bytes(), Minted { born, dies, knowable });
        self.last_offer = Some((name.clone(), born));
        Some(self.offer(&name, born))
    }

    fn offer(&mut self, name: &str, born: f64) -> Offer {
        let bare = Offer::bare(token(name));
        let left = born + self.lifetime - self.time;
        match self.tells {
            Tells::ExpiresIn => Offer { expires_in: Given::seconds(left / SECOND), ..bare },
            Tells::ExpiresAtAndServerTime => Offer {
                expires_at: Given::instant(NEW_YEAR + born + self.lifetime),
                server_time: Given::instant(NEW_YEAR + self.time),
                ..bare
            },
            _ => bare,
        }
    }

    fn host_acts(&mut self) {
        if let Some((ask, _)) = self.call.take_if(|(_, due)| *due <= self.time) {
            if self.host == Host::Pushing {
                let offer = self.mint();
                self.with(|session, now| offer.into_iter().for_each(|offer| session.offer(Ok(offer), now)));
            } else {
                let answer = self.answer();
                if let HostAnswer::Offer(Ok(_)) = &answer {
                    self.ended = false;
                }
                self.with(|session, now| session.answered(ask, answer, now));
            }
        }
        while let Some(at) = self.late.iter().position(|(_, due)| *due <= self.time) {
            let (ask, _) = self.late.swap_remove(at);
            let generation = self.rig.session.view().generation;
            let answer = self.answer();
            self.with(|session, now| session.answered(ask, answer, now));
            assert_eq!(self.rig.session.view().generation, generation, "a late answer counts for nothing");
        }
    }

    fn answer(&mut self) -> HostAnswer {
        let fails = match self.host {
            Host::Failing => true,
            Host::Flaky => self.chance(2),
            _ => false,
        };
        if fails {
            return match self.random.next() % 3 {
                0 => HostAnswer::Offer(Err(SessionFault::Invalid)),
                1 => HostAnswer::Failed { retry_after_ms: Some(self.random.between(0.0, 1e9)) },
                _ => HostAnswer::Failed { retry_after_ms: None },
            };
        }
        if self.host == Host::SignsOut && self.chance(4) {
            return HostAnswer::SignedOut;
        }
        self.mint().map_or(HostAnswer::SignedOut, |offer| HostAnswer::Offer(Ok(offer)))
    }

    fn request(&mut self) {
        let lease = match self.with(Session::acquire) {
            Acquire::Ready(lease) => lease,
            Acquire::Wait(ticket) => {
                self.waiting.push((ticket, self.rig.now.steady_ms));
                return;
            }
            Acquire::Unavailable(fault) => return assert_eq!(fault, SessionFault::Ended),
        };
        let name = self.with(|session, now| session.with_token(lease, now, <[u8]>::to_vec)).expect("just leased");
        let Minted { born, dies, knowable } = *self.minted.get(&name).expect("wholly one token");
        assert!(!self.refused.contains(&lease.generation()), "sent again after its 401");
        let dead = self.time >= dies;
        assert!(
            !dead || !knowable,
            "{:?} {:?}: dead for {} ms of {}",
            self.host,
            self.tells,
            self.time - dies,
            dies - born
        );
        if dead {
            self.refused.push(lease.generation());
            return self.with(|session, now| session.rejected(lease.generation(), now));
        }
        self.with(|session, _| session.accepted(lease.generation()));
        if self.tells == Tells::JwtWithDate {
            let date = ((NEW_YEAR + self.time) / SECOND).floor() * SECOND;
            self.with(|session, now| session.server_date(date, None, now, now));
        }
    }

    /// True time goes on; the steady clock only while awake.
    fn pass(&mut self, ms: f64, steady: bool) {
        self.time += ms;
        self.rig.now.wall_ms += ms;
        self.rig.now.steady_ms += if steady { ms } else { 0.0 };
    }

    fn tick(&mut self) {
        let page = self.rig.page;
        self.with(|session, now| session.tick(now, page));
        assert_eq!(self.rig.session.waiting.len(), self.waiting.len());
        let now = self.rig.now.steady_ms;
        assert!(self.waiting.iter().all(|(_, since)| now - since < 30_000.0), "a request waits for ever");
    }

    fn step(&mut self) {
        match self.random.next() % 60 {
            0 => self.pass_asleep(),
            1 => {
                // A page that is frozen: both clocks go on, no timer fires.
                let longest = self.lifetime.max(MINUTE);
                let frozen = self.random.between(0.0, longest);
                self.pass(frozen, true);
            }
            2 => {
                // Not within the interval of a sleep, which nobody could tell apart.
                self.tick();
                self.rig.now.wall_ms += self.random.between(-DAY, DAY);
                self.tick();
            }
            3 => self.rig.page.visible = !self.rig.page.visible,
            4 => self.rig.page.online = !self.rig.page.online,
            5 if !self.ended => self.with(Session::retry_by_user),
            6 => {
                self.with(Session::suspend);
                self.pass_asleep();
                self.with(Session::resume);
            }
            7 if self.host != Host::Deaf => {
                let offer = self.mint();
                self.ended &= offer.is_none();
                self.with(|session, now| offer.into_iter().for_each(|offer| session.offer(Ok(offer), now)));
            }
            8 => self.with(|session, now| session.offer(Err(SessionFault::Missing), now)),
            9..35 => self.request(),
            _ => {}
        }
        let wake = self.rig.session.next_wake_ms().unwrap_or(30_000.0);
        let mut step = if self.rig.page.visible { wake } else { wake.max(self.random.between(1.0, MINUTE)) };
        if let Some((_, due)) = self.call.filter(|(_, due)| *due > self.time) {
            step = step.min(due - self.time);
        }
        self.pass(step, true);
        self.host_acts();
        self.tick();
    }

    fn pass_asleep(&mut self) {
        self.tick();
        let (ms, steady) = (self.random.between(0.0, 25.0 * HOUR), self.chance(2));
        self.pass(ms, steady);
    }

    fn run(mut self) {
        self.with(Session::start);
        for _ in 0..STEPS {
            self.step();
        }
        self.settle();
        let Self { rig, .. } = self;
        drop(rig);
        assert_eq!(live_tokens(), 0);
    }

    /// Left in peace, a page with a good host has a session, and nothing waits for ever.
    fn settle(&mut self) {
        self.rig.page = Page { visible: true, online: true };
        let end = self.time + 10.0 * MINUTE;
        while self.time < end {
            let mut step = self.rig.session.next_wake_ms().unwrap_or(SECOND).min(SECOND);
            if let Some((_, due)) = self.call.filter(|(_, due)| *due > self.time) {
                step = step.min(due - self.time);
            }
            self.pass(step, true);
            self.host_acts();
            self.tick();
        }
        assert!(self.waiting.is_empty());
        if self.host == Host::Good && self.lifetime >= 3.0 * MINUTE {
            assert_eq!(self.rig.phase(), Phase::Active, "{:?}", self.rig.session.view());
        }
    }
}

struct PrintSeed(u64);

impl Drop for PrintSeed {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("history failed; replay with CONNECT_FLOW_SEED={}", self.0);
        }
    }
}

#[test]
fn random_histories_keep_every_promise() {
    let number = |name: &str| std::env::var(name).ok().map(|text| text.parse::<u64>().unwrap());
    let seeds = match number("CONNECT_FLOW_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..number("CONNECT_FLOW_HISTORIES").unwrap_or(10_000),
    };
    for seed in seeds {
        let _print = PrintSeed(seed);
        History::new(random::mix(seed.wrapping_add(1))).run();
    }
}

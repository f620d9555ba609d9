//! Tests of the session as a whole, each named after the row or promise it shows; and what they share.
#![allow(clippy::unwrap_used)]

mod histories;
mod host;
mod input;
mod memory;
mod parsing;
mod promises;
mod time;

use super::*;

pub(super) const SECOND: f64 = 1_000.0;
pub(super) const MINUTE: f64 = 60.0 * SECOND;
pub(super) const HOUR: f64 = 60.0 * MINUTE;
pub(super) const DAY: f64 = 24.0 * HOUR;
/// 2026-01-01T00:00:00Z in epoch milliseconds.
pub(super) const NEW_YEAR: f64 = 1_767_225_600_000.0;

/// A session with clocks to turn and a log of everything it wanted.
pub(super) struct Rig {
    pub(super) session: Session,
    pub(super) now: Now,
    pub(super) page: Page,
    pub(super) log: Vec<Effect>,
    /// When each call of the host was wanted, in milliseconds of the steady clock.
    pub(super) asked_at: Vec<f64>,
}

impl Rig {
    fn new(has_callback: bool, wall_ms: f64) -> Self {
        let mut rig = Self {
            session: Session::new(SessionOptions { has_callback }, 7),
            now: Now { wall_ms, steady_ms: 1_234.5 },
            page: Page { visible: true, online: true },
            log: Vec::new(),
            asked_at: Vec::new(),
        };
        rig.with(Session::start);
        rig
    }

    pub(super) fn asking() -> Self {
        Self::new(true, NEW_YEAR)
    }

    pub(super) fn pushed() -> Self {
        Self::new(false, NEW_YEAR)
    }

    pub(super) fn at_wall(has_callback: bool, wall_ms: f64) -> Self {
        Self::new(has_callback, wall_ms)
    }

    pub(super) fn with<R>(&mut self, call: impl FnOnce(&mut Session, Now) -> R) -> R {
        let result = call(&mut self.session, self.now);
        for effect in self.session.take_effects() {
            if let Effect::Ask { .. } = effect {
                self.asked_at.push(self.now.steady_ms);
            }
            self.log.push(effect);
        }
        if let Some(wake) = self.session.next_wake_ms() {
            assert!((250.0..=30_000.0).contains(&wake), "wake in {wake} ms");
        }
        result
    }

    pub(super) fn tick(&mut self) {
        let page = self.page;
        self.with(|session, now| session.tick(now, page));
    }

    /// Both clocks go on; nobody looks.
    pub(super) fn pass(&mut self, ms: f64) {
        self.now.wall_ms += ms;
        self.now.steady_ms += ms;
    }

    /// Both clocks go on, and the timer fires as the session wants.
    pub(super) fn run(&mut self, ms: f64) {
        let mut left = ms;
        while left > 0.0 {
            let step = self.session.next_wake_ms().unwrap_or(left).min(left);
            self.pass(step);
            left -= step;
            self.tick();
        }
    }

    /// Runs until a call of the host is under way.
    pub(super) fn until_asked(&mut self) {
        let end = self.now.steady_ms + DAY;
        while !self.is_asked() {
            assert!(self.now.steady_ms < end, "never asked");
            self.run(250.0);
        }
    }

    pub(super) fn assert_paced(&self) {
        assert!(self.asked_at.windows(7).all(|seven| seven[6] - seven[0] > 5.0 * MINUTE), "{:?}", self.asked_at);
        assert!(self.asked_at.windows(2).all(|two| two[1] - two[0] >= 5.0 * SECOND), "{:?}", self.asked_at);
    }

    pub(super) fn asks(&self) -> Vec<(AskId, AskReason, u32)> {
        let ask = |effect: &Effect| match *effect {
            Effect::Ask { ask, reason, attempt } => Some((ask, reason, attempt)),
            _ => None,
        };
        self.log.iter().filter_map(ask).collect()
    }

    pub(super) fn reasons(&self) -> Vec<AskReason> {
        self.asks().iter().map(|(_, reason, _)| *reason).collect()
    }

    pub(super) fn events(&self) -> Vec<SessionEvent> {
        let event = |effect: &Effect| if let Effect::Emit(event) = effect { Some(*event) } else { None };
        self.log.iter().filter_map(event).collect()
    }

    pub(super) fn count(&self, wanted: impl Fn(&Effect) -> bool) -> usize {
        self.log.iter().filter(|effect| wanted(effect)).count()
    }

    pub(super) fn probes(&self) -> usize {
        self.count(|effect| matches!(effect, Effect::Probe(_)))
    }

    /// Answers the last ask.
    pub(super) fn answer(&mut self, answer: HostAnswer) {
        let (ask, _, _) = *self.asks().last().unwrap();
        self.with(|session, now| session.answered(ask, answer, now));
    }

    pub(super) fn give(&mut self, offer: Offer) {
        self.answer(HostAnswer::Offer(Ok(offer)));
    }

    pub(super) fn fail(&mut self) {
        self.answer(HostAnswer::Failed { retry_after_ms: None });
    }

    pub(super) fn push(&mut self, offer: Offer) {
        self.with(|session, now| session.offer(Ok(offer), now));
    }

    pub(super) fn push_fault(&mut self, fault: SessionFault) {
        self.with(|session, now| session.offer(Err(fault), now));
    }

    pub(super) fn acquire(&mut self) -> Acquire {
        self.with(Session::acquire)
    }

    pub(super) fn lease(&mut self) -> Lease {
        match self.acquire() {
            Acquire::Ready(lease) => lease,
            other => panic!("not ready: {other:?}"),
        }
    }

    /// What a request sent now would carry.
    pub(super) fn sent(&mut self) -> Option<Vec<u8>> {
        let Acquire::Ready(lease) = self.acquire() else { return None };
        self.with(|session, now| session.with_token(lease, now, <[u8]>::to_vec))
    }

    pub(super) fn reject(&mut self) {
        let generation = self.session.view().generation;
        self.with(|session, now| session.rejected(generation, now));
    }

    /// The host is being asked right now.
    pub(super) fn is_asked(&self) -> bool {
        self.session.ask.is_some()
    }

    pub(super) fn phase(&self) -> Phase {
        self.session.view().phase
    }

    pub(super) fn expired(&self) -> usize {
        self.events().iter().filter(|event| matches!(event, SessionEvent::Expired { .. })).count()
    }

    pub(super) fn expiring(&self) -> usize {
        self.events().iter().filter(|event| matches!(event, SessionEvent::Expiring { .. })).count()
    }

    pub(super) fn faults(&self) -> Vec<SessionFault> {
        self.events()
            .iter()
            .filter_map(|event| if let SessionEvent::Fault(code) = event { Some(*code) } else { None })
            .collect()
    }

    pub(super) fn warnings(&self) -> Vec<SessionFault> {
        self.events()
            .iter()
            .filter_map(|event| if let SessionEvent::Warning(code) = event { Some(*code) } else { None })
            .collect()
    }

    pub(super) fn failures(&self) -> Vec<SessionFault> {
        let code = |event: &SessionEvent| {
            if let SessionEvent::RenewalFailed { code, .. } = event { Some(*code) } else { None }
        };
        self.events().iter().filter_map(code).collect()
    }
}

pub(super) fn token(text: &str) -> SessionToken {
    SessionToken::copy_of(text.as_bytes()).unwrap()
}

/// An opaque token with `expires_in`.
pub(super) fn lasting(text: &str, seconds: f64) -> Offer {
    Offer { expires_in: Given::seconds(seconds), ..Offer::bare(token(text)) }
}

pub(super) fn encode(bytes: &[u8]) -> String {
    const SYMBOLS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let bits = chunk.iter().fold(0u32, |bits, &byte| bits << 8 | u32::from(byte)) << (8 * (3 - chunk.len()));
        for at in 0..=chunk.len() {
            text.push(SYMBOLS[(bits >> (18 - 6 * at)) as usize & 63] as char);
        }
    }
    text
}

/// A JWT with this JSON text as its payload.
pub(super) fn jwt(payload: &str) -> SessionToken {
    token(&format!("eyJhbGciOiJIUzI1NiJ9.{}.c2lnbmF0dXJl", encode(payload.as_bytes())))
}

/// A JWT that says when it was made and when it ends, in epoch milliseconds.
pub(super) fn dated(issued_ms: f64, expires_ms: f64, more: &str) -> Offer {
    let payload = format!(r#"{{"iat":{},"exp":{}{more}}}"#, (issued_ms / 1e3).floor(), (expires_ms / 1e3).floor());
    Offer::bare(jwt(&payload))
}

pub(super) fn account(name: &str, environment: &str, n: u32) -> Offer {
    let more = format!(r#"{{"linked_account_id":"{name}","environment":"{environment}","n":{n}}}"#);
    Offer { expires_in: Given::seconds(900.0), ..Offer::bare(jwt(&more)) }
}

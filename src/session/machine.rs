//! The session as its driver sees it: inputs with the time, effects to carry out, one timer.

use super::clock::{Clock, Moment, Now, ServerClock};
use super::event::{
    Acquire, AskId, AskReason, Effect, EndReason, ExpiryReason, Lease, ProbeOutcome, SessionEvent, Ticket,
};
use super::renewal::Pace;
use super::rules::RETIRED;
use super::state::{Ask, Epoch, Identity, Stage};
use super::{HostAnswer, Offer, Random, SessionFault, SessionToken};

const WAIT_MAX_MS: f64 = 30_000.0;

/// What the session cannot find out by itself.
#[derive(Clone, Copy, Debug)]
pub struct SessionOptions {
    /// Whether the host gave `getSessionToken`.
    pub has_callback: bool,
}

/// Whether anybody looks at the page and whether it has a network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    pub visible: bool,
    pub online: bool,
}

/// One session: at most one token, its lifetime and its renewal.
///
/// After **every** call of a method that takes `&mut self`: carry out [`take_effects`](Self::take_effects) outside any
/// borrow of the session, then set the one timer to [`next_wake_ms`](Self::next_wake_ms) and let it call `tick`.
/// `now` is always the pair of clocks read at the call.
pub struct Session {
    pub(super) has_callback: bool,
    pub(super) key: u64,
    pub(super) random: Random,
    pub(super) clock: Clock,
    pub(super) page: Page,
    pub(super) server: Option<ServerClock>,
    /// This device's clock called a token over that the platform took.
    pub(super) clock_ahead: bool,
    pub(super) stage: Stage,
    pub(super) began: Option<Moment>,
    pub(super) generation: u32,
    pub(super) epoch: Option<Epoch>,
    /// What to tell the host when asking without a token.
    pub(super) without: AskReason,
    pub(super) identity: Identity,
    pub(super) had_token: bool,
    /// The page was left with the token of this fingerprint: whoever is back may be somebody else.
    pub(super) left: Option<u64>,
    /// Fingerprints of the last tokens that were replaced or died.
    pub(super) retired: [Option<u64>; RETIRED],
    pub(super) ask: Option<Ask>,
    pub(super) manual: bool,
    pub(super) pace: Pace,
    /// Tokens in a row that the platform refused without ever taking them.
    pub(super) rejections: u32,
    pub(super) waiting: Vec<(Ticket, f64)>,
    pub(super) last_id: u32,
    pub(super) effects: Vec<Effect>,
    /// The last refusal told, so that repeating it says nothing new.
    pub(super) told: Option<SessionFault>,
    pub(super) warned: u32,
}

impl Session {
    /// `seed` feeds jitter and back-off; take it from a good random source so that pages do not act in step.
    pub fn new(options: SessionOptions, seed: u64) -> Self {
        let mut random = Random::new(seed);
        Self {
            has_callback: options.has_callback,
            key: random.next(),
            random,
            clock: Clock::default(),
            page: Page { visible: true, online: true },
            server: None,
            clock_ahead: false,
            stage: Stage::Fresh,
            began: None,
            generation: 0,
            epoch: None,
            without: AskReason::Initial,
            identity: Identity::default(),
            had_token: false,
            left: None,
            retired: [None; RETIRED],
            ask: None,
            manual: false,
            pace: Pace::new(),
            rejections: 0,
            waiting: Vec::new(),
            last_id: 0,
            effects: Vec::new(),
            told: None,
            warned: 0,
        }
    }

    /// What is to be done since the last call, oldest first.
    pub fn take_effects(&mut self) -> Vec<Effect> {
        core::mem::take(&mut self.effects)
    }

    /// Begins: asks the host (`initial`) if it gave a callback, else waits for a token.
    pub fn start(&mut self, now: Now) {
        if self.stage == Stage::Fresh {
            self.stage = Stage::Live;
        }
        self.advance(now);
    }

    /// The host set or removed `getSessionToken`.
    pub fn set_callback(&mut self, has_callback: bool, now: Now) {
        self.has_callback = has_callback;
        if !has_callback {
            self.cancel_ask();
            self.manual = false;
        }
        self.advance(now);
    }

    /// The host pushed a token (`setSessionToken()`, the property), or something that is none.
    pub fn offer(&mut self, offer: Result<Offer, SessionFault>, now: Now) {
        if self.stage == Stage::Suspended {
            self.resume(now);
        }
        let at = self.advance(now);
        let refused = match offer {
            Ok(offer) if self.is_current(offer.token.fingerprint(self.key)) => return,
            Ok(offer) => self.consider(offer, at, at),
            Err(fault) => Err(fault),
        };
        if let Err(fault) = refused {
            self.tell_refused(fault);
        }
    }

    /// The host answered an [`Effect::Ask`]. The lifetime counts from when the ask was issued.
    pub fn answered(&mut self, ask: AskId, answer: HostAnswer, now: Now) {
        let Some(ask) = self.ask.take_if(|current| current.id == ask) else { return };
        let (at, _) = self.clock.read(now);
        let (fault, retry_after_ms) = match answer {
            HostAnswer::SignedOut => {
                self.end(EndReason::HostUnauthenticated, now);
                return;
            }
            HostAnswer::Failed { retry_after_ms } => (SessionFault::CallbackFailed, retry_after_ms),
            HostAnswer::Offer(Err(fault)) => (fault, None),
            HostAnswer::Offer(Ok(offer)) => match self.consider(offer, ask.since, at) {
                Ok(()) => return,
                Err(fault) => (fault, None),
            },
        };
        if !fault.retryable() {
            self.tell_refused(fault);
        }
        self.attempt_failed(fault, retry_after_ms, at);
        self.advance(now);
    }

    /// On the timer, and on visibilitychange, pageshow, resume, focus, online, offline.
    pub fn tick(&mut self, now: Now, page: Page) {
        self.page = page;
        self.advance(now);
    }

    /// A request needs a token: call it directly before sending.
    pub fn acquire(&mut self, now: Now) -> Acquire {
        let at = self.advance(now);
        if let Stage::Ended(_) = self.stage {
            return Acquire::Unavailable(SessionFault::Ended);
        }
        if let Some(lease) = self.usable(at) {
            return Acquire::Ready(lease);
        }
        let ticket = Ticket(self.new_id());
        self.waiting.push((ticket, at.steady + WAIT_MAX_MS));
        Acquire::Wait(ticket)
    }

    /// As [`acquire`](Self::acquire), for what does not wait.
    pub fn ready(&mut self, now: Now) -> Option<Lease> {
        let at = self.advance(now);
        self.usable(at)
    }

    /// A waiting request was given up (aborted); its ticket is not released any more.
    pub fn forget(&mut self, ticket: Ticket) {
        self.waiting.retain(|(waiting, _)| *waiting != ticket);
    }

    /// The only way to the bytes. `None`: no longer the current token; acquire again. `f` must only copy them out.
    pub fn with_token<R>(&mut self, lease: Lease, now: Now, f: impl FnOnce(&[u8]) -> R) -> Option<R> {
        self.leased(lease, now)?.with(f)
    }

    fn leased(&mut self, lease: Lease, now: Now) -> Option<&SessionToken> {
        self.advance(now);
        let generation = self.generation;
        let epoch = self.epoch.as_ref();
        let epoch = epoch.filter(|epoch| lease.generation == generation && lease.probe == epoch.probing.is_some());
        epoch.map(|epoch| &epoch.offer.token)
    }

    /// The platform answered a request of that generation with 2xx.
    pub fn accepted(&mut self, generation: u32) {
        if let Some(epoch) = self.epoch.as_mut().filter(|epoch| epoch.probing.is_none())
            && generation == self.generation
        {
            epoch.confirmed = true;
            self.rejections = 0;
        }
    }

    /// The platform answered a request of that generation with 401. Then acquire again and retry that request once.
    pub fn rejected(&mut self, generation: u32, now: Now) {
        let at = self.advance(now);
        let Some(epoch) = self.epoch.as_ref().filter(|_| generation == self.generation) else { return };
        if epoch.probing.is_some() {
            return self.probed(generation, ProbeOutcome::Rejected, now);
        }
        self.rejections = if epoch.confirmed { 1 } else { self.rejections.saturating_add(1) };
        self.lose(ExpiryReason::Rejected);
        // A first refusal is mended at once; a host whose tokens are refused one after the other is backed off from.
        self.pace.restart(self.rejections.saturating_sub(2));
        if self.rejections > 1 {
            self.attempt_failed(SessionFault::Rejected, None, at);
        }
        self.advance(now);
    }

    /// What became of an [`Effect::Probe`].
    pub fn probed(&mut self, generation: u32, outcome: ProbeOutcome, now: Now) {
        let at = self.advance(now);
        if generation == self.generation && self.epoch.as_ref().is_some_and(|epoch| epoch.probing.is_some()) {
            self.settle_probe(outcome, at);
            self.advance(now);
        }
    }

    /// A `Date` header of the platform (epoch milliseconds), with the clocks read when the request was sent.
    pub fn server_date(&mut self, date_ms: f64, age_s: Option<f64>, sent: Now, now: Now) {
        let at = self.advance(now);
        if let Some(sample) = ServerClock::sample(date_ms, age_s, sent, now, at) {
            self.server = Some(sample);
            self.count_anew(true);
            self.advance(now);
        }
    }

    /// The user clicked "Try again".
    pub fn retry_by_user(&mut self, now: Now) {
        match self.stage {
            Stage::Fresh | Stage::Ended(EndReason::HostEnded) => return,
            Stage::Suspended => self.resume(now),
            Stage::Ended(EndReason::HostUnauthenticated) if self.has_callback => self.stage = Stage::Live,
            Stage::Ended(EndReason::HostUnauthenticated) | Stage::Live => {}
        }
        self.manual = self.has_callback && self.ask.is_none();
        let at = self.advance(now);
        if !self.has_callback && !self.has_usable(at) {
            // Nobody can be called: the host hears of the wish by the event.
            self.tell_failed(SessionFault::Unavailable, self.pace.failures() + 1, at);
        }
    }

    /// Wipes, then tells. To revoke as well, prepare that request with `with_token` before and send it after.
    pub fn end(&mut self, reason: EndReason, now: Now) {
        let was = core::mem::replace(&mut self.stage, Stage::Ended(reason));
        let epoch = self.epoch.take();
        if let (EndReason::HostEnded, Some(epoch)) = (reason, &epoch) {
            self.retire(epoch.fingerprint);
        }
        drop(epoch);
        self.clock.read(now);
        self.cancel_ask();
        self.manual = false;
        self.release(Err(SessionFault::Ended));
        if was != self.stage {
            self.effects.push(Effect::Emit(SessionEvent::Ended { reason }));
        }
    }

    /// `pagehide`: wipes the token, stops everything, tells nobody.
    pub fn suspend(&mut self, now: Now) {
        if self.stage == Stage::Live {
            self.stage = Stage::Suspended;
            self.left = self.epoch.as_ref().map(|epoch| epoch.fingerprint).or(self.left);
            self.without = if self.epoch.take().is_some() { AskReason::Initial } else { self.without };
            self.clock.read(now);
            self.cancel_ask();
            self.manual = false;
            self.release(Err(SessionFault::Unavailable));
        }
    }

    /// `pageshow` after `suspend`: asks anew.
    pub fn resume(&mut self, now: Now) {
        if self.stage == Stage::Suspended {
            self.stage = Stage::Live;
            self.pace.hurry();
            if !self.has_callback && self.had_token && self.without == AskReason::Initial {
                self.without = AskReason::Expired;
                self.tell_expired(ExpiryReason::Suspended);
            }
            self.advance(now);
        }
    }
}

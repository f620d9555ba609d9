//! One attempt to authorize at a provider: which account is its own, and when to ask the platform.

use super::command::Command;
use crate::platform::model::{Account, App, AuthType};
use std::rc::Rc;

/// How long an attempt may take, in milliseconds: then the user starts again.
pub(super) const LIMIT_MS: f64 = 600_000.0;
/// When the waiting screen offers more help, in milliseconds.
pub(super) const LONG_MS: f64 = 20_000.0;
/// A closed window gets this many quick polls before the user is asked.
const CLOSED_POLLS: u8 = 3;
const FIRST_POLL_MS: f64 = 1_000.0;
const SLOWEST_POLL_MS: f64 = 10_000.0;
/// Steep, because coming back is what is asked after at once: a login of a minute costs the platform half of what a
/// poll every three seconds costs, and is noticed sooner (`cargo xtask simulate`).
const BACK_OFF: f64 = 2.5;

/// The app with the accounts from before.
pub(super) type Baseline = Option<Rc<App>>;

/// Whether it is the same connection of an account, and not one that came after it.
fn same(one: &Account, other: &Account) -> bool {
    id(one) == id(other) && one.connected_at == other.connected_at
}

fn id(account: &Account) -> &String {
    account.connection_id.as_ref().unwrap_or(&account.identifier)
}

#[derive(Debug)]
pub(super) struct Attempt {
    pub(super) id: u32,
    pub(super) auth_type: AuthType,
    /// Fields were typed for it: a refusal goes back to them.
    pub(super) typed: bool,
    /// What is sent once the accounts from before are known: any earlier, and the new account could be among them.
    pub(super) pending: Option<Command>,
    /// The accounts from before, once known.
    pub(super) baseline: Baseline,
    /// The platform has answered [`super::About::Connect`] with an address.
    pub(super) authorized: bool,
    /// The browser keeps the user from the provider's window.
    pub(super) blocked: bool,
    /// When the user was sent to the provider.
    pub(super) since_ms: f64,
    polling: bool,
    next_poll_ms: f64,
    interval_ms: f64,
    last_poll_ms: f64,
    closed_polls: Option<u8>,
}

impl Attempt {
    pub(super) fn new(id: u32, auth_type: AuthType, baseline: Baseline, now_ms: f64) -> Self {
        Self {
            id,
            auth_type,
            typed: false,
            pending: None,
            baseline,
            authorized: false,
            blocked: false,
            since_ms: now_ms,
            polling: false,
            next_poll_ms: f64::INFINITY,
            interval_ms: FIRST_POLL_MS,
            last_poll_ms: f64::NEG_INFINITY,
            closed_polls: None,
        }
    }

    /// Both answers that the provider's window waits for are here.
    pub(super) fn prepared(&self) -> bool {
        self.authorized && self.baseline.is_some()
    }

    /// The account that this attempt connected: active, of its kind, and not as it was before.
    pub(super) fn connected<'a>(&self, app: &'a App) -> Option<&'a Rc<Account>> {
        let before = self.baseline.as_ref()?;
        app.accounts.iter().find(|account| {
            let known = || before.accounts.iter().any(|known| same(known, account));
            account.active && account.auth_type == self.auth_type && !known()
        })
    }

    /// The user was sent to the provider, for the first time or again.
    pub(super) fn sent(&mut self, now_ms: f64) {
        self.since_ms = now_ms;
        self.interval_ms = FIRST_POLL_MS;
        self.next_poll_ms = now_ms + FIRST_POLL_MS;
        self.closed_polls = None;
    }

    /// There is no window in which anything could happen: nothing is asked until one opens.
    pub(super) fn blocked(&mut self) {
        self.next_poll_ms = f64::INFINITY;
    }

    /// Something suggests that the answer is there: ask at once, yet never twice in a second.
    pub(super) fn hint(&mut self, now_ms: f64) {
        if self.next_poll_ms.is_finite() {
            self.next_poll_ms = self.next_poll_ms.min(now_ms.max(self.last_poll_ms + FIRST_POLL_MS));
        }
    }

    /// The window looks closed: a few quick polls, then [`Self::gave_up`].
    pub(super) fn closed(&mut self, now_ms: f64) {
        self.closed_polls = Some(0);
        self.interval_ms = FIRST_POLL_MS;
        self.next_poll_ms = now_ms;
    }

    pub(super) fn gave_up(&self) -> bool {
        self.closed_polls.is_some_and(|polls| polls >= CLOSED_POLLS)
    }

    /// Whether a poll is due now; if so it counts as sent.
    pub(super) fn poll(&mut self, now_ms: f64) -> bool {
        let due = !self.polling && now_ms >= self.next_poll_ms;
        if due {
            self.polling = true;
            self.last_poll_ms = now_ms;
        }
        due
    }

    /// A poll came back without the account: back off, longer if the platform asks for it.
    pub(super) fn poll_again(&mut self, now_ms: f64, retry_after_ms: Option<u32>) {
        self.polling = false;
        if let Some(polls) = &mut self.closed_polls {
            *polls = polls.saturating_add(1);
        }
        let quick = self.closed_polls.is_some_and(|polls| polls < CLOSED_POLLS);
        self.interval_ms = if quick { FIRST_POLL_MS } else { (self.interval_ms * BACK_OFF).min(SLOWEST_POLL_MS) };
        self.next_poll_ms = now_ms + self.interval_ms.max(retry_after_ms.map_or(0.0, f64::from));
    }

    /// When something is due without any event, in the flow's milliseconds.
    pub(super) fn next_wake(&self, now_ms: f64, online: bool) -> f64 {
        // Without a network nothing is asked, however long it is due.
        let poll = if self.polling || !online { f64::INFINITY } else { self.next_poll_ms };
        let long = if now_ms < self.since_ms + LONG_MS { self.since_ms + LONG_MS } else { f64::INFINITY };
        poll.min(long).min(self.since_ms + LIMIT_MS)
    }
}

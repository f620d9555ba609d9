//! What an operator watches for each user: mints, refused session tokens, changes of account; alerts when they pile up.

use std::time::{Duration, Instant};

use serde::Serialize;

use super::Host;

/// As many in [`WINDOW`] are no accident any more.
const SUSPICIOUS: usize = 5;
const WINDOW: Duration = Duration::from_secs(60);

/// One user's numbers since the start.
#[derive(Clone, Default, Serialize)]
pub(super) struct Watch {
    mints: u64,
    /// Session tokens that the platform answered with 401, as the component's activity events tell.
    refused: Count,
    account_changes: Count,
}

#[derive(Clone, Default, Serialize)]
#[serde(into = "u64")]
struct Count {
    total: u64,
    recent: Vec<Instant>,
}

impl From<Count> for u64 {
    fn from(count: Count) -> Self {
        count.total
    }
}

impl Count {
    /// Counts one more; whether there are suspiciously many now.
    fn add(&mut self) -> bool {
        self.total += 1;
        self.recent.retain(|moment| moment.elapsed() < WINDOW);
        if self.recent.len() == SUSPICIOUS {
            self.recent.remove(0);
        }
        self.recent.push(Instant::now());
        self.recent.len() == SUSPICIOUS
    }
}

#[derive(Clone, Copy)]
pub(super) enum Seen {
    Mint,
    Refused,
    AccountChange,
}

impl Seen {
    /// What an activity event of the component tells, by its type and code.
    pub(super) fn in_activity(kind: &str, code: &str) -> Option<Self> {
        match (kind, code) {
            ("refused", _) => Some(Self::Refused),
            (_, "account_changed") => Some(Self::AccountChange),
            _ => None,
        }
    }
}

impl Host {
    pub(super) fn watch(&self, user: &str, seen: Seen) {
        let mut state = self.state();
        let watch = state.watch.entry(user.to_owned()).or_default();
        let (count, what) = match seen {
            Seen::Mint => {
                watch.mints += 1;
                return;
            }
            Seen::Refused => (&mut watch.refused, "session tokens refused"),
            Seen::AccountChange => (&mut watch.account_changes, "changes of account"),
        };
        if count.add() {
            eprintln!("host: ALERT {user} has {SUSPICIOUS} {what} within a minute");
        }
    }
}

//! What the host hands over: a token and whatever it says about its lifetime.

use super::{SessionFault, SessionToken, time};

/// A number that the host gave, did not give, or gave in a form that nobody can read.
///
/// | `expires_in` | becomes |
/// |---|---|
/// | absent, `null` | not given |
/// | `3600`, `"3600"`, `36e2` | one hour from before the host was asked |
/// | `0`, `-1` | over: refused with `session_expired_on_arrival` |
/// | `2147483648`, `1e12` | 30 days, with the warning `long_lifetime` |
/// | `NaN`, infinite, `"abc"`, any other type | not given, with the warning `unreadable_expiry` |
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub enum Given {
    #[default]
    Absent,
    Value(f64),
    Unreadable,
}

impl Given {
    /// A duration in seconds, given as a JavaScript number. Zero and below are values: already over.
    pub fn seconds(number: f64) -> Self {
        if number.is_finite() { Self::Value(number) } else { Self::Unreadable }
    }

    /// A duration in seconds, given as text such as `"3600"`.
    pub fn seconds_text(text: &str) -> Self {
        time::decimal(text.as_bytes().trim_ascii()).map_or(Self::Unreadable, Self::Value)
    }

    /// A point in time, given as a JavaScript number: epoch seconds or milliseconds. Holds epoch milliseconds.
    pub fn instant(number: f64) -> Self {
        time::epoch_ms(number).map_or(Self::Unreadable, Self::Value)
    }

    /// A point in time, given as text: RFC 3339 or epoch seconds or milliseconds. Holds epoch milliseconds.
    pub fn instant_text(text: &str) -> Self {
        time::instant(text).map_or(Self::Unreadable, Self::Value)
    }

    pub(super) fn value(self) -> Option<f64> {
        if let Self::Value(value) = self { Some(value) } else { None }
    }
}

/// A session token as the host gave it, already copied out of JavaScript.
#[derive(Debug)]
pub struct Offer {
    pub token: SessionToken,
    /// Seconds from minting.
    pub expires_in: Given,
    /// Epoch milliseconds.
    pub expires_at: Given,
    /// Epoch milliseconds: the host's server clock when it answered.
    pub server_time: Given,
    /// The answer also carried a refresh token, access token or client secret, which was dropped unread.
    pub secrets_dropped: bool,
}

impl Offer {
    /// A bare token, nothing known but what it says itself.
    pub fn bare(token: SessionToken) -> Self {
        Self {
            token,
            expires_in: Given::Absent,
            expires_at: Given::Absent,
            server_time: Given::Absent,
            secrets_dropped: false,
        }
    }
}

/// What became of one call of `getSessionToken`.
#[derive(Debug)]
pub enum HostAnswer {
    /// It answered; `Err` when what it answered is no session token (`Missing` for `undefined` and empty text).
    Offer(Result<Offer, SessionFault>),
    /// It answered `null`: nobody is signed in.
    SignedOut,
    /// It threw or was rejected. `retry_after_ms`: how long the host's server wants to be left alone (429), if it said.
    Failed { retry_after_ms: Option<f64> },
}

//! Every way in which a session can be wrong: the part of [`Code`] that the session can bring about.

use crate::error::Code;

/// What went wrong with the session. Carries no data, so it can never carry a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionFault {
    /// Nothing, `null`, or only spaces was given where a session token belongs.
    Missing,
    /// Not a string of RFC 6750 characters of 1 to 8192 bytes.
    Invalid,
    /// The token was already expired when it came.
    ExpiredOnArrival,
    /// The host gave the token again that it was asked to replace, or an older one (mint with `force_refresh=true`).
    NotRefreshed,
    /// The platform refused the token with 401.
    Rejected,
    /// No usable token came in time; the request was not sent.
    Unavailable,
    /// `getSessionToken` threw or its promise was rejected.
    CallbackFailed,
    /// `getSessionToken` did not settle within 15 s.
    CallbackTimeout,
    /// The session has ended.
    Ended,
    /// An API key was given; it belongs on the host's server.
    ApiKeyInBrowser,
    /// The answer carried other secrets (refresh token, access token, client secret); they were dropped.
    RefreshTokenInBrowser,
    /// A token was written into an HTML attribute; it was removed unread.
    TokenAttributeForbidden,
    /// The new token belongs to another linked account; the flow starts over.
    AccountChanged,
    /// The new token belongs to another environment (test, production); the flow starts over.
    EnvironmentChanged,
    /// This device's clock is wrong; relative lifetimes are used.
    ClockSkew,
    /// `expires_in`, `expires_at` or `server_time` could not be read; treated as not given.
    UnreadableExpiry,
    /// The token lives longer than 24 hours.
    LongLifetime,
    /// The page is not a secure context; no token is taken.
    InsecureContext,
}

impl SessionFault {
    pub const ALL: [Self; 18] = [
        Self::Missing,
        Self::Invalid,
        Self::ExpiredOnArrival,
        Self::NotRefreshed,
        Self::Rejected,
        Self::Unavailable,
        Self::CallbackFailed,
        Self::CallbackTimeout,
        Self::Ended,
        Self::ApiKeyInBrowser,
        Self::RefreshTokenInBrowser,
        Self::TokenAttributeForbidden,
        Self::AccountChanged,
        Self::EnvironmentChanged,
        Self::ClockSkew,
        Self::UnreadableExpiry,
        Self::LongLifetime,
        Self::InsecureContext,
    ];

    /// The public code, as in events and their TypeScript types.
    pub fn as_str(self) -> &'static str {
        Code::from(self).as_str()
    }

    /// Whether asking again may mend it without a change in the host's code.
    pub fn retryable(self) -> bool {
        Code::from(self).retryable()
    }
}

//! Every way in which a session can be wrong, as one closed list of codes.

/// What went wrong with the session. Carries no data, so it can never carry a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
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
    /// The page is not a secure context; no token is taken.
    InsecureContext,
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
}

impl SessionFault {
    /// All codes, in the order of the documentation.
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
        Self::InsecureContext,
        Self::AccountChanged,
        Self::EnvironmentChanged,
        Self::ClockSkew,
        Self::UnreadableExpiry,
        Self::LongLifetime,
    ];

    /// The public code, as in events and their TypeScript types.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Missing => "session_missing",
            Self::Invalid => "session_invalid",
            Self::ExpiredOnArrival => "session_expired_on_arrival",
            Self::NotRefreshed => "session_not_refreshed",
            Self::Rejected => "session_rejected",
            Self::Unavailable => "session_unavailable",
            Self::CallbackFailed => "session_callback_failed",
            Self::CallbackTimeout => "session_callback_timeout",
            Self::Ended => "session_ended",
            Self::ApiKeyInBrowser => "api_key_in_browser",
            Self::RefreshTokenInBrowser => "refresh_token_in_browser",
            Self::TokenAttributeForbidden => "token_attribute_forbidden",
            Self::InsecureContext => "insecure_context",
            Self::AccountChanged => "account_changed",
            Self::EnvironmentChanged => "environment_changed",
            Self::ClockSkew => "clock_skew",
            Self::UnreadableExpiry => "unreadable_expiry",
            Self::LongLifetime => "long_lifetime",
        }
    }

    /// Whether asking again may mend it without a change in the host's code.
    pub const fn retryable(self) -> bool {
        matches!(
            self,
            Self::Missing
                | Self::ExpiredOnArrival
                | Self::NotRefreshed
                | Self::Rejected
                | Self::Unavailable
                | Self::CallbackFailed
                | Self::CallbackTimeout
        )
    }
}

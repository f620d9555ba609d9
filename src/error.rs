//! The one closed union of everything that can go wrong, with the name the host's code sees.

use crate::session::SessionFault;
use std::ops::{Deref, DerefMut};

/// Declares [`Code`] once: variant, public name, whether trying again can help, and what it means.
macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $variant:ident = $name:literal, retryable: $retryable:literal;)+) => {
        /// What went wrong. The names are public: hosts match on them, translations and documentation key on them.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Code { $($(#[doc = $doc])+ $variant,)+ }

        impl Code {
            /// Every code, in the order of the documentation.
            pub const ALL: &'static [Code] = &[$(Code::$variant),+];

            /// The public name, as in `event.detail.code`.
            pub const fn as_str(self) -> &'static str {
                match self { $(Code::$variant => $name),+ }
            }

            /// Whether the same action can succeed later without anybody changing anything.
            pub const fn retryable(self) -> bool {
                match self { $(Code::$variant => $retryable),+ }
            }

            /// What it means, for the generated documentation and types.
            #[cfg(not(target_arch = "wasm32"))]
            pub const fn doc(self) -> &'static str {
                match self { $(Code::$variant => concat!($($doc),+)),+ }
            }
        }
    };
}

codes! {
    /// The session token is missing: the host gave none yet, or gave an empty value.
    SessionMissing = "session_missing", retryable: true;
    /// What the host gave is not a session token: wrong type, characters outside RFC 6750, over 8,192 bytes.
    SessionInvalid = "session_invalid", retryable: true;
    /// The platform refused the token on its first use, and its own claims say that it had expired already.
    SessionExpiredOnArrival = "session_expired_on_arrival", retryable: true;
    /// The host answered with the token it was asked to replace. Mint with `force_refresh=true`.
    SessionNotRefreshed = "session_not_refreshed", retryable: true;
    /// The platform refused the session token (401), also after it was renewed.
    SessionRejected = "session_rejected", retryable: true;
    /// No usable token came within 30 seconds; the request that waited for it was not sent.
    SessionUnavailable = "session_unavailable", retryable: true;
    /// `getSessionToken` threw or rejected.
    SessionCallbackFailed = "session_callback_failed", retryable: true;
    /// `getSessionToken` did not settle within 15 seconds.
    SessionCallbackTimeout = "session_callback_timeout", retryable: true;
    /// The session is over: nobody is signed in at the host any more, or the host called `end()`.
    SessionEnded = "session_ended", retryable: false;
    /// An API key was given instead of a session token. It was wiped and nothing was sent.
    ApiKeyInBrowser = "api_key_in_browser", retryable: false;
    /// A refresh token, access token or client secret came along with the session token. It was dropped.
    RefreshTokenInBrowser = "refresh_token_in_browser", retryable: false;
    /// A token was given as an HTML attribute, where anything can read it. It was removed and not used.
    TokenAttributeForbidden = "token_attribute_forbidden", retryable: false;
    /// The new token is for another linked account: the flow was reset.
    AccountChanged = "account_changed", retryable: false;
    /// The new token is for another environment (test or production): the flow was reset.
    EnvironmentChanged = "environment_changed", retryable: false;
    /// This device's clock is wrong; expiry is counted from the server's time instead.
    ClockSkew = "clock_skew", retryable: true;
    /// `expires_in`, `expires_at` or `server_time` could not be read and counts as not given.
    UnreadableExpiry = "unreadable_expiry", retryable: false;
    /// The token lives longer than 24 hours. 5 to 15 minutes are recommended.
    LongLifetime = "long_lifetime", retryable: false;
    /// The page is not a secure context (https or loopback): the token was refused.
    InsecureContext = "insecure_context", retryable: false;
    /// An option is missing or malformed; the message names it.
    InvalidOption = "invalid_option", retryable: false;
    /// The network failed, or the platform's CORS answer hid the reason.
    NetworkError = "network_error", retryable: true;
    /// The platform's CORS refuses the further headers that the `headers` option asks for. They are left out from now on.
    CorsHeaderRefused = "cors_header_refused", retryable: false;
    /// The device is offline.
    Offline = "offline", retryable: true;
    /// The platform did not answer within 10 seconds.
    Timeout = "timeout", retryable: true;
    /// The platform forbids this (403): an allow-list, a revoked app. Not an expiry.
    Forbidden = "forbidden", retryable: false;
    /// The platform does not know this app, account or configuration (404).
    NotFound = "not_found", retryable: false;
    /// Somebody else changed the same thing first (409).
    Conflict = "conflict", retryable: true;
    /// The platform refused the values (400, 422); the message says why.
    Rejected = "rejected", retryable: false;
    /// The platform asks for fewer requests (429).
    RateLimited = "rate_limited", retryable: true;
    /// The platform failed (5xx).
    ServerError = "server_error", retryable: true;
    /// The platform's answer is not what its contract says, or is too large.
    BadResponse = "bad_response", retryable: true;
    /// The platform named an address for signing in that is not safe to open. It was not opened.
    UnsafeAuthUrl = "unsafe_auth_url", retryable: false;
    /// The browser blocked the window for signing in.
    PopupBlocked = "popup_blocked", retryable: true;
    /// The window closed before the account was connected: closed by hand, declined, or failed at the provider.
    AuthorizationIncomplete = "authorization_incomplete", retryable: true;
    /// The user declined at the provider, where a platform tells. Refold does not: there it is `authorization_incomplete`.
    AuthorizationDenied = "authorization_denied", retryable: true;
    /// Signing in took longer than 10 minutes.
    AuthorizationTimeout = "authorization_timeout", retryable: true;
    /// The platform refused the credentials; the message is the provider's.
    CredentialsRefused = "credentials_refused", retryable: true;
    /// There is no place to type credentials: set `frameUrl`, an isolated frame of another origin, or
    /// `inlineCredentials`, fields in the host's own page.
    CredentialsFrameMissing = "credentials_frame_missing", retryable: false;
    /// The page's Content-Security-Policy lacks `'wasm-unsafe-eval'` in `script-src`.
    WasmBlocked = "wasm_blocked", retryable: false;
    /// The component's own files could not be loaded, or do not belong together.
    LoadFailed = "load_failed", retryable: true;
    /// The component stopped on an internal error. Tokens were wiped first.
    Crashed = "crashed", retryable: true;
}

impl Code {
    /// Nobody knows whether the platform did what it was asked for: no answer came.
    pub const fn is_unanswered(self) -> bool {
        matches!(self, Self::NetworkError | Self::Offline | Self::Timeout)
    }
}

/// One failure, handled once: a screen, a line at a field or an event. Boxed, since most of what is handed on may be one.
#[derive(Clone, Debug, PartialEq)]
pub struct Failure(Box<Report>);

/// What is known of a [`Failure`].
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    pub code: Code,
    /// The platform's own sentence, shown as text; never built by us from a request.
    pub message: Option<String>,
    /// What support can look up: the platform's request id, or the correlation id that was sent.
    pub reference: Option<String>,
    /// How long the platform asks to wait, in milliseconds, at most 60,000.
    pub retry_after_ms: Option<u32>,
}

impl Failure {
    pub fn new(code: Code) -> Self {
        Report::from(code).into()
    }
}

impl Deref for Failure {
    type Target = Report;

    fn deref(&self) -> &Report {
        &self.0
    }
}

impl DerefMut for Failure {
    fn deref_mut(&mut self) -> &mut Report {
        &mut self.0
    }
}

impl From<Code> for Failure {
    fn from(code: Code) -> Self {
        Self::new(code)
    }
}

impl From<Report> for Failure {
    fn from(report: Report) -> Self {
        Self(Box::new(report))
    }
}

impl From<Code> for Report {
    fn from(code: Code) -> Self {
        Self { code, message: None, reference: None, retry_after_ms: None }
    }
}

impl From<SessionFault> for Code {
    fn from(fault: SessionFault) -> Self {
        match fault {
            SessionFault::Missing => Self::SessionMissing,
            SessionFault::Invalid => Self::SessionInvalid,
            SessionFault::ExpiredOnArrival => Self::SessionExpiredOnArrival,
            SessionFault::NotRefreshed => Self::SessionNotRefreshed,
            SessionFault::Rejected => Self::SessionRejected,
            SessionFault::Unavailable => Self::SessionUnavailable,
            SessionFault::CallbackFailed => Self::SessionCallbackFailed,
            SessionFault::CallbackTimeout => Self::SessionCallbackTimeout,
            SessionFault::Ended => Self::SessionEnded,
            SessionFault::ApiKeyInBrowser => Self::ApiKeyInBrowser,
            SessionFault::RefreshTokenInBrowser => Self::RefreshTokenInBrowser,
            SessionFault::TokenAttributeForbidden => Self::TokenAttributeForbidden,
            SessionFault::InsecureContext => Self::InsecureContext,
            SessionFault::AccountChanged => Self::AccountChanged,
            SessionFault::EnvironmentChanged => Self::EnvironmentChanged,
            SessionFault::ClockSkew => Self::ClockSkew,
            SessionFault::UnreadableExpiry => Self::UnreadableExpiry,
            SessionFault::LongLifetime => Self::LongLifetime,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Code;
    use crate::session::SessionFault;

    #[test]
    fn a_session_s_fault_has_the_same_name_here() {
        for fault in SessionFault::ALL {
            let code = Code::from(fault);
            assert_eq!((code.as_str(), code.retryable()), (fault.as_str(), fault.retryable()), "{fault:?}");
        }
    }

    #[test]
    fn names_are_unique_snake_case() {
        let mut names: Vec<_> = Code::ALL.iter().map(|code| code.as_str()).collect();
        assert!(names.iter().all(|name| name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')));
        names.sort_unstable();
        let count = names.len();
        names.dedup();
        assert_eq!(names.len(), count);
    }
}

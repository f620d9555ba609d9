// Generated from the tables src/error.rs and src/embed/events.rs of the component; edits here are lost.

/** Everything that can go wrong, as in `detail.code`. */
export type ErrorCode =
  /** The session token is missing: the host gave none yet, or gave an empty value. */
  | "session_missing"
  /** What the host gave is not a session token: wrong type, characters outside RFC 6750, over 8,192 bytes. */
  | "session_invalid"
  /** The platform refused the token on its first use, and its own claims say that it had expired already. */
  | "session_expired_on_arrival"
  /** The host answered with the token it was asked to replace. Mint with `force_refresh=true`. */
  | "session_not_refreshed"
  /** The platform refused the session token (401), also after it was renewed. */
  | "session_rejected"
  /** No usable token came within 30 seconds; the request that waited for it was not sent. */
  | "session_unavailable"
  /** `getSessionToken` threw or rejected. */
  | "session_callback_failed"
  /** `getSessionToken` did not settle within 15 seconds. */
  | "session_callback_timeout"
  /** The session is over: nobody is signed in at the host any more, or the host called `end()`. */
  | "session_ended"
  /** An API key was given instead of a session token. It was wiped and nothing was sent. */
  | "api_key_in_browser"
  /** A refresh token, access token or client secret came along with the session token. It was dropped. */
  | "refresh_token_in_browser"
  /** A token was given as an HTML attribute, where anything can read it. It was removed and not used. */
  | "token_attribute_forbidden"
  /** The new token is for another linked account: the flow was reset. */
  | "account_changed"
  /** The new token is for another environment (test or production): the flow was reset. */
  | "environment_changed"
  /** This device's clock is wrong; expiry is counted from the server's time instead. */
  | "clock_skew"
  /** `expires_in`, `expires_at` or `server_time` could not be read and counts as not given. */
  | "unreadable_expiry"
  /** The token lives longer than 24 hours. 5 to 15 minutes are recommended. */
  | "long_lifetime"
  /** The page is not a secure context (https or loopback): the token was refused. */
  | "insecure_context"
  /** An option is missing or malformed; the message names it. */
  | "invalid_option"
  /** The network failed, or the platform's CORS answer hid the reason. */
  | "network_error"
  /** The platform's CORS refuses the further headers that the `headers` option asks for. They are left out from now on. */
  | "cors_header_refused"
  /** The device is offline. */
  | "offline"
  /** The platform did not answer within 10 seconds. */
  | "timeout"
  /** The platform forbids this (403): an allow-list, a revoked app. Not an expiry. */
  | "forbidden"
  /** The platform does not know this app, account or configuration (404). */
  | "not_found"
  /** Somebody else changed the same thing first (409). */
  | "conflict"
  /** The platform refused the values (400, 422); the message says why. */
  | "rejected"
  /** The platform asks for fewer requests (429). */
  | "rate_limited"
  /** The platform failed (5xx). */
  | "server_error"
  /** The platform's answer is not what its contract says, or is too large. */
  | "bad_response"
  /** The platform named an address for signing in that is not safe to open. It was not opened. */
  | "unsafe_auth_url"
  /** The browser blocked the window for signing in. */
  | "popup_blocked"
  /** The window closed before the account was connected: closed by hand, declined, or failed at the provider. */
  | "authorization_incomplete"
  /** The user declined at the provider, where a platform tells. Refold does not: there it is `authorization_incomplete`. */
  | "authorization_denied"
  /** Signing in took longer than 10 minutes. */
  | "authorization_timeout"
  /** The platform refused the credentials; the message is the provider's. */
  | "credentials_refused"
  /** There is no place to type credentials: set `frameUrl`, an isolated frame of another origin, or `inlineCredentials`, fields in the host's own page. */
  | "credentials_frame_missing"
  /** The page's Content-Security-Policy lacks `'wasm-unsafe-eval'` in `script-src`. */
  | "wasm_blocked"
  /** The component's own files could not be loaded, or do not belong together. */
  | "load_failed"
  /** The component stopped on an internal error. Tokens were wiped first. */
  | "crashed";

/** The `detail` of each event. Nothing else ever leaves the component. */
export interface ConnectFlowEventDetails {
  /** The session token nears its end; fires once per token. Without `getSessionToken`, set a fresh one now. */
  "session-expiring": {
    /** Milliseconds until it expires. */
    remainingMs: number;
    /** Milliseconds of its whole life as known. */
    lifetimeMs: number;
    /** Counts the tokens of this session from 1. */
    generation: number;
    /** Why. */
    reason: "lifetime" | "unknown_lifetime" | "rejected" | "suspended";
  };
  /** The session token is over and already wiped; fires once per token. */
  "session-expired": {
    /** Counts the tokens of this session from 1. */
    generation: number;
    /** Why. */
    reason: "lifetime" | "unknown_lifetime" | "rejected" | "suspended";
  };
  /** A fresh session token is in use. */
  "session-renewed": {
    /** Counts the tokens of this session from 1. */
    generation: number;
    /** Milliseconds it lives, if known. */
    lifetimeMs?: number;
  };
  /** The host was asked for a fresh session token and gave none that can be used. */
  "session-renewal-failed": {
    /** Counts the failures since the last good token. */
    attempt: number;
    /** Whether trying again can help. */
    retryable: boolean;
    /** What went wrong. */
    code: ErrorCode;
    /** Milliseconds until the host is asked again, if it will be. */
    nextTryMs?: number;
  };
  /** The session is over for good: sign the user in again, then set a new token. */
  "session-ended": {
    /** Nobody is signed in, or `end()`. */
    reason: "host_unauthenticated" | "host_ended";
  };
  /** An account was connected; the platform has confirmed it. */
  "account-connected": {
    /** The app's slug. */
    app: string;
    /** How the app is connected. */
    authType: "oauth2" | "keybased";
    /** The platform's id, where it gives one. */
    connectionId?: string;
  };
  /** Connections were ended at the platform; delete what you keep about them. */
  "account-disconnected": {
    /** The app's slug. */
    app: string;
    /** How the app is connected. */
    authType: "oauth2" | "keybased";
    /** The platform's ids of the ended connections. */
    connectionIds: string[];
  };
  /** A configuration was saved at the platform. */
  "config-saved": {
    /** The app's slug. */
    app: string;
    /** The platform's id of the configuration. */
    configId?: string;
  };
  /** The user read what connecting allows and went on: for your consent records. */
  "consent-given": {
    /** The app's slug. */
    app: string;
    /** OAuth scopes shown, where the platform lists them. */
    scopes: string[];
    /** When, RFC 3339 in UTC by this device's clock. */
    at: string;
    /** Version of this component. */
    version: string;
  };
  /** One line for your log of what happened. */
  "flow-activity": {
    /** What the user did, or what became of a session token. */
    name: "opened" | "app-chosen" | "consent" | "provider-opened" | "connected" | "cancelled" | "disconnected" | "expiring" | "expired" | "renewed" | "refused";
    /** The app's slug, where one is chosen. */
    app?: string;
    /** When, RFC 3339 in UTC by this device's clock. */
    at: string;
    /** UUID v4, the same for one life of the component. */
    activityId: string;
  };
  /** Something went wrong; the user sees it too unless it only concerns the embedding or what was left before its answer. */
  "flow-error": {
    /** What went wrong. */
    code: ErrorCode;
    /** Whether trying again can help. */
    retryable: boolean;
    /** The screen, or `session`, or `embed`. */
    step: string;
    /** What the platform's support can look up. */
    reference?: string;
    /** The app's slug, where one is chosen. */
    app?: string;
  };
  /** The first screen has its content and can be used. */
  "flow-ready": Record<string, never>;
  /** The user is done, or the session was ended: the component can be removed. */
  "flow-closed": {
    /** Why. */
    reason: "done" | "ended";
  };
}

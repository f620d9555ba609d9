//! What the host hands over, copied out of JavaScript: the token straight into its one zeroising buffer.

use crate::object;
use crate::session::{Given, HostAnswer, Offer, SessionFault, SessionToken};
use js_sys::{JsString, Reflect};
use wasm_bindgen::{JsCast, JsValue};

/// What the token may be called.
const NAMES: [&str; 4] = ["token", "sessionToken", "session_token", "userSessionToken"];
/// What belongs on the host's server.
const SECRETS: [&str; 6] =
    ["refresh_token", "refreshToken", "access_token", "accessToken", "client_secret", "clientSecret"];

/// An answer of `getSessionToken` that was fulfilled.
pub(super) fn answer(value: &JsValue) -> HostAnswer {
    if value.is_null() { HostAnswer::SignedOut } else { HostAnswer::Offer(offer(value)) }
}

/// A token pushed by the host, or the inside of an answer: a text, or an object with a `token`.
pub(super) fn offer(value: &JsValue) -> Result<Offer, SessionFault> {
    if value.is_undefined() || value.is_null() {
        return Err(SessionFault::Missing);
    }
    if let Some(text) = value.dyn_ref::<JsString>() {
        return token(text).map(Offer::bare);
    }
    if !value.is_object() {
        return Err(SessionFault::Invalid);
    }
    // Not what the page's prototypes were given under one of these names.
    let value: &JsValue = &object::own(value);
    let get = |names: &[&str]| {
        names
            .iter()
            .filter_map(|name| object::get(value, name).ok())
            .find(|value| !value.is_undefined() && !value.is_null())
    };
    let text = match get(&NAMES) {
        Some(text) => text.dyn_into::<JsString>().map_err(|_| SessionFault::Invalid)?,
        None if NAMES.iter().any(|name| Reflect::has(value, &(*name).into()) == Ok(true)) => {
            return Err(SessionFault::Missing);
        }
        // A promise, a function, an answer about something else.
        None => return Err(SessionFault::Invalid),
    };
    let bearer = get(&["token_type", "tokenType"])
        .is_none_or(|kind| kind.as_string().is_some_and(|kind| kind.eq_ignore_ascii_case("bearer")));
    if !bearer {
        return Err(SessionFault::Invalid);
    }
    Ok(Offer {
        token: token(&text)?,
        expires_in: given(get(&["expiresIn", "expires_in"]), Given::seconds, Given::seconds_text),
        expires_at: given(get(&["expiresAt", "expires_at", "access_expires_at"]), Given::instant, Given::instant_text),
        server_time: given(get(&["serverTime", "server_time"]), Given::instant, Given::instant_text),
        secrets_dropped: get(&SECRETS).is_some(),
    })
}

fn token(text: &JsString) -> Result<SessionToken, SessionFault> {
    let mut plain = true;
    let token = SessionToken::read(text.length() as usize, |buffer| {
        for (index, byte) in (0..).zip(buffer) {
            let unit = text.char_code_at(index) as u32;
            plain &= unit < 128;
            *byte = unit as u8;
        }
    });
    if plain { token } else { Err(SessionFault::Invalid) }
}

fn given(value: Option<JsValue>, number: fn(f64) -> Given, text: fn(&str) -> Given) -> Given {
    let Some(value) = value else { return Given::Absent };
    match (value.as_f64(), value.as_string()) {
        (Some(value), _) => number(value),
        (_, Some(value)) => text(&value),
        // `new Date()` is a number of milliseconds to everybody who asks.
        _ => value.dyn_ref::<js_sys::Date>().map_or(Given::Unreadable, |date| number(date.get_time())),
    }
}

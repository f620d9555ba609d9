//! The few claims of a JWT that help before the first request. Unverified: they can narrow what is done, never widen.
//!
//! Anything that is not a JWT with a JSON object inside is an opaque token without claims.

use zeroize::Zeroizing;

use super::event::Environment;
use super::time;
use super::token::{SessionToken, fingerprint};

#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Claims {
    /// Epoch milliseconds.
    pub(super) expires: Option<f64>,
    /// Epoch milliseconds.
    pub(super) issued: Option<f64>,
    pub(super) environment: Environment,
    /// Fingerprint of the linked account's id; the id itself is personal data and not kept.
    pub(super) account: Option<u64>,
}

impl Claims {
    pub(super) fn of(token: &SessionToken, key: u64) -> Self {
        token.with(|bytes| Self::read(bytes, key)).flatten().unwrap_or_default()
    }

    pub(super) fn read(token: &[u8], key: u64) -> Option<Self> {
        let (_header, rest) = cut(token)?;
        let (payload, signature) = cut(rest)?;
        if cut(signature).is_some() {
            return None;
        }
        let json = base64url(payload)?;
        let mut claims = Self::default();
        // Of a name given twice the last counts, as in JSON.parse.
        each_member(&json, |name, value| claims.learn(name, value, key))?;
        Some(claims)
    }

    fn learn(&mut self, name: &[u8], value: &[u8], key: u64) {
        let text = value.strip_prefix(b"\"").and_then(|text| text.strip_suffix(b"\""));
        let instant = || time::epoch_ms(time::decimal(text.unwrap_or(value))?);
        match name {
            b"exp" => self.expires = instant(),
            b"iat" => self.issued = instant(),
            b"environment" => {
                self.environment = match text {
                    Some(b"test") => Environment::Test,
                    Some(b"production") => Environment::Production,
                    _ => Environment::Unknown,
                }
            }
            b"linked_account_id" => self.account = text.map(|id| fingerprint(key, id)),
            _ => {}
        }
    }
}

/// What is before the first dot and what is after it.
fn cut(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let at = text.iter().position(|&byte| byte == b'.')?;
    text.get(..at).zip(text.get(at + 1..))
}

/// Decodes base64url, padded or not, into a buffer of exactly the right size that wipes itself.
fn base64url(text: &[u8]) -> Option<Zeroizing<Box<[u8]>>> {
    let text = &text[..text.iter().rposition(|&b| b != b'=').map_or(0, |last| last + 1)];
    if text.len() % 4 == 1 {
        return None;
    }
    let mut bytes = Zeroizing::new(vec![0; text.len() * 3 / 4].into_boxed_slice());
    let (mut bits, mut count, mut at) = (0u32, 0, 0);
    for &symbol in text {
        let six = match symbol {
            b'A'..=b'Z' => symbol - b'A',
            b'a'..=b'z' => symbol - b'a' + 26,
            b'0'..=b'9' => symbol - b'0' + 52,
            b'-' => 62,
            b'_' => 63,
            _ => return None,
        };
        bits = (bits << 6 | u32::from(six)) & 0xffff;
        count += 6;
        if count >= 8 {
            count -= 8;
            *bytes.get_mut(at)? = (bits >> count) as u8;
            at += 1;
        }
    }
    Some(bytes)
}

/// Tells the name (between its quotes) and the raw value of each member of a JSON object, without recursion. Values are
/// delimited, not validated. `None`: the text is not one object.
fn each_member(json: &[u8], mut tell: impl FnMut(&[u8], &[u8])) -> Option<()> {
    let start = expect(json, skip_space(json, 0), b'{')?;
    let mut at = skip_space(json, start);
    let first = at;
    while json.get(at)? != &b'}' {
        if at > first {
            at = skip_space(json, expect(json, at, b',')?);
        }
        let name = at..end_of_string(json, at)?;
        at = skip_space(json, expect(json, skip_space(json, name.end), b':')?);
        let value = at..end_of_value(json, at)?;
        at = skip_space(json, value.end);
        tell(json.get(name.start + 1..name.end - 1)?, json.get(value)?);
    }
    (skip_space(json, at + 1) == json.len()).then_some(())
}

fn skip_space(json: &[u8], at: usize) -> usize {
    let rest = json.get(at..).unwrap_or_default();
    at + rest.iter().take_while(|b| matches!(b, b' ' | b'\t' | b'\r' | b'\n')).count()
}

fn expect(json: &[u8], at: usize, byte: u8) -> Option<usize> {
    (json.get(at)? == &byte).then_some(at + 1)
}

fn end_of_string(json: &[u8], at: usize) -> Option<usize> {
    let mut at = expect(json, at, b'"')?;
    loop {
        match json.get(at)? {
            b'"' => return Some(at + 1),
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
}

fn end_of_value(json: &[u8], start: usize) -> Option<usize> {
    let (mut at, mut depth) = (start, 0usize);
    loop {
        match json.get(at)? {
            b'"' => at = end_of_string(json, at)?,
            b'{' | b'[' => {
                depth += 1;
                at += 1;
            }
            b'}' | b']' if depth > 0 => {
                depth -= 1;
                at += 1;
            }
            b'}' | b']' | b',' | b' ' | b'\t' | b'\r' | b'\n' if depth == 0 => {}
            _ => at += 1,
        }
        // At the top level a value ends where a separator, a space or the object's end follows.
        if depth == 0 && json.get(at).is_none_or(|b| matches!(b, b',' | b'}' | b']' | b' ' | b'\t' | b'\r' | b'\n')) {
            return (at > start).then_some(at);
        }
    }
}

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
        let text = match value {
            [b'"', text @ .., b'"'] => Some(text),
            _ => None,
        };
        let instant = || time::epoch_ms(time::decimal(text.unwrap_or(value))?);
        // A pattern would compare byte by byte, each in code of its own.
        let (is, says) = (|known: &[u8]| name == known, |known: &[u8]| text == Some(known));
        if is(b"exp") {
            self.expires = instant();
        } else if is(b"iat") {
            self.issued = instant();
        } else if is(b"linked_account_id") {
            self.account = text.map(|id| fingerprint(key, id));
        } else if is(b"environment") {
            self.environment = match () {
                () if says(b"test") => Environment::Test,
                () if says(b"production") => Environment::Production,
                () => Environment::Unknown,
            };
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

/// Tells the name and the raw value of each member of a JSON object, without recursion. Values are delimited, not
/// validated. `None`: the text is not one object.
fn each_member(json: &[u8], mut tell: impl FnMut(&[u8], &[u8])) -> Option<()> {
    let mut rest = Rest(json);
    rest.expect(b'{')?;
    let mut more = !rest.eat(b'}');
    while more {
        let name = rest.string()?;
        rest.expect(b':')?;
        tell(name, rest.value()?);
        more = rest.eat(b',');
        if !more {
            rest.expect(b'}')?;
        }
    }
    rest.0.trim_ascii_start().is_empty().then_some(())
}

/// What is not read yet.
struct Rest<'a>(&'a [u8]);

impl<'a> Rest<'a> {
    /// Leaves that byte behind, and white space before it; says whether it is there.
    fn eat(&mut self, byte: u8) -> bool {
        self.0 = self.0.trim_ascii_start();
        let found = self.0.first() == Some(&byte);
        if found {
            self.0 = &self.0[1..];
        }
        found
    }

    fn expect(&mut self, byte: u8) -> Option<()> {
        self.eat(byte).then_some(())
    }

    /// What is between the quotes of a text.
    fn string(&mut self) -> Option<&'a [u8]> {
        self.expect(b'"')?;
        let (text, mut end) = (self.0, 0);
        loop {
            end += match text.get(end)? {
                b'"' => break,
                b'\\' => 2,
                _ => 1,
            };
        }
        self.0 = text.get(end + 1..)?;
        text.get(..end)
    }

    fn value(&mut self) -> Option<&'a [u8]> {
        let text = self.0.trim_ascii_start();
        self.0 = text;
        let mut depth = 0usize;
        loop {
            match self.0.first()? {
                b'"' => {
                    self.string()?;
                    continue;
                }
                b'{' | b'[' => depth += 1,
                b'}' | b']' if depth > 0 => depth -= 1,
                b'}' | b']' | b',' | b' ' | b'\t' | b'\r' | b'\n' if depth == 0 => break,
                _ => {}
            }
            self.0 = &self.0[1..];
        }
        text.get(..text.len() - self.0.len()).filter(|value| !value.is_empty())
    }
}

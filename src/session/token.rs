//! The session token's bytes: one exact-size buffer, filled once, wiped on drop, at will and in a panic.

use std::cell::{Cell, RefCell, UnsafeCell};
use std::fmt;
use std::rc::{Rc, Weak};

use zeroize::Zeroize;

use super::SessionFault;

/// Longest token taken, in bytes.
pub const MAX_TOKEN_BYTES: usize = 8192;

/// A session token. Not `Clone`, not serialisable, shows nothing of itself:
///
/// ```
/// let token = connect_flow::session::SessionToken::copy_of(b"abc.def.ghi").ok();
/// assert_eq!(format!("{token:?}"), "Some(SessionToken)");
/// ```
/// ```compile_fail,E0277
/// fn cloned<T: Clone>(_: T) {}
/// connect_flow::session::SessionToken::copy_of(b"abc").map(cloned).ok();
/// ```
/// ```compile_fail,E0277
/// connect_flow::session::SessionToken::copy_of(b"abc").map(|token| token.to_string()).ok();
/// ```
/// ```compile_fail,E0277
/// fn bytes(_: impl AsRef<[u8]> + Into<Vec<u8>>) {}
/// connect_flow::session::SessionToken::copy_of(b"abc").map(bytes).ok();
/// ```
/// ```compile_fail,E0616
/// connect_flow::session::SessionToken::copy_of(b"abc").map(|token| token.slot).ok();
/// ```
pub struct SessionToken {
    slot: Rc<Slot>,
}

impl SessionToken {
    /// Fills a new buffer of exactly `len` bytes through `fill`, then checks it. Refused bytes are wiped.
    ///
    /// # Errors
    /// `Missing` (empty or spaces), `Invalid` (not RFC 6750, too long), `ApiKeyInBrowser`.
    pub fn read(len: usize, fill: impl FnOnce(&mut [u8])) -> Result<Self, SessionFault> {
        if len > MAX_TOKEN_BYTES {
            return Err(SessionFault::Invalid);
        }
        let mut bytes = vec![0; len].into_boxed_slice();
        fill(&mut bytes);
        Self::checked(bytes)
    }

    /// Copies. The caller wipes its own.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    pub fn copy_of(bytes: &[u8]) -> Result<Self, SessionFault> {
        Self::read(bytes.len(), |buffer| buffer.copy_from_slice(bytes))
    }

    /// Takes a buffer over without copying if its capacity is its length, else copies and wipes it.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    pub fn take(mut bytes: Vec<u8>) -> Result<Self, SessionFault> {
        if bytes.len() == bytes.capacity() {
            return Self::checked(bytes.into_boxed_slice());
        }
        let token = Self::copy_of(&bytes);
        bytes.zeroize();
        token
    }

    fn checked(mut bytes: Box<[u8]>) -> Result<Self, SessionFault> {
        if let Err(fault) = check(&bytes) {
            bytes.zeroize();
            return Err(fault);
        }
        Ok(Self { slot: Slot::register(bytes) })
    }

    /// Lends the bytes; `None` once they are wiped.
    pub(super) fn with<R>(&self, f: impl FnOnce(&[u8]) -> R) -> Option<R> {
        self.slot.with(f)
    }

    /// Tells tokens apart without keeping them: 64 bits under a key that is drawn per session.
    pub(super) fn fingerprint(&self, key: u64) -> u64 {
        self.with(|bytes| fingerprint(key, bytes)).unwrap_or(0)
    }
}

impl fmt::Debug for SessionToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionToken")
    }
}

/// FNV-1a with a keyed start and a final mix, so that the state cannot be run backwards without the key.
pub(super) fn fingerprint(key: u64, bytes: &[u8]) -> u64 {
    let hash = bytes.iter().fold(key ^ 0xcbf2_9ce4_8422_2325, |hash, &byte| {
        let step = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        step ^ (step >> 29)
    });
    super::random::mix(hash.wrapping_add(key))
}

fn check(bytes: &[u8]) -> Result<(), SessionFault> {
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(SessionFault::Missing);
    }
    let body = &bytes[..bytes.iter().rposition(|&b| b != b'=').map_or(0, |last| last + 1)];
    let allowed = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b'~' | b'+' | b'/');
    if body.is_empty() || bytes.len() > MAX_TOKEN_BYTES || !body.iter().all(allowed) {
        return Err(SessionFault::Invalid);
    }
    let bare_key = bytes.starts_with(b"pk") || bytes.starts_with(b"tk");
    let marked_key = bytes.starts_with(b"sk_") || bytes.starts_with(b"rk_");
    if marked_key || (bare_key && bytes.iter().all(|&b| b != b'.')) {
        return Err(SessionFault::ApiKeyInBrowser);
    }
    Ok(())
}

/// Overwrites every live token of this thread (a page has one). For panic hooks: no allocation, no panic, and it
/// works where destructors do not run. A token that is lent out while a panic unwinds is wiped when its loan ends.
pub fn wipe_all_live_tokens() {
    let _ = LIVE.try_with(|live| {
        if let Ok(live) = live.try_borrow() {
            live.iter().filter_map(Weak::upgrade).for_each(|slot| slot.wipe());
        }
    });
}

/// How many tokens of this thread hold bytes. For tests of leaks.
pub fn live_tokens() -> usize {
    LIVE.with(|live| live.borrow().iter().filter_map(Weak::upgrade).filter(|slot| !slot.wiped.get()).count())
}

thread_local! {
    static LIVE: RefCell<Vec<Weak<Slot>>> = const { RefCell::new(Vec::new()) };
}

struct Slot {
    bytes: UnsafeCell<Box<[u8]>>,
    loans: Cell<u32>,
    wiped: Cell<bool>,
}

impl Slot {
    fn register(bytes: Box<[u8]>) -> Rc<Self> {
        let slot = Rc::new(Self { bytes: UnsafeCell::new(bytes), loans: Cell::new(0), wiped: Cell::new(false) });
        LIVE.with(|live| {
            let mut live = live.borrow_mut();
            live.retain(|slot| slot.strong_count() > 0);
            live.push(Rc::downgrade(&slot));
        });
        slot
    }

    fn with<R>(&self, f: impl FnOnce(&[u8]) -> R) -> Option<R> {
        if self.wiped.get() {
            return None;
        }
        let _loan = Loan::of(self);
        // SAFETY: only `overwrite` writes, and it does not run while `loans` is above zero, except in a panic that
        // aborts, after which nothing reads any more. `Rc` keeps the slot on one thread.
        Some(f(unsafe { &*self.bytes.get() }))
    }

    fn wipe(&self) {
        self.wiped.set(true);
        if self.loans.get() == 0 || cfg!(panic = "abort") {
            self.overwrite();
        }
    }

    fn overwrite(&self) {
        // SAFETY: see `with`.
        unsafe { (*self.bytes.get()).zeroize() }
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.bytes.get_mut().zeroize();
    }
}

/// Counts a loan, and makes up for a wipe that came during it.
struct Loan<'a>(&'a Slot);

impl<'a> Loan<'a> {
    fn of(slot: &'a Slot) -> Self {
        slot.loans.set(slot.loans.get() + 1);
        Self(slot)
    }
}

impl Drop for Loan<'_> {
    fn drop(&mut self) {
        self.0.loans.set(self.0.loans.get() - 1);
        if self.0.loans.get() == 0 && self.0.wiped.get() {
            self.0.overwrite();
        }
    }
}

#[cfg(test)]
impl SessionToken {
    /// What the buffer holds, wiped or not.
    pub(super) fn raw(&self) -> Vec<u8> {
        assert_eq!(self.slot.loans.get(), 0);
        // SAFETY: see `Slot::with`.
        unsafe { (*self.slot.bytes.get()).to_vec() }
    }
}

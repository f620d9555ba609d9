//! The provider's window: opened blank inside the click, cut off from this page, then sent to a checked address.

use super::options::secure;
use crate::browser::window;
use crate::error::Code;
use crate::object;
use js_sys::Function;
use wasm_bindgen::JsValue;
use web_sys::{Url, Window};

/// Longer addresses are refused, in bytes.
const MAX_ADDRESS: usize = 8_192;

/// The window of one attempt and the address that it may be sent to, which is a secret.
#[derive(Default)]
pub(super) struct Popup {
    /// Of which attempt they are: an address that comes for another is of one that is over.
    attempt: u32,
    window: Option<Window>,
    address: Option<Address>,
    /// The host's own way to open addresses, in place of a window.
    open_url: Option<Function>,
}

/// An address that was checked.
pub(super) struct Address(Url);

impl Address {
    /// Takes one that may be trusted and does not hold the session token.
    pub(super) fn check(text: &str, holds_token: impl FnOnce(&str) -> bool) -> Result<Self, Code> {
        let text = Some(text).filter(|text| text.len() <= MAX_ADDRESS && !holds_token(text));
        text.and_then(secure).map(Self).ok_or(Code::UnsafeAuthUrl)
    }
}

impl Popup {
    pub(super) fn new(open_url: Option<Function>) -> Self {
        Self { open_url, ..Self::default() }
    }

    /// Opens the window of an attempt, if the browser lets us. Only works inside a click. The host's own way needs none.
    pub(super) fn open(&mut self, attempt: u32) -> bool {
        self.close();
        if self.attempt != attempt {
            self.attempt = attempt;
            self.address = None;
        }
        if self.open_url.is_some() {
            return true;
        }
        let features = "popup,width=520,height=720";
        self.window =
            window().and_then(|window| window.open_with_url_and_target_and_features("", "", features).ok()?);
        if let Some(popup) = &self.window {
            // The provider must not reach back: a page with an opener can navigate it.
            object::set(popup, "opener", &JsValue::NULL);
        }
        self.window.is_some()
    }

    pub(super) fn set_address(&mut self, attempt: u32, address: Address) {
        #[cfg(feature = "mutants")]
        crate::mutants::addressed(&address.0.href());
        if self.attempt == attempt {
            self.address = Some(address);
        }
    }

    /// The host's function, where it has given one, and what to call it with.
    pub(super) fn elsewhere(&self) -> Option<(Function, JsValue)> {
        let (open, address) = (self.open_url.clone()?, self.address.as_ref()?);
        Some((open, address.0.href().into()))
    }

    pub(super) fn navigate(&self) {
        if let (Some(window), Some(address)) = (&self.window, &self.address) {
            // `replace` leaves no blank entry to go back to; it fails only if the window is gone, which shows as closed.
            drop(window.location().replace(&address.0.href()));
        }
    }

    /// `None`: there is no window to ask.
    pub(super) fn closed(&self) -> Option<bool> {
        self.window.as_ref().map(|window| window.closed().unwrap_or(true))
    }

    /// The attempt is over.
    pub(super) fn end(&mut self) {
        self.close();
        self.address = None;
    }

    pub(super) fn close(&mut self) {
        if let Some(window) = self.window.take() {
            shut(&window);
        }
    }
}

/// The npm package's second module begins here, without which no window was opened.
#[inline(never)]
fn shut(window: &Window) {
    if !window.closed().unwrap_or(true) {
        // In some browsers this does nothing once the provider is there; its last page closes itself.
        drop(window.close());
    }
}

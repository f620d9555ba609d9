//! What a place of the view depends on, written down: as long as the same is written, nothing there is built anew.
//!
//! Written from the state as it stands: nothing is copied to be compared later, and all keys are compared by one function.

use crate::error::Failure;

#[derive(Default, PartialEq)]
pub(super) struct Key(Vec<u8>);

impl Key {
    pub(super) fn number(&mut self, number: usize) {
        self.0.extend_from_slice(&number.to_le_bytes());
    }

    pub(super) fn flag(&mut self, flag: bool) {
        self.number(usize::from(flag));
    }

    /// Behind its length, so that no two texts are taken for two others.
    pub(super) fn text(&mut self, text: &str) {
        self.number(text.len());
        self.0.extend_from_slice(text.as_bytes());
    }

    pub(super) fn maybe(&mut self, text: Option<&str>) {
        self.flag(text.is_some());
        self.text(text.unwrap_or_default());
    }

    /// What is shown of a failure.
    pub(super) fn failure(&mut self, failure: &Failure) {
        self.text(failure.code.as_str());
        self.maybe(failure.message.as_deref());
        self.maybe(failure.reference.as_deref());
    }
}

#[cfg(test)]
mod tests {
    use super::Key;

    #[test]
    fn what_is_written_otherwise_is_another_key() {
        let key = |texts: &[Option<&str>]| {
            let mut key = Key::default();
            texts.iter().for_each(|text| key.maybe(*text));
            key
        };
        assert!(key(&[Some("ab"), Some("c")]) == key(&[Some("ab"), Some("c")]));
        assert!(key(&[Some("ab"), Some("c")]) != key(&[Some("a"), Some("bc")]));
        assert!(key(&[None]) != key(&[Some("")]));
        assert!(key(&[]) != key(&[None]));
    }
}

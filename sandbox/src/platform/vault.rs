//! Encryption at rest: AES-256-GCM under the data key, each value bound to the row it belongs to.

use std::fmt;

use aes_gcm::aead::{Aead as _, Payload};
use aes_gcm::{Aes256Gcm, KeyInit as _, Nonce};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

use crate::crypto::Secret;

const NONCE_BYTES: usize = 12;

pub(crate) struct Vault {
    cipher: Aes256Gcm,
    signing_key: [u8; 32],
}

#[derive(Debug)]
pub(crate) enum SealError {
    /// The key is not 32 bytes in base64.
    Key,
    /// The operating system gives no random numbers.
    Random,
    /// Not sealed by this key, or for another row.
    Open,
}

impl fmt::Display for SealError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Key => "CONNECT_DATA_KEY must be 32 bytes in base64 (openssl rand -base64 32)",
            Self::Random => "no random numbers",
            Self::Open => "a stored secret cannot be opened with this CONNECT_DATA_KEY",
        })
    }
}

impl std::error::Error for SealError {}

impl Vault {
    pub(crate) fn new(key: &Secret) -> Result<Self, SealError> {
        let bytes = STANDARD.decode(key.expose()).map_err(|_| SealError::Key)?;
        Self::from_bytes(&<[u8; 32]>::try_from(bytes).map_err(|_| SealError::Key)?)
    }

    /// A key that lives as long as this process.
    pub(crate) fn ephemeral() -> Result<Self, SealError> {
        let mut key = [0; 32];
        getrandom::fill(&mut key).map_err(|_| SealError::Random)?;
        Self::from_bytes(&key)
    }

    fn from_bytes(key: &[u8; 32]) -> Result<Self, SealError> {
        let mut labelled = b"connect-flow-sandbox session token signing key".to_vec();
        labelled.extend_from_slice(key);
        let cipher = Aes256Gcm::new_from_slice(key).map_err(|_| SealError::Key)?;
        Ok(Self { cipher, signing_key: Sha256::digest(&labelled).into() })
    }

    /// Derived, so that session tokens survive a restart as the credentials do.
    pub(crate) fn signing_key(&self) -> &[u8] {
        &self.signing_key
    }

    /// Nonce and ciphertext; `row` must be the same when opening.
    pub(crate) fn seal(&self, row: &str, plain: &[u8]) -> Result<Vec<u8>, SealError> {
        let mut sealed = vec![0; NONCE_BYTES];
        getrandom::fill(&mut sealed).map_err(|_| SealError::Random)?;
        let nonce = Nonce::try_from(sealed.as_slice()).map_err(|_| SealError::Random)?;
        let payload = Payload { msg: plain, aad: row.as_bytes() };
        sealed.extend(self.cipher.encrypt(&nonce, payload).map_err(|_| SealError::Open)?);
        Ok(sealed)
    }

    pub(crate) fn open(&self, row: &str, sealed: &[u8]) -> Result<Vec<u8>, SealError> {
        let (nonce, cipher_text) = sealed.split_at_checked(NONCE_BYTES).ok_or(SealError::Open)?;
        let nonce = Nonce::try_from(nonce).map_err(|_| SealError::Open)?;
        let payload = Payload { msg: cipher_text, aad: row.as_bytes() };
        self.cipher.decrypt(&nonce, payload).map_err(|_| SealError::Open)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_only_unchanged_in_its_own_row_and_under_its_own_key() {
        let vault = Vault::ephemeral().unwrap();
        let mut sealed = vault.seal("row 1", b"canary").unwrap();
        assert!(!sealed.windows(6).any(|window| window == b"canary"));
        assert_eq!(vault.open("row 1", &sealed).unwrap(), b"canary");
        assert!(vault.open("row 2", &sealed).is_err());
        assert!(Vault::ephemeral().unwrap().open("row 1", &sealed).is_err());
        *sealed.last_mut().unwrap() ^= 1;
        assert!(vault.open("row 1", &sealed).is_err());
        assert!(vault.open("row 1", b"short").is_err());
    }

    #[test]
    fn a_key_of_another_length_is_refused() {
        assert!(Vault::new(&Secret::new(&STANDARD.encode([7; 32]))).is_ok());
        assert!(Vault::new(&Secret::new(&STANDARD.encode([7; 16]))).is_err());
        assert!(Vault::new(&Secret::new("not base64!")).is_err());
    }
}

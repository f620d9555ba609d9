//! Entry points for arbitrary input: what the fuzz targets call, and the property tests on stable.

use super::{Claims, Given, SessionToken, time};

/// A token that is taken is what was given, within the limits.
pub fn token(bytes: &[u8]) {
    if let Ok(token) = SessionToken::copy_of(bytes) {
        assert_eq!(token.with(|held| held == bytes), Some(true));
        assert!(bytes.is_ascii() && bytes.len() <= super::MAX_TOKEN_BYTES);
        assert!(!bytes.iter().any(|b| b.is_ascii_control() || b.is_ascii_whitespace()));
    }
}

/// Claims are absent or points in time between 1970 and 9999.
pub fn jwt(bytes: &[u8]) {
    let claims = Claims::read(bytes, 1).unwrap_or_default();
    for instant in [claims.expires, claims.issued].into_iter().flatten() {
        assert!(instant > 0.0 && instant < 2.6e14);
    }
}

/// Numbers are finite, points in time between the years 1 and 9999, waits not negative.
pub fn time(bytes: &[u8]) {
    let Ok(text) = core::str::from_utf8(bytes) else { return };
    let instants = [time::instant(text), time::http_date(text)];
    assert!(instants.into_iter().flatten().all(|ms| ms.abs() < 2.6e14));
    assert!(time::decimal(bytes).is_none_or(f64::is_finite));
    assert!(time::retry_after_ms(text, 0.0).is_none_or(|ms| ms.is_finite() && ms >= 0.0));
    assert!(!matches!(Given::seconds_text(text), Given::Value(seconds) if !seconds.is_finite()));
}

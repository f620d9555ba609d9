//! Arbitrary input for everything that reads text: the fuzz targets' bodies, on stable.

use proptest::prelude::*;

use super::*;
use crate::session::time as reading;

fn reads_without_panic(bytes: &[u8]) {
    crate::session::fuzzing::token(bytes);
    crate::session::fuzzing::jwt(bytes);
    crate::session::fuzzing::time(bytes);
}

/// JSON-like payloads: closer to the edge than random bytes.
fn payload() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "\"",
        "\\",
        "\"exp\"",
        "\"iat\"",
        "\"environment\"",
        "\"linked_account_id\"",
        "1",
        "1800000000",
        "1e308",
        "-",
        ".",
        "\"test\"",
        "null",
        "\u{0}",
        " ",
        "\\u0065",
        "é",
        "1e-999",
    ]);
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 20_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn t10_k7_any_bytes_are_read_without_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        reads_without_panic(&bytes);
    }

    #[test]
    fn t10_k7_any_payload_is_read_without_panic(text in payload()) {
        reads_without_panic(format!("e30.{}.x", encode(text.as_bytes())).as_bytes());
        reads_without_panic(text.as_bytes());
    }

    #[test]
    fn t10_well_formed_claims_are_found(
        exp in 1u32..4_000_000_000, before in "[a-z]{0,9}", inner in payload(), spaces in "[ \t\r\n]{0,3}"
    ) {
        let inner: String = inner.chars().filter(|c| !"\"\\".contains(*c)).collect();
        let json = format!(r#"{{{spaces}"x{before}":{spaces}["{inner}",{{"exp":3}}],"exp"{spaces}:{exp}{spaces}}}"#);
        let claims = jwt(&json).with(|bytes| Claims::read(bytes, 9)).unwrap().unwrap();
        prop_assert_eq!(claims.expires, Some(f64::from(exp) * 1e3));
    }

    #[test]
    fn a7_rfc3339_round_trip(second in 0u32..4_000_000_000, offset in -1439i32..1440) {
        let local = i64::from(second) + i64::from(offset) * 60;
        prop_assume!(local >= 0);
        let (date, clock) = civil(local);
        let sign = if offset < 0 { '-' } else { '+' };
        let text = format!("{date}T{clock}{sign}{:02}:{:02}", offset.abs() / 60, offset.abs() % 60);
        prop_assert_eq!(reading::instant(&text), (second > 0).then_some(f64::from(second) * 1e3).or(Some(0.0)));
    }

    #[test]
    fn numbers_agree_with_the_standard_library(value in any::<f64>().prop_filter("finite", |v| v.is_finite())) {
        for text in [format!("{value:e}"), format!("{:.3}", value % 1e9)] {
            let exact: f64 = text.parse().unwrap();
            let ours = reading::decimal(text.as_bytes());
            prop_assert!(ours.is_some_and(|ours| (ours - exact).abs() <= exact.abs() * 1e-12 + 1e-300), "{} {:?}", text, ours);
        }
    }
}

/// By walking through the years: nothing in common with the code under test.
fn civil(second: i64) -> (String, String) {
    let (mut day, clock) = (second / 86_400, second % 86_400);
    let leap = |year: i64| (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    let mut year = 1970;
    while day >= 365 + i64::from(leap(year)) {
        day -= 365 + i64::from(leap(year));
        year += 1;
    }
    let mut month = 0;
    let lengths = [31, 28 + i64::from(leap(year)), 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    while day >= lengths[month] {
        day -= lengths[month];
        month += 1;
    }
    let date = format!("{year:04}-{:02}-{:02}", month + 1, day + 1);
    (date, format!("{:02}:{:02}:{:02}", clock / 3_600, clock / 60 % 60, clock % 60))
}

#[test]
fn http_dates_in_all_three_forms() {
    let wanted = Some(784_111_777_000.0);
    for text in ["Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"] {
        assert_eq!(reading::http_date(text), wanted, "{text}");
    }
    assert_eq!(reading::http_date("Wed Nov 16 08:49:37 1994"), wanted.map(|ms| ms + 864_000_000.0));
    assert_eq!(reading::http_date("Sunday, 06-Nov-22 08:49:37 GMT"), Some(1_667_724_577_000.0));
    // What some servers write for "never" is long ago, not soon.
    assert_eq!(reading::http_date("Mon, 01 Jan 0001 00:00:00 GMT"), Some(-62_135_596_800_000.0));
    let bad = [
        "",
        "Sun, 06 Nov 1994 08:49:37",
        "Sun, 31 Feb 1994 08:49:37 GMT",
        "06 Nov 1994",
        "Sun, 06 Nov 1994 24:49:37 GMT",
        "Sun, 06 Nov 1994 08:49:37 GMT x",
        "Sun, 06 Növ 1994 08:49:37 GMT",
        "Sun, 06 nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 08:49:37 gmt",
        "Sun, 06 1994 08:49:37 GMT",
        // The forms of RFC 9110 alone: days have two digits, years of the second form as well. Nobody is in year 0.
        "Sun, 6 Nov 1994 08:49:37 GMT",
        "Sunday, 06-Nov-1994 08:49:37 GMT",
        "Sun, 06 Nov 0000 08:49:37 GMT",
        "Sun, 06 Nov 19940 08:49:37 GMT",
        "a b c d e f g h i j",
    ];
    for text in bad {
        assert_eq!(reading::http_date(text), None, "{text}");
    }
}

#[test]
fn s29_retry_after_in_seconds_and_as_date() {
    assert_eq!(reading::retry_after_ms(" 120 ", 0.0), Some(120_000.0));
    assert_eq!(reading::retry_after_ms("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_770_000.0), Some(7_000.0));
    assert_eq!(reading::retry_after_ms("Sun, 06 Nov 1994 08:49:37 GMT", 9e12), Some(0.0));
    for bad in ["", "soon", "1e999", "🕛"] {
        assert_eq!(reading::retry_after_ms(bad, 0.0), None);
    }
}

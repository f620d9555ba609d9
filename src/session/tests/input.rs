//! What the host hands over: rows K.

use super::*;

fn check(bytes: &[u8]) -> Option<SessionFault> {
    SessionToken::copy_of(bytes).err()
}

#[test]
fn k1_missing_token_waits_and_says_so_once() {
    for nothing in [&b""[..], b" ", b" \t\r\n "] {
        assert_eq!(check(nothing), Some(SessionFault::Missing));
    }
    let mut rig = Rig::pushed();
    for _ in 0..5 {
        rig.push_fault(SessionFault::Missing);
        rig.run(10.0 * SECOND);
    }
    assert_eq!(rig.faults(), [SessionFault::Missing]);
    assert_eq!(rig.phase(), Phase::Waiting);
    assert_eq!(rig.sent(), None);
    rig.push(lasting("late-but-good", 900.0));
    assert_eq!(rig.sent().unwrap(), b"late-but-good");
}

#[test]
fn k1_a_host_that_gives_nothing_at_all_is_told_after_five_seconds() {
    let mut rig = Rig::pushed();
    rig.run(4.9 * SECOND);
    assert!(rig.faults().is_empty());
    rig.run(MINUTE);
    assert_eq!(rig.faults(), [SessionFault::Missing]);
    assert_eq!(rig.session.next_wake_ms(), None);
}

#[test]
fn k2_wrong_types_are_invalid_and_change_nothing() {
    let mut rig = Rig::pushed();
    rig.push_fault(SessionFault::Invalid);
    assert_eq!((rig.faults(), rig.sent()), (vec![SessionFault::Invalid], None));
    rig.push(lasting("good", 900.0));
    rig.push_fault(SessionFault::Invalid);
    assert_eq!(rig.sent().unwrap(), b"good");
}

#[test]
fn k3_characters_outside_rfc6750_are_refused() {
    let bad = [
        "a\r\nX: y",
        "a\nb",
        "a\0b",
        "tökën",
        "a🔑b",
        "\"abc\"",
        "a b",
        "a'b",
        " abc",
        "abc\n",
        "=abc",
        "a=b",
        "=",
        "a,b",
    ];
    for text in bad {
        assert_eq!(check(text.as_bytes()), Some(SessionFault::Invalid), "{text:?}");
    }
    for good in ["a", "abc==", "A-._~+/9", "e30.e30.x"] {
        assert_eq!(check(good.as_bytes()), None, "{good}");
    }
}

#[test]
fn k4_a_token_over_8_kib_is_refused_and_not_kept() {
    let before = live_tokens();
    assert_eq!(check(&vec![b'a'; 1 << 20]), Some(SessionFault::Invalid));
    assert_eq!(check(&[b'a'; MAX_TOKEN_BYTES + 1]), Some(SessionFault::Invalid));
    assert_eq!(SessionToken::take(vec![b'a'; MAX_TOKEN_BYTES + 1]).err(), Some(SessionFault::Invalid));
    assert_eq!(live_tokens(), before);
    let longest = SessionToken::take(vec![b'a'; MAX_TOKEN_BYTES]).unwrap();
    assert_eq!(longest.with(<[u8]>::len), Some(MAX_TOKEN_BYTES));
}

#[test]
fn k5_r2_api_keys_are_refused_and_jwts_never_taken_for_them() {
    for key in ["pk_live_0123", "tk0123456789", "pkABCDEF", "sk_test_1", "rk_live_1", "sk_a.b.c"] {
        assert_eq!(check(key.as_bytes()), Some(SessionFault::ApiKeyInBrowser), "{key}");
    }
    for token in ["pk.e30.sig", "tk1.tk2.tk3", "eyJwayI6MX0.e30.pk", "skating", "PK_x", "rk-1"] {
        assert_eq!(check(token.as_bytes()), None, "{token}");
    }
    let mut rig = Rig::asking();
    rig.answer(HostAnswer::Offer(Err(SessionFault::ApiKeyInBrowser)));
    assert_eq!(rig.faults(), [SessionFault::ApiKeyInBrowser]);
    assert_eq!((rig.sent(), rig.probes()), (None, 0));
}

#[test]
fn k6_t5_other_secrets_are_warned_of_once_and_the_session_token_used() {
    let mut rig = Rig::pushed();
    for name in ["one", "two"] {
        rig.push(Offer { secrets_dropped: true, ..lasting(name, 900.0) });
    }
    assert_eq!(rig.warnings(), [SessionFault::RefreshTokenInBrowser]);
    assert_eq!(rig.sent().unwrap(), b"two");
}

#[test]
fn k7_malformed_jwts_are_opaque_tokens() {
    let deep = format!(r#"{{"a":{}{}}}"#, "[".repeat(3_000), "]".repeat(3_000));
    let payloads =
        ["[1]", "\"exp\"", "{", "{}x", r#"{"exp":}"#, r#"{"exp" 1}"#, r#"{"exp":1,}"#, r#"{"exp":1"#, "nul", "", &deep];
    for payload in payloads {
        let mut rig = Rig::pushed();
        rig.push(Offer::bare(jwt(payload)));
        assert_eq!(rig.phase(), Phase::Active, "{payload:.20}");
        assert_eq!(rig.session.next_wake_ms(), Some(30_000.0));
    }
    for text in ["a", "a.b", "a.b.c.d", "a.!.c".trim_matches('!'), "e.AAAAA.c", "e.e30=.c", ".."] {
        let mut rig = Rig::pushed();
        if let Ok(token) = SessionToken::copy_of(text.as_bytes()) {
            rig.push(Offer::bare(token));
            assert_eq!(rig.phase(), Phase::Active, "{text}");
        }
    }
    let huge = r#"{"exp":1e999999999,"exp":99999999999999999999999999999999999999999999999999,"n":-1e-999999}"#;
    assert_eq!(claims(huge).unwrap().expires, None);
    assert_eq!(claims(r#"{"exp":1,"a":{"exp":2},"exp":1800000000}"#).unwrap().expires, Some(1.8e12));
    assert_eq!(claims(r#"{"a":"\"exp\":5","exp":1800000000,"b":["}"]}"#).unwrap().expires, Some(1.8e12));
}

#[test]
fn k7_only_three_parts_are_a_jwt_and_escapes_are_skipped() {
    let payload = encode(br#"{"exp":1800000000}"#);
    let read = |text: String| Claims::read(text.as_bytes(), 1).and_then(|claims| claims.expires);
    assert_eq!(read(format!("e30.{payload}.x")), Some(1.8e12));
    for other in
        [payload.clone(), format!("e30.{payload}"), format!("e30.{payload}.x.y"), format!("e30.{payload}.x.y.z")]
    {
        assert_eq!(read(other), None);
    }
    assert_eq!(claims(r#"{"a":"\","b":"",","exp":1800000000}"#).unwrap().expires, Some(1.8e12));
}

fn claims(payload: &str) -> Option<Claims> {
    jwt(payload).with(|bytes| Claims::read(bytes, 1)).unwrap()
}

#[test]
fn k8_exp_in_any_form_is_normalised_or_unknown() {
    let seconds = ["1800000000", "\"1800000000\"", "1800000000.0", "1.8e9", "1800000000000", "18e8"];
    for exp in seconds {
        assert_eq!(claims(&format!(r#"{{"exp":{exp}}}"#)).unwrap().expires, Some(1.8e12), "{exp}");
    }
    for exp in ["-1", "0", "1e308", "null", "true", "\"soon\"", "[]", "{}", "1e15", "NaN", "-0"] {
        assert_eq!(claims(&format!(r#"{{"exp":{exp}}}"#)).unwrap().expires, None, "{exp}");
        let mut rig = Rig::asking();
        rig.give(Offer::bare(jwt(&format!(r#"{{"exp":{exp}}}"#))));
        assert_eq!(rig.phase(), Phase::Active);
        rig.run(30.0 * MINUTE);
        assert_eq!(rig.expired(), 0, "unknown lifetimes are used until refused");
    }
    assert_eq!(claims("{}").unwrap(), Claims::default());
}

#[test]
fn k9_s1_expires_in_in_any_form() {
    assert_eq!(Given::seconds_text(" 3600 "), Given::Value(3_600.0));
    assert_eq!(Given::seconds(f64::NAN), Given::Unreadable);
    for text in ["abc", "", "NaN", "Infinity", "0x10", "1,5", "3600s", "--1", "."] {
        assert_eq!(Given::seconds_text(text), Given::Unreadable, "{text}");
    }
    // Nothing left, and a host that says so is believed.
    for over in [0.0, -1.0, -1e12] {
        let mut rig = Rig::pushed();
        rig.push(lasting("dead", over));
        assert_eq!((rig.faults(), rig.sent()), (vec![SessionFault::ExpiredOnArrival], None), "{over}");
    }
    for endless in [2_147_483_648.0, 1e12, f64::MAX / 1e4] {
        let mut rig = Rig::pushed();
        rig.push(lasting("long", endless));
        rig.run(HOUR);
        assert_eq!((rig.expiring(), rig.warnings()), (0, vec![SessionFault::LongLifetime]));
        rig.pass(30.0 * DAY - 1.5 * HOUR);
        rig.tick();
        assert_eq!(rig.expired(), 0);
        rig.pass(HOUR);
        rig.tick();
        assert_eq!(rig.expired(), 1, "clamped to 30 days");
    }
}

#[test]
fn k9_k10_unreadable_expiry_is_unknown_and_warned_of() {
    for offer in [
        Offer { expires_in: Given::seconds(f64::NAN), ..Offer::bare(token("a")) },
        Offer { expires_at: Given::instant_text("tomorrow"), ..Offer::bare(token("b")) },
    ] {
        let mut rig = Rig::asking();
        rig.give(offer);
        assert_eq!(rig.warnings(), [SessionFault::UnreadableExpiry]);
        assert_eq!(rig.phase(), Phase::Active);
    }
}

#[test]
fn k10_a7_rfc3339_and_epochs() {
    let at = |text: &str| Given::instant_text(text).value();
    let same = [
        "2026-01-01T00:00:00Z",
        "2026-01-01t00:00:00z",
        "2026-01-01 00:00:00Z",
        "2026-01-01T05:30:00+05:30",
        "2025-12-31T16:00:00-08:00",
        "2026-01-01T00:00:00.000Z",
        "2026-01-01T00:00:00-00:00",
        "1767225600",
        "1767225600000",
        "2025-12-31T23:59:60Z",
        "2026-01-01T08:59:60+09:00",
    ];
    for text in same {
        assert_eq!(at(text), Some(NEW_YEAR), "{text}");
    }
    assert_eq!(at("2026-01-01T00:00:00.25Z"), Some(NEW_YEAR + 250.0));
    assert_eq!(at("2028-02-29T00:00:00Z"), Some(1_835_395_200_000.0));
    let bad = [
        "2026-01-01T24:00:00Z",
        "2026-01-01T00:00:00",
        "2026-01-01T00:00:00Zx",
        "2026-02-29T00:00:00Z",
        "2026-13-01T00:00:00Z",
        "2026-00-01T00:00:00Z",
        "2026-01-32T00:00:00Z",
        "2026-01-01T00:60:00Z",
        "2026-01-01T12:00:60Z",
        "2026-01-01T00:00:61Z",
        "2026-01-01T00:00:00.Z",
        "2026-01-01T00:00:00+24:00",
        "2026-01-01T00:00:00+0100",
        "26-01-01T00:00:00Z",
        "2026-1-1T0:0:0Z",
        "2026-01-01",
        "",
        "🕛",
        "+1767225600",
        "1e400",
        "-5",
        "0000-01-01T00:00:00Z",
    ];
    for text in bad {
        assert_eq!(at(text), None, "{text}");
    }
    assert_eq!(Given::instant(NEW_YEAR), Given::instant(NEW_YEAR / 1e3));
    for number in [f64::NAN, f64::INFINITY, 0.0, -1.0] {
        assert_eq!(Given::instant(number), Given::Unreadable);
    }
}

#[test]
fn k11_a_token_in_an_attribute_is_told_once() {
    let mut rig = Rig::pushed();
    rig.push_fault(SessionFault::TokenAttributeForbidden);
    rig.push_fault(SessionFault::TokenAttributeForbidden);
    assert_eq!((rig.faults(), rig.sent()), (vec![SessionFault::TokenAttributeForbidden], None));
}

#[test]
fn k12_r14_another_account_resets_the_flow_and_waiters_do_not_go_on() {
    let mut rig = Rig::asking();
    rig.give(account("ada", "test", 1));
    rig.reject();
    let Acquire::Wait(ticket) = rig.acquire() else { panic!("must wait") };
    rig.run(6.0 * SECOND);
    rig.give(account("bob", "test", 2));
    assert_eq!(rig.faults(), [SessionFault::AccountChanged]);
    let tail = rig.log.split_off(rig.log.len() - 4);
    assert_eq!(tail[1], Effect::ResetFlow(ResetReason::AccountChanged));
    assert_eq!(tail[2], Effect::Release { ticket, result: Err(SessionFault::AccountChanged) });
    assert_eq!(rig.phase(), Phase::Active, "the new account's own requests go on");
}

#[test]
fn k13_r10_test_and_production_do_not_mix() {
    let mut rig = Rig::pushed();
    rig.push(account("ada", "test", 1));
    assert_eq!(rig.session.view().environment, Environment::Test);
    rig.push(account("ada", "test", 2));
    assert!(rig.faults().is_empty());
    rig.push(account("ada", "production", 3));
    assert_eq!(rig.faults(), [SessionFault::EnvironmentChanged]);
    assert_eq!(rig.count(|effect| *effect == Effect::ResetFlow(ResetReason::EnvironmentChanged)), 1);
    assert_eq!(rig.session.view().environment, Environment::Production);
    rig.push(lasting("opaque", 900.0));
    rig.push(account("ada", "production", 4));
    assert_eq!(rig.faults().len(), 1, "a token that does not say is no change");
}

#[test]
fn k12_the_account_is_remembered_over_expiry_sleep_and_a_new_sign_in() {
    let mut rig = Rig::asking();
    rig.give(account("ada", "test", 1));
    rig.with(Session::suspend);
    rig.with(Session::resume);
    rig.run(6.0 * SECOND);
    rig.answer(HostAnswer::SignedOut);
    rig.push(account("bob", "test", 2));
    assert_eq!(rig.faults(), [SessionFault::AccountChanged]);
}

#[test]
fn k14_the_same_token_a_hundred_times_a_second_is_one_epoch() {
    let mut rig = Rig::pushed();
    rig.push(lasting("same", 900.0));
    let quiet = rig.log.len();
    for _ in 0..1_000 {
        rig.pass(10.0);
        rig.push(lasting("same", 900.0));
    }
    assert_eq!(rig.session.view().generation, 1);
    assert_eq!(rig.log.len(), quiet);
    rig.run(900.0 * SECOND);
    for _ in 0..100 {
        rig.push(lasting("same", 900.0));
    }
    assert_eq!((rig.expired(), rig.faults()), (1, vec![SessionFault::NotRefreshed]));
    assert_eq!(rig.sent(), None);
}

//! Promises of the source documents: rows D, T, A, S and R that are about the token's life.

use super::*;

#[test]
fn d1_an_unreadable_expiry_is_not_already_expired() {
    let mut rig = Rig::asking();
    rig.give(Offer { expires_at: Given::instant_text("garbage"), ..Offer::bare(token("one")) });
    rig.run(8.0 * MINUTE);
    assert_eq!((rig.asks().len(), rig.expired()), (1, 0));
    rig.until_asked();
    assert!(rig.now.wall_ms < NEW_YEAR + 10.1 * MINUTE);
    assert_eq!(rig.reasons(), [AskReason::Initial, AskReason::Expiring], "renewed as if it lived 15 minutes");
    let unknown =
        |event: &SessionEvent| matches!(event, SessionEvent::Expiring { reason: ExpiryReason::UnknownLifetime, .. });
    assert!(rig.events().iter().any(unknown));
}

#[test]
fn d2_a_bad_answer_installs_nothing() {
    let mut rig = Rig::asking();
    rig.give(lasting("one", 900.0));
    rig.until_asked();
    rig.answer(HostAnswer::Offer(Err(SessionFault::Missing)));
    assert_eq!((rig.failures(), rig.sent().unwrap()), (vec![SessionFault::Missing], b"one".to_vec()));
}

#[test]
fn d3_a5_a8_due_exactly_at_the_margin() {
    for (before, events) in [(300_001.0, 0), (300_000.0, 1), (299_999.0, 1)] {
        let mut rig = Rig::pushed();
        rig.push(lasting("one", 3_600.0));
        rig.pass(3_600.0 * SECOND - before);
        rig.tick();
        assert_eq!(rig.expiring(), events, "{before} ms before the end");
    }
}

#[test]
fn d4_the_guard_keeps_requests_that_could_not_arrive() {
    for (lifetime, guard) in [(900.0, 5_000.0), (20.0, 2_000.0)] {
        let mut rig = Rig::pushed();
        rig.push(lasting("one", lifetime));
        rig.pass(lifetime * SECOND - guard - 1.0);
        assert!(rig.sent().is_some());
        rig.pass(1.0);
        assert_eq!(rig.sent(), None);
        assert_eq!(rig.expired(), 0, "not over yet");
    }
}

#[test]
fn d5_a9_a_thousand_requests_over_swaps_each_carry_wholly_one_token() {
    let mut rig = Rig::pushed();
    let name = |n: usize| format!("token-{n}-").repeat(1 + n % 7);
    let mut leases = vec![];
    for n in 0..1_000 {
        if n % 10 == 0 {
            rig.push(lasting(&name(n / 10), 900.0));
        }
        leases.push((n / 10, rig.lease()));
        let (made_in, lease) = leases[n * 7919 % leases.len()];
        let read = rig.with(|session, now| session.with_token(lease, now, <[u8]>::to_vec));
        assert_eq!(read, (made_in == n / 10).then(|| name(made_in).into_bytes()), "wholly its own or nothing");
        assert_eq!(rig.sent().unwrap(), name(n / 10).as_bytes());
        assert_eq!(live_tokens(), 1);
    }
}

#[test]
fn d7_the_margin_of_a_short_token_is_half_its_life() {
    let mut rig = Rig::pushed();
    rig.push(lasting("one", 120.0));
    rig.run(59.0 * SECOND);
    assert_eq!(rig.expiring(), 0);
    rig.run(2.0 * SECOND);
    assert_eq!(rig.expiring(), 1);
}

#[test]
fn d8_a26_ending_wipes_first_and_then_tells() {
    let mut rig = Rig::asking();
    rig.give(lasting("one", 900.0));
    let lease = rig.lease();
    rig.session.end(EndReason::HostEnded, rig.now);
    assert_eq!(live_tokens(), 0, "before any effect was carried out");
    assert_eq!(rig.session.with_token(lease, rig.now, <[u8]>::len), None);
    assert_eq!(rig.session.take_effects(), [Effect::Emit(SessionEvent::Ended { reason: EndReason::HostEnded })]);
}

/// A host that answers within half a second; requests every 10 s. Returns answers 401 and calls of the host.
fn healthy_day(lifetime: f64, hours: f64) -> (usize, usize) {
    let mut rig = Rig::asking();
    let (mut dies, mut refused, mut minted) = (0.0, 0, 0);
    let end = rig.now.steady_ms + hours * HOUR;
    while rig.now.steady_ms < end {
        if rig.is_asked() {
            rig.pass(500.0);
            minted += 1;
            dies = rig.now.steady_ms - 250.0 + lifetime * SECOND;
            rig.give(lasting(&format!("token-{minted}"), lifetime));
        }
        if rig.sent().is_some() && rig.now.steady_ms >= dies {
            refused += 1;
        }
        rig.run(10.0 * SECOND);
    }
    assert_eq!((rig.expired(), rig.failures()), (0, vec![]));
    assert_eq!(rig.asks().len(), minted + usize::from(rig.is_asked()));
    (refused, minted)
}

#[test]
fn a6_t13_a_day_with_a_healthy_host_has_no_401() {
    let (refused, minted) = healthy_day(900.0, 24.0);
    assert_eq!(refused, 0);
    assert!((140..=160).contains(&minted), "{minted}");
}

#[test]
fn t2_a1_s30_common_lifetimes_are_renewed_without_a_401() {
    for lifetime in [10_000.0, 3_600.0, 900.0, 300.0] {
        assert_eq!(healthy_day(lifetime, 12.0).0, 0, "{lifetime}");
    }
    let mut rig = Rig::pushed();
    rig.push(lasting("one", 900.0));
    rig.run(599.0 * SECOND);
    assert_eq!(rig.expiring(), 0);
    rig.run(SECOND);
    let warned = SessionEvent::Expiring {
        remaining_ms: 300_000.0,
        lifetime_ms: 900_000.0,
        generation: 1,
        reason: ExpiryReason::Lifetime,
    };
    assert_eq!(rig.events(), [warned]);
}

#[test]
fn s30_sixty_second_tokens_are_renewed_as_the_limits_allow() {
    let (mut rig, mut minted) = (Rig::asking(), 0);
    for _ in 0..360 {
        if rig.is_asked() {
            minted += 1;
            rig.give(lasting(&format!("t{minted}"), 60.0));
        }
        rig.run(10.0 * SECOND);
    }
    assert!((60..=75).contains(&minted), "{minted}");
}

#[test]
fn a3_a22_a_hundred_requests_in_one_lifetime_are_one_call() {
    let mut rig = Rig::asking();
    rig.give(lasting("one", 900.0));
    for _ in 0..100 {
        rig.run(5.0 * SECOND);
        assert_eq!(rig.sent().unwrap(), b"one");
    }
    assert_eq!(rig.asks().len(), 1);
}

#[test]
fn t14_n4_a_401_is_one_renewal() {
    let mut rig = Rig::asking();
    rig.give(lasting("one", 900.0));
    rig.with(|session, _| session.accepted(1));
    rig.run(MINUTE);
    rig.reject();
    assert_eq!((rig.expired(), live_tokens()), (1, 0));
    assert_eq!(rig.reasons(), [AskReason::Initial, AskReason::Rejected], "asked at once");
    let Acquire::Wait(_) = rig.acquire() else { panic!("the retry waits") };
    rig.with(|session, now| session.rejected(1, now));
    assert_eq!((rig.expired(), rig.asks().len()), (1, 2), "the other requests of that generation change nothing");
    rig.give(lasting("two", 900.0));
    rig.with(|session, now| session.rejected(1, now));
    assert_eq!(rig.sent().unwrap(), b"two", "a late 401 of the old generation does not touch the new one");
    assert!(rig.failures().is_empty());
}

#[test]
fn n4_401_for_ever_is_backed_off_from() {
    let (mut rig, mut minted) = (Rig::asking(), 0);
    let start = rig.now.steady_ms;
    while rig.now.steady_ms < start + HOUR {
        if rig.is_asked() {
            minted += 1;
            rig.give(lasting(&format!("t{minted}"), 900.0));
        }
        if rig.sent().is_some() {
            rig.reject();
        }
        rig.run(250.0);
    }
    rig.assert_paced();
    assert!((20..=60).contains(&minted), "{minted}");
    assert!(rig.asked_at[1] - rig.asked_at[0] <= 5_500.0, "the first is mended at once");
    assert!(rig.failures().iter().all(|code| *code == SessionFault::Rejected));
    assert!(rig.session.view().offer_retry);
}

#[test]
fn s14_expiry_is_checked_before_each_request() {
    let mut rig = Rig::pushed();
    rig.push(lasting("one", 900.0));
    let lease = rig.lease();
    rig.pass(HOUR);
    assert_eq!(rig.with(|session, now| session.with_token(lease, now, <[u8]>::len)), None, "no timer fired since");
}

#[test]
fn s29_a_host_is_called_at_most_six_times_in_five_minutes_whatever_happens() {
    let mut rig = Rig::asking();
    let mut n = 0;
    let start = rig.now.steady_ms;
    while rig.now.steady_ms < start + HOUR {
        if rig.is_asked() {
            n += 1;
            match n % 3 {
                0 => rig.fail(),
                1 => rig.give(lasting(&format!("t{n}"), 3.0)),
                _ => rig.give(lasting(&format!("t{n}"), 900.0)),
            }
        }
        if rig.sent().is_some() {
            rig.reject();
        }
        rig.with(Session::retry_by_user);
        rig.run(SECOND);
    }
    rig.assert_paced();
    assert!(n > 60, "{n}");
}

#[test]
fn renewal_is_spread_over_a_part_of_the_lifetime_only_with_a_callback() {
    let due = |seed: u64, has_callback: bool| {
        let mut rig = Rig::at_wall(has_callback, NEW_YEAR);
        rig.session = Session::new(SessionOptions { has_callback }, seed);
        rig.push(lasting("one", 3_600.0));
        while rig.expiring() == 0 {
            rig.run(SECOND);
        }
        (NEW_YEAR + HOUR - rig.now.wall_ms) / SECOND
    };
    let leads: Vec<_> = (0..40).map(|seed| due(seed, true)).collect();
    assert!(leads.iter().all(|lead| (299.0..=840.0).contains(lead)), "{leads:?}");
    assert!(leads.iter().any(|lead| *lead < 400.0) && leads.iter().any(|lead| *lead > 760.0));
    assert!((0..5).all(|seed| (299.0..=300.0).contains(&due(seed, false))));
}

#[test]
fn the_least_of_what_is_known_counts_and_the_device_clock_only_alone() {
    let expires_at = Given::instant(NEW_YEAR + HOUR);
    let server_time = Given::instant(NEW_YEAR);
    let claims = Claims { expires: Some(NEW_YEAR + 30.0 * MINUTE), ..Claims::default() };
    let (at, _) = clock::Clock::default().read(Now { wall_ms: NEW_YEAR - 400.0 * DAY, steady_ms: 0.0 });
    let offer = Offer { expires_in: Given::seconds(5_000.0), expires_at, server_time, ..Offer::bare(token("a")) };
    let estimate = |offer: &Offer, claims: &Claims| lifetime::estimate(offer, claims, at, None, false);
    let known = |length, trusted| lifetime::Estimate::Known { length, trusted };
    assert_eq!(estimate(&offer, &claims), known(30.0 * MINUTE, true));
    assert_eq!(estimate(&offer, &Claims::default()), known(HOUR, true));
    let alone = Offer { expires_at, ..Offer::bare(token("a")) };
    assert_eq!(estimate(&alone, &Claims::default()), known(HOUR + 400.0 * DAY, false));
    let issued = Claims { issued: Some(NEW_YEAR), ..claims };
    assert_eq!(estimate(&Offer::bare(token("a")), &issued), known(30.0 * MINUTE - SECOND, false));
    assert_eq!(estimate(&Offer::bare(token("a")), &Claims::default()), lifetime::Estimate::Unknown);
}

#[test]
fn the_lifetime_counts_from_before_the_call() {
    let mut rig = Rig::asking();
    rig.pass(14.0 * SECOND);
    rig.give(lasting("one", 60.0));
    rig.pass(40.9 * SECOND);
    assert!(rig.sent().is_some());
    rig.pass(0.2 * SECOND);
    assert_eq!(rig.sent(), None);
    let mut rig = Rig::asking();
    rig.pass(14.0 * SECOND);
    rig.give(lasting("over-before-it-came", 10.0));
    assert_eq!(rig.failures(), [SessionFault::ExpiredOnArrival]);
}

#[test]
fn r17_r20_sessions_share_nothing() {
    let (mut a, mut b) = (Rig::pushed(), Rig::asking());
    a.push(lasting("token-of-a", 900.0));
    b.give(lasting("token-of-b", 900.0));
    for _ in 0..500 {
        assert_eq!(a.sent().unwrap(), b"token-of-a");
        assert_eq!(b.sent().unwrap(), b"token-of-b");
    }
    drop(a);
    assert_eq!(b.sent().unwrap(), b"token-of-b");
    let again = Rig::asking();
    assert_eq!(again.reasons(), [AskReason::Initial], "a new life asks anew");
}

#[test]
fn r32_more_than_a_day_is_warned_of() {
    for (seconds, warned) in [(86_400.0, 0), (86_401.0, 1)] {
        let mut rig = Rig::pushed();
        rig.push(lasting("one", seconds));
        assert_eq!(rig.warnings().len(), warned);
    }
}

#[test]
fn t3_t10_opaque_tokens_work_and_forged_claims_widen_nothing() {
    let mut rig = Rig::pushed();
    let forged = dated(NEW_YEAR, NEW_YEAR + 400.0 * DAY, r#","environment":"production""#);
    rig.push(Offer { expires_in: Given::seconds(60.0), ..forged });
    rig.run(MINUTE);
    assert_eq!(rig.expired(), 1);
}

#[test]
fn s2_claims_do_not_leave() {
    let mut rig = Rig::pushed();
    rig.push(account("canary-7f3a", "test", 1));
    let shown = format!("{:?} {:?} {:?}", rig.log, rig.session.view(), rig.session.identity.account);
    assert!(!shown.contains("canary"));
}

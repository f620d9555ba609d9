//! Hosts that fail, stall, repeat, sign out or say nothing: rows H.

use super::*;

/// Lets every call fail as soon as it is made; returns when, in milliseconds of the steady clock.
fn fails_for(rig: &mut Rig, ms: f64) -> Vec<f64> {
    let (end, mut made) = (rig.now.steady_ms + ms, vec![]);
    while rig.now.steady_ms < end {
        if rig.is_asked() {
            made.push(rig.now.steady_ms);
            rig.fail();
        }
        rig.run(250.0);
    }
    made
}

#[test]
fn h1_d4_a_failing_host_is_backed_off_from_while_the_old_token_serves() {
    let mut rig = Rig::asking();
    rig.give(lasting("one", 900.0));
    rig.until_asked();
    let made = fails_for(&mut rig, 3.0 * MINUTE);
    assert!(made.len() >= 3 && rig.failures().iter().all(|code| *code == SessionFault::CallbackFailed));
    assert_eq!(rig.sent().unwrap(), b"one");
    assert!(!rig.session.view().offer_retry, "nobody is bothered while it works");
    rig.run(5.0 * MINUTE);
    assert_eq!((rig.expired(), rig.sent()), (1, None));
}

#[test]
fn h1_back_off_and_slow_tries() {
    let mut rig = Rig::asking();
    let made = fails_for(&mut rig, 30.0 * MINUTE);
    let gaps: Vec<_> = made.windows(2).map(|two| (two[1] - two[0]) / SECOND).collect();
    for (gap, wanted) in gaps.iter().zip([15.0, 30.0, 60.0, 60.0, 60.0]) {
        assert!(*gap >= wanted * 0.8 && *gap <= wanted * 1.2 + 0.5, "{gaps:?}");
    }
    assert!(gaps[5..].iter().all(|gap| (59.9..=121.0).contains(gap)), "{gaps:?}");
    assert!(made.windows(7).all(|seven| seven[6] - seven[0] > 5.0 * MINUTE));
    let attempts: Vec<_> = rig.asks().iter().map(|(_, _, attempt)| *attempt).collect();
    assert_eq!(attempts, (1..=attempts.len() as u32).collect::<Vec<_>>());
}

#[test]
fn h1_slow_tries_only_while_visible_and_online_and_an_outage_heals_by_itself() {
    let mut rig = Rig::asking();
    fails_for(&mut rig, 6.0 * MINUTE);
    assert!(rig.session.view().offer_retry);
    let asked = rig.asks().len();
    for page in [Page { visible: false, online: true }, Page { visible: true, online: false }] {
        rig.page = page;
        rig.tick();
        rig.run(HOUR);
        assert!(rig.asks().len() <= asked + 1, "at most the one that was under way");
    }
    rig.page = Page { visible: true, online: true };
    rig.run(SECOND);
    rig.give(lasting("healed", 900.0));
    assert_eq!(rig.sent().unwrap(), b"healed");
    assert!(!rig.session.view().offer_retry);
}

#[test]
fn h1_retry_after_is_honoured_and_capped() {
    for (wait, least, most) in
        [(90_000.0, 90.0, 91.0), (1e12, 300.0, 301.0), (f64::NAN, 11.0, 19.0), (-5.0, 11.0, 19.0)]
    {
        let mut rig = Rig::asking();
        rig.answer(HostAnswer::Failed { retry_after_ms: Some(wait) });
        let start = rig.now.steady_ms;
        while !rig.is_asked() {
            rig.run(250.0);
        }
        let waited = (rig.now.steady_ms - start) / SECOND;
        assert!(waited >= least && waited <= most, "{wait}: {waited}");
    }
}

#[test]
fn h2_a_silent_host_times_out_after_15_s_and_its_late_answer_is_ignored() {
    let mut rig = Rig::asking();
    let (first, _, _) = rig.asks()[0];
    rig.run(14.9 * SECOND);
    assert!(rig.failures().is_empty());
    rig.run(0.2 * SECOND);
    assert_eq!(rig.failures(), [SessionFault::CallbackTimeout]);
    assert_eq!(rig.count(|effect| *effect == Effect::CancelAsk(first)), 1);
    rig.with(|session, now| session.answered(first, HostAnswer::Offer(Ok(lasting("late", 900.0))), now));
    assert_eq!((rig.sent(), live_tokens()), (None, 0));
}

#[test]
fn h3_d11_the_same_token_again_is_not_a_renewal() {
    let mut rig = Rig::asking();
    rig.give(lasting("one", 900.0));
    rig.until_asked();
    rig.give(lasting("one", 900.0));
    assert_eq!(rig.failures(), [SessionFault::NotRefreshed]);
    assert_eq!(rig.sent().unwrap(), b"one");
    rig.run(10.0 * MINUTE);
    assert_eq!(rig.expired(), 1, "its end does not move");
    rig.until_asked();
    rig.give(lasting("one", 900.0));
    assert_eq!(rig.failures().last(), Some(&SessionFault::NotRefreshed), "remembered after it was wiped");
    assert!(rig.asks().len() < 12);
}

#[test]
fn h4_older_or_expired_tokens_do_not_replace_a_live_one() {
    let mut rig = Rig::asking();
    rig.give(dated(NEW_YEAR, NEW_YEAR + 10.0 * MINUTE, ""));
    let held = rig.sent();
    rig.until_asked();
    rig.give(dated(NEW_YEAR - HOUR, NEW_YEAR + HOUR, ""));
    rig.until_asked();
    rig.give(dated(NEW_YEAR - HOUR, NEW_YEAR - MINUTE, r#","n":1"#));
    rig.until_asked();
    rig.give(dated(NEW_YEAR + MINUTE, NEW_YEAR + 2.0 * MINUTE, ""));
    assert_eq!(
        rig.failures(),
        [SessionFault::NotRefreshed, SessionFault::NotRefreshed, SessionFault::ExpiredOnArrival]
    );
    assert_eq!((rig.sent(), rig.probes()), (held, 0));
}

#[test]
fn h4_a_replaced_token_does_not_come_back() {
    let mut rig = Rig::pushed();
    rig.push(lasting("one", 900.0));
    rig.push(lasting("two", 900.0));
    rig.push(lasting("one", 900.0));
    assert_eq!(rig.faults(), [SessionFault::NotRefreshed]);
    assert_eq!(rig.sent().unwrap(), b"two");
}

#[test]
fn h5_answers_out_of_order_the_newest_wins() {
    let mut rig = Rig::asking();
    rig.run(15.0 * SECOND);
    while rig.asks().len() < 2 {
        rig.run(SECOND);
    }
    let (slow, fast) = (rig.asks()[0].0, rig.asks()[1].0);
    rig.with(|session, now| session.answered(slow, HostAnswer::Offer(Ok(lasting("slow", 900.0))), now));
    assert_eq!(rig.sent(), None, "given up, and another call is under way");
    rig.with(|session, now| session.answered(fast, HostAnswer::Offer(Ok(lasting("fast", 900.0))), now));
    rig.with(|session, now| session.answered(slow, HostAnswer::SignedOut, now));
    rig.with(|session, now| session.answered(fast, HostAnswer::SignedOut, now));
    assert_eq!(rig.sent().unwrap(), b"fast");
}

#[test]
fn h5_a_push_overtakes_a_call() {
    let mut rig = Rig::asking();
    let (ask, _, _) = rig.asks()[0];
    rig.push(lasting("pushed", 900.0));
    assert_eq!(rig.count(|effect| *effect == Effect::CancelAsk(ask)), 1);
    rig.with(|session, now| session.answered(ask, HostAnswer::Offer(Ok(lasting("answered", 900.0))), now));
    assert_eq!(rig.sent().unwrap(), b"pushed");
}

#[test]
fn h6_an_answer_after_the_end_is_ignored_and_wiped() {
    let mut rig = Rig::asking();
    rig.with(|session, now| session.end(EndReason::HostEnded, now));
    let (ask, _, _) = rig.asks()[0];
    rig.with(|session, now| session.answered(ask, HostAnswer::Offer(Ok(lasting("late", 900.0))), now));
    assert_eq!((rig.phase(), live_tokens()), (Phase::Ended(EndReason::HostEnded), 0));
    assert_eq!(rig.acquire(), Acquire::Unavailable(SessionFault::Ended));
    assert_eq!(rig.session.next_wake_ms(), None);
}

#[test]
fn h7_h8_whatever_a_handler_does_happens_after_the_state_changed() {
    // Effects leave as values: a handler that throws, sets a token or unmounts meets a session that is already done.
    let mut rig = Rig::asking();
    rig.give(lasting("one", 900.0));
    rig.until_asked();
    assert_eq!(rig.expiring(), 1);
    rig.push(lasting("from-the-handler", 900.0));
    rig.with(|session, now| session.end(EndReason::HostEnded, now));
    rig.with(|session, now| session.end(EndReason::HostEnded, now));
    let ended = SessionEvent::Ended { reason: EndReason::HostEnded };
    assert_eq!(rig.events().iter().filter(|event| **event == ended).count(), 1);
}

#[test]
fn h9_without_callback_and_without_reaction_it_ends_in_reconnect() {
    let mut rig = Rig::pushed();
    rig.push(lasting("one", 900.0));
    rig.run(HOUR);
    assert_eq!((rig.expiring(), rig.expired(), rig.asks().len()), (1, 1, 0));
    let view = rig.session.view();
    assert_eq!((view.phase, view.offer_retry), (Phase::Expired, true));
    let Acquire::Wait(ticket) = rig.acquire() else { panic!("a push may come") };
    rig.run(30.0 * SECOND);
    let release = Effect::Release { ticket, result: Err(SessionFault::Unavailable) };
    assert_eq!(rig.count(|effect| *effect == release), 1);
    rig.with(Session::retry_by_user);
    assert_eq!(rig.failures(), [SessionFault::Unavailable], "the host hears of the click");
    rig.push(lasting("two", 900.0));
    assert_eq!(rig.phase(), Phase::Active);
}

#[test]
fn h10_a23_d6_fifty_requests_at_expiry_are_one_call_and_one_result() {
    for good in [true, false] {
        let mut rig = Rig::asking();
        rig.give(lasting("one", 900.0));
        rig.pass(HOUR);
        let waits: Vec<_> = (0..50).map(|_| rig.acquire()).collect();
        assert_eq!(rig.asks().len(), 2);
        if good {
            rig.give(lasting("two", 900.0))
        } else {
            rig.fail()
        }
        let result = if good { Ok(Lease { generation: 2, probe: false }) } else { Err(SessionFault::CallbackFailed) };
        for wait in &waits {
            let Acquire::Wait(ticket) = *wait else { panic!() };
            assert_eq!(rig.count(|effect| *effect == Effect::Release { ticket, result }), 1);
        }
        assert_eq!(rig.count(|effect| matches!(effect, Effect::Release { .. })), 50);
        assert_eq!(rig.asks().len(), 2);
    }
}

#[test]
fn h11_a_login_page_instead_of_a_token_is_invalid() {
    let page = SessionToken::copy_of(b"<!doctype html><title>Sign in</title>");
    assert_eq!(page.as_ref().err(), Some(&SessionFault::Invalid));
    let mut rig = Rig::asking();
    rig.answer(HostAnswer::Offer(page.map(Offer::bare)));
    assert_eq!(rig.failures(), [SessionFault::Invalid]);
}

#[test]
fn h12_a11_signed_out_at_the_host_ends_once_without_a_loop() {
    let mut rig = Rig::asking();
    rig.give(lasting("one", 900.0));
    rig.until_asked();
    rig.answer(HostAnswer::SignedOut);
    rig.run(HOUR);
    let ended = SessionEvent::Ended { reason: EndReason::HostUnauthenticated };
    assert_eq!(rig.events().iter().filter(|event| **event == ended).count(), 1);
    assert_eq!((rig.asks().len(), live_tokens()), (2, 0));
    rig.push(lasting("signed-in-again", 900.0));
    assert_eq!(rig.sent().unwrap(), b"signed-in-again");
    rig.until_asked();
    assert_eq!(rig.asks().len(), 3, "and renewal goes on");
}

#[test]
fn a_click_is_one_try_and_waits_its_turn_visibly() {
    let mut rig = Rig::asking();
    fails_for(&mut rig, 4.0 * MINUTE);
    let asked = rig.asks().len();
    assert_eq!(asked, 6);
    for _ in 0..20 {
        rig.with(Session::retry_by_user);
    }
    assert!(rig.session.view().retrying && !rig.is_asked());
    let at = rig.session.clock.last().unwrap();
    assert!(rig.session.is_ask_due(at) && rig.session.pace.earliest(true) > at.steady);
    while rig.asks().len() == asked {
        rig.run(SECOND);
    }
    assert_eq!(rig.reasons().last(), Some(&AskReason::Manual));
    rig.fail();
    assert!(!rig.session.view().retrying);
    rig.with(Session::retry_by_user);
    rig.run(5.0 * SECOND);
    assert!(rig.asks().len() <= asked + 2);
}

#[test]
fn a_click_after_signing_in_again_revives() {
    let mut rig = Rig::asking();
    rig.answer(HostAnswer::SignedOut);
    rig.with(Session::retry_by_user);
    rig.run(5.0 * SECOND);
    assert_eq!(rig.reasons(), [AskReason::Initial, AskReason::Manual]);
    rig.give(lasting("two", 900.0));
    assert_eq!(rig.phase(), Phase::Active);
}

#[test]
fn a_callback_given_later_is_asked_and_one_removed_is_not() {
    let mut rig = Rig::pushed();
    rig.with(|session, now| session.set_callback(true, now));
    assert_eq!(rig.reasons(), [AskReason::Initial]);
    rig.with(|session, now| session.set_callback(false, now));
    rig.run(HOUR);
    assert_eq!(rig.asks().len(), 1);
    assert_eq!(rig.count(|effect| matches!(effect, Effect::CancelAsk(_))), 1);
}

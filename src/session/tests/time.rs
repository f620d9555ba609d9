//! Clocks that lie, stop, jump and sleep: rows C.

use super::*;

const QUARTER: f64 = 15.0 * MINUTE;

fn answers_all(rig: &mut Rig, mint: impl Fn(&Rig, usize) -> Offer, ms: f64) -> usize {
    let mut answered = rig.asks().len() - usize::from(rig.is_asked());
    let mut left = ms;
    while left > 0.0 {
        if rig.is_asked() {
            let offer = mint(rig, answered);
            answered += 1;
            rig.give(offer);
        }
        let step = rig.session.next_wake_ms().unwrap_or(left).min(left);
        rig.pass(step);
        left -= step;
        rig.tick();
    }
    answered
}

#[test]
fn c1_clock_an_hour_ahead_probes_once_and_never_loops() {
    let mut rig = Rig::at_wall(true, NEW_YEAR + HOUR);
    let mint = |rig: &Rig| dated(rig.now.wall_ms - HOUR, rig.now.wall_ms - HOUR + QUARTER, "");
    let offer = mint(&rig);
    rig.give(offer);
    assert_eq!((rig.probes(), rig.sent()), (1, None));
    rig.with(|session, now| session.probed(1, ProbeOutcome::Accepted, now));
    assert_eq!(rig.warnings(), [SessionFault::ClockSkew]);
    assert!(rig.sent().is_some());
    let asks = answers_all(&mut rig, |rig, _| mint(rig), 3.0 * HOUR);
    assert_eq!((rig.probes(), rig.expired(), rig.failures()), (1, 0, vec![]));
    assert!((12..=24).contains(&asks), "{asks} asks in three hours");
}

#[test]
fn c1_a_probe_that_is_refused_is_expired_on_arrival() {
    let mut rig = Rig::at_wall(true, NEW_YEAR);
    rig.give(dated(NEW_YEAR - HOUR, NEW_YEAR - QUARTER, ""));
    let probe = Lease { generation: 1, probe: true };
    assert!(rig.with(|session, now| session.with_token(probe, now, <[u8]>::len)).is_some());
    let Acquire::Wait(ticket) = rig.acquire() else { panic!("only the probe may use it") };
    rig.with(|session, now| session.probed(1, ProbeOutcome::Rejected, now));
    assert_eq!(rig.failures(), [SessionFault::ExpiredOnArrival]);
    let release = Effect::Release { ticket, result: Err(SessionFault::ExpiredOnArrival) };
    assert_eq!(rig.count(|effect| *effect == release), 1);
    assert_eq!(rig.with(|session, now| session.with_token(probe, now, <[u8]>::len)), None);
    rig.run(20.0 * SECOND);
    assert_eq!(rig.asks().len(), 2, "the host is asked again after the back-off");
}

#[test]
fn c1_an_unanswered_probe_is_given_up_after_15_s() {
    let mut rig = Rig::at_wall(false, NEW_YEAR);
    rig.push(dated(NEW_YEAR - HOUR, NEW_YEAR - QUARTER, ""));
    rig.run(15.0 * SECOND);
    assert_eq!(rig.failures(), [SessionFault::Unavailable]);
    assert_eq!(rig.sent(), None);
}

#[test]
fn c1_the_date_header_mends_a_wrong_clock() {
    let mut rig = Rig::at_wall(true, NEW_YEAR + 10.0 * MINUTE);
    rig.give(dated(NEW_YEAR, NEW_YEAR + QUARTER, ""));
    let sent = rig.now;
    rig.pass(100.0);
    rig.with(|session, now| session.server_date(NEW_YEAR, None, sent, now));
    rig.until_asked();
    let asked = rig.now.wall_ms - 10.0 * MINUTE - NEW_YEAR;
    assert!((8.4 * MINUTE..10.1 * MINUTE).contains(&asked), "15 minutes were left, not 5: {asked}");
}

#[test]
fn c1_date_samples_that_say_nothing_are_ignored() {
    for (age, rtt, jump) in [(Some(1.0), 100.0, 0.0), (None, 5_001.0, 0.0), (None, 100.0, HOUR), (None, -1.0, 0.0)] {
        let mut rig = Rig::at_wall(true, NEW_YEAR + 10.0 * MINUTE);
        rig.give(dated(NEW_YEAR, NEW_YEAR + QUARTER, ""));
        let sent = Now { wall_ms: rig.now.wall_ms - rtt - jump, steady_ms: rig.now.steady_ms - rtt };
        rig.with(|session, now| session.server_date(NEW_YEAR, age, sent, now));
        rig.until_asked();
        assert!(rig.now.wall_ms < NEW_YEAR + 12.6 * MINUTE, "5 minutes are left, as far as anybody knows");
    }
}

#[test]
fn c2_clock_an_hour_behind_sends_nothing_dead() {
    let mut rig = Rig::at_wall(false, NEW_YEAR - HOUR);
    rig.push(dated(NEW_YEAR, NEW_YEAR + QUARTER, ""));
    rig.run(QUARTER - 1.0);
    rig.run(1.0);
    assert_eq!((rig.expired(), rig.sent()), (1, None));
}

#[test]
fn c2_a_half_used_token_behind_a_slow_clock_is_cut_by_the_date_header() {
    let mut rig = Rig::at_wall(false, NEW_YEAR - HOUR);
    rig.push(dated(NEW_YEAR - 10.0 * MINUTE, NEW_YEAR + 5.0 * MINUTE, ""));
    let sent = rig.now;
    rig.pass(50.0);
    rig.with(|session, now| session.server_date(NEW_YEAR, None, sent, now));
    rig.run(5.0 * MINUTE);
    assert_eq!((rig.expired(), rig.sent()), (1, None));
}

#[test]
fn c3_clock_set_forward_asks_early_once() {
    let mut rig = Rig::asking();
    rig.give(lasting("one", 900.0));
    rig.run(MINUTE);
    rig.now.wall_ms += 10.0 * MINUTE;
    rig.tick();
    assert_eq!((rig.reasons(), rig.expired()), (vec![AskReason::Initial, AskReason::Expiring], 0));
    rig.give(lasting("two", 900.0));
    rig.run(8.0 * MINUTE);
    assert_eq!(rig.asks().len(), 2, "the new epoch is not touched by the jump");
}

#[test]
fn c4_clock_set_back_still_expires_on_time() {
    let mut rig = Rig::pushed();
    rig.push(lasting("one", 900.0));
    for _ in 0..14 {
        rig.run(MINUTE);
        rig.now.wall_ms -= HOUR;
        rig.tick();
    }
    assert_eq!((rig.expiring(), rig.expired()), (1, 0));
    rig.run(MINUTE);
    assert_eq!((rig.expired(), rig.sent()), (1, None));
}

#[test]
fn c4_a_clock_that_creeps_back_still_expires_on_time() {
    let mut rig = Rig::pushed();
    rig.push(lasting("one", 900.0));
    for _ in 0..900 {
        rig.pass(SECOND);
        rig.now.wall_ms -= 200.0;
        rig.tick();
    }
    assert_eq!((rig.expired(), rig.sent()), (1, None));
}

#[test]
fn c4_set_back_then_asleep_with_a_stopped_clock() {
    let mut rig = Rig::pushed();
    rig.push(lasting("one", 900.0));
    rig.run(MINUTE);
    rig.now.wall_ms -= DAY;
    rig.tick();
    rig.now.wall_ms += QUARTER;
    assert_eq!(rig.sent(), None, "what was forgiven is not lent to the sleep");
}

fn sleeps(stops: bool) {
    for (asleep, expiring, expired, reason) in
        [(12.0 * MINUTE, 1, 0, AskReason::Expiring), (25.0 * HOUR, 0, 1, AskReason::Expired)]
    {
        let mut rig = Rig::asking();
        rig.give(lasting("one", 900.0));
        rig.run(MINUTE);
        rig.now.wall_ms += asleep;
        rig.now.steady_ms += if stops { 0.0 } else { asleep };
        // The wake-up is a click: the first that happens is a request.
        let sent = rig.sent();
        assert_eq!(sent.is_some(), expired == 0);
        assert_eq!((rig.expiring(), rig.expired()), (expiring, expired), "exactly one event");
        assert_eq!(rig.reasons(), [AskReason::Initial, reason], "asked at once");
        rig.pass(300.0);
        rig.give(lasting("two", 900.0));
        assert_eq!(rig.sent().unwrap(), b"two");
        assert_eq!(rig.expiring() + rig.expired(), 1);
    }
}

#[test]
fn c5_s14_sleep_past_margin_or_expiry_gives_one_event_and_no_dead_request() {
    sleeps(false);
}

#[test]
fn c6_sleep_with_a_stopped_steady_clock_is_noticed() {
    sleeps(true);
}

#[test]
fn c6_a_back_off_does_not_outlast_a_sleep() {
    let mut rig = Rig::asking();
    rig.give(lasting("one", 900.0));
    rig.until_asked();
    rig.fail();
    rig.run(6.0 * SECOND);
    rig.now.wall_ms += HOUR;
    rig.tick();
    assert_eq!(rig.reasons(), [AskReason::Initial, AskReason::Expiring, AskReason::Expired]);
}

#[test]
fn c6_a_call_under_way_when_the_lid_closes_is_made_again() {
    let mut rig = Rig::asking();
    rig.run(6.0 * SECOND);
    rig.now.wall_ms += HOUR;
    rig.tick();
    assert_eq!((rig.asks().len(), rig.failures().len()), (2, 0));
    assert_eq!(rig.count(|effect| matches!(effect, Effect::CancelAsk(_))), 1);
}

#[test]
fn c7_hidden_page_with_a_timer_a_minute_is_warned_in_time() {
    for (lifetime, least) in [(3_600.0, 240.0), (900.0, 240.0), (600.0, 240.0), (300.0, 90.0)] {
        let mut rig = Rig::pushed();
        rig.page.visible = false;
        rig.pass(17.0 * SECOND);
        rig.push(lasting("one", lifetime));
        rig.pass(43.0 * SECOND);
        let mut lead = 0.0;
        while rig.expired() == 0 {
            rig.tick();
            if let Some(SessionEvent::Expiring { remaining_ms, .. }) = rig.events().last() {
                lead = *remaining_ms;
            }
            rig.pass(MINUTE);
        }
        assert!(lead >= least * SECOND && lead <= 300.0 * SECOND, "{lifetime}: {lead}");
    }
}

#[test]
fn c8_a_frozen_page_catches_up_on_resume() {
    let mut rig = Rig::asking();
    rig.give(lasting("one", 900.0));
    rig.pass(2.0 * HOUR);
    rig.tick();
    assert_eq!((rig.expiring(), rig.expired(), rig.asks().len()), (0, 1, 2));
}

#[test]
fn c9_back_from_the_cache_after_an_hour_asks_anew_without_events() {
    let mut rig = Rig::asking();
    rig.give(lasting("one", 900.0));
    let Acquire::Ready(lease) = rig.acquire() else { panic!() };
    rig.with(Session::suspend);
    assert_eq!(live_tokens(), 0);
    assert_eq!(rig.session.next_wake_ms(), None);
    rig.pass(HOUR);
    let quiet = rig.events().len();
    rig.with(Session::resume);
    assert_eq!(rig.reasons(), [AskReason::Initial, AskReason::Initial]);
    assert_eq!(rig.phase(), Phase::Renewing);
    assert_eq!(rig.with(|session, now| session.with_token(lease, now, <[u8]>::len)), None);
    rig.give(lasting("two", 900.0));
    assert_eq!(rig.events()[quiet..].len(), 1, "only renewed");
    assert_eq!(rig.sent().unwrap(), b"two");
}

#[test]
fn c9_whoever_is_back_may_be_somebody_else_unless_the_tokens_say_otherwise() {
    let ada = || account("ada", "test", 1);
    let again = || account("ada", "test", 2);
    for (before, after, resets) in [
        (lasting("one", 900.0), lasting("two", 900.0), 1),
        (ada(), lasting("two", 900.0), 1),
        (lasting("one", 900.0), ada(), 1),
        (lasting("one", 900.0), lasting("one", 900.0), 0),
        (ada(), again(), 0),
    ] {
        let mut rig = Rig::pushed();
        rig.push(before);
        rig.with(Session::suspend);
        rig.with(Session::resume);
        rig.push(after);
        assert!(rig.faults().is_empty() && rig.sent().is_some());
        assert_eq!(rig.count(|effect| matches!(effect, Effect::ResetFlow(_))), resets);
        // Only whoever has left can be back.
        rig.push(lasting("three", 900.0));
        assert_eq!(rig.count(|effect| matches!(effect, Effect::ResetFlow(_))), resets);
    }
}

#[test]
fn c9_without_a_callback_the_host_hears_that_the_token_is_gone_and_may_give_it_again() {
    let mut rig = Rig::pushed();
    rig.push(lasting("one", 3_600.0));
    rig.with(Session::suspend);
    rig.pass(MINUTE);
    rig.with(Session::resume);
    rig.with(Session::resume);
    let expired = SessionEvent::Expired { generation: 1, reason: ExpiryReason::Suspended };
    assert_eq!(rig.events(), [expired]);
    rig.push(lasting("one", 3_540.0));
    assert_eq!(rig.sent().unwrap(), b"one");
}

#[test]
fn c10_sixty_days_do_not_overflow() {
    let mut rig = Rig::asking();
    rig.give(lasting("one", 60.0 * 86_400.0));
    rig.run(HOUR);
    assert_eq!((rig.asks().len(), rig.expiring()), (1, 0));
    assert_eq!(rig.session.next_wake_ms(), Some(30_000.0));
}

#[test]
fn c11_twenty_second_tokens_stay_within_six_calls_in_five_minutes() {
    let mut rig = Rig::asking();
    let start = rig.now.steady_ms;
    let mut seen = 0;
    while rig.now.steady_ms < start + HOUR {
        if rig.asks().len() > seen {
            seen = rig.asks().len();
            rig.give(lasting(&format!("t{seen}"), 20.0));
        }
        rig.run(250.0);
    }
    assert!(seen >= 66, "and does not give up: {seen}");
    rig.assert_paced();
}

#[test]
fn c12_only_epoch_milliseconds_are_read_so_zones_cannot_matter() {
    assert_eq!(Given::instant_text("2026-03-29T01:59:59+01:00"), Given::instant_text("2026-03-29T00:59:59Z"));
    assert_eq!(Given::instant_text("2026-03-29T03:00:00+02:00"), Given::instant_text("2026-03-29T01:00:00Z"));
}

#[test]
fn c13_a_first_call_that_fails_after_waking_is_tried_again_soon() {
    let mut rig = Rig::asking();
    rig.give(lasting("one", 900.0));
    rig.now.wall_ms += HOUR;
    rig.tick();
    rig.fail();
    rig.run(18.5 * SECOND);
    assert_eq!(rig.reasons()[1..], [AskReason::Expired, AskReason::Expired]);
}

#[test]
fn broken_clocks_neither_panic_nor_spin() {
    for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, f64::MAX] {
        let mut rig = Rig::asking();
        rig.give(lasting("one", 900.0));
        let good = rig.now;
        rig.now = Now { wall_ms: bad, steady_ms: bad };
        rig.tick();
        rig.acquire();
        rig.now = good;
        rig.tick();
    }
}

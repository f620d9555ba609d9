//! Where the bytes are, and that they go: row M4 and the panic hook of M1.

use super::*;
use zeroize::Zeroize;

#[test]
fn m4_one_live_token_at_most_and_none_after_swap_expiry_end_suspend_refusal() {
    let mut rig = Rig::asking();
    let step = |rig: &Rig, wanted: usize| assert_eq!(live_tokens(), wanted, "{:?}", rig.phase());
    rig.give(lasting("one", 900.0));
    step(&rig, 1);
    rig.push(lasting("two", 900.0));
    step(&rig, 1);
    rig.push(lasting("one", 900.0));
    step(&rig, 1);
    rig.run(16.0 * MINUTE);
    step(&rig, 0);
    rig.push(lasting("three", 900.0));
    rig.reject();
    step(&rig, 0);
    rig.push(lasting("four", 900.0));
    rig.with(Session::suspend);
    step(&rig, 0);
    rig.push(lasting("five", 900.0));
    rig.with(|session, now| session.end(EndReason::HostEnded, now));
    step(&rig, 0);
    rig.push(lasting("six", 900.0));
    step(&rig, 1);
    drop(rig);
    assert_eq!(live_tokens(), 0);
}

#[test]
fn m1_the_panic_hook_wipes_every_live_token() {
    let mut rig = Rig::pushed();
    rig.push(lasting("secret", 900.0));
    let lone = token("another");
    wipe_all_live_tokens();
    assert_eq!((live_tokens(), lone.with(<[u8]>::len)), (0, None));
    assert_eq!(rig.sent(), None);
}

#[test]
fn m1_a_token_lent_out_during_a_panic_is_wiped_when_its_loan_ends() {
    let token = token("secret");
    let lent = std::panic::AssertUnwindSafe(&token);
    let caught = std::panic::catch_unwind(move || {
        lent.with(|bytes| {
            assert_eq!(bytes, b"secret");
            wipe_all_live_tokens();
            assert_eq!(bytes, b"secret", "not under a reader's feet");
            std::panic::resume_unwind(Box::new(()));
        })
    });
    assert!(caught.is_err());
    assert_eq!((token.with(<[u8]>::len), token.raw()), (None, vec![0; 6]));
}

#[test]
fn m4_wiping_overwrites_the_buffer_itself() {
    let token = token("secret");
    wipe_all_live_tokens();
    assert_eq!(token.raw(), vec![0; 6]);
}

#[test]
fn f1_debug_shows_nothing() {
    let offer = lasting("very-secret", 900.0);
    let shown = format!("{offer:?} {:?}", HostAnswer::Offer(Ok(lasting("very-secret-too", 1.0))));
    assert!(!shown.contains("secret-") && !shown.contains("very"), "{shown}");
}

#[test]
fn a_buffer_of_exact_size_is_taken_over_without_a_copy() {
    let bytes = b"exactly-this".to_vec().into_boxed_slice().into_vec();
    let address = bytes.as_ptr();
    let token = SessionToken::take(bytes).unwrap();
    assert_eq!(token.with(<[u8]>::as_ptr), Some(address));
    let mut roomy = Vec::with_capacity(64);
    roomy.extend_from_slice(b"roomy");
    assert_eq!(SessionToken::take(roomy).unwrap().with(<[u8]>::to_vec).unwrap(), b"roomy");
    let mut read =
        SessionToken::read(3, |buffer| buffer.copy_from_slice(b"abc")).unwrap().with(<[u8]>::to_vec).unwrap();
    assert_eq!(read, b"abc");
    read.zeroize();
}

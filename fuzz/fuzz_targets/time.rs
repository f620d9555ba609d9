//! Numbers, points in time and waits.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| connect_flow::session::fuzzing::time(bytes));

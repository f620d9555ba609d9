//! What is taken for a session token.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| connect_flow::session::fuzzing::token(bytes));

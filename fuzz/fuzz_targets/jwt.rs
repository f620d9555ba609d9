//! The unverified claims of a JWT.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| connect_flow::session::fuzzing::jwt(bytes));

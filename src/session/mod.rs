//! The session token: what it is, how long it lives, how it is renewed. Pure: clocks and the host are injected.

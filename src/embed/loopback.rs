//! Names of this machine, for which a browser treats plain `http:` as a secure context.

/// For the host name of an address that the browser has read: whatever ends in a number is an IPv4 address there, in four
/// parts.
pub(super) fn is_loopback(host: &str) -> bool {
    let ends_in_number = || {
        let last = host.rsplit('.').next().unwrap_or_default();
        !last.is_empty() && last.bytes().all(|byte| byte.is_ascii_digit())
    };
    host == "localhost"
        || host.ends_with(".localhost")
        || host == "[::1]"
        || (host.starts_with("127.") && ends_in_number())
}

#[cfg(test)]
mod tests {
    use super::is_loopback;

    #[test]
    fn this_machine_alone() {
        for host in ["localhost", "app.localhost", "127.0.0.1", "127.255.255.254", "[::1]"] {
            assert!(is_loopback(host), "{host}");
        }
        for host in
            ["", "127.evil1", "127.0.0.1.evil1", "127.0.0.1.", "128.0.0.1", "localhost.evil", "evillocalhost", "[::2]"]
        {
            assert!(!is_loopback(host), "{host}");
        }
    }
}

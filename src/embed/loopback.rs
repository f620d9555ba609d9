//! Names of this machine, for which a browser treats plain `http:` as a secure context.

/// For the host name of an address that the browser has read: what begins with a number and ends in one is an IPv4 address
/// there, in four parts.
pub(super) fn is_loopback(host: &str) -> bool {
    let is_number = |byte: &u8| byte.is_ascii_digit();
    let is_ipv4 = || {
        let bytes = host.as_bytes();
        bytes.last().is_some_and(is_number) && bytes.iter().all(|byte| is_number(byte) || *byte == b'.')
    };
    host == "localhost" || host.ends_with(".localhost") || host == "[::1]" || (host.starts_with("127.") && is_ipv4())
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

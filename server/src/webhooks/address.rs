//! Where webhooks may go: to the public internet and nowhere else. A name is checked by what it
//! resolves to at the time of each delivery, and the connection goes to that very address: a name
//! that says one thing now and another later reaches nothing in here.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use http::Uri;

/// Longest address that is taken, bytes.
pub const MAX_BYTES: usize = 2_000;

/// What is wrong with an address for a webhook, in a sentence.
///
/// # Errors
/// That sentence.
pub fn check(text: &str, private_too: bool) -> Result<(), String> {
    if text.len() > MAX_BYTES {
        return Err(format!("the address is longer than {MAX_BYTES} bytes"));
    }
    if text.contains('#') {
        return Err("the address has a fragment, which is never sent".into());
    }
    let uri: Uri = text.parse().map_err(|_| "this is no address".to_owned())?;
    match uri.scheme_str() {
        Some("https") => {}
        Some("http") if private_too => {}
        _ => return Err("the address must begin with https://".into()),
    }
    let authority = uri.authority().ok_or("the address has no host")?;
    if authority.as_str().contains('@') {
        return Err("the address must not name a user".into());
    }
    let host = authority.host();
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    match bare.parse::<IpAddr>() {
        Ok(address) if !private_too && !is_public(address) => {
            Err("the address is one of a private network".into())
        }
        Err(_) if !private_too && !host.trim_end_matches('.').contains('.') => {
            Err("the host is a name of a private network".into())
        }
        _ => Ok(()),
    }
}

/// Whether an address belongs to the public internet (IANA's special-purpose registries for IPv4
/// and IPv6).
#[must_use]
pub fn is_public(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(v4) => is_public_v4(v4),
        IpAddr::V6(v6) => is_public_v6(v6),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let special = matches!(
        (a, b, c),
        (0 | 10 | 127 | 224..=255, _, _)
            | (100, 64..=127, _)
            | (169, 254, _)
            | (172, 16..=31, _)
            | (192, 0, 0 | 2)
            | (192, 88, 99)
            | (192, 168, _)
            | (198, 18 | 19, _)
            | (198, 51, 100)
            | (203, 0, 113)
    );
    !special
}

/// Only 2000::/3 is handed out; in it are blocks that carry IPv4 addresses, and some for examples.
fn is_public_v6(address: Ipv6Addr) -> bool {
    let [a, b, c, ..] = address.segments();
    let embedded = |high: u16, low: u16| {
        let bits = (u32::from(high) << 16) | u32::from(low);
        is_public_v4(Ipv4Addr::from_bits(bits))
    };
    match (a, b) {
        (0x2001, 0..=0x1ff) | (0x2001, 0xdb8) | (0x3fff, 0..=0x0fff) => false,
        (0x2002, high) => embedded(high, c),
        (0x0064, 0xff9b) => match address.segments() {
            [_, _, 0, 0, 0, 0, high, low] => embedded(high, low),
            _ => false,
        },
        (0x2000..=0x3fff, _) => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_public_internet_is_public() {
        for public in [
            "8.8.8.8",
            "100.63.0.1",
            "172.32.0.1",
            "192.0.1.1",
            "198.20.0.1",
            "2606:4700::1111",
            "2002:808:808::1",
            "64:ff9b::808:808",
            "::ffff:8.8.8.8",
        ] {
            assert!(is_public(public.parse().unwrap()), "{public}");
        }
        for private in [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "127.0.0.1",
            "169.254.169.254",
            "172.16.0.1",
            "192.0.0.1",
            "192.168.1.1",
            "198.18.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "fe80::1",
            "fd00::1",
            "ff02::1",
            "2001:db8::1",
            "2001::1",
            "2002:7f00:1::1",
            "64:ff9b::a00:1",
            "64:ff9b:1::1",
        ] {
            assert!(!is_public(private.parse().unwrap()), "{private}");
        }
    }

    #[test]
    fn an_address_is_https_and_public_and_plain() {
        assert_eq!(check("https://hooks.example.org/a?b=c", false), Ok(()));
        assert_eq!(check("https://8.8.8.8:8443/", false), Ok(()));
        for wrong in [
            "",
            "hooks",
            "http://hooks.example.org/",
            "ftp://hooks.example.org/",
            "https://localhost/",
            "https://printer/",
            "https://10.0.0.1/",
            "https://[::1]/",
            "https://[::ffff:10.0.0.1]/",
            "https://a:b@hooks.example.org/",
            "https://hooks.example.org/#x",
        ] {
            assert!(check(wrong, false).is_err(), "{wrong}");
        }
        assert_eq!(check("http://127.0.0.1:9000/", true), Ok(()));
    }
}

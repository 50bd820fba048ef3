//! Which addresses are the public's: a URL from outside must not make this machine talk to its own network.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use url::{Host, Url};

/// Longest URL that is accepted, in bytes.
const LONGEST: usize = 2_048;

/// Networks of IPv4 that are not the public's (IANA's registry of special-purpose addresses, RFC 6890):
/// their first address and the length of the prefix.
const SPECIAL_V4: [(Ipv4Addr, u32); 15] = [
    (Ipv4Addr::UNSPECIFIED, 8),
    (Ipv4Addr::new(10, 0, 0, 0), 8),
    (Ipv4Addr::new(100, 64, 0, 0), 10),
    (Ipv4Addr::new(127, 0, 0, 0), 8),
    (Ipv4Addr::new(169, 254, 0, 0), 16),
    (Ipv4Addr::new(172, 16, 0, 0), 12),
    (Ipv4Addr::new(192, 0, 0, 0), 24),
    (Ipv4Addr::new(192, 0, 2, 0), 24),
    (Ipv4Addr::new(192, 88, 99, 0), 24),
    (Ipv4Addr::new(192, 168, 0, 0), 16),
    (Ipv4Addr::new(198, 18, 0, 0), 15),
    (Ipv4Addr::new(198, 51, 100, 0), 24),
    (Ipv4Addr::new(203, 0, 113, 0), 24),
    // Multicast; then what is reserved, with the broadcast.
    (Ipv4Addr::new(224, 0, 0, 0), 4),
    (Ipv4Addr::new(240, 0, 0, 0), 4),
];

/// The same within IPv6's one public network, `2000::/3`: protocol assignments with Teredo, documentation, 6to4.
const SPECIAL_V6: [(Ipv6Addr, u32); 4] = [
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23),
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32),
    (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16),
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20),
];

/// Whether an address belongs to the public internet: not private, loopback, link-local, multicast, reserved,
/// nor one of IPv6 that stands for such a one of IPv4.
#[must_use]
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let within = |(network, length): &(Ipv4Addr, u32)| {
        (address.to_bits() ^ network.to_bits()).leading_zeros() >= *length
    };
    !SPECIAL_V4.iter().any(within)
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    // IPv4-mapped, and NAT64's well-known prefix (RFC 6052): behind both is an address of IPv4.
    if let [0, 0, 0, 0, 0, 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] = address.segments() {
        return is_public_v4(Ipv4Addr::from_bits((u32::from(high) << 16) | u32::from(low)));
    }
    let within = |(network, length): &(Ipv6Addr, u32)| {
        (address.to_bits() ^ network.to_bits()).leading_zeros() >= *length
    };
    address.segments()[0] & 0xe000 == 0x2000 && !SPECIAL_V6.iter().any(within)
}

/// Reads a URL that somebody outside gave, to be sent to: `http` or `https`, a host, no credentials, and no
/// host that is plainly this machine's or its network's, unless `allow_private`. What a name means is looked
/// at when it is connected to. The URL comes back as it is to be stored.
///
/// # Errors
/// One sentence on what is wrong and how to mend it.
pub fn check_url(text: &str, allow_private: bool) -> Result<Url, String> {
    check_url_up_to(LONGEST, text, allow_private)
}

/// The same with another bound, in bytes: an operator's own address, into which a text was put.
pub(super) fn check_url_up_to(longest: usize, text: &str, allow_private: bool) -> Result<Url, String> {
    if text.len() > longest {
        return Err(format!("it is longer than {longest} bytes"));
    }
    let mut url = Url::parse(text).map_err(|error| format!("it is no URL ({error}): write https://…"))?;
    if !["http", "https"].contains(&url.scheme()) {
        return Err("it must begin with https:// or http://".to_owned());
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("it holds a user or a password: leave them out, requests are signed".to_owned());
    }
    let Some(host) = url.host() else { return Err("it names no host".to_owned()) };
    if !allow_private && is_plainly_private(&host) {
        let mend = "name a public one, or set webhooks.allow_private";
        return Err(format!("{host} is an address of this machine or a private network: {mend}"));
    }
    url.set_fragment(None);
    Ok(url)
}

fn is_plainly_private(host: &Host<&str>) -> bool {
    match host {
        Host::Ipv4(address) => !is_public_v4(*address),
        Host::Ipv6(address) => !is_public_v6(*address),
        // RFC 6761 §6.3
        Host::Domain(name) => {
            let name = name.trim_end_matches('.');
            name == "localhost" || name.ends_with(".localhost")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        for public in [
            "1.1.1.1",
            "8.8.8.8",
            "100.63.255.255",
            "100.128.0.0",
            "172.15.0.1",
            "172.32.0.1",
            "192.0.1.1",
            "198.17.0.1",
            "198.20.0.1",
            "223.255.255.255",
            "2606:4700::1111",
            "2a00:1450::1",
            "2001:4860::8888",
            "::ffff:8.8.8.8",
            "64:ff9b::8.8.8.8",
        ] {
            assert!(is_public(public.parse().unwrap()), "{public}");
        }
        for private in [
            "0.0.0.0",
            "0.1.2.3",
            "10.0.0.1",
            "100.64.0.1",
            "100.127.255.255",
            "127.0.0.1",
            "127.255.255.254",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.8",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "239.255.255.250",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::127.0.0.1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "::ffff:169.254.169.254",
            "64:ff9b::10.0.0.1",
            "64:ff9b:1::1",
            "fc00::1",
            "fd12::1",
            "fe80::1",
            "fec0::1",
            "ff02::1",
            "100::1",
            "2001::1",
            "2001:db8::1",
            "2002:7f00:1::",
            "3fff::1",
            "5f00::1",
        ] {
            assert!(!is_public(private.parse().unwrap()), "{private}");
        }
    }

    #[test]
    fn urls() {
        for good in ["https://shop.example/told?x=1", "http://8.8.8.8:8080", "https://[2606:4700::1111]/x"] {
            assert!(check_url(good, false).is_ok(), "{good}");
        }
        assert_eq!(check_url("HTTPS://Shop.Example#x", false).unwrap().as_str(), "https://shop.example/");
        for bad in [
            "",
            "shop.example/told",
            "ftp://shop.example/",
            "file:///etc/passwd",
            "https://",
            "javascript:alert(1)",
            "https://me@shop.example/",
            "https://me:secret@shop.example/",
            "https://:secret@shop.example/",
        ] {
            assert!(check_url(bad, true).is_err(), "{bad}");
        }
        assert!(check_url(&format!("https://shop.example/{}", "x".repeat(LONGEST)), true).is_err());
    }

    /// However an address is written.
    #[test]
    fn urls_of_this_machine() {
        for private in [
            "http://127.0.0.1/",
            "http://127.1/",
            "http://2130706433/",
            "http://0x7f.1/",
            "http://0177.0.0.1/",
            "http://[::1]/",
            "http://[::ffff:7f00:1]/",
            "http://localhost:8790/",
            "http://LOCALHOST./",
            "http://a.localhost/",
            "http://169.254.169.254/latest/meta-data",
            "http://１２７.0.0.1/",
            "http://0/",
        ] {
            let refused = check_url(private, false).unwrap_err();
            assert!(refused.contains("webhooks.allow_private"), "{private}: {refused}");
            assert!(check_url(private, true).is_ok(), "{private}");
        }
    }
}

//! `[fastagi]`: the server that dialplans ask by `AGI(agi://…)`.

use std::{
    fmt,
    net::{IpAddr, SocketAddr},
    str::FromStr,
};

use serde::{Deserialize, de};

/// `[fastagi]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "see config/stasisd.toml")]
pub struct FastAgiConfig {
    pub enabled: bool,
    pub listen: SocketAddr,
    /// Allows an address that is not the loopback's: FastAGI knows neither passwords nor encryption.
    pub insecure_public: bool,
    /// Who may ask.
    pub sources: Vec<Network>,
    pub max_sessions: usize,
    /// How long the request may take to come.
    pub request_timeout_ms: u64,
    /// How long the whole session may take; what is asked of the other rooms has three quarters of it.
    pub session_timeout_ms: u64,
}

impl FastAgiConfig {
    /// Whether somebody at this address may ask.
    #[must_use]
    pub fn allows(&self, peer: IpAddr) -> bool {
        self.sources.iter().any(|network| network.contains(peer))
    }

    /// Whether it listens where others than this machine can reach it.
    #[must_use]
    pub fn is_public(&self) -> bool {
        !self.listen.ip().to_canonical().is_loopback()
    }
}

/// Addresses that begin alike: `192.0.2.0/24`, `2001:db8::/32`, or a single one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    first: IpAddr,
    /// Bits that all have in common.
    length: u32,
}

impl Network {
    /// Whether the address is one of them. IPv4 within IPv6 (`::ffff:192.0.2.1`) counts as IPv4.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        let differing = match (self.first, address.to_canonical()) {
            (IpAddr::V4(first), IpAddr::V4(one)) => (first.to_bits() ^ one.to_bits()).leading_zeros(),
            (IpAddr::V6(first), IpAddr::V6(one)) => (first.to_bits() ^ one.to_bits()).leading_zeros(),
            _ => return false,
        };
        differing >= self.length
    }
}

impl FromStr for Network {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong =
            || format!("{text:?} is no network: write it as 192.0.2.0/24, 2001:db8::/32 or one address");
        let (first, length) =
            text.split_once('/').map_or((text, None), |(first, length)| (first, Some(length)));
        let first: IpAddr = first.parse().map_err(|_| wrong())?;
        let whole = if first.is_ipv4() { 32 } else { 128 };
        let length = length.map_or(Ok(whole), |length| length.parse::<u32>().map_err(|_| wrong()))?;
        if length > whole { Err(wrong()) } else { Ok(Self { first, length }) }
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.first, self.length)
    }
}

impl<'de> Deserialize<'de> for Network {
    fn deserialize<D: de::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_within() {
        let contains = |network: &str, one: &str| {
            network.parse::<Network>().unwrap().contains(one.parse::<IpAddr>().unwrap())
        };
        assert!(contains("127.0.0.0/8", "127.1.2.3") && contains("127.0.0.0/8", "::ffff:127.0.0.1"));
        assert!(!contains("127.0.0.0/8", "128.0.0.1") && !contains("127.0.0.0/8", "::1"));
        assert!(contains("192.0.2.7", "192.0.2.7") && !contains("192.0.2.7", "192.0.2.6"));
        assert!(contains("0.0.0.0/0", "203.0.113.9") && !contains("0.0.0.0/0", "2001:db8::1"));
        assert!(contains("2001:db8::/32", "2001:db8:1::1") && !contains("2001:db8::/32", "2001:db9::1"));
        for bad in ["", "localhost", "192.0.2.0/33", "192.0.2.0/-1", "192.0.2/24", "::/129", "1.2.3.4/"] {
            assert!(bad.parse::<Network>().is_err(), "{bad}");
        }
    }
}

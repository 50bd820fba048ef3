//! `[ami]`: Asterisk's manager interface, which knows the queues.

use std::{collections::BTreeMap, path::PathBuf};

use serde::Deserialize;

use super::{Secret, verify::Found};

/// `[ami]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "see config/stasisd.toml")]
pub struct AmiConfig {
    pub enabled: bool,
    /// `host:port`.
    pub address: String,
    pub tls: bool,
    /// PEM of the authority that signed Asterisk's certificate, if not a public one.
    pub ca_file: Option<PathBuf>,
    pub user: String,
    /// The password itself; for tests and small sites.
    pub password: Option<Secret>,
    /// A file that holds it; without either, the systemd credential `ami-password`. Read when loaded.
    pub password_file: Option<PathBuf>,
    pub connect_timeout_ms: u64,
    pub action_timeout_ms: u64,
    /// A `Ping` is sent at this interval; two unanswered ones end the connection.
    pub heartbeat_secs: u64,
    pub backoff_min_ms: u64,
    pub backoff_max_ms: u64,
    /// Each queue is read anew once in so long.
    pub recheck_secs: u64,
    /// Whom a queue rings is told who calls.
    pub ringing: bool,
    /// `wrapuptime` by queue, as queues.conf says.
    #[serde(default)]
    pub wrap_up_secs: BTreeMap<String, u32>,
}

impl AmiConfig {
    /// Host and port; none if the address has not both.
    #[must_use]
    pub fn host_and_port(&self) -> Option<(&str, u16)> {
        let (host, port) = self.address.rsplit_once(':')?;
        // An IPv6 address stands in brackets.
        let host = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
        let port = port.parse().ok().filter(|port| *port != 0)?;
        (!host.is_empty() && !host.contains(char::is_whitespace)).then_some((host, port))
    }
}

/// What the values mean.
pub(super) fn verify(ami: &AmiConfig, found: &mut Found) {
    if ami.host_and_port().is_none() {
        let what = format!("{:?} is no host and port", ami.address);
        found.add("ami.address", what, "write it as 127.0.0.1:5038");
    }
    found.within("ami.connect_timeout_ms", ami.connect_timeout_ms, 100..=60_000);
    found.within("ami.action_timeout_ms", ami.action_timeout_ms, 100..=60_000);
    // Two missed beats and a bit must stay within 20 s.
    found.within("ami.heartbeat_secs", ami.heartbeat_secs, 1..=9);
    found.within("ami.backoff_min_ms", ami.backoff_min_ms, 10..=60_000);
    found.within("ami.backoff_max_ms", ami.backoff_max_ms, 10..=600_000);
    if ami.backoff_min_ms > ami.backoff_max_ms {
        found.add("ami.backoff_min_ms", "is more than ami.backoff_max_ms", "make it the smaller one");
    }
    found.within("ami.recheck_secs", ami.recheck_secs, 5..=86_400);
    if !ami.enabled {
        return;
    }
    found.filled("ami.user", &ami.user, "name a user of manager.conf");
    if ami.password.as_ref().is_none_or(|password| password.expose().is_empty()) {
        let mend = "write it into the file ami-password beside stasisd.toml, whose LoadCredential= the unit needs \
                    (systemctl edit stasisd), or name another in ami.password_file";
        found.add("ami.password", "there is none", mend);
    }
}

#[cfg(test)]
mod tests {
    use crate::config::{Config, problems};

    fn config() -> Config {
        let mut config = Config::defaults().unwrap();
        config.ari.password = Some("x".into());
        config.ami.password = Some("x".into());
        config.ami.enabled = true;
        config
    }

    #[test]
    fn each_bad_value_is_named() {
        type Spoil = fn(&mut Config);
        let cases: [(&str, Spoil); 8] = [
            ("ami.address", |c| c.ami.address = "127.0.0.1".to_owned()),
            ("ami.user", |c| c.ami.user.clear()),
            ("ami.password", |c| c.ami.password = None),
            ("ami.connect_timeout_ms", |c| c.ami.connect_timeout_ms = 1),
            ("ami.action_timeout_ms", |c| c.ami.action_timeout_ms = 1_000_000),
            ("ami.heartbeat_secs", |c| c.ami.heartbeat_secs = 10),
            ("ami.backoff_min_ms", |c| c.ami.backoff_min_ms = 50_000),
            ("ami.recheck_secs", |c| c.ami.recheck_secs = 0),
        ];
        for (key, spoil) in cases {
            let mut config = config();
            spoil(&mut config);
            let found = problems(&config);
            assert_eq!(found.iter().map(|p| &*p.key).collect::<Vec<_>>(), [key]);
        }
    }

    #[test]
    fn addresses() {
        let mut ami = config().ami;
        let mut at = |address: &str| {
            address.clone_into(&mut ami.address);
            ami.host_and_port().map(|(host, port)| (host.to_owned(), port))
        };
        assert_eq!(at("pbx.example:5039"), Some(("pbx.example".to_owned(), 5039)));
        assert_eq!(at("[::1]:5038"), Some(("::1".to_owned(), 5038)));
        for bad in ["", ":5038", "pbx", "pbx:0", "pbx:70000", "a b:5038"] {
            assert_eq!(at(bad), None, "{bad}");
        }
    }

    #[test]
    fn without_it_nothing_is_needed() {
        let mut config = Config::defaults().unwrap();
        config.ari.password = Some("x".into());
        assert_eq!(problems(&config), []);
    }
}

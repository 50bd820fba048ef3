//! What the values of `[fastagi]` mean.

use super::Found;
use crate::config::FastAgiConfig;

pub(super) fn verify(fastagi: &FastAgiConfig, found: &mut Found) {
    if fastagi.is_public() && !fastagi.insecure_public {
        let what = format!("{} is not on the loopback, and FastAGI knows no passwords", fastagi.listen);
        let mend =
            "listen on 127.0.0.1, or set fastagi.insecure_public = true, and in fastagi.sources who may ask";
        found.add("fastagi.listen", what, mend);
    }
    if fastagi.sources.is_empty() {
        found.add(
            "fastagi.sources",
            "is empty, so nobody may ask",
            "name Asterisk's address, or set enabled = false",
        );
    }
    found.within("fastagi.max_sessions", fastagi.max_sessions, 1..=10_000);
    found.within("fastagi.request_timeout_ms", fastagi.request_timeout_ms, 50..=30_000);
    found.within("fastagi.session_timeout_ms", fastagi.session_timeout_ms, 100..=60_000);
}

#[cfg(test)]
mod tests {
    use crate::config::{Config, problems};

    #[test]
    fn each_bad_value_is_named() {
        type Spoil = fn(&mut Config);
        let cases: [(&str, Spoil); 5] = [
            ("fastagi.listen", |c| c.fastagi.listen = ([192, 0, 2, 1], 4573).into()),
            ("fastagi.sources", |c| c.fastagi.sources.clear()),
            ("fastagi.max_sessions", |c| c.fastagi.max_sessions = 0),
            ("fastagi.request_timeout_ms", |c| c.fastagi.request_timeout_ms = 0),
            ("fastagi.session_timeout_ms", |c| c.fastagi.session_timeout_ms = 600_000),
        ];
        for (key, spoil) in cases {
            let mut config = Config::defaults().unwrap();
            config.ari.password = Some("x".into());
            spoil(&mut config);
            let found = problems(&config);
            assert_eq!(found.iter().map(|p| &*p.key).collect::<Vec<_>>(), [key]);
        }
    }

    #[test]
    fn a_public_address_needs_the_switch() {
        let mut config = Config::defaults().unwrap();
        config.ari.password = Some("x".into());
        config.fastagi.listen = ([192, 0, 2, 1], 4573).into();
        config.fastagi.insecure_public = true;
        assert_eq!(problems(&config), []);
    }
}

//! What the values of `[webhooks]` mean.

use super::Found;
use crate::config::WebhooksConfig;

/// Secrets, and bounds. No secret at all is allowed: then no callback URL is accepted.
pub(super) fn verify(webhooks: &WebhooksConfig, found: &mut Found) {
    let mend = "make one with: echo whsec_$(openssl rand -base64 32)";
    match webhooks.keys() {
        Err(what) => found.add("webhooks.secret", what, mend),
        Ok(keys) if keys.is_empty() && webhooks.secret.is_some() => {
            found.add("webhooks.secret", "is empty", mend);
        }
        Ok(_) => {}
    }
    found.within("webhooks.timeout_ms", webhooks.timeout_ms, 100..=60_000);
    found.within("webhooks.max_at_once", webhooks.max_at_once, 1..=1_000);
    found.within("webhooks.max_per_host", webhooks.max_per_host, 1..=100);
}

#[cfg(test)]
mod tests {
    use crate::config::{Config, WebhooksConfig, problems};

    fn keys_named(spoil: impl Fn(&mut WebhooksConfig)) -> Vec<String> {
        let mut config = Config::defaults().unwrap();
        config.ari.password = Some("x".into());
        spoil(&mut config.webhooks);
        problems(&config).iter().map(|problem| problem.key.to_string()).collect()
    }

    #[test]
    fn bounds() {
        assert_eq!(keys_named(|w| w.timeout_ms = 0), ["webhooks.timeout_ms"]);
        assert_eq!(keys_named(|w| w.max_at_once = 0), ["webhooks.max_at_once"]);
        assert_eq!(keys_named(|w| w.max_per_host = 0), ["webhooks.max_per_host"]);
    }

    #[test]
    fn secrets() {
        let good = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
        let bare = "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
        assert_eq!(keys_named(|w| w.secret = None), [] as [&str; 0]);
        assert_eq!(keys_named(|w| w.secret = Some(format!("{good} {bare}").into())), [] as [&str; 0]);
        let short = "whsec_c2hvcnQ=";
        for bad in ["", " ", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_", "whsec_?", short] {
            for secret in [bad.to_owned(), format!("{bad} {bad}")] {
                assert_eq!(
                    keys_named(|w| w.secret = Some(secret.clone().into())),
                    ["webhooks.secret"],
                    "{bad}"
                );
            }
        }
        let mut config = Config::defaults().unwrap().webhooks;
        config.secret = Some(format!("{good} {short}").into());
        let refused = config.keys().unwrap_err();
        assert!(refused.contains("secret 2") && !refused.contains("c2hv"), "{refused}");
    }
}

//! `[[outbound.notify]]`: which status of an order makes a call.

use serde::{Deserialize, Serialize};

use super::{Config, verify::Found};
use crate::model::Lane;

/// `[[outbound.notify]]`: a call when an order's status becomes this one.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "see config/stasisd.toml")]
pub struct NotifyConfig {
    pub status: String,
    /// The call waits so long for a newer status.
    #[serde(default = "settle_secs")]
    pub settle_secs: u32,
    #[serde(default = "flow")]
    pub flow: String,
    #[serde(default)]
    pub lane: Lane,
    pub gateway: Option<String>,
    /// Spoken when the order does not say; else `calls.language`.
    pub language: Option<String>,
    #[serde(default)]
    pub numbers: Numbers,
}

/// Which of an order's numbers are called.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Numbers {
    /// The first one: the others only tell who calls.
    #[default]
    First,
    /// Each.
    All,
}

/// The flow of status calls.
pub const NOTIFY_FLOW: &str = "order-notify";

fn settle_secs() -> u32 {
    60
}

fn flow() -> String {
    NOTIFY_FLOW.to_owned()
}

/// What is wrong with the rules.
pub(super) fn verify(config: &Config, found: &mut Found) {
    let outbound = &config.outbound;
    for (place, rule) in outbound.notify.iter().enumerate() {
        let key = |name: &str| format!("outbound.notify[{place}].{name}");
        let status = &rule.status;
        if status.is_empty() || status.len() > 64 || status.chars().any(char::is_control) {
            found.add(
                key("status"),
                format!("{status:?} is no status"),
                "write 1 to 64 bytes, as orders have it",
            );
        }
        if outbound.notify.iter().take(place).any(|other| other.status == *status) {
            found.add(key("status"), format!("{status:?} has a rule already"), "leave one of the two out");
        }
        found.within(key("settle_secs"), rule.settle_secs, 0..=86_400);
        found.name(key("flow"), &rule.flow);
        if let Some(name) = rule.gateway.as_ref().filter(|name| !config.gateways.contains_key(*name)) {
            let mend = format!("describe it in [gateways.{name}], or leave it out");
            found.add(key("gateway"), format!("there is no gateway {name:?}"), mend);
        }
        let is_tag =
            |tag: &String| (2..=3).contains(&tag.len()) && tag.bytes().all(|b| b.is_ascii_lowercase());
        if let Some(tag) = rule.language.as_ref().filter(|tag| !is_tag(tag)) {
            let what = format!("{tag:?} is not a language");
            found.add(key("language"), what, "write its ISO 639 code, such as \"en\"");
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::config::{Config, problems};

    type Spoil = fn(&mut super::NotifyConfig);

    #[test]
    fn each_bad_rule_is_named() {
        let rule: super::NotifyConfig = toml::from_str("status = \"arrived\"").unwrap();
        assert_eq!((rule.settle_secs, rule.flow.as_str()), (60, "order-notify"));
        let cases: [(&str, Spoil); 6] = [
            ("outbound.notify[1].status", |rule| rule.status = String::new()),
            ("outbound.notify[1].status", |rule| rule.status = "arrived".to_owned()),
            ("outbound.notify[1].settle_secs", |rule| rule.settle_secs = 90_000),
            ("outbound.notify[1].flow", |rule| rule.flow = "a b".to_owned()),
            ("outbound.notify[1].gateway", |rule| rule.gateway = Some("south".to_owned())),
            ("outbound.notify[1].language", |rule| rule.language = Some("Spanish".to_owned())),
        ];
        for (key, spoil) in cases {
            let mut config = Config::defaults().unwrap();
            config.ari.password = Some("x".into());
            let mut other = super::NotifyConfig { status: "delayed".to_owned(), ..rule.clone() };
            spoil(&mut other);
            config.outbound.notify = vec![rule.clone(), other];
            assert_eq!(problems(&config).iter().map(|p| &*p.key).collect::<Vec<_>>(), [key]);
        }
    }
}

//! `[routing]`: which way calls go that come in, and the calendars that routing rules name.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use serde::Deserialize;

use super::{Config, Holiday, Hours, verify::Found};
use crate::model::{Refuse, Target};

/// `[routing]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "each field's meaning stands beside its default in config/stasisd.toml")]
pub struct RoutingConfig {
    /// `flow:NAME`, `queue:NAME`, ...; empty: the flow `flows.default`.
    pub default: String,
    /// How callers on the list `block` are refused: `busy`, `forbidden`, `unallocated`; empty: only by rules.
    pub blocked: String,
    /// Contexts of the dialplan that send calls to us: a rule does not send a call back into them.
    pub inbound_contexts: Vec<String>,
    pub reread_secs: u64,
    /// The old name `POST /routetoivr`: added to the order's estimated time.
    pub rule_margin_secs: u32,
    /// Where its calls go; empty: `flows.default`.
    pub ivr_flow: String,
    /// Expiry given to a link whose sender names none.
    pub link_ttl_hours: u32,
    /// By name.
    #[serde(default)]
    pub hours: BTreeMap<String, CalendarConfig>,
}

/// `[routing.hours.NAME]`
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[allow(missing_docs, reason = "see config/stasisd.toml")]
pub struct CalendarConfig {
    /// IANA zone; empty: `calls.time_zone`.
    pub time_zone: String,
    pub monday: Vec<Hours>,
    pub tuesday: Vec<Hours>,
    pub wednesday: Vec<Hours>,
    pub thursday: Vec<Hours>,
    pub friday: Vec<Hours>,
    pub saturday: Vec<Hours>,
    pub sunday: Vec<Hours>,
    /// Days on which nothing is open.
    pub holidays: Vec<Holiday>,
}

impl CalendarConfig {
    /// The days, from Monday, by their keys.
    #[must_use]
    pub fn week(&self) -> [(&'static str, &[Hours]); 7] {
        [
            ("monday", &self.monday),
            ("tuesday", &self.tuesday),
            ("wednesday", &self.wednesday),
            ("thursday", &self.thursday),
            ("friday", &self.friday),
            ("saturday", &self.saturday),
            ("sunday", &self.sunday),
        ]
    }
}

impl RoutingConfig {
    /// Where calls go that no rule claims.
    ///
    /// # Errors
    /// The text is no target.
    pub fn default_target(&self, default_flow: &str) -> Result<Target, String> {
        match self.default.as_str() {
            "" => Ok(Target::Flow { flow: default_flow.to_owned() }),
            text => text.parse(),
        }
    }

    /// How blocked callers are refused, if not by rules alone.
    ///
    /// # Errors
    /// The text is no way to refuse a call.
    pub fn blocked_as(&self) -> Result<Option<Refuse>, String> {
        Some(self.blocked.as_str()).filter(|text| !text.is_empty()).map(str::parse).transpose()
    }
}

/// What is wrong with `[routing]`.
pub(super) fn verify(config: &Config, found: &mut Found) {
    let routing = &config.routing;
    match routing.default_target(&config.flows.default) {
        Err(what) => found.add("routing.default", what, "or leave it empty for the flow flows.default"),
        Ok(Target::Gateway { gateway, .. }) if !config.gateways.contains_key(&gateway) => {
            let mend = format!("describe it in [gateways.{gateway}]");
            found.add("routing.default", format!("there is no gateway {gateway:?}"), mend);
        }
        Ok(Target::Extension { context, .. }) if routing.inbound_contexts.contains(&context) => {
            let what = format!("{context:?} sends calls to us: every call would go in a circle");
            found.add("routing.default", what, "name another context");
        }
        Ok(_) => {}
    }
    if let Err(what) = routing.blocked_as() {
        found.add("routing.blocked", what, "or leave it empty for rules alone");
    }
    for context in &routing.inbound_contexts {
        found.name("routing.inbound_contexts", context);
    }
    if !routing.ivr_flow.is_empty() {
        found.name("routing.ivr_flow", &routing.ivr_flow);
    }
    found.within("routing.reread_secs", routing.reread_secs, 1..=3600);
    found.within("routing.rule_margin_secs", routing.rule_margin_secs, 0..=604_800);
    found.within("routing.link_ttl_hours", routing.link_ttl_hours, 1..=87_600);
    for (name, calendar) in &routing.hours {
        found.name(format!("routing.hours.{name}"), name);
        let zone = &calendar.time_zone;
        if !zone.is_empty() && TimeZone::get(zone).is_err() {
            let what = format!("{zone:?} is not a time zone known here");
            let mend = "write an IANA name such as \"Europe/Madrid\" (package tzdata)";
            found.add(format!("routing.hours.{name}.time_zone"), what, mend);
        }
        for (day, hours) in calendar.week() {
            found.within(format!("routing.hours.{name}.{day} (hours in one day)"), hours.len(), 0..=24);
        }
        let days = format!("routing.hours.{name}.holidays (days)");
        found.within(days, calendar.holidays.len(), 0..=1000);
    }
}

#[cfg(test)]
mod tests {
    use super::CalendarConfig;
    use crate::config::{Config, RoutingConfig, problems};

    type Spoil = fn(&mut RoutingConfig);

    #[test]
    fn each_bad_value_is_named() {
        let cases: [(&str, Spoil); 10] = [
            ("routing.default", |r| r.default = "person:bob".to_owned()),
            ("routing.default", |r| r.default = "gateway:south".to_owned()),
            ("routing.default", |r| r.default = "extension:stasisd-inbound,s".to_owned()),
            ("routing.blocked", |r| r.blocked = "rude".to_owned()),
            ("routing.inbound_contexts", |r| r.inbound_contexts.push("a,b".to_owned())),
            ("routing.ivr_flow", |r| r.ivr_flow = "a b".to_owned()),
            ("routing.reread_secs", |r| r.reread_secs = 0),
            ("routing.rule_margin_secs", |r| r.rule_margin_secs = 700_000),
            ("routing.link_ttl_hours", |r| r.link_ttl_hours = 0),
            ("routing.hours.office.time_zone", |r| {
                let calendar = CalendarConfig { time_zone: "Mars/Olympus".to_owned(), ..Default::default() };
                r.hours.insert("office".to_owned(), calendar);
            }),
        ];
        for (key, spoil) in cases {
            let mut config = Config::defaults().unwrap();
            config.ari.password = Some("x".into());
            spoil(&mut config.routing);
            assert_eq!(problems(&config).iter().map(|p| &*p.key).collect::<Vec<_>>(), [key]);
        }
    }
}

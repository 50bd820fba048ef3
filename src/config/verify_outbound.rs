//! What is wrong with `[outbound]` and the gateways' tables.

use std::collections::{BTreeMap, BTreeSet};

use jiff::tz::TimeZone;

use super::{Config, GatewayConfig, NumberForm, OutboundConfig, notify, verify::Found};
use crate::model::{Country, Lane, PhoneNumber, RetryRule};

/// Longest wait between two attempts: 30 days.
const LONGEST_DELAY_SECS: u32 = 30 * 24 * 3600;

pub(super) fn all(config: &Config, found: &mut Found) {
    outbound(&config.outbound, found);
    notify::verify(config, found);
    for name in &config.outbound.gateways {
        if !config.gateways.contains_key(name) {
            let what = format!("there is no gateway {name:?}");
            found.add(
                "outbound.gateways",
                what,
                format!("describe it in [gateways.{name}], or leave it out"),
            );
        }
    }
    for (name, config) in &config.gateways {
        let mut gateway = Gateway { name, found };
        gateway.endpoints(config);
        gateway.numbers(config);
        gateway.limits(config);
    }
}

fn outbound(outbound: &OutboundConfig, found: &mut Found) {
    found.within("outbound.ring_timeout_secs", outbound.ring_timeout_secs, 5..=300);
    found.within("outbound.late_up_to_secs", outbound.late_up_to_secs, 0..=LONGEST_DELAY_SECS);
    zone("outbound.time_zone", Some(&outbound.time_zone).filter(|name| !name.is_empty()), found);
    for (country, name) in &outbound.zones {
        if let Err(what) = country.parse::<Country>() {
            found.add("outbound.zones", what, "write US = \"America/Chicago\"");
        }
        zone("outbound.zones", Some(name), found);
    }
    let windows = &outbound.windows;
    let days = [
        ("outbound.windows.monday", &windows.monday),
        ("outbound.windows.tuesday", &windows.tuesday),
        ("outbound.windows.wednesday", &windows.wednesday),
        ("outbound.windows.thursday", &windows.thursday),
        ("outbound.windows.friday", &windows.friday),
        ("outbound.windows.saturday", &windows.saturday),
        ("outbound.windows.sunday", &windows.sunday),
        ("outbound.windows.quiet", &windows.quiet),
    ];
    for (key, hours) in days {
        found.within(format!("{key} (hours in one day)"), hours.len(), 0..=24);
    }
    found.within("outbound.windows.holidays (days)", windows.holidays.len(), 0..=1000);
    for lane in Lane::ALL {
        rule(lane, &outbound.retry, found);
    }
}

fn zone(key: &'static str, name: Option<&String>, found: &mut Found) {
    if let Some(name) = name.filter(|name| TimeZone::get(name).is_err()) {
        let what = format!("{name:?} is not a time zone known here");
        found.add(key, what, "write an IANA name such as \"Europe/Madrid\"");
    }
}

fn rule(lane: Lane, rules: &BTreeMap<Lane, RetryRule>, found: &mut Found) {
    let Some(rule) = rules.get(&lane) else { return };
    let key = format!("outbound.retry.{lane:?}").to_lowercase();
    found.within(format!("{key}.ceiling"), rule.ceiling, 1..=1000);
    for after in rule.after.values() {
        found.within(format!("{key}.after (delay_secs)"), after.delay_secs, 1..=LONGEST_DELAY_SECS);
        found.within(format!("{key}.after (max)"), after.max, 0..=1000);
    }
}

struct Gateway<'a> {
    name: &'a str,
    found: &'a mut Found,
}

impl Gateway<'_> {
    fn key(&self, key: &str) -> String {
        format!("gateways.{}.{key}", self.name)
    }

    fn add(&mut self, key: &str, what: String, mend: &str) {
        self.found.add(self.key(key), what, mend);
    }

    fn within(&mut self, key: &str, value: u32, low: u32, high: u32) {
        self.found.within(self.key(key), value, low..=high);
    }

    fn endpoints(&mut self, config: &GatewayConfig) {
        self.found.name(format!("gateways.{}", self.name), self.name);
        self.found.within(self.key("endpoints (how many)"), config.endpoints.len(), 1..=64);
        let mut names = BTreeSet::new();
        for endpoint in &config.endpoints {
            self.found.name(self.key("endpoints"), &endpoint.name);
            self.within("endpoints (weight)", endpoint.weight, 1, 1000);
            if !names.insert(&endpoint.name) {
                self.add(
                    "endpoints",
                    format!("{:?} is there twice", endpoint.name),
                    "give each its own name",
                );
            }
        }
        if config.transfer.is_empty() {
            self.add("transfer", "is empty".to_owned(), "name one way at least, such as \"continue\"");
        }
    }

    fn numbers(&mut self, config: &GatewayConfig) {
        for prefix in &config.prefixes {
            let is_prefix = prefix.strip_prefix('+').is_some_and(|digits| {
                (1..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit())
            });
            if !is_prefix {
                self.add("prefixes", format!("{prefix:?} is no prefix"), "write it as \"+34\"");
            }
        }
        let asked = config.caller_ids.iter().filter(|id| *id != "*").map(|id| ("caller_ids", id));
        let shown = Some(("caller_id", &config.caller_id)).filter(|(_, id)| !id.is_empty());
        for (key, id) in asked.chain(shown) {
            // Written as it is compared, so that what is allowed is what stands there.
            if !PhoneNumber::parse(id, None).is_ok_and(|number| number.as_str() == id) {
                self.add(key, format!("{id:?} is no number"), "write it as \"+34900000001\", or its digits");
            }
        }
        // The same digits mean another number in another country.
        let is_national = config.endpoints.iter().any(|endpoint| endpoint.dial.form == NumberForm::National);
        if is_national && config.prefixes.len() != 1 {
            let mend = "name the country's prefix, and no other, in prefixes; or use {number}";
            self.add("endpoints", "{national} loses the country".to_owned(), mend);
        }
    }

    fn limits(&mut self, config: &GatewayConfig) {
        self.found.within(self.key("calls_per_second"), config.calls_per_second, 0.001..=1000.0);
        self.within("max_calls", config.max_calls, 1, 100_000);
        self.within("max_calls_per_day", config.max_calls_per_day, 0, 100_000_000);
        self.within("max_calls_per_number_per_day", config.max_calls_per_number_per_day, 0, 10_000);
        self.within("alert_share_percent", config.alert_share_percent, 0, 100);
        self.within("set_aside_after", config.set_aside_after, 1, 1000);
        self.within("set_aside_secs", config.set_aside_secs, 1, 86_400);
        self.within("slow_after", config.slow_after, 1, 20);
        self.within("recover_secs", config.recover_secs, 1, 3600);
    }
}

#[cfg(test)]
mod tests {
    use super::super::{DialTemplate, Sources, load, problems};
    use super::*;

    fn good() -> Config {
        let mut config = Config::defaults().unwrap();
        config.ari.password = Some("x".into());
        let north = r#"
            endpoints = [{ name = "a", dial = "PJSIP/{number}@north-a" }, { name = "b", dial = "PJSIP/{digits}@b" }]
            prefixes = ["+34"]
            numbers = ["101", "2XX"]
            caller_id = "+34900000001"
            caller_ids = ["*"]
        "#;
        config.gateways.insert("north".to_owned(), toml::from_str(north).unwrap());
        config
    }

    #[test]
    fn a_gateway_with_defaults_is_fine() {
        assert_eq!(problems(&good()), []);
        assert_eq!(Config::defaults().unwrap().outbound.retry.len(), Lane::ALL.len());
    }

    #[test]
    fn each_bad_value_is_named() {
        type Spoil = fn(&mut OutboundConfig, &mut GatewayConfig);
        let cases: [(&str, Spoil); 14] = [
            ("outbound.ring_timeout_secs", |o, _| o.ring_timeout_secs = 0),
            ("outbound.time_zone", |o, _| o.time_zone = "Mars/Olympus".into()),
            ("outbound.zones", |o, _| drop(o.zones.insert("USA".into(), "America/Chicago".into()))),
            ("outbound.zones", |o, _| drop(o.zones.insert("US".into(), String::new()))),
            ("outbound.gateways", |o, _| o.gateways.push("south".into())),
            ("outbound.retry.alert.ceiling", |o, _| {
                drop(o.retry.insert(Lane::Alert, RetryRule { ceiling: 0, ..RetryRule::default() }));
            }),
            ("gateways.north.endpoints (how many)", |_, g| g.endpoints.clear()),
            ("gateways.north.endpoints", |_, g| g.endpoints[1].name = "a".into()),
            ("gateways.north.endpoints", |_, g| {
                g.endpoints[0].dial = DialTemplate::parse("PJSIP/{national}@x").unwrap();
                g.prefixes.push("+49".into());
            }),
            ("gateways.north.prefixes", |_, g| g.prefixes.push("34".into())),
            ("gateways.north.caller_ids", |_, g| g.caller_ids.push("**".into())),
            ("gateways.north.caller_id", |_, g| g.caller_id = "+34 900".into()),
            ("gateways.north.calls_per_second", |_, g| g.calls_per_second = f64::NAN),
            ("gateways.north.max_calls", |_, g| g.max_calls = 0),
        ];
        for (key, spoil) in cases {
            let mut config = good();
            let mut gateway = config.gateways["north"].clone();
            spoil(&mut config.outbound, &mut gateway);
            config.gateways.insert("north".to_owned(), gateway);
            let found = problems(&config);
            assert_eq!(found.iter().map(|p| &*p.key).collect::<Vec<_>>(), [key], "{found:?}");
        }
    }

    /// What has a grammar of its own is refused when it is read, with its place and how to write it.
    #[test]
    fn what_cannot_be_read_is_named_with_its_layer_and_key() {
        for (variable, value, key, mend) in [
            ("STASISD_OUTBOUND__WINDOWS__QUIET", "[\"9-5\"]", "outbound.windows.quiet", "09:00-13:30"),
            (
                "STASISD_OUTBOUND__WINDOWS__HOLIDAYS",
                "[\"25.12.\"]",
                "outbound.windows.holidays",
                "2026-12-25",
            ),
            ("STASISD_OUTBOUND__WINDOWS__EXEMPT", "[\"vip\"]", "outbound.windows.exempt", "callback"),
            (
                "STASISD_GATEWAYS__NORTH__ENDPOINTS",
                "[{name=\"a\", dial=\"PJSIP/{number}&PJSIP/x\"}]",
                "gateways.north.endpoints",
                "PJSIP/{number}@endpoint",
            ),
            ("STASISD_GATEWAYS__NORTH__LINES", "3", "gateways.north.lines", "max_calls"),
        ] {
            let environment = vec![(variable.to_owned(), value.to_owned())];
            let error = load(&Sources { environment, ..Sources::default() }).unwrap_err().to_string();
            assert!([variable, key, mend].iter().all(|part| error.contains(part)), "{error}");
        }
    }
}

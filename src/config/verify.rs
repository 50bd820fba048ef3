//! What the values mean: a pure check that names every key that cannot work, and how to mend it.

mod fastagi;
mod headers;
mod lookup;
mod messaging;
mod sms;
mod speech;
mod webhooks;

use std::{borrow::Cow, fmt, ops::RangeInclusive};

use tracing_subscriber::EnvFilter;
use url::Url;

use super::{
    AriConfig, CallsConfig, Config, FlowsConfig, HttpConfig, OrdersConfig, SpeechConfig, StorageConfig,
    routing, verify_outbound,
};
use crate::model::Country;

/// A key whose value cannot work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The key's path, `calls.max`.
    pub key: Cow<'static, str>,
    /// What is wrong.
    pub what: String,
    /// How to mend it.
    pub mend: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}; {}", self.key, self.what, self.mend)
    }
}

/// Everything that is wrong with the values; empty when the daemon can start with them.
#[must_use]
pub fn problems(config: &Config) -> Vec<Problem> {
    let mut found = Found::default();
    if let Err(error) = EnvFilter::try_new(&config.log.filter) {
        found.add("log.filter", error, "write a level, or part=level, with commas between");
    }
    ari(&config.ari, &mut found);
    super::ami::verify(&config.ami, &mut found);
    calls(&config.calls, &mut found);
    flows(&config.flows, &mut found);
    speech(&config.speech, &mut found);
    orders(&config.orders, &mut found);
    lookup::verify(&config.lookup, &mut found);
    routing::verify(config, &mut found);
    super::notes::verify(config, &mut found);
    super::timetable::verify(config, &mut found);
    super::queue_history::verify(config, &mut found);
    super::absences::verify(config, &mut found);
    messaging::verify(config, &mut found);
    sms::verify(config, &mut found);
    verify_outbound::all(config, &mut found);
    webhooks::verify(&config.webhooks, &mut found);
    http(&config.http, &mut found);
    fastagi::verify(&config.fastagi, &mut found);
    storage(&config.storage, &mut found);
    let retention = &config.retention;
    found.within("retention.calls_days", retention.calls_days, 1..=36_500);
    found.within("retention.events_days", retention.events_days, 1..=36_500);
    found.within("retention.orders_days", retention.orders_days, 0..=36_500);
    found.within("retention.call_orders_days", retention.call_orders_days, 1..=36_500);
    found.within("retention.notes_days", retention.notes_days, 0..=36_500);
    found.within("retention.routing_days", retention.routing_days, 0..=36_500);
    found.within("retention.queues_days", retention.queues_days, 1..=36_500);
    found.within("retention.sweep_minutes", retention.sweep_minutes, 1..=1440);
    found.0
}

/// Collects what is wrong.
#[derive(Default)]
pub(super) struct Found(Vec<Problem>);

impl Found {
    pub(super) fn add(
        &mut self,
        key: impl Into<Cow<'static, str>>,
        what: impl fmt::Display,
        mend: impl Into<String>,
    ) {
        self.0.push(Problem { key: key.into(), what: what.to_string(), mend: mend.into() });
    }

    pub(super) fn within<T: Copy + PartialOrd + fmt::Display>(
        &mut self,
        key: impl Into<Cow<'static, str>>,
        value: T,
        range: RangeInclusive<T>,
    ) {
        if !range.contains(&value) {
            let (low, high) = range.into_inner();
            self.add(key, format!("{value} is out of bounds"), format!("set it to {low} up to {high}"));
        }
    }

    pub(super) fn filled(&mut self, key: &'static str, value: &str, mend: &str) {
        if value.trim().is_empty() {
            self.add(key, "is empty", mend);
        }
    }

    /// Names that stand in the dialplan or in a path of ARI.
    pub(super) fn name(&mut self, key: impl Into<Cow<'static, str>>, value: &str) {
        let fits = (1..=79).contains(&value.len())
            && value.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b));
        if !fits {
            let what = format!("{value:?} cannot be a name in the dialplan");
            self.add(key, what, "use 1 to 79 letters, digits, - _ .");
        }
    }

    fn web(&mut self, key: &'static str, value: &str) -> Option<Url> {
        let url = Url::parse(value).ok().filter(|u| ["http", "https"].contains(&u.scheme()) && u.has_host());
        if url.is_none() {
            self.add(
                key,
                format!("{value:?} is not a web address"),
                "write it as http://host:port or https://…",
            );
        }
        url
    }
}

fn ari(ari: &AriConfig, found: &mut Found) {
    if let Some(url) = found.web("ari.url", &ari.url) {
        if url.path().trim_end_matches('/').ends_with("/ari") {
            found.add("ari.url", "ends in /ari", "leave that out: it is added");
        }
        if !url.username().is_empty() || url.query().is_some() || url.fragment().is_some() {
            found.add("ari.url", "holds more than an address", "name the user in ari.user");
        }
    }
    found.filled("ari.user", &ari.user, "name a user of ari.conf");
    if ari.password.as_ref().is_none_or(|password| password.expose().is_empty()) {
        let mend =
            "write it into the file ari-password beside stasisd.toml, or name another in ari.password_file";
        found.add("ari.password", "there is none", mend);
    }
    found.name("ari.app", &ari.app);
    found.within("ari.connect_timeout_ms", ari.connect_timeout_ms, 100..=60_000);
    found.within("ari.request_timeout_ms", ari.request_timeout_ms, 100..=60_000);
    // Two missed beats and a bit must stay within 20 s.
    found.within("ari.heartbeat_secs", ari.heartbeat_secs, 1..=9);
    found.within("ari.backoff_min_ms", ari.backoff_min_ms, 10..=60_000);
    found.within("ari.backoff_max_ms", ari.backoff_max_ms, 10..=600_000);
    if ari.backoff_min_ms > ari.backoff_max_ms {
        found.add("ari.backoff_min_ms", "is more than ari.backoff_max_ms", "make it the smaller one");
    }
    found.within("ari.http_pool", ari.http_pool, 1..=16);
}

fn calls(calls: &CallsConfig, found: &mut Found) {
    found.within("calls.max", calls.max, 1..=100_000);
    found.within("calls.max_starting", calls.max_starting, 1..=100_000);
    found.within("calls.max_per_second", calls.max_per_second, 0..=100_000);
    found.within("calls.max_duration_secs", calls.max_duration_secs, 1..=604_800);
    found.within("calls.drain_timeout_secs", calls.drain_timeout_secs, 0..=86_400);
    found.name("calls.fallback_context", &calls.fallback_context);
    found.name("calls.fallback_extension", &calls.fallback_extension);
    found.name("calls.operator_context", &calls.operator_context);
    found.name("calls.operator_extension", &calls.operator_extension);
    found.name("calls.transfer_context", &calls.transfer_context);
    super::party_transfer::verify(&calls.transfer, found);
    if !calls.country.is_empty()
        && let Err(what) = calls.country.parse::<Country>()
    {
        found.add("calls.country", what, "write two letters, or nothing");
    }
    let tag = &calls.language;
    if !((2..=3).contains(&tag.len()) && tag.bytes().all(|b| b.is_ascii_lowercase())) {
        found.add(
            "calls.language",
            format!("{tag:?} is not a language"),
            "write its ISO 639 code, such as \"en\"",
        );
    }
    if jiff::tz::TimeZone::get(&calls.time_zone).is_err() {
        let what = format!("{:?} is not a time zone known here", calls.time_zone);
        found.add("calls.time_zone", what, "write an IANA name such as \"Europe/Madrid\"");
    }
}

fn flows(flows: &FlowsConfig, found: &mut Found) {
    found.name("flows.default", &flows.default);
    if flows.directory.as_os_str().is_empty() {
        found.add("flows.directory", "is empty", "name the folder of the flow files");
    }
}

fn speech(speech: &SpeechConfig, found: &mut Found) {
    found.within("speech.espeak_words_per_minute", speech.espeak_words_per_minute, 80..=450);
    found.within("speech.render_timeout_ms", speech.render_timeout_ms, 100..=120_000);
    found.within("speech.workers", speech.workers, 1..=64);
    found.within("speech.queue", speech.queue, 1..=100_000);
    if ![8000, 16_000].contains(&speech.sample_rate) {
        found.add("speech.sample_rate", format!("{} Hz", speech.sample_rate), "set it to 8000 or 16000");
    }
    found.within("speech.cache_max_mib", speech.cache_max_mib, 1..=1_048_576);
    found.within("speech.cache_max_age_days", speech.cache_max_age_days, 1..=36_500);
    speech::verify(speech, found);
    match speech.delivery.as_str() {
        // Asterisk takes the paths as they stand, and its working folder is another.
        "file" => {
            for (key, path) in [
                ("speech.cache_directory", &speech.cache_directory),
                ("speech.sounds_directory", &speech.sounds_directory),
            ] {
                if !path.is_absolute() {
                    found.add(key, "is not an absolute path", "Asterisk reads it too: begin it with /");
                }
            }
        }
        "http" if speech.prompt_url.is_empty() => {}
        "http" => {
            found.web("speech.prompt_url", &speech.prompt_url);
        }
        other => found.add("speech.delivery", format!("{other:?}"), "set it to \"file\" or \"http\""),
    }
}

fn orders(orders: &OrdersConfig, found: &mut Found) {
    found.within("orders.default_ttl_hours", orders.default_ttl_hours, 0..=876_000);
    let Some(source) = &orders.source else { return };
    found.web("orders.source.url", &source.url);
    found.within("orders.source.timeout_ms", source.timeout_ms, 50..=30_000);
    found.within("orders.source.cache_secs", source.cache_secs, 0..=86_400);
    found.within("orders.source.breaker_failures", source.breaker_failures, 1..=1000);
    found.within("orders.source.breaker_open_secs", source.breaker_open_secs, 1..=3600);
}

fn http(http: &HttpConfig, found: &mut Found) {
    if !http.listen.ip().is_loopback() && http.tls.is_none() && !http.insecure_public {
        let what = format!("{} is not on the loopback, and there is no TLS", http.listen);
        let mend = "listen on 127.0.0.1, or set http.tls, or http.insecure_public = true behind a proxy";
        found.add("http.listen", what, mend);
    }
    found.within("http.max_body_kib", http.max_body_kib, 1..=65_536);
    found.within("http.request_timeout_ms", http.request_timeout_ms, 100..=600_000);
    found.within("http.rate_per_second", http.rate_per_second, 1..=1_000_000);
    found.within("http.rate_burst", http.rate_burst, 1..=1_000_000);
    found.within("http.auth_failures_per_minute", http.auth_failures_per_minute, 1..=10_000);
    found.within("http.max_streams", http.max_streams, 1..=100_000);
}

fn storage(storage: &StorageConfig, found: &mut Found) {
    // The URL can hold a password, so it is not repeated.
    let scheme = storage.url.expose().split_once(':').map_or("", |(scheme, _)| scheme);
    if !["sqlite", "postgres", "postgresql"].contains(&scheme) {
        let mend = "write sqlite:///var/lib/stasisd/stasisd.db or postgres://user@host/database";
        found.add("storage.url", "names no database that is known", mend);
    }
    found.within("storage.max_connections", storage.max_connections, 1..=1000);
    found.within("storage.group_commit_ms", storage.group_commit_ms, 0..=1000);
    found.within("storage.statement_timeout_ms", storage.statement_timeout_ms, 50..=600_000);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn good() -> Config {
        let mut config = Config::defaults().unwrap();
        config.ari.password = Some("x".into());
        config
    }

    #[test]
    fn the_defaults_lack_a_password_and_nothing_else() {
        let found = problems(&Config::defaults().unwrap());
        assert_eq!(found.iter().map(|p| &*p.key).collect::<Vec<_>>(), ["ari.password"]);
        assert_eq!(problems(&good()), []);
    }

    /// Each of these values, set alone, is refused by its key.
    #[test]
    fn each_bad_value_is_named() {
        type Spoil = fn(&mut Config);
        let cases: [(&str, Spoil); 23] = [
            ("log.filter", |c| c.log.filter = "stasisd=loud=x".into()),
            ("ari.url", |c| c.ari.url = "asterisk:8088".into()),
            ("ari.url", |c| c.ari.url = "http://127.0.0.1:8088/ari".into()),
            ("ari.app", |c| c.ari.app = "a,b".into()),
            ("ari.heartbeat_secs", |c| c.ari.heartbeat_secs = 10),
            ("ari.backoff_min_ms", |c| c.ari.backoff_min_ms = 16_000),
            ("ari.http_pool", |c| c.ari.http_pool = 17),
            ("ari.http_pool", |c| c.ari.http_pool = 0),
            ("calls.max", |c| c.calls.max = 0),
            ("calls.fallback_context", |c| c.calls.fallback_context = "a,s,1)".into()),
            ("calls.country", |c| c.calls.country = "Spain".into()),
            ("calls.language", |c| c.calls.language = "English".into()),
            ("calls.time_zone", |c| c.calls.time_zone = "Mars/Olympus".into()),
            ("speech.sample_rate", |c| c.speech.sample_rate = 44_100),
            ("speech.delivery", |c| c.speech.delivery = "pigeon".into()),
            ("speech.cache_directory", |c| c.speech.cache_directory = "cache".into()),
            ("http.listen", |c| c.http.listen = ([0, 0, 0, 0], 8790).into()),
            ("http.rate_burst", |c| c.http.rate_burst = 0),
            ("storage.url", |c| c.storage.url = "mysql://x".into()),
            ("storage.max_connections", |c| c.storage.max_connections = 0),
            ("retention.calls_days", |c| c.retention.calls_days = 0),
            ("retention.call_orders_days", |c| c.retention.call_orders_days = 0),
            ("retention.sweep_minutes", |c| c.retention.sweep_minutes = 0),
        ];
        for (key, spoil) in cases {
            let mut config = good();
            spoil(&mut config);
            let found = problems(&config);
            assert_eq!(found.iter().map(|p| &*p.key).collect::<Vec<_>>(), [key], "{config:?}");
        }
    }

    #[test]
    fn a_public_address_needs_tls_or_the_switch() {
        let mut config = good();
        config.http.listen = ([192, 0, 2, 1], 8790).into();
        assert_eq!(problems(&config).len(), 1);
        config.http.insecure_public = true;
        assert_eq!(problems(&config), []);
    }
}

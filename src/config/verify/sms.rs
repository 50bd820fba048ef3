//! What the values of `[sms]` mean. Templates are tried by the room that fills them in.

use url::Url;

use super::{Found, headers};
use crate::config::{CarrierConfig, CarrierKind, CarrierMethod, Config};

pub(super) fn verify(config: &Config, found: &mut Found) {
    let sms = &config.sms;
    found.within("sms.max_parts", sms.max_parts, 1..=10);
    found.within("sms.timeout_ms", sms.timeout_ms, 100..=60_000);
    found.within("sms.per_second", sms.per_second, 1..=1_000);
    if !sms.carrier.is_empty() && !sms.carriers.contains_key(&sms.carrier) {
        let what = format!("there is no carrier {:?}", sms.carrier);
        found.add("sms.carrier", what, "describe it in [sms.carriers.NAME], or leave it out");
    }
    for (name, carrier) in &sms.carriers {
        found.name(format!("sms.carriers.{name}"), name);
        let is_near = carrier.allow_private.unwrap_or(config.webhooks.allow_private);
        Carrier { name, carrier, is_near }.verify(found);
    }
}

struct Carrier<'a> {
    name: &'a str,
    carrier: &'a CarrierConfig,
    /// It may stand in one's own network.
    is_near: bool,
}

impl Carrier<'_> {
    fn key(&self, field: &str) -> String {
        format!("sms.carriers.{}.{field}", self.name)
    }

    fn verify(&self, found: &mut Found) {
        if let Some(rate) = self.carrier.per_second {
            found.within(self.key("per_second"), rate, 1..=1_000);
        }
        if let Some(from) = &self.carrier.from
            && (!(1..=32).contains(&from.chars().count()) || from.chars().any(char::is_control))
        {
            let mend = "write a number in full, as +34600111222, or the name that the carrier gave you";
            found.add(self.key("from"), "is no sender", mend);
        }
        let strange: &[&str] = match self.carrier.kind {
            CarrierKind::Twilio => {
                self.twilio(found);
                &["method", "user", "password", "headers", "form", "json", "text", "expect", "id"]
            }
            CarrierKind::Http => {
                self.http(found);
                &["account", "service"]
            }
        };
        for field in self.set().into_iter().filter(|field| strange.contains(field)) {
            let what = format!("is no setting of a carrier of kind {:?}", self.carrier.kind.as_str());
            found.add(self.key(field), what, "leave it out");
        }
        self.address(found);
    }

    /// The settings of one kind that are there.
    fn set(&self) -> Vec<&'static str> {
        let carrier = self.carrier;
        let settings = [
            ("account", carrier.account.is_some()),
            ("service", carrier.service.is_some()),
            ("method", carrier.method.is_some()),
            ("user", carrier.user.is_some()),
            ("password", carrier.password.is_some()),
            ("headers", !carrier.headers.is_empty()),
            ("form", !carrier.form.is_empty()),
            ("json", carrier.json.is_some()),
            ("text", carrier.text.is_some()),
            ("expect", carrier.expect.is_some()),
            ("id", carrier.id.is_some()),
        ];
        settings.into_iter().filter(|(_, set)| *set).map(|(name, _)| name).collect()
    }

    fn address(&self, found: &mut Found) {
        let Some(url) = &self.carrier.url else { return };
        let url = Url::parse(url.expose()).ok();
        let Some(url) = url.filter(|url| ["http", "https"].contains(&url.scheme()) && url.has_host()) else {
            // It can hold a password, so it is not repeated.
            found.add(self.key("url"), "is no web address", "write it as https://host/path");
            return;
        };
        if !url.username().is_empty() || url.password().is_some() {
            let mend = "use user and password_file, or token_file";
            found.add(self.key("url"), "holds a user or a password", mend);
        }
        let has_secret = self.carrier.token.is_some() || self.carrier.password.is_some();
        if url.scheme() == "http" && has_secret && !self.is_near {
            let mend = "begin it with https://, or set allow_private = true if it stands in your own network";
            found.add(self.key("url"), "what it is asked with would cross the net unencrypted", mend);
        }
    }

    fn twilio(&self, found: &mut Found) {
        let account = self.carrier.account.as_deref().unwrap_or_default();
        let is_sid = |sid: &str| {
            (1..=64).contains(&sid.len())
                && sid.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b))
        };
        if !is_sid(account) {
            found.add(self.key("account"), "is no account", "write the account's SID, AC and 32 digits");
        }
        if self.carrier.token.is_none() {
            self.no_secret("token", "the account's token", found);
        }
        let mend = "set from to a number of yours, or service to the SID of a messaging service";
        match (&self.carrier.from, &self.carrier.service) {
            (None, None) => found.add(self.key("from"), "there is no sender", mend),
            (Some(_), Some(_)) => found.add(self.key("service"), "there is a from too", mend),
            (None, Some(sid)) if !is_sid(sid) => found.add(self.key("service"), "is no SID", mend),
            _ => {}
        }
    }

    fn no_secret(&self, what: &str, words: &str, found: &mut Found) {
        let mend = format!(
            "write {words} into the file that {what}_file names, or hand over the systemd credential \
             sms-{}-{what} (LoadCredential=, systemctl edit stasisd)",
            self.name
        );
        found.add(self.key(what), "there is none", mend);
    }

    fn http(&self, found: &mut Found) {
        let carrier = self.carrier;
        if carrier.url.is_none() {
            self.no_secret("url", "the gateway's address", found);
        }
        if carrier.user.is_some() != carrier.password.is_some() {
            let mend = "set both user and password_file, or neither";
            found.add(self.key("user"), "a user needs a password, and a password a user", mend);
        }
        if carrier.token.is_some() && carrier.password.is_some() {
            found.add(self.key("token"), "there is a password too", "remove one");
        }
        let key = format!("sms.carriers.{}", self.name);
        headers::verify(&key, &carrier.headers, carrier.token.is_some() || carrier.password.is_some(), found);
        let bodies = [
            ("form", !carrier.form.is_empty()),
            ("json", carrier.json.is_some()),
            ("text", carrier.text.is_some()),
        ];
        let mut bodies = bodies.into_iter().filter(|(_, set)| *set).map(|(name, _)| name);
        let first = bodies.next();
        if let Some(second) = bodies.next() {
            found.add(self.key(second), "there is another body", "keep one of form, json and text");
        }
        if carrier.method == Some(CarrierMethod::Get)
            && let Some(body) = first.filter(|body| *body != "form")
        {
            let mend = "use form, whose fields go into the address, or another method";
            found.add(self.key(body), "a GET has no body", mend);
        }
        if carrier.expect.as_ref().is_some_and(String::is_empty) {
            found.add(self.key("expect"), "is empty", "leave it out");
        }
        if carrier.id.as_ref().is_some_and(|pointer| !pointer.starts_with('/')) {
            found.add(self.key("id"), "is no JSON pointer", "write it as /messages/0/id");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::problems;

    fn named(config: &Config) -> Vec<String> {
        problems(config).iter().map(|problem| problem.key.to_string()).collect()
    }

    fn good() -> Config {
        let mut config = Config::defaults().unwrap();
        config.ari.password = Some("x".into());
        config
    }

    fn with(carrier: CarrierConfig) -> Vec<String> {
        let mut config = good();
        config.sms.carriers.insert("out".to_owned(), carrier);
        named(&config)
    }

    fn keys(spoil: impl Fn(&mut Config)) -> Vec<String> {
        let mut config = good();
        spoil(&mut config);
        named(&config)
    }

    fn key(field: &str) -> Vec<String> {
        vec![format!("sms.carriers.out.{field}")]
    }

    fn twilio() -> CarrierConfig {
        CarrierConfig {
            account: Some("AC0123456789abcdef0123456789abcdef".to_owned()),
            token: Some("hidden".into()),
            from: Some("+34600111222".to_owned()),
            ..CarrierConfig::new(CarrierKind::Twilio)
        }
    }

    fn http() -> CarrierConfig {
        CarrierConfig {
            url: Some("https://sms.example/send?to={{ digits }}".into()),
            text: Some("{{ text }}".to_owned()),
            ..CarrierConfig::new(CarrierKind::Http)
        }
    }

    #[test]
    fn bounds_and_the_default() {
        assert_eq!(keys(|c| c.sms.max_parts = 0), ["sms.max_parts"]);
        assert_eq!(keys(|c| c.sms.max_parts = 11), ["sms.max_parts"]);
        assert_eq!(keys(|c| c.sms.timeout_ms = 1), ["sms.timeout_ms"]);
        assert_eq!(keys(|c| c.sms.per_second = 0), ["sms.per_second"]);
        assert_eq!(keys(|c| c.sms.carrier = "out".into()), ["sms.carrier"]);
        assert_eq!(with(CarrierConfig { per_second: Some(0), ..twilio() }), key("per_second"));
    }

    #[test]
    fn twilio_needs_an_account_a_token_and_a_sender() {
        assert_eq!(with(twilio()), [] as [&str; 0]);
        assert_eq!(with(CarrierConfig { account: None, ..twilio() }), key("account"));
        assert_eq!(with(CarrierConfig { account: Some("AC1/../AC2".into()), ..twilio() }), key("account"));
        assert_eq!(with(CarrierConfig { token: None, ..twilio() }), key("token"));
        assert_eq!(with(CarrierConfig { from: None, ..twilio() }), key("from"));
        assert_eq!(with(CarrierConfig { from: Some("a\r\nb".into()), ..twilio() }), key("from"));
        assert_eq!(with(CarrierConfig { service: Some("MG1".into()), ..twilio() }), key("service"));
        let service = CarrierConfig { from: None, service: Some("MG1".into()), ..twilio() };
        assert_eq!(with(service), [] as [&str; 0]);
        assert_eq!(with(CarrierConfig { url: Some("api.example".into()), ..twilio() }), key("url"));
        assert_eq!(with(CarrierConfig { json: Some("{}".into()), ..twilio() }), key("json"));
        let open = CarrierConfig { url: Some("http://api.example".into()), ..twilio() };
        assert_eq!(with(open.clone()), key("url"));
        assert_eq!(with(CarrierConfig { allow_private: Some(true), ..open }), [] as [&str; 0]);
    }

    #[test]
    fn a_gateway_needs_an_address_and_one_body() {
        assert_eq!(with(http()), [] as [&str; 0]);
        assert_eq!(with(CarrierConfig { url: None, ..http() }), key("url"));
        assert_eq!(with(CarrierConfig { url: Some("https://me:x@a.example/".into()), ..http() }), key("url"));
        assert_eq!(with(CarrierConfig { json: Some("{}".into()), ..http() }), key("text"));
        assert_eq!(with(CarrierConfig { method: Some(CarrierMethod::Get), ..http() }), key("text"));
        assert_eq!(with(CarrierConfig { user: Some("me".into()), ..http() }), key("user"));
        assert_eq!(with(CarrierConfig { account: Some("AC1".into()), ..http() }), key("account"));
        assert_eq!(with(CarrierConfig { id: Some("messages".into()), ..http() }), key("id"));
        assert_eq!(with(CarrierConfig { expect: Some(String::new()), ..http() }), key("expect"));
        let headers = [("X-Key".to_owned(), "a\r\nb".into())].into_iter().collect();
        assert_eq!(with(CarrierConfig { headers, ..http() }), key("headers"));
        let both = CarrierConfig {
            token: Some("x".into()),
            user: Some("me".into()),
            password: Some("y".into()),
            ..http()
        };
        assert_eq!(with(both), key("token"));
    }
}

//! What the values of `[messaging]` mean. Templates are tried by the room that fills them in.

use std::collections::BTreeSet;

use url::Url;

use super::{Found, headers};
use crate::{
    config::{ChannelConfig, ChannelKind, Config, MessagingConfig, Security},
    model::{Country, PersonId, PhoneNumber},
};

pub(super) fn verify(config: &Config, found: &mut Found) {
    let messaging = &config.messaging;
    let reminders = &messaging.reminders;
    found.within("messaging.give_up_secs", messaging.give_up_secs, 60..=604_800);
    found.within("messaging.timeout_ms", messaging.timeout_ms, 100..=60_000);
    found.within("messaging.max_at_once", messaging.max_at_once, 1..=100);
    found.within("messaging.max_waiting", messaging.max_waiting, 1..=100_000);
    found.within("messaging.reminders.before_secs", reminders.before_secs, 0..=86_400);
    found.within("messaging.reminders.late_up_to_secs", reminders.late_up_to_secs, 30..=86_400);
    let after = reminders.disconnected_after_secs;
    found.within("messaging.reminders.disconnected_after_secs", after, 0..=86_400);
    found.within("messaging.reminders.closed_after_secs", reminders.closed_after_secs, 0..=43_200);
    let late = reminders.closed_late_up_to_secs;
    found.within("messaging.reminders.closed_late_up_to_secs", late, 60..=86_400);
    for (name, channel) in &messaging.channels {
        found.name(format!("messaging.channels.{name}"), name);
        Channel { name, channel, config }.verify(found);
    }
    who(config, found);
}

/// Which channels are named, and whether they can do what they are named for.
fn who(config: &Config, found: &mut Found) {
    let messaging = &config.messaging;
    let mut rooms = vec![("messaging.team_channel".to_owned(), &messaging.team_channel)];
    rooms.retain(|(_, name)| !name.is_empty());
    for (timetable, channel) in &messaging.reminders.team_channels {
        let key = "messaging.reminders.team_channels".to_owned();
        if !config.timetables.contains_key(timetable) {
            let what = format!("there is no timetable {timetable:?}");
            found.add(key.clone(), what, "name a key of [timetables.NAME]");
        }
        rooms.push((key, channel));
    }
    for (key, name) in rooms {
        let mend = "name a channel with a room: a webhook, an email channel with `to`, a call or sms channel with `number`";
        named(messaging, key, name, ChannelConfig::has_room, mend, found);
    }
    let mend =
        "name a channel that reaches persons: email, call, sms, or a webhook with reaches = \"persons\"";
    for name in &messaging.person_channels {
        let key = "messaging.person_channels".to_owned();
        named(messaging, key, name, ChannelConfig::has_persons, mend, found);
    }
    for (person, wishes) in &messaging.persons {
        let key = format!("messaging.persons.{person}");
        if let Err(what) = PersonId::parse(person) {
            found.add(key.clone(), what, "name the person by id");
        }
        if let Some(name) = &wishes.channel {
            named(messaging, format!("{key}.channel"), name, ChannelConfig::has_persons, mend, found);
        }
    }
}

fn named(
    messaging: &MessagingConfig,
    key: String,
    name: &str,
    can: impl Fn(&ChannelConfig) -> bool,
    mend: &str,
    found: &mut Found,
) {
    match messaging.channels.get(name) {
        None => {
            found.add(
                key,
                format!("there is no channel {name:?}"),
                "describe it in [messaging.channels.NAME]",
            );
        }
        Some(channel) if !can(channel) => {
            found.add(key, format!("the channel {name:?} cannot be used for it"), mend);
        }
        Some(_) => {}
    }
}

struct Channel<'a> {
    name: &'a str,
    channel: &'a ChannelConfig,
    config: &'a Config,
}

impl Channel<'_> {
    fn key(&self, field: &str) -> String {
        format!("messaging.channels.{}.{field}", self.name)
    }

    fn verify(&self, found: &mut Found) {
        let kind = self.channel.kind;
        let own: &[&str] = match kind {
            ChannelKind::Webhook => {
                self.webhook(found);
                &["url", "method", "token", "headers", "body", "reaches", "allow_private"]
            }
            ChannelKind::Email => {
                self.email(found);
                &["host", "port", "security", "user", "password", "from", "to"]
            }
            ChannelKind::Call => {
                self.call(found);
                &["number", "prefer_extension", "gateway"]
            }
            ChannelKind::Sms => {
                self.sms(found);
                &["number", "carrier"]
            }
        };
        let own: BTreeSet<_> = own.iter().copied().collect();
        for field in self.set().into_iter().filter(|field| !own.contains(field)) {
            let what = format!("is no setting of a channel of kind {:?}", kind.as_str());
            found.add(self.key(field), what, "leave it out");
        }
    }

    /// The settings that are there.
    fn set(&self) -> Vec<&'static str> {
        let channel = self.channel;
        let settings = [
            ("url", channel.url.is_some()),
            ("method", channel.method.is_some()),
            ("token", channel.token.is_some()),
            ("headers", !channel.headers.is_empty()),
            ("body", channel.body.is_some()),
            ("reaches", channel.reaches.is_some()),
            ("allow_private", channel.allow_private.is_some()),
            ("host", channel.host.is_some()),
            ("port", channel.port.is_some()),
            ("security", channel.security.is_some()),
            ("user", channel.user.is_some()),
            ("password", channel.password.is_some()),
            ("from", channel.from.is_some()),
            ("to", !channel.to.is_empty()),
            ("number", channel.number.is_some()),
            ("prefer_extension", channel.prefer_extension.is_some()),
            ("gateway", channel.gateway.is_some()),
            ("carrier", channel.carrier.is_some()),
        ];
        settings.into_iter().filter(|(_, set)| *set).map(|(name, _)| name).collect()
    }

    fn webhook(&self, found: &mut Found) {
        let url = self.channel.url.as_ref().map(|url| url.expose().replace("{id}", "id"));
        let read = url.and_then(|url| Url::parse(&url).ok());
        if self.channel.url.is_none() {
            let mend = format!(
                "write it there, or into the file that url_file names, or hand over the systemd credential \
                 message-{}-url (LoadCredential=, systemctl edit stasisd)",
                self.name
            );
            found.add(self.key("url"), "there is none", mend);
        } else if !read.is_some_and(|url| ["http", "https"].contains(&url.scheme()) && url.has_host()) {
            // It can hold a token, so it is not repeated.
            let mend = "write it as https://host/path";
            found.add(self.key("url"), "is no web address", mend);
        }
        let key = format!("messaging.channels.{}", self.name);
        headers::verify(&key, &self.channel.headers, self.channel.token.is_some(), found);
    }

    fn email(&self, found: &mut Found) {
        let channel = self.channel;
        let host = channel.host.as_deref().unwrap_or_default();
        let is_host = !host.is_empty()
            && host.len() <= 253
            && host.bytes().all(|b| b.is_ascii_alphanumeric() || b".-:[]".contains(&b));
        if !is_host {
            found.add(self.key("host"), "is no host", "name your mail server");
        }
        if channel.port == Some(0) {
            found.add(self.key("port"), "is 0", "25, 465 or 587, or leave it out");
        }
        let addresses = channel.from.iter().map(|from| ("from", from));
        for (field, address) in addresses.chain(channel.to.iter().map(|to| ("to", to))) {
            if !is_mailbox(address) {
                let mend = "write it as name@host.example, or \"Name <name@host.example>\"";
                found.add(self.key(field), format!("{address:?} is no address"), mend);
            }
        }
        if channel.from.is_none() {
            found.add(self.key("from"), "there is none", "name the address that mail comes from");
        }
        if channel.user.is_some() != channel.password.is_some() {
            let mend = "set both user and password_file, or neither";
            found.add(self.key("user"), "a user needs a password, and a password a user", mend);
        }
        let is_near = matches!(host, "localhost" | "127.0.0.1" | "[::1]" | "::1");
        if channel.security == Some(Security::None) && channel.password.is_some() && !is_near {
            let mend = "use security = \"starttls\" or \"tls\"";
            found.add(self.key("security"), "the password would cross the network unencrypted", mend);
        }
    }

    fn call(&self, found: &mut Found) {
        let gateways = &self.config.gateways;
        if gateways.is_empty() {
            let mend = "describe one in [gateways.NAME]";
            found.add(self.key("kind"), "there is no gateway to call by", mend);
        } else if let Some(name) = &self.channel.gateway
            && !gateways.contains_key(name)
        {
            let mend = "describe it in [gateways.NAME], or leave it out";
            found.add(self.key("gateway"), format!("there is no gateway {name:?}"), mend);
        }
        self.number(found);
    }

    fn sms(&self, found: &mut Found) {
        let sms = &self.config.sms;
        match &self.channel.carrier {
            _ if sms.carriers.is_empty() => {
                let mend = "describe one in [sms.carriers.NAME]";
                found.add(self.key("kind"), "there is no carrier of short messages", mend);
            }
            Some(name) if !sms.carriers.contains_key(name) => {
                let mend = "describe it in [sms.carriers.NAME], or leave it out";
                found.add(self.key("carrier"), format!("there is no carrier {name:?}"), mend);
            }
            None if sms.carrier.is_empty() && sms.carriers.len() > 1 => {
                let mend = "name one, or set sms.carrier for all";
                found.add(self.key("carrier"), "there are several carriers", mend);
            }
            _ => {}
        }
        self.number(found);
    }

    fn number(&self, found: &mut Found) {
        let country: Option<Country> = self.config.calls.country.parse().ok();
        if let Some(number) = &self.channel.number
            && let Err(error) = PhoneNumber::parse(number, country)
        {
            found.add(self.key("number"), error, "write it in full, as +34600111222");
        }
    }
}

/// `name@host`, or `Name <name@host>`; nothing that could begin another header.
fn is_mailbox(text: &str) -> bool {
    let address = match text.split_once('<') {
        Some((_, rest)) => rest.strip_suffix('>').unwrap_or_default(),
        None => text,
    };
    let is_bad = |c: char| c.is_control() || c.is_whitespace() || "<>,;\"".contains(c);
    text.len() <= 320
        && !text.chars().any(char::is_control)
        && address.split_once('@').is_some_and(|(name, host)| !name.is_empty() && !host.is_empty())
        && !address.chars().any(is_bad)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{CarrierConfig, CarrierKind, Reaches, problems};

    fn keys(config: &Config) -> Vec<String> {
        problems(config).iter().map(|problem| problem.key.to_string()).collect()
    }

    fn keys_named(spoil: impl Fn(&mut Config)) -> Vec<String> {
        let mut config = Config::defaults().unwrap();
        config.ari.password = Some("x".into());
        spoil(&mut config);
        keys(&config)
    }

    fn with(channel: ChannelConfig) -> Vec<String> {
        let mut config = Config::defaults().unwrap();
        config.ari.password = Some("x".into());
        config.messaging.channels.insert("team".to_owned(), channel);
        keys(&config)
    }

    fn webhook() -> ChannelConfig {
        ChannelConfig {
            url: Some("https://chat.example/x".into()),
            ..ChannelConfig::new(ChannelKind::Webhook)
        }
    }

    fn email() -> ChannelConfig {
        ChannelConfig {
            host: Some("mail.example".to_owned()),
            from: Some("Phones <phones@desk.example>".to_owned()),
            ..ChannelConfig::new(ChannelKind::Email)
        }
    }

    #[test]
    fn each_kind_has_its_own_settings() {
        assert_eq!((with(webhook()), with(email())), (vec![], vec![]));
        let key = |field: &str| vec![format!("messaging.channels.team.{field}")];
        assert_eq!(with(ChannelConfig { from: Some("a@b.c".into()), ..webhook() }), key("from"));
        assert_eq!(with(ChannelConfig { url: None, ..webhook() }), key("url"));
        let headers = [("Host".to_owned(), "x".into())].into_iter().collect();
        assert_eq!(with(ChannelConfig { headers, ..webhook() }), key("headers"));
        let headers = [("X-Key".to_owned(), "a\r\nb".into())].into_iter().collect();
        assert_eq!(with(ChannelConfig { headers, ..webhook() }), key("headers"));
        assert_eq!(with(ChannelConfig { allow_private: Some(true), ..email() }), key("allow_private"));
        assert_eq!(with(ChannelConfig { host: None, ..email() }), key("host"));
        assert_eq!(with(ChannelConfig { to: vec!["a@b.c\r\nBcc: d@e.f".into()], ..email() }), key("to"));
        assert_eq!(with(ChannelConfig { user: Some("me".into()), ..email() }), key("user"));
        assert_eq!(with(ChannelConfig::new(ChannelKind::Call)), key("kind"));
        let open = ChannelConfig {
            user: Some("me".into()),
            password: Some("x".into()),
            security: Some(Security::None),
            ..email()
        };
        assert_eq!(with(open.clone()), key("security"));
        assert_eq!(with(ChannelConfig { host: Some("localhost".into()), ..open }), [] as [&str; 0]);
    }

    #[test]
    fn a_channel_of_short_messages_has_a_carrier() {
        let sms = || ChannelConfig::new(ChannelKind::Sms);
        let key = |field: &str| vec![format!("messaging.channels.team.{field}")];
        assert_eq!(with(sms()), key("kind"));
        let among = |names: &[&str], channel: &ChannelConfig| {
            keys_named(|config| {
                for name in names {
                    let carrier = CarrierConfig {
                        account: Some("AC1".to_owned()),
                        token: Some("x".into()),
                        from: Some("+34600111222".to_owned()),
                        ..CarrierConfig::new(CarrierKind::Twilio)
                    };
                    config.sms.carriers.insert((*name).to_owned(), carrier);
                }
                config.messaging.channels.insert("team".to_owned(), channel.clone());
            })
        };
        assert_eq!(among(&["a"], &sms()), [] as [&str; 0]);
        assert_eq!(among(&["a", "b"], &sms()), key("carrier"));
        assert_eq!(
            among(&["a", "b"], &ChannelConfig { carrier: Some("b".into()), ..sms() }),
            [] as [&str; 0]
        );
        assert_eq!(among(&["a"], &ChannelConfig { carrier: Some("b".into()), ..sms() }), key("carrier"));
        assert_eq!(
            among(&["a"], &ChannelConfig { number: Some("+346;DROP".into()), ..sms() }),
            key("number")
        );
        assert_eq!(among(&["a"], &ChannelConfig { gateway: Some("x".into()), ..sms() }), key("gateway"));
    }

    #[test]
    fn channels_that_are_named_are_there_and_fit() {
        let named = |spoil: fn(&mut MessagingConfig)| {
            keys_named(|config| {
                config.messaging.channels.insert("team".to_owned(), webhook());
                config.messaging.channels.insert("mail".to_owned(), email());
                spoil(&mut config.messaging);
            })
        };
        assert_eq!(named(|m| m.team_channel = "team".into()), [] as [&str; 0]);
        assert_eq!(named(|m| m.team_channel = "none".into()), ["messaging.team_channel"]);
        assert_eq!(named(|m| m.team_channel = "mail".into()), ["messaging.team_channel"]);
        assert_eq!(named(|m| m.person_channels = vec!["mail".into()]), [] as [&str; 0]);
        assert_eq!(named(|m| m.person_channels = vec!["team".into()]), ["messaging.person_channels"]);
        let both = |m: &mut MessagingConfig| {
            m.channels.insert("dm".into(), ChannelConfig { reaches: Some(Reaches::Both), ..webhook() });
            m.person_channels = vec!["dm".into()];
            m.team_channel = "dm".into();
        };
        assert_eq!(named(both), [] as [&str; 0]);
        let other = |m: &mut MessagingConfig| {
            m.reminders.team_channels.insert("phones".into(), "team".into());
        };
        assert_eq!(named(other), ["messaging.reminders.team_channels"]);
    }

    #[test]
    fn bounds() {
        assert_eq!(keys_named(|c| c.messaging.timeout_ms = 0), ["messaging.timeout_ms"]);
        assert_eq!(keys_named(|c| c.messaging.max_waiting = 0), ["messaging.max_waiting"]);
        let early = keys_named(|c| c.messaging.reminders.before_secs = 90_000);
        assert_eq!(early, ["messaging.reminders.before_secs"]);
    }
}

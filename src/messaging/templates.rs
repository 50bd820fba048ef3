//! The templates of texts and of webhooks' bodies: compiled and tried once, filled in within bounds.

use std::collections::BTreeMap;

use minijinja::{AutoEscape, Environment, Error, UndefinedBehavior, value::Serde};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{MessagingError, words};
use crate::{
    config::{ChannelKind, Config, Reaches, TextsConfig},
    model::MessageKind,
};

/// What the program says by itself.
const BUILT_IN: &str = include_str!("../../config/messages.toml");
/// Instructions one template may take: ends a loop that never would.
const FUEL: u64 = 50_000;
/// Largest body, in bytes.
const LARGEST_BODY: usize = 64 * 1024;
/// The language that stands in for a text that is missing.
const FALLBACK: &str = "en";
/// The body of webhooks that have none of their own: Google Chat, Slack and Mattermost take it.
const BODY: &str = r#"{"text": {{ text }}}"#;
/// Templates whose values are put in as JSON.
const JSON: &str = "body ";

/// All compiled templates.
#[derive(Debug)]
pub(super) struct Templates {
    env: Environment<'static>,
    language: String,
}

impl Templates {
    /// Those of the configuration, each tried with values as they come.
    pub(super) fn new(config: &Config) -> Result<Self, Vec<MessagingError>> {
        let mut env = Environment::new();
        env.set_auto_escape_callback(|name| {
            if name.starts_with(JSON) { AutoEscape::Json } else { AutoEscape::None }
        });
        env.set_undefined_behavior(UndefinedBehavior::SemiStrict);
        env.set_fuel(Some(FUEL));
        let messaging = &config.messaging;
        let language =
            if messaging.language.is_empty() { &config.calls.language } else { &messaging.language };
        let mut templates = Self { env, language: language.clone() };
        let mut wrong = Vec::new();
        match toml::from_str::<BTreeMap<String, BuiltIn>>(BUILT_IN) {
            Ok(built_in) => {
                for (language, texts) in built_in {
                    templates.texts("config/messages.toml", &language, &texts.0, &mut wrong);
                }
            }
            Err(error) => wrong.push(setting("config/messages.toml", &error.to_string())),
        }
        for (language, texts) in &messaging.texts {
            templates.texts("messaging.texts", language, texts, &mut wrong);
        }
        for (name, channel) in &messaging.channels {
            if channel.kind == ChannelKind::Webhook {
                let source = channel.body.as_deref().unwrap_or(BODY);
                templates.body(name, source, channel.reaches.unwrap_or_default(), &mut wrong);
            }
        }
        if wrong.is_empty() { Ok(templates) } else { Err(wrong) }
    }

    fn texts(&mut self, key: &str, language: &str, texts: &TextsConfig, wrong: &mut Vec<MessagingError>) {
        for (kind, text) in by_kind(texts) {
            let Some(text) = text else { continue };
            let (name, key) =
                (format!("{language} {}", kind.as_str()), format!("{key}.{language}.{}", kind.as_str()));
            let tried = self.env.add_template_owned(name.clone(), text.clone());
            let tried = tried.map_err(|error| reason(&error));
            let tried = tried.and_then(|()| {
                samples(kind).iter().try_for_each(|sample| self.render(&name, sample).map(|_| ()))
            });
            wrong.extend(tried.err().map(|what| setting(&key, &what)));
        }
    }

    fn body(&mut self, channel: &str, source: &str, reaches: Reaches, wrong: &mut Vec<MessagingError>) {
        let tried = self.env.add_template_owned(format!("{JSON}{channel}"), source.to_owned());
        let tried = tried.map_err(|error| reason(&error)).and_then(|()| {
            let to = json!({"id": "anna", "name": "Anna", "email": "anna@desk.example", "account": "anna",
                "extension": "201", "phone": "+34600111222"});
            let sample = |to: Value| {
                json!({"text": "It's \"so\"\n<b>", "kind": "says", "id": "0", "at": "2026-11-23T09:00:00Z", "to": to})
            };
            let rooms = (reaches != Reaches::Persons).then(|| sample(Value::Null));
            let persons = (reaches != Reaches::Room).then(|| sample(to));
            rooms.iter().chain(&persons).try_for_each(|sample| self.fill_body(channel, sample).map(|_| ()))
        });
        wrong.extend(tried.err().map(|what| setting(&format!("messaging.channels.{channel}.body"), &what)));
    }

    /// The text of a message of that kind.
    ///
    /// # Errors
    /// What the template lacks, and which it is.
    pub(super) fn fill(&self, kind: MessageKind, values: &Value) -> Result<String, String> {
        let own = format!("{} {}", self.language, kind.as_str());
        let name =
            if self.env.get_template(&own).is_ok() { own } else { format!("{FALLBACK} {}", kind.as_str()) };
        let text = words::cleaned(&self.render(&name, values)?);
        Ok(text.chars().take(words::LONGEST).collect())
    }

    /// The body of a webhook: JSON, whatever the values hold.
    ///
    /// # Errors
    /// What the template lacks, or why it is no JSON.
    pub(super) fn fill_body(&self, channel: &str, values: &Value) -> Result<String, String> {
        let body = self.render(&format!("{JSON}{channel}"), values)?;
        if body.len() > LARGEST_BODY {
            return Err(format!("it makes more than {LARGEST_BODY} bytes"));
        }
        match serde_json::from_str::<serde::de::IgnoredAny>(&body) {
            Ok(_) => Ok(body),
            Err(error) => Err(format!("it makes no JSON ({error}): {{{{ text }}}} brings its own quotes")),
        }
    }

    fn render(&self, name: &str, values: &Value) -> Result<String, String> {
        let filled = self
            .env
            .get_template(name)
            .and_then(|template| template.render(minijinja::Value::from(Serde(values))));
        filled.map_err(|error| reason(&error))
    }
}

/// The texts of one language of config/messages.toml.
#[derive(Deserialize)]
#[serde(transparent)]
struct BuiltIn(TextsConfig);

fn by_kind(texts: &TextsConfig) -> [(MessageKind, &Option<String>); 6] {
    [
        (MessageKind::ShiftReminder, &texts.shift_reminder),
        (MessageKind::ShiftChange, &texts.shift_change),
        (MessageKind::Disconnected, &texts.disconnected),
        (MessageKind::PhonesClosed, &texts.phones_closed),
        (MessageKind::PlanningFailed, &texts.planning_failed),
        (MessageKind::DidNotAnswer, &texts.did_not_answer),
    ]
}

/// Values as they come, with and without what may be missing.
fn samples(kind: MessageKind) -> Vec<Value> {
    let shift = json!({"timetable": "phones", "from": "09:00", "to": "10:15", "day": "2026-11-23", "minutes": 5,
        "name": "Anna", "names": ["Anna", "Bert"]});
    let figures = json!({"received": 40, "answered": 36, "abandoned": 4, "timed_out": 0, "average_wait_secs": 21,
        "longest_wait_secs": 180, "average_talk_secs": 240, "service_level_percent": 81.5});
    let day = |figures: Value| json!({"timetable": "phones", "day": "2026-11-23", "figures": figures});
    match kind {
        MessageKind::ShiftReminder | MessageKind::ShiftChange => vec![shift],
        MessageKind::Disconnected => vec![json!({"timetable": "phones", "names": ["Anna"]})],
        MessageKind::PhonesClosed => vec![day(figures), day(Value::Null)],
        MessageKind::PlanningFailed => vec![
            json!({"timetable": "phones", "week": "2026-11-23", "why": "Anna cannot."}),
            json!({"timetable": "phones", "week": "2026-11-23", "why": Value::Null}),
        ],
        MessageKind::DidNotAnswer => vec![json!({"name": "Anna", "queue": "operators"})],
        MessageKind::Says => Vec::new(),
    }
}

fn setting(key: &str, what: &str) -> MessagingError {
    MessagingError::Setting { key: key.to_owned(), what: what.to_owned() }
}

/// What a template's error says, in one line.
fn reason(error: &Error) -> String {
    let mut text = error.kind().to_string();
    if let Some(detail) = error.detail() {
        text = format!("{text}: {detail}");
    }
    if let Some(line) = error.line().filter(|line| *line > 1) {
        text = format!("{text} (its line {line})");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::ChannelConfig;

    fn wrong(spoil: impl Fn(&mut Config)) -> Vec<String> {
        let mut config = Config::defaults().unwrap();
        spoil(&mut config);
        Templates::new(&config).err().unwrap_or_default().iter().map(ToString::to_string).collect()
    }

    fn with_body(body: &str, reaches: Reaches) -> Vec<String> {
        wrong(|config| {
            let channel = ChannelConfig {
                body: Some(body.to_owned()),
                reaches: Some(reaches),
                ..ChannelConfig::new(ChannelKind::Webhook)
            };
            config.messaging.channels.insert("team".to_owned(), channel);
        })
    }

    #[test]
    fn every_language_has_every_text() {
        let built_in: BTreeMap<String, BuiltIn> = toml::from_str(BUILT_IN).unwrap();
        assert_eq!(built_in.keys().collect::<Vec<_>>(), ["ca", "en", "es", "ru"]);
        for (language, texts) in &built_in {
            assert!(by_kind(&texts.0).iter().all(|(_, text)| text.is_some()), "{language}");
        }
        assert_eq!(wrong(|_| {}), [] as [&str; 0]);
    }

    #[test]
    fn a_language_of_ones_own_falls_back_to_english() {
        let mut config = Config::defaults().unwrap();
        config.messaging.language = "de".to_owned();
        let own = TextsConfig {
            disconnected: Some("Weg: {{ names | join(', ') }}".into()),
            ..TextsConfig::default()
        };
        config.messaging.texts.insert("de".to_owned(), own);
        let templates = Templates::new(&config).unwrap();
        let values =
            json!({"names": ["Anna", "Bert"], "minutes": 5, "timetable": "x", "from": "1", "to": "2"});
        assert_eq!(templates.fill(MessageKind::Disconnected, &values).unwrap(), "Weg: Anna, Bert");
        assert_eq!(
            templates.fill(MessageKind::ShiftChange, &values).unwrap(),
            "Shift change in 5 min: Anna, Bert"
        );
        let closed = templates.fill(MessageKind::PhonesClosed, &json!({"figures": null})).unwrap();
        assert_eq!(closed, "The phones are closed. Thank you all!");
    }

    #[test]
    fn bad_texts_are_named() {
        let bad = |text: &str| {
            wrong(|config| {
                let texts = TextsConfig { shift_change: Some(text.into()), ..TextsConfig::default() };
                config.messaging.texts.insert("en".to_owned(), texts);
            })
        };
        for (text, says) in [
            ("{{ names | join }", "syntax error"),
            ("{{ nobody.name }}", "undefined"),
            ("{{ names | explode }}", "explode"),
            ("{% for a in range(9999) %}{% for b in range(9999) %}{{ b }}{% endfor %}{% endfor %}", "fuel"),
        ] {
            let found = bad(text);
            assert!(
                found.len() == 1
                    && found[0].starts_with("messaging.texts.en.shift_change: ")
                    && found[0].contains(says),
                "{text}: {found:?}"
            );
        }
        assert_eq!(bad("Next: {{ names | join(', ') }}"), [] as [&str; 0]);
    }

    #[test]
    fn a_body_is_json_whatever_the_text_holds() {
        for bad in
            [r#"{"text": "{{ text }}"}"#, "{{ text", r#"{"text": {{ text }}"#, r#"{"a": {{ to.account }}}"#]
        {
            let found = with_body(bad, Reaches::Room);
            assert!(
                found.len() == 1 && found[0].starts_with("messaging.channels.team.body: "),
                "{bad}: {found:?}"
            );
        }
        assert_eq!(
            with_body(r#"{"a": {{ to.account }}, "text": {{ text }}}"#, Reaches::Persons),
            [] as [&str; 0]
        );
        let both = r#"{ {%- if to %}"channel": {{ to.account }},{% endif -%} "text": {{ text }}}"#;
        assert_eq!(with_body(both, Reaches::Both), [] as [&str; 0]);

        let mut config = Config::defaults().unwrap();
        config.messaging.channels.insert("team".to_owned(), ChannelConfig::new(ChannelKind::Webhook));
        let templates = Templates::new(&config).unwrap();
        for text in ["\"}, \"x\": {\"", "a\nb\\", "</script>\u{2028}", "{{ text }}", "ñ 🚚"] {
            let body = templates.fill_body("team", &json!({ "text": text })).unwrap();
            assert_eq!(serde_json::from_str::<Value>(&body).unwrap(), json!({ "text": text }));
        }
    }
}

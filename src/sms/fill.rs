//! The templates of a gateway: compiled and tried once, filled in within bounds, with each value escaped for its place.

use std::collections::{BTreeMap, BTreeSet};

use minijinja::{AutoEscape, Environment, Error, UndefinedBehavior, escape_formatter};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use url::{Url, form_urlencoded::Serializer};

use super::{
    alphabet::Encoding,
    carrier::ShortMessage,
    text::{Fitted, fit},
};
use crate::{
    config::{CarrierConfig, CarrierMethod, Secret},
    model::PhoneNumber,
};

/// Instructions one template may take: ends a loop that never would.
const FUEL: u64 = 50_000;
/// Largest request, in bytes, without its headers.
const LARGEST: usize = 32 * 1024;
/// What stands as it is in an address (RFC 3986 §2.3).
const IN_URL: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
/// Names of templates; each field of the form has one of its own.
const URL: &str = "url";
const JSON: &str = "json";
const TEXT: &str = "text";
const FORM: &str = "form.";

/// Why a template cannot be used: its key, and what is wrong. Holds nothing of its values.
pub(super) type Wrong = (String, String);

/// All templates of one gateway.
pub(super) struct Templates {
    env: Environment<'static>,
    is_get: bool,
    fields: Vec<String>,
    body: Option<&'static str>,
    /// What does not change: the sender, and what it is asked with.
    fixed: BTreeMap<&'static str, String>,
}

/// A request, without its headers.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Filled {
    pub(super) url: String,
    /// Its media type, and the body.
    pub(super) body: Option<(&'static str, String)>,
}

impl Templates {
    /// Those of a gateway, tried with values as they come: whatever those are, the host stays the same, JSON is JSON, and
    /// number and text go somewhere.
    pub(super) fn new(config: &CarrierConfig) -> Result<Self, Wrong> {
        let mut env = Environment::new();
        env.set_auto_escape_callback(|name| match name {
            URL => AutoEscape::Custom(URL.into()),
            JSON => AutoEscape::Json,
            _ => AutoEscape::None,
        });
        env.set_formatter(|out, state, value| match state.auto_escape() {
            AutoEscape::Custom(_) => {
                Ok(out.write_str(&utf8_percent_encode(&value.to_string(), IN_URL).to_string())?)
            }
            _ => escape_formatter(out, state, value),
        });
        env.set_undefined_behavior(UndefinedBehavior::SemiStrict);
        env.set_fuel(Some(FUEL));
        let url = config.url.as_ref().map(Secret::expose).unwrap_or_default();
        let mut sources = vec![(URL.to_owned(), url)];
        sources.extend(config.json.iter().map(|json| (JSON.to_owned(), json.as_str())));
        sources.extend(config.text.iter().map(|text| (TEXT.to_owned(), text.as_str())));
        sources.extend(config.form.iter().map(|(field, value)| (format!("{FORM}{field}"), value.expose())));
        for (name, source) in sources {
            let added = env.add_template_owned(name.clone(), source.to_owned());
            added.map_err(|error| (name, reason(&error)))?;
        }
        let secret = |secret: &Option<Secret>| secret.as_ref().map(|it| it.expose().to_owned());
        let fixed = [
            ("from", config.from.clone()),
            ("user", config.user.clone()),
            ("password", secret(&config.password)),
            ("token", secret(&config.token)),
        ];
        let templates = Self {
            env,
            is_get: config.method == Some(CarrierMethod::Get),
            fields: config.form.keys().cloned().collect(),
            body: config.json.as_ref().map(|_| JSON).or(config.text.as_ref().map(|_| TEXT)),
            fixed: fixed.into_iter().filter_map(|(name, value)| Some((name, value?))).collect(),
        };
        templates.try_all()?;
        Ok(templates)
    }

    fn try_all(&self) -> Result<(), Wrong> {
        let samples = ["+34600111222", "+4915123456789"].map(|number| PhoneNumber::parse(number, None));
        let [Ok(one), Ok(other)] = samples else { return Ok(()) };
        let text = |text: &str| ShortMessage { id: "0".to_owned(), to: one.clone(), text: fit(text, 1) };
        let filled = self.fill(&text("It's \"so\" & 100% {{\n/?#@"))?;
        let to_other = self.fill(&ShortMessage { to: other, ..text("It's \"so\" & 100% {{\n/?#@") })?;
        let of_other = self.fill(&text("ñ 🚚"))?;
        let origin = |filled: &Filled| Url::parse(&filled.url).map(|url| url.origin());
        if origin(&filled).is_err()
            || [&to_other, &of_other].map(origin) != [origin(&filled), origin(&filled)]
        {
            let what = "the host is no host of its own: no number and no text can stand in it";
            return Err((URL.to_owned(), what.to_owned()));
        }
        let nowhere = |what: &str| {
            format!("the {what} goes nowhere: put {{{{ {what} }}}} into url, form, json or text")
        };
        for (other, what) in [(to_other, "number"), (of_other, "text")] {
            if other == filled {
                return Err((URL.to_owned(), nowhere(what)));
            }
        }
        Ok(())
    }

    /// Whether a template names this value: then it goes there, and into no header.
    pub(super) fn names(&self, value: &str) -> bool {
        let names: BTreeSet<_> =
            self.env.templates().flat_map(|(_, template)| template.undeclared_variables(false)).collect();
        names.contains(value)
    }

    /// The request for a message.
    pub(super) fn fill(&self, message: &ShortMessage) -> Result<Filled, Wrong> {
        let values = self.values(message);
        let render = |name: &str| {
            let filled = self.env.get_template(name).and_then(|template| template.render(&values));
            filled.map_err(|error| (name.to_owned(), reason(&error)))
        };
        let mut url = render(URL)?;
        let mut form = Serializer::new(String::new());
        for field in &self.fields {
            form.append_pair(field, &render(&format!("{FORM}{field}"))?);
        }
        let form = form.finish();
        let body = match self.body {
            Some(JSON) => Some(("application/json", json(&render(JSON)?)?)),
            Some(name) => Some(("text/plain; charset=utf-8", render(name)?)),
            None if self.is_get || self.fields.is_empty() => None,
            None => Some(("application/x-www-form-urlencoded", form.clone())),
        };
        if self.is_get && !form.is_empty() {
            let mark = if url.contains('?') { '&' } else { '?' };
            url = format!("{url}{mark}{form}");
        }
        if url.len() + body.as_ref().map_or(0, |(_, body)| body.len()) > LARGEST {
            return Err((URL.to_owned(), format!("the request has more than {LARGEST} bytes")));
        }
        Ok(Filled { url, body })
    }

    fn values(&self, message: &ShortMessage) -> BTreeMap<&'static str, minijinja::Value> {
        let Fitted { text, encoding, parts, .. } = &message.text;
        let fixed = self.fixed.iter().map(|(name, value)| (*name, minijinja::Value::from(value.as_str())));
        let own = [
            ("number", message.to.as_str().into()),
            ("digits", message.to.digits().into()),
            ("national", message.to.national().into()),
            ("text", text.as_str().into()),
            ("id", message.id.as_str().into()),
            ("parts", (*parts).into()),
            ("unicode", (*encoding == Encoding::Ucs2).into()),
        ];
        fixed.chain(own).collect()
    }
}

fn json(text: &str) -> Result<String, Wrong> {
    match serde_json::from_str::<serde::de::IgnoredAny>(text) {
        Ok(_) => Ok(text.to_owned()),
        Err(error) => Err((
            JSON.to_owned(),
            format!("it makes no JSON ({error}): {{{{ text }}}} brings its own quotes"),
        )),
    }
}

/// What a template's error says, in one line.
fn reason(error: &Error) -> String {
    let detail = error.detail().map(|detail| format!(": {detail}")).unwrap_or_default();
    format!("{}{detail}", error.kind())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::CarrierKind;

    fn http(url: &str) -> CarrierConfig {
        CarrierConfig { url: Some(url.into()), ..CarrierConfig::new(CarrierKind::Http) }
    }

    fn form(fields: &[(&str, &str)]) -> CarrierConfig {
        let form = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).into())).collect();
        CarrierConfig { form, ..http("https://sms.example/send") }
    }

    fn filled(config: &CarrierConfig, text: &str) -> Filled {
        let to = PhoneNumber::parse("+34600111222", None).unwrap();
        let message = ShortMessage { id: "7".to_owned(), to, text: fit(text, 6) };
        Templates::new(config)
            .map_err(|wrong| format!("{wrong:?}"))
            .unwrap()
            .fill(&message)
            .map_err(|_| ())
            .unwrap()
    }

    /// What tries to become a parameter, a header, a field or a template.
    const RUDE: &str = "a&To=+1900 b#c?d%26/e \"f\", \\ {{ token }}\r\nX: y; ñ 🚚 + =";
    /// The same as it is sent.
    const CLEAN: &str = "a&To=+1900 b#c?d%26/e \"f\", \\ {{ token }}\nX: y; ñ 🚚 + =";

    #[test]
    fn in_an_address_a_value_stays_one_value() {
        let config = http("https://sms.example/{{ digits }}/send?to={{ number }}&text={{ text }}&end=1");
        let url = Url::parse(&filled(&config, RUDE).url).unwrap();
        let pairs: Vec<_> = url.query_pairs().into_owned().collect();
        let wanted = [("to", "+34600111222"), ("text", CLEAN), ("end", "1")];
        assert_eq!(pairs, wanted.map(|(name, value)| (name.to_owned(), value.to_owned())));
        assert_eq!((url.path(), url.fragment()), ("/34600111222/send", None));
        // Whatever an operator calls safe.
        let config = http("https://sms.example/?to={{ number }}&text={{ text | safe }}");
        assert_eq!(Url::parse(&filled(&config, RUDE).url).unwrap().query_pairs().count(), 2);
    }

    #[test]
    fn in_a_form_a_value_stays_one_field() {
        let fields = [
            ("to", "00{{ digits }}"),
            ("text", "{{ text }}"),
            ("coding", "{% if unicode %}2{% else %}0{% endif %}"),
        ];
        let (kind, body) = filled(&form(&fields), RUDE).body.unwrap();
        assert_eq!(kind, "application/x-www-form-urlencoded");
        let pairs: Vec<_> = url::form_urlencoded::parse(body.as_bytes()).into_owned().collect();
        let wanted = [("to", "0034600111222"), ("text", CLEAN), ("coding", "2")];
        assert_eq!(pairs, wanted.map(|(name, value)| (name.to_owned(), value.to_owned())));
        // By GET the fields stand in the address, beside what is there.
        let get = CarrierConfig { method: Some(CarrierMethod::Get), ..form(&fields) };
        let get = CarrierConfig { url: Some("https://sms.example/send?site=1".into()), ..get };
        let filled = filled(&get, RUDE);
        assert_eq!(filled.body, None);
        let pairs: Vec<_> = Url::parse(&filled.url).unwrap().query_pairs().into_owned().collect();
        assert_eq!((pairs.len(), &*pairs[0].0, &*pairs[2].1), (4, "site", CLEAN));
    }

    #[test]
    fn in_json_a_value_stays_one_text() {
        let json = r#"{"to": [{{ number }}], "text": {{ text }}, "ref": {{ id }}, "unicode": {{ unicode }}}"#;
        let config = CarrierConfig { json: Some(json.to_owned()), ..http("https://sms.example/send") };
        let (kind, body) = filled(&config, RUDE).body.unwrap();
        let body: serde_json::Value = serde_json::from_str(&body).unwrap();
        let wanted = serde_json::json!({"to": ["+34600111222"], "text": CLEAN, "ref": "7", "unicode": true});
        assert_eq!((kind, body), ("application/json", wanted));
        let plain =
            CarrierConfig { text: Some("{{ text }}".to_owned()), ..http("https://sms.example/{{ digits }}") };
        assert_eq!(filled(&plain, RUDE).body.unwrap().1, CLEAN);
    }

    #[test]
    fn what_cannot_be_used_is_named() {
        let wrong = |config: &CarrierConfig| {
            let (key, what) = Templates::new(config).err().unwrap_or_default();
            format!("{key}: {what}")
        };
        let cases = [
            (http("https://sms.example/{{ number }"), "url: syntax error"),
            (http("https://sms.example/{{ number }}?{{ message }}"), "url: undefined"),
            (http("https://sms.example/?to={{ number }}"), "url: the text goes nowhere"),
            (form(&[("text", "{{ text }}")]), "url: the number goes nowhere"),
            (http("https://{{ digits }}.example/{{ text }}"), "url: the host is"),
            (http("https://a{{ text }}/?to={{ number }}"), "url: the host is"),
            (form(&[("to", "{{ digits }}"), ("text", "{{ text | explode }}")]), "form.text: unknown filter"),
            (
                form(&[("to", "{{ digits }}"), ("text", "{{ text }}"), ("key", "{{ token }}")]),
                "form.key: undefined",
            ),
            (
                form(&[
                    ("to", "{{ digits }}"),
                    (
                        "text",
                        "{% for a in range(9999) %}{% for b in range(9999) %}{{ text }}{% endfor %}{% endfor %}",
                    ),
                ]),
                "form.text: engine ran out of fuel",
            ),
            (
                CarrierConfig {
                    json: Some(r#"{"to": {{ number }}, "x": "{{ text }}"}"#.to_owned()),
                    ..http("https://sms.example/")
                },
                "json: it makes no JSON",
            ),
        ];
        for (config, what) in cases {
            let told = wrong(&config);
            assert!(told.starts_with(what), "{what:?}: {told}");
        }
    }

    #[test]
    fn a_secret_goes_where_a_template_names_it() {
        let config = CarrierConfig {
            token: Some("hid&den".into()),
            ..http("https://sms.example/?key={{ token }}&to={{ digits }}&text={{ text }}")
        };
        assert!(filled(&config, "x").url.contains("key=hid%26den&to=34600111222&text=x"));
        let templates = Templates::new(&config).map_err(|_| ()).unwrap();
        assert!(templates.names("token") && !templates.names("password"));
    }
}

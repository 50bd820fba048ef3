//! `[gateways.NAME]`: a carrier's side, with its endpoints, numbers and limits.

use std::fmt;

use serde::Deserialize;

use super::TransferMethod;

/// `[gateways.north]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "each field's meaning stands beside its default in config/stasisd.toml")]
pub struct GatewayConfig {
    pub endpoints: Vec<GatewayEndpoint>,
    #[serde(default)]
    pub strategy: Strategy,
    /// E.164 prefixes that it takes; empty: every valid number.
    #[serde(default)]
    pub prefixes: Vec<String>,
    /// Numbers that it takes although they are short, unknown to the numbering plan, or dear.
    #[serde(default)]
    pub numbers: Vec<NumberPattern>,
    /// Shown to callees when the order names none; empty: what the endpoint is set up for.
    #[serde(default)]
    pub caller_id: String,
    /// Numbers that orders may ask for; `*` is any.
    #[serde(default)]
    pub caller_ids: Vec<String>,
    #[serde(default = "defaults::transfer")]
    pub transfer: Vec<TransferMethod>,
    #[serde(default = "defaults::calls_per_second")]
    pub calls_per_second: f64,
    #[serde(default = "defaults::max_calls")]
    pub max_calls: u32,
    /// 0: no limit.
    #[serde(default)]
    pub max_calls_per_day: u32,
    /// 0: no limit.
    #[serde(default = "defaults::max_calls_per_number_per_day")]
    pub max_calls_per_number_per_day: u32,
    #[serde(default = "defaults::alert_share_percent")]
    pub alert_share_percent: u32,
    /// Failures in a row that set an endpoint aside.
    #[serde(default = "defaults::set_aside_after")]
    pub set_aside_after: u32,
    #[serde(default = "defaults::set_aside_secs")]
    pub set_aside_secs: u32,
    /// Congested calls among the last twenty that halve the rate.
    #[serde(default = "defaults::slow_after")]
    pub slow_after: u32,
    /// One eighth of the rate comes back after each such time.
    #[serde(default = "defaults::recover_secs")]
    pub recover_secs: u32,
}

/// The defaults of a table that the default layer can only show in a comment.
mod defaults {
    use super::TransferMethod;

    pub(super) fn transfer() -> Vec<TransferMethod> {
        vec![TransferMethod::Continue(None)]
    }
    pub(super) fn calls_per_second() -> f64 {
        2.0
    }
    pub(super) fn max_calls() -> u32 {
        10
    }
    pub(super) fn max_calls_per_number_per_day() -> u32 {
        20
    }
    pub(super) fn alert_share_percent() -> u32 {
        10
    }
    pub(super) fn set_aside_after() -> u32 {
        5
    }
    pub(super) fn set_aside_secs() -> u32 {
        30
    }
    pub(super) fn slow_after() -> u32 {
        4
    }
    pub(super) fn recover_secs() -> u32 {
        5
    }
}

/// One way out of a gateway.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GatewayEndpoint {
    /// Ours, for records and the log.
    pub name: String,
    /// Asterisk's dial string.
    pub dial: DialTemplate,
    /// Its share under [`Strategy::Weighted`].
    #[serde(default = "one")]
    pub weight: u32,
}

fn one() -> u32 {
    1
}

/// Which endpoint is next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Strategy {
    /// The first that can be used.
    #[default]
    InOrder,
    /// Each in its turn.
    RoundRobin,
    /// Each in its turn, by weight.
    Weighted,
}

/// How a number is written: in a dial string, and for a source of contacts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NumberForm {
    /// `{number}`: with the plus.
    #[default]
    Number,
    /// `{digits}`: without it.
    Digits,
    /// `{national}`: without the country code.
    National,
}

/// `PJSIP/{number}@north-a`: a dial string with one place for the number.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct DialTemplate {
    /// What stands before the number: technology, `/`, and maybe more.
    pub before: String,
    /// How the number is written.
    pub form: NumberForm,
    /// What stands after it.
    pub after: String,
}

impl DialTemplate {
    /// Reads a template.
    ///
    /// # Errors
    /// No technology, no or several places for a number, or a character that would dial something else too
    /// (`&`) or means something to the dialplan; says how to write one.
    pub fn parse(text: &str) -> Result<Self, String> {
        let refuse = |what| Err(format!("{text:?} {what}: write it as \"PJSIP/{{number}}@endpoint\""));
        let Some((before, (place, after))) =
            text.split_once('{').and_then(|(before, rest)| Some((before, rest.split_once('}')?)))
        else {
            return refuse("has no place for the number");
        };
        let form = match place {
            "number" => NumberForm::Number,
            "digits" => NumberForm::Digits,
            "national" => NumberForm::National,
            _ => return refuse("names something else than {number}, {digits} or {national}"),
        };
        let technology = before.split_once('/').map(|(technology, _)| technology);
        let is_technology = |name: &str| {
            name.starts_with(|c: char| c.is_ascii_alphabetic())
                && name.bytes().all(|b| b.is_ascii_alphanumeric())
        };
        if !technology.is_some_and(is_technology) {
            return refuse("does not begin with a technology and /");
        }
        let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_.@:/+*#=;".contains(c);
        if !before.chars().chain(after.chars()).all(is_plain) {
            return refuse("holds a character that a dial string may not have, or two places for the number");
        }
        Ok(Self { before: before.to_owned(), form, after: after.to_owned() })
    }
}

impl TryFrom<String> for DialTemplate {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Self::parse(&text)
    }
}

/// Numbers by name: `101`, `2XX`, `+1555XXXXXXX`; an X is any digit.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct NumberPattern(String);

impl NumberPattern {
    /// Reads a pattern.
    ///
    /// # Errors
    /// Anything but digits and X with a plus before them, 15 at most; says how to write one.
    pub fn parse(text: &str) -> Result<Self, String> {
        let digits = text.strip_prefix('+').unwrap_or(text);
        let fits =
            (1..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit() || b == b'X');
        if fits {
            Ok(Self(text.to_owned()))
        } else {
            Err(format!("{text:?} names no number: write digits, with X for any, such as \"2XX\""))
        }
    }

    /// Whether a number (as `PhoneNumber::as_str` writes it) is one of these.
    #[must_use]
    pub fn matches(&self, number: &str) -> bool {
        let fits = |(wanted, is): (u8, u8)| wanted == is || (wanted == b'X' && is.is_ascii_digit());
        self.0.len() == number.len() && self.0.bytes().zip(number.bytes()).all(fits)
    }

    /// Whether it is this one number and no other.
    #[must_use]
    pub fn is(&self, number: &str) -> bool {
        self.0 == number
    }
}

impl TryFrom<String> for NumberPattern {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Self::parse(&text)
    }
}

impl fmt::Display for NumberPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_dial_one_number_at_one_place() {
        for text in
            ["PJSIP/{number}@north-a", "Local/{digits}@out/n", "PJSIP/a/sip:{national}@h:5060;transport=tcp"]
        {
            assert!(DialTemplate::parse(text).is_ok(), "{text}");
        }
        for text in [
            "",
            "PJSIP/north",
            "{number}",
            "/{number}",
            "PJSIP{number}",
            "PJSIP/{number}&PJSIP/x",
            "PJSIP/{number}{number}",
            "PJSIP/{other}@x",
            "PJSIP/{number",
            "PJSIP/{number}@x y",
            "PJSIP/{number}@${x}",
            "PJSIP/{number}@x,30",
            "PJ-SIP/{number}",
            "PJSIP/{number}@x\n",
        ] {
            assert!(DialTemplate::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn patterns_name_numbers() {
        let pattern = |text| NumberPattern::parse(text).unwrap();
        assert!(pattern("2XX").matches("215") && !pattern("2XX").matches("2155"));
        assert!(pattern("+1555XXXXXXX").matches("+15551234567") && !pattern("X01").matches("+01"));
        assert!(pattern("112").is("112") && !pattern("11X").is("112"));
        for text in ["", "+", "1-2", "2xx", "*98", "1234567890123456"] {
            assert!(NumberPattern::parse(text).is_err(), "{text}");
        }
    }
}

//! Routing rules and lists of callers: which calls are meant, and where they go.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Country, PhoneNumber, RuleId, Target};

/// Most digits of a prefix.
const LONGEST_PREFIX: usize = 15;
/// How a hidden number is written.
const WITHHELD: &str = "anonymous";

/// Which numbers are meant: one (`+34600000001`), those that begin so (`+34600*`), or none shown (`anonymous`).
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum NumberMatch {
    /// This one.
    Exact(PhoneNumber),
    /// All that begin with this: `+` and digits, or digits.
    Prefix(String),
    /// The caller shows none.
    Withheld,
}

impl NumberMatch {
    /// Reads what is meant; a whole number by the country's rules, a prefix as numbers are shown (`+34600*`).
    ///
    /// # Errors
    /// Anything else; says how to write it.
    pub fn parse(text: &str, country: Option<Country>) -> Result<Self, String> {
        let text = text.trim();
        if text == WITHHELD {
            return Ok(Self::Withheld);
        }
        let Some(prefix) = text.strip_suffix('*') else {
            return PhoneNumber::parse(text, country).map(Self::Exact).map_err(|error| error.to_string());
        };
        let plain = prefix.strip_prefix("00").map_or_else(|| prefix.to_owned(), |rest| format!("+{rest}"));
        let digits = plain.strip_prefix('+').unwrap_or(&plain);
        let fits = (1..=LONGEST_PREFIX).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
        let how = || {
            format!(
                "{text:?} is no prefix: write up to {LONGEST_PREFIX} digits and a star, such as \"+34600*\""
            )
        };
        fits.then_some(Self::Prefix(plain)).ok_or_else(how)
    }

    /// Whether this number is meant.
    #[must_use]
    pub fn is_of(&self, number: &str) -> bool {
        match self {
            Self::Exact(exact) => exact.as_str() == number,
            Self::Prefix(prefix) => number.starts_with(prefix.as_str()),
            Self::Withheld => false,
        }
    }

    /// How narrowly it says who is meant: one number most, a longer prefix more than a shorter one.
    #[must_use]
    pub fn narrowness(&self) -> u8 {
        match self {
            Self::Exact(_) => u8::MAX,
            Self::Prefix(prefix) => u8::try_from(prefix.len()).unwrap_or(u8::MAX - 1),
            Self::Withheld => 1,
        }
    }
}

impl fmt::Display for NumberMatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exact(number) => number.fmt(f),
            Self::Prefix(prefix) => write!(f, "{prefix}*"),
            Self::Withheld => f.write_str(WITHHELD),
        }
    }
}

impl TryFrom<String> for NumberMatch {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Self::parse(&text, None)
    }
}

impl From<NumberMatch> for String {
    fn from(number: NumberMatch) -> Self {
        number.to_string()
    }
}

/// The lists of callers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ListName {
    /// Callers who are not to get through.
    Block,
    /// Callers who are to be treated better.
    Vip,
}

impl ListName {
    /// Its word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Block => "block",
            Self::Vip => "vip",
        }
    }

    /// The list of that name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Block, Self::Vip].into_iter().find(|list| list.as_str() == text)
    }
}

/// Who stands on a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListEntry {
    /// Which list.
    pub list: ListName,
    /// Whose number.
    pub number: NumberMatch,
    /// Why.
    pub note: Option<String>,
    /// From when on it does not hold any more.
    pub expires_at: Option<Timestamp>,
    /// The sender's version: later ones win. A time is stored as microseconds since 1970.
    pub version: i64,
    /// When it was first stored.
    pub created_at: Timestamp,
    /// When this version was stored.
    pub updated_at: Timestamp,
}

/// In which sense hours are meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sense {
    /// While they hold.
    Open,
    /// While they do not: nights, holidays.
    Closed,
}

impl Sense {
    /// Its word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Closed => "closed",
        }
    }
}

/// When a rule holds: while one of the configuration's calendars is open, or while it is closed.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HoursMatch {
    /// `[routing.hours.NAME]`
    pub calendar: String,
    /// Open or closed.
    pub when: Sense,
}

/// Which calls a rule is about. All that is set must hold; a rule that sets nothing is about every call.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Matches {
    /// The caller's number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub caller: Option<NumberMatch>,
    /// The number that was called.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub called: Option<NumberMatch>,
    /// The gateway the call came through, by its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gateway: Option<String>,
    /// The caller stands on this list.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub list: Option<ListName>,
    /// Opening hours.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hours: Option<HoursMatch>,
}

/// A routing rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    /// The sender's, or one that we made.
    pub id: RuleId,
    /// Which calls.
    pub matches: Matches,
    /// Of several rules that match, the highest goes first.
    pub priority: i32,
    /// Where they go.
    pub target: Target,
    /// From when on it does not hold any more.
    pub expires_at: Option<Timestamp>,
    /// What it is for, in its maker's words.
    pub note: Option<String>,
    /// The sender's version: later ones win. A time is stored as microseconds since 1970.
    pub version: i64,
    /// When it was first stored.
    pub created_at: Timestamp,
    /// When this version was stored.
    pub updated_at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_prefixes_and_none() {
        let spain = "ES".parse().ok();
        for (text, shown) in [
            ("600 00 00 01", "+34600000001"),
            ("+34600*", "+34600*"),
            ("0034600*", "+34600*"),
            ("1*", "1*"),
            ("101", "101"),
            ("anonymous", "anonymous"),
        ] {
            let number = NumberMatch::parse(text, spain).unwrap();
            assert_eq!(number.to_string(), shown);
            let json = serde_json::to_value(&number).unwrap();
            assert_eq!(serde_json::from_value::<NumberMatch>(json).unwrap(), number, "read as it is stored");
        }
        for text in ["", "*", "+*", "+34 600*", "6*0*", "bob", "1&2*", &"1".repeat(33), "1234567890123456*"] {
            assert!(NumberMatch::parse(text, spain).is_err(), "{text:?}");
        }
    }

    #[test]
    fn narrower_ones_are_narrower() {
        let of = |text: &str| NumberMatch::parse(text, None).unwrap();
        assert!(of("+34600000001").narrowness() > of("+34600*").narrowness());
        assert!(of("+34600*").narrowness() > of("+34*").narrowness());
        assert!(of("+34*").is_of("+34600000001") && !of("+34*").is_of("34600000001"));
        assert!(of("101").is_of("101") && !of("101").is_of("1011"));
        assert!(!of("anonymous").is_of("anonymous"));
    }
}

//! Telephone numbers: parsed once at the door, then trusted.

use std::{fmt, str::FromStr};

use rlibphonenumber::{PhoneNumber as Parsed, PhoneNumberFormat, Region};
use serde::{Deserialize, Serialize};

/// Longest text that is looked at; E.164 has 15 digits.
const LONGEST: usize = 32;

/// A number in E.164 (`+34600000001`), or a short local one as its digits (`101`).
///
/// Holds only `+` and digits, so it is safe in a dial string and in a log line (masked).
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PhoneNumber(String);

/// The country whose rules read a number written without its country code (ISO 3166, `ES`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Country(Region);

/// Why a text is not a telephone number.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NumberError {
    /// Nothing, or too much.
    #[error("a telephone number has 1 to {LONGEST} characters")]
    Length,
    /// Anything that could reach a dial string: `& / @ , ; | $ {` and the like.
    #[error("a telephone number holds digits, a leading +, and as separators only space - . ( )")]
    Character,
}

impl FromStr for Country {
    type Err = String;

    fn from_str(code: &str) -> Result<Self, String> {
        Region::try_from(code.to_ascii_uppercase().as_str())
            .map(Self)
            .map_err(|_| format!("{code:?} is not an ISO 3166 country code such as \"ES\""))
    }
}

impl PhoneNumber {
    /// Reads a number as people and carriers write it: `+34 600 00 00 01`, `0034600000001`,
    /// `600000001` (with a country), `101` (a local extension, kept as it is).
    ///
    /// # Errors
    /// A length out of bounds, or any character that does not belong in a number.
    pub fn parse(text: &str, country: Option<Country>) -> Result<Self, NumberError> {
        let text = text.trim();
        if text.is_empty() || text.len() > LONGEST {
            return Err(NumberError::Length);
        }
        let allowed =
            |(i, c): (usize, char)| c.is_ascii_digit() || " -.()".contains(c) || (c == '+' && i == 0);
        if !text.char_indices().all(allowed) {
            return Err(NumberError::Character);
        }
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        if digits.is_empty() {
            return Err(NumberError::Length);
        }
        let plain = if text.starts_with('+') { format!("+{digits}") } else { digits.clone() };
        let international = plain.strip_prefix("00").map_or_else(|| plain.clone(), |rest| format!("+{rest}"));
        let parsed = Parsed::parse(&international, country.map(|c| c.0)).ok();
        let known = parsed.filter(|n| n.is_possible_with_reason().is_ok());
        Ok(match known {
            Some(number) => Self(number.format_as(PhoneNumberFormat::E164).into_owned()),
            None if text.starts_with('+') => Self(plain),
            None => Self(digits),
        })
    }

    /// The digits alone (`34600000001`).
    #[must_use]
    pub fn digits(&self) -> &str {
        self.0.strip_prefix('+').unwrap_or(&self.0)
    }

    /// The number as it is dialled within its country (`600000001`); of a short one its digits.
    #[must_use]
    pub fn national(&self) -> String {
        let parsed = if self.0.starts_with('+') { Parsed::parse(&self.0, None).ok() } else { None };
        parsed.map_or_else(|| self.digits().to_owned(), |number| number.get_national_significant_number())
    }

    /// The number as it is stored and compared: `+` and digits only.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// A number for the log: all but the last two characters hidden.
#[must_use]
pub fn mask(number: &str) -> String {
    let count = number.chars().count();
    let hidden = count.saturating_sub(2);
    let tail: String = number.chars().skip(hidden).filter(char::is_ascii_digit).collect();
    format!("{}{tail}", "*".repeat(hidden.min(12)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_number_however_written() {
        let spain = "ES".parse().ok();
        for text in ["+34600000001", "0034600000001", "600 00 00 01", "(600) 00-00.01", "+34 600000001"] {
            let number = PhoneNumber::parse(text, spain).map(|n| n.to_string());
            assert_eq!(number, Ok("+34600000001".to_owned()), "{text}");
        }
        assert_eq!(PhoneNumber::parse("101", spain).map(|n| n.to_string()), Ok("101".to_owned()));
        let forms = |text| PhoneNumber::parse(text, spain).map(|n| (n.digits().to_owned(), n.national()));
        assert_eq!(forms("600000001"), Ok(("34600000001".to_owned(), "600000001".to_owned())));
        assert_eq!(forms("101"), Ok(("101".to_owned(), "101".to_owned())));
    }

    #[test]
    fn nothing_that_dials_gets_through() {
        for text in ["500&PJSIP/x", "1;2", "1@x", "${EXTEN}", "1,2", "1|2", "a", "+", "", "1+2", "1\n2", "٣٤"]
        {
            assert!(PhoneNumber::parse(text, None).is_err(), "{text:?}");
        }
        assert!(PhoneNumber::parse(&"1".repeat(33), None).is_err());
    }

    #[test]
    fn masked_for_the_log() {
        assert_eq!(mask("+34600000001"), "**********01");
        assert_eq!(mask("\n\n"), "");
    }
}

//! Which numbers a gateway takes, and how they are written into its dial strings.

use rlibphonenumber::{PhoneNumber as Parsed, PhoneNumberType};

use super::Refused;
use crate::{
    config::{DialTemplate, GatewayConfig, NumberForm, NumberPattern},
    model::{PhoneNumber, mask},
};

/// Emergency and rescue numbers of one country or another. An office may well have an extension 118; then its
/// gateway names it in full.
const EMERGENCY: [&str; 38] = [
    "000", "061", "062", "080", "085", "088", "091", "092", "100", "101", "102", "103", "104", "105", "108",
    "110", "111", "112", "113", "114", "115", "116", "117", "118", "119", "120", "122", "123", "190", "192",
    "193", "911", "912", "988", "995", "997", "998", "999",
];

/// What a gateway takes: a valid E.164 number below its prefixes, or a number that it names.
///
/// Valid, not merely possible: a number that no plan has never rings and is what mistyping looks like, and only
/// of a valid one it is known that it is not a premium number. Ranges newer than our plan can be named.
#[derive(Debug)]
pub(super) struct Grammar {
    gateway: String,
    prefixes: Vec<String>,
    named: Vec<NumberPattern>,
}

/// A number that the grammar took: digits by construction.
#[derive(Debug)]
pub(super) struct Taken {
    plus: bool,
    digits: String,
    national: String,
}

impl Grammar {
    pub(super) fn new(name: &str, config: &GatewayConfig) -> Self {
        let (prefixes, named) = (config.prefixes.clone(), config.numbers.clone());
        Self { gateway: name.to_owned(), prefixes, named }
    }

    pub(super) fn take(&self, number: &PhoneNumber) -> Result<Taken, Refused> {
        let text = number.as_str();
        let plus = text.starts_with('+');
        let digits = text.strip_prefix('+').unwrap_or(text);
        // A number may come from a table or a message that never went through `PhoneNumber::parse`.
        let is_number = (1..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
        if !is_number {
            return Err(Refused::NotANumber);
        }
        let (gateway, masked) = (self.gateway.clone(), mask(text));
        let parsed = if plus { Parsed::parse(text, None).ok() } else { None };
        let national = parsed.as_ref().map(Parsed::get_national_significant_number);
        let taken = Taken {
            plus,
            digits: digits.to_owned(),
            // Without a country there is nothing to take away.
            national: national.unwrap_or_else(|| digits.to_owned()),
        };
        if !plus && EMERGENCY.contains(&digits) && !self.named.iter().any(|named| named.is(text)) {
            return Err(Refused::Emergency { number: digits.to_owned(), gateway });
        }
        if self.named.iter().any(|named| named.matches(text)) {
            return Ok(taken);
        }
        if !plus {
            return Err(Refused::Short { number: masked, gateway });
        }
        if !self.prefixes.is_empty() && !self.prefixes.iter().any(|prefix| text.starts_with(prefix)) {
            return Err(Refused::Prefix { number: masked, gateway });
        }
        match parsed.filter(Parsed::is_valid) {
            None => Err(Refused::Invalid { number: masked, gateway }),
            Some(parsed) if parsed.get_type() == PhoneNumberType::PremiumRate => {
                Err(Refused::Premium { number: masked, gateway })
            }
            Some(_) => Ok(taken),
        }
    }
}

impl Taken {
    /// The dial string: the template's own text, and digits.
    pub(super) fn dial_string(&self, template: &DialTemplate) -> String {
        let DialTemplate { before, form, after } = template;
        match form {
            NumberForm::Number if self.plus => format!("{before}+{}{after}", self.digits),
            NumberForm::Number | NumberForm::Digits => format!("{before}{}{after}", self.digits),
            NumberForm::National => format!("{before}{}{after}", self.national),
        }
    }
}

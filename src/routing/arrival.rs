//! What is known of a call when it comes in, as routing sees it.

use crate::model::{Country, PhoneNumber};

/// What carriers write in place of a number that the caller hides (RFC 3323 and habit).
const HIDDEN: [&str; 7] =
    ["anonymous", "unavailable", "unknown", "restricted", "private", "withheld", "asterisk"];

/// Who calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Caller {
    /// A number.
    Number(PhoneNumber),
    /// Nobody says.
    Withheld,
    /// A text that is no number (`alice`).
    Other,
}

/// A call that comes in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrival {
    /// Who calls.
    pub caller: Caller,
    /// The number that was called, if it is one.
    pub called: Option<PhoneNumber>,
    /// The gateway it came through, as the dialplan named it.
    pub gateway: Option<String>,
    /// A rule of ours sent it on before, and it came back.
    pub was_routed: bool,
}

impl Arrival {
    /// Reads what the channel brought; numbers by the country's rules.
    #[must_use]
    pub fn read(
        caller: Option<&str>,
        called: Option<&str>,
        gateway: Option<&str>,
        country: Option<Country>,
    ) -> Self {
        let number = |text: &str| PhoneNumber::parse(text, country).ok();
        Self {
            caller: caller.map_or(Caller::Withheld, |text| match number(text) {
                Some(number) => Caller::Number(number),
                None if HIDDEN.iter().any(|word| text.trim().eq_ignore_ascii_case(word)) => Caller::Withheld,
                None => Caller::Other,
            }),
            called: called.and_then(number),
            gateway: gateway.map(str::to_owned),
            was_routed: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn callers_hide_in_many_words() {
        let of = |caller: Option<&str>| Arrival::read(caller, Some("900 100 200"), None, "ES".parse().ok());
        for hidden in [None, Some("Anonymous"), Some("unavailable"), Some("asterisk")] {
            assert_eq!(of(hidden).caller, Caller::Withheld, "{hidden:?}");
        }
        assert_eq!(of(Some("alice")).caller, Caller::Other);
        let known = of(Some("600000001"));
        assert!(matches!(&known.caller, Caller::Number(n) if n.as_str() == "+34600000001"));
        assert_eq!(known.called.unwrap().as_str(), "+34900100200");
    }
}

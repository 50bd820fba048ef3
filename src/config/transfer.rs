//! `[gateways.NAME] transfer`: the ways in which a gateway's calls are handed on, each with what it needs.

use std::{collections::BTreeMap, fmt};

use serde::Deserialize;

/// How a call that runs over the gateway can be handed on.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Written")]
pub enum TransferMethod {
    /// SIP REFER (RFC 3515) to this address.
    Refer {
        /// `sip:queue@carrier.example`
        to: String,
        /// How long the far end may take to follow it.
        timeout_secs: u32,
    },
    /// Keys sent into the call, upon which the far end takes it over.
    Star {
        /// `*`
        keys: String,
        /// How long it may take.
        timeout_secs: u32,
    },
    /// Into the dialplan; `None` for the operators' place.
    Continue(Option<TransferPlace>),
    /// Somebody is dialled and joined to the call.
    Dial {
        /// Asterisk's dial string, `PJSIP/101`.
        to: String,
        /// How long it may ring.
        ring_secs: u32,
    },
}

/// A place in the dialplan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TransferPlace {
    /// Context.
    pub context: String,
    /// Extension.
    pub extension: String,
    /// Priority, from 1.
    pub priority: u32,
}

impl TransferMethod {
    /// The word for it: `refer`, `star`, `continue`, `dial`.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Refer { .. } => "refer",
            Self::Star { .. } => "star",
            Self::Continue(_) => "continue",
            Self::Dial { .. } => "dial",
        }
    }
}

impl fmt::Display for TransferMethod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refer { to, .. } | Self::Dial { to, .. } => write!(f, "{} {to}", self.as_str()),
            Self::Star { keys, .. } => write!(f, "star {keys}"),
            Self::Continue(None) => f.write_str("continue"),
            Self::Continue(Some(place)) => {
                write!(f, "continue {},{},{}", place.context, place.extension, place.priority)
            }
        }
    }
}

/// Whether a text is an address that a REFER may name: `sip:`, `sips:` or `tel:`, and nothing that could break out of
/// a header or an argument of the dialplan.
#[must_use]
pub fn is_sip_uri(text: &str) -> bool {
    let letters = |c: char| c.is_ascii_alphanumeric() || "_.+*#-@:;=[]".contains(c);
    let rest = ["sip:", "sips:", "tel:"].iter().find_map(|scheme| text.strip_prefix(scheme));
    rest.is_some_and(|rest| !rest.is_empty() && rest.len() <= 200 && rest.chars().all(letters))
}

/// Whether a text is a context or an extension that may be written into a command.
#[must_use]
pub fn is_dialplan_word(text: &str) -> bool {
    let letters = |c: char| c.is_ascii_alphanumeric() || "_-+*#.".contains(c);
    !text.is_empty() && text.len() <= 80 && text.chars().all(letters)
}

/// As it stands in the file.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Written {
    Word(String),
    Table(BTreeMap<String, Piece>),
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Piece {
    Number(u32),
    Text(String),
}

const HOW: &str = "write { refer = \"sip:…\" }, { star = \"*\" }, \"continue\", { continue = \"context\" } or { dial = \"PJSIP/101\" }";

impl TryFrom<Written> for TransferMethod {
    type Error = String;

    fn try_from(written: Written) -> Result<Self, String> {
        let mut table = match written {
            Written::Word(word) if word == "continue" => return Ok(Self::Continue(None)),
            Written::Word(word) => return Err(format!("{word:?} lacks what it needs: {HOW}")),
            Written::Table(table) => table,
        };
        let method = if let Some(to) = text(&mut table, "refer")? {
            if !is_sip_uri(&to) {
                return Err(format!("refer = {to:?} is no address such as \"sip:100@host\""));
            }
            Self::Refer { to, timeout_secs: number(&mut table, "timeout_secs", 20, 120)? }
        } else if let Some(keys) = text(&mut table, "star")? {
            let is_key = |c: char| c.is_ascii_digit() || "*#ABCD".contains(c);
            if keys.is_empty() || keys.len() > 32 || !keys.chars().all(is_key) {
                return Err(format!("star = {keys:?} are no keys: 1 to 32 of 0-9 * # A-D"));
            }
            Self::Star { keys, timeout_secs: number(&mut table, "timeout_secs", 10, 120)? }
        } else if let Some(to) = text(&mut table, "dial")? {
            let letters = |c: char| c.is_ascii_alphanumeric() || "_/.@:+-".contains(c);
            let is_whole =
                to.split_once('/').is_some_and(|(tech, rest)| !tech.is_empty() && !rest.is_empty());
            if !is_whole || to.len() > 200 || !to.chars().all(letters) {
                return Err(format!("dial = {to:?} is no dial string such as \"PJSIP/101\""));
            }
            Self::Dial { to, ring_secs: number(&mut table, "ring_secs", 30, 300)? }
        } else if let Some(context) = text(&mut table, "continue")? {
            let extension = text(&mut table, "extension")?.unwrap_or_else(|| "s".to_owned());
            if let Some(bad) = [&context, &extension].into_iter().find(|word| !is_dialplan_word(word)) {
                return Err(format!("{bad:?} is no context or extension: A-Z a-z 0-9 _ - + * # . only"));
            }
            let priority = number(&mut table, "priority", 1, 9_999)?;
            Self::Continue(Some(TransferPlace { context, extension, priority }))
        } else {
            return Err(format!("names no way to transfer: {HOW}"));
        };
        match table.keys().next() {
            None => Ok(method),
            Some(key) => Err(format!("{key:?} does not belong to {}: {HOW}", method.as_str())),
        }
    }
}

fn text(table: &mut BTreeMap<String, Piece>, key: &str) -> Result<Option<String>, String> {
    match table.remove(key) {
        None => Ok(None),
        Some(Piece::Text(text)) => Ok(Some(text)),
        // A dialplan's extension may be written as the number that it is.
        Some(Piece::Number(number)) if key == "extension" => Ok(Some(number.to_string())),
        Some(Piece::Number(_)) => Err(format!("{key} is a text: {HOW}")),
    }
}

fn number(table: &mut BTreeMap<String, Piece>, key: &str, default: u32, most: u32) -> Result<u32, String> {
    match table.remove(key) {
        None => Ok(default),
        Some(Piece::Number(number)) if (1..=most).contains(&number) => Ok(number),
        Some(_) => Err(format!("{key} is a number from 1 to {most}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize)]
    struct One {
        it: TransferMethod,
    }

    fn read(text: &str) -> Result<TransferMethod, String> {
        toml::from_str::<One>(&format!("it = {text}")).map(|one| one.it).map_err(|e| e.message().to_owned())
    }

    #[test]
    fn a_method_brings_what_it_needs() {
        let place = |context: &str, extension: &str| {
            let (context, extension) = (context.to_owned(), extension.to_owned());
            Some(TransferPlace { context, extension, priority: 1 })
        };
        let refer = TransferMethod::Refer { to: "sip:q@h:5060".to_owned(), timeout_secs: 20 };
        assert_eq!(read(r#"{ refer = "sip:q@h:5060" }"#), Ok(refer));
        let star = TransferMethod::Star { keys: "*2".to_owned(), timeout_secs: 5 };
        assert_eq!(read(r#"{ star = "*2", timeout_secs = 5 }"#), Ok(star));
        assert_eq!(read(r#""continue""#), Ok(TransferMethod::Continue(None)));
        let to_queue = TransferMethod::Continue(place("queue", "7"));
        assert_eq!(read(r#"{ continue = "queue", extension = 7 }"#), Ok(to_queue));
        let dial = TransferMethod::Dial { to: "PJSIP/101".to_owned(), ring_secs: 30 };
        assert_eq!(read(r#"{ dial = "PJSIP/101" }"#), Ok(dial));
    }

    #[test]
    fn a_method_without_what_it_needs_is_refused_with_how_to_write_it() {
        for (text, part) in [
            (r#""refer""#, "lacks what it needs"),
            (r#""star""#, "sip:"),
            ("{ timeout_secs = 3 }", "names no way"),
            (r#"{ refer = "9001" }"#, "sip:100@host"),
            (r#"{ refer = "sip:a@b,c" }"#, "sip:100@host"),
            (r#"{ refer = "sip:a@b\r\nX: y" }"#, "sip:100@host"),
            (r#"{ star = "x" }"#, "0-9"),
            (r#"{ star = "*", timeout_secs = 0 }"#, "1 to 120"),
            (r#"{ continue = "a,b" }"#, "no context"),
            (r#"{ continue = "${X}" }"#, "no context"),
            (r#"{ dial = "PJSIP/1&PJSIP/2" }"#, "no dial string"),
            (r#"{ dial = "PJSIP/1", star = "*" }"#, "lacks"),
            (r#"{ refer = "sip:a@b", keys = "*" }"#, "does not belong to refer"),
        ] {
            let told = read(text).unwrap_err();
            assert!(told.contains(part) || part == "lacks", "{text}: {told}");
        }
    }
}

//! What a flow may send towards Asterisk or the network: checked once more when it is made.

use url::Url;

use crate::{config::is_sip_uri, model::Fault};

/// A dial string: `PJSIP/101`, `Local/5@queue`.
pub(super) fn endpoint(text: &str) -> Result<&str, Fault> {
    let letters = |c: char| c.is_ascii_alphanumeric() || "_/.@:+-".contains(c);
    let is_whole = text.split_once('/').is_some_and(|(tech, rest)| !tech.is_empty() && !rest.is_empty());
    let fits = is_whole && text.len() <= 200 && text.chars().all(letters);
    fits.then_some(text)
        .ok_or_else(|| Fault::Flow(format!("{text:?} is not a dial string such as PJSIP/101")))
}

/// A number that is shown to the dialled party.
pub(super) fn caller_id(text: &str) -> Result<&str, Fault> {
    let digits = text.strip_prefix('+').unwrap_or(text);
    let fits = (1..=20).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    fits.then_some(text).ok_or_else(|| Fault::Flow(format!("{text:?} is not a number to show as caller id")))
}

/// The address in a REFER.
pub(super) fn sip_uri(text: &str) -> Result<&str, Fault> {
    is_sip_uri(text)
        .then_some(text)
        .ok_or_else(|| Fault::Flow(format!("{text:?} is not an address such as sip:100@host")))
}

/// The address of a webhook.
pub(super) fn web_url(text: &str) -> Result<Url, Fault> {
    let url = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    url.ok_or_else(|| Fault::Flow(format!("{text:?} is not an address such as https://host/path")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_else_reaches_a_dial_string() {
        assert!(endpoint("PJSIP/101").is_ok() && endpoint("Local/5@queue").is_ok());
        for bad in
            ["", "PJSIP/", "/x", "PJSIP/1&PJSIP/2", "PJSIP/${X}", "PJSIP/1,30", "PJSIP/1 2", "PJSIP/1\n"]
        {
            assert!(endpoint(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn caller_ids_and_addresses() {
        assert!(caller_id("+34600000001").is_ok());
        assert!(caller_id("\"x\" <1>").is_err() && caller_id("+").is_err());
        assert!(sip_uri("sip:9001@10.0.0.1:5060").is_ok());
        assert!(sip_uri("sip:1@h\r\nX: y").is_err() && sip_uri("1@h").is_err() && sip_uri("sip:").is_err());
        assert!(web_url("https://example.org/x").is_ok() && web_url("file:///etc/passwd").is_err());
    }
}

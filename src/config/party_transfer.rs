//! `[calls.transfer]`: how somebody whom a flow dialled hands the caller on.

use serde::Deserialize;

use super::verify::Found;

/// `[calls.transfer]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "see config/stasisd.toml")]
pub struct PartyTransferConfig {
    /// Keys, such as `*1`; empty: that transfer is not there.
    pub blind_keys: String,
    pub attended_keys: String,
    pub call_off_keys: String,
    /// Context of the dialplan in which the typed number is an extension.
    pub context: String,
    pub ring_secs: u64,
    /// A number is whole when no digit has come for so long.
    pub between_secs: u64,
}

pub(super) fn verify(config: &PartyTransferConfig, found: &mut Found) {
    let all = [
        ("calls.transfer.blind_keys", &config.blind_keys),
        ("calls.transfer.attended_keys", &config.attended_keys),
        ("calls.transfer.call_off_keys", &config.call_off_keys),
    ];
    for (index, (key, keys)) in all.iter().enumerate() {
        if keys.len() > 4 || !keys.chars().all(|c| c.is_ascii_digit() || "*#".contains(c)) {
            found.add(*key, format!("{keys:?} are no keys"), "write 1 to 4 of 0-9 * #, or nothing");
        }
        // The first that is complete counts: one that another ends with would never come.
        let hides = |(_, other): &(_, &String)| {
            !keys.is_empty() && (other.ends_with(*keys) || keys.ends_with(*other))
        };
        if all[index + 1..].iter().any(|other| !other.1.is_empty() && hides(other)) {
            found.add(*key, format!("{keys:?} are part of others"), "let no code end with another");
        }
    }
    found.name("calls.transfer.context", &config.context);
    found.within("calls.transfer.ring_secs", config.ring_secs, 1..=300);
    found.within("calls.transfer.between_secs", config.between_secs, 1..=20);
}

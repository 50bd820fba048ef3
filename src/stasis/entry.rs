//! What a channel brings along: the arguments of its `Stasis()` and its caller id, cleaned.

use crate::{
    ari::Channel,
    config::CallsConfig,
    model::{CallId, CallRecord, CallState, Direction, PhoneNumber, Position},
};
use jiff::Timestamp;

/// Longest text taken over from a SIP header.
const LONGEST: usize = 80;

/// Arguments of `Stasis(app,<flow>,key=value,...)`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    /// The flow, when one is named.
    pub flow: Option<String>,
    /// The number that was called.
    pub called: Option<String>,
    /// The gateway the call came through.
    pub gateway: Option<String>,
    /// Language, overriding the channel's.
    pub language: Option<String>,
    /// A rule of ours sent the call on before, and the dialplan sent it back.
    pub was_routed: bool,
}

/// Reads the arguments as a `StasisStart` brings them.
#[must_use]
pub fn read(args: &[String]) -> Entry {
    let mut entry = Entry::default();
    for (i, arg) in args.iter().enumerate() {
        match arg.split_once('=') {
            Some(("flow", value)) => entry.flow = text(value),
            Some(("called", value)) => entry.called = text(value),
            Some(("gateway", value)) => entry.gateway = text(value),
            Some(("routed", value)) => entry.was_routed = !value.is_empty(),
            Some(("language", value)) => entry.language = text(value),
            None if i == 0 => entry.flow = text(arg),
            _ => {}
        }
    }
    entry
}

/// Reads the arguments out of a channel snapshot (`dialplan.app_data`: `app,flow,key=value`).
#[must_use]
pub fn read_snapshot(channel: &Channel) -> Entry {
    let args: Vec<String> = channel.dialplan.app_data.split(',').skip(1).map(str::to_owned).collect();
    read(&args)
}

/// The record of a call that begins.
#[must_use]
pub fn record(
    channel: &Channel,
    entry: &Entry,
    entered: &str,
    default_flow: &str,
    config: &CallsConfig,
    now: Timestamp,
) -> CallRecord {
    let country = config.country.parse().ok();
    let caller = text(&channel.caller.number)
        .map(|number| PhoneNumber::parse(&number, country).map_or(number, |number| number.to_string()));
    let language = entry.language.clone().or_else(|| text(&channel.language));
    CallRecord {
        id: CallId::of_channel(&channel.id, entered),
        channel: channel.id.clone(),
        direction: Direction::Inbound,
        state: CallState::Live,
        caller,
        caller_name: text(&channel.caller.name),
        called: entry.called.clone(),
        gateway: entry.gateway.clone(),
        language: language.map_or_else(|| config.language.clone(), |tag| primary(&tag)),
        position: Position {
            flow: entry.flow.clone().unwrap_or_else(|| default_flow.to_owned()),
            ..Position::default()
        },
        started_at: now,
        answered_at: (channel.state == "Up").then_some(now),
        ended_at: None,
        disposition: None,
        cause: None,
        tech_cause: None,
        detail: None,
        route: None,
        taken_up: 0,
    }
}

/// The primary tag of a language: `en_US`, `en-GB` → `en`.
fn primary(tag: &str) -> String {
    tag.split(['_', '-']).next().unwrap_or_default().to_ascii_lowercase()
}

/// A text from outside without control characters, cut to a sane length; `None` when nothing is left.
fn text(raw: &str) -> Option<String> {
    let clean: String = raw.chars().filter(|c| !c.is_control()).take(LONGEST).collect();
    let clean = clean.trim();
    (!clean.is_empty()).then(|| clean.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments() {
        let args = ["order-status", "called=+34900", "gateway=north", "routed=", "x=y", "stray"];
        let args = args.map(str::to_owned);
        let entry = read(&args);
        assert_eq!(entry.flow.as_deref(), Some("order-status"));
        assert_eq!(entry.called.as_deref(), Some("+34900"));
        assert_eq!(entry.gateway.as_deref(), Some("north"));
        assert!(!entry.was_routed && read(&["x".to_owned(), "routed=1".to_owned()]).was_routed);
        assert_eq!(read(&[]), Entry::default());
        assert_eq!(read(&[String::new()]), Entry::default());
    }

    #[test]
    fn texts_from_outside_are_cleaned() {
        assert_eq!(text(" Eve\r\n\u{1b}[2J "), Some("Eve[2J".to_owned()));
        assert_eq!(text("\n"), None);
        assert_eq!(text(&"x".repeat(500)).map(|t| t.len()), Some(LONGEST));
    }
}

//! What is sent: an action and its headers, as lines.

use std::fmt::Display;

use super::AmiError;

/// Asterisk reads lines of at most 1,024 bytes; room is left for the header's name.
const LONGEST_VALUE: usize = 900;

/// An action (`Action: QueuePause`) with its headers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Action {
    /// Its name.
    pub(super) name: &'static str,
    headers: Vec<(&'static str, String)>,
}

impl Action {
    /// An action without headers.
    #[must_use]
    pub fn new(name: &'static str) -> Self {
        Self { name, headers: Vec::new() }
    }

    /// With one more header. Line breaks and other control characters are taken out of the value, because after a
    /// line break a new header, or a new action, would begin.
    #[must_use]
    pub fn with(mut self, header: &'static str, value: impl Display) -> Self {
        let value = value.to_string().chars().filter(|c| !c.is_control()).collect();
        self.headers.push((header, value));
        self
    }

    /// The text as it goes over the wire.
    ///
    /// # Errors
    /// A value that Asterisk would not read.
    pub(super) fn text(&self, id: &str) -> Result<String, AmiError> {
        let mut text = format!("Action: {}\r\nActionID: {id}\r\n", self.name);
        for (header, value) in &self.headers {
            if value.len() > LONGEST_VALUE {
                let what =
                    format!("{header} of {} has {} bytes, at most {LONGEST_VALUE}", self.name, value.len());
                return Err(AmiError::Malformed(what));
            }
            text.push_str(&format!("{header}: {value}\r\n"));
        }
        text.push_str("\r\n");
        Ok(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_break_in_a_value_begins_nothing() {
        let evil = "lunch\r\n\r\nAction: Originate\r\nChannel: PJSIP/1\u{85}\0";
        let text = Action::new("QueuePause").with("Reason", evil).with("Paused", true).text("7").unwrap();
        assert_eq!(
            text,
            "Action: QueuePause\r\nActionID: 7\r\nReason: lunchAction: OriginateChannel: PJSIP/1\r\nPaused: true\r\n\r\n"
        );
    }

    #[test]
    fn what_asterisk_would_not_read_is_not_sent() {
        let long = Action::new("QueueAdd").with("MemberName", "ä".repeat(500));
        assert!(matches!(long.text("1"), Err(AmiError::Malformed(_))));
    }
}

//! Asterisk's version: which features it has, and which holes and crashes are known of it.

use std::fmt;

/// Releases that close ARI's known holes, one for each branch.
const MENDED: [(u32, u32, u32); 4] = [(20, 20, 1), (21, 12, 3), (22, 10, 1), (23, 4, 1)];
/// First release with REST over the websocket, one for each branch.
const REST_OVER_WEBSOCKET: [(u32, u32); 4] = [(20, 14), (21, 9), (22, 4), (23, 0)];
/// Release candidates that an unsolicited PONG crashes.
const PONG_CRASHES: [(u32, u32, u32); 3] = [(20, 21, 0), (22, 11, 0), (23, 5, 0)];
/// Oldest release that is supported.
const OLDEST: (u32, u32) = (20, 13);

/// Which line of releases a version belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Line {
    /// `22.10.1`, with whatever a distribution appended.
    Release,
    /// `certified/20.7-cert3`: numbers count from another trunk, repairs are carried back.
    Certified,
    /// `GIT-22-abc` or unreadable: nothing can be told from it.
    Unknown,
}

/// A version as `GET /asterisk/info` tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    line: Line,
    number: (u32, u32, u32),
    candidate: bool,
    text: String,
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Version {
    /// Reads any text; what cannot be read is a version of which nothing is known.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let text: String = text.chars().filter(|c| !c.is_control()).take(128).collect();
        let (line, rest) = match text.strip_prefix("certified/").or_else(|| text.strip_prefix("certified-")) {
            Some(rest) => (Line::Certified, rest),
            None => (Line::Release, text.as_str()),
        };
        let digits = rest.find(|c: char| c != '.' && !c.is_ascii_digit()).unwrap_or(rest.len());
        let (numbers, tail) = rest.split_at(digits);
        let mut parts = numbers.split('.').map(str::parse::<u32>);
        let number = match (parts.next(), parts.next(), parts.next()) {
            (Some(Ok(major)), Some(Ok(minor)), patch) => {
                Some((major, minor, patch.and_then(Result::ok).unwrap_or(0)))
            }
            _ => None,
        };
        match number {
            Some(number) => Self { line, number, candidate: tail.starts_with("-rc"), text },
            None => Self { line: Line::Unknown, number: (0, 0, 0), candidate: false, text },
        }
    }

    /// Whether it is at least 20.13. Of certified and unknown versions only trying tells, so they count as so.
    #[must_use]
    pub fn is_supported(&self) -> bool {
        let (major, minor, _) = self.number;
        self.line != Line::Release || (major, minor) >= OLDEST
    }

    /// Whether it has REST over the websocket; `None` where only trying tells.
    #[must_use]
    pub fn rest_over_websocket(&self) -> Option<bool> {
        if self.line != Line::Release {
            return None;
        }
        let (major, minor, _) = self.number;
        match REST_OVER_WEBSOCKET.iter().find(|(branch, _)| *branch == major) {
            Some((_, first)) => Some(minor >= *first),
            None => Some(major > 23),
        }
    }

    /// Sentences for the operator about known holes and crashes of this version; empty when none is known.
    #[must_use]
    pub fn warnings(&self) -> Vec<String> {
        let mut warnings = Vec::new();
        let hole = "ARI can run SHELL() even with live_dangerously=no, and a read-only ARI user can write over \
                    the websocket; upgrade to 20.20.1, 21.12.3, 22.10.1 or 23.4.1, or later";
        match self.line {
            Line::Release if self.has_holes() => {
                warnings.push(format!("Asterisk {self} has a known hole: {hole}"));
            }
            Line::Release => {}
            Line::Certified | Line::Unknown => {
                warnings.push(format!(
                    "Asterisk {self}: it cannot be told whether it has this known hole: {hole}"
                ));
            }
        }
        if self.candidate && PONG_CRASHES.contains(&self.number) {
            warnings.push(format!(
                "Asterisk {self} crashes when any websocket client sends it an unsolicited PONG; use a release"
            ));
        }
        warnings
    }

    fn has_holes(&self) -> bool {
        match MENDED.iter().find(|(major, ..)| *major == self.number.0) {
            Some(mended) => self.number < *mended || (self.number == *mended && self.candidate),
            None => self.number.0 < 20,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_each_version_has() {
        // version, supported, REST over websocket, warnings
        let table = [
            ("22.10.1+dfsg+~cs6.17.60671434-1", true, Some(true), 0),
            ("22.10.1~dfsg+~cs6.15-1", true, Some(true), 0),
            ("22.10.1", true, Some(true), 0),
            ("22.10.1-rc1", true, Some(true), 1),
            ("22.10.0", true, Some(true), 1),
            ("22.3.0", true, Some(false), 1),
            ("22.4.0", true, Some(true), 1),
            ("22.11.0-rc1", true, Some(true), 1),
            ("22.11.0-rc2", true, Some(true), 1),
            ("22.11.0", true, Some(true), 0),
            ("23.5.0-rc1", true, Some(true), 1),
            ("20.21.0-rc1", true, Some(true), 1),
            ("20.20.0", true, Some(true), 1),
            ("20.20.1", true, Some(true), 0),
            ("20.13.0", true, Some(false), 1),
            ("20.12.4", false, Some(false), 1),
            ("21.9.0", true, Some(true), 1),
            ("21.12.3", true, Some(true), 0),
            ("18.26.1", false, Some(false), 1),
            ("24.0.0", true, Some(true), 0),
            ("certified/20.7-cert3", true, None, 1),
            ("certified-20.7-cert7", true, None, 1),
            ("GIT-22-abc1234", true, None, 1),
            ("", true, None, 1),
            ("22", true, None, 1),
        ];
        for (text, supported, rest, warnings) in table {
            let version = Version::parse(text);
            assert_eq!(version.is_supported(), supported, "{text}");
            assert_eq!(version.rest_over_websocket(), rest, "{text}");
            assert_eq!(version.warnings().len(), warnings, "{text}: {:?}", version.warnings());
            assert_eq!(version.to_string(), text);
        }
    }

    #[test]
    fn hostile_text_is_only_text() {
        let version = Version::parse(&format!("22.10.1\n\u{1b}[31m{}", "9".repeat(1000)));
        assert!(version.to_string().len() <= 128);
        assert!(!version.to_string().contains(['\n', '\u{1b}']));
        assert_eq!(Version::parse("99999999999.1.1").rest_over_websocket(), None);
    }
}

//! The request: `agi_*` lines up to an empty one (`res_agi`: `launch_netscript`, `setup_env`).

use percent_encoding::percent_decode_str;

use super::AgiError;

/// Lines of a request at most; Asterisk sends about 24, and one for each argument of `AGI()`.
pub(super) const MOST_LINES: usize = 256;
/// Longest line, in bytes; Asterisk's own dialplan lines are no longer.
pub(super) const LONGEST_LINE: usize = 8 * 1024;
/// All lines together, in bytes.
pub(super) const MOST_BYTES: usize = 64 * 1024;

/// What Asterisk asks, and for which channel.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Request {
    fields: Vec<(String, String)>,
    arguments: Vec<String>,
    path: String,
    query: Vec<(String, String)>,
}

impl Request {
    /// Takes one line in. False when it is the empty one, which ends the request.
    pub(super) fn take(&mut self, line: &str) -> Result<bool, AgiError> {
        if line.is_empty() {
            self.read_script();
            return Ok(false);
        }
        let split = line.split_once(':').filter(|(name, _)| is_name(name));
        // An argument with a line break in it: what follows the break is somebody else's text.
        let (name, value) = split.ok_or(AgiError::Malformed("a line that is no agi_name: value"))?;
        let value = value.strip_prefix(' ').unwrap_or(value);
        if let Some(number) = name.strip_prefix("agi_arg_") {
            if number.parse() != Ok(self.arguments.len() + 1) {
                return Err(AgiError::Malformed("arguments out of their order"));
            }
            self.arguments.push(value.to_owned());
            return Ok(true);
        }
        // Whoever smuggles a line break into a name or an argument can only repeat what Asterisk always says.
        if self.field(name).is_some() {
            return Err(AgiError::Malformed("a line that is there twice"));
        }
        self.fields.push((name.to_owned(), value.to_owned()));
        Ok(true)
    }

    /// A line by its whole name, `agi_callerid`.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// As [`Request::field`], without what Asterisk says when it knows nothing: nothing, or `unknown`.
    #[must_use]
    pub fn known(&self, name: &str) -> Option<&str> {
        self.field(name).map(str::trim).filter(|value| !value.is_empty() && *value != "unknown")
    }

    /// What follows the first comma of `AGI(agi://host/entry,a,b)`, in its order.
    #[must_use]
    pub fn arguments(&self) -> &[String] {
        &self.arguments
    }

    /// The path of `agi://host/path?name=value`, without slashes around it; empty if there is none.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// A value by its name: of the address (`?name=value`; `%xx` is decoded, a `+` is a plus, for numbers hold it),
    /// or an argument `name=value`. An empty one counts as not given.
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<&str> {
        let asked = self.query.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
        let given =
            || self.arguments.iter().find_map(|argument| argument.strip_prefix(name)?.strip_prefix('='));
        asked.or_else(given).map(str::trim).filter(|value| !value.is_empty())
    }

    /// The entry and its values: from `agi_network_script`, which older ones leave out of `agi_request` alone.
    fn read_script(&mut self) {
        let named = self.field("agi_network_script").or_else(|| {
            let (_, rest) = self.field("agi_request")?.split_once("://")?;
            rest.split_once('/').map(|(_, script)| script)
        });
        let script = named.unwrap_or_default().to_owned();
        let (path, query) = script.split_once('?').unwrap_or((&script, ""));
        self.path = decoded(path.trim_matches('/'));
        let pairs = query.split('&').filter(|pair| !pair.is_empty());
        self.query = pairs
            .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
            .map(|(name, value)| (decoded(name), decoded(value)))
            .collect();
    }
}

/// Names as `res_agi` writes them.
fn is_name(name: &str) -> bool {
    name.starts_with("agi_")
        && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(lines: &[&str]) -> Result<Request, AgiError> {
        let mut request = Request::default();
        for line in lines {
            if !request.take(line)? {
                return Ok(request);
            }
        }
        panic!("the request has no end");
    }

    #[test]
    fn as_asterisk_sends_it() {
        let request = read(&[
            "agi_network: yes",
            "agi_network_script: route?called=%2B34900&gateway=north&x=",
            "agi_request: agi://127.0.0.1/route?called=%2B34900&gateway=north&x=",
            "agi_callerid: +34600000001",
            "agi_calleridname: unknown",
            "agi_accountcode: ",
            "agi_arg_1: extension=101",
            "agi_arg_2: a: b",
            "",
        ])
        .unwrap();
        assert_eq!(request.path(), "route");
        assert_eq!(request.parameter("called"), Some("+34900"));
        assert_eq!(request.parameter("gateway"), Some("north"));
        assert_eq!((request.parameter("x"), request.parameter("y")), (None, None));
        assert_eq!(request.parameter("extension"), Some("101"));
        assert_eq!(request.arguments(), ["extension=101", "a: b"]);
        assert_eq!(request.known("agi_callerid"), Some("+34600000001"));
        assert_eq!((request.known("agi_calleridname"), request.known("agi_accountcode")), (None, None));
        assert_eq!(request.field("agi_accountcode"), Some(""));
    }

    #[test]
    fn the_entry_however_it_is_named() {
        let path = |lines: &[&str]| read(lines).unwrap().path().to_owned();
        assert_eq!(path(&["agi_request: agi://[::1]:4573/lookup", ""]), "lookup");
        assert_eq!(path(&["agi_network_script: /lookup/?", ""]), "lookup");
        assert_eq!(path(&["agi_request: agi://127.0.0.1", ""]), "");
        assert_eq!(path(&[""]), "");
    }

    #[test]
    fn a_plus_stays_a_plus() {
        let request = read(&["agi_network_script: lookup?number=+34600000001", ""]).unwrap();
        assert_eq!(request.parameter("number"), Some("+34600000001"));
    }

    #[test]
    fn an_argument_with_a_line_break_is_nothing_that_counts() {
        for lines in [
            ["agi_callerid: 1", "agi_arg_1: a", "EXEC System x", ""],
            ["agi_callerid: 1", "agi_arg_1: a", "agi_callerid: 2", ""],
            ["agi_callerid: 1", "agi_arg_1: a", "agi_arg_1: b", ""],
            ["agi_callerid: 1", "agi_arg_2: a", "agi_arg_1: b", ""],
            ["agi_callerid: 1", "AGI_X: a", "", ""],
            ["agi_callerid: 1", "GET / HTTP/1.1", "", ""],
        ] {
            assert!(matches!(read(&lines), Err(AgiError::Malformed(_))), "{lines:?}");
        }
    }
}

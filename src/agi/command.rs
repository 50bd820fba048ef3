//! Commands, quoted so that Asterisk reads the very text that was meant.

use super::AgiError;

/// Longest command in bytes, with its line break. `res_agi` reads into 2,048 bytes (`AGI_BUF_LEN`, of which one is
/// the end's) and would take what is beyond as another command.
const LONGEST: usize = 2_000;

/// Longest name of a variable or function.
const LONGEST_NAME: usize = 80;

/// One command as its line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command(String);

impl Command {
    /// `SET VARIABLE`: a channel variable, or a function that can be written such as `CALLERID(name)`. The value is
    /// stored as it is: `res_agi`'s `handle_setvariable` expands nothing, so `${SHELL(…)}` stays text. Asterisk
    /// takes it on a hung-up channel too.
    ///
    /// # Errors
    /// [`AgiError::Inexpressible`]: a name that is none, a value with control characters, or too long a line.
    pub fn set_variable(name: &str, value: &str) -> Result<Self, AgiError> {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_()-,".contains(&byte);
        if name.is_empty() || name.len() > LONGEST_NAME || !name.bytes().all(is_plain) {
            return Err(AgiError::Inexpressible("the name of a variable"));
        }
        Self::line(&["SET", "VARIABLE", name, &quoted(value)?])
    }

    /// `NOOP`: asks for nothing but an answer.
    ///
    /// # Errors
    /// None; the type is that of all commands.
    pub fn noop() -> Result<Self, AgiError> {
        Self::line(&["NOOP"])
    }

    /// The line with its line break, as it is sent.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }

    fn line(words: &[&str]) -> Result<Self, AgiError> {
        let line = words.join(" ") + "\n";
        if line.len() > LONGEST {
            return Err(AgiError::Inexpressible("a command of more than 2,000 bytes"));
        }
        Ok(Self(line))
    }
}

/// An argument in quotes. Within them `res_agi`'s `parse_args` knows two signs, `"` and `\`, and takes a backslash
/// before either off again.
fn quoted(value: &str) -> Result<String, AgiError> {
    if value.chars().any(char::is_control) {
        return Err(AgiError::Inexpressible("a line break or another control character"));
    }
    let mut text = String::with_capacity(value.len() + 2);
    text.push('"');
    for sign in value.chars() {
        if matches!(sign, '"' | '\\') {
            text.push('\\');
        }
        text.push(sign);
    }
    text.push('"');
    Ok(text)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// As `res_agi`'s `parse_args` reads a line.
    fn parse_args(line: &str) -> Vec<String> {
        let (mut words, mut quoted, mut escaped, mut space) = (Vec::<String>::new(), false, false, true);
        for sign in line.chars() {
            match sign {
                '"' if !escaped => {
                    quoted = !quoted;
                    if quoted && space {
                        words.push(String::new());
                        space = false;
                    }
                }
                ' ' | '\t' if !quoted && !escaped => space = true,
                '\\' if !escaped => {
                    escaped = true;
                    continue;
                }
                _ => {
                    if space {
                        words.push(String::new());
                        space = false;
                    }
                    words.last_mut().unwrap().push(sign);
                }
            }
            escaped = false;
        }
        words
    }

    fn sent(value: &str) -> Result<Vec<String>, AgiError> {
        let command = Command::set_variable("STASISD_X", value)?;
        let line = std::str::from_utf8(command.as_bytes()).unwrap().strip_suffix('\n').unwrap();
        assert!(!line.contains('\n'));
        Ok(parse_args(line))
    }

    #[test]
    fn asterisk_reads_the_value_that_was_meant() {
        for value in [
            "",
            " ",
            "Eve",
            "Eve \"the\\\" one\\",
            "${SHELL(rm -rf /)}",
            "a,b;c|d&e",
            "\"",
            "\\",
            "Zoë Ünal 北",
        ] {
            assert_eq!(sent(value).unwrap(), ["SET", "VARIABLE", "STASISD_X", value]);
        }
    }

    proptest! {
        #[test]
        fn whatever_the_value_is(value in "\\PC{0,200}") {
            if let Ok(words) = sent(&value) {
                prop_assert_eq!(words, ["SET", "VARIABLE", "STASISD_X", value.as_str()]);
            }
        }
    }

    #[test]
    fn what_would_be_another_command_is_refused() {
        for value in ["a\nEXEC System reboot", "a\r\nb", "\r", "\0", "\u{7f}", "\u{85}"] {
            assert!(matches!(sent(value), Err(AgiError::Inexpressible(_))), "{value:?}");
        }
        for name in ["", "A B", "A\nB", "A\"", "${X}", &"A".repeat(81)] {
            assert!(Command::set_variable(name, "x").is_err(), "{name:?}");
        }
        assert!(sent(&"x".repeat(1_970)).is_ok());
        assert!(sent(&"x".repeat(2_000)).is_err(), "Asterisk would read the rest as a command");
    }
}

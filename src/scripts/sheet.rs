//! The variables that an entry sets, in order, with values that AGI can express.

use std::borrow::Cow;

/// Longest value, in characters: four bytes each and a backslash before each still fit into one command.
const LONGEST: usize = 240;

/// What is to be set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Sheet(Vec<(Cow<'static, str>, String)>);

impl Sheet {
    /// One more variable; control characters of its value become spaces, and what is too long is cut.
    pub(super) fn with(mut self, name: impl Into<Cow<'static, str>>, value: &str) -> Self {
        self.0.push((name.into(), clean(value)));
        self
    }

    /// The names and values, in order.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_ref(), value.as_str()))
    }
}

/// A text from outside as one line.
fn clean(text: &str) -> String {
    let line = text.chars().map(|sign| if sign.is_control() { ' ' } else { sign });
    line.take(LONGEST).collect::<String>().trim().to_owned()
}

/// A label as the end of a variable's name: `Contract no.` → `CONTRACT_NO`. Empty if nothing of it is left.
pub(super) fn suffix(label: &str) -> String {
    let signs = label.chars().take(40);
    let signs = signs.map(|sign| if sign.is_ascii_alphanumeric() { sign.to_ascii_uppercase() } else { '_' });
    let raw: String = signs.collect();
    raw.split('_').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("_")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::agi::Command;

    #[test]
    fn whatever_is_written_down_can_be_sent() {
        for text in ["Eve\r\nEXEC System x", "\0\0", &"\\".repeat(5000), &"北\"".repeat(5000), "${SHELL(id)}"]
        {
            let sheet = Sheet::default().with("STASISD_X", text);
            for (name, value) in sheet.iter() {
                assert!(Command::set_variable(name, value).is_ok(), "{value:.40}");
            }
        }
        let sheet = Sheet::default().with("A", " Eve\r\nSmith ");
        assert_eq!(sheet.iter().collect::<Vec<_>>(), [("A", "Eve  Smith")]);
    }

    #[test]
    fn labels() {
        for (label, name) in
            [("Contract no.", "CONTRACT_NO"), ("a_b", "A_B"), ("Número", "N_MERO"), ("$(x)", "X"), ("北", "")]
        {
            assert_eq!(suffix(label), name);
        }
    }
}

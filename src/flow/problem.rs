//! What is wrong in a flow file: where it stands and how to mend it.

use std::fmt;

use serde::Serialize;

/// Whether a flow with this problem can be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The flow works, but probably not as meant.
    Warning,
    /// The flow is refused.
    Error,
}

/// One problem in one file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// Refused, or only told.
    pub severity: Severity,
    /// The file, as it was named to the reader.
    pub file: String,
    /// Line in it, from 1; 0 when the problem is the file itself.
    pub line: usize,
    /// Key path, `steps.menu.keys.1`; may be empty.
    pub key: String,
    /// What is wrong and how to mend it.
    pub message: String,
}

impl Problem {
    /// Whether the flow is refused for it.
    #[must_use]
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }

    /// A problem of the file as a whole.
    #[must_use]
    pub fn of_file(file: &str, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Error,
            file: file.to_owned(),
            line: 0,
            key: String::new(),
            message: message.into(),
        }
    }
}

/// `config/flows/x.toml:12: error: steps.menu.keys.1: there is no step "statsu"; did you mean "status"?`
impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let severity = if self.is_error() { "error" } else { "warning" };
        f.write_str(&self.file)?;
        if self.line > 0 {
            write!(f, ":{}", self.line)?;
        }
        write!(f, ": {severity}: ")?;
        if !self.key.is_empty() {
            write!(f, "{}: ", self.key)?;
        }
        f.write_str(&self.message)
    }
}

/// ` did you mean "x"?` when one of the known words is near the unknown one.
pub(super) fn did_you_mean<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    let near = known
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(word, candidate), candidate))
        .filter(|(distance, candidate)| *distance <= (candidate.chars().count() / 3).max(1))
        .min_by_key(|(distance, _)| *distance);
    near.map(|(_, candidate)| format!("; did you mean \"{candidate}\"?")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::did_you_mean;

    #[test]
    fn the_nearest_word_is_offered_or_none() {
        assert_eq!(did_you_mean("statsu", ["start", "status"]), "; did you mean \"status\"?");
        assert_eq!(did_you_mean("operator", ["start", "status"]), "");
    }
}

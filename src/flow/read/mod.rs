//! Reads a flow file: TOML text → [`Flow`], or the problems with their lines and keys.

mod head;
mod inputs;
mod steps;
mod table;
mod values;

use std::collections::BTreeMap;

use toml::de::DeTable;

use self::table::Table;
use super::{
    check,
    parts::{Flow, Spot},
    phrases::PhraseId,
    problem::{Problem, Severity},
    text::{Templates, Text},
};

/// Most problems that are told of one file.
const MOST_PROBLEMS: usize = 50;

/// What is known while one file is read.
#[derive(Debug)]
pub(super) struct Reader<'s> {
    file: &'s str,
    source: &'s str,
    problems: Vec<Problem>,
    templates: Templates,
    phrases: BTreeMap<PhraseId, Text>,
    languages: Vec<String>,
}

/// Reads one flow file. The flow comes only when no problem is an error.
///
/// `name` is the flow's (the file's stem), `file` what problems call the file.
#[must_use]
pub fn read(name: &str, file: &str, source: &str) -> (Option<Flow>, Vec<Problem>) {
    let mut reader = Reader {
        file,
        source,
        problems: Vec::new(),
        templates: Templates::default(),
        phrases: BTreeMap::new(),
        languages: Vec::new(),
    };
    let (document, errors) = DeTable::parse_recoverable(source);
    for error in &errors {
        let line = error.span().map_or(1, |span| reader.line(span.start));
        reader.error(&Spot { line, key: String::new() }, error.message().to_owned());
    }
    let mut flow = None;
    if errors.is_empty() {
        let top = Table::new(Spot { line: 1, key: String::new() }, document.get_ref());
        let (read, problems) = reader.flow(name, top);
        reader.problems = problems;
        reader.problems.extend(check::flow(&read, file));
        flow = Some(read);
    }
    let mut problems = reader.problems;
    problems.sort_by(|a, b| (a.line, &a.key).cmp(&(b.line, &b.key)));
    problems.dedup();
    problems.truncate(MOST_PROBLEMS);
    let refused = problems.iter().any(Problem::is_error);
    (flow.filter(|_| !refused), problems)
}

impl Reader<'_> {
    /// The line of a byte offset, from 1.
    fn line(&self, offset: usize) -> usize {
        1 + self.source.as_bytes().iter().take(offset).filter(|byte| **byte == b'\n').count()
    }

    fn error(&mut self, at: &Spot, message: impl Into<String>) {
        self.problem(Severity::Error, at, message.into());
    }

    fn problem(&mut self, severity: Severity, at: &Spot, message: String) {
        let file = self.file.to_owned();
        self.problems.push(Problem { severity, file, line: at.line, key: at.key.clone(), message });
    }
}

#[cfg(test)]
mod tests;

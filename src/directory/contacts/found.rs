//! What a lookup came to: the contacts, and what each source said. Pure.

use serde::Serialize;

use super::fields::MOST_CONTACTS;
use crate::model::Contact;

/// What came of a lookup.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Found {
    /// Whom it may be: the first is whom it most likely is. Several where a number or a text is several people's.
    pub contacts: Vec<Contact>,
    /// What each source said, in their order; one that was not needed is not there.
    pub sources: Vec<SourceAnswer>,
}

/// What one source said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SourceAnswer {
    /// Its name.
    pub source: String,
    /// What came of it.
    pub outcome: SourceOutcome,
    /// Why it failed, in the source's words.
    pub detail: Option<String>,
    /// How long it took, in milliseconds.
    pub ms: u64,
}

/// What came of asking a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SourceOutcome {
    /// It knows somebody.
    Found,
    /// It knows nobody.
    None,
    /// It could not say.
    Failed,
}

impl SourceOutcome {
    /// The word of it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Found => "found",
            Self::None => "none",
            Self::Failed => "failed",
        }
    }
}

impl Found {
    /// Whom it most likely is.
    #[must_use]
    pub fn contact(&self) -> Option<&Contact> {
        self.contacts.first()
    }

    /// What came of it all: with nobody found, a source that failed might have known them.
    #[must_use]
    pub fn outcome(&self) -> SourceOutcome {
        if !self.contacts.is_empty() {
            SourceOutcome::Found
        } else if self.sources.iter().any(|answer| answer.outcome == SourceOutcome::Failed) {
            SourceOutcome::Failed
        } else {
            SourceOutcome::None
        }
    }

    /// What went wrong, for a log or an error; empty if nothing.
    #[must_use]
    pub fn failures(&self) -> String {
        let told = self
            .sources
            .iter()
            .filter_map(|answer| answer.detail.as_ref().map(|detail| format!("{}: {detail}", answer.source)));
        told.collect::<Vec<_>>().join("; ")
    }

    /// Adds what one more source said; `combine`: its first contact is the same person as the first one known.
    pub(super) fn add(&mut self, answer: SourceAnswer, mut contacts: Vec<Contact>, combine: bool) {
        self.sources.push(answer);
        if combine && !(self.contacts.is_empty() || contacts.is_empty()) {
            let same = contacts.remove(0);
            let known = std::mem::take(&mut self.contacts[0]);
            self.contacts[0] = known.merged(same);
        }
        self.contacts.extend(contacts);
        self.contacts.truncate(MOST_CONTACTS);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(source: &str, outcome: SourceOutcome) -> SourceAnswer {
        let detail = (outcome == SourceOutcome::Failed).then(|| "away".to_owned());
        SourceAnswer { source: source.to_owned(), outcome, detail, ms: 1 }
    }

    fn contact(id: &str) -> Contact {
        Contact { id: id.to_owned(), source: id.to_owned(), ..Contact::default() }
    }

    #[test]
    fn a_failure_counts_when_nobody_is_found() {
        let mut found = Found::default();
        assert_eq!(found.outcome(), SourceOutcome::None);
        found.add(answer("a", SourceOutcome::None), Vec::new(), false);
        assert_eq!(found.outcome(), SourceOutcome::None);
        found.add(answer("b", SourceOutcome::Failed), Vec::new(), false);
        assert_eq!((found.outcome(), found.failures().as_str()), (SourceOutcome::Failed, "b: away"));
        found.add(answer("c", SourceOutcome::Found), vec![contact("1")], false);
        assert_eq!(found.outcome(), SourceOutcome::Found);
    }

    #[test]
    fn combined_sources_speak_of_one_person() {
        let mut found = Found::default();
        found.add(answer("a", SourceOutcome::Found), vec![contact("1")], true);
        found.add(answer("b", SourceOutcome::Found), vec![contact("2"), contact("3")], true);
        let ids: Vec<_> = found.contacts.iter().map(|c| c.id.as_str()).collect();
        assert_eq!((ids, found.contacts[0].source.as_str()), (vec!["1", "3"], "1+2"));
    }
}

//! Who calls: a number's contact, from the configured sources in their order.
//!
//! Whatever a source does (hangs, lies, sends ten megabytes), it is an error in that source's words, the next one is
//! asked, and the call goes on.

mod fields;
mod file;
mod found;
mod import;
mod ringing;
mod source;

use std::sync::Arc;

use futures_util::future::join_all;
use metrics::counter;

pub use found::{Found, SourceAnswer, SourceOutcome};
pub use import::import;
pub use ringing::{Ringing, Via};

use self::source::{Question, Source};
use super::{DirectoryError, SourceError};
use crate::{
    config::LookupConfig,
    model::{Country, PhoneNumber, mask},
    storage::Store,
};

/// Whose number it is asked when it is tried whether a source answers: that of a country code that no country has.
const NOBODY: &str = "+999000000000";

/// Where contacts are looked up. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Contacts {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    store: Store,
    sources: Vec<Source>,
    combine: bool,
    rings: bool,
    former_calls: u32,
    country: Option<Country>,
}

impl Contacts {
    /// `country` reads numbers without country code. Must be called within a runtime.
    ///
    /// # Errors
    /// `Config`: a source's address, token or authority that cannot be used.
    pub fn new(
        store: Store,
        config: &LookupConfig,
        country: Option<Country>,
    ) -> Result<Self, DirectoryError> {
        let sources = config.sources.iter().map(|source| Source::new(source, &store, country));
        let sources = sources.collect::<Result<_, _>>()?;
        let LookupConfig { combine, ringing: rings, former_calls, .. } = *config;
        Ok(Self { inner: Arc::new(Inner { store, sources, combine, rings, former_calls, country }) })
    }

    /// Whose number this is. Never fails: what each source said stands beside the contacts.
    pub async fn find(&self, number: &PhoneNumber) -> Found {
        let found = if self.inner.combine {
            self.all(&Question::Number(number.clone()), true).await
        } else {
            self.first(&Question::Number(number.clone())).await
        };
        let outcome = found.outcome().as_str();
        counter!("stasisd_lookups_total", "outcome" => outcome).increment(1);
        if found.sources.iter().any(|answer| answer.outcome == SourceOutcome::Failed) {
            let (caller, why) = (mask(number.as_str()), found.failures());
            tracing::warn!(caller, why, outcome, "a contact could not be looked up everywhere");
        }
        found
    }

    /// As [`Contacts::find`], of a number as it came; what is no number (withheld, `anonymous`) is nobody's.
    pub async fn find_text(&self, number: &str) -> Found {
        match PhoneNumber::parse(number, self.inner.country) {
            Ok(number) => self.find(&number).await,
            Err(_) => Found::default(),
        }
    }

    /// Who has this in a field (`name`, `item`, a fact's label, or one that a source's `search` names); `None`: in
    /// any. Every source that knows the field is asked at once; at most 50 contacts.
    pub async fn search(&self, field: Option<&str>, text: &str) -> Found {
        self.all(&Question::Text(field.map(str::to_owned), text.to_owned()), false).await
    }

    /// Tries each source: its name, and what it says of itself.
    pub async fn probe(&self) -> Vec<(String, Result<String, SourceError>)> {
        let Ok(nobody) = PhoneNumber::parse(NOBODY, None) else { return Vec::new() };
        let one = async |source: &Source| (source.name.clone(), source.probe(&nobody).await);
        join_all(self.inner.sources.iter().map(one)).await
    }

    async fn first(&self, question: &Question) -> Found {
        let mut found = Found::default();
        for source in &self.inner.sources {
            found.take(source, source.ask(question).await, false);
            if !found.contacts.is_empty() {
                break;
            }
        }
        found
    }

    async fn all(&self, question: &Question, combine: bool) -> Found {
        let mut found = Found::default();
        let answers = join_all(self.inner.sources.iter().map(|source| source.ask(question))).await;
        for (source, answer) in self.inner.sources.iter().zip(answers) {
            found.take(source, answer, combine);
        }
        found
    }
}

impl Found {
    fn take(
        &mut self,
        source: &Source,
        asked: Option<super::guard::Asked<Vec<crate::model::Contact>>>,
        combine: bool,
    ) {
        let Some(asked) = asked else { return };
        let ms = asked.took.map_or(0, |took| u64::try_from(took.as_millis()).unwrap_or(u64::MAX));
        let (outcome, detail, contacts) = match asked.answer {
            Ok(contacts) if contacts.is_empty() => (SourceOutcome::None, None, contacts),
            Ok(contacts) => (SourceOutcome::Found, None, contacts),
            Err(error) => (SourceOutcome::Failed, Some(error.to_string()), Vec::new()),
        };
        self.add(SourceAnswer { source: source.name.clone(), outcome, detail, ms }, contacts, combine);
    }
}

//! Contacts and what sources said, as the API shows them.

use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    directory::contacts::{Found, SourceAnswer, SourceOutcome},
    model::{Contact, Facts, Item},
};

/// Somebody who may call.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Contact)]
pub(in crate::http) struct ContactView {
    /// The source's id of it.
    #[schema(example = "C-17")]
    id: String,
    #[schema(example = "Anna Pons")]
    name: String,
    /// In E.164 where they are international.
    #[schema(example = json!(["+34600000001"]))]
    numbers: Vec<String>,
    /// Labelled facts.
    #[schema(value_type = Object, example = json!({"City": "Girona"}))]
    facts: Facts,
    /// What they may call about.
    items: Vec<ItemView>,
    /// What whoever answers must know first.
    alerts: Vec<String>,
    /// Remarks.
    notes: Vec<String>,
    /// The source that knows them; several with `+` between.
    #[schema(example = "own")]
    source: String,
}

/// Something that a contact may call about.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ContactItem)]
pub(super) struct ItemView {
    /// `order`, `contract`, `invoice`.
    #[schema(example = "order")]
    kind: String,
    #[schema(example = "A-1001")]
    id: String,
    /// One line for people.
    label: String,
    /// Labelled facts.
    #[schema(value_type = Object)]
    facts: Facts,
}

impl From<Contact> for ContactView {
    fn from(contact: Contact) -> Self {
        let item = |Item { kind, id, label, facts }| ItemView { kind, id, label, facts };
        Self {
            id: contact.id,
            name: contact.name,
            numbers: contact.numbers.iter().map(ToString::to_string).collect(),
            facts: contact.facts,
            items: contact.items.into_iter().map(item).collect(),
            alerts: contact.alerts,
            notes: contact.notes,
            source: contact.source,
        }
    }
}

/// A page of contacts.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ContactPage {
    pub(super) items: Vec<ContactView>,
    /// Send it as `cursor` for the page after; `null` on the last.
    pub(super) next: Option<String>,
}

/// What came of a lookup.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct LookupAnswer {
    /// `found`; `none`: nobody is known; `failed`: nobody was found, and a source could not say.
    #[schema(example = "found")]
    outcome: &'static str,
    /// Whom it most likely is; `null` if nobody was found.
    contact: Option<ContactView>,
    /// All whom it may be, that one first.
    contacts: Vec<ContactView>,
    /// What each source said that was asked, in their order.
    sources: Vec<SourceView>,
}

/// What a source said.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = LookupSource)]
pub(super) struct SourceView {
    /// Its name in the configuration.
    #[schema(example = "crm")]
    source: String,
    /// `found`, `none` or `failed`.
    #[schema(example = "failed")]
    outcome: &'static str,
    /// Why it failed.
    #[schema(example = "no answer in time (timeout_ms)")]
    detail: Option<String>,
    /// How long it took; 0 also when it was answered from the cache.
    ms: u64,
}

impl From<SourceAnswer> for SourceView {
    fn from(answer: SourceAnswer) -> Self {
        let SourceAnswer { source, outcome, detail, ms } = answer;
        Self { source, outcome: outcome.as_str(), detail, ms }
    }
}

impl From<Found> for LookupAnswer {
    fn from(found: Found) -> Self {
        let outcome: SourceOutcome = found.outcome();
        Self {
            outcome: outcome.as_str(),
            contact: found.contact().cloned().map(ContactView::from),
            contacts: found.contacts.into_iter().map(ContactView::from).collect(),
            sources: found.sources.into_iter().map(SourceView::from).collect(),
        }
    }
}

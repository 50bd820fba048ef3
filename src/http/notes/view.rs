//! Notes and categories as the API shows them.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::model::{Category, Note, Reference};

/// What was talked about in a call.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Note)]
pub(super) struct NoteView {
    id: Uuid,
    /// When the call was.
    at: Timestamp,
    /// The call; `null`: noted by hand.
    call: Option<Uuid>,
    /// Who wrote it.
    #[schema(example = "anna")]
    person: String,
    /// Who called.
    #[schema(example = "+34600000001")]
    number: Option<String>,
    /// The contact that it is about.
    contact: Option<ReferenceView>,
    /// What it is about: an order, a contract.
    item: Option<ReferenceView>,
    /// Ids of categories.
    #[schema(example = json!(["invoices"]))]
    categories: Vec<String>,
    text: String,
    created_at: Timestamp,
    updated_at: Timestamp,
}

/// Something that a note is bound to.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = NoteReference)]
#[serde(deny_unknown_fields)]
pub(super) struct ReferenceView {
    /// The source's id of it.
    #[schema(example = "C-17")]
    id: String,
    /// How it is called.
    #[serde(default)]
    #[schema(example = "Anna Pons")]
    label: String,
}

/// A page of notes.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct NotePage {
    pub(super) items: Vec<NoteView>,
    /// Send it as `cursor` for the page after; `null` on the last.
    pub(super) next: Option<String>,
}

/// What a call may have been about.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = NoteCategory)]
#[serde(deny_unknown_fields)]
pub(super) struct CategoryView {
    /// 1 to 64 characters.
    #[schema(example = "invoices")]
    id: String,
    #[schema(example = "Invoices")]
    name: String,
    /// What people may type to find it.
    #[serde(default)]
    keywords: Vec<String>,
    /// `#rgb` or `#rrggbb`.
    #[serde(default)]
    color: Option<String>,
    /// Offered; else only shown on notes that have it.
    #[serde(default = "enabled")]
    enabled: bool,
}

fn enabled() -> bool {
    true
}

/// All categories, in their order.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Categories {
    pub(super) categories: Vec<CategoryView>,
}

impl From<Reference> for ReferenceView {
    fn from(Reference { id, label }: Reference) -> Self {
        Self { id, label }
    }
}

impl From<ReferenceView> for Reference {
    fn from(ReferenceView { id, label }: ReferenceView) -> Self {
        Self { id, label }
    }
}

impl From<Note> for NoteView {
    fn from(note: Note) -> Self {
        let content = note.content;
        Self {
            id: note.id.0,
            at: note.at,
            call: content.call.map(|call| call.0),
            person: content.person,
            number: content.number,
            contact: content.contact.map(ReferenceView::from),
            item: content.item.map(ReferenceView::from),
            categories: content.categories,
            text: content.text,
            created_at: note.created_at,
            updated_at: note.updated_at,
        }
    }
}

impl From<Category> for CategoryView {
    fn from(Category { id, name, keywords, color, enabled }: Category) -> Self {
        Self { id, name, keywords, color, enabled }
    }
}

impl From<CategoryView> for Category {
    fn from(CategoryView { id, name, keywords, color, enabled }: CategoryView) -> Self {
        Self { id, name, keywords, color, enabled }
    }
}

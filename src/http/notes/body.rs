//! What a desk sends as a note.

use jiff::Timestamp;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::view::ReferenceView;
use crate::{
    http::{auth::May, page::phone, problem::Problem, scope::NotesWrite, state::App},
    model::{CallId, NoteContent, Reference},
};

/// A note's content.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = NotePut)]
#[serde(deny_unknown_fields)]
pub(super) struct NoteBody {
    /// The call, live or past; without it, it is noted by hand.
    #[serde(default)]
    call: Option<Uuid>,
    /// Who writes it: a name or an extension. Without it, the token's name.
    #[serde(default)]
    #[schema(example = "anna")]
    person: Option<String>,
    /// Who called; without it the call's.
    #[serde(default)]
    #[schema(example = "600 00 00 01")]
    number: Option<String>,
    /// When the call was (RFC 3339); without it the call's, else now.
    #[serde(default)]
    at: Option<Timestamp>,
    /// The contact that it is about.
    #[serde(default)]
    contact: Option<ReferenceView>,
    /// What it is about: an order, a contract.
    #[serde(default)]
    item: Option<ReferenceView>,
    /// Ids of categories, at most 16.
    #[serde(default)]
    #[schema(max_items = 16, example = json!(["invoices"]))]
    categories: Vec<String>,
    /// Needed when there is no category.
    #[serde(default)]
    text: String,
}

impl NoteBody {
    /// The note's content, and when the call was; a live call is in the store then.
    pub(super) async fn read(
        self,
        who: &May<NotesWrite>,
        app: &App,
    ) -> Result<(NoteContent, Option<Timestamp>), Problem> {
        let number = self.number.map(|number| phone("number", &number, app.rooms.country)).transpose()?;
        if self.call.is_some() {
            app.control().settled().await;
        }
        let content = NoteContent {
            call: self.call.map(CallId),
            person: self.person.unwrap_or_else(|| who.token.name.clone()),
            number: number.map(|number| number.to_string()),
            contact: self.contact.map(Reference::from),
            item: self.item.map(Reference::from),
            categories: self.categories,
            text: self.text,
        };
        Ok((content, self.at))
    }
}

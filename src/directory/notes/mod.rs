//! Call notes: written, changed and deleted, told on the feed and by webhook; exported.

mod export;

use jiff::Timestamp;
use serde_json::json;
use uuid::Uuid;

pub use export::csv;

use crate::{
    config::NotesConfig,
    feed::Feed,
    model::{Note, NoteContent, NoteId, NoticeKind},
    storage::{StorageError, Store, Telling},
};

/// Why a note was not stored.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// A field that cannot be taken.
    #[error("{field}: {why}")]
    Field {
        /// Which.
        field: &'static str,
        /// Why, and how to mend it.
        why: String,
    },
    /// The store.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// Where notes are written. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Notes {
    store: Store,
    feed: Feed,
    url: Option<String>,
}

impl Notes {
    /// Over an open store.
    #[must_use]
    pub fn new(store: Store, feed: Feed, config: &NotesConfig) -> Self {
        Self { store, feed, url: config.webhook_url.clone() }
    }

    /// Writes a note about the call that is named (`at` and the number are the call's, if they are not given), or by
    /// hand.
    ///
    /// # Errors
    /// A field that cannot be taken: a call or a category that is not known, a note that says nothing.
    pub async fn add(
        &self,
        content: NoteContent,
        at: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<Note, NoteError> {
        let (content, at) = self.checked(content, at).await?;
        let now = stored(now);
        let note = Note {
            id: NoteId(Uuid::now_v7()),
            at: at.map_or(now, stored),
            content,
            created_at: now,
            updated_at: now,
        };
        self.put(&note, "note.created").await?;
        Ok(note)
    }

    /// Writes it anew; `None`: there is no such note.
    ///
    /// # Errors
    /// As [`Notes::add`].
    pub async fn edit(
        &self,
        id: NoteId,
        content: NoteContent,
        at: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<Option<Note>, NoteError> {
        let Some(old) = self.store.note(id).await? else { return Ok(None) };
        let (content, at) = self.checked(content, at).await?;
        let (at, updated_at) = (at.map_or(old.at, stored), stored(now));
        let note = Note { id, at, content, created_at: old.created_at, updated_at };
        self.put(&note, "note.changed").await?;
        Ok(Some(note))
    }

    /// Deletes it, if it is there.
    ///
    /// # Errors
    /// The store does not answer; nothing is deleted.
    pub async fn delete(&self, id: NoteId, now: Timestamp) -> Result<(), NoteError> {
        let Some(note) = self.store.note(id).await? else { return Ok(()) };
        let telling = self.telling(&note, "note.deleted", now);
        self.store.delete_note(id, now, telling.as_ref()).await?;
        self.post(&note, "deleted");
        Ok(())
    }

    async fn put(&self, note: &Note, kind: &'static str) -> Result<(), StorageError> {
        let telling = self.telling(note, kind, note.updated_at);
        self.store.put_note(note, telling.as_ref()).await?;
        self.post(note, kind.trim_start_matches("note."));
        Ok(())
    }

    async fn checked(
        &self,
        content: NoteContent,
        at: Option<Timestamp>,
    ) -> Result<(NoteContent, Option<Timestamp>), NoteError> {
        let mut content = content.checked().map_err(|(field, why)| NoteError::Field { field, why })?;
        if !content.categories.is_empty() {
            let known = self.store.categories().await?;
            let strange = content.categories.iter().find(|id| !known.iter().any(|known| known.id == **id));
            if let Some(id) = strange {
                let why = format!("there is no category {id:?}; GET /v1/categories lists them");
                return Err(NoteError::Field { field: "categories", why });
            }
        }
        let Some(call) = content.call else { return Ok((content, at)) };
        let Some(record) = self.store.call(call).await? else {
            let why = format!("there is no call {call}; leave it out to note something by hand");
            return Err(NoteError::Field { field: "call", why });
        };
        content.number = content.number.or(record.caller);
        Ok((content, at.or(Some(record.started_at))))
    }

    fn telling(&self, note: &Note, kind: &str, now: Timestamp) -> Option<Telling> {
        let url = self.url.clone()?;
        let body = json!({ "type": kind, "timestamp": now, "data": note }).to_string();
        // Each change is told once; the receiver knows repetitions by it.
        Some(Telling { id: format!("note-{}-{}", note.id, now.as_microsecond()), url, body })
    }

    fn post(&self, note: &Note, what: &str) {
        let content = &note.content;
        let data = json!({
            "note": note.id,
            "what": what,
            "person": content.person,
            "categories": content.categories,
            "contact": content.contact.as_ref().map(|contact| contact.id.as_str()),
        });
        self.feed.post(NoticeKind::NoteChanged, content.call, data);
    }
}

/// A time as the store keeps it, so that what is answered is what is read later: whole microseconds.
fn stored(at: Timestamp) -> Timestamp {
    Timestamp::from_microsecond(at.as_microsecond()).unwrap_or(at)
}

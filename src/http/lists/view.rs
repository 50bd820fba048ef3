//! An entry of a list as the API shows it.

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    http::rules::ListView,
    model::{ListEntry, ListName},
};

/// Who stands on a list.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ListEntry)]
pub(super) struct EntryView {
    #[schema(value_type = ListView)]
    list: ListName,
    /// The caller's number, `+34600*` for all that begin so, or `anonymous`.
    #[schema(example = "+34600000001")]
    number: String,
    /// Why.
    note: Option<String>,
    /// From when on it does not hold any more.
    expires_at: Option<Timestamp>,
    /// The sender's version; a time is shown as microseconds since 1970.
    version: i64,
    created_at: Timestamp,
    updated_at: Timestamp,
}

impl From<ListEntry> for EntryView {
    fn from(entry: ListEntry) -> Self {
        Self {
            list: entry.list,
            number: entry.number.to_string(),
            note: entry.note,
            expires_at: entry.expires_at,
            version: entry.version,
            created_at: entry.created_at,
            updated_at: entry.updated_at,
        }
    }
}

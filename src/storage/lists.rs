//! The lists of callers: entries written one at a time by version, and listed.

use jiff::Timestamp;

use super::{
    Put, StorageError, Store, codec,
    page::{Conditions, Page, PageRequest, Place},
    plan::{self, Known},
    pool::{args, rows},
    rules::created,
    versioned::{self, Table},
};
use crate::model::{ListEntry, ListName, NumberMatch, Outcome};

/// Which entries of a list to show; deleted ones never.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListQuery {
    /// Those only that have not expired at this time.
    pub holding_at: Option<Timestamp>,
}

rows! {
    /// A row of `routing_lists`.
    pub(super) struct EntryRow {
        list: String,
        number: String,
        note: Option<String>,
        expires_at: Option<i64>,
        version: i64,
        created_at: i64,
        updated_at: i64,
        deleted_at: Option<i64>,
    }
}

const LISTS: Table = Table {
    find: "SELECT * FROM routing_lists WHERE list = $1 AND number = $2",
    find_locking: "SELECT * FROM routing_lists WHERE list = $1 AND number = $2 FOR UPDATE",
    insert: "INSERT INTO routing_lists (list, number, note, expires_at, version, created_at, updated_at, deleted_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (list, number) DO NOTHING",
    update: "UPDATE routing_lists SET note = $3, expires_at = $4, version = $5, created_at = $6, updated_at = $7,
        deleted_at = $8 WHERE list = $1 AND number = $2",
    is_counted: true,
};

impl EntryRow {
    pub(super) fn entry(self) -> Result<ListEntry, StorageError> {
        Ok(ListEntry {
            list: codec::from_word(&self.list)?,
            number: NumberMatch::try_from(self.number).map_err(StorageError::Corrupt)?,
            note: self.note,
            expires_at: codec::time_or_none(self.expires_at)?,
            version: self.version,
            created_at: codec::time(self.created_at)?,
            updated_at: codec::time(self.updated_at)?,
        })
    }
}

impl Store {
    /// Puts somebody on a list if the version says so. Committed when this returns.
    pub async fn put_entry(&self, entry: &ListEntry) -> Result<Put<ListEntry>, StorageError> {
        let key = args![entry.list.as_str(), entry.number.to_string()];
        let decide = |old: Option<&EntryRow>| {
            let known = old.map_or(Known::Absent, |old| {
                versioned::known(old.version, old.deleted_at.is_some(), old.note == entry.note)
            });
            let (outcome, is_written) = versioned::put(known, entry.version);
            let first = old.filter(|_| outcome == Outcome::Applied).map(|old| old.created_at);
            let row = || {
                args![
                    entry.note.as_deref(),
                    entry.expires_at,
                    entry.version,
                    created(first, entry.created_at),
                    entry.updated_at,
                    None::<Timestamp>,
                ]
            };
            Ok((outcome, is_written.then(row)))
        };
        let (outcome, old, revision) = self.change_versioned(&LISTS, &key, decide).await?;
        let kept = old.filter(|old| old.deleted_at.is_none()).map(EntryRow::entry).transpose()?;
        let now = match outcome {
            Outcome::Created => Some(stored_form(entry, entry.created_at)),
            Outcome::Applied => Some(stored_form(entry, kept.map_or(entry.created_at, |old| old.created_at))),
            Outcome::Unchanged | Outcome::Stale | Outcome::Conflict => kept,
        };
        Ok(Put { outcome, now, revision })
    }

    /// Takes somebody off a list: `Applied`, `Unchanged` or `Stale`, as with rules.
    pub async fn delete_entry(
        &self,
        list: ListName,
        number: &NumberMatch,
        version: Option<i64>,
        now: Timestamp,
    ) -> Result<Put<ListEntry>, StorageError> {
        let decide = |old: Option<&EntryRow>| {
            let known = old
                .map_or(Known::Absent, |old| versioned::known(old.version, old.deleted_at.is_some(), false));
            let deletion = plan::delete_version(known, version);
            let row = deletion
                .tombstone
                .map(|version| args![None::<&str>, None::<Timestamp>, version, now, now, now]);
            Ok((deletion.outcome, row))
        };
        let key = args![list.as_str(), number.to_string()];
        let (outcome, _, revision) = self.change_versioned::<EntryRow>(&LISTS, &key, decide).await?;
        Ok(Put { outcome, now: None, revision })
    }

    /// One entry; `None` if it is not there or deleted.
    pub async fn entry(
        &self,
        list: ListName,
        number: &NumberMatch,
    ) -> Result<Option<ListEntry>, StorageError> {
        self.within(async {
            let key = args![list.as_str(), number.to_string()];
            let rows: Vec<EntryRow> = self.pool.fetch(LISTS.find, key).await?;
            rows.into_iter().find(|row| row.deleted_at.is_none()).map(EntryRow::entry).transpose()
        })
        .await
    }

    /// Lists entries, those first whose last change is oldest.
    pub async fn entries(
        &self,
        list: ListName,
        query: &ListQuery,
        page: &PageRequest,
    ) -> Result<Page<ListEntry>, StorageError> {
        let place = page.place()?;
        let mut conditions = Conditions::new("deleted_at IS NULL");
        conditions
            .and("list = ?", Some(args![list.as_str()]))
            .and("(expires_at IS NULL OR expires_at > ?)", query.holding_at.map(|at| args![at]))
            .and("(updated_at, number) > (?, ?)", place.map(|p| args![p.micros, p.id]));
        let tail = "ORDER BY updated_at, number";
        let (sql, args) = conditions.into_query("SELECT * FROM routing_lists", tail, page.rows());
        self.within(async {
            let rows: Vec<EntryRow> = self.pool.fetch(sql, args).await?;
            let entries = rows.into_iter().map(EntryRow::entry).collect::<Result<Vec<_>, _>>()?;
            Ok(page.page(entries, |entry| Place {
                micros: entry.updated_at.as_microsecond(),
                id: entry.number.to_string(),
            }))
        })
        .await
    }
}

/// The entry as it will be read: times in whole microseconds.
fn stored_form(entry: &ListEntry, created_at: Timestamp) -> ListEntry {
    ListEntry {
        expires_at: entry.expires_at.map(codec::whole_micros),
        created_at: codec::whole_micros(created_at),
        updated_at: codec::whole_micros(entry.updated_at),
        ..entry.clone()
    }
}

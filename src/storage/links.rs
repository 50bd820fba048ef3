//! Inbound links: by which number and gateway the customer of an order called. Millions of them, each found by its
//! order.

use jiff::Timestamp;

use super::{
    Put, StorageError, Store, codec,
    page::{Conditions, Page, PageRequest, Place},
    plan::{self, Known},
    pool::{args, rows},
    rules::created,
    versioned::{self, Table},
};
use crate::model::{Link, OrderId, Outcome, PhoneNumber};

/// Which links to list; deleted ones never.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LinkQuery {
    /// Those only that have not expired at this time.
    pub holding_at: Option<Timestamp>,
}

rows! {
    /// A row of `inbound_links`.
    struct LinkRow {
        order_id: String,
        called: String,
        gateway: Option<String>,
        expires_at: i64,
        version: i64,
        created_at: i64,
        updated_at: i64,
        deleted_at: Option<i64>,
    }
}

const LINKS: Table = Table {
    find: "SELECT * FROM inbound_links WHERE order_id = $1",
    find_locking: "SELECT * FROM inbound_links WHERE order_id = $1 FOR UPDATE",
    insert:
        "INSERT INTO inbound_links (order_id, called, gateway, expires_at, version, created_at, updated_at,
        deleted_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (order_id) DO NOTHING",
    update:
        "UPDATE inbound_links SET called = $2, gateway = $3, expires_at = $4, version = $5, created_at = $6,
        updated_at = $7, deleted_at = $8 WHERE order_id = $1",
    is_counted: false,
};

impl LinkRow {
    fn link(self) -> Result<Link, StorageError> {
        let called = PhoneNumber::parse(&self.called, None);
        Ok(Link {
            order: OrderId(self.order_id),
            called: called.map_err(|error| StorageError::Corrupt(format!("a link's number: {error}")))?,
            gateway: self.gateway,
            expires_at: codec::time(self.expires_at)?,
            version: self.version,
            created_at: codec::time(self.created_at)?,
            updated_at: codec::time(self.updated_at)?,
        })
    }
}

impl Store {
    /// Stores a link if its version says so. Committed when this returns. The expiry is not compared, as with rules.
    pub async fn put_link(&self, link: &Link) -> Result<Put<Link>, StorageError> {
        let decide = |old: Option<&LinkRow>| {
            let known = old.map_or(Known::Absent, |old| {
                let same = old.called == link.called.as_str() && old.gateway == link.gateway;
                versioned::known(old.version, old.deleted_at.is_some(), same)
            });
            let (outcome, is_written) = versioned::put(known, link.version);
            let first = old.filter(|_| outcome == Outcome::Applied).map(|old| old.created_at);
            let row = || {
                args![
                    link.called.as_str(),
                    link.gateway.as_deref(),
                    link.expires_at,
                    link.version,
                    created(first, link.created_at),
                    link.updated_at,
                    None::<Timestamp>,
                ]
            };
            Ok((outcome, is_written.then(row)))
        };
        let key = args![link.order.as_str()];
        let (outcome, old, _) = self.change_versioned(&LINKS, &key, decide).await?;
        let kept = old.filter(|old| old.deleted_at.is_none()).map(LinkRow::link).transpose()?;
        let now = match outcome {
            Outcome::Created => Some(stored_form(link, link.created_at)),
            Outcome::Applied => Some(stored_form(link, kept.map_or(link.created_at, |old| old.created_at))),
            Outcome::Unchanged | Outcome::Stale | Outcome::Conflict => kept,
        };
        Ok(Put { outcome, now, revision: None })
    }

    /// Deletes a link: `Applied`, `Unchanged` or `Stale`, as with rules..
    pub async fn delete_link(
        &self,
        order: &OrderId,
        version: Option<i64>,
        now: Timestamp,
    ) -> Result<Outcome, StorageError> {
        let decide = |old: Option<&LinkRow>| {
            let known = old
                .map_or(Known::Absent, |old| versioned::known(old.version, old.deleted_at.is_some(), false));
            let deletion = plan::delete_version(known, version);
            // Nothing about the person stays; its time to go is counted from now.
            let row = deletion.tombstone.map(|version| args!["0", None::<&str>, now, version, now, now, now]);
            Ok((deletion.outcome, row))
        };
        let key = args![order.as_str()];
        let (outcome, ..) = self.change_versioned::<LinkRow>(&LINKS, &key, decide).await?;
        Ok(outcome)
    }

    /// One link; `None` if it is not there or deleted. One that has expired is given.
    pub async fn link(&self, order: &OrderId) -> Result<Option<Link>, StorageError> {
        self.within(async {
            let rows: Vec<LinkRow> = self.pool.fetch(LINKS.find, args![order.as_str()]).await?;
            rows.into_iter().find(|row| row.deleted_at.is_none()).map(LinkRow::link).transpose()
        })
        .await
    }

    /// Lists links, those first whose last change is oldest.
    pub async fn links(&self, query: &LinkQuery, page: &PageRequest) -> Result<Page<Link>, StorageError> {
        let place = page.place()?;
        let mut conditions = Conditions::new("deleted_at IS NULL");
        conditions
            .and("expires_at > ?", query.holding_at.map(|at| args![at]))
            .and("(updated_at, order_id) > (?, ?)", place.map(|p| args![p.micros, p.id]));
        let tail = "ORDER BY updated_at, order_id";
        let (sql, args) = conditions.into_query("SELECT * FROM inbound_links", tail, page.rows());
        self.within(async {
            let rows: Vec<LinkRow> = self.pool.fetch(sql, args).await?;
            let links = rows.into_iter().map(LinkRow::link).collect::<Result<Vec<_>, _>>()?;
            Ok(page.page(links, |link| Place {
                micros: link.updated_at.as_microsecond(),
                id: link.order.as_str().to_owned(),
            }))
        })
        .await
    }
}

/// The link as it will be read: times in whole microseconds.
fn stored_form(link: &Link, created_at: Timestamp) -> Link {
    Link {
        expires_at: codec::whole_micros(link.expires_at),
        created_at: codec::whole_micros(created_at),
        updated_at: codec::whole_micros(link.updated_at),
        ..link.clone()
    }
}

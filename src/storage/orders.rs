//! Orders: written one at a time by version, found by id, by telephone number, or listed.

use jiff::Timestamp;

use super::{
    CallChanges, CallsChanged, StorageError, Store, codec,
    page::{Conditions, Page, PageRequest, Place},
    plan::{self, Stored},
    pool::{Tx, args, rows},
};
use crate::model::{CallOrder, Order, OrderId, Outcome, PhoneNumber};

/// Orders of one caller at most; nobody listens to more.
const MOST_OF_ONE: usize = 200;
/// Two senders of the same new order: the second one looks again.
const TRIES: u32 = 5;

/// Which orders to list. All that is set must hold; deleted ones are never listed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OrderQuery {
    /// One of its numbers.
    pub phone: Option<PhoneNumber>,
    /// Its status.
    pub status: Option<String>,
    /// Stored at this time or later.
    pub updated_since: Option<Timestamp>,
}

/// What was there before an order is changed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OrderBefore {
    /// Its status; `None`: there was no such order, or it was deleted.
    pub status: Option<String>,
    /// The calls about it that are not over, the oldest first.
    pub calls: Vec<CallOrder>,
}

/// What became of an order that was sent.
#[derive(Clone, Debug, PartialEq)]
pub struct OrderPut {
    /// Of the order.
    pub outcome: Outcome,
    /// What is stored now.
    pub order: Order,
    /// The status that it had; `None`: it is new, or nothing has changed.
    pub before: Option<String>,
    /// Of the calls about it.
    pub calls: CallsChanged,
}

impl OrderPut {
    fn of(outcome: Outcome, order: Order) -> Self {
        Self { outcome, order, before: None, calls: CallsChanged::default() }
    }
}

rows! {
    /// A row of `orders`.
    struct OrderRow {
        id: String,
        phones: String,
        status: String,
        facts: String,
        version: i64,
        expires_at: Option<i64>,
        updated_at: i64,
        deleted_at: Option<i64>,
    }
}

const FIND: &str = "SELECT * FROM orders WHERE id = $1";
const FIND_LOCKING: &str = "SELECT * FROM orders WHERE id = $1 FOR UPDATE";
const INSERT: &str = "INSERT INTO orders
    (id, phones, status, facts, version, expires_at, updated_at, deleted_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (id) DO NOTHING";
const UPDATE: &str = "UPDATE orders SET phones = $2, status = $3, facts = $4, version = $5,
    expires_at = $6, updated_at = $7, deleted_at = $8 WHERE id = $1";

impl OrderRow {
    fn order(self) -> Result<Order, StorageError> {
        Ok(Order {
            id: OrderId(self.id),
            phones: codec::from_json(&self.phones)?,
            status: self.status,
            facts: codec::from_json(&self.facts)?,
            version: self.version,
            expires_at: codec::time_or_none(self.expires_at)?,
            updated_at: codec::time(self.updated_at)?,
        })
    }

    fn stored(self) -> Result<Stored, StorageError> {
        if self.deleted_at.is_some() {
            return Ok(Stored::Deleted(self.version));
        }
        self.order().map(Stored::Present)
    }
}

impl Store {
    /// Stores an order if its version says so; the order given back is what is stored now (a deleted one's
    /// last word being what was sent). Committed when this returns.
    pub async fn put_order(&self, order: &Order) -> Result<(Outcome, Order), StorageError> {
        let put = self.put_order_and_calls(order, "", |_| CallChanges::default()).await?;
        Ok((put.outcome, put.order))
    }

    /// As [`Store::put_order`]; what the change means for the calls about `subject` is on disk with it, or
    /// neither is. `plan` may be asked more than once, and is not asked if nothing changes.
    pub async fn put_order_and_calls(
        &self,
        order: &Order,
        subject: &str,
        plan: impl Fn(&OrderBefore) -> CallChanges,
    ) -> Result<OrderPut, StorageError> {
        self.within(async {
            for _ in 0..TRIES {
                let mut tx = self.pool.begin().await?;
                let (stored, known) = self.stored(&mut tx, &order.id).await?;
                let outcome = plan::put(&stored, order);
                if !matches!(outcome, Outcome::Created | Outcome::Applied) {
                    tx.roll_back().await?;
                    let Stored::Present(old) = stored else {
                        return Ok(OrderPut::of(outcome, order.clone()));
                    };
                    return Ok(OrderPut::of(outcome, old));
                }
                if write(&mut tx, order, None, known).await? {
                    let status = if let Stored::Present(old) = stored { Some(old.status) } else { None };
                    let calls = self.open_calls(&mut tx, subject).await?;
                    let before = OrderBefore { status, calls };
                    let changes = plan(&before);
                    let calls = self.change_calls(&mut tx, &changes, order.updated_at).await?;
                    tx.commit().await?;
                    self.tell_changed(&calls);
                    let before = before.status;
                    return Ok(OrderPut { before, calls, ..OrderPut::of(outcome, stored_form(order)) });
                }
            }
            Err(StorageError::Unavailable(format!("too many writers of the order {}", order.id)))
        })
        .await
    }

    /// Deletes an order: `Applied`, `Unchanged` (it was not there) or `Stale` (a later version is there).
    /// A tombstone stays, so that a late update of an older version does not bring it back.
    pub async fn delete_order(
        &self,
        id: &OrderId,
        version: Option<i64>,
        now: Timestamp,
    ) -> Result<Outcome, StorageError> {
        self.delete_order_and_calls(id, version, now, "").await.map(|(outcome, _)| outcome)
    }

    /// As [`Store::delete_order`]; the calls about `subject` are cancelled with it.
    pub async fn delete_order_and_calls(
        &self,
        id: &OrderId,
        version: Option<i64>,
        now: Timestamp,
        subject: &str,
    ) -> Result<(Outcome, CallsChanged), StorageError> {
        self.within(async {
            for _ in 0..TRIES {
                let mut tx = self.pool.begin().await?;
                let (stored, known) = self.stored(&mut tx, id).await?;
                let deletion = plan::delete(&stored, version);
                let Some(version) = deletion.tombstone else {
                    tx.roll_back().await?;
                    return Ok((deletion.outcome, CallsChanged::default()));
                };
                if write(&mut tx, &tombstone(id, version, now), Some(now), known).await? {
                    let calls = self.open_calls(&mut tx, subject).await?;
                    let cancel = calls.iter().map(|call| (call.id, format!("the order {id} was deleted")));
                    let changes = CallChanges { cancel: cancel.collect(), ..CallChanges::default() };
                    let calls = self.change_calls(&mut tx, &changes, now).await?;
                    tx.commit().await?;
                    self.tell_changed(&calls);
                    return Ok((deletion.outcome, calls));
                }
            }
            Err(StorageError::Unavailable(format!("too many writers of the order {id}")))
        })
        .await
    }

    /// One order; `None` if it is not there or deleted.
    pub async fn order(&self, id: &OrderId) -> Result<Option<Order>, StorageError> {
        self.within(async {
            let rows: Vec<OrderRow> = self.pool.fetch(FIND, args![id.as_str()]).await?;
            rows.into_iter().find(|row| row.deleted_at.is_none()).map(OrderRow::order).transpose()
        })
        .await
    }

    /// Lists orders, those first whose last change is oldest: whoever follows the pages misses no change.
    pub async fn orders(&self, query: &OrderQuery, page: &PageRequest) -> Result<Page<Order>, StorageError> {
        let place = page.place()?;
        let mut conditions = Conditions::new("deleted_at IS NULL");
        conditions
            .and(
                "id IN (SELECT order_id FROM order_phones WHERE phone = ?)",
                query.phone.as_ref().map(|p| args![p.as_str()]),
            )
            .and("status = ?", query.status.as_deref().map(|s| args![s]))
            .and("updated_at >= ?", query.updated_since.map(|t| args![t]))
            .and("(updated_at, id) > (?, ?)", place.map(|p| args![p.micros, p.id]));
        let (sql, args) =
            conditions.into_query("SELECT * FROM orders", "ORDER BY updated_at, id", page.rows());
        self.within(async {
            let rows: Vec<OrderRow> = self.pool.fetch(sql, args).await?;
            let orders = rows.into_iter().map(OrderRow::order).collect::<Result<Vec<_>, _>>()?;
            Ok(page.page(orders, |o| Place {
                micros: o.updated_at.as_microsecond(),
                id: o.id.as_str().to_owned(),
            }))
        })
        .await
    }

    /// The orders of one telephone number that are neither deleted nor expired, last changed first, at
    /// most 200.
    pub async fn orders_of(&self, phone: &PhoneNumber, now: Timestamp) -> Result<Vec<Order>, StorageError> {
        let mut conditions = Conditions::new("o.deleted_at IS NULL");
        conditions
            .and("p.phone = ?", Some(args![phone.as_str()]))
            .and("(o.expires_at IS NULL OR o.expires_at > ?)", Some(args![now]));
        let (sql, args) = conditions.into_query(
            "SELECT o.* FROM order_phones p JOIN orders o ON o.id = p.order_id",
            "ORDER BY o.updated_at DESC, o.id DESC",
            MOST_OF_ONE,
        );
        self.within(async {
            let rows: Vec<OrderRow> = self.pool.fetch(sql, args).await?;
            rows.into_iter().map(OrderRow::order).collect()
        })
        .await
    }

    /// What is stored under `id`, kept from changing until the transaction ends; and whether a row is there.
    async fn stored(&self, tx: &mut Tx, id: &OrderId) -> Result<(Stored, bool), StorageError> {
        let rows: Vec<OrderRow> =
            tx.fetch(self.pool.for_update(FIND, FIND_LOCKING), args![id.as_str()]).await?;
        match rows.into_iter().next() {
            Some(row) => Ok((row.stored()?, true)),
            None => Ok((Stored::Absent, false)),
        }
    }
}

/// Writes the row and its numbers; false if somebody else made the row meanwhile.
async fn write(
    tx: &mut Tx,
    order: &Order,
    deleted_at: Option<Timestamp>,
    known: bool,
) -> Result<bool, StorageError> {
    let id = order.id.as_str();
    let values = args![
        id,
        codec::json(&order.phones)?,
        order.status.as_str(),
        codec::json(&order.facts)?,
        order.version,
        order.expires_at,
        order.updated_at,
        deleted_at,
    ];
    if tx.execute(if known { UPDATE } else { INSERT }, values).await? == 0 {
        return Ok(false);
    }
    if known {
        tx.execute("DELETE FROM order_phones WHERE order_id = $1", args![id]).await?;
    }
    for phone in &order.phones {
        let sql = "INSERT INTO order_phones (phone, order_id) VALUES ($1, $2) ON CONFLICT DO NOTHING";
        tx.execute(sql, args![phone.as_str(), id]).await?;
    }
    Ok(true)
}

/// What stays of a deleted order: nothing about the person.
fn tombstone(id: &OrderId, version: i64, now: Timestamp) -> Order {
    Order {
        id: id.clone(),
        phones: Vec::new(),
        status: String::new(),
        facts: serde_json::Map::new(),
        version,
        expires_at: None,
        updated_at: now,
    }
}

/// The order as it will be read: times in whole microseconds.
fn stored_form(order: &Order) -> Order {
    Order {
        expires_at: order.expires_at.map(codec::whole_micros),
        updated_at: codec::whole_micros(order.updated_at),
        ..order.clone()
    }
}

//! Accepting call orders: stored once for each idempotency key, and a newer one replaces what still waits.

use std::collections::{BTreeSet, HashMap};

use indexmap::IndexMap;

use super::order::{self, INSERT, OrderRow};
use crate::{
    model::{CallOrder, CallOrderId},
    storage::{
        StorageError, Store,
        pool::{Tx, args},
    },
};

/// What became of one order that was to be accepted.
#[derive(Clone, Debug, PartialEq)]
pub enum Accepted {
    /// Stored now; given back as it is stored (ended, if a later one of the same batch replaced it).
    New(CallOrder),
    /// The same request was accepted before; this is what became of it.
    Known(CallOrder),
    /// Its idempotency key belongs to another request; nothing was stored.
    Conflict,
}

/// What became of a batch.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Acceptance {
    /// In the order of the batch.
    pub orders: Vec<Accepted>,
    /// Orders that waited and were cancelled, because a new one is about the same subject and number.
    pub replaced: Vec<CallOrder>,
}

const FIND: &str = "SELECT * FROM call_orders WHERE id = $1 OR idempotency_key = $2 LIMIT 1";
const REPLACE: &str =
    "UPDATE call_orders SET state = 'ended', ended_as = 'cancelled', ended_at = $4, detail = $5
    WHERE subject = $1 AND number = $2 AND id <> $3 AND state = 'waiting' RETURNING *";

impl Store {
    /// Stores call orders with the fingerprint of the request that each came from, all or none, committed
    /// when this returns. A new one with a subject cancels those that wait about the same subject and number;
    /// one that is active is left alone ([`Store::newer_call_order`] tells when it would be put off).
    pub async fn accept_call_orders(
        &self,
        batch: &[(CallOrder, String)],
    ) -> Result<Acceptance, StorageError> {
        self.within(async {
            let mut tx = self.pool.begin().await?;
            let done = self.accept(&mut tx, batch).await?;
            tx.commit().await?;
            if !done.replaced.is_empty() {
                self.wake_outbox();
            }
            Ok(done)
        })
        .await
    }

    /// Accepts within a transaction; nothing is committed, and the outbox is not woken.
    pub(super) async fn accept(
        &self,
        tx: &mut Tx,
        batch: &[(CallOrder, String)],
    ) -> Result<Acceptance, StorageError> {
        for subject in subjects(batch) {
            tx.lock(&subject).await?;
        }
        let mut stored = self.insert(tx, batch).await?;
        let mut done = Acceptance::default();
        for order in newest(batch, &stored) {
            done.replaced.extend(replace(tx, order).await?);
        }
        self.enqueue(tx, &done.replaced).await?;
        for replaced in &done.replaced {
            stored.entry(replaced.id).and_modify(|order| order.clone_from(replaced));
        }
        for (order, fingerprint) in batch {
            // Taken out, so that a second one of the same id in this batch finds the first one as known.
            let accepted = match stored.remove(&order.id) {
                Some(order) => Accepted::New(order),
                None => known(tx, order, fingerprint).await?,
            };
            done.orders.push(accepted);
        }
        Ok(done)
    }

    /// Inserts all whose id and key are new, and gives them as they are stored.
    async fn insert(
        &self,
        tx: &mut Tx,
        batch: &[(CallOrder, String)],
    ) -> Result<HashMap<CallOrderId, CallOrder>, StorageError> {
        // In the order of their keys: two batches with the same keys then wait for each other in one direction.
        let mut sorted: Vec<_> = batch.iter().collect();
        sorted.sort_by_key(|(order, _)| &order.idempotency_key);
        let columns = |item: &&(CallOrder, String), args: &mut Vec<_>| order::columns(&item.0, &item.1, args);
        let mut statements = Vec::new();
        INSERT.statements(&self.pool, &sorted, columns, &mut statements)?;
        let mut stored = HashMap::with_capacity(batch.len());
        for (sql, args) in statements {
            let rows: Vec<OrderRow> = tx.fetch(sql, args).await?;
            stored.extend(order::orders(&rows)?.into_iter().map(|order| (order.id, order)));
        }
        Ok(stored)
    }
}

/// What has to be locked against another batch that is not committed yet: neither would see the other's order.
fn subjects(batch: &[(CallOrder, String)]) -> BTreeSet<String> {
    let name = |(order, _): &(CallOrder, String)| {
        order.subject.as_ref().map(|subject| format!("call order {} {subject}", order.number))
    };
    batch.iter().filter_map(name).collect()
}

/// Of the new orders about one subject and number, the last one of the batch.
fn newest<'a>(
    batch: &'a [(CallOrder, String)],
    stored: &HashMap<CallOrderId, CallOrder>,
) -> impl Iterator<Item = &'a CallOrder> {
    let new = batch.iter().map(|(order, _)| order).filter(|order| stored.contains_key(&order.id));
    let by_subject = new.filter(|order| order.subject.is_some()).map(|o| ((&o.subject, &o.number), o));
    by_subject.collect::<IndexMap<_, _>>().into_values()
}

async fn replace(tx: &mut Tx, order: &CallOrder) -> Result<Vec<CallOrder>, StorageError> {
    let values = args![
        order.subject.as_deref(),
        order.number.as_str(),
        order.id.to_string(),
        order.created_at,
        format!("replaced by {}", order.id),
    ];
    let rows: Vec<OrderRow> = tx.fetch(REPLACE, values).await?;
    order::orders(&rows)
}

/// The order that stands in the way of this one.
async fn known(tx: &mut Tx, order: &CallOrder, fingerprint: &str) -> Result<Accepted, StorageError> {
    let values = args![order.id.to_string(), order.idempotency_key.as_deref()];
    let rows: Vec<OrderRow> = tx.fetch(FIND, values).await?;
    match rows.first() {
        Some(row) if row.has_fingerprint(fingerprint) => row.order().map(Accepted::Known),
        Some(_) => Ok(Accepted::Conflict),
        None => Err(StorageError::Unavailable(format!("the call order {} vanished meanwhile", order.id))),
    }
}

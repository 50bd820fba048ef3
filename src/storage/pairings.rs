//! Pairings: stored by id, found by either number for as long as their order is current.

use jiff::Timestamp;

use super::{
    StorageError, Store, codec,
    pool::{args, rows},
};
use crate::model::{OrderId, Pairing, Party, PhoneNumber};

/// Pairings of one number at most; a call chooses among them.
const MOST_OF_ONE: i64 = 50;

rows! {
    /// A row of `pairings`.
    struct PairingRow {
        id: String,
        order_id: Option<String>,
        a_number: String,
        a_gateway: Option<String>,
        b_number: String,
        b_gateway: Option<String>,
        shown: Option<String>,
        expires_at: i64,
        updated_at: i64,
        order_status: Option<String>,
    }
}

const FIND: &str = "SELECT p.*, CAST(NULL AS TEXT) AS order_status FROM pairings p WHERE p.id = $1";
const PUT: &str = "INSERT INTO pairings
    (id, order_id, a_number, a_gateway, b_number, b_gateway, shown, expires_at, updated_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
    ON CONFLICT (id) DO UPDATE SET order_id = excluded.order_id, a_number = excluded.a_number,
    a_gateway = excluded.a_gateway, b_number = excluded.b_number, b_gateway = excluded.b_gateway,
    shown = excluded.shown, expires_at = excluded.expires_at, updated_at = excluded.updated_at";
// An order that is not stored here says nothing; one that was deleted or is over ends the pairing.
const OF: &str = "SELECT p.*, o.status AS order_status FROM pairings p
    LEFT JOIN orders o ON o.id = p.order_id
    WHERE (p.a_number = $1 OR p.b_number = $1) AND p.expires_at > $2
    AND (o.id IS NULL OR (o.deleted_at IS NULL AND (o.expires_at IS NULL OR o.expires_at > $2)))
    ORDER BY p.updated_at DESC, p.id LIMIT $3";
const SWEEP: &str = "DELETE FROM pairings WHERE expires_at < $1 OR order_id IN
    (SELECT id FROM orders WHERE deleted_at IS NOT NULL OR expires_at < $1)";

impl PairingRow {
    fn pairing(self) -> Result<Pairing, StorageError> {
        let number =
            |text: &str| -> Result<PhoneNumber, StorageError> { codec::from_json(&codec::json(&text)?) };
        Ok(Pairing {
            id: OrderId(self.id),
            order: self.order_id.map(OrderId),
            a: Party { number: number(&self.a_number)?, gateway: self.a_gateway },
            b: Party { number: number(&self.b_number)?, gateway: self.b_gateway },
            shown: self.shown.as_deref().map(number).transpose()?,
            expires_at: codec::time(self.expires_at)?,
            updated_at: codec::time(self.updated_at)?,
        })
    }
}

impl Store {
    /// Stores a pairing; whether it was not there before. Committed when this returns.
    pub async fn put_pairing(&self, pairing: &Pairing) -> Result<bool, StorageError> {
        let Pairing { id, order, a, b, shown, expires_at, updated_at } = pairing;
        self.within(async {
            let mut tx = self.pool.begin().await?;
            let old: Vec<PairingRow> = tx.fetch(FIND, args![id.as_str()]).await?;
            let values = args![
                id.as_str(),
                order.as_ref().map(OrderId::as_str),
                a.number.as_str(),
                a.gateway.as_deref(),
                b.number.as_str(),
                b.gateway.as_deref(),
                shown.as_ref().map(PhoneNumber::as_str),
                *expires_at,
                *updated_at,
            ];
            tx.execute(PUT, values).await?;
            tx.commit().await?;
            Ok(old.is_empty())
        })
        .await
    }

    /// One pairing, whether it still holds or not.
    pub async fn pairing(&self, id: &OrderId) -> Result<Option<Pairing>, StorageError> {
        self.within(async {
            let rows: Vec<PairingRow> = self.pool.fetch(FIND, args![id.as_str()]).await?;
            rows.into_iter().next().map(PairingRow::pairing).transpose()
        })
        .await
    }

    /// Deletes a pairing; whether it was there.
    pub async fn delete_pairing(&self, id: &OrderId) -> Result<bool, StorageError> {
        let sql = "DELETE FROM pairings WHERE id = $1";
        self.within(async { Ok(self.pool.execute(sql, args![id.as_str()]).await? > 0) }).await
    }

    /// The pairings of a number that hold at `now`, newest first, at most 50: not expired, and with no order here
    /// that was deleted, is expired, or has one of the statuses `finished`.
    pub async fn pairings_of(
        &self,
        number: &PhoneNumber,
        finished: &[String],
        now: Timestamp,
    ) -> Result<Vec<Pairing>, StorageError> {
        self.within(async {
            let rows: Vec<PairingRow> = self.pool.fetch(OF, args![number.as_str(), now, MOST_OF_ONE]).await?;
            let is_over = |row: &PairingRow| row.order_status.as_ref().is_some_and(|s| finished.contains(s));
            rows.into_iter().filter(|row| !is_over(row)).map(PairingRow::pairing).collect()
        })
        .await
    }

    /// Deletes what no longer holds. Before the orders are swept: without its order a pairing would hold again.
    pub(super) async fn sweep_pairings(&self, now: Timestamp) -> Result<u64, StorageError> {
        self.within(self.pool.execute(SWEEP, args![now])).await
    }
}

//! The deliveries of an order; and waiting for new ones.

use super::{Delivery, DeliveryRow};
use crate::{
    model::CallOrderId,
    storage::{StorageError, Store, pool::args},
};

impl Store {
    /// What was, or is to be, told of an order and its attempts, the first one first.
    pub async fn deliveries_of(&self, order: CallOrderId) -> Result<Vec<Delivery>, StorageError> {
        self.within(async {
            let sql = "SELECT * FROM deliveries WHERE order_id = $1 ORDER BY created_at, id";
            let rows: Vec<DeliveryRow> = self.pool.fetch(sql, args![order.to_string()]).await?;
            rows.into_iter().map(DeliveryRow::delivery).collect()
        })
        .await
    }

    /// Waits until this process has enqueued something, or somebody called [`Store::wake_outbox`].
    pub async fn outbox(&self) {
        self.outbox.notified().await;
    }

    /// Wakes whoever waits for the outbox.
    pub fn wake_outbox(&self) {
        self.outbox.notify_one();
    }
}

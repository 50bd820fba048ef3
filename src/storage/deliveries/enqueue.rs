//! What has ended is to be told: the rows are made in the transaction of the end.

use crate::{
    model::{Attempt, AttemptState, CallOrder, OrderState},
    storage::{
        StorageError, Store,
        batch::ManyRows,
        pool::{Arg, Pool, Statement, Tx, args},
        row::Row,
    },
};

/// Of the order as it is stored: an end that came too late for its order tells what is true.
static ORDERS: ManyRows = ManyRows::new(
    "WITH told (id) AS (",
    1,
    ") INSERT INTO deliveries (id, order_id, url, state, tries, next_at, created_at)
     SELECT o.id || '-ended', o.id, o.callback_url, 'waiting', 0, COALESCE(o.ended_at, o.next_at),
     COALESCE(o.ended_at, o.next_at) FROM told JOIN call_orders o ON o.id = told.id
     WHERE o.state = 'ended' AND o.callback_url IS NOT NULL ON CONFLICT DO NOTHING",
);

static ATTEMPTS: ManyRows = ManyRows::new(
    "WITH told (order_id, number) AS (",
    2,
    ") INSERT INTO deliveries (id, order_id, attempt, url, state, tries, next_at, created_at)
     SELECT o.id || '-a' || a.number, o.id, a.number, o.callback_url, 'waiting', 0,
     COALESCE(a.ended_at, a.dialled_at), COALESCE(a.ended_at, a.dialled_at)
     FROM told JOIN attempts a ON a.order_id = told.order_id AND a.number = told.number
     JOIN call_orders o ON o.id = a.order_id
     WHERE a.state = 'ended' AND o.callback_url IS NOT NULL ON CONFLICT DO NOTHING",
);

/// The statements that write what is to be told of these rows, to stand after those that write the rows
/// themselves; true if there are any.
pub(in crate::storage) fn statements(
    pool: &Pool,
    rows: &[Row],
    with_attempts: bool,
    into: &mut Vec<Statement>,
) -> Result<bool, StorageError> {
    let (mut orders, mut attempts) = (Vec::new(), Vec::new());
    for row in rows {
        match row {
            Row::Order(order) if is_told(order) => orders.push(&**order),
            Row::Attempt(attempt) if with_attempts && attempt.state == AttemptState::Ended => {
                attempts.push(&**attempt);
            }
            _ => {}
        }
    }
    let columns = |attempt: &&Attempt, args: &mut Vec<Arg>| {
        args.extend(args![attempt.id.order.to_string(), i64::from(attempt.id.number)]);
        Ok(())
    };
    ATTEMPTS.statements(pool, &attempts, columns, into)?;
    of_orders(pool, &orders, into)?;
    Ok(!(orders.is_empty() && attempts.is_empty()))
}

fn of_orders(pool: &Pool, orders: &[&CallOrder], into: &mut Vec<Statement>) -> Result<(), StorageError> {
    let columns = |order: &&CallOrder, args: &mut Vec<Arg>| {
        args.extend(args![order.id.to_string()]);
        Ok(())
    };
    ORDERS.statements(pool, orders, columns, into)
}

fn is_told(order: &CallOrder) -> bool {
    order.state == OrderState::Ended && order.callback_url.is_some()
}

impl Store {
    /// Enqueues the ends of those of these orders that have ended and want to be told, in the transaction
    /// that ended them; true if there are any, so that the outbox is to be woken after the commit.
    pub(in crate::storage) async fn enqueue(
        &self,
        tx: &mut Tx,
        orders: &[CallOrder],
    ) -> Result<bool, StorageError> {
        let told: Vec<&CallOrder> = orders.iter().filter(|order| is_told(order)).collect();
        let mut statements = Vec::new();
        of_orders(&self.pool, &told, &mut statements)?;
        for (sql, args) in statements {
            tx.execute(sql, args).await?;
        }
        Ok(!told.is_empty())
    }
}

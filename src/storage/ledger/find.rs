//! Call orders: one, all that are active, or listed.

use jiff::Timestamp;

use super::order::{self, OrderRow};
use crate::{
    model::{CallOrder, CallOrderId, Lane, OrderState, PhoneNumber},
    storage::{
        StorageError, Store, codec,
        page::{Conditions, Page, PageRequest, Place},
        pool::args,
    },
};

/// Which call orders to list. All that is set must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CallOrderQuery {
    /// Where it is.
    pub state: Option<OrderState>,
    /// Whom it calls.
    pub number: Option<PhoneNumber>,
    /// Its gateway's name.
    pub gateway: Option<String>,
    /// What it is about.
    pub subject: Option<String>,
    /// How urgent it is.
    pub lane: Option<Lane>,
    /// Accepted at this time or later.
    pub created_from: Option<Timestamp>,
    /// Accepted before this time.
    pub created_to: Option<Timestamp>,
}

impl Store {
    /// One call order.
    pub async fn call_order(&self, id: CallOrderId) -> Result<Option<CallOrder>, StorageError> {
        self.within(async {
            let sql = "SELECT * FROM call_orders WHERE id = $1";
            let rows: Vec<OrderRow> = self.pool.fetch(sql, args![id.to_string()]).await?;
            rows.first().map(OrderRow::order).transpose()
        })
        .await
    }

    /// The order that was accepted with this idempotency key, if its request had this fingerprint.
    pub async fn known_call_order(
        &self,
        key: &str,
        fingerprint: &str,
    ) -> Result<Option<CallOrder>, StorageError> {
        self.within(async {
            let sql = "SELECT * FROM call_orders WHERE idempotency_key = $1";
            let rows: Vec<OrderRow> = self.pool.fetch(sql, args![key]).await?;
            let same = rows.first().filter(|row| row.has_fingerprint(fingerprint));
            same.map(OrderRow::order).transpose()
        })
        .await
    }

    /// All orders that are claimed, the longest due first: after a crash the attempts tell whether they were
    /// dialled.
    pub async fn active_orders(&self) -> Result<Vec<CallOrder>, StorageError> {
        self.within(async {
            let sql = "SELECT * FROM call_orders WHERE state = 'active' ORDER BY next_at, id";
            let rows: Vec<OrderRow> = self.pool.fetch(sql, args![]).await?;
            order::orders(&rows)
        })
        .await
    }

    /// The latest order about the same subject and number that was accepted after this one, if there is one:
    /// this one need not be called again.
    pub async fn newer_call_order(&self, order: &CallOrder) -> Result<Option<CallOrderId>, StorageError> {
        let Some(subject) = order.subject.as_deref() else { return Ok(None) };
        self.within(async {
            let sql = "SELECT * FROM call_orders WHERE subject = $1 AND number = $2
                AND (created_at, id) > ($3, $4) ORDER BY created_at DESC, id DESC LIMIT 1";
            let values = args![subject, order.number.as_str(), order.created_at, order.id.to_string()];
            let rows: Vec<OrderRow> = self.pool.fetch(sql, values).await?;
            rows.first().map(|row| row.order().map(|order| order.id)).transpose()
        })
        .await
    }

    /// Lists call orders, newest first.
    pub async fn call_orders(
        &self,
        query: &CallOrderQuery,
        page: &PageRequest,
    ) -> Result<Page<CallOrder>, StorageError> {
        let place = page.place()?;
        // Literals, so that the indexes of some states fit.
        let mut conditions = Conditions::new(match query.state {
            Some(OrderState::Waiting) => "state = 'waiting'",
            Some(OrderState::Active) => "state = 'active'",
            Some(OrderState::Ended) => "state = 'ended'",
            None => "1 = 1",
        });
        conditions
            .and("number = ?", query.number.as_ref().map(|n| args![n.as_str()]))
            .and("gateway = ?", query.gateway.as_deref().map(|g| args![g]))
            .and("subject = ?", query.subject.as_deref().map(|s| args![s]))
            .and("lane = ?", codec::word_or_none(query.lane)?.map(|lane| args![lane]))
            .and("created_at >= ?", query.created_from.map(|t| args![t]))
            .and("created_at < ?", query.created_to.map(|t| args![t]))
            .and("(created_at, id) < (?, ?)", place.map(|p| args![p.micros, p.id]));
        let (sql, args) = conditions.into_query(
            "SELECT * FROM call_orders",
            "ORDER BY created_at DESC, id DESC",
            page.rows(),
        );
        self.within(async {
            let rows: Vec<OrderRow> = self.pool.fetch(sql, args).await?;
            Ok(page.page(order::orders(&rows)?, |o| Place {
                micros: o.created_at.as_microsecond(),
                id: o.id.to_string(),
            }))
        })
        .await
    }
}

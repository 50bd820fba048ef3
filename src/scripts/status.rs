//! `status`: how the caller's newest order stands, and how many there are.

use super::{asked::Asked, sheet::Sheet, trouble::Trouble};
use crate::model::Order;

pub(super) async fn answer(asked: &Asked<'_>) -> Result<Sheet, Trouble> {
    let orders = match asked.number() {
        Some(number) => asked.answers().orders(&number).await?,
        None => Vec::new(),
    };
    Ok(sheet(&orders.len().to_string(), orders.first()))
}

pub(super) fn blank() -> Sheet {
    sheet("", None)
}

fn sheet(count: &str, newest: Option<&Order>) -> Sheet {
    let title = newest.and_then(|order| order.facts.get("title")?.as_str()).unwrap_or_default();
    Sheet::default()
        .with("STASISD_ORDER_ID", newest.map_or("", |order| order.id.as_str()))
        .with("STASISD_ORDER_STATUS", newest.map_or("", |order| order.status.as_str()))
        .with("STASISD_ORDER_TITLE", title)
        .with("STASISD_ORDERS", count)
}

//! `/v1/links`: by which number and gateway the customer of an order called. One endpoint, one file.

mod delete;
mod get;
mod list;
mod put;
mod view;

use super::{
    endpoints::{Endpoints, routes},
    problem::Problem,
    state::App,
};
use crate::{
    model::{Link, OrderId, Outcome},
    storage::Put,
};

pub(super) fn routes() -> Endpoints {
    Endpoints::new().routes(routes!(list::list)).routes(routes!(get::get, put::put, delete::delete))
}

/// Reads an order's id out of a path or a field.
pub(super) fn order(field: &str, text: &str) -> Result<OrderId, Problem> {
    OrderId::parse(text).ok_or_else(|| {
        Problem::field(field, "an order's id has 1 to 128 of the characters A-Z a-z 0-9 . _ : -")
    })
}

/// Stores a link whether or not the client waits for the answer; counts those that could not be stored.
pub(super) async fn store(app: &App, link: Link) -> Result<Put<Link>, Problem> {
    let own = App::clone(app);
    let put = app.work.to_the_end(async move { Ok(own.store().put_link(&link).await?) }).await;
    let outcome = match &put {
        Ok(put) if put.outcome == Outcome::Conflict => "conflict",
        Ok(put) if put.outcome == Outcome::Stale => "stale",
        Ok(_) => "stored",
        Err(_) => "failed",
    };
    metrics::counter!("stasisd_links_total", "outcome" => outcome).increment(1);
    put
}

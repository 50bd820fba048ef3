//! `/v1/calls`: live and past ones. One endpoint, one file.

mod get;
mod hang_up;
mod list;
mod plan;
mod say;
mod transfer;
mod view;

use super::{
    code::Code,
    endpoints::{Endpoints, routes},
    problem::Problem,
    state::App,
};
use crate::model::{CallId, CallRecord};

pub(super) fn routes() -> Endpoints {
    Endpoints::new()
        .routes(routes!(list::list))
        .routes(routes!(get::get, hang_up::hang_up))
        .routes(routes!(say::say))
        .routes(routes!(transfer::transfer))
}

/// Reads a call's id out of a path.
fn id(text: &str) -> Result<CallId, Problem> {
    CallId::parse(text).ok_or_else(|| Problem::field("id", "a call's id is a UUID"))
}

/// The call as it is now, or as it was when it ended.
async fn find(app: &App, id: CallId) -> Result<CallRecord, Problem> {
    if let Some(live) = app.control().live_call(id) {
        return Ok(live);
    }
    app.control().settled().await;
    let stored = app.store().call(id).await?;
    stored.ok_or_else(|| Problem::new(Code::NotFound, format!("there is no call {id}")))
}

/// Refuses what only a live call can do, with the right problem.
async fn live(app: &App, id: CallId) -> Result<(), Problem> {
    if app.control().live_call(id).is_some() {
        return Ok(());
    }
    find(app, id).await?;
    Err(Problem::new(Code::CallNotLive, format!("the call {id} is over")))
}

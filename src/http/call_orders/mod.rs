//! `/v1/calls` to order one, `/v1/call-orders` to follow what was ordered. One endpoint, one file.

mod batch;
mod body;
mod cancel;
mod edit;
mod get;
mod list;
mod order;
mod view;
mod words;

pub(super) use self::{body::key, view::CallOrderView, words::LaneView};

use super::{
    code::Code,
    endpoints::{Endpoints, routes},
    problem::Problem,
    state::App,
};
use crate::{
    model::CallOrderId,
    outbound::{Accepted, CallRequest, OrderError},
};

pub(super) fn routes() -> Endpoints {
    Endpoints::new()
        .routes(routes!(order::order))
        .routes(routes!(batch::batch))
        .routes(routes!(list::list))
        .routes(routes!(get::get, edit::edit, cancel::cancel))
}

/// Reads a call order's id out of a path.
fn id(text: &str) -> Result<CallOrderId, Problem> {
    CallOrderId::parse(text).ok_or_else(|| Problem::field("id", "a call order's id is a UUID"))
}

fn unknown(id: CallOrderId) -> Problem {
    Problem::new(Code::NotFound, format!("there is no call order {id}"))
}

/// Orders calls, whether or not the client waits for the answer.
async fn order_all(
    app: &App,
    requests: Vec<CallRequest>,
) -> Result<Vec<Result<Accepted, OrderError>>, Problem> {
    let (work, app) = (&app.work, App::clone(app));
    work.to_the_end(async move { Ok(app.control().order_calls(requests).await) }).await
}

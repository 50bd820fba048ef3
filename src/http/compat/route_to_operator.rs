//! `POST /routetooperator`: the old name of `DELETE /v1/rules/{id}` for one caller.

use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;

use super::words::{Answer, rule_of};
use crate::http::{
    auth::May, extract::Json, page::phone, problem::Problem, rules, scope::RoutingWrite, state::App,
};

/// Whose calls go to the operators again.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = OldRouteToOperator)]
pub(super) struct Body {
    /// The customer's number; also named `caller` or `number`.
    #[serde(alias = "caller", alias = "number")]
    #[schema(example = "+34600000001")]
    phone: String,
}

/// Send a customer's calls to the operators again
///
/// Deletes the rule of `POST /routetoivr`; that there is none is success.
#[utoipa::path(
    post, path = "/routetooperator", tag = "old names", operation_id = "oldRouteToOperator",
    security(("token" = ["routing:write"])),
    request_body = Body,
    responses((status = 200, body = Answer, description = "There is no such rule any more"))
)]
pub(super) async fn route(
    _: May<RoutingWrite>,
    State(app): State<App>,
    Json(body): Json<Body>,
) -> Result<Json<Answer>, Problem> {
    let caller = phone("phone", &body.phone, app.rooms.country)?;
    rules::forget(&app, rule_of(&caller), None).await?;
    Ok(Json(Answer::OK))
}

//! `GET /v1/rules/{id}`

use axum::extract::State;

use super::view::RuleView;
use crate::http::{
    auth::May,
    code::Code,
    extract::{Json, Path},
    problem::Problem,
    scope::RoutingRead,
    state::App,
};

/// Show a rule
///
/// Also one that has expired, until it is purged.
#[utoipa::path(
    get, path = "/v1/rules/{id}", tag = "routing", operation_id = "getRule",
    security(("token" = ["routing:read"])),
    params(("id" = String, Path, description = "Its id")),
    responses((status = 200, body = RuleView, description = "The rule"))
)]
pub(super) async fn get(
    _: May<RoutingRead>,
    State(app): State<App>,
    Path(id): Path<String>,
) -> Result<Json<RuleView>, Problem> {
    let id = super::id(&id)?;
    let rule = app.store().rule(&id).await?;
    let rule = rule.ok_or_else(|| Problem::new(Code::NotFound, format!("there is no rule {id}")))?;
    Ok(Json(rule.into()))
}

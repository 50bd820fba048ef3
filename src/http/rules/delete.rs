//! `DELETE /v1/rules/{id}`

use axum::extract::State;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::http::{
    auth::May,
    extract::{Json, Path, Query},
    orders::{OutcomeView, version},
    problem::Problem,
    scope::RoutingWrite,
    state::App,
};

/// Which version is deleted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct Version {
    /// The version of the deletion: a later update stays. Without it, whatever is there is deleted.
    pub(in crate::http) version: Option<i64>,
    /// The same as a time.
    pub(in crate::http) updated_at: Option<Timestamp>,
}

/// What became of a deletion.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http) struct DeleteAnswer {
    /// `applied`, `unchanged` (it was not there) or `stale` (a later version is there, and stays).
    pub(in crate::http) outcome: OutcomeView,
}

/// Delete a rule
///
/// May be repeated; deleting what is not there is success. With a version it may also arrive before its rule: a late
/// update of that version or an older one does not bring the rule back.
#[utoipa::path(
    delete, path = "/v1/rules/{id}", tag = "routing", operation_id = "deleteRule",
    security(("token" = ["routing:write"])),
    params(("id" = String, Path, description = "Its id"), Version),
    responses((status = 200, body = DeleteAnswer, description = "It is not there, or a later version is"))
)]
pub(super) async fn delete(
    _: May<RoutingWrite>,
    State(app): State<App>,
    Path(id): Path<String>,
    Query(query): Query<Version>,
) -> Result<Json<DeleteAnswer>, Problem> {
    let version = version(query.version, query.updated_at)?;
    let outcome = super::forget(&app, super::id(&id)?, version).await?;
    Ok(Json(DeleteAnswer { outcome: outcome.into() }))
}

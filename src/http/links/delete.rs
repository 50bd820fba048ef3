//! `DELETE /v1/links/{order}`

use axum::extract::State;

use crate::http::{
    auth::May,
    clock,
    extract::{Json, Path, Query},
    orders::version,
    problem::Problem,
    rules::{DeleteAnswer, Version},
    scope::RoutingWrite,
    state::App,
};

/// Delete a link
///
/// May be repeated; deleting what is not there is success. Calls about the order show the default number then.
#[utoipa::path(
    delete, path = "/v1/links/{order}", tag = "routing", operation_id = "deleteLink",
    security(("token" = ["routing:write"])),
    params(("order" = String, Path, description = "The order's id"), Version),
    responses((status = 200, body = DeleteAnswer, description = "It is not there, or a later version is"))
)]
pub(super) async fn delete(
    _: May<RoutingWrite>,
    State(app): State<App>,
    Path(order): Path<String>,
    Query(query): Query<Version>,
) -> Result<Json<DeleteAnswer>, Problem> {
    let version = version(query.version, query.updated_at)?;
    let order = super::order("order", &order)?;
    let own = App::clone(&app);
    let work = async move { Ok(own.store().delete_link(&order, version, clock::now()).await?) };
    let outcome = app.work.to_the_end(work).await?;
    Ok(Json(DeleteAnswer { outcome: outcome.into() }))
}

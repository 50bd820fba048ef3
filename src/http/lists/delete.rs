//! `DELETE /v1/lists/{list}/{number}`

use axum::extract::State;

use crate::http::{
    auth::May,
    extract::{Json, Path, Query},
    orders::version,
    problem::Problem,
    rules::{DeleteAnswer, Version},
    scope::RoutingWrite,
    state::App,
};

/// Take somebody off a list
///
/// May be repeated; deleting what is not there is success.
#[utoipa::path(
    delete, path = "/v1/lists/{list}/{number}", tag = "routing", operation_id = "deleteListEntry",
    security(("token" = ["routing:write"])),
    params(
        ("list" = String, Path, description = "`block` or `vip`"),
        ("number" = String, Path, description = "As it was put"),
        Version,
    ),
    responses((status = 200, body = DeleteAnswer, description = "It is not there, or a later version is"))
)]
pub(super) async fn delete(
    _: May<RoutingWrite>,
    State(app): State<App>,
    Path((list, number)): Path<(String, String)>,
    Query(query): Query<Version>,
) -> Result<Json<DeleteAnswer>, Problem> {
    let version = version(query.version, query.updated_at)?;
    let (list, number) = (super::list(&list)?, super::number(&app, &number)?);
    let own = App::clone(&app);
    let work = async move { Ok(own.rooms.routing.delete_entry(list, &number, version).await?) };
    let outcome = app.work.to_the_end(work).await?;
    Ok(Json(DeleteAnswer { outcome: outcome.into() }))
}

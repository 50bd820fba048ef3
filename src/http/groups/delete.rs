//! `DELETE /v1/groups/{name}`

use axum::extract::State;

use super::rename::GroupChanged;
use crate::http::{
    auth::May,
    extract::{Json, Path},
    problem::Problem,
    scope::PeopleWrite,
    state::App,
};

/// Delete a group
///
/// Its members stay, its absences go. May be repeated.
#[utoipa::path(
    delete, path = "/v1/groups/{name}", tag = "people", operation_id = "deleteGroup",
    security(("token" = ["people:write"])),
    params(("name" = String, Path, description = "Its name")),
    responses((status = 200, body = GroupChanged, description = "Nobody is in it"))
)]
pub(super) async fn delete(
    _: May<PeopleWrite>,
    State(app): State<App>,
    Path(name): Path<String>,
) -> Result<Json<GroupChanged>, Problem> {
    let people = app.rooms.people.clone();
    let work = async move {
        match people.delete_group(&name).await {
            Ok(changed) => Ok(changed.len()),
            Err(crate::people::PeopleError::NoGroup(_)) => Ok(0),
            Err(error) => Err(error.into()),
        }
    };
    Ok(Json(GroupChanged { persons: app.work.to_the_end(work).await? }))
}

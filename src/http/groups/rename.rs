//! `PUT /v1/groups/{name}`

use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::http::{
    auth::May,
    extract::{Json, Path},
    problem::{Problem, ProblemView},
    scope::PeopleWrite,
    state::App,
};

/// A group's new name.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct GroupPut {
    /// 1 to 200 printable characters.
    #[schema(example = "first line")]
    name: String,
}

/// What became of it.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http) struct GroupChanged {
    /// How many persons were in it.
    pub(in crate::http) persons: usize,
}

/// Rename a group
///
/// In all its members and its absences.
#[utoipa::path(
    put, path = "/v1/groups/{name}", tag = "people", operation_id = "renameGroup",
    security(("token" = ["people:write"])),
    params(("name" = String, Path, description = "Its name until now")),
    request_body = GroupPut,
    responses(
        (status = 200, body = GroupChanged, description = "It has that name"),
        (status = 409, body = ProblemView, content_type = "application/problem+json",
            description = "Another group has that name (`taken`)"),
    )
)]
pub(super) async fn rename(
    _: May<PeopleWrite>,
    State(app): State<App>,
    Path(old): Path<String>,
    Json(body): Json<GroupPut>,
) -> Result<Json<GroupChanged>, Problem> {
    let people = app.rooms.people.clone();
    let work = async move { Ok(people.rename_group(&old, &body.name).await?) };
    Ok(Json(GroupChanged { persons: app.work.to_the_end(work).await?.len() }))
}

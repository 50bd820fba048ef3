//! `GET /v1/groups`

use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::{auth::May, extract::Json, scope::PeopleRead, state::App};

/// A group.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Group)]
pub(super) struct GroupView {
    #[schema(example = "support")]
    name: String,
    /// Ids of its members.
    #[schema(example = json!(["anna", "berta"]))]
    persons: Vec<String>,
}

/// All groups.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Groups {
    items: Vec<GroupView>,
}

/// List groups
///
/// A group is there while somebody is in it.
#[utoipa::path(
    get, path = "/v1/groups", tag = "people", operation_id = "listGroups",
    security(("token" = ["people:read"])),
    responses((status = 200, body = Groups, description = "The groups, by name"))
)]
pub(super) async fn list(_: May<PeopleRead>, State(app): State<App>) -> Json<Groups> {
    let all = app.rooms.people.all();
    let view = |(name, members): (&str, std::collections::BTreeSet<_>)| GroupView {
        name: name.to_owned(),
        persons: members.into_iter().map(ToString::to_string).collect(),
    };
    Json(Groups { items: all.groups().into_iter().map(view).collect() })
}

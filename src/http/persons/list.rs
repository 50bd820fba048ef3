//! `GET /v1/persons`

use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::view::PersonView;
use crate::http::{
    auth::May,
    extract::{Json, Query},
    problem::Problem,
    scope::PeopleRead,
    state::App,
};

/// Which persons. All that is set must hold.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct ListQuery {
    /// In this group.
    group: Option<String>,
    /// With this role.
    role: Option<String>,
    /// With this extension.
    extension: Option<String>,
}

/// Persons.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PersonPage {
    items: Vec<PersonView>,
    /// `null`: they are all given at once, a few thousand at most.
    next: Option<String>,
}

/// List persons
///
/// In the order of their ids.
#[utoipa::path(
    get, path = "/v1/persons", tag = "people", operation_id = "listPersons",
    security(("token" = ["people:read"])),
    params(ListQuery),
    responses((status = 200, body = PersonPage, description = "The persons"))
)]
pub(super) async fn list(
    _: May<PeopleRead>,
    State(app): State<App>,
    Query(query): Query<ListQuery>,
) -> Result<Json<PersonPage>, Problem> {
    let all = app.rooms.people.all();
    let fits = all.iter().filter(|person| {
        query.group.as_ref().is_none_or(|group| person.groups.contains(group))
            && query.role.as_ref().is_none_or(|role| person.roles.contains(role))
            && query.extension.as_ref().is_none_or(|wanted| person.extension.as_ref() == Some(wanted))
    });
    Ok(Json(PersonPage { items: fits.map(PersonView::from).collect(), next: None }))
}

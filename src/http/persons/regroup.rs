//! `POST /v1/persons/groups`

use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::view::PersonView;
use crate::{
    http::{auth::May, extract::Json, problem::Problem, scope::PeopleWrite, state::App},
    model::PersonId,
};

/// Who goes into which groups, and out of which.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Regrouping {
    /// Ids.
    #[schema(example = json!(["anna", "berta"]))]
    persons: Vec<String>,
    /// Groups that all of them are in from now on.
    #[serde(default)]
    add: Vec<String>,
    /// Groups that none of them is in any more; goes before `add`.
    #[serde(default)]
    remove: Vec<String>,
}

/// Who is in other groups now.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Regrouped {
    /// Those who were not in these groups already.
    changed: Vec<PersonView>,
}

/// Put persons into groups
///
/// All of them or, if one is not there, none.
#[utoipa::path(
    post, path = "/v1/persons/groups", tag = "people", operation_id = "regroupPersons",
    security(("token" = ["people:write"])),
    request_body = Regrouping,
    responses((status = 200, body = Regrouped, description = "They are in these groups"))
)]
pub(super) async fn regroup(
    _: May<PeopleWrite>,
    State(app): State<App>,
    Json(body): Json<Regrouping>,
) -> Result<Json<Regrouped>, Problem> {
    let mut persons = std::collections::BTreeSet::<PersonId>::new();
    for (place, id) in body.persons.iter().enumerate() {
        persons.insert(super::id(&format!("persons[{place}]"), id)?);
    }
    let (add, remove) = (body.add.into_iter().collect(), body.remove.into_iter().collect());
    let people = app.rooms.people.clone();
    let work = async move { Ok(people.regroup(&persons, &add, &remove).await?) };
    let changed = app.work.to_the_end(work).await?;
    Ok(Json(Regrouped { changed: changed.iter().map(PersonView::from).collect() }))
}

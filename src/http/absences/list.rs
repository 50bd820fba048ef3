//! `GET /v1/absences`

use axum::extract::State;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::view::AbsenceView;
use crate::{
    http::{
        auth::May,
        extract::{Json, Query},
        page::Paging,
        persons,
        problem::Problem,
        scope::PeopleRead,
        state::App,
    },
    model::{Day, Week, Who},
    storage::AbsenceQuery,
};

/// Which absences. All that is set must hold.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct ListQuery {
    /// This person's own; `GET /v1/persons/{id}/busy` has those of their groups too.
    person: Option<String>,
    /// This group's.
    group: Option<String>,
    /// `true`: everybody's.
    #[serde(default)]
    everybody: bool,
    /// Holding on a day of the week of this Monday, `2026-11-23`; weekly ones always do.
    #[param(value_type = Option<String>)]
    week: Option<Date>,
    /// From this feed.
    feed: Option<String>,
    /// `next` of the page before.
    cursor: Option<String>,
    /// Absences in a page: 1 to 200, 50 if not given.
    limit: Option<u32>,
}

/// A page of absences.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AbsencePage {
    items: Vec<AbsenceView>,
    /// The `cursor` of the next page; `null` on the last.
    next: Option<String>,
}

/// List absences
///
/// The one whose last change is oldest comes first.
#[utoipa::path(
    get, path = "/v1/absences", tag = "people", operation_id = "listAbsences",
    security(("token" = ["people:read"])),
    params(ListQuery),
    responses((status = 200, body = AbsencePage, description = "A page of absences"))
)]
pub(super) async fn list(
    _: May<PeopleRead>,
    State(app): State<App>,
    Query(query): Query<ListQuery>,
) -> Result<Json<AbsencePage>, Problem> {
    let who = match (query.person, query.group, query.everybody) {
        (None, None, false) => None,
        (Some(person), None, false) => Some(Who::Person(persons::id("person", &person)?)),
        (None, Some(group), false) => Some(Who::Group(group)),
        (None, None, true) => Some(Who::Everybody),
        _ => return Err(Problem::field("person", "give a person, or a group, or everybody")),
    };
    let week = query.week.map(Week::beginning).transpose().map_err(|why| Problem::field("week", why))?;
    let days = week.map(|week| (week.monday(), week.date(Day::Sun)));
    let wanted = AbsenceQuery { who, days, feed: query.feed, own: false };
    let paging = Paging { cursor: query.cursor, limit: query.limit }.request()?;
    let page = app.store().absences(&wanted, &paging).await?;
    Ok(Json(AbsencePage { items: page.items.into_iter().map(AbsenceView::from).collect(), next: page.next }))
}

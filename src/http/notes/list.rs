//! `GET /v1/notes`

use axum::extract::State;
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::view::{NotePage, NoteView};
use crate::{
    http::{
        auth::May,
        extract::{Json, Query},
        page::Paging,
        problem::Problem,
        scope::NotesRead,
        state::App,
    },
    model::CallId,
    storage::NoteQuery,
};

/// Which notes.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct ListQuery {
    /// Who wrote them.
    person: Option<String>,
    /// Of calls on this day (`2026-11-21`), by `calls.time_zone`.
    #[param(value_type = Option<String>)]
    day: Option<Date>,
    /// Of calls at this time (RFC 3339) or later.
    from: Option<Timestamp>,
    /// Of calls before this time.
    to: Option<Timestamp>,
    /// Of this call.
    call: Option<Uuid>,
    /// About this contact's id.
    contact: Option<String>,
    /// With this category.
    category: Option<String>,
    /// `next` of the page before.
    pub(super) cursor: Option<String>,
    /// Notes in a page: 1 to 200, 50 if not given.
    pub(super) limit: Option<u32>,
}

impl ListQuery {
    /// The store's form of it.
    pub(super) fn query(self, zone: &TimeZone) -> Result<NoteQuery, Problem> {
        let (mut from, mut to) = (self.from, self.to);
        if let Some(day) = self.day {
            if from.is_some() || to.is_some() {
                return Err(Problem::field("day", "give a day, or from and to"));
            }
            (from, to) = bounds(day, zone).ok_or_else(|| Problem::field("day", "it is too far away"))?;
        }
        Ok(NoteQuery {
            person: self.person,
            call: self.call.map(CallId),
            contact: self.contact,
            category: self.category,
            from,
            to,
        })
    }
}

/// A day begins and ends with its own zone's midnight, also when it has 23 or 25 hours.
fn bounds(day: Date, zone: &TimeZone) -> Option<(Option<Timestamp>, Option<Timestamp>)> {
    let start = |day: Date| day.to_zoned(zone.clone()).ok().map(|time| time.timestamp());
    Some((Some(start(day)?), Some(start(day.tomorrow().ok()?)?)))
}

/// List call notes
///
/// Those of the latest calls first: the log of a person and a day.
#[utoipa::path(
    get, path = "/v1/notes", tag = "notes", operation_id = "listNotes",
    security(("token" = ["notes:read"])),
    params(ListQuery),
    responses((status = 200, body = NotePage, description = "A page of notes"))
)]
pub(super) async fn list(
    _: May<NotesRead>,
    State(app): State<App>,
    Query(mut query): Query<ListQuery>,
) -> Result<Json<NotePage>, Problem> {
    let page = Paging { cursor: query.cursor.take(), limit: query.limit }.request()?;
    let page = app.store().notes(&query.query(&app.rooms.time_zone)?, &page).await?;
    Ok(Json(NotePage { items: page.items.into_iter().map(NoteView::from).collect(), next: page.next }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_its_zones_own() {
        let zone = TimeZone::get("Europe/Madrid").unwrap();
        let hours = |day: &str| {
            let (from, to) = bounds(day.parse().unwrap(), &zone).unwrap();
            to.unwrap().duration_since(from.unwrap()).as_hours()
        };
        assert_eq!([hours("2026-11-21"), hours("2026-03-29"), hours("2026-10-25")], [24, 23, 25]);
    }
}

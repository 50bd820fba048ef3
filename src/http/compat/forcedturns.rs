//! `/api/forcedturns…`: who has which shift each week, in the shape that Tomàtic has for it.

use axum::extract::State;

use super::{
    tomatic::{Place, Which, answer, edit, refused},
    yaml::{Refusal, Yaml},
};
use crate::{
    http::{
        auth::May,
        extract::{Path, Query},
        scope::{TimetablesRead, TimetablesWrite},
        state::App,
        timetables::by,
    },
    model::Sheet,
    people::tomatic::graella::GraellaFile,
    timetable::{EditRefused, TimetableError},
};

type Answer = Result<Yaml<GraellaFile>, Refusal>;

/// Forced shifts, as Tomàtic tells them
#[utoipa::path(
    get, path = "/api/forcedturns", tag = "older names", operation_id = "tomaticForced",
    security(("token" = ["timetables:read"])),
    params(Which),
    responses((status = 200, body = String, content_type = "application/x-yaml", description = "The table"))
)]
pub(super) async fn show(
    _: May<TimetablesRead>,
    State(app): State<App>,
    Query(which): Query<Which>,
) -> Answer {
    let name = which.name(&app)?;
    let kept = app.rooms.timetables.get(&name, Sheet::Forced).await.map_err(refused)?;
    let kept = kept.ok_or_else(|| refused(TimetableError::Refused(EditRefused::Absent)))?;
    answer(&app, &name, Sheet::Forced, kept).await
}

/// Change a forced shift, as Tomàtic does
#[utoipa::path(
    patch, path = "/api/forcedturns/{day}/{houri}/{turni}/{name}", tag = "older names",
    operation_id = "tomaticForcedCell",
    security(("token" = ["timetables:write"])),
    params(
        ("day" = String, Path, description = "`dl dm dx dj dv ds dg`"),
        ("houri" = usize, Path, description = "The shift, the first is 0"),
        ("turni" = usize, Path, description = "The line, the first is 0"),
        ("name" = String, Path, description = "Who, or `ningu`"),
        Which,
    ),
    responses((status = 200, body = String, content_type = "application/x-yaml", description = "The table"))
)]
pub(super) async fn cell(
    who: May<TimetablesWrite>,
    State(app): State<App>,
    Path((day, houri, turni, name)): Path<(String, usize, usize, String)>,
    Query(which): Query<Which>,
) -> Answer {
    let place = Place { day, houri, turni, name };
    edit(&app, which.name(&app)?, Sheet::Forced, &place, by(&who, None, true)).await
}

/// Add a line of forced shifts, as Tomàtic does
#[utoipa::path(
    patch, path = "/api/forcedturns/line/add", tag = "older names", operation_id = "tomaticForcedAdd",
    security(("token" = ["timetables:write"])),
    params(Which),
    responses((status = 200, body = String, content_type = "application/x-yaml", description = "The table"))
)]
pub(super) async fn add(
    who: May<TimetablesWrite>,
    State(app): State<App>,
    Query(which): Query<Which>,
) -> Answer {
    lines(&who, &app, which, true).await
}

/// Take the last line of forced shifts away, as Tomàtic does
///
/// Refused (400) if somebody is on it.
#[utoipa::path(
    patch, path = "/api/forcedturns/line/remove", tag = "older names", operation_id = "tomaticForcedRemove",
    security(("token" = ["timetables:write"])),
    params(Which),
    responses((status = 200, body = String, content_type = "application/x-yaml", description = "The table"))
)]
pub(super) async fn remove(
    who: May<TimetablesWrite>,
    State(app): State<App>,
    Query(which): Query<Which>,
) -> Answer {
    lines(&who, &app, which, false).await
}

/// Add a line of forced shifts, as older versions of Tomàtic do
#[utoipa::path(
    patch, path = "/api/forcedturns/addColumn", tag = "older names", operation_id = "tomaticForcedAddColumn",
    security(("token" = ["timetables:write"])),
    params(Which),
    responses((status = 200, body = String, content_type = "application/x-yaml", description = "The table"))
)]
pub(super) async fn add_column(
    who: May<TimetablesWrite>,
    State(app): State<App>,
    Query(which): Query<Which>,
) -> Answer {
    lines(&who, &app, which, true).await
}

/// Take the last line of forced shifts away, as older versions of Tomàtic do
#[utoipa::path(
    patch, path = "/api/forcedturns/removeColumn", tag = "older names", operation_id = "tomaticForcedRemoveColumn",
    security(("token" = ["timetables:write"])),
    params(Which),
    responses((status = 200, body = String, content_type = "application/x-yaml", description = "The table"))
)]
pub(super) async fn remove_column(
    who: May<TimetablesWrite>,
    State(app): State<App>,
    Query(which): Query<Which>,
) -> Answer {
    lines(&who, &app, which, false).await
}

async fn lines(who: &May<TimetablesWrite>, app: &App, which: Which, add: bool) -> Answer {
    let (name, by) = (which.name(app)?, by(who, None, false));
    let (timetables, of) = (app.rooms.timetables.clone(), name.clone());
    let work = async move { Ok(timetables.change_lines(&of, Sheet::Forced, add, &by).await) };
    let kept = app.work.to_the_end(work).await?.map_err(refused)?;
    answer(app, &name, Sheet::Forced, kept).await
}

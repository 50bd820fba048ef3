//! `GET /v1/lookup`

use axum::extract::State;
use serde::Deserialize;
use utoipa::IntoParams;

use super::view::LookupAnswer;
use crate::http::{
    auth::May,
    extract::{Json, Query},
    problem::Problem,
    scope::ContactsRead,
    state::App,
};

/// Longest text that is searched for, in characters.
const LONGEST: usize = 200;

/// What is looked up.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct LookupQuery {
    /// A number, however written. What is no number (`anonymous`) is nobody's.
    number: Option<String>,
    /// A text, in place of a number.
    q: Option<String>,
    /// Where it stands: `name`, `item`, a fact's label, or what a source's `search` names. Without it, anywhere.
    field: Option<String>,
}

/// Look up who it is
///
/// By number: the sources are asked in their order until one knows it (or all of them, with `lookup.combine`). By text:
/// every source that can search by that field is asked. Always answered with 200: what failed stands in `sources`.
#[utoipa::path(
    get, path = "/v1/lookup", tag = "contacts", operation_id = "lookup",
    security(("token" = ["contacts:read"])),
    params(LookupQuery),
    responses((status = 200, body = LookupAnswer, description = "What the sources know"))
)]
pub(super) async fn lookup(
    _: May<ContactsRead>,
    State(app): State<App>,
    Query(query): Query<LookupQuery>,
) -> Result<Json<LookupAnswer>, Problem> {
    let contacts = &app.rooms.contacts;
    let found = match (query.number, query.q) {
        (Some(number), None) => contacts.find_text(&number).await,
        (None, Some(text)) if (1..=LONGEST).contains(&text.trim().chars().count()) => {
            contacts.search(query.field.as_deref(), text.trim()).await
        }
        (None, Some(_)) => return Err(Problem::field("q", format!("write 1 to {LONGEST} characters"))),
        _ => return Err(Problem::field("number", "give a number, or a text as q")),
    };
    Ok(Json(found.into()))
}

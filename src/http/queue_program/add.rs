//! `POST /v1/queues/{queue}/overrides`

use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use jiff::Timestamp;
use serde::Deserialize;
use utoipa::ToSchema;

use super::view::{OverrideView, OverrideWhat};
use crate::{
    http::{
        auth::May,
        clock,
        extract::{Json, Path},
        orders::expiry,
        problem::Problem,
        scope::QueuesWrite,
        state::App,
    },
    model::{OverrideKind, PersonId, Whom},
    queue::program::NewOverride,
};

/// What is decided against the timetable, for a time.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct OverridePost {
    what: OverrideWhat,
    /// Whom: a person's id, or `interface`.
    #[schema(example = "anna")]
    person: Option<String>,
    /// Whose telephone, in place of a person.
    #[schema(example = "PJSIP/201")]
    interface: Option<String>,
    /// Of somebody who is added: 0 to 1000.
    #[serde(default)]
    penalty: u32,
    /// Of a pause.
    #[serde(default)]
    #[schema(example = "meeting")]
    reason: String,
    /// Until when. Without it or `ttl_secs`: until the end of the shift, or of the time between two.
    expires_at: Option<Timestamp>,
    /// The same, counted in seconds from now.
    ttl_secs: Option<u32>,
    /// Why, at most 200 characters.
    #[serde(default)]
    note: String,
    /// Who decides, if not the token's name.
    by: Option<String>,
}

/// Override the timetable
///
/// Somebody is added, removed, paused or resumed, for a time. `add` and `remove` hold all the time; a pause is made once,
/// and taken back at the end if it is still the same; `resume` is made once.
#[utoipa::path(
    post, path = "/v1/queues/{queue}/overrides", tag = "queues", operation_id = "addOverride",
    security(("token" = ["queues:write"])),
    params(("queue" = String, Path, description = "The queue")),
    request_body = OverridePost,
    responses((status = 201, body = OverrideView, description = "It is stored, and about to be done"))
)]
pub(super) async fn add(
    who: May<QueuesWrite>,
    State(app): State<App>,
    Path(queue): Path<String>,
    Json(body): Json<OverridePost>,
) -> Result<Response, Problem> {
    let now = clock::now();
    let by = crate::model::clean(body.by.as_deref().unwrap_or(&who.token.name), 80);
    let whom = match (body.person, body.interface) {
        (Some(person), None) => {
            Whom::Person(PersonId::parse(&person).map_err(|why| Problem::field("person", why))?)
        }
        (None, Some(interface)) => Whom::Interface(interface),
        _ => return Err(Problem::field("person", "give a person or an interface")),
    };
    let kind = match body.what {
        OverrideWhat::Add => OverrideKind::Add { penalty: body.penalty },
        OverrideWhat::Remove => OverrideKind::Remove,
        OverrideWhat::Pause => OverrideKind::Pause { reason: body.reason },
        OverrideWhat::Resume => OverrideKind::Resume,
    };
    let expires_at = expiry(body.expires_at, body.ttl_secs, None, now)?;
    let new = NewOverride { whom, kind, expires_at, note: body.note };
    let programming = app.rooms.programming.clone();
    let work = async move { Ok(programming.overrule(&queue, new, &by, now).await?) };
    let one = app.work.to_the_end(work).await?;
    Ok((StatusCode::CREATED, Json(OverrideView::from(one))).into_response())
}

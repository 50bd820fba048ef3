//! `PUT /v1/lists/{list}/{number}`

use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::view::EntryView;
use crate::{
    http::{
        auth::May,
        clock,
        extract::{Json, Path},
        orders::{OutcomeView, expiry, version},
        problem::{Problem, ProblemView},
        rules::note,
        scope::RoutingWrite,
        state::App,
    },
    model::{ListEntry, Outcome},
};

/// What is said of somebody on a list. All of it may be left out.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = ListEntryPut)]
#[serde(deny_unknown_fields)]
pub(super) struct EntryBody {
    /// Why, at most 500 characters.
    #[schema(example = "called 200 times")]
    note: Option<String>,
    /// From when on it does not hold any more. Without it or `ttl_secs`: never.
    expires_at: Option<Timestamp>,
    /// The same, counted in seconds from now.
    ttl_secs: Option<u32>,
    /// The sender's version: later ones win. Without it or `updated_at`, what is sent last wins.
    version: Option<i64>,
    /// When the sender changed it (RFC 3339), in place of a version.
    updated_at: Option<Timestamp>,
}

/// What became of it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ListPutAnswer {
    outcome: OutcomeView,
    /// What is stored now; `null` if it was deleted at this version or a later one.
    entry: Option<EntryView>,
}

/// Put somebody on a list
///
/// May be repeated. A caller on the list `block` is refused, as `routing.blocked` says; what the list `vip` does, rules
/// say. A caller of both lists stands on the one whose entry is narrower; of two as narrow, on `vip`.
#[utoipa::path(
    put, path = "/v1/lists/{list}/{number}", tag = "routing", operation_id = "putListEntry",
    security(("token" = ["routing:write"])),
    params(
        ("list" = String, Path, description = "`block` or `vip`"),
        ("number" = String, Path, description = "A number, `+34600*` for all that begin so, or `anonymous`"),
    ),
    request_body = EntryBody,
    responses(
        (status = 201, body = ListPutAnswer, description = "It was not there and is stored (`created`)"),
        (status = 200, body = ListPutAnswer,
            description = "It was changed (`applied`), was there already (`unchanged`), or is later here (`stale`)"),
        (status = 409, body = ProblemView, content_type = "application/problem+json",
            description = "The same version is stored with another content (`version_conflict`)"),
    )
)]
pub(super) async fn put(
    _: May<RoutingWrite>,
    State(app): State<App>,
    Path((list, number)): Path<(String, String)>,
    Json(body): Json<EntryBody>,
) -> Result<Response, Problem> {
    let now = clock::now();
    let version = version(body.version, body.updated_at)?.unwrap_or_else(|| now.as_microsecond());
    let entry = ListEntry {
        list: super::list(&list)?,
        number: super::number(&app, &number)?,
        note: note(body.note)?,
        expires_at: expiry(body.expires_at, body.ttl_secs, None, now)?,
        version,
        created_at: now,
        updated_at: now,
    };
    let own = App::clone(&app);
    let done = app.work.to_the_end(async move { Ok(own.rooms.routing.put_entry(entry).await?) }).await?;
    let status = if done.outcome == Outcome::Created { StatusCode::CREATED } else { StatusCode::OK };
    let answer = ListPutAnswer { outcome: done.outcome.into(), entry: done.now.map(EntryView::from) };
    Ok((status, Json(answer)).into_response())
}

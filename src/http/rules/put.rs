//! `PUT /v1/rules/{id}`

use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde::Serialize;
use utoipa::ToSchema;

use super::{body::RuleBody, view::RuleView};
use crate::{
    http::{
        auth::May,
        clock,
        extract::{Json, Path},
        orders::OutcomeView,
        problem::{Problem, ProblemView},
        scope::RoutingWrite,
        state::App,
    },
    model::Outcome,
};

/// What became of a rule that was sent.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RulePutAnswer {
    outcome: OutcomeView,
    /// What is stored now; `null` if the rule was deleted at this version or a later one.
    rule: Option<RuleView>,
}

/// Create, change or extend a rule
///
/// May be repeated and may arrive out of order: the highest version stays. When this is answered with 200 or 201, it is
/// on the disk, and the next call is decided by it. A rule that leads back to itself is refused.
#[utoipa::path(
    put, path = "/v1/rules/{id}", tag = "routing", operation_id = "putRule",
    security(("token" = ["routing:write"])),
    params(("id" = String, Path, description = "The sender's id: 1 to 128 of A-Z a-z 0-9 . _ : -")),
    request_body = RuleBody,
    responses(
        (status = 201, body = RulePutAnswer, description = "It was not known and is stored (`created`)"),
        (status = 200, body = RulePutAnswer,
            description = "It was changed (`applied`), was there already (`unchanged`), or is later here (`stale`)"),
        (status = 409, body = ProblemView, content_type = "application/problem+json",
            description = "The same version is stored with another content (`version_conflict`)"),
        (status = 422, body = ProblemView, content_type = "application/problem+json",
            description = "It cannot be; `field` names what is wrong (`invalid_field`)"),
    )
)]
pub(super) async fn put(
    _: May<RoutingWrite>,
    State(app): State<App>,
    Path(id): Path<String>,
    Json(body): Json<RuleBody>,
) -> Result<Response, Problem> {
    let rule = body.rule(super::id(&id)?, app.rooms.country, clock::now())?;
    let done = super::store(&app, rule).await?;
    let status = if done.outcome == Outcome::Created { StatusCode::CREATED } else { StatusCode::OK };
    let answer = RulePutAnswer { outcome: done.outcome.into(), rule: done.now.map(RuleView::from) };
    Ok((status, Json(answer)).into_response())
}

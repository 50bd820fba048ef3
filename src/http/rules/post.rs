//! `POST /v1/rules`

use axum::{
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use uuid::Uuid;

use super::{body::RuleBody, view::RuleView};
use crate::{
    http::{
        auth::May,
        clock,
        code::Code,
        extract::Json,
        problem::{Problem, ProblemView},
        scope::RoutingWrite,
        state::App,
    },
    model::RuleId,
};

/// Create a rule under an id that we make
///
/// Sent twice it is two rules: send it to `PUT /v1/rules/{id}` to be able to repeat it.
#[utoipa::path(
    post, path = "/v1/rules", tag = "routing", operation_id = "postRule",
    security(("token" = ["routing:write"])),
    request_body = RuleBody,
    responses(
        (status = 201, body = RuleView, description = "It is stored, and holds",
            headers(("Location" = String, description = "Where it is"))),
        (status = 422, body = ProblemView, content_type = "application/problem+json",
            description = "It cannot be; `field` names what is wrong (`invalid_field`)"),
    )
)]
pub(super) async fn post(
    _: May<RoutingWrite>,
    State(app): State<App>,
    Json(body): Json<RuleBody>,
) -> Result<Response, Problem> {
    let id = RuleId(Uuid::now_v7().to_string());
    let done = super::store(&app, body.rule(id, app.rooms.country, clock::now())?).await?;
    let nothing = || Problem::new(Code::Internal, "nothing was said about the rule");
    let rule = done.now.ok_or_else(nothing)?;
    let location = [(header::LOCATION, format!("/v1/rules/{}", rule.id))];
    Ok((StatusCode::CREATED, location, Json(RuleView::from(rule))).into_response())
}

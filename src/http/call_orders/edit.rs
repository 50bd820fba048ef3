//! `PATCH /v1/call-orders/{id}`

use axum::extract::State;
use serde::{Deserialize, Deserializer};
use utoipa::ToSchema;

use super::view::CallOrderView;
use crate::{
    http::{
        auth::May,
        extract::{Json, Path},
        problem::{Problem, ProblemView},
        scope::CallsWrite,
        state::App,
    },
    outbound::CallEdit,
};

/// Other times for a call order. What is not given stays.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = CallOrderPatch)]
#[serde(deny_unknown_fields)]
#[allow(clippy::option_option, reason = "left out, null, and a value are three things")]
pub(super) struct EditBody {
    /// Not before this, written as when it was ordered; a local time is read in the call order's zone.
    #[schema(example = "2026-12-01T10:00:00+01:00")]
    at: Option<String>,
    /// Not after this; `null` for no end.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    not_after: Option<Option<String>>,
}

/// Tells `null` from nothing.
#[allow(clippy::option_option, reason = "left out, null, and a value are three things")]
fn given<'de, D: Deserializer<'de>>(reader: D) -> Result<Option<Option<String>>, D::Error> {
    Option::deserialize(reader).map(Some)
}

/// Move a call order to another time
///
/// While it waits: before its first attempt, or for the next one.
#[utoipa::path(
    patch, path = "/v1/call-orders/{id}", tag = "call orders", operation_id = "editCallOrder",
    security(("token" = ["calls:write"])),
    params(("id" = uuid::Uuid, Path, description = "The call order's id")),
    request_body = EditBody,
    responses(
        (status = 200, body = CallOrderView, description = "As it is now"),
        (status = 409, body = ProblemView, content_type = "application/problem+json",
            description = "It is being called, or over (`call_order_not_waiting`)"),
        (status = 422, body = ProblemView, content_type = "application/problem+json",
            description = "A time that cannot be (`invalid_field`)"),
    )
)]
pub(super) async fn edit(
    who: May<CallsWrite>,
    State(app): State<App>,
    Path(id): Path<String>,
    Json(body): Json<EditBody>,
) -> Result<Json<CallOrderView>, Problem> {
    let id = super::id(&id)?;
    let change = CallEdit { at: body.at, not_after: body.not_after };
    if change == CallEdit::default() {
        return Err(Problem::field("at", "give another at, or not_after"));
    }
    let rooms = App::clone(&app);
    let order = app.work.to_the_end(async move { Ok(rooms.control().edit_call(id, change).await?) }).await?;
    let order = order.ok_or_else(|| super::unknown(id))?;
    tracing::info!(order = %id, token = who.token.name, "moved by the API");
    Ok(Json(order.into()))
}

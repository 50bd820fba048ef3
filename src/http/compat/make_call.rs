//! `GET /make_call`: the old name of a status call.

use axum::extract::State;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    http::{
        auth::May,
        clock,
        code::Code,
        extract::{Json, Query},
        links,
        page::phone,
        problem::Problem,
        scope::CallsWrite,
        state::App,
    },
    model::{CallOrder, OrderId},
    outbound::{NotifyError, NotifyRequest},
};

/// Within one of these the same call is made once, however often it is asked for.
const ONCE_IN_SECS: i64 = 60;

/// Whom to call about what.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Wanted {
    /// The order's id.
    order_id: String,
    /// Whom; without it, the order's own number.
    phone: Option<String>,
    /// What is heard; `order-notify`, if not given.
    flow: Option<String>,
    /// How the order stands, for an order that is not known here.
    status: Option<String>,
}

/// What was ordered.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OldCall)]
pub(super) struct Called {
    /// `ok`
    #[schema(example = "ok")]
    status: &'static str,
    /// The call order; follow it by `GET /v1/call-orders/{id}`.
    call_id: String,
}

/// Call a customer about an order
///
/// The old name of `POST /v1/orders/{id}/notify`: by the number and gateway of the order's link, or by the default ones.
/// Accepted is on the disk: it is called, paced and retried. Asked again within the same minute it is the same call.
#[utoipa::path(
    get, path = "/make_call", tag = "old names", operation_id = "oldMakeCall",
    security(("token" = ["calls:write"])),
    params(Wanted),
    responses((status = 200, body = Called, description = "It is ordered, or was within this minute"))
)]
pub(super) async fn call(
    _: May<CallsWrite>,
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
) -> Result<Json<Called>, Problem> {
    let order = links::order("order_id", &wanted.order_id)?;
    let own = App::clone(&app);
    let called = app.work.to_the_end(async move { make(&own, order, wanted).await }).await?;
    Ok(Json(Called { status: "ok", call_id: called.id.to_string() }))
}

async fn make(app: &App, order: OrderId, wanted: Wanted) -> Result<CallOrder, Problem> {
    let key = key(&order, wanted.phone.as_deref(), clock::now());
    let to = wanted.phone.map(|text| phone("phone", &text, app.rooms.country)).transpose()?;
    let request = NotifyRequest {
        flow: wanted.flow,
        to,
        status: wanted.status,
        idempotency_key: Some(key),
        ..NotifyRequest::default()
    };
    let told = app.control().notify(order, request).await.map_err(|error| match error {
        NotifyError::Unknown(_) => Problem::field("phone", format!("{error}: say whom to call with phone")),
        error => error.into(),
    })?;
    let nobody = || Problem::new(Code::Internal, "nothing was said about the call order");
    Ok(told.into_iter().next().ok_or_else(nobody)?.result?.order)
}

/// The same for every repeat within the minute.
fn key(order: &OrderId, phone: Option<&str>, now: Timestamp) -> String {
    let digits: String = phone.unwrap_or_default().chars().filter(char::is_ascii_digit).collect();
    let whole = format!("make_call:{}:{digits}:{order}", now.as_second() / ONCE_IN_SECS);
    whole.chars().take(128).collect()
}

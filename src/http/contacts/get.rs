//! `GET /v1/contacts/{id}`

use axum::extract::State;

use super::view::ContactView;
use crate::http::{
    auth::May,
    code::Code,
    extract::{Json, Path},
    problem::Problem,
    scope::ContactsRead,
    state::App,
};

/// Show a contact of ours
#[utoipa::path(
    get, path = "/v1/contacts/{id}", tag = "contacts", operation_id = "getContact",
    security(("token" = ["contacts:read"])),
    params(("id" = String, Path, description = "The sender's id")),
    responses((status = 200, body = ContactView, description = "The contact"))
)]
pub(super) async fn get(
    _: May<ContactsRead>,
    State(app): State<App>,
    Path(id): Path<String>,
) -> Result<Json<ContactView>, Problem> {
    let id = super::id(id)?;
    let found = app.store().contact(&id).await?;
    let contact = found.ok_or_else(|| Problem::new(Code::NotFound, format!("there is no contact {id}")))?;
    Ok(Json(contact.into()))
}

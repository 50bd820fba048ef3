//! `PUT /v1/contacts/{id}`

use axum::extract::State;

use super::{body::ContactBody, view::ContactView};
use crate::http::{
    auth::May,
    clock,
    extract::{Json, Path},
    problem::Problem,
    scope::ContactsWrite,
    state::App,
};

/// Store a contact
///
/// In the place of what was there under this id; may be repeated. Whoever calls from one of its numbers is this
/// contact from now on.
#[utoipa::path(
    put, path = "/v1/contacts/{id}", tag = "contacts", operation_id = "putContact",
    security(("token" = ["contacts:write"])),
    params(("id" = String, Path, description = "The sender's id: 1 to 128 printable characters")),
    request_body = ContactBody,
    responses((status = 200, body = ContactView, description = "It is stored"))
)]
pub(super) async fn put(
    _: May<ContactsWrite>,
    State(app): State<App>,
    Path(id): Path<String>,
    Json(body): Json<ContactBody>,
) -> Result<Json<ContactView>, Problem> {
    let contact = body.contact(super::id(id)?, app.rooms.country)?;
    app.store().put_contacts(std::slice::from_ref(&contact), clock::now()).await?;
    Ok(Json(contact.into()))
}

//! `DELETE /v1/contacts/{id}`

use axum::{extract::State, http::StatusCode};

use crate::http::{auth::May, extract::Path, problem::Problem, scope::ContactsWrite, state::App};

/// Delete a contact
///
/// May be repeated: what is not there is deleted.
#[utoipa::path(
    delete, path = "/v1/contacts/{id}", tag = "contacts", operation_id = "deleteContact",
    security(("token" = ["contacts:write"])),
    params(("id" = String, Path, description = "The sender's id")),
    responses((status = 204, description = "It is not there"))
)]
pub(super) async fn delete(
    _: May<ContactsWrite>,
    State(app): State<App>,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    app.store().delete_contact(&super::id(id)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

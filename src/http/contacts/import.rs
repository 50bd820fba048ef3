//! `POST /v1/contacts/import`

use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    directory::contacts,
    http::{
        auth::May,
        clock,
        extract::{Json, Text},
        problem::Problem,
        scope::ContactsWrite,
        state::App,
    },
};

/// What an import did.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ContactsImported {
    /// Contacts stored.
    contacts: usize,
}

/// Import contacts
///
/// A table as CSV (`,` or `;`) with a line of column names: `id`, `name`, `phone` (also `number`, `mobile`), `alert`,
/// `note`, `item` with `item_label`; every other column is a fact of that label. Rows of one id are one contact, stored
/// in the place of what was there. A table with a broken line changes nothing. At most 16 MiB.
#[utoipa::path(
    post, path = "/v1/contacts/import", tag = "contacts", operation_id = "importContacts",
    security(("token" = ["contacts:write"])),
    request_body(content = String, content_type = "text/csv"),
    responses((status = 200, body = ContactsImported, description = "All of them are stored"))
)]
pub(super) async fn import(
    _: May<ContactsWrite>,
    State(app): State<App>,
    Text(text): Text,
) -> Result<Json<ContactsImported>, Problem> {
    let country = app.rooms.country;
    let contacts = contacts::import(text.as_bytes(), country).map_err(|why| Problem::field("body", why))?;
    let count = contacts.len();
    let work = {
        let app = App::clone(&app);
        async move { Ok(app.store().put_contacts(&contacts, clock::now()).await?) }
    };
    app.work.to_the_end(work).await?;
    Ok(Json(ContactsImported { contacts: count }))
}

//! `GET /v1/contacts`

use axum::extract::State;
use serde::Deserialize;
use utoipa::IntoParams;

use super::view::{ContactPage, ContactView};
use crate::http::{
    auth::May,
    extract::{Json, Query},
    page::{Paging, phone},
    problem::Problem,
    scope::ContactsRead,
    state::App,
};

/// Contacts of one search at most.
const MOST: usize = 200;

/// Which contacts.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct ListQuery {
    /// Whose number this is, however written.
    number: Option<String>,
    /// Those with a word that begins so: of the name, of an item's id, or of a fact.
    q: Option<String>,
    /// Only words of this field: `name`, `item`, or a fact's label.
    field: Option<String>,
    /// `next` of the page before.
    cursor: Option<String>,
    /// Contacts in a page: 1 to 200, 50 if not given.
    limit: Option<u32>,
}

/// List our own contacts
///
/// Those first whose last change is oldest, so that whoever follows the pages misses no change. With `number` or
/// `q`: those that fit, the last changed first, in one page. `GET /v1/lookup` asks every source.
#[utoipa::path(
    get, path = "/v1/contacts", tag = "contacts", operation_id = "listContacts",
    security(("token" = ["contacts:read"])),
    params(ListQuery),
    responses((status = 200, body = ContactPage, description = "A page of contacts"))
)]
pub(super) async fn list(
    _: May<ContactsRead>,
    State(app): State<App>,
    Query(query): Query<ListQuery>,
) -> Result<Json<ContactPage>, Problem> {
    if query.number.is_some() && query.q.is_some() {
        return Err(Problem::field("q", "give number or q, not both"));
    }
    let limit = query.limit.map_or(MOST, |limit| (limit as usize).min(MOST));
    let (items, next) = if let Some(number) = query.number {
        (app.store().contacts_of(&phone("number", &number, app.rooms.country)?).await?, None)
    } else if let Some(text) = query.q {
        (app.store().search_contacts(query.field.as_deref(), &text, limit).await?, None)
    } else {
        let page = Paging { cursor: query.cursor, limit: query.limit }.request()?;
        let page = app.store().contacts(&page).await?;
        (page.items, page.next)
    };
    Ok(Json(ContactPage { items: items.into_iter().map(ContactView::from).collect(), next }))
}

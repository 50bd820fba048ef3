//! `GET` and `PUT /v1/categories`

use axum::extract::State;

use super::view::{Categories, CategoryView};
use crate::{
    http::{
        auth::May,
        extract::Json,
        problem::Problem,
        scope::{NotesRead, NotesWrite},
        state::App,
    },
    model::Category,
};

/// Categories at most.
const MOST: usize = 1_000;

/// List the categories of notes
#[utoipa::path(
    get, path = "/v1/categories", tag = "notes", operation_id = "listCategories",
    security(("token" = ["notes:read"])),
    responses((status = 200, body = Categories, description = "All of them, in their order"))
)]
pub(super) async fn list(_: May<NotesRead>, State(app): State<App>) -> Result<Json<Categories>, Problem> {
    let categories = app.store().categories().await?;
    Ok(Json(Categories { categories: categories.into_iter().map(CategoryView::from).collect() }))
}

/// Store the categories of notes
///
/// All of them, in their order, in the place of those that were there; notes keep what they have.
#[utoipa::path(
    put, path = "/v1/categories", tag = "notes", operation_id = "putCategories",
    security(("token" = ["notes:write"])),
    request_body = Categories,
    responses((status = 200, body = Categories, description = "They are stored"))
)]
pub(super) async fn put(
    _: May<NotesWrite>,
    State(app): State<App>,
    Json(body): Json<Categories>,
) -> Result<Json<Categories>, Problem> {
    if body.categories.len() > MOST {
        return Err(Problem::field("categories", format!("at most {MOST} of them")));
    }
    let categories: Vec<Category> = body.categories.into_iter().map(Category::from).collect();
    for (place, category) in categories.iter().enumerate() {
        let field = format!("categories[{place}]");
        category.check().map_err(|why| Problem::field(field.clone(), why))?;
        if categories.iter().take(place).any(|other| other.id == category.id) {
            return Err(Problem::field(field, format!("the id {:?} is there twice", category.id)));
        }
    }
    app.store().put_categories(&categories).await?;
    Ok(Json(Categories { categories: categories.into_iter().map(CategoryView::from).collect() }))
}

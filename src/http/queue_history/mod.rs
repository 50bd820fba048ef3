//! `/v1/queues/{queue}/calls`, `stats`, `daily` and `sessions`: what queues remember. One endpoint, one file.

mod calls;
mod daily;
mod sessions;
mod stats;
mod view;

use axum::{
    extract::FromRequestParts,
    http::{header, request::Parts},
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{
    endpoints::{Endpoints, routes},
    problem::Problem,
    state::App,
};

pub(super) fn routes() -> Endpoints {
    Endpoints::new()
        .routes(routes!(calls::calls))
        .routes(routes!(stats::stats))
        .routes(routes!(daily::daily))
        .routes(routes!(sessions::sessions))
}

/// In which form a table is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[schema(as = TableFormat)]
#[serde(rename_all = "snake_case")]
enum Format {
    /// JSON.
    Json,
    /// CSV with a line of column names.
    Csv,
}

/// Whether the request asks for CSV by its header `Accept` (RFC 9110 §12.5.1).
struct AcceptsCsv(bool);

impl FromRequestParts<App> for AcceptsCsv {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Problem> {
        let accepts = parts.headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
        Ok(Self(accepts.flat_map(|value| value.split(',')).any(|kind| kind.trim().starts_with("text/csv"))))
    }
}

impl AcceptsCsv {
    /// By the query, if it says so; else by the header.
    fn or(&self, format: Option<Format>) -> bool {
        format.map_or(self.0, |format| format == Format::Csv)
    }
}

/// A table to keep.
fn csv(name: &str, table: String) -> Response {
    let disposition = format!("attachment; filename=\"{name}.csv\"");
    let kind = "text/csv; charset=utf-8".to_owned();
    ([(header::CONTENT_TYPE, kind), (header::CONTENT_DISPOSITION, disposition)], table).into_response()
}

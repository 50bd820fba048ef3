//! `GET /v1/flows/{name}/graph`

use axum::{
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use crate::http::{
    auth::May,
    control::GraphFormat,
    extract::{Path, Query},
    problem::Problem,
    scope::FlowsRead,
    state::App,
};

/// How to draw.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct GraphQuery {
    /// `mermaid` if not given.
    #[serde(default)]
    #[param(inline)]
    format: FormatParam,
}

#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
#[schema(as = GraphFormat)]
#[serde(rename_all = "snake_case")]
enum FormatParam {
    #[default]
    Mermaid,
    Svg,
}

/// Draw a flow
#[utoipa::path(
    get, path = "/v1/flows/{name}/graph", tag = "flows", operation_id = "drawFlow",
    security(("token" = ["flows:read"])),
    params(("name" = String, Path, description = "The flow's name"), GraphQuery),
    responses((status = 200, description = "The flow's graph", content(
        (String = "text/vnd.mermaid"), (String = "image/svg+xml"),
    )))
)]
pub(super) async fn graph(
    _: May<FlowsRead>,
    State(app): State<App>,
    Path(name): Path<String>,
    Query(query): Query<GraphQuery>,
) -> Result<Response, Problem> {
    let (format, kind) = match query.format {
        FormatParam::Mermaid => (GraphFormat::Mermaid, "text/vnd.mermaid; charset=utf-8"),
        FormatParam::Svg => (GraphFormat::Svg, "image/svg+xml"),
    };
    let drawn = super::known(app.control().flow_graph(&name, format), &name)?;
    Ok(([(header::CONTENT_TYPE, kind)], drawn).into_response())
}

//! `GET /docs`: the description as a page to read. Made here, from the description alone; no script.

mod page;

use axum::{
    Router,
    http::{HeaderName, header},
    routing::get,
};

use super::{anonymous::Anyone, endpoints::Descriptions, spec, state::App};

const STYLE: &str = include_str!("style.css");

const POLICY: &str = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; \
                      frame-ancestors 'none'";

/// The page and its style.
pub(super) fn routes(descriptions: Descriptions) -> Router<App> {
    let headers = |kind: &'static str| -> [(HeaderName, &'static str); 4] {
        [
            (header::CONTENT_TYPE, kind),
            (header::CONTENT_SECURITY_POLICY, POLICY),
            (header::REFERRER_POLICY, "no-referrer"),
            (header::CACHE_CONTROL, "no-cache"),
        ]
    };
    let show = move |_: Anyone| async move {
        let description = serde_json::to_value(spec::of(&descriptions)).unwrap_or_default();
        (headers("text/html; charset=utf-8"), page::page(&description))
    };
    let style = move |_: Anyone| async move { (headers("text/css; charset=utf-8"), STYLE) };
    Router::new().route("/docs", get(show)).route("/docs/style.css", get(style))
}

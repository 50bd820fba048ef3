//! All paths, and what is around them.

use std::sync::Arc;

use axum::{Router, middleware::from_fn, middleware::from_fn_with_state};
use tower_http::catch_panic::CatchPanicLayer;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;

use super::{
    absences, call_orders, calls, compat, contacts, docs, events, flows, gateways, groups, health, links,
    lists, messages, metrics, notes, orders, pairings, persons, prompts, queue_history, queue_program,
    queues, route, rules, spec,
    state::{App, Shared},
    timetables, wrap,
};

/// The API as a service, and nothing that listens.
pub(super) fn router(app: App) -> Router {
    let (routes, api) = described();
    let api = Arc::new(api);
    routes
        .merge(spec::routes(&api))
        .merge(docs::routes(&api))
        .fallback(wrap::unknown_path)
        .method_not_allowed_fallback(wrap::unknown_method)
        .layer(from_fn_with_state(App::clone(&app), wrap::deadline))
        .layer(CatchPanicLayer::custom(wrap::panicked))
        .layer(from_fn(wrap::finish))
        .with_state(app)
}

/// The API's description, `/openapi.json`.
#[must_use]
pub fn openapi() -> OpenApi {
    described().1
}

fn described() -> (Router<Arc<Shared>>, OpenApi) {
    let (routes, mut api) = OpenApiRouter::with_openapi(spec::head())
        .merge(orders::routes())
        .merge(pairings::routes())
        .merge(call_orders::routes())
        .merge(gateways::routes())
        .merge(calls::routes())
        .merge(queue_program::routes())
        .merge(queue_history::routes())
        .merge(contacts::routes())
        .merge(rules::routes())
        .merge(lists::routes())
        .merge(links::routes())
        .merge(route::routes())
        .merge(notes::routes())
        .merge(timetables::routes())
        .merge(persons::routes())
        .merge(groups::routes())
        .merge(absences::routes())
        .merge(queues::routes())
        .merge(messages::routes())
        .merge(flows::routes())
        .merge(events::routes())
        .merge(health::routes())
        .merge(metrics::routes())
        .merge(prompts::routes())
        .merge(compat::routes())
        .split_for_parts();
    spec::add_problems(&mut api);
    (routes, api)
}

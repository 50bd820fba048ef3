//! All paths, and what is around them.

use axum::{Router, middleware::from_fn, middleware::from_fn_with_state};
use tower_http::catch_panic::CatchPanicLayer;
use utoipa::openapi::OpenApi;

use super::{
    absences, call_orders, calls, compat, contacts, docs, endpoints::Endpoints, events, flows, gateways,
    groups, health, links, lists, messages, metrics, notes, orders, pairings, persons, prompts,
    queue_history, queue_program, queues, route, rules, spec, state::App, timetables, wrap,
};

/// The API as a service, and nothing that listens.
pub(super) fn router(app: App) -> Router {
    let (routes, descriptions) = endpoints().split();
    routes
        .merge(spec::routes(descriptions.clone()))
        .merge(docs::routes(descriptions))
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
    spec::of(&endpoints().split().1)
}

fn endpoints() -> Endpoints {
    Endpoints::new()
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
}

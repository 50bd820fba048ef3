//! `GET /openapi.json`: the description that is made from the handlers, and what stands above them all.

use axum::{Router, http::header, routing::get};
use utoipa::{
    OpenApi as _, PartialSchema,
    openapi::{
        ContentBuilder, OpenApi, Ref, RefOr, Response, ResponseBuilder,
        path::Operation,
        security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
    },
};

use super::{anonymous::Anyone, endpoints::Descriptions, problem::ProblemView, state::App};

#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "stasisd",
        description = "The control API of stasisd, a daemon beside Asterisk.\n\nSend a token as \
            `Authorization: Bearer stasisd_...`; `stasisd token create` makes one. Every error is a problem \
            (RFC 9457) with a stable `code`. Lists give `items` and `next`; send `next` as `cursor` for the \
            page after. 429 and some 503 carry `Retry-After`.",
    ),
    tags(
        (name = "orders", description = "What callers are told about"),
        (name = "pairings", description = "Who may call whom without seeing the other's number"),
        (name = "call orders", description = "Whom we call: ordered, followed, moved, cancelled"),
        (name = "gateways", description = "The ways out"),
        (name = "calls", description = "Live and past calls"),
        (name = "contacts", description = "Who calls"),
        (name = "routing", description = "Which way calls go that come in, and by which way they came"),
        (name = "old names", description = "Calls of an older telephony service, under their names"),
        (name = "notes", description = "What calls were about"),
        (name = "timetables", description = "Who answers telephones when"),
        (name = "people", description = "Who works here, and when they cannot answer telephones"),
        (name = "queues", description = "Who answers, and who waits"),
        (name = "messages", description = "What the team is told, and what somebody says to it"),
        (name = "flows", description = "What callers hear"),
        (name = "events", description = "What happens, as it happens"),
        (name = "health", description = "For supervisors and load balancers"),
        (name = "prompts", description = "Rendered prompts, for Asterisk"),
        (name = "older names", description = "Paths of other systems, accepted as they are"),
    )
)]
struct Head;

/// All of it.
pub(super) fn of(descriptions: &Descriptions) -> OpenApi {
    let mut api = descriptions.below(head());
    add_problems(&mut api);
    api
}

/// What stands above the paths.
fn head() -> OpenApi {
    let mut api = Head::openapi();
    let components = api.components.get_or_insert_default();
    let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("stasisd_...").build();
    components.security_schemes.insert("token".to_owned(), RefOr::T(SecurityScheme::Http(bearer)));
    components.schemas.insert("Problem".to_owned(), ProblemView::schema());
    api
}

/// Each operation can fail with a problem.
fn add_problems(api: &mut OpenApi) {
    let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
    let problem: Response = ResponseBuilder::new()
        .description("What is wrong")
        .content("application/problem+json", content)
        .build();
    let operations =
        api.paths.paths.values_mut().flat_map(|item| {
            [&mut item.get, &mut item.put, &mut item.post, &mut item.delete, &mut item.patch]
        });
    for operation in operations.filter_map(Option::as_mut) {
        let Operation { responses, .. } = operation;
        responses.responses.insert("default".to_owned(), RefOr::T(problem.clone()));
    }
}

/// The description under its path: made each time, since few ever ask.
pub(super) fn routes(descriptions: Descriptions) -> Router<App> {
    let show = move |_: Anyone| async move {
        let text = of(&descriptions).to_pretty_json().unwrap_or_default();
        ([(header::CONTENT_TYPE, "application/json")], text)
    };
    Router::new().route("/openapi.json", get(show))
}

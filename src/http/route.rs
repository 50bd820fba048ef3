//! `POST /v1/route`: what would happen to this caller, at this time, and why.

use axum::extract::State;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    auth::May,
    clock,
    endpoints::{Endpoints, routes},
    extract::Json,
    problem::Problem,
    rules::{ListView, RouteView, RuleView},
    scope::RoutingRead,
    state::App,
};
use crate::{
    model::ListName,
    routing::{Considered, Explained},
};

/// Characters of a number or a name at most.
const LONGEST: usize = 80;

pub(super) fn routes() -> Endpoints {
    Endpoints::new().routes(routes!(explain))
}

/// A call as it would come in. All of it may be left out.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = RouteQuestion)]
#[serde(deny_unknown_fields)]
struct Question {
    /// The caller's number; without it, the caller shows none.
    #[schema(example = "+34600000001")]
    from: Option<String>,
    /// The number that is called.
    #[schema(example = "+34900000001")]
    to: Option<String>,
    /// The gateway it comes through.
    gateway: Option<String>,
    /// When (RFC 3339); now, if not given. Rules that have expired by now are not known any more.
    at: Option<Timestamp>,
}

/// A rule, and what it has to do with the call.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ConsideredRule)]
struct ConsideredView {
    rule: RuleView,
    /// Whether the call is one of those that it is about.
    matches: bool,
    /// Whether it is the one that decides.
    decides: bool,
    /// One sentence on it.
    why: String,
}

/// A decision, and everything that was looked at.
#[derive(Debug, Serialize, ToSchema)]
struct RouteAnswer {
    route: RouteView,
    /// The list that the caller stands on.
    #[schema(value_type = Option<ListView>)]
    list: Option<ListName>,
    /// Rules, in the order in which they are looked at.
    considered: Vec<ConsideredView>,
    /// How many more there are, which are about other numbers.
    others: usize,
}

impl From<Considered> for ConsideredView {
    fn from(one: Considered) -> Self {
        let (matches, decides, why) = (one.miss.is_none(), one.decides, one.words());
        Self { rule: one.rule.into(), matches, decides, why }
    }
}

impl From<Explained> for RouteAnswer {
    fn from(explained: Explained) -> Self {
        Self {
            route: explained.route.into(),
            list: explained.list,
            considered: explained.considered.into_iter().map(ConsideredView::from).collect(),
            others: explained.others,
        }
    }
}

/// Tell which way a call would go
///
/// A dry run: nobody is called, nothing is counted. It tells the decision, and what each rule has to do with it.
#[utoipa::path(
    post, path = "/v1/route", tag = "routing", operation_id = "explainRoute",
    security(("token" = ["routing:read"])),
    request_body = Question,
    responses((status = 200, body = RouteAnswer, description = "The decision, and why"))
)]
async fn explain(
    _: May<RoutingRead>,
    State(app): State<App>,
    Json(question): Json<Question>,
) -> Result<Json<RouteAnswer>, Problem> {
    let texts = [("from", &question.from), ("to", &question.to), ("gateway", &question.gateway)];
    for (field, text) in texts {
        if text.as_ref().is_some_and(|text| text.len() > LONGEST) {
            return Err(Problem::field(field, format!("at most {LONGEST} bytes")));
        }
    }
    let routing = app.rooms.routing.clone();
    let arrival =
        routing.arrival(question.from.as_deref(), question.to.as_deref(), question.gateway.as_deref());
    let at = question.at.unwrap_or_else(clock::now);
    // It looks at every rule: not a thing for the threads that serve the others.
    let explained = tokio::task::spawn_blocking(move || routing.explain(&arrival, at)).await;
    let failed = |_| Problem::new(super::code::Code::Internal, "the rules could not be looked at");
    Ok(Json(explained.map_err(failed)?.into()))
}

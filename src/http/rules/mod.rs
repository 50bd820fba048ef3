//! `/v1/rules`: which way calls go that come in. One endpoint, one file.

mod body;
mod delete;
mod get;
mod list;
mod post;
mod put;
mod view;

use jiff::SignedDuration;
use serde_json::json;

pub(super) use self::{
    body::{name, note},
    delete::{DeleteAnswer, Version},
    view::{ListView, RouteView, RuleView},
};
use super::{
    endpoints::{Endpoints, routes},
    problem::Problem,
    state::App,
};
use crate::{
    config::Config,
    model::{NoticeKind, Outcome, Rule, RuleId, Target},
    routing::Done,
};

/// What is taken where a sender does not say.
#[derive(Clone, Debug)]
pub struct RoutingDefaults {
    /// The flow of `POST /routetoivr`.
    pub(super) ivr_flow: String,
    /// Its rules live so much longer than the order is expected to take.
    pub(super) margin: SignedDuration,
    /// How long a link holds.
    pub(super) link_ttl: SignedDuration,
}

impl RoutingDefaults {
    /// Those of the configuration.
    #[must_use]
    pub fn new(config: &Config) -> Self {
        let routing = &config.routing;
        let flow = if routing.ivr_flow.is_empty() { &config.flows.default } else { &routing.ivr_flow };
        Self {
            ivr_flow: flow.clone(),
            margin: SignedDuration::from_secs(routing.rule_margin_secs.into()),
            link_ttl: SignedDuration::from_hours(routing.link_ttl_hours.into()),
        }
    }
}

pub(super) fn routes() -> Endpoints {
    Endpoints::new().routes(routes!(list::list, post::post)).routes(routes!(
        get::get,
        put::put,
        delete::delete
    ))
}

/// Reads a rule's id out of a path.
fn id(text: &str) -> Result<RuleId, Problem> {
    RuleId::parse(text)
        .ok_or_else(|| Problem::field("id", "a rule's id has 1 to 128 of the characters A-Z a-z 0-9 . _ : -"))
}

/// Stores a rule whether or not the client waits for the answer, and tells of it.
pub(super) async fn store(app: &App, rule: Rule) -> Result<Done<Rule>, Problem> {
    names_are_there(app, &rule.target)?;
    let own = App::clone(app);
    let work = async move {
        let done = own.rooms.routing.put_rule(rule).await?;
        if let (Outcome::Created | Outcome::Applied, Some(rule)) = (done.outcome, &done.now) {
            let target = rule.target.to_string();
            let data = json!({
                "id": rule.id, "target": target, "expires_at": rule.expires_at, "deleted": false
            });
            own.rooms.feed.post(NoticeKind::RuleChanged, None, data);
        }
        Ok(done)
    };
    app.work.to_the_end(work).await
}

/// Deletes a rule whether or not the client waits for the answer, and tells of it.
pub(super) async fn forget(app: &App, id: RuleId, version: Option<i64>) -> Result<Outcome, Problem> {
    let own = App::clone(app);
    let work = async move {
        let outcome = own.rooms.routing.delete_rule(&id, version).await?;
        if outcome == Outcome::Applied {
            let data = json!({ "id": id, "target": null, "expires_at": null, "deleted": true });
            own.rooms.feed.post(NoticeKind::RuleChanged, None, data);
        }
        Ok(outcome)
    };
    app.work.to_the_end(work).await
}

/// What a target names must be there now: a misspelt flow would be noticed by callers only.
fn names_are_there(app: &App, target: &Target) -> Result<(), Problem> {
    // First what it is made of: no odd text is looked up.
    target.check().map_err(|(field, what)| Problem::field(format!("target.{field}"), what))?;
    match target {
        Target::Flow { flow } if app.control().flow_source(flow).is_none() => {
            Err(Problem::field("target.flow", format!("there is no flow {flow:?}; GET /v1/flows lists them")))
        }
        Target::Gateway { gateway, .. } if app.control().gateways().iter().all(|g| g.name != *gateway) => {
            let detail = format!("there is no gateway {gateway:?}; GET /v1/gateways lists them");
            Err(Problem::field("target.gateway", detail))
        }
        _ => Ok(()),
    }
}

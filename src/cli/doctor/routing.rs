//! The routing rules: whether what they name is there.

use super::finding::Finding;
use crate::{
    config::Config,
    flow::Library,
    model::{Rule, Target},
    routing::Routing,
    storage::Store,
    tasks::clock,
};

const NAME: &str = "routing";
/// Rules told of one by one.
const MOST_TOLD: usize = 20;

pub(super) async fn look(config: &Config) -> Vec<Finding> {
    // What is wrong with the database is told where that is looked at.
    let Ok(store) = Store::open(&config.storage).await else { return Vec::new() };
    let (routing, book) = match (Routing::new(store.clone(), config), store.routing_book(clock::now()).await)
    {
        (Ok(routing), Ok(book)) => (routing, book),
        (Err(what), _) => return vec![Finding::failed(NAME, what, "mend that setting")],
        (_, Err(error)) => {
            return vec![Finding::failed(NAME, error.to_string(), "see what the database says")];
        }
    };
    let (library, _) = Library::load(&config.flows, None);
    let is_flow = |name: &str| library.get(name).is_some();
    let mut found = Vec::new();
    for rule in &book.rules {
        let unfit = routing.check(rule).err().map(|unfit| unfit.to_string());
        let what = unfit.or_else(|| lacks(rule, &is_flow, &|name| config.gateways.contains_key(name)));
        found.extend(what.map(|what| {
            let mend = format!("mend what it names, or: stasisd rules delete {}", rule.id);
            Finding::failed(NAME, format!("rule {}: {what}; its calls go to the operators", rule.id), mend)
        }));
    }
    if found.is_empty() {
        return vec![Finding::ok(NAME, format!("{} rules, all can be followed", book.rules.len()))];
    }
    let further = found.len().saturating_sub(MOST_TOLD);
    found.truncate(MOST_TOLD);
    if further > 0 {
        let what = format!("{further} more rules name what is not there");
        found.push(Finding::failed(NAME, what, "stasisd rules list shows them"));
    }
    found
}

/// What a rule leads to and is not there.
fn lacks(rule: &Rule, is_flow: &dyn Fn(&str) -> bool, is_gateway: &dyn Fn(&str) -> bool) -> Option<String> {
    match &rule.target {
        Target::Flow { flow } if !is_flow(flow) => Some(format!("there is no flow {flow:?}")),
        Target::Gateway { gateway, .. } if !is_gateway(gateway) => {
            Some(format!("there is no gateway {gateway:?}"))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::model::Matches;

    #[test]
    fn what_is_not_there_is_named() {
        let lacks = |target: &str| {
            let rule = Rule {
                id: "a".into(),
                matches: Matches::default(),
                priority: 0,
                target: target.parse().unwrap(),
                expires_at: None,
                note: None,
                version: 1,
                created_at: Timestamp::UNIX_EPOCH,
                updated_at: Timestamp::UNIX_EPOCH,
            };
            lacks(&rule, &|flow| flow == "ivr", &|gateway| gateway == "north")
        };
        assert_eq!(lacks("flow:ivr"), None);
        assert_eq!(lacks("gateway:north"), None);
        assert_eq!(lacks("queue:any"), None);
        assert_eq!(lacks("flow:gone").unwrap(), "there is no flow \"gone\"");
        assert_eq!(lacks("gateway:gone").unwrap(), "there is no gateway \"gone\"");
    }
}

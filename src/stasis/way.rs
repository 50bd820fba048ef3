//! Which way a call that came in goes: what the dialplan named, else what routing says, made safe.

use jiff::Timestamp;

use super::{
    door::Door,
    entry::{self, Entry},
    onward,
};
use crate::{
    ari::Channel,
    model::{CallRecord, Route, Target},
    routing::Arrival,
};

impl Door {
    /// The record of a call that begins, with its way. Looks into memory only.
    pub(super) fn record(
        &self,
        channel: &Channel,
        entry: &Entry,
        entered: &str,
        now: Timestamp,
    ) -> CallRecord {
        let (flow, config) = (&self.flows.default, &self.services.config);
        let mut record = entry::record(channel, entry, entered, flow, config, now);
        if entry.flow.is_some() {
            return record;
        }
        let (caller, called, gateway) =
            (record.caller.as_deref(), record.called.as_deref(), record.gateway.as_deref());
        let mut arrival = self.routing.arrival(caller, called, gateway);
        arrival.was_routed = entry.was_routed;
        let route = self.way(&record, arrival, now);
        record.position.flow = match &route.target {
            Target::Flow { flow } => flow.clone(),
            _ => String::new(),
        };
        record.route = Some(route);
        record
    }

    fn way(&self, record: &CallRecord, mut arrival: Arrival, now: Timestamp) -> Route {
        let mut route = self.routing.decide(&arrival, now);
        if !arrival.was_routed
            && matches!(route.target, Target::Gateway { .. })
            && onward::is_circle(&self.services.registry.live(), record)
        {
            arrival.was_routed = true;
            route = self.routing.decide(&arrival, now);
        }
        if arrival.was_routed && matches!(route.target, Target::Extension { .. } | Target::Gateway { .. }) {
            return self.to_operators(&route, "it was sent on before and would go in a circle");
        }
        match &route.target {
            // Without a rule it is the flow that calls had before there was routing, and fails as that does.
            Target::Flow { flow } if route.rule.is_some() && self.library.get(flow).is_none() => {
                tracing::warn!(flow, rule = ?route.rule, "a rule names a flow that is not there");
                self.to_operators(&route, &format!("there is no flow {flow}"))
            }
            _ => route,
        }
    }

    /// A way that cannot be gone leads to the operators.
    fn to_operators(&self, route: &Route, why: &str) -> Route {
        let config = &self.services.config;
        let target = Target::Extension {
            context: config.operator_context.clone(),
            extension: config.operator_extension.clone(),
        };
        Route { target, rule: route.rule.clone(), reason: format!("{}; {why}", route.reason) }
    }
}

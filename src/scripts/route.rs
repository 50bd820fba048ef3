//! `route`: which way a call goes, for dialplans that want only the answer and go there themselves.

use super::{answers::Arrival, asked::Asked, sheet::Sheet, trouble::Trouble};
use crate::model::{PhoneNumber, Route, Target};

pub(super) async fn answer(asked: &Asked<'_>) -> Result<Sheet, Trouble> {
    let arrival = Arrival {
        caller: asked.caller(),
        called: asked.called(),
        gateway: asked.parameter("gateway"),
        was_routed: asked.parameter("routed").is_some(),
    };
    Ok(sheet(&asked.answers().route(arrival).await?))
}

/// No target: the dialplan sends such a call to the operators.
pub(super) fn blank() -> Sheet {
    write(["", "", "", "", "", "", "", "", ""])
}

fn sheet(route: &Route) -> Sheet {
    let rule = route.rule.as_ref().map_or("", |id| id.as_str());
    let kind = route.target.kind();
    let with = |[flow, queue, context, extension, gateway, cause]: [&str; 6]| {
        write([kind, flow, queue, context, extension, gateway, cause, rule, &route.reason])
    };
    match &route.target {
        Target::Flow { flow } => with([flow, "", "", "", "", ""]),
        Target::Queue { queue } => with(["", queue, "", "", "", ""]),
        Target::Extension { context, extension } => with(["", "", context, extension, "", ""]),
        Target::Gateway { gateway, number } => {
            with(["", "", "", number.as_ref().map_or("", PhoneNumber::as_str), gateway, ""])
        }
        Target::Reject { reason } => with(["", "", "", "", "", &reason.cause().to_string()]),
    }
}

fn write([kind, flow, queue, context, extension, gateway, cause, rule, reason]: [&str; 9]) -> Sheet {
    Sheet::default()
        .with("STASISD_ROUTE_FLOW", flow)
        .with("STASISD_ROUTE_QUEUE", queue)
        .with("STASISD_ROUTE_CONTEXT", context)
        .with("STASISD_ROUTE_EXTENSION", extension)
        .with("STASISD_ROUTE_GATEWAY", gateway)
        .with("STASISD_ROUTE_CAUSE", cause)
        .with("STASISD_ROUTE_RULE", rule)
        .with("STASISD_ROUTE_REASON", reason)
        // Last: who was hung up on in between has no target.
        .with("STASISD_ROUTE", kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(target: &str) -> Vec<(String, String)> {
        let route =
            Route { target: target.parse().unwrap(), rule: Some("r-1".into()), reason: "because".into() };
        let filled = |(name, value): (&str, &str)| {
            let short = name.trim_start_matches("STASISD_ROUTE").trim_start_matches('_').to_lowercase();
            (!value.is_empty() && !["rule", "reason"].contains(&short.as_str()))
                .then(|| (short, value.to_owned()))
        };
        sheet(&route).iter().filter_map(filled).collect()
    }

    #[test]
    fn each_target_has_its_variables() {
        for (target, variables) in [
            ("flow:menu", &[("flow", "menu"), ("", "flow")][..]),
            ("queue:sales", &[("queue", "sales"), ("", "queue")]),
            ("extension:c,100", &[("context", "c"), ("extension", "100"), ("", "extension")]),
            ("gateway:north,+34900", &[("extension", "+34900"), ("gateway", "north"), ("", "gateway")]),
            ("reject:forbidden", &[("cause", "21"), ("", "reject")]),
        ] {
            let wanted = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
            assert_eq!(set(target), wanted.collect::<Vec<_>>(), "{target}");
        }
        assert!(blank().iter().all(|(_, value)| value.is_empty()));
    }
}

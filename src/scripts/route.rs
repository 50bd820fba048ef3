//! `route`: which way a call goes, for dialplans that want only the answer and go there themselves.

use super::{
    answers::{Arrival, Target, Way},
    asked::Asked,
    sheet::Sheet,
    trouble::Trouble,
};

pub(super) async fn answer(asked: &Asked<'_>) -> Result<Sheet, Trouble> {
    let arrival =
        Arrival { caller: asked.number(), called: asked.called(), gateway: asked.parameter("gateway") };
    Ok(sheet(&asked.answers().route(arrival).await?))
}

/// No target: the dialplan sends such a call to the operators.
pub(super) fn blank() -> Sheet {
    write(["", "", "", "", "", "", "", "", ""])
}

fn sheet(way: &Way) -> Sheet {
    let rule = way.rule.as_deref().unwrap_or_default();
    let with = |kind, [flow, queue, context, extension, gateway, cause]: [&str; 6]| {
        write([kind, flow, queue, context, extension, gateway, cause, rule, &way.reason])
    };
    match &way.target {
        Target::Flow(name) => with("flow", [name, "", "", "", "", ""]),
        Target::Queue(name) => with("queue", ["", name, "", "", "", ""]),
        Target::Extension { context, extension } => with("extension", ["", "", context, extension, "", ""]),
        Target::Gateway { name, number } => {
            with("gateway", ["", "", "", number.as_deref().unwrap_or_default(), name, ""])
        }
        Target::Reject(cause) => with("reject", ["", "", "", "", "", &cause.to_string()]),
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

    fn set(target: Target) -> Vec<(String, String)> {
        let way = Way { target, rule: Some("r-1".into()), reason: "because".into() };
        let filled = |(name, value): (&str, &str)| {
            let short = name.trim_start_matches("STASISD_ROUTE").trim_start_matches('_').to_lowercase();
            (!value.is_empty() && !["rule", "reason"].contains(&short.as_str()))
                .then(|| (short, value.to_owned()))
        };
        sheet(&way).iter().filter_map(filled).collect()
    }

    fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn each_target_has_its_variables() {
        assert_eq!(set(Target::Flow("menu".into())), pairs(&[("flow", "menu"), ("", "flow")]));
        assert_eq!(set(Target::Queue("sales".into())), pairs(&[("queue", "sales"), ("", "queue")]));
        let place = Target::Extension { context: "c".into(), extension: "100".into() };
        assert_eq!(set(place), pairs(&[("context", "c"), ("extension", "100"), ("", "extension")]));
        let out = Target::Gateway { name: "north".into(), number: Some("+34".into()) };
        assert_eq!(set(out), pairs(&[("extension", "+34"), ("gateway", "north"), ("", "gateway")]));
        assert_eq!(set(Target::Reject(21)), pairs(&[("cause", "21"), ("", "reject")]));
        assert!(blank().iter().all(|(_, value)| value.is_empty()));
    }
}

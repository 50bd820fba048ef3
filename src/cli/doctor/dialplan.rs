//! The dialplan's contexts are installed. ARI cannot list them, but a channel can be asked, and one half of a
//! Local channel that is never dialled disturbs nobody.

use std::collections::BTreeMap;

use super::{asterisk::Visit, finding::Finding, gateways};
use crate::{
    ari::{AriError, Originate},
    config::Config,
    model::ChannelId,
};

const NAME: &str = "dialplan";
const MEND: &str =
    "include dialplan/stasisd.conf at the end of extensions.conf, then: asterisk -rx 'dialplan reload'";

/// Asks after every place that calls are sent to, after the entry, and after the operators' queue.
pub(super) async fn look(visit: &Visit, config: &Config) -> Vec<Finding> {
    let channel = ChannelId(visit.app.clone());
    let place = Originate {
        channel_id: &channel,
        endpoint: "Local/s@stasisd-doctor/n",
        app: &visit.app,
        app_args: None,
        caller_id: None,
        timeout_secs: 5,
        variables: BTreeMap::new(),
    };
    if let Err(error) = visit.client.create(&place).await {
        return vec![Finding::failed(
            NAME,
            format!("cannot be asked: {error}"),
            "give the ARI user read_only=no",
        )];
    }
    let calls = &config.calls;
    let mut findings = vec![
        exists(visit, &channel, &calls.fallback_context, &calls.fallback_extension, "calls handed back")
            .await,
        exists(visit, &channel, &calls.operator_context, &calls.operator_extension, "the operators").await,
        exists(visit, &channel, "stasisd-inbound", "s", "incoming calls").await,
        exists(visit, &channel, &calls.transfer_context, "s", "calls handed on by REFER").await,
    ];
    findings.push(shedding(visit, &channel).await);
    findings.extend(queue(visit, &channel).await);
    if !config.gateways.is_empty() {
        let amd = &config.outbound.amd_context;
        findings.push(exists(visit, &channel, amd, "s", "calls that ask about machines").await);
        findings.extend(gateways::look(visit, &channel, config).await);
        findings.push(marks(visit).await);
    }
    // It ends with its application at the latest.
    let _ = visit.client.hang_up(&channel, None).await;
    findings
}

async fn exists(visit: &Visit, channel: &ChannelId, context: &str, extension: &str, what: &str) -> Finding {
    let function = format!("DIALPLAN_EXISTS({context},{extension},1)");
    let place = format!("{context},{extension},1 for {what}");
    match visit.client.get_variable(channel, &function).await {
        Ok(Some(answer)) if answer == "1" => Finding::ok(NAME, place),
        Ok(_) => Finding::failed(NAME, format!("there is no {place}"), MEND),
        Err(error) => {
            Finding::doubtful(NAME, format!("{place}: {error}"), "load func_dialplan.so to have it told")
        }
    }
}

/// Whether the dialplan can turn away a share of the calls.
async fn shedding(visit: &Visit, channel: &ChannelId) -> Finding {
    const NAME: &str = "overload";
    match visit.client.get_variable(channel, "DIALPLAN_EXISTS(stasisd-inbound,s,shed)").await {
        Ok(Some(answer)) if answer == "1" => {}
        Ok(_) => {
            let why = "stasisd-inbound does not ask which calls are too many (STASISD_SHED_)";
            return Finding::doubtful(NAME, why, MEND);
        }
        Err(error) => {
            return Finding::doubtful(NAME, error.to_string(), "load func_dialplan.so to have it told");
        }
    }
    let random = visit.client.get_variable(channel, "RAND(7,7)").await;
    if !matches!(random, Ok(Some(number)) if number == "7") {
        return Finding::doubtful(
            NAME,
            "RAND(), which stasisd-inbound asks, gives no answer",
            "load func_rand.so",
        );
    }
    Finding::ok(NAME, "the dialplan can turn away a share of the calls when too many come")
}

/// Whether Asterisk can remember what it was told to dial, so that a crash leaves no doubt of it.
async fn marks(visit: &Visit) -> Finding {
    const NAME: &str = "marks";
    let name = format!("STASISD_MARKS_{}", visit.app);
    let set = visit.client.set_global(&format!("GLOBAL({name})"), Some("1")).await;
    let kept = visit.client.get_global(&name).await;
    let _ = visit.client.set_global(&name, None).await;
    match set.and(kept) {
        Ok(value) if value == "1" => Finding::ok(NAME, "Asterisk remembers which calls it was told to dial"),
        Ok(_) => Finding::doubtful(
            NAME,
            "Asterisk keeps no global variables: after a crash it is not known of some calls whether they were dialled",
            "load func_global.so",
        ),
        Err(error) => Finding::doubtful(NAME, error.to_string(), "give the ARI user read_only=no"),
    }
}

/// The queue that `stasisd-operators` leads to, if that is what it does.
async fn queue(visit: &Visit, channel: &ChannelId) -> Option<Finding> {
    const NAME: &str = "queue";
    let elsewhere = global(visit, channel, "STASISD_OPERATORS").await.ok()?;
    if elsewhere.is_some() {
        return None;
    }
    let queue = global(visit, channel, "STASISD_QUEUE").await.ok()?.unwrap_or_else(|| "operators".to_owned());
    let answer = visit.client.get_variable(channel, &format!("QUEUE_EXISTS({queue})")).await.ok()??;
    Some(if answer == "1" {
        Finding::ok(NAME, format!("{queue} is there for callers who want a person"))
    } else {
        let mend =
            "add it to queues.conf, or name another one: STASISD_QUEUE in [globals] of extensions.conf";
        Finding::failed(NAME, format!("there is no queue {queue:?}"), mend)
    })
}

async fn global(visit: &Visit, channel: &ChannelId, name: &str) -> Result<Option<String>, AriError> {
    let value = visit.client.get_variable(channel, name).await?;
    Ok(value.filter(|value| !value.is_empty()))
}

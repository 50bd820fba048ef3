//! `--wait`: the turns of a call as they happen, until its order is over.

use std::{collections::HashSet, time::Duration};

use serde_json::Value;
use tokio::time::{Instant, sleep};

use super::{client::Client, json, say, turns};
use crate::app::{Exit, Failed};

/// How often it is looked. What happened carries its own time.
const PAUSE: Duration = Duration::from_millis(250);
/// While nothing is due for long.
const LONG_PAUSE: Duration = Duration::from_secs(2);
/// A daemon that is away longer than this is not waited for any more; the call goes on when it is back.
const PATIENCE: Duration = Duration::from_secs(120);

/// Follows a call order to its end; the exit code is what came of it.
pub(super) async fn follow(client: &mut Client, order: &Value, is_json: bool) -> Result<Exit, Failed> {
    let tell = |text: &str| {
        if is_json {
            eprintln!("{text}");
            return Ok(());
        }
        say(text)
    };
    tell(&turns::ordered(order))?;
    let path = format!("/v1/call-orders/{}", order["id"].as_str().unwrap_or_default());
    let (mut told, mut seen_at) = (HashSet::new(), Instant::now());
    loop {
        let answer = match client.send("GET", &path, None).await {
            Ok(answer) => answer,
            Err(failed) if failed.exit == Exit::Unavailable && seen_at.elapsed() < PATIENCE => {
                sleep(LONG_PAUSE).await;
                continue;
            }
            Err(failed) => return Err(failed),
        };
        seen_at = Instant::now();
        let talks = talks(client, &answer).await;
        for turn in turns::turns(&answer, &talks) {
            if told.insert(turn.clone()) {
                tell(&turn.to_string())?;
            }
        }
        if answer["order"]["state"] == "ended" {
            tell(&turns::ending(&answer["order"]))?;
            if is_json {
                say(&json(&answer))?;
            }
            return Ok(turns::exit(&answer["order"]));
        }
        let is_quiet = answer["order"]["state"] == "waiting" && turns::is_far(&answer["order"]);
        sleep(if is_quiet { LONG_PAUSE } else { PAUSE }).await;
    }
}

/// What was said and pressed in each attempt's call; nothing, where it cannot be seen.
async fn talks(client: &mut Client, answer: &Value) -> Vec<Value> {
    let mut talks = Vec::new();
    for attempt in answer["attempts"].as_array().into_iter().flatten() {
        let call = attempt["call"].as_str().filter(|_| !attempt["answered_at"].is_null());
        let Some(call) = call else { continue };
        if let Ok(talk) = client.send("GET", &format!("/v1/calls/{call}"), None).await {
            talks.extend(talk["timeline"].as_array().cloned().unwrap_or_default());
        }
    }
    talks
}

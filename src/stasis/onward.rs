//! A call that is routed past all flows: to a queue, a place in the dialplan, a gateway, or away.
//!
//! Through a gateway it is dialled by us, not by the dialplan: so it counts against the gateway's limits, its dial
//! string is the gateway's own, and the record tells what came of it.

use std::{sync::Arc, time::Duration};

use futures_util::future::BoxFuture;
use serde_json::{Value, json};

use crate::{
    calls::{Conversation, Dial, Dialled, HandOn, Leg, Line, Place, Take},
    config::CallsConfig,
    flow::Talk,
    model::{CallRecord, Facts, Lane, PhoneNumber, Position, Stop, Target, mask},
    outbound::gateway::{Gateways, NotNow, Slot},
    tasks::clock,
};

/// How long a caller may wait for a gateway whose calls in a second are used up.
const PATIENCE: Duration = Duration::from_secs(3);
/// Digits from which on the end of a number tells whose it is.
const LONG: usize = 7;
/// How long who is called onward may ring.
const RING: Duration = Duration::from_secs(60);

/// A call's way past all flows.
pub(super) struct Onward {
    target: Target,
    /// Of the rule, for the record.
    reason: String,
    called: Option<String>,
    gateways: Gateways,
    operator: Place,
    country: Option<crate::model::Country>,
}

/// A call on its way past all flows, and what hands it on when somebody asks for that.
pub(super) struct Handed {
    onward: Onward,
    talk: Talk,
}

/// Whether a call comes from a call of ours that goes to its number by a gateway: then it came round in a circle.
pub(super) fn is_circle(live: &[Arc<CallRecord>], arriving: &CallRecord) -> bool {
    let (Some(called), caller) = (&arriving.called, arriving.caller.as_deref()) else { return false };
    let called = digits(called);
    let text = |record: &CallRecord, key: &str| record.position.vars.get(key)?.as_str().map(str::to_owned);
    live.iter().filter(|record| record.id != arriving.id).any(|record| {
        let is_there = text(record, "number").is_some_and(|number| is_same(&digits(&number), &called));
        let shown = text(record, "shown");
        is_there && (caller == record.caller.as_deref() || caller == shown.as_deref())
    })
}

fn digits(text: &str) -> String {
    text.trim_start_matches('+').to_owned()
}

/// Carriers write a number with and without what comes before it.
fn is_same(one: &str, other: &str) -> bool {
    let is_long = one.len().min(other.len()) >= LONG;
    one == other || (is_long && (one.ends_with(other) || other.ends_with(one)))
}

impl Onward {
    /// What is to be done with a call that is routed past all flows; `None`: it has a flow.
    pub(super) fn of(record: &CallRecord, gateways: &Gateways, config: &CallsConfig) -> Option<Self> {
        let route = record.route.as_ref().filter(|route| !matches!(route.target, Target::Flow { .. }))?;
        let operator = Place {
            context: config.operator_context.clone(),
            extension: config.operator_extension.clone(),
            priority: 1,
        };
        Some(Self {
            target: route.target.clone(),
            reason: route.reason.clone(),
            called: record.called.clone(),
            gateways: gateways.clone(),
            operator,
            country: config.country.parse().ok(),
        })
    }

    pub(super) fn or_handed_on_by(self, talk: Talk) -> Handed {
        Handed { onward: self, talk }
    }

    async fn go(&mut self, leg: &mut Leg, take: Take) -> Result<(), Stop> {
        let step = Leg::record(leg).position.step.clone();
        // Before its first step a call is not taken up but begun.
        let take = if step.is_empty() { Take::Anew } else { take };
        match self.target.clone() {
            Target::Flow { .. } => Ok(()),
            Target::Queue { queue } => {
                leg.at(&position("queue", Facts::new()));
                leg.give_variable("STASISD_QUEUE", &queue).await?;
                leg.continue_in(&self.operator, &format!("queue {queue}, {}", self.reason)).await
            }
            Target::Extension { context, extension } => {
                leg.at(&position("extension", Facts::new()));
                leg.give_variable("STASISD_ROUTED", "1").await?;
                leg.continue_in(&Place { context, extension, priority: 1 }, &self.reason).await
            }
            Target::Reject { reason } => {
                leg.at(&position("reject", Facts::new()));
                leg.explain(&self.reason);
                leg.refuse(reason.cause()).await
            }
            Target::Gateway { gateway, number } => self.through(leg, &gateway, number, take).await,
        }
    }

    /// Calls onward; who cannot be called so gets a person.
    async fn through(
        &self,
        leg: &mut Leg,
        name: &str,
        number: Option<PhoneNumber>,
        take: Take,
    ) -> Result<(), Stop> {
        let called = || PhoneNumber::parse(self.called.as_deref()?, self.country).ok();
        let Some(number) = number.or_else(called) else {
            return self.to_operators(leg, "no number was called").await;
        };
        let slot = match take {
            Take::Anew => match self.slot(leg, name, &number).await? {
                Ok(slot) => Some(slot),
                Err(why) => return self.to_operators(leg, &why).await,
            },
            Take::Up => self.resumed(leg, name, &number),
        };
        let shown = slot.as_ref().and_then(|slot| shown(slot, Leg::record(leg).caller.as_deref()));
        if let (Some(slot), Take::Anew) = (&slot, take) {
            let vars = json!({
                "number": number, "shown": shown, "gateway": name, "endpoint": slot.endpoint(),
            });
            leg.at(&position("gateway", facts(vars)));
        }
        let endpoint = slot.as_ref().map_or("", Slot::dial_string).to_owned();
        let caller_id = shown.map(|number| number.to_string());
        let dial = Dial { endpoint, caller_id, ring: RING, is_masked: false, may_transfer: false };
        let dialled = leg.dial(&dial, take).await?;
        drop(slot);
        let number = mask(number.as_str());
        match dialled {
            Dialled::Talked => {
                leg.explain(&format!("talked through the gateway {name}: {}", self.reason));
                leg.hang_up().await
            }
            Dialled::Busy => self.answerless(leg, &format!("{number} is busy"), 17).await,
            Dialled::NoAnswer => self.answerless(leg, &format!("{number} did not answer"), 19).await,
            Dialled::Rejected => self.answerless(leg, &format!("{number} refused"), 21).await,
            Dialled::Failed(cause) => {
                let cause = cause.map_or_else(String::new, |cause| format!(" (cause {cause})"));
                self.to_operators(leg, &format!("the gateway {name} could not call{cause}")).await
            }
        }
    }

    /// The caller hears what the other side said: busy, no answer.
    async fn answerless(&self, leg: &mut Leg, why: &str, cause: i32) -> Result<(), Stop> {
        leg.explain(&format!("{why}: {}", self.reason));
        if Leg::record(leg).answered_at.is_some() { leg.hang_up().await } else { leg.refuse(cause).await }
    }

    async fn to_operators(&self, leg: &mut Leg, why: &str) -> Result<(), Stop> {
        tracing::warn!(call = %Leg::record(leg).id, why, "a routed call cannot go on: to the operators");
        leg.continue_in(&self.operator, &format!("{why}, {}", self.reason)).await
    }

    /// A line of the gateway; waits a little for one that is only too fast.
    async fn slot(
        &self,
        leg: &mut Leg,
        name: &str,
        number: &PhoneNumber,
    ) -> Result<Result<Slot, String>, Stop> {
        let Some(gateway) = self.gateways.get(name) else {
            return Ok(Err(format!("there is no gateway {name}")));
        };
        let mut waited = Duration::ZERO;
        loop {
            // A caller who waits goes before calls back and campaigns.
            match gateway.take(Lane::Callback, number, clock::now()) {
                Ok(slot) => return Ok(Ok(slot)),
                Err(NotNow::After(pause)) if waited < PATIENCE => {
                    leg.pause(pause).await?;
                    waited += pause.max(Duration::from_millis(1));
                }
                Err(NotNow::Refused(refused)) => return Ok(Err(refused.to_string())),
                Err(_) => return Ok(Err(format!("the gateway {name} has no room"))),
            }
        }
    }

    /// The line of a call that an earlier life of this program called onward.
    fn resumed(&self, leg: &Leg, name: &str, number: &PhoneNumber) -> Option<Slot> {
        let endpoint = Leg::record(leg).position.vars.get("endpoint")?.as_str()?.to_owned();
        self.gateways.get(name)?.resume(Lane::Callback, number, &endpoint, clock::now())
    }
}

impl Conversation for Handed {
    fn talk<'a>(&'a mut self, leg: &'a mut Leg, take: Take) -> BoxFuture<'a, Result<(), Stop>> {
        Box::pin(async move { self.onward.go(leg, take).await })
    }

    fn hand_on<'a>(&'a mut self, leg: &'a mut Leg, to: HandOn) -> BoxFuture<'a, Result<(), Stop>> {
        self.talk.hand_on(leg, to)
    }
}

/// The number to show: the caller's own where the gateway allows it, else the gateway's.
fn shown(slot: &Slot, caller: Option<&str>) -> Option<PhoneNumber> {
    let gateway = slot.gateway();
    let own = caller.and_then(|text| PhoneNumber::parse(text, None).ok());
    own.and_then(|own| gateway.caller_id(Some(&own)).ok()).or_else(|| gateway.caller_id(None).ok()).flatten()
}

fn position(step: &str, vars: Facts) -> Position {
    Position { flow: String::new(), step: step.to_owned(), visit: 1, vars }
}

fn facts(value: Value) -> Facts {
    match value {
        Value::Object(facts) => facts,
        _ => Facts::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{CallId, CallState, Direction};

    fn call(n: u32, caller: &str, called: &str, vars: Value) -> CallRecord {
        CallRecord {
            id: CallId::of_channel(&format!("1.{n}").as_str().into(), "now"),
            channel: format!("1.{n}").as_str().into(),
            direction: Direction::Inbound,
            state: CallState::Live,
            caller: Some(caller.to_owned()),
            caller_name: None,
            called: Some(called.to_owned()),
            gateway: None,
            language: "en".to_owned(),
            position: Position { vars: facts(vars), ..Position::default() },
            started_at: jiff::Timestamp::UNIX_EPOCH,
            answered_at: None,
            ended_at: None,
            disposition: None,
            cause: None,
            tech_cause: None,
            detail: None,
            route: None,
            taken_up: 0,
        }
    }

    #[test]
    fn who_comes_round_is_known() {
        let vars = json!({"number": "+34900000002", "shown": "+34900000009"});
        let live = [Arc::new(call(1, "+34600000001", "+34900000001", vars))];
        let circles = |caller, called| is_circle(&live, &call(2, caller, called, Value::Null));
        assert!(circles("+34600000001", "+34900000002"), "with the caller's own number");
        assert!(circles("+34900000009", "900000002"), "with the number that was shown, nationally written");
        assert!(!circles("+34600000007", "+34900000002"), "somebody else calls there");
        assert!(!circles("+34600000001", "+34900000003"), "the same caller calls elsewhere");
    }
}

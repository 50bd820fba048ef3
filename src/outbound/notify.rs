//! Status calls: an order's customer is told how it stands, when its status becomes one that has a rule, or when
//! somebody asks for it.
//!
//! A call tells what holds when it is made. So each change of an order is looked at together with the calls about
//! it that are not over, and both are stored together or not at all:
//!
//! * its status is another one: calls that a rule had ordered are cancelled; if the new status has a rule, new ones
//!   are ordered, due when it has settled. Several changes in that time make one call, with the newest status; and
//!   none, if the newest has no rule.
//! * its status is the same, or somebody asked for the call: the call stays, with the newest facts.
//! * it has a number no more, or is deleted: that number is not called.
//!
//! One that rings or talks at that moment goes on, and is not tried again.

use jiff::{Timestamp, ToSpan};
use serde_json::json;

use super::{Accepted, CallRequest, OrderError, Outbound, Rejected, accept::fingerprint, gateway::Gateways};
use crate::{
    config::{NOTIFY_FLOW, NotifyConfig, Numbers},
    model::{CallOrder, Facts, Lane, Link, Order, OrderId, Outcome, PhoneNumber},
    storage::{CallChanges, CallsChanged, OrderBefore, StorageError},
    tasks::clock,
};

/// How the keys of calls begin that a rule has ordered; no sender's key holds a space.
const BY_RULE: &str = "rule ";

/// A call that could be ordered, with its request's fingerprint, or why not.
type Read = Result<(CallOrder, String), Rejected>;

/// How a customer is to be told how an order stands. What is `None` is as in a rule that says no more.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "as in NotifyConfig and CallRequest")]
pub struct NotifyRequest {
    pub flow: Option<String>,
    pub lane: Lane,
    pub at: Option<String>,
    pub language: Option<String>,
    pub numbers: Numbers,
    /// Whom, in place of the order's own numbers: then the order need not be known here.
    pub to: Option<PhoneNumber>,
    /// How an order stands that is not known here.
    pub status: Option<String>,
    pub idempotency_key: Option<String>,
}

/// Why nobody is told.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotifyError {
    /// There is no such order.
    #[error("there is no order {0}")]
    Unknown(OrderId),
    /// It has no number.
    #[error("the order {0} has no number to call: send it again with its phones")]
    NoPhone(OrderId),
    /// The store does not answer.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// What became of one number.
#[derive(Clone, Debug, PartialEq)]
pub struct Notified {
    /// Whose.
    pub number: PhoneNumber,
    /// The call order, or why there is none.
    pub result: Result<Accepted, OrderError>,
}

/// What became of an order that was sent, and of the calls about it.
#[derive(Clone, Debug, PartialEq)]
pub struct StatusPut {
    /// Of the order.
    pub outcome: Outcome,
    /// What is stored now.
    pub order: Order,
    /// The calls that its rule makes.
    pub calls: Vec<Notified>,
}

impl Outbound {
    /// Stores an order, and what its change means for the calls about it. On return both are on disk.
    ///
    /// # Errors
    /// The store does not answer.
    pub async fn put_order(&self, order: &Order) -> Result<StatusPut, StorageError> {
        let rules = &self.inner.config.outbound.notify;
        let rule = rules.iter().find(|rule| rule.status == order.status);
        let now = clock::now();
        let read = match rule {
            Some(rule) => self.by_rule(rule, order, self.link(&order.id, now).await.as_ref(), now),
            None => Vec::new(),
        };
        let good = read.iter().filter_map(|(_, read)| read.as_ref().ok());
        let new: Vec<(CallOrder, String)> = good.cloned().collect();
        let store = &self.inner.store;
        let put =
            store.put_order_and_calls(order, &subject(&order.id), |before| plan(before, order, &new)).await?;
        let mut ordered = self.calls_changed(put.calls).into_iter();
        let is_told = matches!(put.outcome, Outcome::Created | Outcome::Applied)
            && put.before.as_ref() != Some(&order.status);
        let calls = read.into_iter().filter(|_| is_told).map(|(number, read)| {
            let result = match read {
                Ok(_) => ordered.next().unwrap_or(Err(OrderError::Conflict)),
                Err(rejected) => {
                    tracing::warn!(order = %order.id, %rejected, "a status call cannot be made");
                    Err(rejected.into())
                }
            };
            Notified { number, result }
        });
        Ok(StatusPut { outcome: put.outcome, order: put.order, calls: calls.collect() })
    }

    /// Deletes an order, and cancels the calls about it. On return both is on disk.
    ///
    /// # Errors
    /// The store does not answer.
    pub async fn delete_order(&self, id: &OrderId, version: Option<i64>) -> Result<Outcome, StorageError> {
        let store = &self.inner.store;
        let (outcome, calls) = store.delete_order_and_calls(id, version, clock::now(), &subject(id)).await?;
        self.calls_changed(calls);
        Ok(outcome)
    }

    /// Orders calls that tell how an order stands. On return those that are accepted are on disk.
    ///
    /// # Errors
    /// Nobody is called; says why.
    pub async fn notify(&self, id: &OrderId, wanted: &NotifyRequest) -> Result<Vec<Notified>, NotifyError> {
        let known = self.inner.store.order(id).await?;
        let order = meant(known, id, wanted).ok_or_else(|| NotifyError::Unknown(id.clone()))?;
        let link = self.link(id, clock::now()).await;
        let numbers = numbers(&order, wanted.numbers);
        if numbers.is_empty() {
            return Err(NotifyError::NoPhone(id.clone()));
        }
        let key = |place: usize| wanted.idempotency_key.as_ref().map(|key| key_of(key, place));
        let request = |(place, number): (usize, &PhoneNumber)| CallRequest {
            flow: Some(wanted.flow.clone().unwrap_or_else(|| NOTIFY_FLOW.to_owned())),
            lane: wanted.lane,
            at: wanted.at.clone(),
            language: wanted.language.clone().or_else(|| language(&order)),
            idempotency_key: key(place),
            ..self.about(&order, number, None, link.as_ref())
        };
        let requests: Vec<CallRequest> = numbers.iter().enumerate().map(request).collect();
        let results = self.order_all(&requests).await;
        Ok(numbers
            .iter()
            .zip(results)
            .map(|(number, result)| Notified { number: number.clone(), result })
            .collect())
    }

    /// The calls that a rule makes of an order, or why not.
    fn by_rule(
        &self,
        rule: &NotifyConfig,
        order: &Order,
        link: Option<&Link>,
        now: Timestamp,
    ) -> Vec<(PhoneNumber, Read)> {
        let settled = now.checked_add(i64::from(rule.settle_secs).seconds()).unwrap_or(now);
        let read = |number: &PhoneNumber| {
            let request = CallRequest {
                flow: Some(rule.flow.clone()),
                lane: rule.lane,
                at: Some(settled.to_string()),
                language: language(order).or_else(|| rule.language.clone()),
                ..self.about(order, number, rule.gateway.as_deref(), link)
            };
            let mut call = self.read(&request, now)?;
            call.idempotency_key = Some(format!("{BY_RULE}{}", call.id));
            Ok((call, fingerprint(&request)))
        };
        numbers(order, rule.numbers).iter().map(|number| (number.clone(), read(number))).collect()
    }

    /// By which way the order's customer came to us, if that is known and holds. Without it the defaults hold, and so
    /// they do when the store does not answer: a call from another number is better than none.
    async fn link(&self, id: &OrderId, now: Timestamp) -> Option<Link> {
        match self.inner.store.link(id).await {
            Ok(link) => link.filter(|link| link.holds(now)),
            Err(error) => {
                tracing::warn!(order = %id, %error, "its inbound link cannot be read: the default number calls");
                None
            }
        }
    }

    /// A call about an order: whom, through what, and what it is told. `gateway` is the rule's.
    fn about(
        &self,
        order: &Order,
        number: &PhoneNumber,
        gateway: Option<&str>,
        link: Option<&Link>,
    ) -> CallRequest {
        let way = link.map(|link| way_back(&self.inner.gateways, link, number, gateway)).unwrap_or_default();
        CallRequest {
            number: number.to_string(),
            facts: Facts::from_iter([("order".to_owned(), fact(order))]),
            gateway: way.gateway.or_else(|| gateway.map(str::to_owned)),
            caller_id: way.caller_id,
            subject: Some(subject(&order.id)),
            ..CallRequest::default()
        }
    }

    /// Tells of calls that were changed on disk.
    fn calls_changed(&self, changed: CallsChanged) -> Vec<Result<Accepted, OrderError>> {
        changed.cancelled.iter().for_each(|order| self.order_ended(order));
        changed.active.iter().for_each(|id| self.inner.hands.outdate(*id));
        if !changed.active.is_empty() {
            self.inner.trigger.notify_one();
        }
        self.accepted(changed.ordered)
    }
}

/// What a change of an order means for the calls about it. `new` are the calls that the rule of its status makes.
fn plan(before: &OrderBefore, order: &Order, new: &[(CallOrder, String)]) -> CallChanges {
    let is_changed = before.status.as_ref() != Some(&order.status);
    let mut changes = CallChanges::default();
    for call in &before.calls {
        let is_by_rule = call.idempotency_key.as_ref().is_some_and(|key| key.starts_with(BY_RULE));
        if !order.phones.contains(&call.number) {
            changes.cancel.push((call.id, format!("the order {} has this number no more", order.id)));
        } else if is_by_rule && is_changed {
            changes.cancel.push((call.id, format!("the order {} is {:?} now", order.id, order.status)));
        } else {
            let mut facts = call.facts.clone();
            facts.insert("order".to_owned(), fact(order));
            changes.refresh.push((call.id, facts));
        }
    }
    if is_changed {
        changes.order.extend_from_slice(new);
    }
    changes
}

/// The way that the customer came to us by, as far as we may go it back.
#[derive(Debug, Default, PartialEq, Eq)]
struct WayBack {
    gateway: Option<String>,
    caller_id: Option<String>,
}

/// The gateway and the number by which a customer called us, so that the call back shows a number that is known.
/// What the gateway does not take or may not show is left to the defaults, and told in the log.
fn way_back(gateways: &Gateways, link: &Link, number: &PhoneNumber, rule: Option<&str>) -> WayBack {
    let order = &link.order;
    let named = link.gateway.as_deref().filter(|name| match gateways.choose(Some(name), number) {
        Ok(_) => true,
        Err(refused) => {
            tracing::warn!(%order, %refused, "the link's gateway cannot call back: another one does");
            false
        }
    });
    // Whichever calls: it is its right to show the number that counts. Who cannot call at all says so later.
    let caller_id = gateways.choose(named.or(rule), number).ok().and_then(|gateway| {
        let shown = gateway.caller_id(Some(&link.called));
        if let Err(refused) = &shown {
            tracing::warn!(%order, %refused, "the number that was called is not shown: the default one is");
        }
        shown.ok().flatten()
    });
    WayBack { gateway: named.map(str::to_owned), caller_id: caller_id.map(|number| number.to_string()) }
}

/// The order that a request is about: the known one, or what the request says of one that is not.
fn meant(known: Option<Order>, id: &OrderId, wanted: &NotifyRequest) -> Option<Order> {
    let phones = wanted.to.clone().map(|number| vec![number]);
    match (known, phones) {
        (known, None) => known,
        (Some(known), Some(phones)) => Some(Order { phones, ..known }),
        (None, Some(phones)) => Some(Order {
            id: id.clone(),
            phones,
            status: wanted.status.clone().unwrap_or_default(),
            facts: Facts::new(),
            version: 0,
            expires_at: None,
            updated_at: clock::now(),
        }),
    }
}

/// What calls about an order are about.
fn subject(id: &OrderId) -> String {
    format!("order:{id}")
}

/// The order as a flow's variable, as `lookup` gives it.
fn fact(order: &Order) -> serde_json::Value {
    json!({
        "id": order.id,
        "status": order.status,
        "facts": order.facts,
        "version": order.version,
        "updated_at": order.updated_at.to_string(),
    })
}

/// The language that an order's facts name, if it is one.
fn language(order: &Order) -> Option<String> {
    let tag = order.facts.get("language")?.as_str()?;
    let is_tag = (2..=3).contains(&tag.len()) && tag.bytes().all(|b| b.is_ascii_lowercase());
    is_tag.then(|| tag.to_owned())
}

fn numbers(order: &Order, which: Numbers) -> &[PhoneNumber] {
    match which {
        Numbers::First => order.phones.get(..1).unwrap_or_default(),
        Numbers::All => &order.phones,
    }
}

/// The first number has the sender's key itself.
fn key_of(key: &str, place: usize) -> String {
    if place == 0 { key.to_owned() } else { format!("{key}#{place}") }
}

#[cfg(test)]
#[path = "notify_tests.rs"]
mod tests;

//! A request to call somebody becomes a call order: checked whole, stored, and only then accepted.

use std::sync::Arc;

use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};
use jiff::{Timestamp, ToSpan, Zoned, tz::TimeZone};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{
    Outbound,
    plan::{Zones, when},
};
use crate::{
    flow::Set,
    model::{Amd, CallOrder, CallOrderId, Country, Facts, Lane, OrderState, PhoneNumber, RetryRule},
    storage::{self, Acceptance, StorageError},
    tasks::clock,
};

/// Longest text that is said, in characters: about five minutes.
const LONGEST_TEXT: usize = 4_000;
/// Longest key.
const LONGEST_KEY: usize = 128;
/// Longest subject: `order:` and the longest id of an order fit.
const LONGEST_SUBJECT: usize = 160;
/// Most that the facts may hold, as JSON.
const LARGEST_FACTS: usize = 32 * 1024;
/// Longest that it may ring.
const LONGEST_RING: u32 = 300;
/// The most attempts that a request may ask for.
const MOST_ATTEMPTS: u32 = 50;

/// Who is to be called, and how. What is left out is taken from the configuration.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[allow(missing_docs, reason = "the fields are those of `CallOrder`")]
pub struct CallRequest {
    pub number: String,
    /// A flow, or a text to say, or a flow that says the text as its variable `text`.
    pub flow: Option<String>,
    pub text: Option<String>,
    pub facts: Facts,
    pub language: Option<String>,
    pub gateway: Option<String>,
    pub caller_id: Option<String>,
    pub lane: Lane,
    /// Not before this: RFC 3339, or a local time in `time_zone` (`2026-10-25 09:30`, `09:30`, `in 10 min`).
    pub at: Option<String>,
    /// Not after this, written like `at`.
    pub not_after: Option<String>,
    /// IANA zone of `at`, `not_after`, windows and quiet hours; without one, the zone of the number's country.
    pub time_zone: Option<String>,
    pub ring_timeout_secs: Option<u32>,
    pub retry: Option<RetryRule>,
    pub amd: Amd,
    pub subject: Option<String>,
    pub callback_url: Option<String>,
    pub idempotency_key: Option<String>,
}

/// Why a request is not accepted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {what}")]
pub struct Rejected {
    /// Which field.
    pub field: &'static str,
    /// What is wrong, and how to mend it.
    pub what: String,
}

/// Why a call was not ordered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OrderError {
    /// The request cannot be carried out.
    #[error(transparent)]
    Rejected(#[from] Rejected),
    /// The idempotency key was used for another request.
    #[error("the idempotency key was used for another request; a new request needs a key of its own")]
    Conflict,
    /// It could not be stored, so it is not accepted.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// An order that is on disk.
#[derive(Clone, Debug, PartialEq)]
pub struct Accepted {
    /// The order.
    pub order: CallOrder,
    /// It was ordered now, and not before with the same key.
    pub is_new: bool,
}

impl Outbound {
    /// Orders a call. On return it is on disk.
    ///
    /// # Errors
    /// Nothing is ordered; says why.
    pub async fn order(&self, request: &CallRequest) -> Result<Accepted, OrderError> {
        self.order_all(std::slice::from_ref(request)).await.pop().unwrap_or(Err(OrderError::Conflict))
    }

    /// Orders calls, each accepted or refused for itself. On return those that are accepted are on disk. What
    /// became of each, in their order.
    pub async fn order_all(&self, requests: &[CallRequest]) -> Vec<Result<Accepted, OrderError>> {
        let now = clock::now();
        let (mut done, mut batch) = (Vec::with_capacity(requests.len()), Vec::new());
        for request in requests {
            let read = self.read(request, now);
            done.push(match read {
                Ok(order) => {
                    batch.push((order, fingerprint(request)));
                    None
                }
                Err(rejected) => Some(self.repeated(request, rejected).await),
            });
        }
        let mut accepted = match self.store_all(batch).await {
            Ok(accepted) => accepted.into_iter(),
            Err(error) => return vec![Err(error.into()); requests.len()],
        };
        let mut next = || accepted.next().unwrap_or(Err(OrderError::Conflict));
        done.into_iter().map(|known| known.unwrap_or_else(&mut next)).collect()
    }

    /// Tells of orders that are on disk now.
    pub(super) fn accepted(&self, done: Acceptance) -> Vec<Result<Accepted, OrderError>> {
        done.replaced.iter().for_each(|old| self.order_ended(old));
        let is_new = |result: &storage::Accepted| matches!(result, storage::Accepted::New(_));
        if done.orders.iter().any(is_new) {
            self.inner.trigger.notify_one();
        }
        let tell = |result| match result {
            storage::Accepted::Conflict => Err(OrderError::Conflict),
            storage::Accepted::Known(order) => Ok(Accepted { order, is_new: false }),
            storage::Accepted::New(order) => {
                // One that a later one of its batch replaced was told already.
                if order.state != OrderState::Ended {
                    self.tell_order(&order);
                }
                Ok(Accepted { order, is_new: true })
            }
        };
        done.orders.into_iter().map(tell).collect()
    }

    /// A request that is not accepted now may have been accepted before, when its time was not over.
    async fn repeated(&self, request: &CallRequest, rejected: Rejected) -> Result<Accepted, OrderError> {
        let Some(key) = &request.idempotency_key else { return Err(rejected.into()) };
        match self.inner.store.known_call_order(key, &fingerprint(request)).await? {
            Some(order) => Ok(Accepted { order, is_new: false }),
            None => Err(rejected.into()),
        }
    }

    /// Checks a request and makes it an order; pure but for the configuration and the flows that it reads.
    pub(super) fn read(&self, request: &CallRequest, now: Timestamp) -> Result<CallOrder, Rejected> {
        let config = &self.inner.config;
        let country: Option<Country> = config.calls.country.parse().ok();
        let number = phone("number", &request.number, country)?;
        let gateway = self.inner.gateways.choose(request.gateway.as_deref(), &number);
        let gateway = gateway.map_err(|refused| reject("number", refused))?;
        let wanted =
            request.caller_id.as_deref().map(|text| phone("caller_id", text, country)).transpose()?;
        let caller_id = gateway.caller_id(wanted.as_ref()).map_err(|refused| reject("caller_id", refused))?;
        let set = self.inner.library.snapshot();
        let (flow, facts) = flow_of(request, &config.outbound.message_flow, &set)?;
        let zone = zone(request.time_zone.as_deref())?;
        let zones = zone.map_or_else(|| self.inner.windows.zones_by(&number), Zones::one);
        let (at, last) = (request.at.as_deref(), request.not_after.as_deref());
        let Times { not_before, first_by, not_after } =
            times(at, last, &zones, now, config.outbound.late_up_to_secs)?;
        let ring_timeout_secs = request.ring_timeout_secs.unwrap_or(config.outbound.ring_timeout_secs);
        if !(1..=LONGEST_RING).contains(&ring_timeout_secs) {
            return Err(reject("ring_timeout_secs", format!("it is 1 to {LONGEST_RING}")));
        }
        let retry = request
            .retry
            .clone()
            .or_else(|| config.outbound.retry.get(&request.lane).cloned())
            .unwrap_or_default();
        if !(1..=MOST_ATTEMPTS).contains(&retry.ceiling) {
            return Err(reject("retry.ceiling", format!("it is 1 to {MOST_ATTEMPTS}")));
        }
        let first = self.inner.windows.first_allowed(not_before.max(now), &zones, request.lane);
        let Some(next_at) = first.filter(|at| not_after.is_none_or(|last| *at <= last)) else {
            return Err(reject("at", "no window of time allows the call before its last moment"));
        };
        let callback_url = request.callback_url.as_deref().map(|url| self.inner.webhooks.check_url(url));
        let callback_url = callback_url.transpose().map_err(|why| reject("callback_url", why))?;
        Ok(CallOrder {
            callback_url: callback_url.map(String::from),
            id: CallOrderId(Uuid::now_v7()),
            number,
            gateway: gateway.name().to_owned(),
            caller_id,
            flow,
            facts,
            language: language(request.language.as_deref())?.unwrap_or_else(|| config.calls.language.clone()),
            lane: request.lane,
            not_before,
            first_by,
            not_after,
            time_zone: request.time_zone.clone(),
            ring_timeout_secs,
            retry,
            amd: request.amd,
            subject: short("subject", LONGEST_SUBJECT, request.subject.as_deref())?,
            idempotency_key: short("idempotency_key", LONGEST_KEY, request.idempotency_key.as_deref())?,
            state: OrderState::Waiting,
            attempts: 0,
            next_at,
            reach: None,
            end: None,
            detail: None,
            created_at: now,
            ended_at: None,
        })
    }
}

#[allow(clippy::needless_pass_by_value, reason = "a word or an error, as it comes")]
pub(super) fn reject(field: &'static str, what: impl ToString) -> Rejected {
    Rejected { field, what: what.to_string() }
}

fn phone(field: &'static str, text: &str, country: Option<Country>) -> Result<PhoneNumber, Rejected> {
    PhoneNumber::parse(text, country).map_err(|error| reject(field, error))
}

fn short(field: &'static str, longest: usize, text: Option<&str>) -> Result<Option<String>, Rejected> {
    let Some(text) = text else { return Ok(None) };
    let fits = (1..=longest).contains(&text.len()) && text.chars().all(|c| c.is_ascii_graphic());
    let what = || reject(field, format!("1 to {longest} printable ASCII characters without spaces"));
    fits.then(|| Some(text.to_owned())).ok_or_else(what)
}

fn language(tag: Option<&str>) -> Result<Option<String>, Rejected> {
    let Some(tag) = tag else { return Ok(None) };
    let fits = (2..=16).contains(&tag.len())
        && tag.starts_with(|c: char| c.is_ascii_alphabetic())
        && tag.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    let what = || reject("language", "a language is a tag such as \"en\" or \"en-GB\"");
    fits.then(|| Some(tag.to_owned())).ok_or_else(what)
}

fn zone(name: Option<&str>) -> Result<Option<TimeZone>, Rejected> {
    let Some(name) = name else { return Ok(None) };
    let found = TimeZone::get(name).map(Some);
    found.map_err(|_| reject("time_zone", format!("{name:?} is no IANA time zone such as \"Europe/Madrid\"")))
}

/// The flow and its variables; a text becomes the variable `text`.
fn flow_of(request: &CallRequest, message: &str, set: &Arc<Set>) -> Result<(String, Facts), Rejected> {
    let mut facts = request.facts.clone();
    if let Some(text) = &request.text {
        let clean: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        let clean = clean.split_whitespace().collect::<Vec<_>>().join(" ");
        if clean.is_empty() || clean.chars().count() > LONGEST_TEXT {
            return Err(reject("text", format!("a text to say has 1 to {LONGEST_TEXT} characters")));
        }
        facts.insert("text".to_owned(), clean.into());
    }
    let flow = match (&request.flow, &request.text) {
        (Some(flow), _) => flow.as_str(),
        (None, Some(_)) => message,
        (None, None) => return Err(reject("text", "give a text to say, or the name of a flow")),
    };
    if serde_json::to_string(&facts).map_or(usize::MAX, |json| json.len()) > LARGEST_FACTS {
        return Err(reject("facts", format!("they may hold {LARGEST_FACTS} bytes as JSON")));
    }
    set.begin(flow, facts.clone()).map_err(|fault| reject("flow", fault))?;
    Ok((flow.to_owned(), facts))
}

/// The moments of an order.
pub(super) struct Times {
    pub(super) not_before: Timestamp,
    pub(super) first_by: Option<Timestamp>,
    pub(super) not_after: Option<Timestamp>,
}

/// Reads the moments of an order. One with a time is late up to a limit, and then no more.
pub(super) fn times(
    at: Option<&str>,
    not_after: Option<&str>,
    zones: &Zones,
    now: Timestamp,
    late_up_to_secs: u32,
) -> Result<Times, Rejected> {
    // A local time needs one zone; a number's country may have several.
    let zone = zones.only().cloned().unwrap_or(TimeZone::UTC);
    let parse = |field, text: Option<&str>| {
        let Some(text) = text else { return Ok(None) };
        if zones.only().is_none() && is_local(text) {
            let names = zones.names();
            return Err(reject(
                "time_zone",
                format!("the number may be in {names}: name the zone of {text:?}"),
            ));
        }
        when::parse(text, &zone, now).map(Some).map_err(|error| reject(field, error))
    };
    let at = parse("at", at)?;
    let not_after = parse("not_after", not_after)?;
    let late = |at: Timestamp| at.checked_add(i64::from(late_up_to_secs).seconds()).ok();
    let first_by = at.map(|at| at.max(now)).and_then(late);
    let not_before = at.unwrap_or(now);
    if not_after.is_some_and(|last| last < not_before.max(now)) {
        return Err(reject("not_after", "it is over before the call may begin"));
    }
    Ok(Times { not_before, first_by, not_after })
}

/// Whether a time means something else in each zone.
fn is_local(text: &str) -> bool {
    let is_span = text.trim_start().starts_with("in ");
    !is_span && text.parse::<Timestamp>().is_err() && text.parse::<Zoned>().is_err()
}

/// What makes two requests the same.
pub(super) fn fingerprint(request: &CallRequest) -> String {
    let json = serde_json::to_vec(request).unwrap_or_default();
    STANDARD_NO_PAD.encode(Sha256::digest(&json))
}

//! A call order: somebody is to be called, when, how, and how often at most.

use std::{collections::BTreeMap, fmt};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{AttemptId, Facts, Lane, PhoneNumber, Reach};

/// A call order's id (`UUIDv7`, so that they sort by their time).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CallOrderId(pub Uuid);

impl CallOrderId {
    /// Reads an id from its text.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Uuid::try_parse(text).ok().map(Self)
    }

    /// The id of this order's attempt of that number, from 1.
    #[must_use]
    pub fn attempt(self, number: u32) -> AttemptId {
        AttemptId { order: self, number }
    }
}

impl fmt::Display for CallOrderId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Where a call order is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderState {
    /// To be called at `next_at`.
    Waiting,
    /// Claimed: an attempt is being made. After a crash the attempts tell whether it was.
    Active,
    /// Over; changes no more.
    Ended,
}

/// How a call order came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderEnd {
    /// Reached, and the flow is content: heard to the end, or acknowledged by a key.
    Done,
    /// Every attempt that the rule allows was made; the last one's [`Reach`] tells more.
    Exhausted,
    /// Its time (`not_after`) was over before it could be done.
    Expired,
    /// Cancelled by whoever ordered it, or replaced by a newer order about the same subject.
    Cancelled,
    /// It can never succeed: a number that does not exist, a flow that is no more.
    Failed,
}

/// When to call again after one outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RetryAfter {
    /// How long to wait.
    pub delay_secs: u32,
    /// Attempts with this outcome, at most.
    pub max: u32,
}

/// When to call again, and when to give up. An outcome that is not named ends the order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RetryRule {
    /// Attempts in all, whatever came of them.
    pub ceiling: u32,
    /// By outcome.
    #[serde(default)]
    pub after: BTreeMap<Reach, RetryAfter>,
}

/// What to do about answering machines (dialplan `AMD()`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Amd {
    /// Not asked: whoever answers hears the flow at once.
    #[default]
    Off,
    /// A machine is hung up on, and the order is retried as its rule says.
    HumanOnly,
    /// A person is told goodbye; the flow is for machines.
    MachineOnly,
    /// A person hears the flow at once, a machine after its beep.
    AfterBeep,
}

/// Somebody is to be called.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CallOrder {
    /// Our id.
    pub id: CallOrderId,
    /// Whom.
    pub number: PhoneNumber,
    /// Through which gateway, by its name in the configuration.
    pub gateway: String,
    /// Number shown to the callee; none: the gateway's default.
    pub caller_id: Option<PhoneNumber>,
    /// What the callee hears.
    pub flow: String,
    /// The flow's variables; a text to say is the variable `text`.
    pub facts: Facts,
    /// Language, BCP 47 primary tag (`en`).
    pub language: String,
    /// How urgent.
    pub lane: Lane,
    /// Not earlier than this.
    pub not_before: Timestamp,
    /// The first attempt not later than this: what a stopped daemon missed is late up to a limit.
    pub first_by: Option<Timestamp>,
    /// No attempt later than this.
    pub not_after: Option<Timestamp>,
    /// The callee's time zone (IANA) for windows and quiet hours; none: by the number's country.
    pub time_zone: Option<String>,
    /// How long it may ring.
    pub ring_timeout_secs: u32,
    /// When again.
    pub retry: RetryRule,
    /// Answering machines.
    pub amd: Amd,
    /// What it is about (`order:A-1001`): a newer order about the same, for the same number, replaces one that waits.
    pub subject: Option<String>,
    /// The sender's own key: the same key is the same order.
    pub idempotency_key: Option<String>,
    /// Where to tell what came of it.
    pub callback_url: Option<String>,
    /// Where it is.
    pub state: OrderState,
    /// Attempts begun.
    pub attempts: u32,
    /// When the next attempt is due, while it waits.
    pub next_at: Timestamp,
    /// What came of the last attempt.
    pub reach: Option<Reach>,
    /// How it ended.
    pub end: Option<OrderEnd>,
    /// One sentence on why.
    pub detail: Option<String>,
    /// When it was accepted.
    pub created_at: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
}

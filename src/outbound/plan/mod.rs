//! The decisions about calls that we place, as functions of facts and a time.

pub mod when;

use std::collections::BTreeMap;

use jiff::{Timestamp, ToSpan, tz::TimeZone};

use crate::{
    config::OutboundConfig,
    model::{Amd, CallOrder, Lane, OrderEnd, PhoneNumber, Reach},
};

/// What was seen of an attempt.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct Facts<'a> {
    pub is_answered: bool,
    pub is_content: bool,
    pub is_cancelled: bool,
    pub is_refused: bool,
    pub is_unseen: bool,
    pub wants: Amd,
    pub amd: Option<&'a str>,
    pub cause: Option<i32>,
    pub tech_cause: Option<i32>,
    pub dial_status: &'a str,
}

/// What comes after an attempt.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs)]
pub enum Next {
    Again(Timestamp),
    End(OrderEnd, String),
}

/// Windows.
#[derive(Clone, Debug)]
pub struct Windows;

impl Windows {
    /// Reads.
    pub fn new(_: &OutboundConfig) -> Result<Self, String> {
        Ok(Self)
    }
}

/// What came of it.
#[must_use]
pub fn reach(facts: &Facts) -> Reach {
    match (facts.is_answered, facts.tech_cause, facts.cause) {
        (true, ..) if facts.is_content => Reach::Heard,
        (true, ..) => Reach::HungUp,
        (_, Some(486), _) => Reach::Busy,
        (_, Some(503), _) => Reach::Congestion,
        (_, _, Some(19)) => Reach::NoAnswer,
        (_, None, None) => Reach::Unknown,
        _ => Reach::Failed,
    }
}

/// What is next.
#[must_use]
pub fn next(order: &CallOrder, reaches: &[Reach], ended_at: Timestamp, _: &Windows) -> Next {
    let last = reaches.last().copied().unwrap_or(Reach::Unknown);
    if last == Reach::Heard {
        return Next::End(OrderEnd::Done, "heard".to_owned());
    }
    let count = reaches.iter().filter(|r| **r == last).count();
    match order.retry.after.get(&last) {
        Some(after) if count < after.max as usize && reaches.len() < order.retry.ceiling as usize => {
            Next::Again(ended_at + i64::from(after.delay_secs).seconds())
        }
        _ => Next::End(OrderEnd::Exhausted, format!("{last:?}")),
    }
}

/// Windows.
#[must_use]
pub fn first_allowed(at: Timestamp, _: &TimeZone, _: &Windows, _: Lane) -> Option<Timestamp> {
    Some(at)
}

/// Zone.
#[must_use]
pub fn zone_of(_: &PhoneNumber, _: &BTreeMap<String, String>, default: &TimeZone) -> TimeZone {
    default.clone()
}

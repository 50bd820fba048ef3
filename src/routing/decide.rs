//! Which way a call goes: a pure function of the call, the rule book, the calendars and the time.
//!
//! 1. A caller on the list `block` is refused (`routing.blocked`), before any rule.
//! 2. Of the rules that match, the first in the order of [`super::book::Rank`].
//! 3. The default (`routing.default`).

use std::{fmt, sync::Arc};

use jiff::Timestamp;

use super::{
    arrival::{Arrival, Caller},
    book::{Book, Ranked},
    calendar::Calendars,
};
use crate::model::{ListName, NumberMatch, Refuse, Route, Rule, Sense, Target};

/// Rules that are shown of those that are about other numbers.
const MOST_OTHERS: usize = 100;
/// Rules that are shown at most.
const MOST_SHOWN: usize = 1000;

/// What holds for all calls.
#[derive(Clone, Debug)]
pub struct Standing {
    /// Where calls go that no rule claims.
    pub default: Target,
    /// How callers on the list `block` are refused; none: only by rules.
    pub blocked: Option<Refuse>,
    /// Opening hours.
    pub calendars: Calendars,
}

/// Why a rule does not claim a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Miss {
    /// It has expired.
    Expired(Timestamp),
    /// It is about another caller.
    Caller(NumberMatch),
    /// It is about another called number.
    Called(NumberMatch),
    /// It is about another gateway.
    Gateway(String),
    /// The caller does not stand on its list.
    List(ListName),
    /// Its calendar is not so at this time.
    Hours(String, Sense),
    /// Its calendar is not in the configuration.
    NoCalendar(String),
    /// A rule sent the call on before, and this one would send it on again.
    Circle,
}

impl fmt::Display for Miss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Expired(at) => write!(f, "it expired at {at}"),
            Self::Caller(number) => write!(f, "it is about the caller {number}"),
            Self::Called(number) => write!(f, "it is about calls to {number}"),
            Self::Gateway(gateway) => write!(f, "it is about the gateway {gateway}"),
            Self::List(list) => write!(f, "the caller is not on the list {}", list.as_str()),
            Self::Hours(calendar, Sense::Open) => write!(f, "{calendar} is closed"),
            Self::Hours(calendar, Sense::Closed) => write!(f, "{calendar} is open"),
            Self::NoCalendar(calendar) => write!(f, "there is no calendar [routing.hours.{calendar}]"),
            Self::Circle => f.write_str("the call was sent on before: it would go in a circle"),
        }
    }
}

/// A rule that was looked at.
#[derive(Clone, Debug, PartialEq)]
pub struct Considered {
    /// Which.
    pub rule: Rule,
    /// Why it does not claim the call; `None`: it matches.
    pub miss: Option<Miss>,
    /// It decides.
    pub decides: bool,
}

impl Considered {
    /// One sentence on it.
    #[must_use]
    pub fn words(&self) -> String {
        match (&self.miss, self.decides) {
            (Some(miss), _) => format!("does not match: {miss}"),
            (None, true) => "decides".to_owned(),
            (None, false) => "matches, but what decides comes before it".to_owned(),
        }
    }
}

/// A decision with everything that was looked at.
#[derive(Clone, Debug, PartialEq)]
pub struct Explained {
    /// The decision.
    pub route: Route,
    /// The list that the caller stands on.
    pub list: Option<ListName>,
    /// Rules, in the order in which they are looked at.
    pub considered: Vec<Considered>,
    /// Rules that are left out here, because they are about other numbers.
    pub others: usize,
}

/// Which way a call goes.
pub(super) fn decide(book: &Book, standing: &Standing, arrival: &Arrival, now: Timestamp) -> Route {
    let list = book.list_of(&arrival.caller, now);
    if let Some(route) = blocked(standing, list) {
        return route;
    }
    match book.first(arrival, |rule| miss(rule, standing, arrival, list, now).is_none()) {
        Some(ranked) => by_rule(&ranked.rule),
        None => default(standing),
    }
}

/// The same with each rule that was looked at. It looks at all of them: not for the way of a call.
pub(super) fn explain(book: &Book, standing: &Standing, arrival: &Arrival, now: Timestamp) -> Explained {
    let list = book.list_of(&arrival.caller, now);
    let route = decide(book, standing, arrival, now);
    let (mut considered, mut left_out) = (Vec::new(), 0);
    let shows_others = book.len() <= MOST_OTHERS;
    for ranked in book.in_order() {
        let miss = miss(&ranked.rule, standing, arrival, list, now);
        let is_other = matches!(miss, Some(Miss::Caller(_) | Miss::Called(_)));
        if (is_other && !shows_others) || considered.len() >= MOST_SHOWN {
            left_out += 1;
            continue;
        }
        considered.push(look(ranked, miss, &route));
    }
    Explained { route, list, considered, others: left_out }
}

fn look(ranked: &Arc<Ranked>, miss: Option<Miss>, route: &Route) -> Considered {
    let decides = miss.is_none() && route.rule.as_ref() == Some(&ranked.rule.id);
    Considered { rule: ranked.rule.clone(), miss, decides }
}

fn blocked(standing: &Standing, list: Option<ListName>) -> Option<Route> {
    let reason = standing.blocked.filter(|_| list == Some(ListName::Block))?;
    let why = "the caller is on the list block".to_owned();
    Some(Route { target: Target::Reject { reason }, rule: None, reason: why })
}

fn default(standing: &Standing) -> Route {
    Route { target: standing.default.clone(), rule: None, reason: "no rule claims the call".to_owned() }
}

fn by_rule(rule: &Rule) -> Route {
    let reason = format!("rule {} is about {}", rule.id, about(rule));
    Route { target: rule.target.clone(), rule: Some(rule.id.clone()), reason }
}

/// What a rule is about, in words.
#[must_use]
pub fn about(rule: &Rule) -> String {
    let matches = &rule.matches;
    let mut parts = Vec::new();
    parts.extend(matches.caller.as_ref().map(|number| format!("the caller {number}")));
    parts.extend(matches.called.as_ref().map(|number| format!("calls to {number}")));
    parts.extend(matches.gateway.as_ref().map(|gateway| format!("the gateway {gateway}")));
    parts.extend(matches.list.map(|list| format!("callers on the list {}", list.as_str())));
    parts.extend(
        matches
            .hours
            .as_ref()
            .map(|hours| format!("times when {} is {}", hours.calendar, hours.when.as_str())),
    );
    if parts.is_empty() { "every call".to_owned() } else { parts.join(", ") }
}

/// Why a rule does not claim a call; `None`: it does.
fn miss(
    rule: &Rule,
    standing: &Standing,
    arrival: &Arrival,
    list: Option<ListName>,
    now: Timestamp,
) -> Option<Miss> {
    let matches = &rule.matches;
    if let Some(at) = rule.expires_at.filter(|at| *at <= now) {
        return Some(Miss::Expired(at));
    }
    if let Some(number) = matches.caller.as_ref().filter(|number| !is_caller(number, &arrival.caller)) {
        return Some(Miss::Caller(number.clone()));
    }
    let is_called = |number: &&NumberMatch| arrival.called.as_ref().is_some_and(|n| number.is_of(n.as_str()));
    if let Some(number) = matches.called.as_ref().filter(|number| !is_called(number)) {
        return Some(Miss::Called(number.clone()));
    }
    if let Some(gateway) = matches.gateway.as_ref().filter(|name| arrival.gateway.as_ref() != Some(name)) {
        return Some(Miss::Gateway(gateway.clone()));
    }
    if let Some(name) = matches.list.filter(|name| list != Some(*name)) {
        return Some(Miss::List(name));
    }
    let is_onward = matches!(rule.target, Target::Extension { .. } | Target::Gateway { .. });
    if arrival.was_routed && is_onward {
        return Some(Miss::Circle);
    }
    let hours = matches.hours.as_ref()?;
    match standing.calendars.get(&hours.calendar) {
        None => Some(Miss::NoCalendar(hours.calendar.clone())),
        Some(calendar) if calendar.is_open(now) == (hours.when == Sense::Open) => None,
        Some(_) => Some(Miss::Hours(hours.calendar.clone(), hours.when)),
    }
}

fn is_caller(number: &NumberMatch, caller: &Caller) -> bool {
    match (number, caller) {
        (NumberMatch::Withheld, Caller::Withheld) => true,
        (number, Caller::Number(caller)) => number.is_of(caller.as_str()),
        _ => false,
    }
}

#[cfg(test)]
#[path = "decide_tests.rs"]
mod tests;

//! The rule book in memory: every rule and list entry, found by the numbers they are for.

use std::{cmp::Reverse, collections::HashMap, sync::Arc};

use jiff::Timestamp;

use super::{
    arrival::{Arrival, Caller},
    by_number::{ByNumber, Sought},
};
use crate::model::{ListEntry, ListName, NumberMatch, Rule, RuleId};

/// The order in which rules are looked at: the highest priority first; of the same one the rule that says more
/// narrowly who calls, then what was called, then with a gateway, a list, hours; at last by the id. No two rules
/// have the same place.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Rank {
    priority: Reverse<i32>,
    narrowness: Reverse<(u8, u8, bool, bool, bool)>,
    id: RuleId,
}

impl Rank {
    fn of(rule: &Rule) -> Self {
        let narrow = |number: &Option<NumberMatch>| number.as_ref().map_or(0, NumberMatch::narrowness);
        let matches = &rule.matches;
        let narrowness = (
            narrow(&matches.caller),
            narrow(&matches.called),
            matches.gateway.is_some(),
            matches.list.is_some(),
            matches.hours.is_some(),
        );
        Self { priority: Reverse(rule.priority), narrowness: Reverse(narrowness), id: rule.id.clone() }
    }
}

/// A rule with its place in the order.
#[derive(Clone, Debug)]
pub(super) struct Ranked {
    pub(super) rank: Rank,
    pub(super) rule: Rule,
}

type Rules = Vec<Arc<Ranked>>;

/// Every rule and list entry.
#[derive(Debug, Default)]
pub(super) struct Book {
    /// The store's count of changes that this book knows all of.
    pub(super) revision: i64,
    /// The newest change of our own that is in here; changes of others before it may be missing.
    pub(super) newest: i64,
    rules: HashMap<RuleId, Arc<Ranked>>,
    /// By caller, then by called number; each place in the order of ranks.
    index: ByNumber<ByNumber<Rules>>,
    lists: ByNumber<Vec<ListEntry>>,
}

impl Book {
    pub(super) fn new(rules: Vec<Rule>, entries: Vec<ListEntry>, revision: i64) -> Self {
        let mut book = Self { revision, ..Self::default() };
        for rule in rules {
            book.put(rule);
        }
        for entry in entries {
            book.put_entry(entry);
        }
        book
    }

    /// How many rules there are.
    pub(super) fn len(&self) -> usize {
        self.rules.len()
    }

    /// Takes a rule in, in place of the one of its id.
    pub(super) fn put(&mut self, rule: Rule) {
        self.remove(&rule.id);
        let ranked = Arc::new(Ranked { rank: Rank::of(&rule), rule });
        let matches = &ranked.rule.matches;
        let rules = self.index.place(matches.caller.as_ref()).place(matches.called.as_ref());
        let at = rules.partition_point(|other| other.rank < ranked.rank);
        rules.insert(at, Arc::clone(&ranked));
        self.rules.insert(ranked.rule.id.clone(), ranked);
    }

    /// Takes a rule out.
    pub(super) fn remove(&mut self, id: &RuleId) {
        let Some(old) = self.rules.remove(id) else { return };
        let (caller, called) = (old.rule.matches.caller.as_ref(), old.rule.matches.called.as_ref());
        let by_called = self.index.place(caller);
        by_called.place(called).retain(|other| other.rule.id != *id);
        by_called.tidy(called);
        self.index.tidy(caller);
    }

    /// Takes a list entry in, in place of the one for its number.
    pub(super) fn put_entry(&mut self, entry: ListEntry) {
        self.remove_entry(entry.list, &entry.number);
        self.lists.place(Some(&entry.number.clone())).push(entry);
    }

    /// Takes a list entry out.
    pub(super) fn remove_entry(&mut self, list: ListName, number: &NumberMatch) {
        self.lists.place(Some(number)).retain(|entry| entry.list != list);
        self.lists.tidy(Some(number));
    }

    /// The list that a caller stands on: by the narrowest entry; of two as narrow, the list `vip`.
    pub(super) fn list_of(&self, caller: &Caller, now: Timestamp) -> Option<ListName> {
        let mut best: Option<(u8, ListName)> = None;
        self.lists.each(sought(caller), |entries: &Vec<ListEntry>| {
            for entry in entries.iter().filter(|entry| entry.expires_at.is_none_or(|at| now < at)) {
                best = best.max(Some((entry.number.narrowness(), entry.list)));
            }
        });
        best.map(|(_, list)| list)
    }

    /// The first rule in the order that `fits`, of those whose numbers fit.
    pub(super) fn first(&self, arrival: &Arrival, fits: impl Fn(&Rule) -> bool) -> Option<&Arc<Ranked>> {
        let called = arrival.called.as_ref().map_or(Sought::Other, |number| Sought::Number(number.as_str()));
        let mut best: Option<&Arc<Ranked>> = None;
        self.index.each(sought(&arrival.caller), |by_called| {
            by_called.each(called, |rules| {
                let before = |one: &&Arc<Ranked>| best.is_none_or(|best| one.rank < best.rank);
                if let Some(found) = rules.iter().take_while(before).find(|one| fits(&one.rule)) {
                    best = Some(found);
                }
            });
        });
        best
    }

    /// Every rule, in the order in which they are looked at.
    pub(super) fn in_order(&self) -> Vec<&Arc<Ranked>> {
        let mut all: Vec<_> = self.rules.values().collect();
        all.sort_unstable_by(|one, other| one.rank.cmp(&other.rank));
        all
    }

    /// The ids of rules that have expired.
    pub(super) fn expired(&self, now: Timestamp) -> Vec<RuleId> {
        let rules = self.rules.values().map(|ranked| &ranked.rule);
        rules.filter(|rule| is_over(rule, now)).map(|rule| rule.id.clone()).collect()
    }

    /// Takes a rule out if it has expired.
    pub(super) fn forget(&mut self, id: &RuleId, now: Timestamp) {
        if self.rules.get(id).is_some_and(|ranked| is_over(&ranked.rule, now)) {
            self.remove(id);
        }
    }
}

fn is_over(rule: &Rule, now: Timestamp) -> bool {
    rule.expires_at.is_some_and(|at| at <= now)
}

fn sought(caller: &Caller) -> Sought<'_> {
    match caller {
        Caller::Number(number) => Sought::Number(number.as_str()),
        Caller::Withheld => Sought::Withheld,
        Caller::Other => Sought::Other,
    }
}

//! Why no timetable fits: the smallest set of rules, people and shifts that cannot hold together.
//!
//! First it is asked whether one person or one shift is asked for too much; then, for all together, which demands
//! cannot all be met: each may be broken at a price (an elastic programme). Then what is not needed for the clash is
//! taken out, by halves: of the demands, and of all that stands against them.

mod items;
mod programme;
mod shrink;
mod sums;
#[cfg(test)]
mod tests;
mod words;

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use items::Item;
use programme::{Outcome, Programme};

use super::Unsolvable;
use crate::{tasks::clock, timetable::problem::Problem};

/// How long to look for the smallest set; after that it may be larger than needed, but still clashes.
pub(super) const PATIENCE: Duration = Duration::from_secs(15);

/// Nobody reads more; the clashes have all.
const MOST_SENTENCES: usize = 40;

/// What can be said without a long search: sums, people and shifts that are impossible by themselves, and what does not
/// even fit if people could be split.
pub(super) fn at_once(problem: &Problem) -> Option<Unsolvable> {
    let seeker = Seeker::new(problem);
    let found = || seeker.alone().or_else(|| seeker.together(&[false]));
    sums::sums(problem).or_else(|| Some(told(problem, &found()?)))
}

/// The rules that cannot hold together, if they were found in time.
pub(super) fn explain(problem: &Problem) -> Option<Unsolvable> {
    sums::sums(problem).or_else(|| Some(told(problem, &clash(problem)?)))
}

/// There is no timetable, and it took too long to find out why.
pub(super) fn unknown() -> Unsolvable {
    let sentence = "The rules contradict each other, but which of them do was not found in time: loosen one after the \
                    other.";
    Unsolvable { clashes: Vec::new(), sentences: vec![sentence.to_owned()] }
}

/// The smallest clash that is not only one of sums.
fn clash(problem: &Problem) -> Option<Vec<Item>> {
    let seeker = Seeker::new(problem);
    seeker.alone().or_else(|| seeker.together(&[false, true]))
}

fn told(problem: &Problem, items: &[Item]) -> Unsolvable {
    let mut sentences = words::sentences(problem, items);
    if sentences.len() > MOST_SENTENCES {
        let more = sentences.split_off(MOST_SENTENCES).len();
        sentences.push(format!("And {more} more rules take part."));
    }
    Unsolvable { clashes: items.iter().map(|item| item.clash(problem)).collect(), sentences }
}

struct Seeker<'a> {
    programme: Programme<'a>,
    demands: Vec<Item>,
    supplies: Vec<Item>,
    until: Instant,
}

impl<'a> Seeker<'a> {
    fn new(problem: &'a Problem) -> Self {
        let (demands, supplies) = (items::demands(problem), items::supplies(problem));
        Self { programme: Programme::new(problem), demands, supplies, until: clock::instant() + PATIENCE }
    }

    fn is_late(&self) -> bool {
        clock::instant() >= self.until
    }

    /// What is asked of one person, or of one shift, and is too much by itself.
    fn alone(&self) -> Option<Vec<Item>> {
        let of_people = grouped(self.demands.iter().filter_map(|item| Some((item.member()?, *item))));
        let of_shifts = grouped(self.demands.iter().filter_map(|item| Some((item.slot()?, *item))));
        let groups = of_people.into_values().chain(of_shifts.into_values());
        groups.take_while(|_| !self.is_late()).find_map(|demands| self.smallest(&demands))
    }

    /// What is too much only together: each demand may be broken at a price, those that are broken become hard, and
    /// so on until nothing fits. At first people may be split, which is quicker and often says enough.
    fn together(&self, ways: &[bool]) -> Option<Vec<Item>> {
        let mut hard = Vec::new();
        for whole in ways.iter().copied() {
            loop {
                let soft: Vec<_> =
                    self.demands.iter().filter(|demand| !hard.contains(*demand)).copied().collect();
                let items: Vec<_> = self.supplies.iter().chain(&hard).copied().collect();
                match self.programme.solve(&items, &soft, whole) {
                    Outcome::Nothing => return self.smallest(&hard),
                    Outcome::Broken(broken) if !broken.is_empty() => hard.extend(broken),
                    Outcome::Broken(_) => break,
                    Outcome::Unknown if !whole => break,
                    // What is left is to take out by halves what is not needed of everything.
                    Outcome::Unknown => return self.smallest(&self.demands),
                }
            }
        }
        None
    }

    /// The smallest clash of these demands with what stands against them; none if they can be met.
    fn smallest(&self, demands: &[Item]) -> Option<Vec<Item>> {
        let mut clashes = |items: &[Item]| {
            !self.is_late() && matches!(self.programme.solve(items, &[], true), Outcome::Nothing)
        };
        let near = self.programme.near(demands, &self.supplies);
        let all: Vec<_> = near.iter().chain(demands).copied().collect();
        if !clashes(&all) {
            return None;
        }
        let hard = shrink::smallest(&near, demands, &mut clashes);
        let near = self.programme.near(&hard, &near);
        let against = shrink::smallest(&hard, &near, &mut clashes);
        let mut found: Vec<_> = hard.into_iter().chain(against).collect();
        found.sort();
        Some(found)
    }
}

/// Things by what they have in common.
fn grouped<K: Ord, V>(pairs: impl Iterator<Item = (K, V)>) -> BTreeMap<K, Vec<V>> {
    let mut groups: BTreeMap<K, Vec<V>> = BTreeMap::new();
    for (key, value) in pairs {
        groups.entry(key).or_default().push(value);
    }
    groups
}

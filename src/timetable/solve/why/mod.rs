//! Why no timetable fits: the smallest set of rules, people and shifts that cannot hold together.
//!
//! First the demands are found that cannot all be met: each may be broken at a price (an elastic programme), those
//! that are broken become hard, and so on until nothing fits. Then what is not needed for the clash is taken out,
//! by halves: of the demands, and of all that stands against them.

mod items;
mod programme;
mod shrink;
mod words;

use std::{collections::BTreeMap, time::Duration};

use items::Item;
use programme::{Outcome, Programme};

use super::Unsolvable;
use crate::{
    tasks::clock,
    timetable::{check::Rule, problem::Problem},
};

use super::error::Clash;

/// How long to look for the smallest set; after that it may be larger than needed, but still clashes.
const PATIENCE: Duration = Duration::from_secs(15);

/// The rules that cannot hold together.
pub(super) fn explain(problem: &Problem) -> Unsolvable {
    if let Some(found) = sums(problem) {
        return found;
    }
    let begun = clock::instant();
    let programme = Programme::new(problem);
    let (demands, supplies) = (items::demands(problem), items::supplies(problem));
    let mut clashes = |items: &[Item]| {
        begun.elapsed() < PATIENCE && matches!(programme.solve(items, &[]), Outcome::Nothing)
    };
    let mut hard = Vec::new();
    loop {
        let items: Vec<_> = supplies.iter().chain(&hard).copied().collect();
        let soft: Vec<_> = demands.iter().filter(|demand| !hard.contains(*demand)).copied().collect();
        match programme.solve(&items, &soft) {
            Outcome::Broken(broken) if !broken.is_empty() => hard.extend(broken),
            // All can be met after all, or HiGHS could not tell.
            Outcome::Broken(_) | Outcome::Unknown | Outcome::Nothing => break,
        }
    }
    let hard = shrink::smallest(&supplies, &hard, &mut clashes);
    let near = programme.near(&hard, &supplies);
    let against = shrink::smallest(&hard, &near, &mut clashes);
    let mut all: Vec<Item> = hard.into_iter().chain(against).collect();
    all.sort();
    Unsolvable {
        clashes: all.iter().map(|item| item.clash(problem)).collect(),
        sentences: words::sentences(problem, &all),
    }
}

/// Loads and lines that cannot come out even, whoever is where.
fn sums(problem: &Problem) -> Option<Unsolvable> {
    let loads: usize = problem.members.iter().map(|member| member.load).sum();
    let cells: usize = problem.places().map(|place| problem.lines_at(place)).sum();
    let found = |rules: [(Rule, String); 2], sentence: String| {
        let clash = |(rule, reason)| Clash { rule, of: None, day: None, shift: None, reason };
        Unsolvable { clashes: rules.map(clash).into(), sentences: vec![sentence] }
    };
    if problem.rules.exact_loads && loads > cells {
        let rules =
            [(Rule::Load, format!("{loads} shifts in all")), (Rule::Lines, format!("{cells} cells in all"))];
        let sentence =
            format!("The loads are {loads} shifts together, but the lines have only {cells} cells.");
        return Some(found(rules, sentence));
    }
    let most = problem.rules.max_empty_lines?;
    let needed: usize = problem.places().map(|place| problem.lines_at(place).saturating_sub(most)).sum();
    let rules =
        [(Rule::Empty, format!("{needed} cells in all")), (Rule::Load, format!("{loads} shifts in all"))];
    let sentence = format!(
        "With at most {most} empty lines in a shift {needed} cells have to be filled, but the loads are only {loads} \
         shifts together."
    );
    (needed > loads).then(|| found(rules, sentence))
}

/// Things by what they have in common.
fn grouped<K: Ord, V>(pairs: impl Iterator<Item = (K, V)>) -> BTreeMap<K, Vec<V>> {
    let mut groups: BTreeMap<K, Vec<V>> = BTreeMap::new();
    for (key, value) in pairs {
        groups.entry(key).or_default().push(value);
    }
    groups
}

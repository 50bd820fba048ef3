//! Loads and cells that cannot come out even, whoever is where: nothing is quicker said.

use crate::timetable::{
    Place, Unsolvable,
    check::{Rule, idle_leaves},
    problem::Problem,
    solve::error::Clash,
};

/// Loads and lines that cannot come out even, whoever is where.
pub(super) fn sums(problem: &Problem) -> Option<Unsolvable> {
    let loads: usize = problem.members.iter().map(|member| member.load).sum();
    let cells: usize = problem.places().map(|place| problem.lines_at(place)).sum();
    let found = |rules, sentence| found(None, rules, sentence);
    if problem.rules.exact_loads && loads > cells {
        let rules =
            [(Rule::Load, format!("{loads} shifts in all")), (Rule::Lines, format!("{cells} cells in all"))];
        let sentence =
            format!("The loads are {loads} shifts together, but the lines have only {cells} cells.");
        return Some(found(rules, sentence));
    }
    if let Some(found) = of_groups(problem) {
        return Some(found);
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

fn found(of: Option<&str>, rules: [(Rule, String); 2], sentence: String) -> Unsolvable {
    let clash = |(rule, reason)| Clash { rule, of: of.map(str::to_owned), day: None, shift: None, reason };
    Unsolvable { clashes: rules.map(clash).into(), sentences: vec![sentence] }
}

/// Exact loads of a group that has fewer cells.
fn of_groups(problem: &Problem) -> Option<Unsolvable> {
    let (rules, weights) = (&problem.rules, &problem.weights);
    if !rules.exact_loads {
        return None;
    }
    let too_few = |group: &str, rule: Rule, most: &dyn Fn(Place) -> usize| {
        let of_group = problem.members.iter().filter(|member| member.groups.contains(group));
        let loads: usize = of_group.map(|member| member.load).sum();
        let cells: usize = problem.places().map(|place| most(place).min(problem.lines_at(place))).sum();
        let sentence = format!(
            "The loads of {group} are {loads} shifts together, but its limit leaves only {cells} cells."
        );
        let rules = [(Rule::Load, format!("{loads} shifts in all")), (rule, format!("{cells} cells in all"))];
        (loads > cells).then(|| found(Some(group), rules, sentence))
    };
    let on_phone = rules.max_on_phone.iter().filter(|_| weights.over_group == 0);
    let mut on_phone = on_phone.filter_map(|(group, most)| too_few(group, Rule::OnPhone, &|_| *most));
    let idle = rules.min_idle.iter().filter(|_| weights.under_idle == 0);
    let mut idle = idle.filter_map(|(group, least)| {
        too_few(group, Rule::Idle, &|place| idle_leaves(problem, group, *least, place))
    });
    on_phone.next().or_else(|| idle.next())
}

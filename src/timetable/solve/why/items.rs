//! Single rules, of one person, day or shift each: what a clash is made of.

use crate::timetable::{
    check::Rule,
    problem::{Place, Problem},
    solve::error::Clash,
};

/// One rule of one person, shift, table or group. Members and slots are the problem's numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Item {
    /// A demand: all of the load.
    LoadLeast(usize),
    /// A demand: this shift.
    Forced(usize, usize),
    /// A demand: enough people in a shift.
    Filled(usize),
    LoadMost(usize),
    Busy(usize, usize),
    DayLimit(usize, usize),
    Lunch(usize, usize),
    Gap(usize, usize),
    Lines(usize),
    Table(i64, usize),
    /// The group's number in `rules.max_on_phone`.
    OnPhone(usize, usize),
    /// The group's number in `rules.min_idle`.
    Idle(usize, usize),
}

/// What has to be met.
pub(super) fn demands(problem: &Problem) -> Vec<Item> {
    let mut items = Vec::new();
    for (n, member) in problem.members.iter().enumerate() {
        if problem.rules.exact_loads && member.load > 0 {
            items.push(Item::LoadLeast(n));
        }
        if problem.rules.keep_forced {
            let free = member.forced.iter().filter(|place| !member.busy.contains_key(place));
            items.extend(free.map(|place| Item::Forced(n, problem.slot(*place))));
        }
    }
    if let Some(most) = problem.rules.max_empty_lines {
        let needs = |place: &Place| problem.lines_at(*place) > most;
        items.extend(problem.places().filter(needs).map(|place| Item::Filled(problem.slot(place))));
    }
    items
}

/// What stands against it.
pub(super) fn supplies(problem: &Problem) -> Vec<Item> {
    let (rules, weights) = (&problem.rules, &problem.weights);
    let mut items: Vec<_> = (0..problem.slots()).map(Item::Lines).collect();
    for (n, member) in problem.members.iter().enumerate() {
        items.push(Item::LoadMost(n));
        items.extend(member.busy.keys().map(|place| Item::Busy(n, problem.slot(*place))));
        let lunch = rules.lunch_break && !problem.needs_no_lunch(member) && problem.lunch().len() > 1;
        for day in 0..problem.days.len() {
            items.push(Item::DayLimit(n, day));
            items.extend(lunch.then_some(Item::Lunch(n, day)));
            items.extend(rules.no_gaps.then_some(Item::Gap(n, day)));
        }
    }
    if rules.max_per_table.is_some() && weights.over_table == 0 {
        let mut tables: Vec<_> = problem.members.iter().filter_map(|member| member.table).collect();
        tables.sort_unstable();
        tables.dedup();
        items.extend(
            tables.iter().flat_map(|table| (0..problem.slots()).map(|slot| Item::Table(*table, slot))),
        );
    }
    if weights.over_group == 0 {
        let groups = 0..rules.max_on_phone.len();
        items.extend(
            groups.flat_map(|group| (0..problem.slots()).map(move |slot| Item::OnPhone(group, slot))),
        );
    }
    if weights.under_idle == 0 {
        let groups = 0..rules.min_idle.len();
        items.extend(groups.flat_map(|group| (0..problem.slots()).map(move |slot| Item::Idle(group, slot))));
    }
    items
}

/// The name of a group of `max_on_phone` or `min_idle`.
pub(super) fn group(groups: &std::collections::BTreeMap<String, usize>, n: usize) -> (&str, usize) {
    groups.iter().nth(n).map_or(("", 0), |(name, limit)| (name.as_str(), *limit))
}

impl Item {
    /// Of whom this is demanded.
    pub fn member(self) -> Option<usize> {
        match self {
            Self::LoadLeast(n) | Self::Forced(n, _) => Some(n),
            _ => None,
        }
    }

    /// In which shift this is demanded.
    pub fn slot(self) -> Option<usize> {
        match self {
            Self::Forced(_, slot) | Self::Filled(slot) => Some(slot),
            _ => None,
        }
    }

    /// For programs.
    pub fn clash(self, problem: &Problem) -> Clash {
        let member = |n: usize| Some(problem.members[n].id.clone());
        let rules = &problem.rules;
        let (rule, of, slot, day) = match self {
            Self::LoadLeast(n) | Self::LoadMost(n) => (Rule::Load, member(n), None, None),
            Self::Forced(n, slot) => (Rule::Forced, member(n), Some(slot), None),
            Self::Busy(n, slot) => (Rule::Busy, member(n), Some(slot), None),
            Self::DayLimit(n, day) => (Rule::DayLimit, member(n), None, Some(day)),
            Self::Lunch(n, day) => (Rule::Lunch, member(n), None, Some(day)),
            Self::Gap(n, day) => (Rule::Gap, member(n), None, Some(day)),
            Self::Lines(slot) => (Rule::Lines, None, Some(slot), None),
            Self::Filled(slot) => (Rule::Empty, None, Some(slot), None),
            Self::Table(table, slot) => (Rule::Table, Some(table.to_string()), Some(slot), None),
            Self::OnPhone(n, slot) => {
                (Rule::OnPhone, Some(group(&rules.max_on_phone, n).0.to_owned()), Some(slot), None)
            }
            Self::Idle(n, slot) => {
                (Rule::Idle, Some(group(&rules.min_idle, n).0.to_owned()), Some(slot), None)
            }
        };
        let place = slot.map(|slot| problem.place(slot));
        let reason = match (self, place) {
            (Self::Busy(n, _), Some(place)) => {
                problem.members[n].busy.get(&place).cloned().unwrap_or_default()
            }
            _ => String::new(),
        };
        let day = place.map(|place| place.day).or(day).and_then(|day| problem.days.get(day).cloned());
        Clash { rule, of, day, shift: place.map(|place| place.shift), reason }
    }
}

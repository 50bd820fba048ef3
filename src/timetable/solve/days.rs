//! The days that somebody can have: each subset of a day's shifts is one, with all that it costs by itself.

use std::collections::BTreeMap;

use crate::timetable::{
    check::{Blemish, blemishes},
    problem::{Member, Place, Problem},
};

/// Columns that a model should not have more of: above that, only the days that cost the least are looked at.
const MOST_COLUMNS: usize = 250_000;

/// A subset of a day's shifts: bit n is shift n.
pub(super) type Mask = u128;

/// One way to spend a day, for anybody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Shape {
    pub mask: Mask,
    /// How many shifts.
    pub count: usize,
    /// What the shape itself costs.
    pub points: u64,
}

/// The shapes of days that the rules allow, by a person's limit and lunch.
pub(super) struct Shapes {
    known: BTreeMap<(usize, bool), Vec<Shape>>,
    /// Not all of them: there would be too many.
    pub partial: bool,
}

impl Shapes {
    /// All shapes that these people can have.
    pub fn of(problem: &Problem) -> Self {
        let mut kinds: BTreeMap<(usize, bool), usize> = BTreeMap::new();
        for member in problem.members.iter().filter(|member| member.load > 0) {
            *kinds.entry(kind(problem, member)).or_default() += problem.days.len();
        }
        let days: usize = kinds.values().sum();
        let most = (MOST_COLUMNS / days.max(1)).max(problem.shifts * 2);
        let mut shapes = Self { known: BTreeMap::new(), partial: false };
        for (limit, through) in kinds.into_keys() {
            // All of them; if that is too many, with fewer pauses; at last shorter ones.
            let ways = [usize::MAX, 2, 1].map(|runs| (limit, runs));
            let ways = ways.into_iter().chain((1..limit).rev().map(|shorter| (shorter, 1)));
            let mut ways = ways.filter_map(|(longest, runs)| {
                let found = list(problem, (longest, through), runs, most)?;
                let is_all = longest == limit && (runs >= limit || problem.rules.no_gaps);
                Some((found, !is_all))
            });
            let (mut found, mut partial) = ways.next().unwrap_or_default();
            if found.len() > most {
                found.sort_by_key(|shape| (shape.points, shape.count));
                found.truncate(most);
                partial = true;
            }
            shapes.partial |= partial;
            shapes.known.insert((limit, through), found);
        }
        shapes
    }

    /// One shift each: for a programme that puts a day together from its cells.
    pub fn single(problem: &Problem) -> Vec<Shape> {
        (0..problem.shifts).map(|shift| Shape { mask: 1 << shift, count: 1, points: 0 }).collect()
    }

    /// This person's, on any day.
    pub fn for_member(&self, problem: &Problem, member: &Member) -> &[Shape] {
        self.known.get(&kind(problem, member)).map_or(&[], Vec::as_slice)
    }
}

fn kind(problem: &Problem, member: &Member) -> (usize, bool) {
    (problem.limit(member).min(member.load), problem.needs_no_lunch(member))
}

/// The shapes of at most `limit` shifts in at most so many runs; none if there are far more than are wanted.
fn list(problem: &Problem, (limit, through): (usize, bool), runs: usize, most: usize) -> Option<Vec<Shape>> {
    let mut found = Vec::new();
    let enough = most.saturating_mul(4).max(10_000);
    // Shift after shift, each shape that ends before it is carried on with it.
    let mut open: Vec<(Vec<usize>, usize)> = vec![(Vec::new(), 0)];
    let mut at = 0;
    while let Some((shifts, so_far)) = open.get(at).cloned() {
        at += 1;
        if open.len() > enough {
            return None;
        }
        if let Some(shape) = shape(problem, &shifts, through) {
            found.push(shape);
        }
        if shifts.len() == limit {
            continue;
        }
        let next = shifts.last().map_or(0, |last| last + 1);
        for shift in next..problem.shifts {
            let is_new = shifts.is_empty() || shift > next;
            let runs_now = so_far + usize::from(is_new);
            if runs_now <= runs {
                let mut longer = shifts.clone();
                longer.push(shift);
                open.push((longer, runs_now));
            }
        }
    }
    Some(found)
}

/// A shape as the rules allow it; none for an empty day.
fn shape(problem: &Problem, shifts: &[usize], through: bool) -> Option<Shape> {
    let mask = shifts.iter().fold(0, |mask, shift| mask | (1 << shift));
    let fits = !shifts.is_empty() && allowed(problem, mask, through);
    fits.then(|| Shape { mask, count: shifts.len(), points: points(problem, mask, through) })
}

/// What the shape of a day costs; `through`: for somebody who wants no lunch break.
pub(super) fn points(problem: &Problem, mask: Mask, through: bool) -> u64 {
    let shifts: Vec<_> = shifts(mask).collect();
    let n = shifts.len() as u64;
    let weights = &problem.weights;
    let points = blemishes(&shifts, problem.shifts, &problem.lunch()).into_iter().map(|blemish| {
        u64::from(match blemish {
            Blemish::NoBrunch if through => 0,
            Blemish::NoBrunch => weights.no_brunch,
            Blemish::Discontinuous => weights.discontinuous,
            Blemish::FarDiscontinuous => weights.far_discontinuous,
            Blemish::Marathon => weights.marathon,
        })
    });
    points.sum::<u64>() + u64::from(weights.concentrated) * n * n.saturating_sub(1)
}

/// Whether the rules about a day's shape allow it.
pub(super) fn allowed(problem: &Problem, mask: Mask, through: bool) -> bool {
    let lunch = problem.lunch();
    let no_break = lunch.len() > 1 && lunch.iter().all(|shift| mask >> shift & 1 == 1);
    let run = mask >> mask.trailing_zeros().min(127);
    let has_gap = run & (run.wrapping_add(1)) != 0;
    !(problem.rules.lunch_break && no_break && !through || problem.rules.no_gaps && has_gap)
}

/// The shifts of this day that somebody is busy in.
pub(super) fn busy(member: &Member, day: usize) -> Mask {
    let of_day = member.busy.range(Place { day, shift: 0 }..Place { day: day + 1, shift: 0 });
    of_day.fold(0, |mask, (place, _)| mask | (1 << place.shift))
}

/// The shifts of a mask, rising.
pub(super) fn shifts(mask: Mask) -> impl Iterator<Item = usize> {
    (0..128).filter(move |shift| mask >> shift & 1 == 1)
}

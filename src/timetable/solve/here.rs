//! Plans in this process: a first timetable at once, then HiGHS until it is proven or the time is over.

use std::time::Duration;

use super::{
    End, Options, Solution, SolveError,
    engine::{self, Came, Heard, Search},
    first,
    model::Model,
    why,
};
use crate::{
    tasks::clock,
    timetable::{
        check::{Check, check},
        problem::{Grid, Problem},
    },
};

/// What happens on the way.
#[derive(Clone, Copy, Debug)]
pub enum Step<'a> {
    /// A better timetable, and its points.
    Better(&'a Grid, u64),
    /// No timetable has fewer points.
    Bound(u64),
    /// It goes on.
    Alive,
    /// Nothing is found: it is looked for a reason, which may take longer than was asked.
    Explaining,
}

/// Plans a week, and tells each step; its answer says whether to go on.
///
/// # Errors
/// A week that no timetable fits (with the reason), no timetable in time, and what HiGHS cannot do.
pub fn plan_here(
    problem: &Problem,
    options: &Options,
    tell: &mut dyn FnMut(Step<'_>) -> bool,
) -> Result<Solution, SolveError> {
    let options = options.sane();
    let begun = clock::instant();
    let left = |part: f64| (options.seconds - begun.elapsed().as_secs_f64()) * part;
    let mut best = Best { problem, found: None, bound: 0, stopped: false, tell };
    if let Some(grid) = first::timetable(problem, begun + Duration::from_secs_f64(options.seconds / 2.0)) {
        best.take(grid);
    } else {
        best.tell(Step::Explaining);
        if let Some(why) = why::at_once(problem) {
            return Err(SolveError::Unsolvable(why));
        }
    }
    let model = Model::new(problem);
    if model.partial {
        best.search(&Model::loose(problem), &Search { seconds: left(0.4), ..options.search() })?;
    }
    if best.is_proven() {
        return best.solution(End::Proven);
    }
    let start = best.found.as_ref().and_then(|(grid, _)| model.values(grid));
    let end = best.search(&model, &Search { seconds: left(1.0), start, ..options.search() })?;
    if best.found.is_none() && !best.stopped {
        // It may be that there is none, and that the time was too short to prove it.
        best.tell(Step::Explaining);
        if let Some(why) = why::explain(problem) {
            return Err(SolveError::Unsolvable(why));
        }
    }
    let solution = best.solution(end)?;
    // The bound is that of all shapes.
    let is_close = solution.end == End::NotAllLookedAt && options.gap > 0.0 && solution.gap() <= options.gap;
    Ok(if is_close { Solution { end: End::GoodEnough, ..solution } } else { solution })
}

struct Best<'a> {
    problem: &'a Problem,
    found: Option<(Grid, Check)>,
    bound: u64,
    stopped: bool,
    tell: &'a mut dyn FnMut(Step<'_>) -> bool,
}

impl Best<'_> {
    fn tell(&mut self, step: Step<'_>) {
        self.stopped |= !(self.tell)(step);
    }

    /// Keeps a timetable that is better, and only one that breaks no rule, whoever says that it is good.
    fn take(&mut self, grid: Grid) {
        let check = check(self.problem, &grid);
        let is_better = self.found.as_ref().is_none_or(|(_, best)| check.penalty < best.penalty);
        if is_better && check.conflicts.is_empty() {
            self.tell(Step::Better(&grid, check.penalty));
            self.found = Some((grid, check));
        } else {
            self.tell(Step::Alive);
        }
    }

    /// Lets HiGHS search in this programme; says why it ended.
    fn search(&mut self, model: &Model, search: &Search) -> Result<End, SolveError> {
        let came = engine::search(&model.linear, search, &mut |heard| {
            match heard {
                Heard::Better(values) => self.take(model.grid(values)),
                Heard::Bound(bound) => self.rise(bound, model),
                Heard::Alive => self.tell(Step::Alive),
            }
            !self.stopped
        });
        let (values, end) = match came.map_err(SolveError::Failed) {
            Ok(Came::Solved { values, bound }) => {
                self.rise(bound, model);
                // Good among the shapes of days that the programme knows, which says nothing of the others.
                (Some(values), if model.partial { End::NotAllLookedAt } else { End::GoodEnough })
            }
            Ok(Came::Ended { values, bound }) => {
                self.rise(bound, model);
                (values, if self.stopped { End::Stopped } else { End::Deadline })
            }
            // There may be a timetable with days that the programme does not know.
            Ok(Came::Infeasible) if model.partial => (None, End::NotAllLookedAt),
            Ok(Came::Infeasible) if self.found.is_none() => {
                self.tell(Step::Explaining);
                let why = why::explain(self.problem).unwrap_or_else(why::unknown);
                return Err(SolveError::Unsolvable(why));
            }
            Ok(Came::Infeasible) => (None, End::Failed("HiGHS contradicts itself".to_owned())),
            // What was found before is as good as it was.
            Err(error) if self.found.is_none() => return Err(error),
            Err(error) => (None, End::Failed(error.to_string())),
        };
        if let Some(values) = values {
            self.take(model.grid(&values));
        }
        Ok(end)
    }

    fn is_proven(&self) -> bool {
        self.found.as_ref().is_some_and(|(_, check)| check.penalty <= self.bound)
    }

    fn solution(self, end: End) -> Result<Solution, SolveError> {
        let (grid, check) = self.found.ok_or(SolveError::NothingFound)?;
        Ok(Solution::new(grid, check, self.bound, end))
    }

    /// Points are whole: a bound of 419.3 is one of 420.
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "positive, and far below 2^53"
    )]
    fn rise(&mut self, bound: f64, model: &Model) {
        let bound = if model.partial { f64::NEG_INFINITY } else { bound };
        let whole = (bound - 1e-6 * bound.abs().max(1.0)).ceil();
        if whole.is_finite() && whole > self.bound as f64 {
            self.bound = whole as u64;
            self.tell(Step::Bound(self.bound));
        } else {
            self.tell(Step::Alive);
        }
    }
}

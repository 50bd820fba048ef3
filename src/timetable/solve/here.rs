//! Plans in this process: a first timetable at once, then HiGHS until it is proven or the time is over.

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
    let begun = clock::instant();
    let mut best = Best { problem, found: None, bound: 0, stopped: false, tell };
    if let Some(grid) = first::timetable(problem) {
        best.take(grid);
    }
    let model = Model::new(problem);
    let start = best.found.as_ref().and_then(|(grid, _)| model.values(grid));
    let seconds = options.seconds - begun.elapsed().as_secs_f64();
    let search = Search { seconds, seed: options.seed, gap: options.gap, start };
    let came = engine::search(&model.linear, &search, &mut |heard| {
        match heard {
            Heard::Better(values) => best.take(model.grid(values)),
            Heard::Bound(bound) if !model.partial => best.rise(bound + model.offset),
            Heard::Bound(_) | Heard::Alive => best.tell(Step::Alive),
        }
        !best.stopped
    });
    let (values, end) = match came.map_err(SolveError::Failed) {
        Ok(Came::Solved { values, bound }) => {
            best.rise_to_the_end(bound + model.offset, &model);
            (Some(values), End::GoodEnough)
        }
        Ok(Came::Ended { values, bound }) => {
            best.rise_to_the_end(bound + model.offset, &model);
            (values, if best.stopped { End::Stopped } else { End::Deadline })
        }
        Ok(Came::Infeasible) if best.found.is_none() => {
            return Err(SolveError::Unsolvable(why::explain(problem)));
        }
        Ok(Came::Infeasible) => (None, End::Failed("HiGHS contradicts itself".to_owned())),
        // What was found before is as good as it was.
        Err(error) if best.found.is_none() => return Err(error),
        Err(error) => (None, End::Failed(error.to_string())),
    };
    if let Some(values) = values {
        best.take(model.grid(&values));
    }
    let (grid, check) = best.found.take().ok_or(SolveError::NothingFound)?;
    Ok(Solution::new(grid, check, best.bound, end))
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

    /// Points are whole: a bound of 419.3 is one of 420.
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "positive, and far below 2^53"
    )]
    fn rise(&mut self, bound: f64) {
        let whole = (bound - 1e-6 * bound.abs().max(1.0)).ceil();
        if whole.is_finite() && whole > self.bound as f64 {
            self.bound = whole as u64;
            self.tell(Step::Bound(self.bound));
        } else {
            self.tell(Step::Alive);
        }
    }

    fn rise_to_the_end(&mut self, bound: f64, model: &Model) {
        if !model.partial {
            self.rise(bound);
        }
    }
}

//! HiGHS, as the planning uses it: a programme in, the best values and a bound out, and word while it runs.

mod callback;

use highs::{ColProblem, HighsModelStatus, HighsSolutionStatus, Sense};

/// A mixed-integer programme: columns between 0 and 1, rows between two bounds, the least cost.
#[derive(Clone, Debug, Default)]
pub(super) struct Linear {
    /// What all costs beside its columns.
    pub offset: f64,
    /// Bounds of each row.
    pub rows: Vec<(f64, f64)>,
    pub columns: Vec<Column>,
}

/// A column; its lower bound is 0, its upper one 1.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Column {
    pub cost: f64,
    pub integer: bool,
    /// Rows, and how often it counts there.
    pub entries: Vec<(usize, f64)>,
}

/// What HiGHS says while it runs.
#[derive(Clone, Copy, Debug)]
pub(super) enum Heard<'a> {
    /// A better solution: the values of all columns.
    Better(&'a [f64]),
    /// Nothing has a lower objective.
    Bound(f64),
    /// It is still there.
    Alive,
}

/// Whoever hears it; says whether HiGHS is to go on.
pub(super) type Ear<'a> = dyn FnMut(Heard<'_>) -> bool + 'a;

/// How to search.
#[derive(Clone, Debug, Default)]
pub(super) struct Search {
    pub seconds: f64,
    pub seed: u32,
    /// Relative gap that is good enough.
    pub gap: f64,
    /// Where to begin.
    pub start: Option<Vec<f64>>,
}

/// What came of a search.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Came {
    /// These values; nothing has a lower objective than the bound.
    Solved { values: Vec<f64>, bound: f64 },
    /// It was ended before; perhaps there are values.
    Ended { values: Option<Vec<f64>>, bound: f64 },
    /// No values fit.
    Infeasible,
}

/// Searches.
///
/// # Errors
/// What HiGHS does not accept or cannot do.
pub(super) fn search(linear: &Linear, search: &Search, ear: &mut Ear<'_>) -> Result<Came, String> {
    let mut programme = ColProblem::default();
    let rows: Vec<_> = linear.rows.iter().map(|(from, to)| programme.add_row(*from..=*to)).collect();
    for column in &linear.columns {
        let entries = column.entries.iter().map(|(row, times)| (rows[*row], *times));
        programme.add_column_with_integrality(column.cost, 0.0..=1.0, entries, column.integer);
    }
    // As a column that is always 1: the relative gap is then that of the whole.
    programme.add_column(linear.offset, 1.0..=1.0, std::iter::empty::<(highs::Row, f64)>());
    let mut highs =
        programme.try_optimise(Sense::Minimise).map_err(|status| format!("the programme: {status:?}"))?;
    let refused = |name: &str| format!("HiGHS has no option {name}");
    // One thread: its answers are then the same each time.
    highs.try_set_option("threads", 1).map_err(|_| refused("threads"))?;
    highs.try_set_option("parallel", "off").map_err(|_| refused("parallel"))?;
    let seed = i32::try_from(search.seed & 0x7fff_ffff).unwrap_or(0);
    highs.try_set_option("random_seed", seed).map_err(|_| refused("random_seed"))?;
    highs.try_set_option("time_limit", search.seconds.max(0.0)).map_err(|_| refused("time_limit"))?;
    highs.try_set_option("mip_rel_gap", search.gap).map_err(|_| refused("mip_rel_gap"))?;
    // All costs are whole points: less than one apart is the same, with room for what is rounded on the way.
    highs.try_set_option("mip_abs_gap", 0.9).map_err(|_| refused("mip_abs_gap"))?;
    if let Some(start) = &search.start {
        let with_offset: Vec<_> = start.iter().copied().chain([1.0]).collect();
        // A start that it does not like is no loss.
        let _ = highs.try_set_solution(Some(&with_offset), None, None, None);
    }
    let solved = callback::solve(highs, ear)?;
    // Of a programme without whole numbers HiGHS knows no such bound: what it found is the bound.
    let bound = if linear.columns.iter().any(|column| column.integer) {
        solved.double_info_value(c"mip_dual_bound").unwrap_or(f64::NEG_INFINITY)
    } else if solved.status() == HighsModelStatus::Optimal {
        solved.objective_value()
    } else {
        f64::NEG_INFINITY
    };
    // Asked so, as a programme that was refuted before it was solved has no such status at all.
    let feasible = solved
        .int_info_value(c"primal_solution_status")
        .is_ok_and(|status| status == HighsSolutionStatus::Feasible as i64);
    let values = feasible.then(|| solved.get_solution().columns().to_vec());
    match (solved.status(), values) {
        (HighsModelStatus::Optimal | HighsModelStatus::ModelEmpty, Some(values)) => {
            Ok(Came::Solved { values, bound })
        }
        (HighsModelStatus::Infeasible | HighsModelStatus::UnboundedOrInfeasible, _) => Ok(Came::Infeasible),
        (
            HighsModelStatus::ReachedTimeLimit
            | HighsModelStatus::ReachedInterrupt
            | HighsModelStatus::ReachedIterationLimit
            | HighsModelStatus::ReachedSolutionLimit
            | HighsModelStatus::ReachedMemoryLimit,
            values,
        ) => Ok(Came::Ended { values, bound }),
        (status, _) => Err(format!("HiGHS ended with {status:?}")),
    }
}

//! Who gets how many shifts of a week: from everybody's ideal load, step by step, to loads that fill the lines.

mod balance;
mod capacity;
mod read;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

pub use capacity::{Mask, of_day as capacity_of_day};
pub use read::{Wanted, read};

use balance::Share;

/// What a week needs.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Demand {
    /// Days of a whole week: an ideal load is meant for so many.
    pub full_days: usize,
    /// Days of this week on which there is service.
    pub days: usize,
    /// Shifts of a day.
    pub shifts: usize,
    /// How many are to answer at once.
    pub lines: usize,
    /// Shifts of a person in a day at most.
    pub max_per_day: usize,
    /// The shifts of which one should be free.
    pub lunch: Vec<usize>,
    /// Shifts above the share of a person that can be given.
    pub max_overload: f64,
    /// Credits and debts of earlier weeks do not count.
    pub forgive: bool,
    /// Lines that nobody would be on are dropped.
    pub adjust_lines: bool,
}

/// Somebody who may take part.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Candidate {
    /// The person's id.
    pub id: String,
    /// Shifts in a whole week of work.
    pub ideal: f64,
    /// Days of this week's service that are days off.
    pub days_off: usize,
    /// Not at work for a longer time.
    pub on_leave: bool,
    /// For each day of service the shifts that cannot be (bit n is shift n); days that are missing are free.
    pub busy: Vec<Mask>,
    /// Shifts in a day at most; none: the week's own limit.
    pub max_per_day: Option<usize>,
    /// Shifts done above (debt: below) the share in earlier weeks.
    pub credit: f64,
    /// Never fewer than so many, as far as there is room: forced ones.
    pub least: u32,
}

/// One person's way from the ideal to the load: the columns of the table.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Steps {
    /// The person.
    pub id: String,
    /// In a whole week.
    pub ideal: f64,
    /// By the days of this week: the person's share.
    pub proportional: f64,
    /// The share in whole shifts.
    pub rounded: u32,
    /// What fits beside what the person is busy with.
    pub capacity: u32,
    /// What can be given at most.
    pub bound: u32,
    /// The rounded share within the bound.
    pub limited: u32,
    /// After shifts were added or taken away until the lines are filled.
    pub covering: u32,
    /// After debtors have taken shifts from creditors.
    pub compensated: u32,
    /// The load.
    pub load: u32,
    /// Above the share, to one decimal.
    pub overload: f64,
    /// Credit as it was stored.
    pub credit_stored: f64,
    /// Credit that counted: 0 if it was forgiven.
    pub credit_before: f64,
    /// Credit after this week.
    pub credit_after: f64,
}

/// The loads of a week.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Loads {
    /// By id.
    pub people: Vec<Steps>,
    /// Lines that are left.
    pub lines: usize,
    /// Cells of these lines that nobody has a load for.
    pub nobody: u32,
    /// Cells of all lines that were asked for.
    pub target: u32,
}

impl Steps {
    /// The names of the columns.
    pub const COLUMNS: [&'static str; 14] = [
        "person",
        "ideal",
        "proportional",
        "rounded",
        "capacity",
        "bound",
        "limited",
        "covering",
        "compensated",
        "load",
        "overload",
        "credit_stored",
        "credit_before",
        "credit_after",
    ];

    /// The columns as text.
    #[must_use]
    pub fn cells(&self) -> [String; 14] {
        let whole = |n: u32| n.to_string();
        let part = |x: f64| format!("{x:.1}");
        [
            self.id.clone(),
            part(self.ideal),
            part(self.proportional),
            whole(self.rounded),
            whole(self.capacity),
            whole(self.bound),
            whole(self.limited),
            whole(self.covering),
            whole(self.compensated),
            whole(self.load),
            part(self.overload),
            part(self.credit_stored),
            part(self.credit_before),
            part(self.credit_after),
        ]
    }
}

/// To whole shifts, halves to the even one (as Python rounds); never negative.
#[must_use]
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped before")]
pub fn rounded(shifts: f64) -> u32 {
    if shifts.is_nan() { 0 } else { shifts.round_ties_even().clamp(0.0, 1e6) as u32 }
}

/// Computes everybody's load.
#[must_use]
pub fn compute(demand: &Demand, candidates: &[Candidate]) -> Loads {
    let mut steps: Vec<_> = candidates.iter().map(|candidate| alone(demand, candidate)).collect();
    let mut shares: Vec<_> = candidates
        .iter()
        .zip(&steps)
        .map(|(candidate, steps)| Share {
            load: steps.limited,
            bound: steps.bound,
            least: candidate.least.min(steps.bound),
            credit: steps.credit_before,
            id: &candidate.id,
        })
        .collect();
    let per_line = u32::try_from(demand.days * demand.shifts).unwrap_or(u32::MAX);
    let target = per_line.saturating_mul(u32::try_from(demand.lines).unwrap_or(u32::MAX));
    balance::cover(&mut shares, target);
    for (steps, share) in steps.iter_mut().zip(&shares) {
        steps.covering = share.load;
    }
    balance::compensate(&mut shares);
    for (steps, share) in steps.iter_mut().zip(&shares) {
        steps.compensated = share.load;
        steps.load = share.load;
        steps.overload = ((f64::from(share.load) - steps.proportional) * 10.0).round_ties_even() / 10.0;
        steps.credit_after = steps.credit_before + steps.overload;
    }
    steps.sort_by(|a, b| a.id.cmp(&b.id));
    let total = steps.iter().fold(0_u32, |total, steps| total.saturating_add(steps.load));
    let missing = target.saturating_sub(total);
    let (dropped, nobody) = match per_line {
        per_line if demand.adjust_lines && per_line > 0 => (missing / per_line, missing % per_line),
        _ => (0, missing),
    };
    Loads { people: steps, lines: demand.lines - dropped as usize, nobody, target }
}

/// The steps that look at nobody else.
fn alone(demand: &Demand, candidate: &Candidate) -> Steps {
    let days = if candidate.on_leave { 0 } else { demand.days.saturating_sub(candidate.days_off) };
    let ideal = if candidate.ideal.is_finite() { candidate.ideal.max(0.0) } else { 0.0 };
    let proportional = ideal * days as f64 / demand.full_days.max(1) as f64;
    let most = candidate.max_per_day.unwrap_or(demand.max_per_day);
    let capacity = |day: usize| {
        let busy = candidate.busy.get(day).copied().unwrap_or(0);
        capacity::of_day(busy, demand.shifts, most, &demand.lunch)
    };
    let capacity = if candidate.on_leave { 0 } else { (0..demand.days).map(capacity).sum() };
    let more = if demand.max_overload.is_finite() { demand.max_overload } else { 0.0 };
    let bound = rounded((proportional + more).min(f64::from(capacity)));
    let credit = if candidate.credit.is_finite() { candidate.credit } else { 0.0 };
    Steps {
        id: candidate.id.clone(),
        ideal,
        proportional,
        rounded: rounded(proportional),
        capacity,
        bound,
        limited: rounded(proportional).min(bound),
        credit_stored: credit,
        credit_before: if demand.forgive { 0.0 } else { credit },
        ..Steps::default()
    }
}

//! A week, a conflict and a planning as the API shows them.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    http::problem::Problem,
    model::{
        Cell, Day, KeptWeek, Penalty, PersonId, Planning, PlanningState, Sheet, Slot, TableEdit, WeekPlan,
        WeekState,
    },
    timetable::Conflict,
};

/// How far a week has come: `draft`, `published` (the queue goes by it), `retired` (its credit is frozen).
#[derive(ToSchema)]
#[schema(as = WeekState, rename_all = "snake_case")]
#[allow(dead_code, reason = "the description of a type that has none of its own")]
pub(super) enum StateView {
    Draft,
    Published,
    Retired,
}

/// A day of the week.
#[derive(ToSchema)]
#[schema(as = Day, rename_all = "lowercase")]
#[allow(dead_code, reason = "the description of a type that has none of its own")]
pub(super) enum DayView {
    Mon,
    Tue,
    Wed,
    Thu,
    Fri,
    Sat,
    Sun,
}

/// One of a timetable's tables.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Timetable)]
pub(super) struct TableView {
    timetable: String,
    /// The week's Monday, or `forced`.
    #[schema(example = "2026-11-23")]
    week: String,
    #[schema(value_type = StateView)]
    state: WeekState,
    /// Grows with each change; send it with an edit to be told of others' edits.
    version: i64,
    #[schema(value_type = Vec<DayView>)]
    days: Vec<Day>,
    /// Where the shifts begin, and where the last one ends.
    #[schema(example = json!(["09:00", "10:15"]))]
    hours: Vec<String>,
    /// How many answer at once.
    lines: usize,
    /// By day, shift and line: a person's id, `open` (not decided), `nobody`, `holiday`.
    #[schema(value_type = Vec<Vec<Vec<String>>>, example = json!([[["anna", "nobody"]]]))]
    cells: Vec<Vec<Vec<Cell>>>,
    /// Shifts above (below) the share of work, by person.
    #[schema(value_type = std::collections::HashMap<String, f64>)]
    overload: BTreeMap<PersonId, f64>,
    penalties: Vec<PenaltyView>,
    /// What it cost when it was planned.
    cost: Option<f64>,
    updated_at: Timestamp,
    updated_by: String,
}

/// What a planned week was charged for.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Penalty)]
pub(super) struct PenaltyView {
    points: f64,
    text: String,
}

/// What contradicts what is known of people.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TimetableConflict)]
pub(super) struct ConflictView {
    /// `unknown_person`, `twice`, `empty`, `busy`, `day_limit`, `undesired`, `load`, `no_extension`.
    #[schema(value_type = String, example = "busy")]
    kind: crate::timetable::edit::ConflictKind,
    /// What an edit does that brings it about: `shown`, `needs_force`, `refused`.
    #[schema(value_type = String, example = "needs_force")]
    severity: crate::timetable::edit::Severity,
    #[schema(value_type = Option<String>)]
    person: Option<PersonId>,
    #[schema(value_type = Option<DayView>)]
    day: Option<Day>,
    /// The first is 0.
    shift: Option<usize>,
    /// One sentence.
    text: String,
}

/// A table after an edit.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TimetableEdited)]
pub(super) struct EditedView {
    table: TableView,
    /// What the edit contradicts, and was made all the same.
    conflicts: Vec<ConflictView>,
}

/// One change of a table.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TimetableEdit)]
pub(super) struct EditView {
    /// The version that it made.
    number: i64,
    at: Timestamp,
    /// Whose token.
    by: String,
    #[schema(example = "changed mon 09:00-10:15 L1 from berta to anna")]
    text: String,
    /// When it was taken back.
    undone_at: Option<Timestamp>,
    undone_by: Option<String>,
}

/// A place of a table.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[schema(as = TimetablePlace)]
#[serde(deny_unknown_fields)]
pub(super) struct PlaceBody {
    #[schema(value_type = DayView)]
    pub(super) day: Day,
    /// The first is 0.
    pub(super) shift: usize,
    /// The first is 0.
    pub(super) line: usize,
}

/// A run of the planner.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Planning)]
pub(super) struct PlanningView {
    id: Uuid,
    timetable: String,
    #[schema(value_type = String, example = "2026-11-23")]
    week: crate::model::Week,
    /// `running`, `done`, `stopped` (the best so far is kept), `unsolvable` (`why` says why), `failed`, `cut` (the daemon
    /// ended in it).
    #[schema(value_type = String, example = "running")]
    state: PlanningState,
    /// The version of the week's table when it began; 0: there was none. Published with it, it overwrites nobody's edit.
    seen: Option<i64>,
    by: String,
    description: String,
    started_at: Timestamp,
    ended_at: Option<Timestamp>,
    /// What the best so far costs.
    cost: Option<f64>,
    /// Nothing costs less than this, as far as is proven.
    bound: Option<f64>,
    /// Cells with somebody.
    filled: usize,
    /// Cells in all.
    cells: usize,
    /// When the best so far was found.
    improved_at: Option<Timestamp>,
    /// Why there is no result, or why it was not published.
    why: Vec<String>,
    /// Since when its result is the week's timetable.
    published_at: Option<Timestamp>,
    /// What it found; left out in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    result: Option<ResultView>,
}

/// What a planning found.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PlanningResult)]
pub(super) struct ResultView {
    #[schema(value_type = Vec<Vec<Vec<String>>>)]
    cells: Vec<Vec<Vec<Cell>>>,
    #[schema(value_type = std::collections::HashMap<String, f64>)]
    overload: BTreeMap<PersonId, f64>,
    penalties: Vec<PenaltyView>,
}

impl TableView {
    pub(super) fn new(sheet: Sheet, kept: KeptWeek) -> Self {
        let WeekPlan { table, overload, penalties, cost } = kept.plan;
        Self {
            timetable: table.name,
            week: sheet.to_string(),
            state: kept.state,
            version: kept.version,
            days: table.days,
            hours: table.hours.iter().map(|time| time.strftime("%H:%M").to_string()).collect(),
            lines: table.lines,
            cells: table.cells,
            overload,
            penalties: penalties.into_iter().map(PenaltyView::from).collect(),
            cost,
            updated_at: kept.updated_at,
            updated_by: kept.updated_by,
        }
    }
}

impl EditedView {
    pub(super) fn new(sheet: Sheet, (kept, conflicts): (KeptWeek, Vec<Conflict>)) -> Self {
        let conflicts = conflicts.into_iter().map(ConflictView::from).collect();
        Self { table: TableView::new(sheet, kept), conflicts }
    }
}

impl From<Penalty> for PenaltyView {
    fn from(Penalty { points, text }: Penalty) -> Self {
        Self { points, text }
    }
}

impl From<Conflict> for ConflictView {
    fn from(conflict: Conflict) -> Self {
        let Conflict { kind, severity, person, day, shift, text, amount: _ } = conflict;
        Self { kind, severity, person, day, shift, text }
    }
}

impl From<TableEdit> for EditView {
    fn from(edit: TableEdit) -> Self {
        let (undone_at, undone_by) = edit.undone.unzip();
        Self { number: edit.number, at: edit.at, by: edit.by, text: edit.text, undone_at, undone_by }
    }
}

impl PlaceBody {
    /// The shift and the line.
    pub(super) fn place(self) -> (Slot, usize) {
        (Slot { day: self.day, shift: self.shift }, self.line)
    }
}

impl PlanningView {
    /// With what it found.
    pub(super) fn whole(mut planning: Planning) -> Self {
        let result = planning.result.take().map(|plan| ResultView {
            cells: plan.table.cells,
            overload: plan.overload,
            penalties: plan.penalties.into_iter().map(PenaltyView::from).collect(),
        });
        Self { result, ..Self::from(planning) }
    }
}

impl From<Planning> for PlanningView {
    fn from(planning: Planning) -> Self {
        let progress = planning.progress;
        Self {
            id: planning.id,
            timetable: planning.timetable,
            week: planning.week,
            state: planning.state,
            seen: planning.seen,
            by: planning.by,
            description: planning.description,
            started_at: planning.started_at,
            ended_at: planning.ended_at,
            cost: progress.cost,
            bound: progress.bound,
            filled: progress.filled,
            cells: progress.cells,
            improved_at: progress.improved_at,
            why: planning.why,
            published_at: planning.published_at,
            result: None,
        }
    }
}

/// A cell as a client writes it.
pub(super) fn cell(field: &str, text: String) -> Result<Cell, Problem> {
    Cell::try_from(text).map_err(|why| Problem::field(field, why))
}

//! What editors send.

use serde::Deserialize;
use utoipa::ToSchema;

use super::view::{DayView, PlaceBody, cell};
use crate::{
    http::problem::Problem,
    model::{Cell, Day, Slot},
    timetable::{CellChange, NewTable},
};

/// Cells changed at once at most.
const MOST_CELLS: usize = 1_000;

/// Cells to change, all of them or none.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = TimetableCells)]
#[serde(deny_unknown_fields)]
pub(super) struct CellsBody {
    /// 1 to 1000 of them.
    cells: Vec<CellBody>,
    /// The version of the table that the editor saw; another one refuses the edit (409).
    pub(super) version: Option<i64>,
    /// Make it also where somebody is away, or has enough shifts that day.
    #[serde(default)]
    pub(super) force: bool,
}

/// What a cell becomes.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = TimetableCell)]
#[serde(deny_unknown_fields)]
struct CellBody {
    #[schema(value_type = DayView)]
    day: Day,
    /// The first is 0.
    shift: usize,
    /// The first is 0.
    line: usize,
    /// A person's id, `open`, `nobody` or `holiday`.
    #[schema(example = "anna")]
    to: String,
    /// What the editor saw there; if it is something else by now, the edit is refused (409).
    was: Option<String>,
}

/// Two cells whose content is swapped.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = TimetableSwap)]
#[serde(deny_unknown_fields)]
pub(super) struct SwapBody {
    pub(super) one: PlaceBody,
    pub(super) other: PlaceBody,
    /// The version of the table that the editor saw; another one refuses the edit (409).
    pub(super) version: Option<i64>,
    /// Make it also where somebody is away, or has enough shifts that day.
    #[serde(default)]
    pub(super) force: bool,
}

/// A whole table; what is left out is as configured, cells that are left out are `open`.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[schema(as = TimetablePut)]
#[serde(deny_unknown_fields)]
pub(super) struct TableBody {
    #[schema(value_type = Option<Vec<DayView>>)]
    days: Option<Vec<Day>>,
    /// Where the shifts begin, and where the last one ends.
    #[schema(value_type = Option<Vec<String>>, example = json!(["09:00", "10:15"]))]
    hours: Option<Vec<jiff::civil::Time>>,
    /// By day, shift and line.
    #[schema(example = json!([[["anna", "nobody"]]]))]
    cells: Option<Vec<Vec<Vec<String>>>>,
    /// The version of the table that the editor saw; another one refuses it (409).
    pub(super) version: Option<i64>,
    /// Store it also where somebody is away, or has too many shifts in a day.
    #[serde(default)]
    pub(super) force: bool,
}

/// The version that is meant.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[schema(as = TimetableVersion)]
#[serde(deny_unknown_fields)]
pub(super) struct VersionBody {
    /// The version of the table that the editor saw; another one refuses it (409).
    pub(super) version: Option<i64>,
}

impl CellsBody {
    /// The room's form of it.
    pub(super) fn changes(self) -> Result<Vec<CellChange>, Problem> {
        if !(1..=MOST_CELLS).contains(&self.cells.len()) {
            return Err(Problem::field("cells", format!("1 to {MOST_CELLS} of them")));
        }
        let change = |(place, body): (usize, CellBody)| {
            let field = |name: &str| format!("cells[{place}].{name}");
            Ok(CellChange {
                slot: Slot { day: body.day, shift: body.shift },
                line: body.line,
                to: cell(&field("to"), body.to)?,
                was: body.was.map(|was| cell(&field("was"), was)).transpose()?,
            })
        };
        self.cells.into_iter().enumerate().map(change).collect()
    }
}

impl TableBody {
    /// The room's form of it.
    pub(super) fn table(self) -> Result<NewTable, Problem> {
        let line = |text: String| cell("cells", text);
        let shift = |lines: Vec<String>| lines.into_iter().map(line).collect::<Result<Vec<Cell>, _>>();
        let day = |shifts: Vec<Vec<String>>| shifts.into_iter().map(shift).collect::<Result<Vec<_>, _>>();
        let cells = self.cells.map(|days| days.into_iter().map(day).collect::<Result<Vec<_>, _>>());
        Ok(NewTable { days: self.days, hours: self.hours, cells: cells.transpose()? })
    }
}

//! What the old names of timetables have in common: which timetable is meant, and its shape.

use serde::Deserialize;
use utoipa::IntoParams;

use super::yaml::{Refusal, Yaml};
use crate::{
    http::state::App,
    model::{Cell, KeptWeek, Sheet, Slot, TableEdit},
    people::tomatic::{
        self,
        graella::{Graella, GraellaFile, cell},
    },
    timetable::{By, CellChange, EditRefused, TimetableError},
};

/// Changes that an answer shows at most.
const MOST_CHANGES: u32 = 200;

/// Which timetable: Tomàtic has one only.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct Which {
    /// The timetable's name; need not be given where there is only one.
    timetable: Option<String>,
}

/// A cell of a table, as the old paths name it.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) day: String,
    pub(super) houri: usize,
    pub(super) turni: usize,
    pub(super) name: String,
}

impl Which {
    /// The one of this name, or the only one.
    pub(super) fn of(timetable: Option<String>) -> Self {
        Self { timetable }
    }

    /// Its name.
    pub(super) fn name(self, app: &App) -> Result<String, Refusal> {
        if let Some(name) = self.timetable {
            return Ok(name);
        }
        let mut names = app.rooms.timetables.names();
        match (names.next(), names.next()) {
            (Some(only), None) => Ok(only.to_owned()),
            (None, _) => Err(Refusal::Refused("no timetable is configured".to_owned())),
            _ => Err(Refusal::Refused("there are several timetables: say which with ?timetable=".to_owned())),
        }
    }
}

impl Place {
    /// The change that it asks for.
    pub(super) fn change(&self) -> Result<CellChange, Refusal> {
        let day = tomatic::day(&self.day)
            .ok_or_else(|| Refusal::Refused(format!("{:?} is none of dl dm dx dj dv ds dg", self.day)))?;
        let to: Cell = cell(&self.name).map_err(Refusal::Refused)?;
        Ok(CellChange { slot: Slot { day, shift: self.houri }, line: self.turni, to, was: None })
    }
}

/// Makes the change, and answers with the table. Wishes, limits and absences are for the editor to mind, as ever.
pub(super) async fn edit(
    app: &App,
    name: String,
    sheet: Sheet,
    place: &Place,
    by: By,
) -> Result<Yaml<GraellaFile>, Refusal> {
    let (timetables, change) = (app.rooms.timetables.clone(), place.change()?);
    let (of, by) = (name.clone(), By { force: true, ..by });
    let work = async move { Ok(timetables.change_cells(&of, sheet, &[change], &by).await) };
    let (kept, _) = app.work.to_the_end(work).await?.map_err(refused)?;
    answer(app, &name, sheet, kept).await
}

/// A table in the old shape.
pub(super) async fn answer(
    app: &App,
    name: &str,
    sheet: Sheet,
    kept: KeptWeek,
) -> Result<Yaml<GraellaFile>, Refusal> {
    let edits = app.rooms.timetables.log(name, sheet, i64::MAX, MOST_CHANGES).await.map_err(refused)?;
    let plan = kept.plan;
    let graella = Graella {
        table: plan.table,
        overload: plan.overload,
        penalties: plan.penalties.into_iter().map(|penalty| (penalty.points, penalty.text)).collect(),
        cost: plan.cost,
        log: edits.iter().rev().filter(|edit| edit.undone.is_none()).map(line).collect(),
    };
    let people = app.rooms.people.all();
    Ok(Yaml(GraellaFile::of(&graella, people.iter(), sheet != Sheet::Forced)))
}

/// A change as a line of the log: `2026-11-20 10:00:00.123456: anna changed …`.
fn line(edit: &TableEdit) -> String {
    format!("{}: {} {}", edit.at.strftime("%Y-%m-%d %H:%M:%S%.6f"), edit.by, edit.text)
}

/// What a table does not take is told in the old shape.
pub(super) fn refused(error: TimetableError) -> Refusal {
    match error {
        TimetableError::Refused(EditRefused::Absent) | TimetableError::Storage(_) => error.into(),
        other => Refusal::Refused(other.to_string()),
    }
}

//! An absence as the API shows and takes it.

use std::collections::BTreeSet;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    http::{persons, problem::Problem},
    model::{Absence, AbsenceKind, Day, When, Who},
};

/// Other work (`busy`: the load stays), a day off (`vacation`: the load shrinks with it), longer away (`leave`: no load),
/// or nobody works (`holiday`).
#[derive(ToSchema)]
#[schema(as = AbsenceKind, rename_all = "snake_case")]
#[allow(dead_code, reason = "the description of a type that has none of its own")]
pub(in crate::http) enum KindView {
    Busy,
    Vacation,
    Leave,
    Holiday,
}

/// When somebody does not answer telephones, and why.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Absence)]
pub(super) struct AbsenceView {
    id: Uuid,
    #[serde(flatten)]
    content: AbsenceBody,
    /// The feed it came from; `null`: it was written here.
    feed: Option<String>,
}

/// What an absence says. It is a person's, a group's or everybody's; it is weekly, or has a first and a last day.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[schema(as = AbsencePut)]
#[serde(deny_unknown_fields, default)]
pub(super) struct AbsenceBody {
    /// Whose: one person's.
    #[schema(example = "anna")]
    person: Option<String>,
    /// Or everybody's in a group.
    group: Option<String>,
    /// Or everybody's.
    everybody: bool,
    /// Each week on these days, `mon` … `sun`; empty: every day.
    #[schema(value_type = Option<Vec<String>>, example = json!(["mon"]))]
    days: Option<BTreeSet<Day>>,
    /// Or from this day.
    #[schema(value_type = Option<String>)]
    from: Option<Date>,
    /// To this day; without it, `from` is the only one.
    #[schema(value_type = Option<String>)]
    to: Option<Date>,
    /// The shifts of these days, the first is 0; empty: the whole day.
    #[schema(value_type = Vec<u32>, example = json!([0, 1]))]
    shifts: BTreeSet<u32>,
    /// A wish, which the timetable may overrule at a price.
    optional: bool,
    #[schema(value_type = KindView)]
    kind: AbsenceKind,
    /// Why: 1 to 200 characters.
    #[schema(example = "Team meeting")]
    reason: String,
}

impl AbsenceBody {
    /// The absence of this id.
    pub(super) fn absence(self, id: Uuid) -> Result<Absence, Problem> {
        let who = match (self.person, self.group, self.everybody) {
            (Some(person), None, false) => Who::Person(persons::id("person", &person)?),
            (None, Some(group), false) => Who::Group(group),
            (None, None, true) => Who::Everybody,
            _ => return Err(Problem::field("person", "name a person, or a group, or set everybody")),
        };
        let when = match (self.days, self.from, self.to) {
            (Some(days), None, None) => When::Weekly(days),
            (None, Some(from), to) => When::Dates { from, to: to.unwrap_or(from) },
            _ => {
                return Err(Problem::field(
                    "from",
                    "give days (each week; empty: every day), or from and to",
                ));
            }
        };
        let (shifts, optional, kind, reason) = (self.shifts, self.optional, self.kind, self.reason);
        Ok(Absence { id, who, when, shifts, optional, kind, reason, feed: None })
    }
}

impl From<Absence> for AbsenceView {
    fn from(absence: Absence) -> Self {
        let mut content = AbsenceBody {
            shifts: absence.shifts,
            optional: absence.optional,
            kind: absence.kind,
            reason: absence.reason,
            ..AbsenceBody::default()
        };
        match absence.who {
            Who::Person(id) => content.person = Some(id.into()),
            Who::Group(name) => content.group = Some(name),
            Who::Everybody => content.everybody = true,
        }
        match absence.when {
            When::Weekly(days) => content.days = Some(days),
            When::Dates { from, to } => (content.from, content.to) = (Some(from), Some(to)),
        }
        Self { id: absence.id, content, feed: absence.feed }
    }
}

//! Who is wanted in a queue at a moment, by its timetables, the persons' telephones and the overrides. Pure.

use jiff::{Timestamp, tz::TimeZone};
use uuid::Uuid;

use super::shift::{Shift, next_edge, shift_at};
use crate::{
    config::{Otherwise, ProgramConfig},
    model::{Cell, Override, OverrideKind, Person, PersonId, Timetable, Whom},
    storage::Persons,
};

/// One timetable of a queue.
#[derive(Clone, Debug)]
pub struct Filling {
    /// Its name.
    pub name: String,
    /// The zone of its hours.
    pub zone: TimeZone,
    /// How it fills the queue.
    pub program: ProgramConfig,
    /// The week's; none: there is none.
    pub week: Option<Timetable>,
}

/// Somebody who is wanted in a queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// What is to be rung.
    pub interface: String,
    /// The name shown.
    pub name: String,
    /// The person, if it is one of ours.
    pub person: Option<PersonId>,
    /// The penalty.
    pub penalty: u32,
    /// Why.
    pub why: String,
}

/// Somebody who is planned and cannot be a member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    /// Who.
    pub person: PersonId,
    /// Why.
    pub why: String,
}

/// Somebody who is to be paused or resumed once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PauseWish {
    /// The override that says so.
    pub id: Uuid,
    /// Whose telephone.
    pub interface: String,
    /// The pause's reason; none: resume.
    pub reason: Option<String>,
    /// It was done.
    pub applied: bool,
    /// It is over: what it did is taken back.
    pub is_over: bool,
    /// Who decided.
    pub by: String,
}

/// Whether a queue is open, by its timetables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opening {
    /// A shift is going on.
    Open,
    /// A shift would go on, but it is a holiday.
    Holiday,
    /// No shift goes on.
    OutsideHours,
    /// There is no timetable for this week.
    NoTimetable,
}

/// What a queue is to be at a moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Desired {
    /// Whether it is open.
    pub opening: Opening,
    /// The shifts that go on.
    pub shifts: Vec<Shift>,
    /// In the order of the lines.
    pub wanted: Vec<Wanted>,
    /// Who is planned and cannot be a member.
    pub skipped: Vec<Skipped>,
    /// Telephones that somebody took out, and why.
    pub taken_out: Vec<(String, String)>,
    /// Pauses and resumes.
    pub pauses: Vec<PauseWish>,
    /// Overrides that are over and have nothing to take back.
    pub over: Vec<Uuid>,
    /// Members that nobody wants stay.
    pub keeps: bool,
    /// Persons whom the timetable plans, whether or not they can be members.
    pub planned: usize,
    /// When the shift, or the time between two, is over.
    pub edge: Timestamp,
    /// The next moment at which this may change by itself.
    pub until: Timestamp,
}

impl Opening {
    /// Whether a shift goes on.
    #[must_use]
    pub fn is_open(self) -> bool {
        self == Self::Open
    }

    /// In words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Holiday => "a holiday",
            Self::OutsideHours => "outside of the hours",
            Self::NoTimetable => "no timetable for this week",
        }
    }
}

impl Desired {
    /// Whether this telephone is wanted.
    #[must_use]
    pub fn wants(&self, interface: &str) -> bool {
        self.wanted.iter().any(|wanted| wanted.interface == interface)
    }

    /// Why this telephone was taken out, if somebody did.
    #[must_use]
    pub fn why_taken_out(&self, interface: &str) -> Option<&str> {
        self.taken_out.iter().find(|(out, _)| out == interface).map(|(_, why)| why.as_str())
    }
}

/// What the queue is to be at `now`. The overrides may be over; each says so by its expiry.
#[must_use]
pub fn desire(fillings: &[Filling], persons: &Persons, overrides: &[Override], now: Timestamp) -> Desired {
    let mut desired = Desired {
        opening: opening(fillings, now),
        shifts: Vec::new(),
        wanted: Vec::new(),
        skipped: Vec::new(),
        taken_out: Vec::new(),
        pauses: Vec::new(),
        over: Vec::new(),
        keeps: false,
        planned: 0,
        edge: Timestamp::MAX,
        until: Timestamp::MAX,
    };
    for filling in fillings {
        desired.edge = desired.edge.min(next_edge(filling.week.as_ref(), &filling.zone, now));
        desired.plan_shift(filling, persons, now);
    }
    desired.until = desired.edge;
    desired.keeps = fillings.first().is_some_and(|filling| {
        let otherwise = match desired.opening {
            Opening::Open => return false,
            Opening::NoTimetable => filling.program.without_timetable,
            Opening::Holiday | Opening::OutsideHours => filling.program.outside_hours,
        };
        otherwise == Otherwise::Keep
    });
    let mut overrides: Vec<_> = overrides.iter().collect();
    overrides.sort_by_key(|one| (one.created_at, one.id));
    for one in overrides {
        desired.overrule(one, persons, now);
    }
    desired
}

fn opening(fillings: &[Filling], now: Timestamp) -> Opening {
    let weeks: Vec<_> =
        fillings.iter().filter_map(|filling| Some((filling.week.as_ref()?, filling))).collect();
    if weeks.is_empty() {
        return Opening::NoTimetable;
    }
    let shifts: Vec<_> = weeks
        .into_iter()
        .filter_map(|(table, filling)| table.at(shift_at(table, &filling.zone, now)?.slot))
        .collect();
    let is_holiday = |cells: &[Cell]| !cells.is_empty() && cells.iter().all(|cell| *cell == Cell::Holiday);
    match shifts.as_slice() {
        [] => Opening::OutsideHours,
        shifts if shifts.iter().all(|cells| is_holiday(cells)) => Opening::Holiday,
        _ => Opening::Open,
    }
}

impl Desired {
    fn plan_shift(&mut self, filling: &Filling, persons: &Persons, now: Timestamp) {
        let Some(table) = &filling.week else { return };
        let Some(shift) = shift_at(table, &filling.zone, now) else { return };
        let cells = table.at(shift.slot).unwrap_or_default();
        for (line, cell) in cells.iter().enumerate() {
            let Some(id) = cell.person() else { continue };
            if self.wanted.iter().any(|wanted| wanted.person.as_ref() == Some(id)) {
                continue;
            }
            self.planned += 1;
            let why = format!("line {} of {} {}", line + 1, table.name, words(&shift));
            let penalty = filling.program.penalty(line);
            let wanted = telephone(persons, id).and_then(|(interface, person)| {
                let other = self.wanted.iter().find(|other| other.interface == interface);
                if let Some(other) = other {
                    return Err(format!("has the same telephone as {}", other.name));
                }
                let name = person.name.clone();
                Ok(Wanted { interface, name, person: Some(id.clone()), penalty, why })
            });
            match wanted {
                Ok(wanted) => self.wanted.push(wanted),
                Err(why) => self.skipped.push(Skipped { person: id.clone(), why }),
            }
        }
        self.shifts.push(shift);
    }

    fn overrule(&mut self, one: &Override, persons: &Persons, now: Timestamp) {
        let is_over = !one.holds(now);
        if !is_over {
            self.until = self.until.min(one.expires_at);
        }
        let (interface, name, person) = match &one.whom {
            Whom::Interface(interface) => {
                let owner = persons.values().find(|p| p.member_interface().as_deref() == Some(interface));
                let name = owner.map_or_else(|| interface.clone(), |person| person.name.clone());
                (interface.clone(), name, owner.map(|person| person.id.clone()))
            }
            Whom::Person(id) => match telephone(persons, id) {
                Ok((interface, person)) => (interface, person.name.clone(), Some(id.clone())),
                Err(why) => {
                    if is_over {
                        self.over.push(one.id);
                    } else {
                        self.skipped.push(Skipped { person: id.clone(), why });
                    }
                    return;
                }
            },
        };
        let why = format!("{} by {} until {}", one.kind.word(), one.by, one.expires_at);
        match &one.kind {
            OverrideKind::Add { .. } | OverrideKind::Remove if is_over => self.over.push(one.id),
            OverrideKind::Add { penalty } => {
                self.taken_out.retain(|(out, _)| *out != interface);
                if !self.wants(&interface) {
                    self.wanted.push(Wanted { interface, name, person, penalty: *penalty, why });
                }
            }
            OverrideKind::Remove => {
                self.wanted.retain(|wanted| wanted.interface != interface);
                self.taken_out.push((interface, why));
            }
            OverrideKind::Pause { reason } => self.wish(one, interface, Some(reason.clone()), is_over),
            OverrideKind::Resume => self.wish(one, interface, None, is_over),
        }
    }

    fn wish(&mut self, one: &Override, interface: String, reason: Option<String>, is_over: bool) {
        if !is_over {
            // The later one counts.
            let earlier = self.pauses.extract_if(.., |wish| wish.interface == interface && !wish.is_over);
            self.over.extend(earlier.map(|wish| wish.id));
        }
        let (id, applied, by) = (one.id, one.applied, one.by.clone());
        self.pauses.push(PauseWish { id, interface, reason, applied, is_over, by });
    }
}

/// `mon 10:15`, as far as people need it.
fn words(shift: &Shift) -> String {
    format!("{} shift {}", shift.slot.day, shift.slot.shift + 1)
}

fn telephone<'a>(persons: &'a Persons, id: &PersonId) -> Result<(String, &'a Person), String> {
    let person = persons.get(id).ok_or_else(|| "is no person here".to_owned())?;
    let interface = person.member_interface().ok_or_else(|| "has no extension".to_owned())?;
    Ok((interface, person))
}

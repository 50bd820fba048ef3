//! Who is busy when: absences laid out over the shifts of a week. Pure.

use serde::{Deserialize, Serialize};

use super::{Absence, AbsenceKind, Day, Person, Week, Who};

/// Why somebody does not answer telephones in a shift.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Busy {
    /// In the words of whoever wrote it.
    pub reason: String,
    /// A wish, which the timetable may overrule at a price.
    pub optional: bool,
    /// What kind.
    pub kind: AbsenceKind,
}

impl Who {
    /// Whether this person is meant.
    #[must_use]
    pub fn holds(&self, person: &Person) -> bool {
        match self {
            Self::Person(id) => *id == person.id,
            Self::Group(group) => person.groups.contains(group),
            Self::Everybody => true,
        }
    }
}

/// What keeps a person from each shift of a week: their own absences, those of their groups, and everybody's. By day (as
/// `days`), then by shift; `None`: free. Of several, what must be beats what is wished, and a day off beats other work.
#[must_use]
pub fn busy_of(
    person: &Person,
    absences: &[Absence],
    week: Week,
    days: &[Day],
    shifts: usize,
) -> Vec<Vec<Option<Busy>>> {
    let theirs: Vec<&Absence> = absences.iter().filter(|absence| absence.who.holds(person)).collect();
    let cell = |day: Day, shift: usize| {
        let shift = u32::try_from(shift).unwrap_or(u32::MAX);
        let taking = theirs.iter().filter(|absence| absence.takes(week, day, shift));
        // Of equal ones the first, so that an answer does not change with the order of others.
        let strongest = taking.min_by_key(|absence| (absence.optional, rank(absence.kind)))?;
        Some(Busy { reason: strongest.reason.clone(), optional: strongest.optional, kind: strongest.kind })
    };
    days.iter().map(|day| (0..shifts).map(|shift| cell(*day, shift)).collect()).collect()
}

/// The computation of loads asks for a day off first.
fn rank(kind: AbsenceKind) -> u8 {
    match kind {
        AbsenceKind::Holiday => 0,
        AbsenceKind::Leave => 1,
        AbsenceKind::Vacation => 2,
        AbsenceKind::Busy => 3,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{PersonId, When};

    fn absence(who: Who, when: When, shifts: &[u32], optional: bool, reason: &str) -> Absence {
        Absence {
            id: uuid::Uuid::nil(),
            who,
            when,
            shifts: shifts.iter().copied().collect(),
            optional,
            kind: AbsenceKind::Busy,
            reason: reason.to_owned(),
            feed: None,
        }
    }

    #[test]
    fn own_groups_and_everybodys_absences_count_and_hard_beats_optional() {
        let id = PersonId::parse("anna").unwrap();
        let person = Person { groups: ["desk".to_owned()].into(), ..Person::new(id.clone()) };
        let week = Week::parse("2026-11-23").unwrap();
        let (mon, dates) = (When::Weekly([Day::Mon].into()), |day: &str| {
            let day = day.parse().unwrap();
            When::Dates { from: day, to: day }
        });
        let vacation = Absence {
            kind: AbsenceKind::Vacation,
            ..absence(Who::Person(id.clone()), dates("2026-11-24"), &[], false, "away")
        };
        let absences = [
            absence(Who::Person(id), mon.clone(), &[0, 1], true, "rather not"),
            absence(Who::Group("desk".into()), mon.clone(), &[1], false, "meeting"),
            absence(Who::Group("others".into()), mon, &[], false, "not theirs"),
            absence(Who::Everybody, dates("2026-11-24"), &[1], false, "no service"),
            vacation,
            absence(Who::Everybody, dates("2026-12-01"), &[], false, "another week"),
        ];
        let busy = busy_of(&person, &absences, week, &[Day::Mon, Day::Tue, Day::Wed], 3);
        let told: Vec<Vec<String>> = busy
            .iter()
            .map(|day| {
                let cell = |busy: &Option<Busy>| {
                    busy.as_ref().map_or(String::new(), |busy| {
                        format!("{}{}", if busy.optional { "?" } else { "" }, busy.reason)
                    })
                };
                day.iter().map(cell).collect()
            })
            .collect();
        assert_eq!(told, [["?rather not", "meeting", ""], ["away", "away", "away"], ["", "", ""]]);
    }
}

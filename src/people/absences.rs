//! Absences are changed and asked for.

use std::collections::BTreeSet;

use jiff::civil::Date;
use serde_json::{Map, json};
use uuid::Uuid;

use super::{People, PeopleError, Roster, lines::Fault};
use crate::{
    model::{Absence, AbsenceKind, Busy, Day, NoticeKind, PersonId, Week, When, Who, busy_of, clean},
    storage::{AbsenceQuery, AbsenceScope, AbsencesChanged, StorageError},
    tasks::clock,
};

/// Longest reason, in characters.
const LONGEST_REASON: usize = 200;
/// Shifts of a day at most.
const MOST_SHIFTS: u32 = 96;
/// Own absences in all at most.
const MOST: usize = 50_000;
/// Absences are at most so many days long: ten years.
const LONGEST_DAYS: i32 = 3660;

impl People {
    /// Stores an absence in the place of what has its id. On return it is on disk. Gives what is stored, and whether that
    /// is new.
    ///
    /// # Errors
    /// What cannot be an absence, somebody who is not there, one that a feed owns.
    pub async fn put_absence(&self, absence: Absence) -> Result<(Absence, bool), PeopleError> {
        let absence = checked(absence, &self.all())?;
        let wanted = absence.clone();
        let mut is_new = false;
        let plan = |known: &[Absence]| {
            is_new = known.is_empty();
            own(known)?;
            Ok::<_, PeopleError>(vec![wanted])
        };
        self.change_absences(&AbsenceScope::One(absence.id), plan).await?;
        Ok((absence, is_new))
    }

    /// Stores absences, each in the place of what has its id, and leaves all others; all of them or none. Gives how many
    /// are other than before.
    ///
    /// # Errors
    /// As [`People::put_absence`]; nothing has changed.
    pub async fn put_absences(&self, absences: Vec<Absence>) -> Result<usize, PeopleError> {
        let roster = self.all();
        let absences =
            absences.into_iter().map(|absence| checked(absence, &roster)).collect::<Result<Vec<_>, _>>()?;
        let plan = |known: &[Absence]| {
            let mut all = known.to_vec();
            all.extend(absences);
            if all.len() > MOST {
                let why = format!("at most {MOST} absences are kept: delete some");
                return Err(PeopleError::field("absences", why));
            }
            Ok(all)
        };
        Ok(self.change_absences(&AbsenceScope::Own, plan).await?.put.len())
    }

    /// Puts what `make` makes of a person's own absences in their place; those of feeds stay.
    ///
    /// # Errors
    /// What `make` refuses, and as [`People::put_absence`]; nothing has changed.
    pub async fn replace_own_absences(
        &self,
        person: &PersonId,
        make: impl FnOnce(&[Absence]) -> Result<Vec<Absence>, PeopleError> + Send,
    ) -> Result<(), PeopleError> {
        let roster = self.all();
        let plan = |known: &[Absence]| {
            make(known)?.into_iter().map(|absence| checked(absence, &roster)).collect::<Result<Vec<_>, _>>()
        };
        self.change_absences(&AbsenceScope::OwnOf(person.clone()), plan).await.map(|_| ())
    }

    /// Deletes an absence; false: there was none.
    ///
    /// # Errors
    /// A feed owns it.
    pub async fn delete_absence(&self, id: Uuid) -> Result<bool, PeopleError> {
        let plan = |known: &[Absence]| own(known).map(|()| Vec::new());
        let changed = self.change_absences(&AbsenceScope::One(id), plan).await?;
        Ok(!changed.deleted.is_empty())
    }

    /// Puts what a feed says in the place of what it said before, in one transaction. Gives how many are other than
    /// before.
    ///
    /// # Errors
    /// The store does not answer; nothing has changed.
    pub async fn replace_feed(&self, feed: &str, absences: Vec<Absence>) -> Result<usize, PeopleError> {
        let count = absences.len();
        let plan = |_: &[Absence]| Ok::<_, PeopleError>(absences);
        let scope = AbsenceScope::Feed(feed.to_owned());
        let changed = self.inner.store.change_absences(&scope, clock::now(), plan).await??;
        let changes = changed.put.len() + changed.deleted.len();
        if changes > 0 {
            let data = json!({ "feed": feed, "absences": count });
            self.inner.feed.post(NoticeKind::AbsenceChanged, None, data);
        }
        Ok(changes)
    }

    /// Those of whoever is here; the others are named as faults of their lines.
    #[must_use]
    pub fn known(&self, read: Vec<(usize, Absence)>, faults: &mut Vec<Fault>) -> Vec<Absence> {
        take_known(read, faults, &self.all())
    }

    async fn change_absences(
        &self,
        scope: &AbsenceScope,
        plan: impl FnOnce(&[Absence]) -> Result<Vec<Absence>, PeopleError> + Send,
    ) -> Result<AbsencesChanged, PeopleError> {
        let changed = self.inner.store.change_absences(scope, clock::now(), plan).await??;
        let put = changed.put.iter().map(|absence| (absence, false));
        for (absence, deleted) in put.chain(changed.deleted.iter().map(|absence| (absence, true))) {
            let mut data = Map::new();
            data.insert("absence".to_owned(), json!(absence.id));
            match &absence.who {
                Who::Person(id) => _ = data.insert("person".to_owned(), json!(id)),
                Who::Group(name) => _ = data.insert("group".to_owned(), json!(name)),
                Who::Everybody => {}
            }
            data.insert("deleted".to_owned(), json!(deleted));
            self.inner.feed.post(NoticeKind::AbsenceChanged, None, data.into());
        }
        Ok(changed)
    }

    /// Every absence that holds on a day of this week, whosever it is.
    ///
    /// # Errors
    /// The store does not answer.
    pub async fn absences_in(&self, week: Week) -> Result<Vec<Absence>, StorageError> {
        let days = Some((week.monday(), week.date(Day::Sun)));
        self.inner.store.all_absences(&AbsenceQuery { days, ..AbsenceQuery::default() }).await
    }

    /// What keeps a person from each shift of a week ([`busy_of`]).
    ///
    /// # Errors
    /// Nobody has this id; the store does not answer.
    pub async fn busy(
        &self,
        id: &PersonId,
        week: Week,
        days: &[Day],
        shifts: usize,
    ) -> Result<Vec<Vec<Option<Busy>>>, PeopleError> {
        let person = self.get(id).ok_or_else(|| PeopleError::NoPerson(id.clone()))?;
        Ok(busy_of(&person, &self.absences_in(week).await?, week, days, shifts))
    }
}

/// Those of read absences that can be with these persons; the others are named as faults of their lines.
#[must_use]
pub fn take_known(read: Vec<(usize, Absence)>, faults: &mut Vec<Fault>, roster: &Roster) -> Vec<Absence> {
    let mut good = Vec::new();
    for (line, absence) in read {
        match checked(absence, roster) {
            Ok(absence) => good.push(absence),
            Err(error) => faults.push(Fault { line, why: error.to_string() }),
        }
    }
    faults.sort_by_key(|fault| fault.line);
    good
}

/// Nobody's but ours.
fn own(known: &[Absence]) -> Result<(), PeopleError> {
    let feed = known.iter().find_map(|absence| absence.feed.clone());
    feed.map_or(Ok(()), |feed| Err(PeopleError::FromFeed(feed)))
}

/// An absence that can be: of somebody who is there, on days and at shifts that there are, with a reason.
fn checked(mut absence: Absence, roster: &Roster) -> Result<Absence, PeopleError> {
    absence.reason = clean(&absence.reason, LONGEST_REASON);
    if absence.reason.is_empty() {
        return Err(PeopleError::field("reason", "say why, in 1 to 200 characters"));
    }
    match &absence.who {
        Who::Person(id) if roster.get(id).is_none() => {
            return Err(PeopleError::field("who", format!("there is no person {id}")));
        }
        Who::Group(name) if !roster.iter().any(|person| person.groups.contains(name)) => {
            return Err(PeopleError::field("who", format!("nobody is in a group {name:?}")));
        }
        _ => {}
    }
    if let When::Dates { from, to } = absence.when {
        days("when", from, to)?;
    }
    if absence.shifts.iter().any(|shift| *shift >= MOST_SHIFTS) {
        return Err(PeopleError::field("shifts", format!("0 to {}", MOST_SHIFTS - 1)));
    }
    // All seven days are every day.
    if matches!(&absence.when, When::Weekly(days) if days.len() == Day::ALL.len()) {
        absence.when = When::Weekly(BTreeSet::new());
    }
    if absence.kind == AbsenceKind::Holiday && absence.who != Who::Everybody {
        return Err(PeopleError::field("kind", "a holiday is everybody's: say vacation for one or a group"));
    }
    absence.feed = None;
    Ok(absence)
}

/// The days of an absence, if it has an end and a sane length.
pub(super) fn days(field: &str, from: Date, to: Date) -> Result<(), PeopleError> {
    let fits = from <= to && (1970..=9000).contains(&from.year()) && (to - from).get_days() < LONGEST_DAYS;
    if fits {
        return Ok(());
    }
    let why = format!("{from} to {to}: the first day comes first, and the last within ten years");
    Err(PeopleError::field(field, why))
}

//! Weeks are read, published and retired; their credit and their calendars.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{By, TimetableError, Timetables, edits::check};
use crate::{
    model::{KeptWeek, PersonId, Sheet, TableEdit, Week, WeekPlan, WeekState},
    storage::{TableChange, TableSummary},
    timetable::edit::{Conflict, EditRefused, conflicts},
};

impl Timetables {
    /// The weeks of a timetable, latest first.
    ///
    /// # Errors
    /// There is no such timetable, or the store does not answer; so all of these.
    pub async fn weeks(&self, name: &str, limit: u32) -> Result<Vec<TableSummary>, TimetableError> {
        self.kind(name)?;
        Ok(self.inner().store.timetable_weeks(name, limit).await?)
    }

    /// One table. The forced shifts are always there.
    ///
    /// # Errors
    /// As [`Timetables::weeks`].
    pub async fn get(&self, name: &str, sheet: Sheet) -> Result<Option<KeptWeek>, TimetableError> {
        let kind = self.kind(name)?;
        let kept = self.inner().store.timetable(name, sheet).await?;
        let blank = || KeptWeek {
            plan: WeekPlan::of(kind.empty(name, sheet)),
            state: WeekState::Draft,
            version: 0,
            updated_at: Timestamp::UNIX_EPOCH,
            updated_by: String::new(),
        };
        Ok(kept.or_else(|| (sheet == Sheet::Forced).then(blank)))
    }

    /// The published week that people go by.
    ///
    /// # Errors
    /// As [`Timetables::weeks`].
    pub async fn published(&self, name: &str, week: Week) -> Result<Option<KeptWeek>, TimetableError> {
        let kept = self.get(name, Sheet::Week(week)).await?;
        Ok(kept.filter(|kept| kept.state != WeekState::Draft))
    }

    /// The published weeks from this one on, earliest first.
    ///
    /// # Errors
    /// As [`Timetables::weeks`].
    pub async fn since(&self, name: &str, week: Week) -> Result<Vec<KeptWeek>, TimetableError> {
        self.kind(name)?;
        Ok(self.inner().store.timetables_since(name, week).await?)
    }

    /// What a table contradicts.
    ///
    /// # Errors
    /// As [`Timetables::weeks`], and that there is no such table.
    pub async fn conflicts(&self, name: &str, sheet: Sheet) -> Result<Vec<Conflict>, TimetableError> {
        let kept = self.get(name, sheet).await?.ok_or(EditRefused::Absent)?;
        let crew = self.crew(sheet).await?;
        Ok(conflicts(&kept.plan.table, &crew.ground(self.settings(name)?)))
    }

    /// The changes of a table before the one of this number, newest first.
    ///
    /// # Errors
    /// As [`Timetables::weeks`].
    pub async fn log(
        &self,
        name: &str,
        sheet: Sheet,
        before: i64,
        limit: u32,
    ) -> Result<Vec<TableEdit>, TimetableError> {
        self.kind(name)?;
        Ok(self.inner().store.timetable_log(name, sheet, before, limit).await?)
    }

    /// Publishes a week, or makes it a draft again.
    ///
    /// # Errors
    /// There is no such week, it is retired, or it has another version than the author saw.
    pub async fn set_published(
        &self,
        name: &str,
        week: Week,
        published: bool,
        by: &By,
    ) -> Result<KeptWeek, TimetableError> {
        self.kind(name)?;
        let sheet = Sheet::Week(week);
        let (state, text) = if published {
            (WeekState::Published, "published")
        } else {
            (WeekState::Draft, "made it a draft again")
        };
        let decide = |old: Option<&KeptWeek>| {
            check(old, by.version)?;
            let old = old.ok_or(EditRefused::Absent)?;
            let change = TableChange { plan: old.plan.clone(), state, text: text.to_owned() };
            Ok::<_, EditRefused>((old.state != state).then_some(change))
        };
        let changed = self.inner().store.change_timetable(name, sheet, &by.who, by.at, decide).await??;
        self.tell(name, sheet, if published { "published" } else { "withdrawn" }, &by.who);
        Ok(changed.ok_or(EditRefused::Absent)?)
    }

    /// Stores what was planned, or imported, in a week's place.
    ///
    /// # Errors
    /// The week is retired.
    pub async fn put_plan(
        &self,
        name: &str,
        sheet: Sheet,
        plan: WeekPlan,
        state: WeekState,
        text: &str,
        by: &By,
    ) -> Result<KeptWeek, TimetableError> {
        self.kind(name)?;
        let decide = |old: Option<&KeptWeek>| {
            check(old, by.version)?;
            let is_same = old.is_some_and(|old| (&old.plan, old.state) == (&plan, state));
            let change = TableChange { plan, state, text: text.to_owned() };
            Ok::<_, EditRefused>((!is_same).then_some(change))
        };
        let changed = self.inner().store.change_timetable(name, sheet, &by.who, by.at, decide).await??;
        let what = if state == WeekState::Published { "published" } else { "stored" };
        self.tell(name, sheet, what, &by.who);
        Ok(changed.ok_or(EditRefused::Absent)?)
    }

    /// Retires the published weeks up to this one; how many there were.
    ///
    /// # Errors
    /// As [`Timetables::weeks`], and a week that is not over: there is no way back.
    pub async fn retire(&self, name: &str, until: Week, by: &By) -> Result<u64, TimetableError> {
        let today = by.at.to_zoned(self.kind(name)?.zone.clone()).date();
        if until >= Week::of(today) {
            return Err(EditRefused::NotOver(until).into());
        }
        let retired = self.inner().store.retire_timetables(name, until, &by.who, by.at).await?;
        if retired > 0 {
            self.tell(name, Sheet::Week(until), "retired", &by.who);
        }
        Ok(retired)
    }

    /// Each one's credit at the end of a week.
    ///
    /// # Errors
    /// As [`Timetables::weeks`].
    pub async fn credit(&self, name: &str, week: Week) -> Result<BTreeMap<PersonId, f64>, TimetableError> {
        self.kind(name)?;
        Ok(self.inner().store.timetable_credit(name, week).await?)
    }

    /// Stores credits as those at the end of a week; an empty table forgives all.
    ///
    /// # Errors
    /// As [`Timetables::weeks`].
    pub async fn set_credit(
        &self,
        name: &str,
        week: Week,
        credits: &BTreeMap<PersonId, f64>,
        by: &By,
    ) -> Result<(), TimetableError> {
        self.kind(name)?;
        self.inner().store.freeze_credit(name, week, credits, by.at).await?;
        self.tell(name, Sheet::Week(week), "credit", &by.who);
        Ok(())
    }

    /// Stores, or takes away, the hash of the secret in a calendar's address.
    ///
    /// # Errors
    /// As [`Timetables::weeks`].
    pub async fn set_calendar_secret(
        &self,
        name: &str,
        person: &PersonId,
        hash: Option<[u8; 32]>,
    ) -> Result<(), TimetableError> {
        self.kind(name)?;
        Ok(self.inner().store.put_calendar_secret(name, person, hash).await?)
    }

    /// Whether this is the hash of the secret in a calendar's address.
    ///
    /// # Errors
    /// As [`Timetables::weeks`].
    pub async fn is_calendar_secret(
        &self,
        name: &str,
        person: &PersonId,
        hash: &[u8; 32],
    ) -> Result<bool, TimetableError> {
        self.kind(name)?;
        let known = self.inner().store.calendar_secret(name, person).await?;
        // Of a hash of 256 random bits nothing is learned from the time that comparing takes.
        Ok(known.is_some_and(|known| known == hash))
    }
}

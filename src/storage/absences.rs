//! Absences: listed by whose they are and when, and changed in one transaction by whoever has seen those of a scope.

use std::collections::HashMap;

use jiff::{Timestamp, civil::Date};
use uuid::Uuid;

use super::{
    StorageError, Store,
    batch::ManyRows,
    codec,
    page::{Conditions, Page, PageRequest, Place},
    pool::{Pool, Statement, args, rows},
};
use crate::model::{Absence, PersonId, When, Who};

/// Absences read at once at most: a site's for one week.
const MOST: usize = 100_000;

/// Which absences to list. All that is set must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AbsenceQuery {
    /// Of this person, this group, or of everybody.
    pub who: Option<Who>,
    /// That hold on one of these days, the first to the last; weekly ones always do.
    pub days: Option<(Date, Date)>,
    /// That came from this feed.
    pub feed: Option<String>,
    /// That were written here.
    pub own: bool,
}

/// Which absences are changed together; no other is touched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AbsenceScope {
    /// The one of this id.
    One(Uuid),
    /// A person's, without those that came from a feed.
    OwnOf(PersonId),
    /// All that came from this feed.
    Feed(String),
    /// All that were written here.
    Own,
}

/// What became of absences.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AbsencesChanged {
    /// New, or other than before.
    pub put: Vec<Absence>,
    /// No longer there.
    pub deleted: Vec<Absence>,
}

rows! {
    /// A row of `absences`.
    struct AbsenceRow {
        id: String,
        who: String,
        absence: String,
        updated_at: i64,
    }
}

impl AbsenceRow {
    fn absence(self) -> Result<Absence, StorageError> {
        let who = who_of(&self.who);
        let who = who.ok_or_else(|| StorageError::Corrupt(format!("whose absence: {:?}", self.who)))?;
        Ok(Absence { who, ..codec::from_json(&self.absence)? })
    }
}

const COLUMNS: &str = "SELECT id, who, absence, updated_at FROM absences";
static PUT: ManyRows = ManyRows::new(
    "INSERT INTO absences (id, who, feed, first_day, last_day, absence, updated_at)",
    7,
    "ON CONFLICT (id) DO UPDATE SET who = excluded.who, feed = excluded.feed, first_day = excluded.first_day,
    last_day = excluded.last_day, absence = excluded.absence, updated_at = excluded.updated_at",
);
static DELETE: ManyRows =
    ManyRows::new("WITH old (id) AS (", 1, ") DELETE FROM absences WHERE id IN (SELECT id FROM old)");

/// Whose it is, as a column.
pub(super) fn who_text(who: &Who) -> String {
    match who {
        Who::Person(id) => format!("person:{id}"),
        Who::Group(name) => format!("group:{name}"),
        Who::Everybody => "everybody".to_owned(),
    }
}

fn who_of(text: &str) -> Option<Who> {
    match text.split_once(':') {
        Some(("person", id)) => PersonId::parse(id).ok().map(Who::Person),
        Some(("group", name)) => Some(Who::Group(name.to_owned())),
        _ => (text == "everybody").then_some(Who::Everybody),
    }
}

impl AbsenceQuery {
    fn conditions(&self) -> Conditions {
        let mut conditions = Conditions::new("1 = 1");
        conditions
            .and("who = ?", self.who.as_ref().map(|who| args![who_text(who)]))
            .and("feed = ?", self.feed.as_deref().map(|feed| args![feed]))
            .and("feed IS NULL", self.own.then(Vec::new))
            .and(
                "(last_day IS NULL OR (last_day >= ? AND first_day <= ?))",
                self.days.map(|(from, to)| args![from.to_string(), to.to_string()]),
            );
        conditions
    }
}

impl AbsenceScope {
    fn query(&self) -> Conditions {
        let query = match self {
            Self::One(id) => {
                let mut conditions = Conditions::new("1 = 1");
                conditions.and("id = ?", Some(args![id.to_string()]));
                return conditions;
            }
            Self::OwnOf(id) => {
                AbsenceQuery { who: Some(Who::Person(id.clone())), own: true, ..AbsenceQuery::default() }
            }
            Self::Feed(name) => AbsenceQuery { feed: Some(name.clone()), ..AbsenceQuery::default() },
            Self::Own => AbsenceQuery { own: true, ..AbsenceQuery::default() },
        };
        query.conditions()
    }
}

impl Store {
    /// Lists absences, those first whose last change is oldest.
    pub async fn absences(
        &self,
        query: &AbsenceQuery,
        page: &PageRequest,
    ) -> Result<Page<Absence>, StorageError> {
        let place = page.place()?;
        let mut conditions = query.conditions();
        conditions.and("(updated_at, id) > (?, ?)", place.map(|p| args![p.micros, p.id]));
        let (sql, args) = conditions.into_query(COLUMNS, "ORDER BY updated_at, id", page.rows());
        self.within(async {
            let rows: Vec<AbsenceRow> = self.pool.fetch(sql, args).await?;
            let placed = rows.into_iter().map(|row| {
                let place = Place { micros: row.updated_at, id: row.id.clone() };
                Ok((place, row.absence()?))
            });
            let placed = placed.collect::<Result<Vec<_>, StorageError>>()?;
            let Page { items, next } = page.page(placed, |(place, _)| place.clone());
            Ok(Page { items: items.into_iter().map(|(_, absence)| absence).collect(), next })
        })
        .await
    }

    /// All that fit, in the order of their ids.
    pub async fn all_absences(&self, query: &AbsenceQuery) -> Result<Vec<Absence>, StorageError> {
        let (sql, args) = query.conditions().into_query(COLUMNS, "ORDER BY id", MOST);
        self.within(async {
            let rows: Vec<AbsenceRow> = self.pool.fetch(sql, args).await?;
            rows.into_iter().map(AbsenceRow::absence).collect()
        })
        .await
    }

    /// One absence.
    pub async fn absence(&self, id: Uuid) -> Result<Option<Absence>, StorageError> {
        let (sql, args) = AbsenceScope::One(id).query().into_query(COLUMNS, "", 1);
        self.within(async {
            let rows: Vec<AbsenceRow> = self.pool.fetch(sql, args).await?;
            rows.into_iter().next().map(AbsenceRow::absence).transpose()
        })
        .await
    }

    /// Puts what `plan` makes of the absences of a scope in their place, in one transaction; what the plan refuses
    /// changes nothing. What stays as it was is not written.
    pub async fn change_absences<E: Send>(
        &self,
        scope: &AbsenceScope,
        now: Timestamp,
        plan: impl FnOnce(&[Absence]) -> Result<Vec<Absence>, E> + Send,
    ) -> Result<Result<AbsencesChanged, E>, StorageError> {
        self.within(async {
            let mut tx = self.pool.begin().await?;
            tx.lock("absences").await?;
            let (sql, args) = scope.query().into_query(COLUMNS, "ORDER BY id", MOST);
            let rows: Vec<AbsenceRow> = tx.fetch(sql, args).await?;
            let known = rows.into_iter().map(AbsenceRow::absence).collect::<Result<Vec<_>, _>>()?;
            let changed = match plan(&known) {
                Ok(wanted) => difference(known, wanted),
                Err(error) => {
                    tx.roll_back().await?;
                    return Ok(Err(error));
                }
            };
            for (sql, args) in statements(&self.pool, &changed, now)? {
                tx.execute(sql, args).await?;
            }
            tx.commit().await?;
            Ok(Ok(changed))
        })
        .await
    }
}

/// What must be written for what is wanted; of one id the last counts.
fn difference(known: Vec<Absence>, wanted: Vec<Absence>) -> AbsencesChanged {
    let mut wanted: indexmap::IndexMap<Uuid, Absence> =
        wanted.into_iter().map(|absence| (absence.id, absence)).collect();
    let known: HashMap<Uuid, Absence> = known.into_iter().map(|absence| (absence.id, absence)).collect();
    let mut deleted: Vec<Absence> =
        known.values().filter(|absence| !wanted.contains_key(&absence.id)).cloned().collect();
    deleted.sort_by_key(|absence| absence.id);
    wanted.retain(|id, absence| known.get(id) != Some(absence));
    AbsencesChanged { put: wanted.into_values().collect(), deleted }
}

fn statements(
    pool: &Pool,
    changed: &AbsencesChanged,
    now: Timestamp,
) -> Result<Vec<Statement>, StorageError> {
    let mut statements = Vec::new();
    let gone = |absence: &Absence, values: &mut Vec<_>| {
        values.extend(args![absence.id.to_string()]);
        Ok(())
    };
    DELETE.statements(pool, &changed.deleted, gone, &mut statements)?;
    let row = |absence: &Absence, values: &mut Vec<_>| {
        let days = match &absence.when {
            When::Weekly(_) => None,
            When::Dates { from, to } => Some((from.to_string(), to.to_string())),
        };
        let (first, last) = days.unzip();
        values.extend(args![
            absence.id.to_string(),
            who_text(&absence.who),
            absence.feed.as_deref(),
            first,
            last,
            codec::json(absence)?,
            now,
        ]);
        Ok(())
    };
    PUT.statements(pool, &changed.put, row, &mut statements)?;
    Ok(statements)
}

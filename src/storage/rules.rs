//! Routing rules: written one at a time by version, listed, and read whole for those who keep them in memory.

use jiff::Timestamp;

use super::{
    Put, StorageError, Store, codec,
    lists::EntryRow,
    page::{Conditions, Page, PageRequest, Place},
    plan::{self, Known},
    pool::{args, rows},
    versioned::{self, Table},
};
use crate::model::{ListEntry, Matches, NumberMatch, Outcome, Rule, RuleId};

/// Which rules to list. All that is set must hold; deleted ones are never listed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RuleQuery {
    /// The caller that they name, as it stands in them.
    pub caller: Option<NumberMatch>,
    /// Those only that have not expired at this time.
    pub holding_at: Option<Timestamp>,
}

/// Every rule and list entry that holds.
#[derive(Clone, Debug, PartialEq)]
pub struct RoutingBook {
    /// The count of changes of which it knows all.
    pub revision: i64,
    /// In no order.
    pub rules: Vec<Rule>,
    /// In no order.
    pub entries: Vec<ListEntry>,
}

rows! {
    /// A row of `routing_rules`.
    struct RuleRow {
        id: String,
        matches: String,
        priority: i64,
        target: String,
        note: Option<String>,
        expires_at: Option<i64>,
        version: i64,
        created_at: i64,
        updated_at: i64,
        deleted_at: Option<i64>,
    }
}

const RULES: Table = Table {
    find: "SELECT * FROM routing_rules WHERE id = $1",
    find_locking: "SELECT * FROM routing_rules WHERE id = $1 FOR UPDATE",
    insert: "INSERT INTO routing_rules (id, matches, caller, priority, target, note, expires_at, version,
        created_at, updated_at, deleted_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT (id) DO NOTHING",
    update: "UPDATE routing_rules SET matches = $2, caller = $3, priority = $4, target = $5, note = $6,
        expires_at = $7, version = $8, created_at = $9, updated_at = $10, deleted_at = $11 WHERE id = $1",
    is_counted: true,
};

impl RuleRow {
    fn rule(self) -> Result<Rule, StorageError> {
        Ok(Rule {
            id: RuleId(self.id),
            matches: codec::from_json(&self.matches)?,
            priority: codec::number(self.priority)?,
            target: codec::from_json(&self.target)?,
            expires_at: codec::time_or_none(self.expires_at)?,
            note: self.note,
            version: self.version,
            created_at: codec::time(self.created_at)?,
            updated_at: codec::time(self.updated_at)?,
        })
    }
}

impl Store {
    /// Stores a rule if its version says so: created, or changed, which may extend it. Committed when this returns.
    /// The expiry is not compared: one that is counted from the arrival moves with the clock, and a sender that
    /// repeats itself must hear "unchanged".
    pub async fn put_rule(&self, rule: &Rule) -> Result<Put<Rule>, StorageError> {
        let key = args![rule.id.as_str()];
        let (matches, target) = (codec::json(&rule.matches)?, codec::json(&rule.target)?);
        let caller = rule.matches.caller.as_ref().map(ToString::to_string);
        let decide = |old: Option<&RuleRow>| {
            let known = old.map_or(Known::Absent, |old| {
                let same = (&old.matches, &old.target, old.priority, &old.note)
                    == (&matches, &target, i64::from(rule.priority), &rule.note);
                versioned::known(old.version, old.deleted_at.is_some(), same)
            });
            let (outcome, is_written) = versioned::put(known, rule.version);
            let row = || {
                args![
                    matches.as_str(),
                    caller.as_deref(),
                    i64::from(rule.priority),
                    target.as_str(),
                    rule.note.as_deref(),
                    rule.expires_at,
                    rule.version,
                    created(
                        old.filter(|_| outcome == Outcome::Applied).map(|old| old.created_at),
                        rule.created_at
                    ),
                    rule.updated_at,
                    None::<Timestamp>,
                ]
            };
            Ok((outcome, is_written.then(row)))
        };
        let (outcome, old, revision) = self.change_versioned(&RULES, &key, decide).await?;
        let kept = old.filter(|old| old.deleted_at.is_none()).map(RuleRow::rule).transpose()?;
        let now = match outcome {
            Outcome::Created => Some(stored_form(rule, rule.created_at)),
            Outcome::Applied => Some(stored_form(rule, kept.map_or(rule.created_at, |old| old.created_at))),
            Outcome::Unchanged | Outcome::Stale | Outcome::Conflict => kept,
        };
        Ok(Put { outcome, now, revision })
    }

    /// Deletes a rule: `Applied`, `Unchanged` (it was not there) or `Stale` (a later version is there). A tombstone
    /// stays, so that a late update of an older version does not bring it back.
    pub async fn delete_rule(
        &self,
        id: &RuleId,
        version: Option<i64>,
        now: Timestamp,
    ) -> Result<Put<Rule>, StorageError> {
        let decide = |old: Option<&RuleRow>| {
            let known = old
                .map_or(Known::Absent, |old| versioned::known(old.version, old.deleted_at.is_some(), false));
            let deletion = plan::delete_version(known, version);
            let nothing = codec::json(&Matches::default())?;
            let row = deletion.tombstone.map(|version| {
                let nowhere = r#"{"kind":"reject","reason":"unallocated"}"#;
                args![
                    nothing,
                    None::<&str>,
                    0,
                    nowhere,
                    None::<&str>,
                    None::<Timestamp>,
                    version,
                    now,
                    now,
                    now
                ]
            });
            Ok((deletion.outcome, row))
        };
        let key = args![id.as_str()];
        let (outcome, _, revision) = self.change_versioned::<RuleRow>(&RULES, &key, decide).await?;
        Ok(Put { outcome, now: None, revision })
    }

    /// One rule; `None` if it is not there or deleted. One that has expired is given.
    pub async fn rule(&self, id: &RuleId) -> Result<Option<Rule>, StorageError> {
        self.within(async {
            let rows: Vec<RuleRow> = self.pool.fetch(RULES.find, args![id.as_str()]).await?;
            rows.into_iter().find(|row| row.deleted_at.is_none()).map(RuleRow::rule).transpose()
        })
        .await
    }

    /// Lists rules, those first whose last change is oldest.
    pub async fn rules(&self, query: &RuleQuery, page: &PageRequest) -> Result<Page<Rule>, StorageError> {
        let place = page.place()?;
        let mut conditions = Conditions::new("deleted_at IS NULL");
        conditions
            .and("caller = ?", query.caller.as_ref().map(|caller| args![caller.to_string()]))
            .and("(expires_at IS NULL OR expires_at > ?)", query.holding_at.map(|at| args![at]))
            .and("(updated_at, id) > (?, ?)", place.map(|p| args![p.micros, p.id]));
        let (sql, args) =
            conditions.into_query("SELECT * FROM routing_rules", "ORDER BY updated_at, id", page.rows());
        self.within(async {
            let rows: Vec<RuleRow> = self.pool.fetch(sql, args).await?;
            let rules = rows.into_iter().map(RuleRow::rule).collect::<Result<Vec<_>, _>>()?;
            Ok(page.page(rules, |rule| Place {
                micros: rule.updated_at.as_microsecond(),
                id: rule.id.as_str().to_owned(),
            }))
        })
        .await
    }

    /// How often rules and lists have changed.
    pub async fn routing_revision(&self) -> Result<i64, StorageError> {
        self.within(async {
            let rows: Vec<(i64,)> = self.pool.fetch("SELECT number FROM routing_revision", args![]).await?;
            rows.first()
                .map(|row| row.0)
                .ok_or_else(|| StorageError::Corrupt("no routing_revision".to_owned()))
        })
        .await
    }

    /// Every rule and list entry that holds at this time. The revision is read first: what changes meanwhile may be
    /// among them, and will be read again.
    pub async fn routing_book(&self, now: Timestamp) -> Result<RoutingBook, StorageError> {
        let revision = self.routing_revision().await?;
        self.within(async {
            let sql = "SELECT * FROM routing_rules WHERE deleted_at IS NULL AND (expires_at IS NULL OR expires_at > $1)";
            let rows: Vec<RuleRow> = self.pool.fetch(sql, args![now]).await?;
            let rules = rows.into_iter().map(RuleRow::rule).collect::<Result<Vec<_>, _>>()?;
            let sql = "SELECT * FROM routing_lists WHERE deleted_at IS NULL AND (expires_at IS NULL OR expires_at > $1)";
            let rows: Vec<EntryRow> = self.pool.fetch(sql, args![now]).await?;
            let entries = rows.into_iter().map(EntryRow::entry).collect::<Result<Vec<_>, _>>()?;
            Ok(RoutingBook { revision, rules, entries })
        })
        .await
    }
}

/// When a row was first stored: before, or now.
pub(super) fn created(old: Option<i64>, now: Timestamp) -> i64 {
    old.unwrap_or_else(|| now.as_microsecond())
}

/// The rule as it will be read: times in whole microseconds.
fn stored_form(rule: &Rule, created_at: Timestamp) -> Rule {
    Rule {
        expires_at: rule.expires_at.map(codec::whole_micros),
        created_at: codec::whole_micros(created_at),
        updated_at: codec::whole_micros(rule.updated_at),
        ..rule.clone()
    }
}

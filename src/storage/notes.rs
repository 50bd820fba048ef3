//! Call notes and their categories; what is told of a note is enqueued in the transaction that changes it.

use jiff::Timestamp;

use super::{
    StorageError, Store, codec,
    page::{Conditions, Page, PageRequest, Place},
    pool::{Arg, Statement, args, rows},
};
use crate::model::{CallId, Category, Note, NoteId};
use sqlx::SqlSafeStr;

/// Which notes to list. All that is set must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NoteQuery {
    /// Who wrote them.
    pub person: Option<String>,
    /// The call they are about.
    pub call: Option<CallId>,
    /// The contact they are about.
    pub contact: Option<String>,
    /// One of their categories.
    pub category: Option<String>,
    /// Calls at this time or later.
    pub from: Option<Timestamp>,
    /// Calls before this time.
    pub to: Option<Timestamp>,
}

/// A webhook about a note.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Telling {
    /// The receiver knows repetitions by it.
    pub id: String,
    /// Where to.
    pub url: String,
    /// The JSON to post.
    pub body: String,
}

rows! {
    /// A row of `notes`.
    struct NoteRow {
        id: String,
        at: i64,
        content: String,
        created_at: i64,
        updated_at: i64,
    }
}

impl NoteRow {
    fn note(self) -> Result<Note, StorageError> {
        let id = NoteId::parse(&self.id);
        Ok(Note {
            id: id.ok_or_else(|| StorageError::Corrupt(format!("the note id {:?}", self.id)))?,
            at: codec::time(self.at)?,
            content: codec::from_json(&self.content)?,
            created_at: codec::time(self.created_at)?,
            updated_at: codec::time(self.updated_at)?,
        })
    }
}

const COLUMNS: &str = "SELECT id, at, content, created_at, updated_at FROM notes";
const PUT: &str = "INSERT INTO notes (id, at, person, call_id, contact_id, content, created_at, updated_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (id) DO UPDATE SET at = excluded.at,
    person = excluded.person, call_id = excluded.call_id, contact_id = excluded.contact_id,
    content = excluded.content, updated_at = excluded.updated_at";
const TELL: &str = "INSERT INTO deliveries (id, url, state, tries, next_at, created_at, body)
    VALUES ($1, $2, 'waiting', 0, $3, $3, $4) ON CONFLICT (id) DO NOTHING";

fn tell(telling: Option<&Telling>, now: Timestamp, into: &mut Vec<Statement>) {
    let told = telling.map(|t| args![t.id.as_str(), t.url.as_str(), now, t.body.as_str()]);
    into.extend(told.map(|values| (TELL.into_sql_str(), values)));
}

fn values(note: &Note) -> Result<Vec<Arg>, StorageError> {
    let content = &note.content;
    Ok(args![
        note.id.to_string(),
        note.at,
        content.person.as_str(),
        content.call.map(|call| call.to_string()),
        content.contact.as_ref().map(|contact| contact.id.as_str()),
        codec::json(content)?,
        note.created_at,
        note.updated_at,
    ])
}

impl Store {
    /// Stores a note in the place of what was there, and what is told of it.
    pub async fn put_note(&self, note: &Note, telling: Option<&Telling>) -> Result<(), StorageError> {
        let (id, content) = (note.id.to_string(), &note.content);
        let mut statements: Vec<Statement> = vec![
            (PUT.into_sql_str(), values(note)?),
            ("DELETE FROM note_categories WHERE note_id = $1".into_sql_str(), args![id.as_str()]),
        ];
        let sql = "INSERT INTO note_categories (category_id, note_id) VALUES ($1, $2) ON CONFLICT DO NOTHING";
        for category in &content.categories {
            statements.push((sql.into_sql_str(), args![category.as_str(), id.as_str()]));
        }
        tell(telling, note.updated_at, &mut statements);
        self.within(self.pool.execute_all(statements)).await?;
        self.wake_outbox();
        Ok(())
    }

    /// Stores notes that were written elsewhere, in one transaction, where there is none of their id; nobody is told.
    /// Gives how many there were not.
    pub async fn add_notes(&self, notes: &[Note]) -> Result<usize, StorageError> {
        let add = "INSERT INTO notes (id, at, person, call_id, contact_id, content, created_at, updated_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (id) DO NOTHING";
        let of = "INSERT INTO note_categories (category_id, note_id) VALUES ($1, $2) ON CONFLICT DO NOTHING";
        self.within(async {
            let (mut tx, mut added) = (self.pool.begin().await?, 0);
            for note in notes {
                let id = note.id.to_string();
                if tx.execute(add, values(note)?).await? == 0 {
                    continue;
                }
                added += 1;
                for category in &note.content.categories {
                    tx.execute(of, args![category.as_str(), id.as_str()]).await?;
                }
            }
            tx.commit().await?;
            Ok(added)
        })
        .await
    }

    /// How many of these are not there.
    pub async fn notes_missing(&self, notes: &[Note]) -> Result<usize, StorageError> {
        let mut missing = 0;
        for note in notes {
            missing += usize::from(self.note(note.id).await?.is_none());
        }
        Ok(missing)
    }

    /// One note.
    pub async fn note(&self, id: NoteId) -> Result<Option<Note>, StorageError> {
        let mut conditions = Conditions::new("1 = 1");
        conditions.and("id = ?", Some(args![id.to_string()]));
        let (sql, args) = conditions.into_query(COLUMNS, "", 1);
        self.within(async {
            let rows: Vec<NoteRow> = self.pool.fetch(sql, args).await?;
            rows.into_iter().next().map(NoteRow::note).transpose()
        })
        .await
    }

    /// Deletes a note, and enqueues what is told of that.
    pub async fn delete_note(
        &self,
        id: NoteId,
        now: Timestamp,
        telling: Option<&Telling>,
    ) -> Result<(), StorageError> {
        let mut statements: Vec<Statement> =
            vec![("DELETE FROM notes WHERE id = $1".into_sql_str(), args![id.to_string()])];
        tell(telling, now, &mut statements);
        self.within(self.pool.execute_all(statements)).await?;
        self.wake_outbox();
        Ok(())
    }

    /// Lists notes, those of the latest calls first.
    pub async fn notes(&self, query: &NoteQuery, page: &PageRequest) -> Result<Page<Note>, StorageError> {
        let place = page.place()?;
        let text = |value: &Option<String>| value.as_deref().map(|v| args![v]);
        let mut conditions = Conditions::new("1 = 1");
        conditions
            .and("person = ?", text(&query.person))
            .and("call_id = ?", query.call.map(|call| args![call.to_string()]))
            .and("contact_id = ?", text(&query.contact))
            .and("id IN (SELECT note_id FROM note_categories WHERE category_id = ?)", text(&query.category))
            .and("at >= ?", query.from.map(|t| args![t]))
            .and("at < ?", query.to.map(|t| args![t]))
            .and("(at, id) < (?, ?)", place.map(|p| args![p.micros, p.id]));
        let (sql, args) = conditions.into_query(COLUMNS, "ORDER BY at DESC, id DESC", page.rows());
        self.within(async {
            let rows: Vec<NoteRow> = self.pool.fetch(sql, args).await?;
            let notes = rows.into_iter().map(NoteRow::note).collect::<Result<Vec<_>, _>>()?;
            Ok(page.page(notes, |n| Place { micros: n.at.as_microsecond(), id: n.id.to_string() }))
        })
        .await
    }

    /// How many notes have each category, of calls within these times; the most first.
    pub async fn note_counts(
        &self,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<(String, i64)>, StorageError> {
        let sql = "SELECT c.category_id, COUNT(*) FROM note_categories c JOIN notes n ON n.id = c.note_id
            WHERE n.at >= $1 AND n.at < $2 GROUP BY c.category_id ORDER BY COUNT(*) DESC, c.category_id";
        self.within(self.pool.fetch(sql, args![from, to])).await
    }

    /// The categories, in their order.
    pub async fn categories(&self) -> Result<Vec<Category>, StorageError> {
        let sql = "SELECT category FROM categories ORDER BY place, id";
        let rows: Vec<(String,)> = self.within(self.pool.fetch(sql, args![])).await?;
        rows.iter().map(|(category,)| codec::from_json(category)).collect()
    }

    /// Stores all categories in the place of those that were there; notes keep theirs.
    pub async fn put_categories(&self, categories: &[Category]) -> Result<(), StorageError> {
        let mut statements: Vec<Statement> = vec![("DELETE FROM categories".into_sql_str(), args![])];
        let sql = "INSERT INTO categories (id, place, category) VALUES ($1, $2, $3)";
        for (place, category) in categories.iter().enumerate() {
            let place = i64::try_from(place).unwrap_or(i64::MAX);
            let values = args![category.id.as_str(), place, codec::json(category)?];
            statements.push((sql.into_sql_str(), values));
        }
        self.within(self.pool.execute_all(statements)).await
    }
}

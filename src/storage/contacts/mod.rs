//! Our own contacts: written whole, found by number, searched by words.

mod search;

use jiff::Timestamp;

use super::{
    StorageError, Store,
    batch::ManyRows,
    codec,
    page::{Conditions, Page, PageRequest, Place},
    pool::{Statement, args, rows},
};
use crate::model::{Contact, PhoneNumber};

/// Contacts of one number at most: an office's number may have many.
const MOST_OF_ONE: usize = 20;
/// Contacts written in one transaction: nobody else can write meanwhile.
const BATCH: usize = 200;

rows! {
    /// A row of `contacts`.
    struct ContactRow {
        id: String,
        contact: String,
        updated_at: i64,
    }
}

static SAVE: ManyRows = ManyRows::new(
    "INSERT INTO contacts (id, contact, updated_at)",
    3,
    "ON CONFLICT (id) DO UPDATE SET contact = excluded.contact, updated_at = excluded.updated_at",
);
static NUMBERS: ManyRows =
    ManyRows::new("INSERT INTO contact_numbers (number, contact_id)", 2, "ON CONFLICT DO NOTHING");
static WORDS: ManyRows =
    ManyRows::new("INSERT INTO contact_words (field, word, contact_id)", 3, "ON CONFLICT DO NOTHING");
static NO_NUMBERS: ManyRows = ManyRows::new(
    "WITH old (id) AS (",
    1,
    ") DELETE FROM contact_numbers WHERE contact_id IN (SELECT id FROM old)",
);
static NO_WORDS: ManyRows = ManyRows::new(
    "WITH old (id) AS (",
    1,
    ") DELETE FROM contact_words WHERE contact_id IN (SELECT id FROM old)",
);

impl ContactRow {
    fn contact(self) -> Result<Contact, StorageError> {
        Ok(Contact { id: self.id, ..codec::from_json(&self.contact)? })
    }
}

impl Store {
    /// Stores contacts, each in the place of what was there under its id; the later one of an id counts. Large
    /// numbers are written in several transactions; all of it is committed when this returns.
    pub async fn put_contacts(&self, contacts: &[Contact], now: Timestamp) -> Result<(), StorageError> {
        let latest: indexmap::IndexMap<&str, &Contact> =
            contacts.iter().map(|contact| (contact.id.as_str(), contact)).collect();
        let latest: Vec<&Contact> = latest.into_values().collect();
        for batch in latest.chunks(BATCH) {
            let statements = self.writing(batch, now)?;
            self.within(self.pool.execute_all(statements)).await?;
        }
        Ok(())
    }

    fn writing(&self, contacts: &[&Contact], now: Timestamp) -> Result<Vec<Statement>, StorageError> {
        let (pool, mut statements) = (&self.pool, Vec::new());
        let row = |contact: &&Contact, values: &mut Vec<_>| {
            values.extend(args![contact.id.as_str(), codec::json(contact)?, now]);
            Ok(())
        };
        SAVE.statements(pool, contacts, row, &mut statements)?;
        let id = |contact: &&Contact, values: &mut Vec<_>| {
            values.extend(args![contact.id.as_str()]);
            Ok(())
        };
        NO_NUMBERS.statements(pool, contacts, id, &mut statements)?;
        NO_WORDS.statements(pool, contacts, id, &mut statements)?;
        let numbers: Vec<(&str, &str)> = contacts
            .iter()
            .flat_map(|contact| contact.numbers.iter().map(|number| (number.as_str(), contact.id.as_str())))
            .collect();
        let number = |(number, id): &(&str, &str), values: &mut Vec<_>| {
            values.extend(args![*number, *id]);
            Ok(())
        };
        NUMBERS.statements(pool, &numbers, number, &mut statements)?;
        let words: Vec<(String, String, &str)> = contacts
            .iter()
            .flat_map(|c| c.words().into_iter().map(|(field, word)| (field, word, c.id.as_str())))
            .collect();
        let word = |(field, word, id): &(String, String, &str), values: &mut Vec<_>| {
            values.extend(args![field.as_str(), word.as_str(), *id]);
            Ok(())
        };
        WORDS.statements(pool, &words, word, &mut statements)?;
        Ok(statements)
    }

    /// One contact.
    pub async fn contact(&self, id: &str) -> Result<Option<Contact>, StorageError> {
        self.within(async {
            let rows: Vec<ContactRow> =
                self.pool.fetch("SELECT * FROM contacts WHERE id = $1", args![id]).await?;
            rows.into_iter().next().map(ContactRow::contact).transpose()
        })
        .await
    }

    /// Deletes a contact; false if it is not there.
    pub async fn delete_contact(&self, id: &str) -> Result<bool, StorageError> {
        let sql = "DELETE FROM contacts WHERE id = $1";
        Ok(self.within(self.pool.execute(sql, args![id])).await? > 0)
    }

    /// The contacts of a number, last changed first, at most 20.
    pub async fn contacts_of(&self, number: &PhoneNumber) -> Result<Vec<Contact>, StorageError> {
        let mut conditions = Conditions::new("1 = 1");
        conditions.and("n.number = ?", Some(args![number.as_str()]));
        let (sql, args) = conditions.into_query(
            "SELECT c.* FROM contact_numbers n JOIN contacts c ON c.id = n.contact_id",
            "ORDER BY c.updated_at DESC, c.id",
            MOST_OF_ONE,
        );
        self.within(async {
            let rows: Vec<ContactRow> = self.pool.fetch(sql, args).await?;
            rows.into_iter().map(ContactRow::contact).collect()
        })
        .await
    }

    /// Lists contacts, those first whose last change is oldest: whoever follows the pages misses no change.
    pub async fn contacts(&self, page: &PageRequest) -> Result<Page<Contact>, StorageError> {
        let place = page.place()?;
        let mut conditions = Conditions::new("1 = 1");
        conditions.and("(updated_at, id) > (?, ?)", place.map(|p| args![p.micros, p.id]));
        let (sql, args) =
            conditions.into_query("SELECT * FROM contacts", "ORDER BY updated_at, id", page.rows());
        self.within(async {
            let rows: Vec<ContactRow> = self.pool.fetch(sql, args).await?;
            let rows = page.page(rows, |row| Place { micros: row.updated_at, id: row.id.clone() });
            let items = rows.items.into_iter().map(ContactRow::contact).collect::<Result<_, _>>()?;
            Ok(Page { items, next: rows.next })
        })
        .await
    }
}

//! Contacts by what they are searched by.

use super::ContactRow;
use crate::{
    model::{Contact, search_key},
    storage::{StorageError, Store, page::Conditions, pool::args},
};

impl Store {
    /// The contacts with a word of this field (`name`, `item`, a fact's label; `None`: any) that begins with the
    /// text, however it is accented; the last changed first, at most so many (and at most 200).
    pub async fn search_contacts(
        &self,
        field: Option<&str>,
        text: &str,
        most: usize,
    ) -> Result<Vec<Contact>, StorageError> {
        let from = search_key(text);
        if from.is_empty() {
            return Ok(Vec::new());
        }
        // Every text that begins with it, by the order of its bytes, so that the index serves.
        let to = format!("{from}\u{10ffff}");
        let field = field.map(search_key);
        let any = field.is_none().then(|| args![from.clone(), to.clone()]);
        let mut conditions = Conditions::new("1 = 1");
        conditions
            .and(
                "id IN (SELECT contact_id FROM contact_words WHERE field = ? AND word >= ? AND word < ?)",
                field.map(|field| args![field, from, to]),
            )
            .and("id IN (SELECT contact_id FROM contact_words WHERE word >= ? AND word < ?)", any);
        let (sql, args) = conditions.into_query(
            "SELECT * FROM contacts",
            "ORDER BY updated_at DESC, id",
            most.clamp(1, 200),
        );
        self.within(async {
            let rows: Vec<ContactRow> = self.pool.fetch(sql, args).await?;
            rows.into_iter().map(ContactRow::contact).collect()
        })
        .await
    }
}

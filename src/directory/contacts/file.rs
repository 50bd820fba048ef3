//! Contacts in a CSV file: held in memory, read again when it has changed; a broken one changes nothing.

use std::{
    collections::HashMap,
    fs, io,
    path::PathBuf,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant, SystemTime},
};

use serde_json::Value;

use super::fields::{MOST_CONTACTS, Reader};
use crate::{
    directory::SourceError,
    model::{Contact, PhoneNumber, search_key},
    tasks::clock,
};

/// Largest file that is read.
const MOST_BYTES: u64 = 64 * 1024 * 1024;
/// How often it is looked whether the file has changed.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// A file. Cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct File {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    path: PathBuf,
    delimiter: u8,
    reader: Reader,
    state: Mutex<State>,
    is_reading: AtomicBool,
}

#[derive(Debug, Default)]
struct State {
    table: Option<Arc<Table>>,
    /// What is wrong with the file as it is now.
    problem: Option<String>,
    /// The file that was read last: its time and size.
    read: Option<(SystemTime, u64)>,
    looked: Option<Instant>,
}

/// What a file says.
#[derive(Debug, Default)]
struct Table {
    contacts: Vec<Contact>,
    by_number: HashMap<PhoneNumber, Vec<usize>>,
}

impl File {
    pub(super) fn new(path: PathBuf, delimiter: char, reader: Reader) -> Self {
        let delimiter = u8::try_from(delimiter).unwrap_or(b',');
        let (state, is_reading) = (Mutex::default(), AtomicBool::new(false));
        Self { inner: Arc::new(Inner { path, delimiter, reader, state, is_reading }) }
    }

    /// The contacts of a number, and their size.
    pub(super) async fn find(&self, number: &PhoneNumber) -> Result<Vec<Contact>, SourceError> {
        let table = self.table().await?;
        let places = table.by_number.get(number).map(Vec::as_slice).unwrap_or_default();
        let found = places.iter().take(MOST_CONTACTS).filter_map(|place| table.contacts.get(*place));
        Ok(found.cloned().collect())
    }

    /// The contacts with a word of this field that begins with the text.
    pub(super) async fn search(&self, field: Option<&str>, text: &str) -> Result<Vec<Contact>, SourceError> {
        let table = self.table().await?;
        let (field, text) = (field.map(search_key), search_key(text));
        // Every contact is looked at: not a thing for the runtime's own threads.
        let look = move || {
            let fits = |contact: &&Contact| {
                let mut words = contact.words().into_iter();
                words.any(|(of, word)| {
                    field.as_ref().is_none_or(|field| *field == of) && word.starts_with(&text)
                })
            };
            table.contacts.iter().filter(fits).take(MOST_CONTACTS).cloned().collect()
        };
        tokio::task::spawn_blocking(look).await.map_err(|error| SourceError::File(error.to_string()))
    }

    /// How many contacts it holds, and what is wrong with the file as it is now.
    pub(super) async fn state(&self) -> Result<usize, SourceError> {
        let table = self.table().await?;
        match self.inner.lock(|state| state.problem.clone()) {
            Some(problem) => Err(SourceError::File(format!("{problem}; what was read before still holds"))),
            None => Ok(table.contacts.len()),
        }
    }

    async fn table(&self) -> Result<Arc<Table>, SourceError> {
        let now = clock::instant();
        let (known, is_due) = self.inner.lock(|state| {
            let is_due = state.looked.is_none_or(|looked| now >= looked + LOOK_EVERY);
            if is_due {
                state.looked = Some(now);
            }
            (state.table.clone(), is_due)
        });
        if is_due && !self.inner.is_reading.swap(true, Ordering::AcqRel) {
            let inner = Arc::clone(&self.inner);
            let reading = tokio::task::spawn_blocking(move || {
                inner.look();
                inner.is_reading.store(false, Ordering::Release);
            });
            // Whoever has contacts to look at does not wait for newer ones.
            if known.is_none() {
                reading.await.map_err(|error| SourceError::File(error.to_string()))?;
            }
        }
        let (table, problem) = self.inner.lock(|state| (state.table.clone(), state.problem.clone()));
        table.ok_or_else(|| SourceError::File(problem.unwrap_or_else(|| "it is being read".to_owned())))
    }
}

impl Inner {
    fn lock<T>(&self, work: impl FnOnce(&mut State) -> T) -> T {
        work(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Reads the file if it is another one than before.
    fn look(&self) {
        let shown = self.path.display();
        let found = fs::metadata(&self.path).and_then(|meta| Ok((meta.modified()?, meta.len())));
        let stamp = match found {
            Ok(stamp) => stamp,
            Err(error) => return self.complain(&format!("{shown}: cannot read it: {error}")),
        };
        if self.lock(|state| state.read == Some(stamp)) {
            return;
        }
        let read = if stamp.1 > MOST_BYTES {
            Err(format!("it has more than {} MiB", MOST_BYTES >> 20))
        } else {
            fs::File::open(&self.path)
                .map_err(|error| error.to_string())
                .and_then(|file| read(io::BufReader::new(file), self.delimiter, &self.reader))
        };
        self.lock(|state| state.read = Some(stamp));
        match read {
            Ok(table) => {
                tracing::info!(file = %shown, contacts = table.contacts.len(), "contacts read");
                self.lock(|state| {
                    state.table = Some(Arc::new(table));
                    state.problem = None;
                });
            }
            Err(why) => self.complain(&format!("{shown}: {why}")),
        }
    }

    fn complain(&self, problem: &str) {
        let is_new = self.lock(|state| {
            let is_new = state.problem.as_deref() != Some(problem);
            state.problem = Some(problem.to_owned());
            is_new
        });
        if is_new {
            tracing::warn!(problem, "a file of contacts cannot be used; what was read before still holds");
        }
    }
}

/// Reads a file whole, or says on which line it is broken.
fn read(input: impl io::Read, delimiter: u8, reader: &Reader) -> Result<Table, String> {
    let mut rows = csv::ReaderBuilder::new().delimiter(delimiter).trim(csv::Trim::All).from_reader(input);
    let head = rows.headers().map_err(|error| error.to_string())?.clone();
    let columns: Vec<&str> = head.iter().map(|name| name.trim_start_matches('\u{feff}')).collect();
    let named = reader.fields.iter().flat_map(|fields| {
        let items = fields.items.iter().map(|item| &item.id);
        fields.id.iter().chain(&fields.name).chain(&fields.numbers).chain(fields.facts.values()).chain(items)
    });
    if let Some(missing) = named.into_iter().find(|name| !columns.contains(&name.as_str())) {
        return Err(format!("it has no column {missing:?}; there are: {}", columns.join(", ")));
    }
    let mut contacts: indexmap::IndexMap<String, Contact> = indexmap::IndexMap::new();
    for row in rows.records() {
        let row = row.map_err(|error| error.to_string())?;
        let line = row.position().map(csv::Position::line).unwrap_or_default();
        let record = columns.iter().zip(row.iter()).map(|(name, value)| ((*name).to_owned(), value.into()));
        let contact = reader.record(Value::Object(record.collect()), None);
        let Some(contact) = contact.map_err(|why| format!("line {line}: {why}"))? else { continue };
        match contacts.get_mut(&contact.id) {
            Some(known) => *known = std::mem::take(known).merged(contact),
            None => _ = contacts.insert(contact.id.clone(), contact),
        }
    }
    let mut table = Table::default();
    for contact in contacts.into_values().map(Contact::cleaned) {
        for number in &contact.numbers {
            table.by_number.entry(number.clone()).or_default().push(table.contacts.len());
        }
        table.contacts.push(contact);
    }
    Ok(table)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn table(text: &str) -> Result<Table, String> {
        let fields = json!({"id": "no", "name": ["name"], "numbers": ["phone"],
            "items": [{"kind": "order", "id": "order"}]});
        let fields = serde_json::from_value(fields).ok();
        let reader = Reader { source: "file".to_owned(), country: "ES".parse().ok(), fields };
        read(text.as_bytes(), b';', &reader)
    }

    #[test]
    fn rows_are_contacts_and_their_orders() {
        let text = "\u{feff}no;name;phone;order\r\n1;\"Pons; Anna\";600000001;A-1\r\n1;;600000002;A-2\r\n2;Berta;600000001;\r\n";
        let table = table(text).unwrap();
        assert_eq!(table.contacts.len(), 2);
        let anna = &table.contacts[0];
        assert_eq!((anna.name.as_str(), anna.items.len(), anna.numbers.len()), ("Pons; Anna", 2, 2));
        let shared = PhoneNumber::parse("+34600000001", None).unwrap();
        assert_eq!(table.by_number[&shared], [0, 1]);
    }

    #[test]
    fn a_broken_file_says_where() {
        let told = |text| table(text).unwrap_err();
        assert!(told("id;name\n").contains("no column \"no\""), "{}", told("id;name\n"));
        assert!(
            told("no;name;phone;order\n1;2\n").contains("line: 2"),
            "{}",
            told("no;name;phone;order\n1;2\n")
        );
        let fields = Reader { source: String::new(), country: None, fields: None };
        assert!(read(&b"id;name\n\xff;\xfe\n"[..], b';', &fields).is_err());
        assert_eq!(table("no;name;phone;order\n").unwrap().contacts.len(), 0);
    }
}

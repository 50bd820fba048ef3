//! One place where contacts are found, with its deadline, cache and circuit breaker.

use std::time::Duration;

use indexmap::IndexMap;
use metrics::{counter, histogram};
use serde_json::Value;

use super::{
    fields::{MOST_CONTACTS, Reader},
    file::File,
};
use crate::{
    config::{LookupSourceConfig, NumberForm, SourceKind},
    directory::{
        DirectoryError, SourceError,
        breaker::Limits,
        endpoint::Endpoint,
        guard::{Asked, Bounds, Guard},
    },
    model::{Contact, Country, PhoneNumber},
    storage::{Foreign, Store},
};

/// Rows of one query at most.
const MOST_ROWS: usize = 500;

/// What is looked up.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Question {
    /// Whose number it is.
    Number(PhoneNumber),
    /// Who has this in a field; `None`: in any.
    Text(Option<String>, String),
}

#[derive(Debug)]
pub(super) struct Source {
    pub(super) name: String,
    form: NumberForm,
    search: IndexMap<String, String>,
    place: Place,
    guard: Guard<Question, Vec<Contact>>,
}

#[derive(Debug)]
enum Place {
    Own(Store),
    Http { endpoint: Box<Endpoint>, parameter: String, list: Option<String>, reader: Reader },
    Sql { database: Foreign, query: String, reader: Reader },
    Csv(File),
}

impl Source {
    pub(super) fn new(
        config: &LookupSourceConfig,
        store: &Store,
        country: Option<Country>,
    ) -> Result<Self, DirectoryError> {
        let name = config.name.clone();
        let key = format!("lookup.sources.{name}");
        let timeout = Duration::from_millis(config.timeout_ms);
        let reader = Reader { source: name.clone(), country, fields: config.fields.clone() };
        let url = config.url.as_ref().map(|url| url.expose().to_owned()).unwrap_or_default();
        let place = match config.kind {
            SourceKind::Own => Place::Own(store.clone()),
            SourceKind::Http => Place::Http {
                endpoint: Box::new(Endpoint::new(
                    &key,
                    &url,
                    config.token.as_ref(),
                    config.ca_file.as_deref(),
                )?),
                parameter: config.parameter.clone(),
                list: config.list.clone(),
                reader,
            },
            SourceKind::Sql => {
                let database = Foreign::new(&url, timeout);
                let database =
                    database.map_err(|error| DirectoryError::Config(format!("{key}.url: {error}")))?;
                Place::Sql { database, query: config.query.clone().unwrap_or_default(), reader }
            }
            SourceKind::Csv => {
                let path = config.file.clone().unwrap_or_default();
                Place::Csv(File::new(path, config.delimiter, reader))
            }
        };
        // What we hold ourselves is not held twice: a change shows at once.
        let is_far = matches!(config.kind, SourceKind::Http | SourceKind::Sql);
        let bounds = Bounds {
            timeout,
            cache: Duration::from_secs(if is_far { config.cache_secs } else { 0 }),
            breaker: Limits {
                failures: config.breaker_failures,
                open_for: Duration::from_secs(config.breaker_open_secs),
            },
        };
        let search = config.search.clone();
        Ok(Self { name, form: config.number_form, search, place, guard: Guard::new(key, bounds) })
    }

    /// Who it is, as far as this source knows. `None`: it cannot be searched by this field.
    pub(super) async fn ask(&self, question: &Question) -> Option<Asked<Vec<Contact>>> {
        if let Question::Text(field, _) = question
            && !self.searches(field.as_deref())
        {
            return None;
        }
        let work = async {
            let contacts = self.look(question).await?;
            let bytes = serde_json::to_vec(&contacts).map_or(0, |text| text.len());
            Ok((contacts, bytes))
        };
        let asked = self.guard.ask(question, work).await;
        let labels = [("source", self.name.clone()), ("outcome", asked.word().to_owned())];
        counter!("stasisd_lookup_requests_total", &labels).increment(1);
        if let Some(took) = asked.took {
            histogram!("stasisd_lookup_source_seconds", "source" => self.name.clone()).record(took);
        }
        Some(asked)
    }

    /// Asks without cache and breaker: for whoever looks whether it works.
    pub(super) async fn probe(&self, number: &PhoneNumber) -> Result<String, SourceError> {
        match &self.place {
            Place::Csv(file) => file.state().await.map(|count| format!("{count} contacts")),
            _ => self.look(&Question::Number(number.clone())).await.map(|_| "answers".to_owned()),
        }
    }

    fn searches(&self, field: Option<&str>) -> bool {
        match &self.place {
            Place::Own(_) | Place::Csv(_) => true,
            Place::Http { .. } | Place::Sql { .. } => self.search.contains_key(field.unwrap_or("any")),
        }
    }

    async fn look(&self, question: &Question) -> Result<Vec<Contact>, SourceError> {
        let (field, text) = match question {
            Question::Number(number) => (None, self.written(number)),
            Question::Text(field, text) => (Some(field.as_deref().unwrap_or("any")), text.clone()),
        };
        let asked = if let Question::Number(number) = question { Some(number) } else { None };
        let searched = field.and_then(|field| self.search.get(field));
        match &self.place {
            Place::Own(store) => {
                let found = match question {
                    Question::Number(number) => store.contacts_of(number).await,
                    Question::Text(field, text) => {
                        store.search_contacts(field.as_deref(), text, MOST_CONTACTS).await
                    }
                };
                let mut found = found.map_err(|error| SourceError::Database(error.to_string()))?;
                for contact in &mut found {
                    contact.source.clone_from(&self.name);
                }
                Ok(found)
            }
            Place::Http { endpoint, parameter, list, reader } => {
                let body = match endpoint.get(searched.unwrap_or(parameter), &text).await {
                    // So do many say that they know nobody.
                    Err(SourceError::Status(404)) => return Ok(Vec::new()),
                    body => body?,
                };
                reader.json(&body, list.as_deref(), asked).map_err(SourceError::Body)
            }
            Place::Sql { database, query, reader } => {
                let rows = database.rows(searched.unwrap_or(query), &text, MOST_ROWS).await?;
                reader.records(rows.into_iter().map(Value::Object), asked).map_err(SourceError::Body)
            }
            Place::Csv(file) => match question {
                Question::Number(number) => file.find(number).await,
                Question::Text(field, text) => file.search(field.as_deref(), text).await,
            },
        }
    }

    fn written(&self, number: &PhoneNumber) -> String {
        match self.form {
            NumberForm::Number => number.as_str().to_owned(),
            NumberForm::Digits => number.digits().to_owned(),
            NumberForm::National => number.national(),
        }
    }
}

//! `[lookup]`: where it is looked up who calls.

use std::path::PathBuf;

use indexmap::IndexMap;
use serde::Deserialize;

use super::{NumberForm, Secret};

/// `[lookup]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "see config/stasisd.toml")]
pub struct LookupConfig {
    /// All sources are asked and make one contact; else the first that knows the number.
    pub combine: bool,
    /// Tell `call.ringing` of each call that comes in.
    pub ringing: bool,
    /// Former calls told with it, 0 to 20.
    pub former_calls: u32,
    /// In the order in which they are asked.
    pub sources: Vec<LookupSourceConfig>,
}

/// `[[lookup.sources]]`: a place where contacts are found.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "see config/stasisd.toml")]
pub struct LookupSourceConfig {
    pub name: String,
    pub kind: SourceKind,
    /// Of `http` and `sql`; may hold a password.
    pub url: Option<Secret>,
    pub url_file: Option<PathBuf>,
    /// `http`: sent as `Authorization: Bearer`.
    pub token: Option<Secret>,
    pub token_file: Option<PathBuf>,
    /// `http`: PEM of the authority that signed its certificate, if not a public one.
    pub ca_file: Option<PathBuf>,
    /// `http`: the query parameter that holds the number.
    #[serde(default = "defaults::parameter")]
    pub parameter: String,
    /// `http`: where in the answer the contacts are; none: they are the answer itself.
    pub list: Option<String>,
    /// `sql`: by number, its only placeholder.
    pub query: Option<String>,
    /// How the number is written for the source.
    #[serde(default)]
    pub number_form: NumberForm,
    /// `http`: field → query parameter; `sql`: field → query with one placeholder.
    #[serde(default)]
    pub search: IndexMap<String, String>,
    /// `csv`: the file, with a line of column names.
    pub file: Option<PathBuf>,
    #[serde(default = "defaults::delimiter")]
    pub delimiter: char,
    /// What the source's columns mean; none: it speaks our own shape.
    pub fields: Option<ContactFieldsConfig>,
    #[serde(default = "defaults::timeout_ms")]
    pub timeout_ms: u64,
    /// `http`, `sql`: how long an answer is used again.
    #[serde(default = "defaults::cache_secs")]
    pub cache_secs: u64,
    #[serde(default = "defaults::breaker_failures")]
    pub breaker_failures: u32,
    #[serde(default = "defaults::breaker_open_secs")]
    pub breaker_open_secs: u64,
}

/// What a source is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SourceKind {
    /// The contacts in our own database.
    Own,
    /// `GET url?phone=…`, JSON.
    Http,
    /// A query in somebody's PostgreSQL, SQLite or `MySQL`.
    Sql,
    /// A file.
    Csv,
}

/// `[lookup.sources.fields]`: what the source's columns (paths with dots, in JSON) mean.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "see config/stasisd.toml")]
pub struct ContactFieldsConfig {
    /// Without one, the first number.
    pub id: Option<String>,
    /// Several are joined with a space.
    #[serde(default)]
    pub name: Vec<String>,
    #[serde(default)]
    pub numbers: Vec<String>,
    /// Label → column.
    #[serde(default)]
    pub facts: IndexMap<String, String>,
    #[serde(default)]
    pub alerts: Vec<String>,
    #[serde(default)]
    pub notes: Vec<String>,
    #[serde(default)]
    pub items: Vec<ItemFieldsConfig>,
}

/// `[[lookup.sources.fields.items]]`: what they may call about.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "see config/stasisd.toml")]
pub struct ItemFieldsConfig {
    /// Our word for it: `order`.
    pub kind: String,
    /// JSON: the list of them; none: each row or record holds one.
    pub list: Option<String>,
    pub id: String,
    pub label: Option<String>,
    /// Label → column.
    #[serde(default)]
    pub facts: IndexMap<String, String>,
}

impl LookupSourceConfig {
    /// A source of that name and kind, everything else as by default.
    #[must_use]
    pub fn of(name: &str, kind: SourceKind) -> Self {
        Self {
            name: name.to_owned(),
            kind,
            url: None,
            url_file: None,
            token: None,
            token_file: None,
            ca_file: None,
            parameter: defaults::parameter(),
            list: None,
            query: None,
            number_form: NumberForm::default(),
            search: IndexMap::new(),
            file: None,
            delimiter: defaults::delimiter(),
            fields: None,
            timeout_ms: defaults::timeout_ms(),
            cache_secs: defaults::cache_secs(),
            breaker_failures: defaults::breaker_failures(),
            breaker_open_secs: defaults::breaker_open_secs(),
        }
    }
}

/// The defaults of a table that the default layer can only show in a comment.
mod defaults {
    pub(super) fn parameter() -> String {
        "phone".to_owned()
    }
    pub(super) fn delimiter() -> char {
        ','
    }
    pub(super) fn timeout_ms() -> u64 {
        1500
    }
    pub(super) fn cache_secs() -> u64 {
        60
    }
    pub(super) fn breaker_failures() -> u32 {
        5
    }
    pub(super) fn breaker_open_secs() -> u64 {
        30
    }
}

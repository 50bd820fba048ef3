//! A cursor over one TOML table: each key is asked for once, and what nobody asked for is a mistake.

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::Reader;
use crate::flow::{parts::Spot, problem::did_you_mean};

/// One value and where its key stands.
#[derive(Clone, Debug)]
pub(super) struct Field<'t> {
    pub at: Spot,
    pub value: &'t DeValue<'t>,
}

/// A table whose keys are being taken.
#[derive(Debug)]
pub(super) struct Table<'t> {
    pub at: Spot,
    entries: &'t DeTable<'t>,
    asked: Vec<&'static str>,
}

impl<'t> Table<'t> {
    pub fn new(at: Spot, entries: &'t DeTable<'t>) -> Self {
        Self { at, entries, asked: Vec::new() }
    }

    /// The value of a key, if it is there.
    pub fn take(&mut self, reader: &Reader, key: &'static str) -> Option<Field<'t>> {
        if !self.asked.contains(&key) {
            self.asked.push(key);
        }
        let (name, value) = self.entries.iter().find(|(name, _)| name.get_ref() == key)?;
        Some(self.field(reader, name, value))
    }

    /// The value of a key that must be there; `why` says what it is for.
    pub fn need(&mut self, reader: &mut Reader, key: &'static str, why: &str) -> Option<Field<'t>> {
        let field = self.take(reader, key);
        if field.is_none() {
            let at = self.at.clone();
            reader.error(&at.with(key), format!("is missing: {why}"));
        }
        field
    }

    /// Every entry, in the order of the file, for tables whose keys are names.
    pub fn all(&self, reader: &Reader) -> Vec<(String, Field<'t>)> {
        let mut entries: Vec<_> = self.entries.iter().collect();
        entries.sort_by_key(|(name, _)| name.span().start);
        let field = |(name, value): (&Spanned<_>, _)| {
            (
                String::clone(&std::borrow::Cow::into_owned(Clone::clone(name.get_ref()))),
                self.field(reader, name, value),
            )
        };
        entries.into_iter().map(field).collect()
    }

    fn field(
        &self,
        reader: &Reader,
        name: &Spanned<std::borrow::Cow<'t, str>>,
        value: &'t Spanned<DeValue<'t>>,
    ) -> Field<'t> {
        let at = Spot { line: reader.line(name.span().start), key: self.at.with(name.get_ref()).key };
        Field { at, value: value.get_ref() }
    }

    /// Reports each key that nobody asked for.
    pub fn finish(self, reader: &mut Reader) {
        for (name, field) in self.all(reader) {
            if !self.asked.contains(&name.as_str()) {
                let near = did_you_mean(&name, self.asked.iter().copied());
                let known = self.asked.join(", ");
                reader.error(&field.at, format!("unknown key{near} (known here: {known})"));
            }
        }
    }
}

impl Spot {
    /// The spot of a key below this one, on the same line.
    pub(in crate::flow) fn with(&self, key: &str) -> Self {
        let plain = |c: char| c.is_ascii_alphanumeric() || "_-".contains(c);
        let key = if !key.is_empty() && key.chars().all(plain) { key.to_owned() } else { format!("{key:?}") };
        let key = if self.key.is_empty() { key } else { format!("{}.{key}", self.key) };
        Self { line: self.line, key }
    }
}

//! Reads what stands above the steps: languages, phrases, variables, keys that always work.

use std::{collections::BTreeMap, sync::Arc};

use indexmap::IndexMap;
use serde_json::Value;
use toml::de::DeValue;

use super::{
    Reader,
    table::{Field, Table},
};
use crate::{
    flow::{
        parts::{Act, Flow, Step, Target, Tree},
        phrases::{self, SYSTEM},
        problem::Problem,
        text::Text,
    },
    model::Facts,
};

impl Reader<'_> {
    /// Reads the whole file. The problems come with the flow, which is usable only without errors.
    pub(super) fn flow(&mut self, name: &str, mut top: Table) -> (Flow, Vec<Problem>) {
        let description = top.need(self, "description", "one sentence that says what callers get here");
        let description = description.and_then(|f| self.string(&f)).unwrap_or_default().to_owned();
        self.languages = self.read_languages(&mut top);
        let start = self.exit(&mut top, "start", "the name of the first step");
        let needs = top.take(self, "needs").map(|field| self.names(&field)).unwrap_or_default();
        let vars = top.take(self, "vars").map(|field| self.first_values(&field)).unwrap_or_default();
        let anytime = top.take(self, "anytime").map(|field| self.keys(&field)).unwrap_or_default();
        let on_fault = self.exit_if(&mut top, "on_fault");
        self.read_phrases(&mut top);
        let steps = top.need(self, "steps", "a flow has at least one [steps.NAME]");
        let steps = steps.map(|field| self.read_steps(&field)).unwrap_or_default();
        top.finish(self);
        self.templates.set_phrases(std::mem::take(&mut self.phrases));
        let flow = Flow {
            name: name.to_owned(),
            description,
            languages: self.languages.clone(),
            start,
            needs,
            vars,
            anytime,
            on_fault,
            steps,
            templates: Arc::new(std::mem::take(&mut self.templates)),
        };
        (flow, std::mem::take(&mut self.problems))
    }

    fn read_languages(&mut self, top: &mut Table) -> Vec<String> {
        let Some(field) = top.take(self, "languages") else { return vec!["en".to_owned()] };
        let names = self.names(&field);
        let fits =
            |name: &String| (2..=3).contains(&name.len()) && name.chars().all(|c| c.is_ascii_lowercase());
        if names.is_empty() || !names.iter().all(fits) {
            self.error(
                &field.at,
                "should be a list of two-letter languages, [\"en\", \"es\"]; the first is the default",
            );
        }
        names
    }

    /// A list of different texts.
    fn names(&mut self, field: &Field) -> Vec<String> {
        let DeValue::Array(items) = field.value else {
            self.error(&field.at, "should be a list of texts");
            return Vec::new();
        };
        let mut names: Vec<String> = Vec::new();
        for item in items {
            match item.get_ref().as_str() {
                Some(name) if names.iter().any(|known| known == name) => {
                    self.error(&field.at, format!("names {name:?} twice"));
                }
                Some(name) => names.push(name.to_owned()),
                None => self.error(&field.at, "should be a list of texts"),
            }
        }
        names
    }

    fn first_values(&mut self, field: &Field) -> Facts {
        let Some(table) = self.table(field) else { return Facts::new() };
        let mut vars = Facts::new();
        for (name, value) in table.all(self) {
            self.variable_name(&value.at, &name);
            match plain(&self.tree(&value)) {
                Some(first) => drop(vars.insert(name, first)),
                None => self.error(&value.at, "is a first value: no templates here, use a `set` step"),
            }
        }
        vars
    }

    /// A table of telephone keys.
    pub(super) fn keys(&mut self, field: &Field) -> BTreeMap<char, Target> {
        let Some(table) = self.table(field) else { return BTreeMap::new() };
        let mut keys = BTreeMap::new();
        for (name, value) in table.all(self) {
            let target = self.target(&value);
            if let Some(key) = self.key(&value.at, &name) {
                keys.insert(key, target);
            }
        }
        keys
    }

    fn read_phrases(&mut self, top: &mut Table) {
        let groups = top.take(self, "phrases").and_then(|field| self.table(&field));
        for (group, field) in groups.map(|groups| groups.all(self)).unwrap_or_default() {
            let Some(table) = self.table(&field) else { continue };
            for (name, value) in table.all(self) {
                let text = self.text(&value);
                self.phrases.insert((group.clone(), name), text);
            }
        }
        for (id, text) in phrases::built_in() {
            let missing = self.languages.iter().filter(|l| !text.by_language.contains_key(*l));
            let missing: Vec<String> = missing.cloned().collect();
            if !missing.is_empty() && !self.phrases.contains_key(&id) {
                let at = top.at.with("phrases").with(SYSTEM).with(&id.1);
                let example = text.template("en").map(|t| t.source().to_owned()).unwrap_or_default();
                self.error(
                    &at,
                    format!("is missing: {} has no sentence like {example:?} built in", missing.join(", ")),
                );
            }
            self.phrases.entry(id).or_insert_with(|| text.clone());
        }
    }

    fn read_steps(&mut self, field: &Field) -> IndexMap<String, Step> {
        let Some(table) = self.table(field) else { return IndexMap::new() };
        let mut steps = IndexMap::new();
        for (name, field) in table.all(self) {
            let letters = |c: char| c.is_ascii_alphanumeric() || "_-".contains(c);
            if name.is_empty() || name.len() > 40 || !name.chars().all(letters) {
                self.error(&field.at, "a step's name has A-Z a-z 0-9 _ -, at most 40");
            }
            let step = self.table(&field).and_then(|table| self.step(table));
            // A step that cannot be read is told; what leads to it is not wrong for that.
            let unread = || Step { note: String::new(), at: field.at.clone(), act: Act::Hangup(None) };
            steps.insert(name, step.unwrap_or_else(unread));
        }
        steps
    }

    /// A text that may be left out where `table` lacks it.
    pub(super) fn text_or_silence(&mut self, table: &mut Table, key: &'static str) -> Text {
        self.text_if(table, key).unwrap_or_else(|| Text { at: table.at.with(key), ..Text::default() })
    }
}

/// A tree without templates, as JSON.
fn plain(tree: &Tree) -> Option<Value> {
    match tree {
        Tree::Plain(value) => Some(value.clone()),
        Tree::Text(crate::flow::text::Template::Plain(text)) => Some(text.clone().into()),
        Tree::Text(_) | Tree::Expr(_) => None,
        Tree::List(items) => items.iter().map(plain).collect::<Option<Vec<_>>>().map(Value::Array),
        Tree::Table(entries) => {
            let entries = entries.iter().map(|(name, tree)| Some((name.clone(), plain(tree)?)));
            entries.collect::<Option<Facts>>().map(Value::Object)
        }
    }
}

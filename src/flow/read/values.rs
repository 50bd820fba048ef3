//! The values of a flow file: texts, templates, targets, keys, numbers, names.

use std::time::Duration;

use toml::de::DeValue;

use super::{
    Reader,
    table::{Field, Table},
};
use crate::flow::{
    parts::{Spot, Target, Tree},
    problem::did_you_mean,
    text::{Expression, Template, Text, reason},
};

/// The keys of a telephone.
pub(super) const KEYS: &str = "0123456789*#ABCD";

/// Names that texts already have.
pub(super) const RESERVED: [&str; 7] = ["caller", "call", "vars", "settings", "now", "key", "loop"];

impl Reader<'_> {
    fn wrong_type(&mut self, field: &Field, wanted: &str) {
        let message = format!("should be {wanted}, not {}", kind(field.value));
        self.error(&field.at, message);
    }

    pub(super) fn string<'t>(&mut self, field: &Field<'t>) -> Option<&'t str> {
        let text = field.value.as_str();
        if text.is_none() {
            self.wrong_type(field, "a text");
        }
        text
    }

    pub(super) fn boolean(&mut self, field: &Field) -> bool {
        field.value.as_bool().unwrap_or_else(|| {
            self.wrong_type(field, "true or false");
            false
        })
    }

    pub(super) fn table<'t>(&mut self, field: &Field<'t>) -> Option<Table<'t>> {
        if let Some(entries) = field.value.as_table() {
            return Some(Table::new(field.at.clone(), entries));
        }
        self.wrong_type(field, "a table");
        None
    }

    /// A whole number within bounds, or `default` when the key is not there.
    pub(super) fn count(
        &mut self,
        table: &mut Table,
        key: &'static str,
        (least, most): (u64, u64),
        default: u64,
    ) -> u64 {
        let Some(field) = table.take(self, key) else { return default };
        match field.value.as_integer().map(|n| n.as_str().parse::<u64>()) {
            Some(Ok(number)) if (least..=most).contains(&number) => number,
            Some(_) => {
                self.error(&field.at, format!("is out of bounds: {least} to {most}"));
                default
            }
            None => {
                self.wrong_type(&field, "a whole number");
                default
            }
        }
    }

    /// Seconds within bounds, whole or not, or `default` when the key is not there.
    pub(super) fn seconds(
        &mut self,
        table: &mut Table,
        key: &'static str,
        (least, most): (f64, f64),
        default: f64,
    ) -> Duration {
        let mut seconds = default;
        if let Some(field) = table.take(self, key) {
            let number = match field.value {
                DeValue::Integer(n) => n.as_str().parse::<f64>().ok(),
                DeValue::Float(n) => n.as_str().parse::<f64>().ok(),
                _ => None,
            };
            match number {
                Some(number) if (least..=most).contains(&number) => seconds = number,
                Some(_) => self.error(&field.at, format!("is out of bounds: {least} to {most} seconds")),
                None => self.wrong_type(&field, "a number of seconds"),
            }
        }
        Duration::from_secs_f64(seconds)
    }

    /// A variable's name.
    pub(super) fn variable(&mut self, field: &Field) -> String {
        let name = self.string(field).unwrap_or_default().to_owned();
        self.variable_name(&field.at, &name);
        name
    }

    pub(super) fn variable_name(&mut self, at: &Spot, name: &str) {
        let letters = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        let fits = name.starts_with(|c: char| c.is_ascii_lowercase()) && name.chars().all(letters);
        if RESERVED.contains(&name) {
            self.error(at, format!("\"{name}\" is the program's own variable; take another name"));
        } else if !fits || name.len() > 40 {
            self.error(at, "a variable's name has a-z, 0-9 and _, begins with a letter, at most 40");
        }
    }

    /// One key of a telephone.
    pub(super) fn key(&mut self, at: &Spot, text: &str) -> Option<char> {
        let mut letters = text.chars();
        match (letters.next(), letters.next()) {
            (Some(key), None) if KEYS.contains(key) => Some(key),
            _ => {
                self.error(at, format!("{text:?} is not a key: 0 to 9, \"*\", \"#\" (or A to D)"));
                None
            }
        }
    }

    /// A step, `status`, or one of another flow, `order-status:status`.
    pub(super) fn target(&mut self, field: &Field) -> Target {
        let text = self.string(field).unwrap_or_default();
        let (flow, step) = match text.split_once(':') {
            Some((flow, step)) => (Some(flow.to_owned()), step.to_owned()),
            None => (None, text.to_owned()),
        };
        Target { flow, step, at: field.at.clone() }
    }

    /// The step an exit leads to, which must be given; `why` says when it is taken.
    pub(super) fn exit(&mut self, table: &mut Table, key: &'static str, why: &str) -> Target {
        match table.need(self, key, why) {
            Some(field) => self.target(&field),
            // The problem is told: this only lets the reading go on.
            None => Target { flow: None, step: String::new(), at: table.at.with(key) },
        }
    }

    pub(super) fn exit_if(&mut self, table: &mut Table, key: &'static str) -> Option<Target> {
        table.take(self, key).map(|field| self.target(&field))
    }

    /// A text that sees all variables.
    pub(super) fn template(&mut self, field: &Field) -> Template {
        let source = self.string(field).unwrap_or_default().to_owned();
        self.compile(&field.at, &source)
    }

    fn compile(&mut self, at: &Spot, source: &str) -> Template {
        self.templates.template(&at.key, source).unwrap_or_else(|e| {
            let line = at.line + e.line().unwrap_or(1).saturating_sub(1);
            self.error(
                &Spot { line, key: at.key.clone() },
                format!("the template has a fault: {}", reason(&e)),
            );
            Template::Plain(String::new())
        })
    }

    /// A text whose templates may see nothing but `settings`: it becomes part of a command or an address.
    pub(super) fn safe_template(&mut self, field: &Field) -> Template {
        let template = self.template(field);
        let others: Vec<String> = self.templates.reads(&template).into_iter().collect();
        for name in others.iter().filter(|name| crate::flow::text::root(name) != "settings") {
            let what =
                format!("may read `settings` only, not `{name}`: what comes from outside must not get here");
            self.error(&field.at, what);
        }
        template
    }

    /// A condition or a computed value.
    pub(super) fn expression(&mut self, field: &Field) -> Expression {
        let source = self.string(field).unwrap_or_default().to_owned();
        if let Err(e) = self.templates.expression(&source) {
            self.error(&field.at, format!("the expression has a fault: {}", reason(&e)));
        }
        Expression { at: field.at.clone(), source }
    }

    /// A text to be said: one, or a table by language, with recordings that stand in.
    pub(super) fn text(&mut self, field: &Field) -> Text {
        let mut text = Text { at: field.at.clone(), ..Text::default() };
        if let Some(source) = field.value.as_str() {
            let template = self.compile(&field.at, source);
            if self.languages.len() > 1 && template.has_words() {
                let languages = self.languages.join(", ");
                self.error(
                    &field.at,
                    format!("is one text for several languages: give one for each of {languages}"),
                );
            }
            text.all = Some(template);
            return text;
        }
        let Some(mut table) = self.table(field) else { return text };
        if let Some(recorded) = table.take(self, "recorded") {
            text.recorded = self.recorded(&recorded);
        }
        for (language, value) in table.all(self).into_iter().filter(|(language, _)| language != "recorded") {
            if self.languages.contains(&language) {
                let template = self.template(&value);
                text.by_language.insert(language, template);
            } else {
                let near = did_you_mean(&language, self.languages.iter().map(String::as_str));
                self.error(&value.at, format!("is not one of the flow's languages{near}"));
            }
        }
        let missing = self.languages.iter().filter(|l| !text.by_language.contains_key(*l)).cloned();
        let missing: Vec<String> = missing.collect();
        if !(missing.is_empty() || text.by_language.is_empty() && !text.recorded.is_empty()) {
            self.error(&field.at, format!("has no text for {}", missing.join(", ")));
        }
        text
    }

    pub(super) fn text_if(&mut self, table: &mut Table, key: &'static str) -> Option<Text> {
        table.take(self, key).map(|field| self.text(&field))
    }

    fn recorded(&mut self, field: &Field) -> Vec<String> {
        let names: Vec<Option<&str>> = match field.value {
            DeValue::Array(names) => names.iter().map(|name| name.get_ref().as_str()).collect(),
            other => vec![other.as_str()],
        };
        let fits = |name: &str| {
            let letters = |c: char| c.is_ascii_alphanumeric() || "_-/".contains(c);
            (1..=100).contains(&name.len()) && name.chars().all(letters) && !name.starts_with('/')
        };
        if names.is_empty() || !names.iter().all(|name| name.is_some_and(fits)) {
            self.error(
                &field.at,
                "should be a prompt's name (A-Z a-z 0-9 _ - /, no ending), or a list of them",
            );
        }
        names.into_iter().flatten().map(str::to_owned).collect()
    }

    /// A value whose texts are templates; `{ expr = "…" }` is computed.
    pub(super) fn tree(&mut self, field: &Field) -> Tree {
        match field.value {
            DeValue::String(text) => Tree::Text(self.compile(&field.at, text)),
            DeValue::Integer(n) => {
                Tree::Plain(n.as_str().parse::<i64>().map_or_else(|_| n.as_str().into(), Into::into))
            }
            DeValue::Float(n) => {
                Tree::Plain(n.as_str().parse::<f64>().map_or_else(|_| n.as_str().into(), Into::into))
            }
            DeValue::Boolean(truth) => Tree::Plain((*truth).into()),
            DeValue::Datetime(time) => Tree::Plain(time.to_string().into()),
            DeValue::Array(items) => {
                let fields = items.iter().enumerate().map(|(index, item)| Field {
                    at: Spot {
                        line: self.line(item.span().start),
                        key: format!("{}[{index}]", field.at.key),
                    },
                    value: item.get_ref(),
                });
                let fields: Vec<_> = fields.collect();
                Tree::List(fields.iter().map(|field| self.tree(field)).collect())
            }
            DeValue::Table(entries) => {
                let mut table = Table::new(field.at.clone(), entries);
                if entries.len() == 1
                    && let Some(expr) = table.take(self, "expr")
                {
                    return Tree::Expr(self.expression(&expr));
                }
                let entries = table.all(self);
                Tree::Table(entries.into_iter().map(|(name, field)| (name, self.tree(&field))).collect())
            }
        }
    }
}

fn kind(value: &DeValue) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) | DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

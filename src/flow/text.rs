//! Texts of a flow: by language, with templates, checked when the file is read and compiled when they are first said: of
//! all flows, few texts in few languages ever are.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, PoisonError, RwLock},
};

use minijinja::{Environment, Error, UndefinedBehavior, Value};

use super::{
    filters,
    parts::Spot,
    phrases::{self, PhraseId},
    scan,
};

/// Longest text that is spoken in one piece, in characters.
const LONGEST: usize = 4_000;
/// Instructions one template may take: ends a loop that never would.
const FUEL: u64 = 100_000;

/// A text for every language, or one for each, and the recordings that stand in for a voice.
#[derive(Clone, Debug, Default)]
pub struct Text {
    /// Where it stands.
    pub at: Spot,
    /// One for all languages.
    pub all: Option<Template>,
    /// One for each.
    pub by_language: BTreeMap<String, Template>,
    /// Recorded prompts, played when no voice works.
    pub recorded: Vec<String>,
}

/// A text with `{{ … }}` in it, or without.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Template {
    /// Nothing to fill in.
    Plain(String),
    /// The name of one that was checked, which is also its key path.
    Filled {
        /// Name in [`Templates`].
        name: String,
        /// As written.
        source: String,
    },
}

/// A condition or a computed value.
#[derive(Clone, Debug)]
pub struct Expression {
    /// Where it stands.
    pub at: Spot,
    /// As written.
    pub source: String,
}

/// The templates of one flow.
#[derive(Debug)]
pub struct Templates {
    env: Environment<'static>,
    /// By name, for when they are compiled.
    sources: Arc<RwLock<BTreeMap<String, String>>>,
    phrases: BTreeMap<PhraseId, Text>,
}

impl Text {
    /// The template for a language; the first of the flow's languages stands in.
    #[must_use]
    pub fn template(&self, language: &str) -> Option<&Template> {
        self.by_language.get(language).or(self.all.as_ref()).or_else(|| self.by_language.values().next())
    }
}

impl Template {
    /// As written in the file.
    #[must_use]
    pub fn source(&self) -> &str {
        match self {
            Self::Plain(text) | Self::Filled { source: text, .. } => text,
        }
    }

    /// Whether anything is said beside what the templates give.
    #[must_use]
    pub fn has_words(&self) -> bool {
        let mut rest = self.source();
        let mut words = String::new();
        while let Some(open) = rest.find("{{").into_iter().chain(rest.find("{%")).min() {
            words.push_str(&rest[..open]);
            let close = if rest[open..].starts_with("{{") { "}}" } else { "%}" };
            rest = rest[open..].find(close).map_or("", |end| &rest[open + end + 2..]);
        }
        words.push_str(rest);
        words.chars().any(char::is_alphabetic)
    }
}

impl Default for Templates {
    fn default() -> Self {
        let mut env = Environment::new();
        env.set_auto_escape_callback(|_| minijinja::AutoEscape::None);
        // A variable that is not there is a fault, except where the text asks whether it is.
        env.set_undefined_behavior(UndefinedBehavior::SemiStrict);
        env.set_fuel(Some(FUEL));
        filters::add_to(&mut env);
        let sources = Arc::<RwLock<BTreeMap<String, String>>>::default();
        let known = Arc::clone(&sources);
        env.set_loader(move |name| {
            Ok(known.read().unwrap_or_else(PoisonError::into_inner).get(name).cloned())
        });
        Self { env, sources, phrases: BTreeMap::new() }
    }
}

impl Templates {
    /// Checks a text, and keeps it under its key path.
    ///
    /// # Errors
    /// The template's syntax; the error's line counts from the text's own first line.
    pub fn template(&mut self, name: &str, source: &str) -> Result<Template, Error> {
        if !["{{", "{%", "{#"].iter().any(|mark| source.contains(mark)) {
            return Ok(Template::Plain(source.to_owned()));
        }
        Environment::empty().template_from_named_str(name, source)?;
        let mut sources = self.sources.write().unwrap_or_else(PoisonError::into_inner);
        sources.insert(name.to_owned(), source.to_owned());
        Ok(Template::Filled { name: name.to_owned(), source: source.to_owned() })
    }

    /// Checks an expression's syntax.
    ///
    /// # Errors
    /// The syntax.
    pub fn expression(&self, source: &str) -> Result<(), Error> {
        self.env.compile_expression(source).map(|_| ())
    }

    /// Filters and groups of phrases that a template or expression names and that are not there.
    #[must_use]
    pub(super) fn unknown_names(&self, source: &str) -> Vec<String> {
        let is_unknown = |name: &&str| {
            let tried = self.env.compile_expression_owned(format!("'' | {name}")).and_then(|e| e.eval(()));
            tried.is_err_and(|error| error.kind() == minijinja::ErrorKind::UnknownFilter)
        };
        let filters = scan::filters(source).into_iter().filter(is_unknown);
        let groups = scan::phrase_groups(source).into_iter();
        let groups = groups.filter(|group| !self.phrases.keys().any(|(known, _)| known == group));
        let filters = filters.map(|name| format!("there is no filter \"{name}\""));
        filters.chain(groups.map(|group| format!("there is no [phrases.{group}]"))).collect()
    }

    /// The variables that a template reads, with what is read of them (`order`, `order.status`).
    #[must_use]
    pub fn reads(&self, template: &Template) -> BTreeSet<String> {
        let Template::Filled { name, source } = template else { return BTreeSet::new() };
        Environment::empty()
            .template_from_named_str(name, source)
            .map(|t| t.undeclared_variables(true).into_iter().filter(|v| !self.is_global(v)).collect())
            .unwrap_or_default()
    }

    /// The variables that an expression reads.
    #[must_use]
    pub fn expression_reads(&self, source: &str) -> BTreeSet<String> {
        self.env
            .compile_expression(source)
            .map(|e| e.undeclared_variables(true).into_iter().filter(|v| !self.is_global(v)).collect())
            .unwrap_or_default()
    }

    fn is_global(&self, name: &str) -> bool {
        self.env.globals().any(|(global, _)| global == name)
    }

    /// Fills a template in.
    ///
    /// # Errors
    /// A variable that is not there, a filter that cannot read its value, a text that is too long.
    pub fn fill(&self, template: &Template, context: &Value) -> Result<String, String> {
        let Template::Filled { name, .. } = template else { return Ok(template.source().to_owned()) };
        let filled =
            self.env.get_template(name).and_then(|t| t.render(context)).map_err(|e| describe(name, &e))?;
        if filled.chars().count() > LONGEST {
            return Err(format!("{name}: longer than {LONGEST} characters"));
        }
        Ok(filled)
    }

    /// Evaluates an expression.
    ///
    /// # Errors
    /// As [`Templates::fill`].
    pub fn evaluate(&self, expression: &Expression, context: &Value) -> Result<Value, String> {
        self.env
            .compile_expression(&expression.source)
            .and_then(|e| e.eval(context))
            .map_err(|e| describe(&expression.at.key, &e))
    }

    /// Makes `phrase(group, name, otherwise)` known to texts that are filled in from now on.
    pub(super) fn set_phrases(&mut self, phrases: BTreeMap<PhraseId, Text>) {
        let reads: BTreeSet<String> = phrases.values().flat_map(|text| self.roots(text)).collect();
        phrases::add_to(&mut self.env, phrases.clone(), reads.into_iter().collect());
        self.phrases = phrases;
    }

    /// One of the flow's phrases, or of those that the program has itself.
    #[must_use]
    pub fn phrase(&self, group: &str, name: &str) -> Option<&Text> {
        self.phrases.get(&(group.to_owned(), name.to_owned()))
    }

    /// All of the flow's phrases.
    pub(super) fn phrases(&self) -> impl Iterator<Item = &Text> {
        self.phrases.values()
    }

    fn roots(&self, text: &Text) -> BTreeSet<String> {
        let templates = text.all.iter().chain(text.by_language.values());
        templates.flat_map(|t| self.reads(t)).map(|name| root(&name).to_owned()).collect()
    }
}

/// `order` of `order.facts.eta`.
pub(super) fn root(path: &str) -> &str {
    path.split('.').next().unwrap_or(path)
}

/// A template's error in one line: what and where.
pub(super) fn describe(key: &str, error: &Error) -> String {
    let line = error.line().filter(|line| *line > 1).map(|line| format!(" (its line {line})"));
    format!("{key}: {}{}", reason(error), line.unwrap_or_default())
}

/// What a template's error says, with what caused it.
pub(super) fn reason(error: &Error) -> String {
    let mut text = error.kind().to_string();
    if let Some(detail) = error.detail() {
        text = format!("{text}: {detail}");
    }
    if let Some(cause) = std::error::Error::source(error) {
        text = format!("{text}: {cause}");
    }
    text
}

//! Call notes: what was talked about, told by whoever answered; and the categories that they choose from.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{CallId, clean};

/// Longest text of a note, in characters.
const LONGEST_TEXT: usize = 10_000;
/// Longest other text.
const LONGEST: usize = 200;
/// Categories of one note at most.
const MOST_CATEGORIES: usize = 16;

/// A note's id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct NoteId(pub Uuid);

/// A note about a call, or about one that came in by other ways.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Note {
    /// Its id.
    pub id: NoteId,
    /// When the call was.
    pub at: Timestamp,
    /// What it says.
    #[serde(flatten)]
    pub content: NoteContent,
    /// When it was written.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

/// What a note says.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct NoteContent {
    /// The call; `None`: noted by hand.
    pub call: Option<CallId>,
    /// Who wrote it: a name or an extension.
    pub person: String,
    /// Who called.
    pub number: Option<String>,
    /// The contact that it is about.
    pub contact: Option<Reference>,
    /// What it is about: an order, a contract.
    pub item: Option<Reference>,
    /// Ids of categories.
    pub categories: Vec<String>,
    /// The text; line ends are kept.
    pub text: String,
}

/// Something that a note is bound to: its id, and how it was called then.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Reference {
    /// The id.
    pub id: String,
    /// Its name then.
    pub label: String,
}

/// What a call may have been about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Category {
    /// 1 to 64 characters.
    pub id: String,
    /// What people read.
    pub name: String,
    /// What people may type to find it.
    #[serde(default)]
    pub keywords: Vec<String>,
    /// `#rgb` or `#rrggbb`.
    #[serde(default)]
    pub color: Option<String>,
    /// Offered; else only shown on notes that have it.
    #[serde(default = "enabled")]
    pub enabled: bool,
}

fn enabled() -> bool {
    true
}

impl NoteId {
    /// Reads an id from its text.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Uuid::try_parse(text).ok().map(Self)
    }
}

impl std::fmt::Display for NoteId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl NoteContent {
    /// The same without control characters (but for the text's line ends) and within sane lengths; or the field that
    /// cannot be taken, and why.
    ///
    /// # Errors
    /// A note without a person, or with neither text nor category; too many categories; a text that is too long.
    pub fn checked(self) -> Result<Self, (&'static str, String)> {
        let lines = self.text.lines().map(|line| clean(line, LONGEST_TEXT));
        let text = lines.collect::<Vec<_>>().join("\n").trim().to_owned();
        if text.chars().count() >= LONGEST_TEXT {
            return Err(("text", format!("a text has less than {LONGEST_TEXT} characters")));
        }
        let person = clean(&self.person, LONGEST);
        if person.is_empty() {
            return Err(("person", "say who writes it: a name or an extension".to_owned()));
        }
        if text.is_empty() && self.categories.is_empty() {
            return Err(("text", "a note has a text or a category".to_owned()));
        }
        if self.categories.len() > MOST_CATEGORIES {
            return Err(("categories", format!("at most {MOST_CATEGORIES} of them")));
        }
        let mut categories: Vec<String> = Vec::new();
        for category in self.categories {
            if !categories.contains(&category) {
                categories.push(category);
            }
        }
        let reference = |reference: Option<Reference>| {
            let known =
                reference.map(|r| Reference { id: clean(&r.id, LONGEST), label: clean(&r.label, LONGEST) });
            known.filter(|reference| !reference.id.is_empty())
        };
        Ok(Self {
            call: self.call,
            person,
            number: self.number.map(|number| clean(&number, 80)).filter(|number| !number.is_empty()),
            contact: reference(self.contact),
            item: reference(self.item),
            categories,
            text,
        })
    }
}

impl Category {
    /// Whether it can be stored, or why not.
    ///
    /// # Errors
    /// An id, a name or a colour that cannot be taken.
    pub fn check(&self) -> Result<(), String> {
        let fits = |text: &str, longest: usize| !text.is_empty() && clean(text, longest) == text;
        if !fits(&self.id, 64) {
            return Err(format!("{:?} is no id: 1 to 64 printable characters", self.id));
        }
        if !fits(&self.name, LONGEST) {
            return Err(format!("category {}: its name has 1 to {LONGEST} printable characters", self.id));
        }
        let is_color = |color: &String| {
            color
                .strip_prefix('#')
                .is_some_and(|hex| [3, 6].contains(&hex.len()) && hex.bytes().all(|b| b.is_ascii_hexdigit()))
        };
        if !self.color.as_ref().is_none_or(is_color) {
            return Err(format!("category {}: a color is #rgb or #rrggbb", self.id));
        }
        if self.keywords.len() > 64 || !self.keywords.iter().all(|word| fits(word, LONGEST)) {
            return Err(format!("category {}: at most 64 keywords of printable characters", self.id));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_says_something_and_who_says_it() {
        let note = |person: &str, text: &str, categories: &[&str]| NoteContent {
            person: person.to_owned(),
            text: text.to_owned(),
            categories: categories.iter().map(ToString::to_string).collect(),
            ..NoteContent::default()
        };
        let good = note("anna\r\n", " one\r\ntwo\u{0}\u{1b}[2J\n", &["a", "a"]).checked().unwrap();
        assert_eq!((good.person.as_str(), good.text.as_str()), ("anna", "one\ntwo [2J"));
        assert_eq!(good.categories, ["a"]);
        let field = |content: NoteContent| content.checked().unwrap_err().0;
        assert_eq!(field(note("", "x", &[])), "person");
        assert_eq!(field(note("a", "\n", &[])), "text");
        assert_eq!(field(note("a", &"x".repeat(20_000), &[])), "text");
        assert_eq!(field(note("a", "x", &["1"; 17])), "categories");
    }

    #[test]
    fn categories_are_checked() {
        let category = |text: &str| serde_json::from_str::<Category>(text).unwrap().check();
        assert_eq!(category(r##"{"id": "1", "name": "Invoices", "color": "#a0f"}"##), Ok(()));
        for bad in [
            r#"{"id": "", "name": "x"}"#,
            r#"{"id": "1", "name": "\n"}"#,
            r#"{"id": "1", "name": "x", "color": "red"}"#,
        ] {
            assert!(category(bad).is_err(), "{bad}");
        }
    }
}

//! Persons: those who work here and answer telephones.

use std::{collections::BTreeSet, fmt};

use serde::{Deserialize, Serialize};

use super::clean;

/// Longest name, group, role or reason, in characters.
const LONGEST: usize = 200;

/// Words that stand for no person in a timetable.
const RESERVED: [&str; 5] = ["nobody", "holiday", "open", "ningu", "festiu"];

/// A person's id: 1 to 40 of `a-z 0-9 . _ -`, beginning with a letter; no word that a timetable has for an empty cell.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PersonId(String);

/// Someone who works here.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Person {
    /// The id.
    pub id: PersonId,
    /// What people read; else the id with a capital.
    #[serde(default)]
    pub name: String,
    /// The telephone's extension; none: cannot be in a queue.
    #[serde(default)]
    pub extension: Option<String>,
    /// What the queue rings, if not `PJSIP/<extension>`.
    #[serde(default)]
    pub interface: Option<String>,
    /// For messages.
    #[serde(default)]
    pub email: Option<String>,
    /// For messages by call or SMS, as E.164.
    #[serde(default)]
    pub phone: Option<String>,
    /// `#rrggbb`.
    #[serde(default)]
    pub color: Option<String>,
    /// The desk's table in the room; persons of one table disturb each other.
    #[serde(default)]
    pub table: Option<u32>,
    /// Groups.
    #[serde(default)]
    pub groups: BTreeSet<String>,
    /// Shifts in a whole week of work; none: takes no part in the timetable.
    #[serde(default)]
    pub ideal_load: Option<f64>,
    /// Shifts in a day at most; none: the timetable's own limit.
    #[serde(default)]
    pub max_per_day: Option<u32>,
    /// Languages spoken, as `en`, `ca`.
    #[serde(default)]
    pub languages: BTreeSet<String>,
    /// Roles, as `admin`, `supervisor`.
    #[serde(default)]
    pub roles: BTreeSet<String>,
    /// The name in another system.
    #[serde(default)]
    pub account: Option<String>,
}

impl PersonId {
    /// Reads an id.
    ///
    /// # Errors
    /// Says what an id looks like.
    pub fn parse(text: &str) -> Result<Self, String> {
        let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '_' | '-');
        let fits = text.starts_with(|c: char| c.is_ascii_lowercase())
            && text.len() <= 40
            && text.chars().all(is_plain)
            && !RESERVED.contains(&text);
        fits.then(|| Self(text.to_owned())).ok_or_else(|| {
            format!(
                "{text:?} is no person's id: 1 to 40 of a-z 0-9 . _ - beginning with a letter, and not one of {}",
                RESERVED.join(", ")
            )
        })
    }

    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for PersonId {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Self::parse(&text)
    }
}

impl From<PersonId> for String {
    fn from(id: PersonId) -> Self {
        id.0
    }
}

impl fmt::Display for PersonId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl Person {
    /// Somebody of whom only the id is known.
    #[must_use]
    pub fn new(id: PersonId) -> Self {
        let mut letters = id.as_str().chars();
        let name =
            letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect();
        Self {
            name,
            id,
            extension: None,
            interface: None,
            email: None,
            phone: None,
            color: None,
            table: None,
            groups: BTreeSet::new(),
            ideal_load: None,
            max_per_day: None,
            languages: BTreeSet::new(),
            roles: BTreeSet::new(),
            account: None,
        }
    }

    /// What a queue rings: the interface, else `PJSIP/<extension>`.
    #[must_use]
    pub fn member_interface(&self) -> Option<String> {
        self.interface
            .clone()
            .or_else(|| self.extension.as_ref().map(|extension| format!("PJSIP/{extension}")))
    }

    /// The same without control characters; or the field that cannot be taken, and why.
    ///
    /// # Errors
    /// What cannot be dialled, mailed or shown, and loads that no week has.
    pub fn checked(mut self) -> Result<Self, (&'static str, String)> {
        let words = |words: BTreeSet<String>| {
            words.iter().map(|word| clean(word, LONGEST)).filter(|word| !word.is_empty()).collect()
        };
        self.name = clean(&self.name, LONGEST);
        if self.name.is_empty() {
            self.name = Self::new(self.id.clone()).name;
        }
        (self.groups, self.roles, self.languages) =
            (words(self.groups), words(self.roles), words(self.languages));
        let is_extension = |text: &String| {
            (1..=40).contains(&text.len())
                && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-+*#".contains(&b))
        };
        if !self.extension.as_ref().is_none_or(is_extension) {
            return Err(("extension", "1 to 40 of A-Z a-z 0-9 _ - + * #".to_owned()));
        }
        let is_interface = |text: &String| {
            text.contains('/')
                // app_queue keeps no more.
                && text.len() <= 79
                && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"/@._-+:*#".contains(&b))
        };
        if !self.interface.as_ref().is_none_or(is_interface) {
            return Err((
                "interface",
                "a technology and a name, as PJSIP/201 or Local/201@desks/n".to_owned(),
            ));
        }
        let is_color = |text: &String| {
            text.strip_prefix('#')
                .is_some_and(|hex| hex.len() == 6 && hex.bytes().all(|b| b.is_ascii_hexdigit()))
        };
        if !self.color.as_ref().is_none_or(is_color) {
            return Err(("color", "a color is #rrggbb".to_owned()));
        }
        let is_email = |text: &String| {
            text.len() <= 254
                && text.split_once('@').is_some_and(|(name, host)| !name.is_empty() && host.contains('.'))
                && !text.chars().any(|c| c.is_control() || c.is_whitespace() || "<>,;\"".contains(c))
        };
        if !self.email.as_ref().is_none_or(is_email) {
            return Err(("email", "an address as name@host.example".to_owned()));
        }
        let is_phone = |text: &String| {
            text.strip_prefix('+')
                .is_some_and(|n| (7..=15).contains(&n.len()) && n.bytes().all(|b| b.is_ascii_digit()))
        };
        if !self.phone.as_ref().is_none_or(is_phone) {
            return Err(("phone", "a number in full, as +34600111222".to_owned()));
        }
        if !self.ideal_load.is_none_or(|load| (0.0..=100.0).contains(&load)) {
            return Err(("ideal_load", "0 to 100 shifts in a week".to_owned()));
        }
        if self.max_per_day.is_some_and(|shifts| shifts > 96) {
            return Err(("max_per_day", "at most 96 shifts in a day".to_owned()));
        }
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_plain_and_mean_somebody() {
        for id in ["anna", "p01", "a.b-c_d"] {
            assert_eq!(PersonId::parse(id).unwrap().as_str(), id);
        }
        for id in ["", "Anna", "1a", "nobody", "ningu", "a b", "a/b", &"a".repeat(41)] {
            assert!(PersonId::parse(id).is_err(), "{id:?}");
        }
    }

    #[test]
    fn a_person_is_checked() {
        let person = || Person::new(PersonId::parse("anna").unwrap());
        assert_eq!(person().name, "Anna");
        let field = |person: Person| person.checked().unwrap_err().0;
        assert_eq!(field(Person { extension: Some("1&PJSIP/2".into()), ..person() }), "extension");
        assert_eq!(field(Person { interface: Some("201".into()), ..person() }), "interface");
        assert_eq!(field(Person { email: Some("a@b.c\r\nBcc: d@e.f".into()), ..person() }), "email");
        assert_eq!(field(Person { ideal_load: Some(f64::NAN), ..person() }), "ideal_load");
        let named = Person { name: " Àngels\u{0} 🎧 ".into(), extension: Some("201".into()), ..person() };
        let good = named.checked().unwrap();
        assert_eq!(good.name, "Àngels 🎧");
        assert_eq!(good.member_interface().unwrap(), "PJSIP/201");
    }
}

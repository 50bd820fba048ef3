//! A site's own words by language.

use std::collections::BTreeMap;

use super::Lexicon;

/// The table of words that hold in every language.
const ANY: &str = "any";

/// Lexicons by language.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lexicons {
    by_language: BTreeMap<String, Lexicon>,
    any: Lexicon,
}

impl Lexicons {
    /// Takes tables of words by the first part of a language's tag (`en`), and those of `any` language, over
    /// which a language's own go.
    ///
    /// # Errors
    /// A name that is neither, said in a sentence.
    pub fn new(tables: BTreeMap<String, BTreeMap<String, String>>) -> Result<Self, String> {
        let is_tag =
            |name: &str| (2..=3).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_lowercase());
        if let Some(name) = tables.keys().find(|name| !is_tag(name)) {
            return Err(format!("[{name}] is no language; write its ISO 639 code, such as [en], or [{ANY}]"));
        }
        let any = tables.get(ANY).cloned().unwrap_or_default();
        let with_any = |own: BTreeMap<String, String>| Lexicon::new(any.clone().into_iter().chain(own));
        let by_language = tables.into_iter().filter(|(name, _)| name != ANY);
        let by_language = by_language.map(|(name, own)| (name, with_any(own))).collect();
        Ok(Self { by_language, any: Lexicon::new(any) })
    }

    /// The words for a language, named by its tag.
    #[must_use]
    pub fn of(&self, lang: &str) -> &Lexicon {
        let primary = lang.split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase();
        self.by_language.get(&primary).unwrap_or(&self.any)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spoken::speakable_with;

    fn lexicons(tables: &[(&str, &[(&str, &str)])]) -> Result<Lexicons, String> {
        let words = |words: &[(&str, &str)]| {
            words.iter().map(|(word, said)| ((*word).to_owned(), (*said).to_owned())).collect()
        };
        Lexicons::new(tables.iter().map(|(name, pairs)| ((*name).to_owned(), words(pairs))).collect())
    }

    #[test]
    fn a_languages_own_words_go_over_those_of_any() {
        let known =
            lexicons(&[("any", &[("PBX", "P B X"), ("x", "y")]), ("es", &[("pbx", "centralita")])]).unwrap();
        let said = |text: &str, lang: &str| speakable_with(text, lang, known.of(lang)).unwrap();
        assert_eq!(said("PBX x", "en-GB"), "P B X y");
        assert_eq!(said("PBX x", "es_MX"), "centralita y");
        assert_eq!(said("PBX x", ""), "P B X y");
    }

    #[test]
    fn names_that_are_no_language() {
        assert!(lexicons(&[("english", &[])]).unwrap_err().contains("[english] is no language"));
        assert_eq!(lexicons(&[]), Ok(Lexicons::default()));
    }
}

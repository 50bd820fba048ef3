//! A noun that is counted: its gender, its forms, and how a number stands before it.

use super::{
    Language,
    words::{self, Gender},
};

/// A counted noun. Russian has three forms (1 рубль, 2 рубля, 5 рублей), the others two.
#[derive(Clone, Copy, Debug)]
pub(super) struct Noun {
    pub(super) gender: Gender,
    pub(super) forms: [&'static str; 3],
}

/// A masculine noun with the forms of one and of many.
pub(super) const fn masculine(one: &'static str, many: &'static str) -> Noun {
    Noun { gender: Gender::Masculine, forms: [one, many, many] }
}

/// A feminine noun with the forms of one and of many.
pub(super) const fn feminine(one: &'static str, many: &'static str) -> Noun {
    Noun { gender: Gender::Feminine, forms: [one, many, many] }
}

impl Noun {
    /// The noun's form after `n`.
    pub(super) fn form(&self, n: u64, language: Language) -> &'static str {
        match language {
            Language::Russian => self.forms[words::plural(n)],
            _ => self.forms[usize::from(n != 1)],
        }
    }

    /// `n` and the noun: `1 euro`, `veintiún euros`, `un milió d'euros`, `две копейки`.
    pub(super) fn counted(&self, n: u64, language: Language) -> String {
        let count = words::count(n, self.gender, language);
        let form = self.form(n, language);
        let whole_millions = n >= 1_000_000 && n.is_multiple_of(1_000_000);
        match language {
            Language::Catalan if whole_millions && form.starts_with(['a', 'e', 'h', 'i', 'o', 'u']) => {
                format!("{count} d'{form}")
            }
            Language::Spanish | Language::Catalan if whole_millions => format!("{count} de {form}"),
            _ => format!("{count} {form}"),
        }
    }
}

//! Values found by a number: those for exactly it, for its beginnings, for none shown, and for any.

use std::collections::HashMap;

use crate::model::NumberMatch;

/// A number that is looked for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Sought<'a> {
    /// This one.
    Number(&'a str),
    /// The caller shows none.
    Withheld,
    /// Something that is no number.
    Other,
}

/// What may be empty, so that its place can be given up.
pub(super) trait Bucket: Default {
    fn is_empty(&self) -> bool;
}

impl<T> Bucket for Vec<T> {
    fn is_empty(&self) -> bool {
        self.as_slice().is_empty()
    }
}

/// An index of values by the numbers that they are for. Looking costs as many probes as the number has digits,
/// however many values there are.
#[derive(Debug, Default)]
pub(super) struct ByNumber<T> {
    exact: HashMap<String, T>,
    prefix: HashMap<String, T>,
    withheld: T,
    any: T,
}

impl<T: Bucket> Bucket for ByNumber<T> {
    fn is_empty(&self) -> bool {
        self.exact.is_empty() && self.prefix.is_empty() && self.withheld.is_empty() && self.any.is_empty()
    }
}

impl<T: Bucket> ByNumber<T> {
    /// The place of what is for `number`; `None` is for any.
    pub(super) fn place(&mut self, number: Option<&NumberMatch>) -> &mut T {
        match number {
            Some(NumberMatch::Exact(number)) => self.exact.entry(number.as_str().to_owned()).or_default(),
            Some(NumberMatch::Prefix(prefix)) => self.prefix.entry(prefix.clone()).or_default(),
            Some(NumberMatch::Withheld) => &mut self.withheld,
            None => &mut self.any,
        }
    }

    /// Gives an empty place up.
    pub(super) fn tidy(&mut self, number: Option<&NumberMatch>) {
        let (map, key) = match number {
            Some(NumberMatch::Exact(number)) => (&mut self.exact, number.as_str()),
            Some(NumberMatch::Prefix(prefix)) => (&mut self.prefix, prefix.as_str()),
            Some(NumberMatch::Withheld) | None => return,
        };
        if map.get(key).is_some_and(Bucket::is_empty) {
            map.remove(key);
        }
    }

    /// Shows every place whose values may be for what is sought.
    pub(super) fn each<'a>(&'a self, sought: Sought<'_>, mut look: impl FnMut(&'a T)) {
        match sought {
            Sought::Number(number) => {
                self.exact.get(number).into_iter().for_each(&mut look);
                if !self.prefix.is_empty() {
                    let beginnings = (1..=number.len()).filter_map(|end| number.get(..end));
                    beginnings.filter_map(|prefix| self.prefix.get(prefix)).for_each(&mut look);
                }
            }
            Sought::Withheld => look(&self.withheld),
            Sought::Other => {}
        }
        look(&self.any);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> NumberMatch {
        NumberMatch::parse(text, None).unwrap()
    }

    #[test]
    fn what_fits_is_found_and_empty_places_go() {
        let mut index: ByNumber<Vec<&str>> = ByNumber::default();
        let texts = ["+34600000001", "+34600*", "+34*", "+49*", "101", "anonymous"];
        for text in texts {
            index.place(Some(&of(text))).push(text);
        }
        index.place(None).push("any");
        let found = |sought| {
            let mut found = Vec::new();
            index.each(sought, |values| found.extend(values.iter().copied()));
            found.sort_unstable();
            found
        };
        assert_eq!(found(Sought::Number("+34600000001")), ["+34*", "+34600*", "+34600000001", "any"]);
        assert_eq!(found(Sought::Number("1011")), ["any"]);
        assert_eq!(found(Sought::Withheld), ["anonymous", "any"]);
        assert_eq!(found(Sought::Other), ["any"]);
        for text in texts.map(of).iter().map(Some).chain([None]) {
            index.place(text).clear();
            index.tidy(text);
        }
        assert!(index.is_empty());
    }
}

//! Numbers as they are said: sign, whole part, and the part behind the point.

use super::{
    Language,
    noun::{Noun, feminine},
    words::{self, Gender, TOO_LARGE},
};

/// A decimal text, taken apart. Nothing is rounded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Decimal {
    pub(super) negative: bool,
    /// Digits before the point, without leading zeros (`0` if nothing else is left).
    pub(super) whole: String,
    /// Digits behind the point, without trailing zeros.
    pub(super) fraction: String,
}

/// Longest decimal text that is looked at.
const LONGEST: usize = 64;

impl Decimal {
    /// Reads `-12.50`. `None` for anything else: exponents, grouping, other scripts' digits.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
        let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
        let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
        if text.len() > LONGEST || whole.is_empty() || !digits(whole) || !digits(fraction) {
            return None;
        }
        let whole = match whole.trim_start_matches('0') {
            "" => "0",
            significant => significant,
        };
        let fraction = fraction.trim_end_matches('0').to_owned();
        let zero = whole == "0" && fraction.is_empty();
        Some(Self { negative: text.starts_with('-') && !zero, whole: whole.to_owned(), fraction })
    }

    /// The whole part, if it is small enough to be said as one number.
    pub(super) fn small(&self) -> Option<u64> {
        self.whole.parse().ok().filter(|n| *n < TOO_LARGE)
    }

    /// The part behind the point in hundredths, if it has no more than two digits.
    pub(super) fn hundredths(&self) -> Option<u64> {
        (self.fraction.len() <= 2).then(|| format!("{:0<2}", self.fraction).parse().ok())?
    }
}

/// A number given as decimal text (`21`, `-1.5`, `1000000`): what `to_string` makes of an integer, a
/// float or a decimal. A text that is none comes back as it is.
#[must_use]
pub fn number(value: &str, lang: &str) -> String {
    let language = Language::of(lang);
    let Some(decimal) = Decimal::parse(value) else { return value.to_owned() };
    let sign = if decimal.negative { language.minus() } else { "" };
    let whole = whole(&decimal, language);
    if decimal.fraction.is_empty() {
        return format!("{sign}{whole}");
    }
    match language {
        Language::Spanish | Language::Catalan => {
            format!("{sign}{whole} coma {}", behind_comma(&decimal.fraction))
        }
        Language::Russian => format!("{sign}{}", russian_fraction(&decimal, &whole)),
        Language::English | Language::Other => format!("{sign}{whole}.{}", decimal.fraction),
    }
}

fn whole(decimal: &Decimal, language: Language) -> String {
    match (decimal.small(), language) {
        (None, _) => super::digits(&decimal.whole, ""),
        // Standing alone, a Spanish number ends with «uno», which is how its digits are read.
        (Some(n), Language::Spanish) => n.to_string(),
        // Voices read all other Catalan numbers right, but not a single million.
        (Some(n), Language::Catalan) if n < 1_000_000 => n.to_string(),
        (Some(n), _) => words::count(n, Gender::Masculine, language),
    }
}

/// `5`, `14`, or `0 5`: one number if short, else digit by digit.
fn behind_comma(fraction: &str) -> String {
    if fraction.len() <= 2 && !fraction.starts_with('0') { fraction.to_owned() } else { spaced(fraction) }
}

/// `одна целая 5 десятых`.
fn russian_fraction(decimal: &Decimal, whole: &str) -> String {
    const WHOLE: Noun = feminine("целая", "целых");
    const PARTS: [Noun; 3] =
        [feminine("десятая", "десятых"), feminine("сотая", "сотых"), feminine("тысячная", "тысячных")];
    let part = PARTS.get(decimal.fraction.len() - 1);
    match (decimal.small(), decimal.fraction.parse(), part) {
        (Some(n), Ok(behind), Some(part)) => {
            format!("{} {}", WHOLE.counted(n, Language::Russian), part.counted(behind, Language::Russian))
        }
        _ => format!("{whole} запятая {}", spaced(&decimal.fraction)),
    }
}

fn spaced(digits: &str) -> String {
    digits.chars().map(String::from).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn in_each_language() {
        for (value, en, es, ca, ru) in [
            ("0", "0", "0", "0", "0"),
            ("-0", "0", "0", "0", "0"),
            ("1", "1", "1", "1", "1"),
            ("007", "7", "7", "7", "7"),
            ("11", "11", "11", "11", "11"),
            ("21", "21", "21", "21", "21"),
            ("101", "101", "101", "101", "101"),
            ("-5", "minus 5", "menos 5", "menys 5", "минус 5"),
            ("1.5", "1.5", "1 coma 5", "1 coma 5", "одна целая 5 десятых"),
            ("2.50", "2.5", "2 coma 5", "2 coma 5", "две целых 5 десятых"),
            ("0.05", "0.05", "0 coma 0 5", "0 coma 0 5", "0 целых 5 сотых"),
            (
                "-3.21",
                "minus 3.21",
                "menos 3 coma 21",
                "menys 3 coma 21",
                "минус 3 целых двадцать одна сотая",
            ),
            ("1.125", "1.125", "1 coma 1 2 5", "1 coma 1 2 5", "одна целая 125 тысячных"),
            ("1.0625", "1.0625", "1 coma 0 6 2 5", "1 coma 0 6 2 5", "1 запятая 0 6 2 5"),
            ("1000000", "1000000", "1000000", "un milió", "миллион"),
            ("2.0", "2", "2", "2", "2"),
        ] {
            let said = ["en", "es", "ca", "ru"].map(|lang| number(value, lang));
            assert_eq!(said, [en, es, ca, ru], "{value}");
        }
    }

    #[test]
    fn other_languages_keep_digits() {
        assert_eq!(number("-1.5", "fr"), "-1.5");
        assert_eq!(number("21", ""), "21");
    }

    #[test]
    fn what_is_no_number_comes_back() {
        for text in ["", ".", "-", "1e9", "1,5", "٣", "NaN", "1.2.3", "--1", "a few"] {
            assert_eq!(number(text, "ru"), text);
        }
        assert_eq!(number("1234567890123", "en"), "1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1, 2, 3");
    }
}

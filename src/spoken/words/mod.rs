//! Whole numbers as words, for the languages in which a number follows the gender of what it counts.

mod catalan;
mod russian;
mod spanish;

use super::Language;

pub(super) use russian::plural;

/// Numbers from here on are said digit by digit.
pub(super) const TOO_LARGE: u64 = 1_000_000_000_000;

/// The gender of a counted noun.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Gender {
    Masculine,
    Feminine,
}

/// A number as it stands before a noun: `21`, `veintiún`, `двадцать одна`.
pub(super) fn count(n: u64, gender: Gender, language: Language) -> String {
    match language {
        _ if n >= TOO_LARGE => super::digits(&n.to_string(), ""),
        Language::Spanish if spanish::bends(n, gender) => spanish::words(n, gender),
        Language::Catalan if catalan::bends(n, gender) => catalan::words(n, gender),
        Language::Russian if russian::bends(n, gender) => russian::words(n, gender),
        _ => n.to_string(),
    }
}

/// A year's genitive ordinal as Russian dates end with it: `две тысячи двадцать седьмого`.
pub(super) fn russian_year(year: u64) -> String {
    russian::ordinal(year, russian::Ending::Genitive)
}

/// A day's ordinal as Russian dates begin with it: `третье`.
pub(super) fn russian_day(day: u64) -> String {
    russian::ordinal(day, russian::Ending::Neuter)
}

/// An ordinal of Russian, masculine: `двадцать первый`.
pub(super) fn russian_ordinal(n: u64) -> String {
    russian::ordinal(n, russian::Ending::Masculine)
}

/// The cardinal of Catalan on which its ordinals stand.
pub(super) fn catalan_cardinal(n: u64) -> String {
    catalan::words(n, Gender::Masculine)
}

/// The three-digit groups of a number, lowest first.
fn groups(mut n: u64) -> impl Iterator<Item = u64> {
    std::iter::from_fn(move || {
        let group = n % 1000;
        let more = n > 0;
        n /= 1000;
        more.then_some(group)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(language: Language, rows: &[(u64, &str, &str)]) {
        for (n, masculine, feminine) in rows {
            assert_eq!(count(*n, Gender::Masculine, language), *masculine, "{n}");
            assert_eq!(count(*n, Gender::Feminine, language), *feminine, "{n}");
        }
    }

    #[test]
    fn spanish() {
        table(
            Language::Spanish,
            &[
                (0, "0", "0"),
                (1, "un", "una"),
                (2, "2", "2"),
                (11, "11", "11"),
                (16, "16", "16"),
                (21, "veintiún", "veintiuna"),
                (31, "treinta y un", "treinta y una"),
                (100, "100", "100"),
                (101, "ciento un", "ciento una"),
                (111, "111", "111"),
                (200, "200", "doscientas"),
                (555, "555", "quinientas cincuenta y cinco"),
                (1000, "1000", "1000"),
                (1001, "mil un", "mil una"),
                (2000, "2000", "2000"),
                (21_000, "veintiún mil", "veintiuna mil"),
                (200_000, "200000", "doscientas mil"),
                (1_000_000, "un millón", "un millón"),
                (21_000_021, "veintiún millones veintiún", "veintiún millones veintiuna"),
                (1_000_000_000, "mil millones", "mil millones"),
            ],
        );
    }

    #[test]
    fn catalan() {
        table(
            Language::Catalan,
            &[
                (0, "0", "0"),
                (1, "un", "una"),
                (2, "2", "dues"),
                (5, "5", "5"),
                (21, "vint-i-un", "vint-i-una"),
                (22, "22", "vint-i-dues"),
                (31, "trenta-un", "trenta-una"),
                (101, "cent un", "cent una"),
                (202, "202", "dues-centes dues"),
                (1000, "1000", "1000"),
                (1001, "mil un", "mil una"),
                (2000, "2000", "dues mil"),
                (1_000_000, "un milió", "un milió"),
                (2_000_000, "dos milions", "dos milions"),
            ],
        );
    }

    #[test]
    fn russian() {
        table(
            Language::Russian,
            &[
                (0, "0", "0"),
                (1, "1", "одна"),
                (2, "2", "две"),
                (5, "5", "5"),
                (11, "11", "11"),
                (12, "12", "12"),
                (21, "21", "двадцать одна"),
                (101, "101", "сто одна"),
                (1000, "тысяча", "тысяча"),
                (1001, "тысяча один", "тысяча одна"),
                (2000, "две тысячи", "две тысячи"),
                (5000, "пять тысяч", "пять тысяч"),
                (11_000, "одиннадцать тысяч", "одиннадцать тысяч"),
                (21_000, "двадцать одна тысяча", "двадцать одна тысяча"),
                (1_000_000, "миллион", "миллион"),
                (2_000_000, "два миллиона", "два миллиона"),
                (3_000_005, "три миллиона пять", "три миллиона пять"),
                (1_000_000_000, "миллиард", "миллиард"),
            ],
        );
    }

    #[test]
    fn beyond_words() {
        assert_eq!(count(1_000_000_000_000, Gender::Masculine, Language::English).matches(',').count(), 12);
        for language in [Language::Spanish, Language::Catalan, Language::Russian] {
            for n in (0..5000).chain([999_999, 999_999_999_999, u64::MAX]) {
                assert!(!count(n, Gender::Feminine, language).is_empty());
            }
        }
    }
}

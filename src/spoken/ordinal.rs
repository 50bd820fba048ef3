//! Ordinal numbers: first, primero, primer, первый.

use super::{Language, words};

const SPANISH_UNITS: [&str; 12] = [
    "primero",
    "segundo",
    "tercero",
    "cuarto",
    "quinto",
    "sexto",
    "séptimo",
    "octavo",
    "noveno",
    "décimo",
    "undécimo",
    "duodécimo",
];
const SPANISH_TENS: [&str; 9] = [
    "décimo",
    "vigésimo",
    "trigésimo",
    "cuadragésimo",
    "quincuagésimo",
    "sexagésimo",
    "septuagésimo",
    "octogésimo",
    "nonagésimo",
];

/// An ordinal, masculine where that matters. Words up to 99 (Spanish, Catalan) or 9,999 (Russian);
/// English keeps `21st`, which its voices read. What has no ordinal here is said as `número 120`.
#[must_use]
pub fn ordinal(value: i64, lang: &str) -> String {
    let language = Language::of(lang);
    match (u64::try_from(value), language) {
        (Ok(n), Language::English) => format!("{n}{}", english_suffix(n)),
        (Ok(n @ 1..100), Language::Spanish) => spanish(n),
        (Ok(n @ 1..100), Language::Catalan) => catalan(n),
        (Ok(n @ 1..10_000), Language::Russian) => words::russian_ordinal(n),
        _ => {
            let number = super::number(&value.to_string(), lang);
            match language {
                Language::English => format!("number {number}"),
                Language::Spanish | Language::Catalan => format!("número {number}"),
                Language::Russian => format!("номер {number}"),
                Language::Other => number,
            }
        }
    }
}

pub(super) fn english_suffix(n: u64) -> &'static str {
    match (n % 10, n % 100) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    }
}

fn spanish(n: u64) -> String {
    let (ten, unit) = ((n / 10) as usize, (n % 10) as usize);
    match (ten, unit) {
        (0, _) | (1, 0..=2) => SPANISH_UNITS[10 * ten + unit - 1].to_owned(),
        (1, 8) => "decimoctavo".to_owned(),
        (1, _) => format!("decimo{}", SPANISH_UNITS[unit - 1]),
        (_, 0) => SPANISH_TENS[ten - 1].to_owned(),
        _ => format!("{} {}", SPANISH_TENS[ten - 1], SPANISH_UNITS[unit - 1]),
    }
}

/// From the fifth on, Catalan ordinals are the cardinal and `-è`.
fn catalan(n: u64) -> String {
    match n {
        1 => "primer".to_owned(),
        2 => "segon".to_owned(),
        3 => "tercer".to_owned(),
        4 => "quart".to_owned(),
        10 => "desè".to_owned(),
        _ => {
            let cardinal = words::catalan_cardinal(n);
            let irregular = [("cinc", "cinquè"), ("nou", "novè")];
            for (end, ordinal) in irregular {
                if let Some(begin) = cardinal.strip_suffix(end) {
                    return format!("{begin}{ordinal}");
                }
            }
            format!("{}è", cardinal.trim_end_matches(['a', 'e']))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn in_each_language() {
        for (n, en, es, ca, ru) in [
            (1, "1st", "primero", "primer", "первый"),
            (2, "2nd", "segundo", "segon", "второй"),
            (3, "3rd", "tercero", "tercer", "третий"),
            (4, "4th", "cuarto", "quart", "четвертый"),
            (5, "5th", "quinto", "cinquè", "пятый"),
            (6, "6th", "sexto", "sisè", "шестой"),
            (7, "7th", "séptimo", "setè", "седьмой"),
            (9, "9th", "noveno", "novè", "девятый"),
            (10, "10th", "décimo", "desè", "десятый"),
            (11, "11th", "undécimo", "onzè", "одиннадцатый"),
            (12, "12th", "duodécimo", "dotzè", "двенадцатый"),
            (13, "13th", "decimotercero", "tretzè", "тринадцатый"),
            (17, "17th", "decimoséptimo", "dissetè", "семнадцатый"),
            (18, "18th", "decimoctavo", "divuitè", "восемнадцатый"),
            (20, "20th", "vigésimo", "vintè", "двадцатый"),
            (21, "21st", "vigésimo primero", "vint-i-unè", "двадцать первый"),
            (35, "35th", "trigésimo quinto", "trenta-cinquè", "тридцать пятый"),
            (40, "40th", "cuadragésimo", "quarantè", "сороковой"),
            (101, "101st", "número 101", "número 101", "сто первый"),
            (112, "112th", "número 112", "número 112", "сто двенадцатый"),
            (2000, "2000th", "número 2000", "número 2000", "двухтысячный"),
            (0, "0th", "número 0", "número 0", "номер 0"),
            (-3, "number minus 3", "número menos 3", "número menys 3", "номер минус 3"),
        ] {
            let said = ["en", "es", "ca", "ru"].map(|lang| ordinal(n, lang));
            assert_eq!(said, [en, es, ca, ru], "{n}");
        }
        assert_eq!(ordinal(3, "fr"), "3");
    }

    #[test]
    fn every_ordinal_exists() {
        for n in (-5..10_005).chain([i64::MIN, i64::MAX]) {
            for lang in ["en", "es", "ca", "ru", "xx"] {
                assert!(!ordinal(n, lang).is_empty());
            }
        }
    }
}

//! Several things in a row.

use super::Language;

/// `a, b and c`. In a language that is not known, commas alone.
#[must_use]
pub fn list(items: &[String], lang: &str) -> String {
    let Some((last, before)) = items.split_last() else { return String::new() };
    if before.is_empty() {
        return last.clone();
    }
    let joint = match Language::of(lang) {
        Language::English => " and ",
        Language::Spanish if sounds_like_i(last) => " e ",
        Language::Spanish => " y ",
        Language::Catalan => " i ",
        Language::Russian => " и ",
        Language::Other => ", ",
    };
    format!("{}{joint}{last}", before.join(", "))
}

/// Spanish «y» becomes «e» before the same sound: «Ana e Inés», but «agua y hielo».
fn sounds_like_i(word: &str) -> bool {
    let word = word.trim_start().to_lowercase();
    let starts = |with: &[&str]| with.iter().any(|begin| word.starts_with(begin));
    starts(&["i", "í", "hi", "hí"]) && !starts(&["hie", "hia", "ie", "io"])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn in_each_language() {
        for (items, lang, said) in [
            (vec![], "en", ""),
            (vec!["a"], "en", "a"),
            (vec!["a", "b"], "en", "a and b"),
            (vec!["a", "b", "c"], "en", "a, b and c"),
            (vec!["Luis", "Ana"], "es", "Luis y Ana"),
            (vec!["Ana", "Inés"], "es", "Ana e Inés"),
            (vec!["agua", "hielo"], "es", "agua y hielo"),
            (vec!["a", "b", "c"], "ca", "a, b i c"),
            (vec!["а", "б", "в"], "ru", "а, б и в"),
            (vec!["a", "b", "c"], "fr", "a, b, c"),
        ] {
            let items: Vec<String> = items.into_iter().map(str::to_owned).collect();
            assert_eq!(list(&items, lang), said);
        }
    }
}

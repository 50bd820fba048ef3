//! YAML as Tomàtic's files and requests have it: within bounds, with errors that name the line.

use serde::{Serialize, de::DeserializeOwned};
use serde_saphyr::{DuplicateKeyPolicy, options};

/// Reads a text.
///
/// # Errors
/// What does not fit, with its line.
pub fn read<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    let options = options! { duplicate_keys: DuplicateKeyPolicy::LastWins, with_snippet: false };
    let text = text.trim_start_matches('\u{feff}');
    serde_saphyr::from_str_with_options(text, options).map_err(|error| {
        // The message names its place itself; one line is enough for a log.
        error.to_string().split_whitespace().collect::<Vec<_>>().join(" ")
    })
}

/// Writes a value.
#[must_use]
pub fn write<T: Serialize>(value: &T) -> String {
    // Plain maps, lists, texts and numbers: nothing that YAML cannot say.
    serde_saphyr::to_string(value).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn texts_come_back_as_they_were_also_where_they_look_like_something_else() {
        let texts = [
            "200",
            "0201",
            "no",
            "null",
            "~",
            "2026-11-23",
            "09:00",
            "1e3",
            "# x",
            "a: b",
            "",
            "é🎧",
            "\u{202e}rtl",
            "two\nlines",
            "'",
            "- x",
            "yes",
            "on",
            "0x1F",
            "1_000",
            "&a",
            "*a",
            "!x",
            "%",
            "@",
            "`",
        ];
        let map: BTreeMap<String, String> =
            texts.iter().map(|text| ((*text).to_owned(), (*text).to_owned())).collect();
        let written = write(&map);
        assert_eq!(read::<BTreeMap<String, String>>(&written).unwrap(), map, "{written}");
        // As a reader that guesses types would take them.
        let guessed: BTreeMap<String, serde_json::Value> = read(&written).unwrap();
        assert!(guessed.values().all(serde_json::Value::is_string), "{written}");
    }

    #[test]
    fn what_is_broken_is_named_by_its_line() {
        let error = read::<BTreeMap<String, i64>>("a: 1\nb: x\n").unwrap_err();
        assert!(error.contains("line 2"), "{error}");
        assert!(read::<BTreeMap<String, i64>>("a: [1\n").is_err());
        // A bomb of aliases ends.
        let bomb = "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\n\
            d: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: &f [*e,*e,*e,*e,*e,*e,*e,*e,*e]\n\
            g: &g [*f,*f,*f,*f,*f,*f,*f,*f,*f]\nh: &h [*g,*g,*g,*g,*g,*g,*g,*g,*g]\n";
        assert!(read::<serde_json::Value>(bomb).is_err());
    }
}

//! The English numbers from thirteen to nineteen, so that nobody takes them for thirty to ninety.

/// How the first syllables of 13 to 19 sound in espeak-ng's English voices.
const BEGINNINGS: [&str; 14] = [
    "θˈɜː",
    "θˈəɹ",
    "t̪ˈɜː",
    "fˈoːɹ",
    "fˈɔː",
    "fˈor",
    "fˈoə",
    "fˈɪf",
    "sˈɪks",
    "sˈɛvən",
    "sˈəvən",
    "ˈeɪ",
    "ˈeː",
    "nˈaɪn",
];

/// Stresses "-teen". espeak-ng stresses the first syllable, as in a row of numbers; over the telephone such an
/// eighteen is heard as eighty, and a caller can neither see the digits nor guess them.
pub(super) fn stressed(phonemes: &str) -> String {
    phonemes
        .split(' ')
        .map(|word| teen(word).unwrap_or_else(|| word.to_owned()))
        .collect::<Vec<_>>()
        .join(" ")
}

fn teen(word: &str) -> Option<String> {
    let number = word.trim_end_matches(|c: char| c.is_ascii_punctuation());
    let beginning = number.strip_suffix("tiːn").or_else(|| number.strip_suffix("tˌiːn"))?;
    let marks = &word[number.len()..];
    BEGINNINGS.contains(&beginning).then(|| format!("{}tˈiːn{marks}", beginning.replace('ˈ', "ˌ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn teens_and_nothing_else() {
        for (said, wanted) in [
            ("θɹˈiːhˈʌndɹɪd ˈeɪtiːn dˈɑːlɚz", "θɹˈiːhˈʌndɹɪd ˌeɪtˈiːn dˈɑːlɚz"),
            ("θˈɜːtiːn fˈɔːtiːn sˈɛvəntˌiːn", "θˌɜːtˈiːn fˌɔːtˈiːn sˌɛvəntˈiːn"),
            ("fˈɪftiːn, nˈaɪntiːn.", "fˌɪftˈiːn, nˌaɪntˈiːn."),
            ("ˈeɪɾi fˈɪfti kæntˈiːn pɹˈoʊtiːn ˈeɪtiːnθ", "ˈeɪɾi fˈɪfti kæntˈiːn pɹˈoʊtiːn ˈeɪtiːnθ"),
            ("", ""),
        ] {
            assert_eq!(stressed(said), wanted);
        }
    }
}

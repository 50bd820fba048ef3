//! How English "i" goes over into a vowel behind it, as the models learnt it.

const VOWELS: &str = "aeiouɑɔæɛɪʊʌəɐɚɜᵻᵿoɒ";
/// What stands in front of an "ɪ" that is the end of a diphthong.
const DIPHTHONGS: [char; 3] = ['a', 'e', 'ɔ'];
const GLIDE: char = 'ʲ';

/// Puts a glide between "i" and a vowel, also that of the next word: "bˈiːʲ æz". Piper's models were trained with an
/// espeak-ng that writes it, the one of Debian 12 (1.51) does not, and without it "B as in Bravo" is heard as
/// "D as in Bravo". Phonemes that have it stay as they are.
pub(super) fn linked(phonemes: &str) -> String {
    let mut said = String::with_capacity(phonemes.len());
    let mut last = None;
    for (at, c) in phonemes.char_indices() {
        said.push(c);
        let behind = &phonemes[at + c.len_utf8()..];
        let glides = match c {
            'i' => !behind.starts_with('ə') && goes_over(behind),
            'ː' => last == Some('i') && goes_over(behind),
            'ɪ' => !last.is_some_and(|last| DIPHTHONGS.contains(&last)) && goes_over(behind),
            _ => false,
        };
        if glides {
            said.push(GLIDE);
        }
        last = Some(c);
    }
    said
}

/// Whether a vowel follows, with or without stress, in this word or the next.
fn goes_over(behind: &str) -> bool {
    let behind = behind.strip_prefix(' ').unwrap_or(behind);
    let behind = behind.strip_prefix(['ˈ', 'ˌ']).unwrap_or(behind);
    behind.starts_with(|c| VOWELS.contains(c))
}

#[cfg(test)]
mod tests {
    use super::linked;

    #[test]
    fn as_the_models_learnt_it() {
        for (said, wanted) in [
            ("wˈʌn, bˈiː æz ɪn bɹˈɑːvoʊ", "wˈʌn, bˈiːʲ æz ɪn bɹˈɑːvoʊ"),
            ("jʊɹ tˈæksi ɪz ɐ wˈaɪt", "jʊɹ tˈæksiʲ ɪz ɐ wˈaɪt"),
            ("ˌeɪtʃtˌiːtˈiːpˌiːˈɛs", "ˌeɪtʃtˌiːtˈiːpˌiːʲˈɛs"),
            ("vˈɛɹɪəbəl ðɪ ˈɛnd", "vˈɛɹɪʲəbəl ðɪʲ ˈɛnd"),
            // No glide in a diphthong, before a consonant, a mark or the end.
            ("zˈiəɹoʊ baɪ ɐ dˈeɪ ɪt vˈɔɪɪd", "zˈiəɹoʊ baɪ ɐ dˈeɪ ɪt vˈɔɪɪd"),
            ("ˈiːst bˈiː, ænd sˈiː", "ˈiːst bˈiː, ænd sˈiː"),
            ("bˈiːʲ æz tˈæksiʲ ɪz", "bˈiːʲ æz tˈæksiʲ ɪz"),
            ("", ""),
        ] {
            assert_eq!(linked(said), wanted);
        }
    }
}

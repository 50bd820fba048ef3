//! Phonemes of a text, by the `espeak-ng` program: GPL stays in a process of its own.

use std::path::Path;

use super::clauses::{Clause, clauses};
use crate::tts::{
    VoiceError,
    program::{self, Request},
};

/// Asks for the phonemes of a clean text; one string for each sentence.
pub(super) async fn phonemes(program: &Path, voice: &str, text: &str) -> Result<Vec<String>, VoiceError> {
    let clauses = clauses(text);
    if clauses.is_empty() {
        return Ok(Vec::new());
    }
    let lines: Vec<&str> = clauses.iter().map(|clause| clause.text.as_str()).collect();
    let mut spoken = ask(program, voice, &lines.join("\n")).await?;
    // One line answers one line, but where espeak-ng finds a pause of its own it breaks the line.
    if spoken.len() != clauses.len() {
        spoken.clear();
        for line in lines {
            spoken.push(ask(program, voice, line).await?.join(" "));
        }
    }
    Ok(sentences(&clauses, &spoken))
}

/// Without `--stdin` each line is a text by itself. UTF-8 whatever the locale: `-b 1`.
async fn ask(program: &Path, voice: &str, text: &str) -> Result<Vec<String>, VoiceError> {
    let arguments = ["-q", "-v", voice, "-b", "1", "--ipa"];
    let said = program::run(&Request { program, arguments: &arguments, text }).await?;
    let said = String::from_utf8(said).map_err(|_| VoiceError::Garbled("its phonemes are not UTF-8"))?;
    Ok(said.lines().map(|line| without_flags(line.trim())).collect())
}

/// espeak-ng writes `(en)` where it goes over to another language for a word.
fn without_flags(line: &str) -> String {
    let mut kept = String::with_capacity(line.len());
    let mut inside = false;
    for c in line.chars() {
        match c {
            '(' => inside = true,
            ')' => inside = false,
            _ if inside => {}
            _ => kept.push(c),
        }
    }
    kept
}

/// Puts the marks back: models pause and turn their voice by them.
fn sentences(clauses: &[Clause], spoken: &[String]) -> Vec<String> {
    let mut sentences = Vec::new();
    let mut sentence = String::new();
    for (clause, phonemes) in clauses.iter().zip(spoken) {
        if !sentence.is_empty() && !sentence.ends_with(' ') {
            sentence.push(' ');
        }
        sentence.push_str(phonemes);
        if clause.mark != ' ' {
            sentence.push(clause.mark);
        }
        if clause.ends_sentence() {
            sentences.push(std::mem::take(&mut sentence));
        }
    }
    if !sentence.is_empty() {
        sentences.push(sentence);
    }
    sentences
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn marks_stay_where_they_were() {
        let of = async |text: &str, voice: &str| phonemes(Path::new("espeak-ng"), voice, text).await.unwrap();
        assert_eq!(of("Your taxi, has arrived. Why?", "en-us").await, ["jʊɹ tˈæksi, hɐz ɚɹˈaɪvd.", "wˈaɪ?"]);
        assert_eq!(of("Hola: adiós,", "es").await, ["ˈola: aðjˈos,"]);
        assert!(of("...", "en-us").await.is_empty());
        // A pause of espeak-ng's own, inside of what is a clause here.
        let broken = of("one (two) \"three\" 1:2 a;b c. U.S.A. d", "en-us").await;
        assert!(broken.iter().all(|sentence| !sentence.contains('\n')), "{broken:?}");
        assert!(broken.concat().contains("wˈʌn") && broken.concat().contains("dˈiː"), "{broken:?}");
    }

    #[test]
    fn language_flags_go() {
        assert_eq!(without_flags("(en)tˈæksi(es) ˈola"), "tˈæksi ˈola");
        assert_eq!(without_flags("(en"), "");
    }
}

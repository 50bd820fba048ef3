//! Phonemes of a text, by the `espeak-ng` program: GPL stays in a process of its own.

use std::path::{Path, PathBuf};

use super::{
    clauses::{Clause, clauses},
    glides, teens,
    warm::Warm,
};
use crate::tts::{
    VoiceError,
    program::{self, Request},
};

/// `espeak-ng` in one of its voices.
#[derive(Debug)]
pub(super) struct Phonemes {
    program: PathBuf,
    voice: String,
    warm: Warm,
}

impl Phonemes {
    pub(super) fn new(program: &Path, voice: &str) -> Self {
        Self { program: program.to_owned(), voice: voice.to_owned(), warm: Warm::new(program, voice) }
    }

    /// The phonemes of a clean text; one string for each sentence.
    pub(super) async fn of(&self, text: &str) -> Result<Vec<String>, VoiceError> {
        let clauses = clauses(text);
        if clauses.is_empty() {
            return Ok(Vec::new());
        }
        let lines: Vec<&str> = clauses.iter().map(|clause| clause.text.as_str()).collect();
        let spoken = match self.warm.ask(&lines).await {
            Some(answers) => answers.iter().map(|answer| joined(answer)).collect(),
            None => self.one_by_one(&lines).await?,
        };
        let sentences = sentences(&clauses, &spoken);
        let is_english = self.voice.split('-').next() == Some("en");
        let english = |said: &String| glides::linked(&teens::stressed(said));
        Ok(if is_english { sentences.iter().map(english).collect() } else { sentences })
    }

    /// By a process for each line.
    async fn one_by_one(&self, lines: &[&str]) -> Result<Vec<String>, VoiceError> {
        let mut spoken = Vec::new();
        for line in lines {
            spoken.push(joined(&ask(&self.program, &self.voice, line).await?));
        }
        Ok(spoken)
    }
}

/// UTF-8 whatever the locale: `-b 1`.
async fn ask(program: &Path, voice: &str, text: &str) -> Result<String, VoiceError> {
    let arguments = ["-q", "-v", voice, "-b", "1", "--ipa"];
    let said = program::run(&Request { program, arguments: &arguments, text }).await?;
    String::from_utf8(said).map_err(|_| VoiceError::Garbled("its phonemes are not UTF-8"))
}

/// Where espeak-ng finds a pause of its own it breaks the line.
fn joined(answer: &str) -> String {
    answer.lines().map(|line| without_flags(line.trim())).collect::<Vec<_>>().join(" ")
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
        let of = async |text: &str, voice: &str| {
            Phonemes::new(Path::new("espeak-ng"), voice).of(text).await.unwrap()
        };
        assert_eq!(of("Your taxi, has arrived. Why?", "en-us").await, ["jʊɹ tˈæksi, hɐz ɚɹˈaɪvd.", "wˈaɪ?"]);
        assert_eq!(of("Hola: adiós,", "es").await, ["ˈola: aðjˈos,"]);
        assert!(of("...", "en-us").await.is_empty());
        assert_eq!(of("318. 80", "en-us").await, ["θɹˈiːhˈʌndɹɪd ˌeɪtˈiːn.", "ˈeɪɾi."]);
        // A pause of espeak-ng's own, inside of what is a clause here.
        let broken = of("one (two) \"three\" 1:2 a;b c. U.S.A. d", "en-us").await;
        assert!(broken.iter().all(|sentence| !sentence.contains('\n')), "{broken:?}");
        assert!(broken.concat().contains("wˈʌn") && broken.concat().contains("dˈiː"), "{broken:?}");
    }

    #[tokio::test]
    async fn one_that_stays_and_one_for_each_line_say_the_same() {
        for (voice, text) in
            [("en-us", "one (two) 1:2, a;b c"), ("ca", "L'Eixample, 25 €: bé"), ("ru", "Привет, мир")]
        {
            let phonemes = Phonemes::new(Path::new("espeak-ng"), voice);
            let clauses = clauses(text);
            let lines: Vec<&str> = clauses.iter().map(|clause| clause.text.as_str()).collect();
            let warm: Vec<_> =
                phonemes.warm.ask(&lines).await.unwrap().iter().map(|said| joined(said)).collect();
            assert_eq!(warm, phonemes.one_by_one(&lines).await.unwrap(), "{text}");
        }
    }

    #[test]
    fn language_flags_go() {
        assert_eq!(without_flags("(en)tˈæksi(es) ˈola"), "tˈæksi ˈola");
        assert_eq!(without_flags("(en"), "");
    }
}

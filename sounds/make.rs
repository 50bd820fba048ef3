//! Renders the recorded prompts of `sounds/` from `sounds/prompts.toml` with espeak-ng: `make sounds`.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, anyhow};
use stasisd::{
    config::{SpeechConfig, VoiceKind},
    tts::Speech,
};

/// Quicker than in calls: these files are in every clone.
const WORDS_PER_MINUTE: u32 = 150;

#[tokio::main]
async fn main() -> Result<()> {
    let sounds = Path::new("sounds");
    let texts = fs::read_to_string(sounds.join("prompts.toml")).context("run it in the project's folder")?;
    let texts: BTreeMap<String, BTreeMap<String, String>> = toml::from_str(&texts)?;
    let folder = std::env::temp_dir().join(format!("stasisd-sounds-{}", std::process::id()));
    let speech = Speech::new(&settings(&folder), "")?;
    for (language, prompts) in texts {
        fs::create_dir_all(sounds.join(&language))?;
        for (name, text) in prompts {
            let spoken = speech.media(&text, &language, &[]).await?;
            let rendered = spoken.media[0].strip_prefix("sound:").ok_or_else(|| anyhow!("no file"))?;
            let target = sounds.join(&language).join(format!("{name}.wav"));
            trim(Path::new(&format!("{rendered}.wav")), &target)?;
        }
    }
    fs::remove_dir_all(&folder)?;
    Ok(())
}

fn settings(folder: &Path) -> SpeechConfig {
    SpeechConfig {
        voices: vec![VoiceKind::Espeak],
        espeak_program: "espeak-ng".into(),
        piper: BTreeMap::new(),
        onnxruntime: PathBuf::new(),
        voices_directory: PathBuf::new(),
        lexicon: PathBuf::new(),
        espeak_words_per_minute: WORDS_PER_MINUTE,
        render_timeout_ms: 30_000,
        workers: 1,
        queue: 1,
        sample_rate: 8000,
        cache_directory: folder.join("prompts"),
        cache_max_mib: 64,
        cache_max_age_days: 1,
        // None: a prompt that no voice can render is an error here.
        sounds_directory: folder.join("none"),
        delivery: "file".to_owned(),
        prompt_url: String::new(),
    }
}

/// Copies the file without the silence at its ends, but for a twentieth of a second.
fn trim(from: &Path, to: &Path) -> Result<()> {
    const MARGIN: usize = 400;
    let reader = hound::WavReader::open(from)?;
    let spec = reader.spec();
    let samples = reader.into_samples().collect::<Result<Vec<i16>, _>>()?;
    let loud = |sample: &i16| sample.unsigned_abs() > 150;
    let first = samples.iter().position(loud).unwrap_or(0).saturating_sub(MARGIN);
    let last = samples.iter().rposition(loud).map_or(0, |at| at + MARGIN).min(samples.len());
    let mut writer = hound::WavWriter::create(to, spec)?;
    for sample in &samples[first..last] {
        writer.write_sample(*sample)?;
    }
    Ok(writer.finalize()?)
}

//! A Piper voice's own description: the JSON beside its model.

use std::{
    collections::{BTreeMap, HashMap},
    fmt,
    fs::File,
    io::Read as _,
    path::{Path, PathBuf},
    time::UNIX_EPOCH,
};

use serde::Deserialize;

use crate::{
    config::PiperConfig,
    tts::{VoiceError, key::Key},
};

/// Bytes of a description that are read; the largest ones known have some 20,000.
const MOST_BYTES: u64 = 1 << 20;
/// Speakers at most.
const MOST_SPEAKERS: usize = 100_000;

/// Everything that is known of a voice before its model is loaded.
#[derive(Clone, Debug)]
pub(super) struct Model {
    pub(super) path: PathBuf,
    /// Samples a second.
    pub(super) rate: u32,
    /// espeak-ng's name of the voice whose phonemes the model learnt.
    pub(super) espeak_voice: String,
    pub(super) ids: HashMap<char, Vec<i64>>,
    /// `noise_scale`, `length_scale`, `noise_w`: the model's second input.
    pub(super) scales: [f32; 3],
    /// Which speaker of a model that has several.
    pub(super) speaker: Option<i64>,
    /// The language it says it speaks, such as `en`.
    pub(super) language: Option<String>,
    /// Tells models and descriptions apart by what is in them.
    pub(super) fingerprint: String,
}

/// The parts of the JSON that matter here.
#[derive(Debug, Deserialize)]
struct Description {
    audio: AudioPart,
    espeak: EspeakPart,
    #[serde(default)]
    inference: InferencePart,
    phoneme_type: Option<String>,
    phoneme_id_map: HashMap<String, Vec<i64>>,
    #[serde(default)]
    num_speakers: usize,
    #[serde(default)]
    speaker_id_map: BTreeMap<String, i64>,
    language: Option<LanguagePart>,
}

#[derive(Debug, Deserialize)]
struct LanguagePart {
    #[serde(default)]
    family: String,
}

#[derive(Debug, Deserialize)]
struct AudioPart {
    sample_rate: u32,
}

#[derive(Debug, Deserialize)]
struct EspeakPart {
    voice: String,
}

/// The defaults are those of Piper's own training.
#[derive(Debug, Deserialize)]
#[serde(default)]
struct InferencePart {
    noise_scale: f32,
    length_scale: f32,
    noise_w: f32,
}

impl Default for InferencePart {
    fn default() -> Self {
        Self { noise_scale: 0.667, length_scale: 1.0, noise_w: 0.8 }
    }
}

impl Model {
    /// Reads the description and looks whether the model's file is there.
    pub(super) fn read(config: &PiperConfig) -> Result<Self, VoiceError> {
        let about = config.model.metadata().map_err(|error| wrong(&config.model, error))?;
        if !about.is_file() {
            return Err(wrong(&config.model, "it is no file"));
        }
        let beside = config.description();
        let text = read(&beside).map_err(|why| wrong(&beside, why))?;
        let written = about.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
        let written = written.unwrap_or_default().as_nanos();
        let fingerprint = format!("{} {written} {}", about.len(), Key::of(&[&text]));
        Self::parse(&text, config, fingerprint).map_err(|why| wrong(&beside, why))
    }

    fn parse(text: &str, config: &PiperConfig, fingerprint: String) -> Result<Self, String> {
        let about: Description = serde_json::from_str(text).map_err(|error| error.to_string())?;
        let kind = about.phoneme_type.as_deref().unwrap_or("espeak");
        if kind != "espeak" {
            return Err(format!(
                "its phonemes are of the type {kind:?}, which only Piper's own tools make; take a voice whose \
                 \"phoneme_type\" is \"espeak\""
            ));
        }
        if !(8000..=48_000).contains(&about.audio.sample_rate) {
            return Err(format!("its sample rate of {} Hz is out of bounds", about.audio.sample_rate));
        }
        let voice = about.espeak.voice;
        let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'+';
        if !(1..=32).contains(&voice.len()) || voice.starts_with('-') || !voice.bytes().all(plain) {
            return Err(format!("{voice:?} is no voice of espeak-ng"));
        }
        let ids = ids(about.phoneme_id_map)?;
        let InferencePart { noise_scale, length_scale, noise_w } = about.inference;
        let scales = [noise_scale, length_scale / config.speed, noise_w];
        if scales.iter().any(|scale| !scale.is_finite() || !(0.0..=10.0).contains(scale)) || scales[1] < 0.1 {
            return Err(format!("its \"inference\" makes no sense with the speed {}", config.speed));
        }
        let speaker = speaker(about.num_speakers, &about.speaker_id_map, config.speaker.as_deref())?;
        let rate = about.audio.sample_rate;
        let path = config.model.clone();
        let language = about.language.map(|language| language.family);
        let language = language.filter(|tag| tag.len() < 4 && tag.bytes().all(|b| b.is_ascii_lowercase()));
        Ok(Self { path, rate, espeak_voice: voice, ids, scales, speaker, language, fingerprint })
    }
}

fn wrong(path: &Path, why: impl fmt::Display) -> VoiceError {
    VoiceError::Model { path: path.display().to_string(), why: why.to_string() }
}

fn read(path: &Path) -> Result<String, String> {
    let said = |error: std::io::Error| error.to_string();
    // A pipe would be waited for, and for ever.
    if !path.metadata().map_err(said)?.is_file() {
        return Err("it is no file".to_owned());
    }
    let mut text = String::new();
    let mut file = File::open(path).map_err(said)?.take(MOST_BYTES + 1);
    file.read_to_string(&mut text).map_err(said)?;
    if text.len() as u64 > MOST_BYTES { Err("it is too large".to_owned()) } else { Ok(text) }
}

/// Phonemes are single characters, decomposed; what is longer is never met in a text.
fn ids(map: HashMap<String, Vec<i64>>) -> Result<HashMap<char, Vec<i64>>, String> {
    let single = map.into_iter().filter_map(|(phoneme, ids)| {
        let mut letters = phoneme.chars();
        letters.next().filter(|_| letters.next().is_none()).map(|letter| (letter, ids))
    });
    let ids: HashMap<_, _> = single.collect();
    for mark in [super::ids::BEGIN, super::ids::PAD, super::ids::END] {
        if ids.get(&mark).is_none_or(Vec::is_empty) {
            return Err(format!("its \"phoneme_id_map\" lacks {mark:?}"));
        }
    }
    Ok(ids)
}

fn speaker(count: usize, named: &BTreeMap<String, i64>, wanted: Option<&str>) -> Result<Option<i64>, String> {
    if count > MOST_SPEAKERS {
        return Err(format!("{count} speakers are too many"));
    }
    if count <= 1 {
        return match wanted {
            None | Some("0" | "") => Ok(None),
            Some(wanted) => Err(format!("it has one speaker only, and {wanted:?} is asked for")),
        };
    }
    let Some(wanted) = wanted.filter(|wanted| !wanted.is_empty()) else { return Ok(Some(0)) };
    let number = wanted.parse::<i64>().ok().filter(|n| usize::try_from(*n).is_ok_and(|n| n < count));
    named.get(wanted).copied().or(number).map(Some).ok_or_else(|| {
        let names: Vec<_> = named.keys().take(20).map(String::as_str).collect();
        format!("it has no speaker {wanted:?}; write a number below {count}, or one of: {}", names.join(" "))
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn good() -> Value {
        json!({
            "audio": { "sample_rate": 22_050 }, "espeak": { "voice": "en-us" }, "phoneme_type": "espeak",
            "inference": { "noise_scale": 0.6, "length_scale": 1.2, "noise_w": 0.7 },
            "phoneme_id_map": { "_": [0], "^": [1], "$": [2], "a": [14], "ab": [15] },
            "num_speakers": 2, "speaker_id_map": { "ann": 0, "bob": 1 }
        })
    }

    fn parse(about: &Value, speaker: Option<&str>, speed: f32) -> Result<Model, String> {
        let speaker = speaker.map(str::to_owned);
        let config = PiperConfig { speaker, speed, ..PiperConfig::of("en", "x.onnx".into()) };
        Model::parse(&about.to_string(), &config, String::new())
    }

    #[test]
    fn read_as_written() {
        let model = parse(&good(), Some("bob"), 1.2).unwrap();
        assert_eq!((model.rate, model.espeak_voice.as_str(), model.speaker), (22_050, "en-us", Some(1)));
        assert_eq!(model.scales.map(|scale| format!("{scale:.2}")), ["0.60", "1.00", "0.70"]);
        assert_eq!(model.ids.len(), 4);
        assert_eq!(parse(&good(), None, 1.0).unwrap().speaker, Some(0));
        assert_eq!(parse(&good(), Some("1"), 1.0).unwrap().speaker, Some(1));
    }

    #[test]
    fn refused_with_a_sentence() {
        let spoilt = |key: &str, value: Value| {
            let mut about = good();
            about[key] = value;
            parse(&about, None, 1.0).unwrap_err()
        };
        assert!(spoilt("phoneme_type", json!("pinyin")).contains("\"phoneme_type\" is \"espeak\""));
        assert!(spoilt("audio", json!({ "sample_rate": 4_000_000 })).contains("out of bounds"));
        for voice in ["", "-f", "../en", "en us", "--path=/tmp"] {
            assert!(spoilt("espeak", json!({ "voice": voice })).contains("no voice of espeak-ng"), "{voice}");
        }
        assert!(spoilt("phoneme_id_map", json!({ "_": [0], "^": [1] })).contains("lacks '$'"));
        assert!(spoilt("inference", json!({ "length_scale": 1e30 })).contains("makes no sense"));
        assert!(spoilt("num_speakers", json!(-1)).contains("-1"));
        assert!(parse(&good(), Some("eve"), 1.0).unwrap_err().contains("ann bob"));
        assert!(parse(&good(), Some("2"), 1.0).is_err());
        assert!(parse(&json!([]), None, 1.0).is_err());
    }
}

//! Voices with several speakers, and several models at once: made models, in which each speaker has a loudness.
//!
//! The voice that `tests/setup/voice` fetches has one speaker. A model's fourth input is what counts here, and ONNX
//! Runtime takes that of a made model as it takes that of a trained one.

use std::{fs, path::PathBuf};

use stasisd::{
    config::{PiperConfig, VoiceKind},
    tts::{Source, Spoken},
};

use crate::{
    support::{Site, file_of, samples},
    voice,
};

/// Samples a second, and those that a made model says whatever it is told.
const RATE: i64 = 22_050;

/// Fields of Protocol Buffers, as far as `onnx.proto3` needs them here.
#[derive(Clone, Default)]
struct Fields(Vec<u8>);

impl Fields {
    fn varint(&mut self, mut value: u64) {
        while value > 0x7f {
            self.0.push(u8::try_from(value & 0x7f).unwrap() | 0x80);
            value >>= 7;
        }
        self.0.push(u8::try_from(value).unwrap());
    }

    fn number(mut self, field: u64, value: i64) -> Self {
        self.varint(field << 3);
        self.varint(u64::try_from(value).unwrap());
        self
    }

    fn float(mut self, field: u64, value: f32) -> Self {
        self.varint(field << 3 | 5);
        self.0.extend(value.to_le_bytes());
        self
    }

    fn bytes(mut self, field: u64, bytes: &[u8]) -> Self {
        self.varint(field << 3 | 2);
        self.varint(bytes.len() as u64);
        self.0.extend(bytes);
        self
    }

    fn text(self, field: u64, text: &str) -> Self {
        self.bytes(field, text.as_bytes())
    }

    fn within(self, field: u64, inner: &Self) -> Self {
        self.bytes(field, &inner.0)
    }
}

/// `TensorProto.DataType`
const FLOAT: i64 = 1;
const INT64: i64 = 7;

/// `ValueInfoProto`: a tensor of so many dimensions, each of any size.
fn value(name: &str, kind: i64, dimensions: usize) -> Fields {
    let any = Fields::default().text(2, "n");
    let shape = (0..dimensions).fold(Fields::default(), |shape, _| shape.within(1, &any));
    let tensor = Fields::default().number(1, kind).within(2, &shape);
    Fields::default().text(1, name).within(2, &Fields::default().within(1, &tensor))
}

/// `NodeProto`
fn node(kind: &str, inputs: &[&str], output: &str) -> Fields {
    let inputs = inputs.iter().fold(Fields::default(), |node, input| node.text(1, input));
    inputs.text(2, output).text(4, kind)
}

/// A model of Piper's inputs that says a second of one level: (`speaker` + 1) steps.
fn model(step: f32) -> Vec<u8> {
    let to_float = Fields::default().text(1, "to").number(20, 2).number(3, FLOAT);
    let numbers = Fields::default().number(1, 1).number(2, FLOAT);
    let graph = Fields::default()
        .within(1, &node("Cast", &["sid"], "speaker").within(5, &to_float))
        .within(1, &node("Add", &["speaker", "one"], "steps"))
        .within(1, &node("Mul", &["steps", "step"], "level"))
        .within(1, &node("Expand", &["level", "shape"], "output"))
        .text(2, "made")
        .within(5, &numbers.clone().float(4, 1.0).text(8, "one"))
        .within(5, &numbers.float(4, step).text(8, "step"))
        .within(
            5,
            &Fields::default()
                .number(1, 3)
                .number(2, INT64)
                .number(7, 1)
                .number(7, 1)
                .number(7, RATE)
                .text(8, "shape"),
        )
        .within(11, &value("input", INT64, 2))
        .within(11, &value("input_lengths", INT64, 1))
        .within(11, &value("scales", FLOAT, 1))
        .within(11, &value("sid", INT64, 1))
        .within(12, &value("output", FLOAT, 3));
    let set = Fields::default().text(1, "").number(2, 15);
    Fields::default().number(1, 8).within(7, &graph).within(8, &set).0
}

/// Writes a made model with its description; three speakers, two of whom have names.
fn write(site: &Site, name: &str, step: f32) -> PathBuf {
    let path = site.folder.path().join(format!("{name}.onnx"));
    fs::write(&path, model(step)).unwrap();
    let letters: String =
        ('a'..='z').zip(10..).map(|(letter, id)| format!(", \"{letter}\": [{id}]")).collect();
    let about = format!(
        "{{\"audio\": {{\"sample_rate\": {RATE}}}, \"espeak\": {{\"voice\": \"en-us\"}}, \"num_speakers\": 3,
          \"speaker_id_map\": {{\"ann\": 0, \"bob\": 1}}, \"phoneme_id_map\": {{\"_\": [0], \"^\": [1], \"$\": [2]{letters}}}}}"
    );
    fs::write(path.with_extension("onnx.json"), about).unwrap();
    path
}

fn site() -> Site {
    let mut site = Site::new();
    site.config.voices = vec![VoiceKind::Piper];
    site.config.render_timeout_ms = 120_000;
    site.config.onnxruntime = voice::runtime();
    site
}

/// The level of what was said, in thousandths of full scale.
fn level(spoken: &Spoken) -> i32 {
    let heard = samples(&file_of(spoken, "wav"), 8000);
    i32::from(heard[heard.len() / 2]) * 1000 / i32::from(i16::MAX)
}

#[tokio::test]
async fn each_speaker_by_number_or_name() {
    let mut site = site();
    let model = write(&site, "made", 0.2);
    let mut media = Vec::new();
    for (speaker, wanted) in
        [(None, 200), (Some("0"), 200), (Some("bob"), 400), (Some("1"), 400), (Some("2"), 600)]
    {
        let made =
            PiperConfig { speaker: speaker.map(str::to_owned), ..PiperConfig::of("en", model.clone()) };
        site.config.piper.insert("made".to_owned(), made);
        let spoken = site.speech().media("Hello to you.", "en", &[]).await.unwrap();
        assert_eq!(spoken.source, Source::Voice("made".into()));
        let heard = level(&spoken);
        assert!((heard - wanted).abs() < 10, "{speaker:?}: {heard}");
        media.push(spoken.media);
    }
    assert!(media[0] == media[1] && media[2] == media[3], "one speaker is one file, whatever he is called");
    assert!(media[0] != media[2] && media[2] != media[4], "no speaker is heard in another's place");
}

#[tokio::test]
async fn two_models_speak_beside_each_other() {
    let mut site = site();
    for (name, language, step, speaker) in [("one", "en", 0.1, "bob"), ("two", "es", 0.3, "ann")] {
        let model = write(&site, name, step);
        let made = PiperConfig { speaker: Some(speaker.to_owned()), ..PiperConfig::of(language, model) };
        site.config.piper.insert(name.to_owned(), made);
    }
    let speech = site.speech();
    for round in ["first", "second"] {
        let text = format!("The {round} time.");
        let (one, two) = tokio::join!(speech.media(&text, "en", &[]), speech.media(&text, "es", &[]));
        let (one, two) = (one.unwrap(), two.unwrap());
        assert_eq!((&one.source, &two.source), (&Source::Voice("one".into()), &Source::Voice("two".into())));
        let heard = (level(&one), level(&two));
        assert!((heard.0 - 200).abs() < 10 && (heard.1 - 300).abs() < 10, "{heard:?}");
    }
}

#[tokio::test]
async fn a_model_of_several_speakers_that_is_described_as_one_is_refused() {
    let mut site = site();
    let model = write(&site, "made", 0.2);
    let beside = model.with_extension("onnx.json");
    let about = fs::read_to_string(&beside).unwrap();
    fs::write(&beside, about.replace("\"num_speakers\": 3", "\"num_speakers\": 1")).unwrap();
    site.config.piper.insert("made".to_owned(), PiperConfig::of("en", model));
    let report = site.speech().report().await;
    let why = report.voices[0].speaks.as_ref().unwrap_err().to_string();
    assert!(why.contains("sid"), "{why}");
}

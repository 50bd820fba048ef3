//! `stasisd voice`: which voices there are, how they sound, and putting one in place.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use clap::{Args, Subcommand};

use crate::{
    app::Exit,
    config::{Config, VoiceKind},
    tts::{self, Installed, Speech},
};

/// `stasisd voice …`
#[derive(Debug, Args)]
pub struct VoiceArgs {
    #[command(subcommand)]
    command: VoiceCommand,
}

#[derive(Debug, Subcommand)]
enum VoiceCommand {
    /// List the voices in the order in which they are tried, and let each say a word.
    List,
    /// Say a text, as a caller would hear it.
    Say {
        /// What to say.
        text: String,
        /// The voice's name [default: the first for the language that works].
        #[arg(long)]
        voice: Option<String>,
        /// The text's language [default: the voice's, or calls.language of the configuration].
        #[arg(long)]
        language: Option<String>,
        /// Where to write it, as a WAV file; without it only the time is told.
        #[arg(long, short, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Put a voice or ONNX Runtime into `speech.voices_directory`, after it was tried.
    Install {
        /// A model (`.onnx`, its `.onnx.json` beside it), or a wheel (`.whl`) with a model or ONNX Runtime in it.
        file: PathBuf,
    },
}

/// Does what is asked.
///
/// # Errors
/// A voice that does not speak, a file that cannot be read, written or used.
pub async fn run(args: &VoiceArgs, config: &Config) -> Result<Exit> {
    match &args.command {
        VoiceCommand::List => list(config).await,
        VoiceCommand::Say { text, voice, language, out } => {
            let voice = voice.as_deref();
            let own =
                voice.and_then(|name| config.speech.piper.get(name)).map(|piper| piper.language.as_str());
            let language = language.as_deref().or(own).unwrap_or(&config.calls.language);
            say(config, text, language, voice, out.as_deref()).await
        }
        VoiceCommand::Install { file } => install(config, file).await,
    }
}

async fn list(config: &Config) -> Result<Exit> {
    let speech = &config.speech;
    let report = Speech::new(speech, "http://127.0.0.1/prompts")?.report().await;
    for voice in &report.voices {
        let about = match speech.piper.get(&voice.name) {
            Some(piper) => format!("{:<8} Piper, {}", piper.language, piper.model.display()),
            None => format!("{:<8} {}", "many", speech.espeak_program.display()),
        };
        let speaks = match &voice.speaks {
            Ok(time) => format!("spoke in {} ms", time.as_millis()),
            Err(why) => format!("CANNOT SPEAK: {why}"),
        };
        println!("{:<12} {about}: {speaks}", voice.name);
    }
    if report.voices.is_empty() {
        println!("no voices: speech.voices names none that is configured");
    } else if speech.piper.is_empty() && speech.voices.contains(&VoiceKind::Piper) {
        println!("no Piper voice is configured: stasisd voice install MODEL.onnx");
    }
    let any = report.voices.iter().any(|voice| voice.speaks.is_ok());
    Ok(if any { Exit::Ok } else { Exit::Found })
}

async fn say(
    config: &Config,
    text: &str,
    language: &str,
    voice: Option<&str>,
    out: Option<&Path>,
) -> Result<Exit> {
    let speech = Speech::new(&config.speech, "http://127.0.0.1/prompts")?;
    let known = speech.names();
    if let Some(voice) = voice.filter(|voice| !known.iter().any(|name| name == voice)) {
        anyhow::bail!("there is no voice {voice:?}; there are: {}", known.join(", "));
    }
    let said = speech.utter(text, language, voice).await?;
    let seconds = said.audio.length().as_secs_f64();
    let (first, took) = (said.first.as_millis(), said.took.as_millis());
    println!("{} said {seconds:.1} s; ready in {took} ms, the first of it in {first} ms", said.voice);
    if let Some(out) = out {
        fs::write(out, said.wav()?).with_context(|| format!("{} cannot be written", out.display()))?;
    }
    Ok(Exit::Ok)
}

async fn install(config: &Config, file: &Path) -> Result<Exit> {
    for installed in tts::install(file, &config.speech).await? {
        match installed {
            Installed::Runtime { library } => {
                println!("ONNX Runtime is in place: {}", library.display());
            }
            Installed::Voice { name, language, model, spoke: (took, length) } => {
                let (took, length) = (took.as_millis(), length.as_secs_f64());
                println!(
                    "The voice works: it said {length:.1} s in {took} ms. Take it into the configuration:"
                );
                let model = toml::Value::from(model.display().to_string());
                println!("\n[speech.piper.{name}]\nlanguage = \"{language}\"\nmodel = {model}");
            }
        }
    }
    Ok(Exit::Ok)
}

//! How Asterisk gets at a prompt: from its own disk, or from us over HTTP.

use std::path::{Path, PathBuf};

use super::{SpeechError, key::Key, recorded::Recording, wav};
use crate::config::SpeechConfig;

/// Makes ARI media URIs (ARI POST /channels/{id}/play/{playbackId}, `media`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Delivery {
    /// `sound:/path/without/extension`
    File { directory: String },
    /// `sound:http://…/HASH.wav`, fetched and kept by Asterisk's `res_http_media_cache`.
    Http { base: String, extension: &'static str },
}

impl Delivery {
    /// As configured; `http_base` is where our own HTTP door serves prompts.
    pub(super) fn new(config: &SpeechConfig, http_base: &str) -> Result<Self, SpeechError> {
        match config.delivery.as_str() {
            "file" => {
                let directory = plain_path("cache_directory", &config.cache_directory)?;
                plain_path("sounds_directory", &config.sounds_directory)?;
                Ok(Self::File { directory: directory.display().to_string() })
            }
            "http" => {
                let base = match config.prompt_url.trim() {
                    "" => http_base,
                    url => url,
                };
                let base = base.trim_end_matches('/');
                let parsed =
                    url::Url::parse(base).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
                if parsed.is_none() || !base.chars().all(is_safe) {
                    let why = format!("{base:?} is no http:// address without ',' and '&'; write one");
                    return Err(SpeechError::Setting { key: "prompt_url", why });
                }
                Ok(Self::Http { base: base.to_owned(), extension: wav::extension(config.sample_rate) })
            }
            other => Err(SpeechError::Setting {
                key: "delivery",
                why: format!("{other:?} is unknown; set it to \"file\" or \"http\""),
            }),
        }
    }

    /// The URI of a rendered prompt.
    pub(super) fn rendered(&self, key: Key) -> String {
        match self {
            Self::File { directory } => format!("sound:{directory}/{key}"),
            Self::Http { base, extension } => format!("sound:{base}/{key}.{extension}"),
        }
    }

    /// The URI of a recorded prompt.
    pub(super) fn recorded(&self, recording: &Recording) -> String {
        match self {
            Self::File { .. } => format!("sound:{}", recording.path.with_extension("").display()),
            Self::Http { base, .. } => format!("sound:{base}/{}.wav", recording.key),
        }
    }
}

/// A path as Asterisk will use it: absolute, since its working folder is another.
pub(super) fn plain_path(key: &'static str, path: &Path) -> Result<PathBuf, SpeechError> {
    let wrong = |why: &str| SpeechError::Setting { key, why: format!("{}: {why}", path.display()) };
    let whole = std::path::absolute(path).map_err(|_| wrong("name a folder"))?;
    match whole.to_str() {
        Some(text) if text.chars().all(is_safe) => Ok(whole),
        _ => Err(wrong("a comma, '&', '|' or a control character would end the path in Asterisk; rename it")),
    }
}

/// ARI splits lists of media at commas, and Asterisk's applications split files at `&`.
fn is_safe(c: char) -> bool {
    !c.is_control() && !matches!(c, ',' | '&' | '|')
}

//! What can go wrong when a voice is put in place.

use std::{
    io,
    path::{Path, PathBuf},
};

use crate::tts::VoiceError;

/// Why nothing was installed.
#[derive(Debug, thiserror::Error)]
pub enum InstallError {
    /// The file cannot be read, or nothing of use is in it.
    #[error("{}: {why}", file.display())]
    Source {
        /// The file that was given.
        file: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// What was in it does not work.
    #[error("{name} does not work here, so it is not installed: {error}")]
    Useless {
        /// The model or library.
        name: String,
        /// What happened when it was tried.
        error: VoiceError,
    },
    /// The folder cannot be written.
    #[error("{} cannot be written ({error}); see speech.voices_directory, and who may write there", path.display())]
    Write {
        /// What was to be written.
        path: PathBuf,
        /// The system's words.
        error: io::Error,
    },
}

pub(super) fn useless(name: &str, error: VoiceError) -> InstallError {
    InstallError::Useless { name: name.to_owned(), error }
}

pub(super) fn writing(path: &Path, error: &io::Error) -> InstallError {
    // The system's own error, which is not `Clone`.
    let error = error.raw_os_error().map_or_else(|| error.kind().into(), io::Error::from_raw_os_error);
    InstallError::Write { path: path.to_owned(), error }
}

//! The Piper voice and the ONNX Runtime that `tests/setup/voice` fetches.

use std::path::{Path, PathBuf};

/// Their folder.
pub fn folder() -> PathBuf {
    let folder = std::env::var_os("STASISD_VOICE_CACHE")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join(".cache/voice"), PathBuf::from);
    for name in ["en_US-joe-medium.onnx", "en_US-joe-medium.onnx.json", "libonnxruntime.so.1.31.1"] {
        assert!(folder.join(name).is_file(), "{name} is not in {}: run tests/setup/voice", folder.display());
    }
    folder
}

/// The model; its description is beside it.
pub fn model() -> PathBuf {
    folder().join("en_US-joe-medium.onnx")
}

/// ONNX Runtime's library.
pub fn runtime() -> PathBuf {
    folder().join("libonnxruntime.so.1.31.1")
}

/// The wheel whose name begins so.
pub fn wheel(name: &str) -> PathBuf {
    let wheels = folder().join("wheels");
    let names = std::fs::read_dir(&wheels).unwrap_or_else(|error| panic!("{}: {error}", wheels.display()));
    let wheel = names.map(|file| file.unwrap().path()).find(|path| {
        path.file_name().and_then(|file| file.to_str()).is_some_and(|file| file.starts_with(name))
    });
    wheel.unwrap_or_else(|| panic!("no wheel of {name} in {}: run tests/setup/voice", wheels.display()))
}

/// The tables that make a daemon speak with it: TOML for `Daemon::prepare`.
pub fn settings() -> String {
    format!(
        "[speech]\nonnxruntime = \"{}\"\n[speech.piper.joe]\nlanguage = \"en\"\nmodel = \"{}\"\n",
        runtime().display(),
        model().display()
    )
}

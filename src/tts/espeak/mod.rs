//! The `espeak-ng` program as a voice: always there, never pretty. One process for each text.

mod languages;

use std::{path::PathBuf, time::UNIX_EPOCH};

use futures_util::future::BoxFuture;

use super::{
    Audio, Voice, VoiceError,
    program::{self, Request},
    wav,
};

/// Words a minute that espeak-ng knows.
const SPEEDS: std::ops::RangeInclusive<u32> = 80..=450;

/// The `espeak-ng` program.
#[derive(Clone, Debug)]
pub struct Espeak {
    program: PathBuf,
    speed: u32,
    version: String,
}

impl Espeak {
    /// A voice by the program at `program` (a path, or a name on `PATH`). That it is missing shows when it
    /// is asked to speak.
    #[must_use]
    pub fn new(program: PathBuf, words_per_minute: u32) -> Self {
        let speed = words_per_minute.clamp(*SPEEDS.start(), *SPEEDS.end());
        let version = fingerprint(&program);
        Self { program, speed, version }
    }
}

impl Voice for Espeak {
    fn name(&self) -> &'static str {
        "espeak"
    }

    fn speaks(&self, lang: &str) -> bool {
        languages::voice(lang).is_some()
    }

    fn key(&self, lang: &str) -> String {
        let voice = languages::voice(lang).unwrap_or_default();
        format!("espeak {} {voice} {}", self.version, self.speed)
    }

    fn render<'a>(&'a self, text: &'a str, lang: &'a str) -> BoxFuture<'a, Result<Audio, VoiceError>> {
        Box::pin(async move {
            let voice = languages::voice(lang).ok_or_else(|| VoiceError::Language(lang.to_owned()))?;
            let speed = self.speed.to_string();
            // UTF-8 whatever the locale: -b 1.
            let arguments = ["-v", voice, "-s", &speed, "-b", "1", "--stdin", "--stdout"];
            let request = Request { program: &self.program, arguments: &arguments, text };
            wav::parse(&program::run(&request).await?)
        })
    }
}

/// What tells one version of the program from another without running it: where it is, its size, its age.
pub(super) fn fingerprint(program: &PathBuf) -> String {
    let on_path = std::env::var_os("PATH").unwrap_or_default();
    let places = std::env::split_paths(&on_path).map(|folder| folder.join(program));
    let named = std::iter::once(program.clone()).filter(|path| path.components().count() > 1);
    let found = named.chain(places).find_map(|path| Some((path.metadata().ok()?, path)));
    let Some((about, path)) = found else { return "absent".to_owned() };
    let made = about.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    format!("{} {} {}", path.display(), about.len(), made.unwrap_or_default().as_secs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_tells_voices_and_speeds_apart() {
        let key = |speed, lang| Espeak::new("espeak-ng".into(), speed).key(lang);
        assert_eq!(key(130, "en"), key(130, "en-US"));
        assert_ne!(key(130, "en"), key(130, "en-GB"));
        assert_ne!(key(130, "en"), key(140, "en"));
        assert_eq!(key(1, "en"), key(80, "en"));
        assert_ne!(key(130, "en"), Espeak::new("/bin/sh".into(), 130).key("en"));
    }
}

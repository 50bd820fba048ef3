//! What the values of `[speech.piper.NAME]` mean.

use super::Found;
use crate::config::SpeechConfig;

const KEY: &str = "speech.piper";

/// Names, languages, speeds and threads of the Piper voices. Whether their files are good shows when they speak.
pub(super) fn verify(speech: &SpeechConfig, found: &mut Found) {
    for (name, voice) in &speech.piper {
        let mut wrong =
            |what: String, mend: &str| found.add(KEY, format!("[speech.piper.{name}] {what}"), mend);
        let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
        if !(1..=32).contains(&name.len()) || !name.bytes().all(plain) || name == "espeak" {
            wrong(
                "has no name of its own".to_owned(),
                "use 1 to 32 letters, digits, - _; \"espeak\" is taken",
            );
        }
        let tag = &voice.language;
        let letters = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
        if !(2..=16).contains(&tag.len()) || !tag.bytes().all(letters) {
            wrong(format!("speaks {tag:?}, which is no language"), "write a tag such as \"en\" or \"en-gb\"");
        }
        if voice.model.as_os_str().is_empty() {
            wrong("has no model".to_owned(), "name its .onnx file");
        }
        if !(0.25..=4.0).contains(&voice.speed) {
            wrong(format!("has the speed {}", voice.speed), "set it to 0.25 up to 4; 1 is the model's own");
        }
        if !(1..=64).contains(&voice.threads) {
            wrong(format!("has {} threads", voice.threads), "set it to 1 up to 64");
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::config::{Config, PiperConfig, problems};

    #[test]
    fn each_bad_value_is_named() {
        let count = |name: &str, spoil: fn(&mut PiperConfig)| {
            let mut config = Config::defaults().unwrap();
            config.ari.password = Some("x".into());
            let mut voice = PiperConfig::of("en", "x.onnx".into());
            spoil(&mut voice);
            config.speech.piper.insert(name.to_owned(), voice);
            let found = problems(&config);
            assert!(found.iter().all(|problem| problem.what.contains(&format!("[speech.piper.{name}]"))));
            found.len()
        };
        assert_eq!(count("joe", |_| ()), 0);
        assert_eq!(count("espeak", |_| ()), 1);
        assert_eq!(count("a b", |_| ()), 1);
        assert_eq!(count("joe", |voice| voice.language = "English (US)".into()), 1);
        assert_eq!(count("joe", |voice| voice.language = String::new()), 1);
        assert_eq!(count("joe", |voice| voice.model = "".into()), 1);
        assert_eq!(count("joe", |voice| voice.speed = f32::NAN), 1);
        assert_eq!(count("joe", |voice| voice.speed = 0.0), 1);
        assert_eq!(count("joe", |voice| voice.threads = 0), 1);
    }
}

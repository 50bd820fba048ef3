//! How Asterisk gets at prompts, and that nobody gets at anything else.

use std::os::unix::fs::PermissionsExt as _;

use stasisd::tts::{Source, Speech, SpeechError};

use crate::support::{Site, file_of};

#[tokio::test]
async fn by_file_readable_by_asterisks_user() {
    let site = Site::new();
    let spoken = site.speech().media("Hello", "en", &[]).await.unwrap();
    let file = file_of(&spoken, "wav");
    assert!(file.is_absolute());
    let mode = |path: &std::path::Path| path.metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&file), mode(file.parent().unwrap())), (0o644, 0o755));
}

#[tokio::test]
async fn by_http_and_only_prompts() {
    let mut site = Site::new();
    site.config.delivery = "http".to_owned();
    site.record("en", "welcome");
    let speech = site.speech();
    let spoken = speech.media("Hello", "en", &[]).await.unwrap();
    let name = spoken.media[0].strip_prefix("sound:http://127.0.0.1:1/prompts/").unwrap();
    let file = speech.prompt_file(name).unwrap();
    assert_eq!(speech.prompt_file(name.trim_end_matches(".wav")), Some(file.clone()));
    assert!(file.is_file() && file.starts_with(&site.config.cache_directory));

    let recorded = speech.media("", "en", &["welcome".to_owned()]).await.unwrap();
    assert_eq!(recorded.source, Source::Recorded);
    let name = recorded.media[0].rsplit('/').next().unwrap();
    assert!(speech.prompt_file(name).unwrap().ends_with("en/welcome.wav"));

    let unknown = "0".repeat(64);
    for bad in ["", ".wav", "../prompts/x.wav", "/etc/passwd", "en/welcome.wav", "welcome.wav", "é", &unknown]
    {
        assert_eq!(speech.prompt_file(bad), None, "{bad}");
    }
    let slashed = format!("../prompts/{}", file.file_name().unwrap().display());
    assert_eq!(speech.prompt_file(&slashed), None);
}

#[tokio::test]
async fn another_address_for_another_host() {
    let mut site = Site::new();
    site.config.delivery = "http".to_owned();
    site.config.prompt_url = "https://pbx.example/prompts/".to_owned();
    site.config.sample_rate = 16_000;
    let spoken = site.speech().media("Hello", "en", &[]).await.unwrap();
    assert!(spoken.media[0].starts_with("sound:https://pbx.example/prompts/"), "{:?}", spoken.media);
    // Asterisk reads the rate off the extension.
    assert_eq!(spoken.media[0].rsplit('.').next(), Some("wav16"), "{:?}", spoken.media);
}

#[test]
fn settings_that_make_no_sense() {
    let refused = |change: fn(&mut Site)| {
        let mut site = Site::new();
        change(&mut site);
        match Speech::new(&site.config, "http://127.0.0.1:1/prompts") {
            Err(SpeechError::Setting { key, .. }) => key,
            Err(other) => panic!("{other}"),
            Ok(_) => "nothing",
        }
    };
    assert_eq!(refused(|site| site.config.sample_rate = 44_100), "sample_rate");
    assert_eq!(refused(|site| site.config.delivery = "pigeon".to_owned()), "delivery");
    assert_eq!(refused(|site| site.config.cache_directory = "/tmp/a,b".into()), "cache_directory");
    assert_eq!(refused(|site| site.config.sounds_directory = "/tmp/a&b".into()), "sounds_directory");
    let http = |site: &mut Site, url: &str| {
        site.config.delivery = "http".to_owned();
        site.config.prompt_url = url.to_owned();
    };
    for url in ["ftp://x/", "prompts", "http://x/a,b", "http://x/?a&b"] {
        let mut site = Site::new();
        http(&mut site, url);
        assert!(Speech::new(&site.config, "").is_err(), "{url}");
    }
    assert_eq!(refused(|_| ()), "nothing");
}

#[tokio::test]
async fn the_recordings_that_are_shipped() {
    let mut site = Site::new();
    site.config.voices.clear();
    site.config.sounds_directory = concat!(env!("CARGO_MANIFEST_DIR"), "/sounds").into();
    let speech = site.speech();
    let expected = ["goodbye", "moment", "technical-problem", "transfer", "welcome"];
    for lang in ["en", "es", "ca", "ru"] {
        assert_eq!(speech.report().await.sounds[lang], expected, "{lang}");
        let names: Vec<String> = expected.map(str::to_owned).into();
        let spoken = speech.media("anything", lang, &names).await.unwrap();
        assert_eq!(spoken.media.len(), expected.len());
        let seconds = spoken.length.as_secs_f64();
        assert!((4.0..10.0).contains(&seconds), "{lang}: {seconds} s");
    }
}

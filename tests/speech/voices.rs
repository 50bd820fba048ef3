//! espeak-ng itself, in each language, at each rate.

use stasisd::{spoken, tts::Source};

use crate::support::{Site, file_of, samples};

#[tokio::test]
async fn each_language_is_heard() {
    for (rate, extension) in [(8000, "wav"), (16_000, "wav16")] {
        let mut site = Site::new();
        site.config.sample_rate = rate;
        let speech = site.speech();
        for (lang, text) in [
            ("en", "Your taxi, a white Toyota, has arrived."),
            ("en-GB", "Your taxi, a white Toyota, has arrived."),
            ("es", "Su taxi, un Toyota blanco, ha llegado."),
            ("ca", "El seu taxi, un Toyota blanc, ha arribat."),
            ("ru", "Ваше такси, белая Тойота, прибыло."),
            ("uk", "Ваше таксі прибуло."),
        ] {
            let spoken = speech.media(text, lang, &[]).await.unwrap();
            assert_eq!(spoken.source, Source::Voice("espeak".into()));
            let heard = samples(&file_of(&spoken, extension), rate);
            let seconds = spoken.length.as_secs_f64();
            assert!((1.0..8.0).contains(&seconds), "{lang}: {seconds} s");
            let loudest = heard.iter().map(|sample| sample.unsigned_abs()).max().unwrap();
            assert!(loudest > 5000, "{lang}: {loudest}");
            let told = u32::try_from(spoken.length.as_micros() * u128::from(rate) / 1_000_000).unwrap();
            assert!(told.abs_diff(u32::try_from(heard.len()).unwrap()) <= 1, "{lang}");
        }
        assert_eq!(site.prompts().len(), 6);
    }
}

#[tokio::test]
async fn languages_differ_and_unknown_ones_have_no_voice() {
    let site = Site::new();
    let speech = site.speech();
    let english = speech.media("Radio 21", "en", &[]).await.unwrap();
    let spanish = speech.media("Radio 21", "es", &[]).await.unwrap();
    assert_ne!(english.media, spanish.media);
    let error = speech.media("Radio 21", "xx", &[]).await.unwrap_err();
    assert!(error.to_string().contains("no voice for \"xx\""), "{error}");
}

#[tokio::test]
async fn values_are_spoken_longer_than_they_are_written() {
    let site = Site::new();
    let speech = site.speech();
    let digits = spoken::digits("456789", "en");
    let apart = speech.media(&digits, "en", &[]).await.unwrap().length;
    let together = speech.media("456789", "en", &[]).await.unwrap().length;
    assert!(apart > together, "{apart:?} with pauses, {together:?} as one number");
}

#[tokio::test]
async fn doctor_is_told_what_works() {
    let site = Site::new();
    site.record("en", "welcome");
    let speech = site.speech();
    let report = speech.report().await;
    assert_eq!(report.voices.len(), 1);
    assert!(report.voices[0].speaks.is_ok(), "{:?}", report.voices);
    assert_eq!(report.cache.writable, Ok(()));
    assert_eq!(report.sounds["en"], ["welcome"]);
    assert!(site.prompts().is_empty(), "trying leaves nothing behind");
}

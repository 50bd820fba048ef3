//! The Piper voice itself: a real model in the real ONNX Runtime, with the real espeak-ng.

use std::{fs, sync::Arc, time::Duration};

use futures_util::{StreamExt as _, future::join_all};
use stasisd::{
    config::PiperConfig,
    tts::{Espeak, Source, Speech, Spoken},
};

use crate::{
    support::{Counting, Site, files_of, samples},
    voice,
};

/// The sentence that voices are measured with.
const TAXI: &str = "Your taxi, a white Toyota, number 4 5 6, has arrived. Press star to talk to an operator.";

fn joe() -> Source {
    Source::Voice("joe".into())
}

fn espeak() -> Source {
    Source::Voice("espeak".into())
}

#[tokio::test]
async fn it_is_heard_at_each_rate() {
    for (rate, extension) in [(8000, "wav"), (16_000, "wav16")] {
        let mut site = Site::with_piper();
        site.config.sample_rate = rate;
        let spoken = site.speech().media(TAXI, "en", &[]).await.unwrap();
        assert_eq!(spoken.source, joe());
        let seconds = spoken.length.as_secs_f64();
        assert!((4.5..9.5).contains(&seconds), "{seconds} s");
        let heard: Vec<i16> =
            files_of(&spoken, extension).iter().flat_map(|file| samples(file, rate)).collect();
        let told = spoken.length.as_secs_f64() * f64::from(rate);
        assert!((told - heard.len() as f64).abs() <= spoken.media.len() as f64, "{told}, {}", heard.len());
        let loudest = heard.iter().map(|sample| sample.unsigned_abs()).max().unwrap();
        assert!((8000..32_700).contains(&loudest), "{loudest}");
        // Speech, and no noise that goes on: there are pauses, and they are quiet.
        let quiet = heard.iter().filter(|sample| sample.unsigned_abs() < 300).count();
        assert!(quiet * 10 > heard.len(), "{quiet} of {}", heard.len());
    }
}

#[tokio::test]
async fn the_first_clause_comes_first_and_all_is_kept() {
    let site = Site::with_piper();
    let speech = site.speech();
    let (first, rest) = speech.begin(TAXI, "en", &[]).await.unwrap();
    assert_eq!((first.media.len(), &first.source), (1, &joe()));
    assert!(first.length < Duration::from_secs(2), "{:?}", first.length);
    assert_eq!(site.prompts().len(), 1, "nothing else is made before it is asked for");
    let parts: Vec<Spoken> = rest.unwrap().map(Result::unwrap).collect().await;
    let whole = parts.into_iter().fold(first, Spoken::and);
    assert_eq!(whole.media.len(), 3);

    assert_eq!(speech.media(TAXI, "en", &[]).await.unwrap(), whole);
    let (again, rest) = speech.begin(TAXI, "en", &[]).await.unwrap();
    assert_eq!(again, whole);
    assert!(rest.is_none());
    // After a restart, and with a part that somebody deleted.
    fs::remove_file(&files_of(&whole, "wav")[1]).unwrap();
    let speech = site.speech();
    let (first, rest) = speech.begin(TAXI, "en", &[]).await.unwrap();
    assert_eq!(first.media, whole.media[..1]);
    assert_eq!(rest.unwrap().map(|part| part.unwrap().media.len()).collect::<Vec<_>>().await, [1, 1]);
}

#[tokio::test]
async fn what_is_prepared_is_there_at_once() {
    let site = Site::with_piper();
    let speech = site.speech();
    assert_eq!(speech.warm([(TAXI.to_owned(), "en".to_owned())]).await, 1);
    let known = speech.cached(TAXI, "en").unwrap();
    let (begun, rest) = speech.begin(TAXI, "en-US", &[]).await.unwrap();
    assert_eq!(begun, known);
    assert!(rest.is_none());
}

#[tokio::test]
async fn another_speed_or_model_is_another_file() {
    let mut site = Site::with_piper();
    let slow = site.speech().media(TAXI, "en", &[]).await.unwrap();
    site.change_joe(|joe| joe.speed = 1.5);
    let quick = site.speech().media(TAXI, "en", &[]).await.unwrap();
    let ratio = slow.length.as_secs_f64() / quick.length.as_secs_f64();
    assert!((1.2..1.8).contains(&ratio), "{ratio}");
    // The same model with a description of its own.
    let about = fs::read_to_string(voice::model().with_extension("onnx.json")).unwrap();
    let other = site.folder.path().join("other.json");
    fs::write(&other, about.replace("0.667", "0.3")).unwrap();
    site.change_joe(|joe| joe.config = Some(other));
    let third = site.speech().media(TAXI, "en", &[]).await.unwrap();
    let media = [&slow, &quick, &third].map(|spoken| spoken.media[0].clone());
    assert!(media[0] != media[1] && media[1] != media[2] && media[0] != media[2], "{media:?}");
}

#[tokio::test]
async fn two_languages_at_once() {
    let mut site = Site::with_piper();
    site.config.piper.insert("pepe".to_owned(), PiperConfig::of("es-mx", voice::model()));
    let speech = site.speech();
    let say = |lang| speech.media("Radio 21, Madrid.", lang, &[]);
    let (english, mexican, spanish, russian) = tokio::join!(say("en_GB"), say("es-MX"), say("es"), say("ru"));
    assert_eq!(english.as_ref().unwrap().source, joe());
    assert_eq!(mexican.unwrap().source, Source::Voice("pepe".into()));
    assert_eq!(spanish.unwrap().source, Source::Voice("pepe".into()));
    assert_eq!(russian.unwrap().source, espeak(), "which no Piper voice speaks");
    assert_eq!(speech.voices_for("es-ES"), ["espeak"], "not in another country's");
    assert_eq!(speech.voices_for("en"), ["joe", "espeak"]);
}

#[tokio::test]
async fn a_sites_own_words() {
    let mut site = Site::with_piper();
    site.config.lexicon = site.folder.path().join("words.toml");
    fs::write(&site.config.lexicon, "[en]\nPBX = \"telephone exchange of ours\"\n").unwrap();
    let long = site.speech().media("PBX", "en", &[]).await.unwrap().length;
    site.config.lexicon = "".into();
    let short = site.speech().media("ox", "en", &[]).await.unwrap().length;
    assert!(long > short, "{long:?} {short:?}");
    site.config.lexicon = site.folder.path().join("none.toml");
    let error = Speech::new(&site.config, "").err().unwrap().to_string();
    assert!(error.contains("speech.lexicon") && error.contains("No such file"), "{error}");
}

#[tokio::test]
async fn doctor_is_told_who_speaks() {
    let site = Site::with_piper();
    let report = site.speech().report().await;
    let told: Vec<_> =
        report.voices.iter().map(|voice| (voice.name.as_str(), voice.speaks.is_ok())).collect();
    assert_eq!(told, [("joe", true), ("espeak", true)]);
}

#[tokio::test]
async fn many_at_once_are_served_in_order_and_the_late_ones_by_the_next_voice() {
    let mut site = Site::new();
    site.config.workers = 1;
    site.config.render_timeout_ms = 6000;
    site.record("en", "technical-problem");
    let slow = Arc::new(Counting { takes: Duration::from_millis(400), ..Counting::default() });
    let next = Arc::new(Espeak::new("espeak-ng".into(), 130));
    let speech = Speech::with_voices(&site.config, "", vec![slow.clone(), next]).unwrap();
    let texts: Vec<String> = (0..30).map(|n| format!("Number {n}.")).collect();
    let all = join_all(texts.iter().map(|text| speech.media(text, "en", &[]))).await;
    let sources: Vec<_> = all.into_iter().map(|spoken| spoken.unwrap().source).collect();
    // Half of the time is the next voice's, and what it has no time for either is a recording.
    let counting = Source::Voice("counting".into());
    let served = sources.iter().filter(|source| **source == counting).count();
    assert!((1..=7).contains(&served), "{served}");
    assert!(sources[..served].iter().all(|source| *source == counting), "in the order in which they came");
    assert!(sources.contains(&espeak()));
    // The one at the voice when the time is over is the last that came there in time. The others give up within the
    // same moment, one after the other, so that the free place may still reach one of them, whoever that is.
    let order = slow.order();
    let in_time = order.len().min(served + 1);
    assert_eq!(order[..in_time], texts[..in_time], "each had its turn");
    let turn = |text: &String| texts.iter().position(|came| came == text);
    assert!(order.is_sorted_by_key(turn), "nobody overtakes: {order:?}");
}

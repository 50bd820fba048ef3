//! Voices and disks that fail: recorded prompts, clear errors, and never a wait without end.

use std::{fs, sync::Arc, time::Duration};

use futures_util::future::join_all;
use stasisd::tts::{Source, Speech};

use crate::support::{Counting, Site};

const WELCOME: &str = "welcome";

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// What is played for "Hello" with the recording of it named.
async fn recorded(speech: &Speech, lang: &str) -> Vec<String> {
    let spoken = speech.media("Hello", lang, &names(&[WELCOME])).await.unwrap();
    assert_eq!(spoken.source, Source::Recorded);
    assert_eq!(spoken.length, Duration::from_millis(500));
    spoken.media
}

#[tokio::test]
async fn no_program() {
    let mut site = Site::new();
    site.config.espeak_program = "/nowhere/espeak-ng".into();
    let error = site.speech().media("Hello", "en", &[]).await.unwrap_err().to_string();
    assert!(error.contains("/nowhere/espeak-ng") && error.contains("no recorded prompt"), "{error}");

    site.record("en", WELCOME);
    site.record("en", "technical-problem");
    let speech = site.speech();
    assert!(recorded(&speech, "en").await[0].ends_with("/sounds/en/welcome"));
    let report = speech.report().await;
    assert!(report.voices[0].speaks.as_ref().unwrap_err().contains("install it"), "{report:?}");
    // Without a recording of the text, the sentence that something is wrong; in English if need be.
    for (lang, wanted) in [("en", "nothing-here"), ("en", "../../etc/passwd"), ("ru", WELCOME)] {
        let spoken = speech.media("Hello", lang, &names(&[wanted])).await.unwrap();
        assert!(spoken.media[0].ends_with("/sounds/en/technical-problem"), "{:?}", spoken.media);
        assert_eq!(spoken.source, Source::LastResort, "the text itself is not heard");
    }
}

#[tokio::test]
async fn a_program_that_hangs() {
    let mut site = Site::new();
    site.record("en", WELCOME);
    site.config.espeak_program = site.script("echo $$ >> \"$(dirname \"$0\")/pids\"\nexec sleep 600");
    site.config.render_timeout_ms = 300;
    let speech = site.speech();
    recorded(&speech, "en").await;
    // Killed, and waited for.
    let pids = fs::read_to_string(site.folder.path().join("pids")).unwrap();
    eventually("the program is gone", || {
        pids.lines().all(|pid| {
            let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
            stat.is_empty() || stat.contains(") Z ")
        })
    })
    .await;
    for _ in 0..3 {
        recorded(&speech, "en").await;
    }
    let pids = fs::read_to_string(site.folder.path().join("pids")).unwrap();
    assert_eq!(pids.lines().count(), 3, "after three failures it is set aside");
}

#[tokio::test]
async fn a_program_that_is_killed_gets_a_second_try() {
    let mut site = Site::new();
    // Kills itself the first time, speaks the second.
    site.config.espeak_program = site.script(
        "f=\"$(dirname \"$0\")/once\"\n[ -e \"$f\" ] && exec espeak-ng \"$@\"\n: > \"$f\"; kill -9 $$",
    );
    let spoken = site.speech().media("Hello", "en", &[]).await.unwrap();
    assert_eq!(spoken.source, Source::Voice("espeak".into()));

    let mut site = Site::new();
    site.config.espeak_program = site.script("echo x >> \"$(dirname \"$0\")/tries\"; kill -9 $$");
    let error = site.speech().media("Hello", "en", &[]).await.unwrap_err().to_string();
    assert!(error.contains("killed (signal 9)"), "{error}");
    assert_eq!(fs::read_to_string(site.folder.path().join("tries")).unwrap().lines().count(), 2);
}

#[tokio::test]
async fn a_program_that_gives_rubbish() {
    for (body, expected) in [
        ("exit 3", "status 3"),
        ("echo no voice here >&2; exit 1", "no voice here"),
        ("exit 0", "too short"),
        ("head -c 5000 /dev/zero", "does not begin as one"),
        ("cat /dev/zero", "more than"),
    ] {
        let mut site = Site::new();
        site.config.espeak_program = site.script(body);
        let error = site.speech().media("Hello", "en", &[]).await.unwrap_err().to_string();
        assert!(error.contains(expected), "{body}: {error}");
        assert!(site.prompts().is_empty());
    }
}

#[tokio::test]
async fn a_directory_that_cannot_be_used() {
    let mut site = Site::new();
    site.record("en", WELCOME);
    fs::write(site.folder.path().join("file"), b"").unwrap();
    site.config.cache_directory = site.folder.path().join("file");
    let speech = site.speech();
    recorded(&speech, "en").await;
    let error = speech.media("Hello", "xx", &[]).await.unwrap_err().to_string();
    assert!(error.contains("no recorded prompt"), "{error}");
    assert!(speech.report().await.cache.writable.is_err());

    let mut site = Site::new();
    fs::write(site.folder.path().join("file"), b"").unwrap();
    site.config.cache_directory = site.folder.path().join("file");
    let error = site.speech().media("Hello", "en", &[]).await.unwrap_err().to_string();
    assert!(error.contains("speech.cache_directory") && error.contains("Not a directory"), "{error}");
}

#[tokio::test]
async fn more_texts_than_the_line_holds() {
    let mut site = Site::new();
    site.config.queue = 3;
    site.config.workers = 1;
    site.config.render_timeout_ms = 300;
    let voice = Arc::new(Counting { never_ends: true, ..Counting::default() });
    let speech = site.with(voice.clone());
    let texts: Vec<String> = (0..10).map(|n| format!("Number {n}.")).collect();
    let all = join_all(texts.iter().map(|text| speech.media(text, "en", &[]))).await;
    let errors: Vec<String> = all.into_iter().map(|spoken| spoken.unwrap_err().to_string()).collect();
    assert_eq!(errors.iter().filter(|error| error.contains("4 texts wait")).count(), 6, "{errors:?}");
    assert_eq!(errors.iter().filter(|error| error.contains("within 300 ms")).count(), 4, "{errors:?}");
    assert_eq!(voice.count(), 1, "only one had its turn");
}

#[tokio::test]
async fn a_caller_who_leaves_takes_the_rendering_along() {
    let mut site = Site::new();
    site.config.workers = 1;
    site.config.queue = 0;
    let speech = site.with(Arc::new(Counting { never_ends: true, ..Counting::default() }));
    let mut waits = Box::pin(speech.media("Hello", "en", &[]));
    assert!(futures_util::poll!(&mut waits).is_pending());
    let error = speech.media("Bye", "en", &[]).await.unwrap_err().to_string();
    assert!(error.contains("1 texts wait"), "{error}");
    drop(waits);
    let mut next = Box::pin(speech.media("Bye", "en", &[]));
    assert!(futures_util::poll!(&mut next).is_pending(), "the place is free again");
}

#[tokio::test]
async fn a_failing_voice_is_set_aside_for_the_next_one() {
    let site = Site::new();
    let failing = Arc::new(Counting { fails: true, ..Counting::default() });
    let espeak = Arc::new(stasisd::tts::Espeak::new("espeak-ng".into(), 130));
    let speech = Speech::with_voices(&site.config, "", vec![failing.clone(), espeak]).unwrap();
    for n in 0..6 {
        let spoken = speech.media(&format!("Number {n}."), "en", &[]).await.unwrap();
        assert_eq!(spoken.source, Source::Voice("espeak".into()));
    }
    assert_eq!(failing.count(), 3);
}

async fn eventually(what: &str, is: impl Fn() -> bool) {
    let deadline = tokio::time::Instant::now() + Duration::from_secs(5);
    while !is() {
        assert!(tokio::time::Instant::now() < deadline, "{what}: not within 5 s");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

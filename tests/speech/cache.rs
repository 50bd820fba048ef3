//! A text is rendered once: by many at a time, over restarts, and whatever lies in the directory.

use std::{fs, sync::Arc, time::SystemTime};

use futures_util::future::join_all;

use crate::support::{Counting, Site, file_of, samples};

#[tokio::test]
async fn the_second_time_is_the_same_file() {
    let site = Site::new();
    let speech = site.speech();
    assert_eq!(speech.cached("Hello", "en"), None);
    let first = speech.media("Hello", "en", &[]).await.unwrap();
    let bytes = fs::read(file_of(&first, "wav")).unwrap();
    let written = file_of(&first, "wav").metadata().unwrap().modified().unwrap();
    assert_eq!(speech.media(" Hello \n", "en", &[]).await.unwrap(), first);
    assert_eq!(speech.cached("Hello", "en"), Some(first.clone()));
    // And after a restart.
    let again = site.speech();
    assert_eq!(again.media("Hello", "en", &[]).await.unwrap().media, first.media);
    assert_eq!(file_of(&first, "wav").metadata().unwrap().modified().unwrap(), written);
    assert_eq!(fs::read(file_of(&first, "wav")).unwrap(), bytes);
    assert_eq!(site.prompts().len(), 1);
}

#[tokio::test]
async fn fifty_at_once_are_one_rendering() {
    let site = Site::new();
    let voice = Arc::new(Counting::default());
    let speech = site.with(voice.clone());
    let all = join_all((0..50).map(|_| speech.media("Hello", "en", &[]))).await;
    assert!(all.iter().all(|spoken| spoken.as_ref().unwrap() == all[0].as_ref().unwrap()));
    assert_eq!(voice.count(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_tasks_and_a_real_voice() {
    let site = Site::new();
    let speech = site.speech();
    let ask = |n: usize| {
        let speech = speech.clone();
        async move { speech.media(&format!("Number {}.", n % 5), "en", &[]).await.unwrap() }
    };
    let mut tasks = tokio::task::JoinSet::new();
    (0..50).for_each(|n| drop(tasks.spawn(ask(n))));
    tasks.join_all().await;
    assert_eq!(site.prompts().len(), 5);
}

#[tokio::test]
async fn what_a_crash_left_is_not_played() {
    let site = Site::new();
    let first = site.speech().media("Hello", "en", &[]).await.unwrap();
    let path = file_of(&first, "wav");
    let whole = fs::read(&path).unwrap();
    fs::write(&path, &whole[..whole.len() / 2]).unwrap();
    let stranger = site.config.cache_directory.join("README");
    fs::write(&stranger, "not ours").unwrap();
    let part = format!(".{}.1-1.part", path.file_name().unwrap().display());
    fs::write(site.config.cache_directory.join(part), b"RIFF").unwrap();

    let speech = site.speech();
    assert_eq!(speech.cached("Hello", "en"), None, "half a prompt is none");
    speech.media("Hello", "en", &[]).await.unwrap();
    assert_eq!(fs::read(&path).unwrap(), whole);
    assert_eq!(fs::read(stranger).unwrap(), b"not ours");
}

#[tokio::test]
async fn bounded_in_size_and_old_ones_go_first() {
    let mut site = Site::new();
    site.config.cache_max_mib = 1;
    let voice = Arc::new(Counting::default());
    let say = |n: usize| format!("Number {n}.");
    let speech = site.with(voice.clone());
    for n in 0..60 {
        speech.media(&say(n), "en", &[]).await.unwrap();
    }
    // A day passes: files keep their age over a restart.
    let yesterday = SystemTime::now() - std::time::Duration::from_secs(86_400);
    for path in site.prompts() {
        fs::File::options().write(true).open(path).unwrap().set_modified(yesterday).unwrap();
    }
    let speech = site.with(voice.clone());
    for n in 60..125 {
        speech.media(&say(n), "en", &[]).await.unwrap();
    }
    let bytes: u64 = site.prompts().iter().map(|path| path.metadata().unwrap().len()).sum();
    assert!(bytes <= 1 << 20, "{bytes}");
    assert!((60..125).all(|n| speech.cached(&say(n), "en").is_some()), "those just used stay");
    // Now everything is in use: what does not fit is refused, and said why.
    let error = speech.media(&say(200), "en", &[]).await.unwrap_err();
    assert!(error.to_string().contains("raise speech.cache_max_mib"), "{error}");
    let bytes: u64 = site.prompts().iter().map(|path| path.metadata().unwrap().len()).sum();
    assert!(bytes <= 1 << 20, "{bytes}");
}

#[tokio::test]
async fn warmed_beforehand() {
    let site = Site::new();
    let speech = site.speech();
    let texts = ["One.", "Two.", "🚕"].map(|text| (text.to_owned(), "en".to_owned()));
    assert_eq!(speech.warm(texts).await, 2);
    let spoken = speech.cached("Two.", "en").unwrap();
    assert!(!samples(&file_of(&spoken, "wav"), 8000).is_empty());
}

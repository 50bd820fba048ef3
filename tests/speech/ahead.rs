//! What is done for the next part of a text while one is made.

use std::{sync::Arc, time::Duration};

use futures_util::StreamExt as _;
use stasisd::tts::{Source, Speech, Spoken};

use crate::support::{Counting, Site};

fn voice(takes: Duration) -> Arc<Counting> {
    Arc::new(Counting { takes, in_parts: true, ..Counting::default() })
}

async fn all(begun: (Spoken, Option<stasisd::tts::Rest>)) -> Spoken {
    let (first, rest) = begun;
    let rest: Vec<Spoken> = rest.unwrap().map(Result::unwrap).collect().await;
    rest.into_iter().fold(first, Spoken::and)
}

#[tokio::test]
async fn the_next_is_spoken_while_one_is_written() {
    let site = Site::new();
    let voice = voice(Duration::from_millis(20));
    let speech = Speech::with_voices(&site.config, "", vec![voice.clone()]).unwrap();
    let begun = speech.begin("Part one. Part two. Part three.", "en", &[]).await.unwrap();
    assert_eq!(begun.0.media.len(), 1);
    assert_eq!(
        voice.order(),
        ["Part one.", "Part two."],
        "the second was begun before the first was on the disk"
    );
    let whole = all(begun).await;
    assert_eq!((whole.media.len(), whole.source), (3, Source::Voice("counting".into())));
    assert_eq!(voice.order(), ["Part one.", "Part two.", "Part three."], "each once");
    assert_eq!(*voice.foreseen.lock().unwrap(), ["Part two.", "Part three."]);
}

#[tokio::test]
async fn who_waits_for_the_voice_comes_before_the_next_part() {
    let mut site = Site::new();
    site.config.workers = 1;
    let voice = voice(Duration::from_millis(20));
    let speech = Speech::with_voices(&site.config, "", vec![voice.clone()]).unwrap();
    let say = async |text| all(speech.begin(text, "en", &[]).await.unwrap()).await;
    let (one, other) = tokio::join!(say("My one. My two."), say("Your one. Your two."));
    assert_eq!((one.media.len(), other.media.len()), (2, 2));
    assert_eq!(voice.order(), ["My one.", "Your one.", "My two.", "Your two."]);
}

#[tokio::test]
async fn who_hangs_up_leaves_nothing_behind() {
    let site = Site::new();
    // Long enough for the first to be written meanwhile.
    let voice = voice(Duration::from_millis(700));
    let speech = Speech::with_voices(&site.config, "", vec![voice.clone()]).unwrap();
    let (_, rest) = speech.begin("Part one. Part two. Part three.", "en", &[]).await.unwrap();
    drop(rest);
    tokio::time::sleep(Duration::from_millis(1500)).await;
    assert_eq!(voice.count(), 2, "the third is never begun");
    assert_eq!(site.prompts().len(), 1, "and the second not kept");
}

//! The Piper voice on a real call: heard from its first clause on, without a gap, and stopped by a key.

use std::{collections::BTreeMap, fs, path::PathBuf, time::Duration};

use crate::{
    orders::{Site, run},
    support::{
        audio::{self, Found, find},
        daemon::Daemon,
        eventually,
        sipp::{Caller, EndedBy},
        voice,
    },
};

/// A correlation above this is the same sound.
const SAME: f64 = 0.6;
/// Longer silence between two parts than there is in their files would be heard.
const GAP_SECS: f64 = 0.06;

const TEXT: &str = "Your taxi, a white Toyota, number 4 5 6, has arrived at your door. Press star to talk to an \
                    operator. Or press one to hear this once more.";

const FLOW: &str = r#"
description = "Says one long text"
languages = ["en"]
start = "speak"

[steps.speak]
do = "say"
say = "TEXT"
next = "bye"

[steps.bye]
do = "hangup"
"#;

async fn site(name: &str) -> Site {
    let (rig, mut daemon) = Site::prepare(name, &voice::settings());
    fs::write(daemon.directory.join("flows/speak.toml"), FLOW.replace("TEXT", TEXT)).unwrap();
    daemon.start().await;
    daemon.ready().await;
    loaded(&daemon);
    Site { daemon, rig }
}

/// Waits for the Piper voice. A busy machine takes its time; until then espeak-ng would speak.
pub fn loaded(daemon: &Daemon) {
    tokio::task::block_in_place(|| {
        let loaded =
            || if daemon.log().contains("a Piper voice is loaded") { Ok(()) } else { Err(daemon.log()) };
        eventually(Duration::from_secs(60), loaded);
    });
}

/// The rendered parts in the order in which they were written.
fn parts(site: &Site) -> Vec<PathBuf> {
    let files = fs::read_dir(site.daemon.directory.join("prompts")).unwrap().map(|file| file.unwrap().path());
    let wavs = files.filter(|path| path.extension().is_some_and(|extension| extension == "wav"));
    let dated: BTreeMap<_, _> =
        wavs.map(|path| (path.metadata().unwrap().modified().unwrap(), path)).collect();
    dated.into_values().collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_part_follows_the_one_before() {
    let site = site("voice-parts").await;
    let caller = Caller::new(&site.rig, "alice").number("+34600000001").flow("speak");
    let called = run(caller.until_bye(Duration::from_secs(60)));
    assert_eq!((called.status(), called.ended_by()), (Some(200), EndedBy::Asterisk), "{}", site.daemon.log());
    let call = site.ended("%2B34600000001").await;
    assert_eq!(call["disposition"], "completed", "{call}");
    assert_eq!(site.said(&call).await, [TEXT]);

    let heard = site.rig.heard("alice");
    let parts = parts(&site);
    assert_eq!(parts.len(), 3, "{parts:?}");
    let mut end = None;
    for part in parts {
        let prompt = audio::read(&part);
        let Found { score, at, .. } = find(&heard, &prompt);
        assert!(score > SAME, "{}: {score}", part.display());
        if let Some(end) = end {
            assert!(
                (at - end) < GAP_SECS && (at - end) > -GAP_SECS,
                "begins at {at}, the last ended at {end}"
            );
        }
        end = Some(at + prompt.len() as f64 / 8000.0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_stops_all_of_it() {
    let site = site("voice-key").await;
    let caller = Caller::new(&site.rig, "bob").number("+34600000002").flow("speak");
    let called = run(caller.wait_ms(2500).press('5').until_bye(Duration::from_secs(60)));
    assert_eq!((called.status(), called.ended_by()), (Some(200), EndedBy::Asterisk), "{}", site.daemon.log());
    let call = site.ended("%2B34600000002").await;
    assert_eq!(call["disposition"], "completed", "{call}");
    let heard = site.rig.heard("bob");
    assert!(heard.len() < 8 * 8000, "{} s were heard", heard.len() / 8000);
}

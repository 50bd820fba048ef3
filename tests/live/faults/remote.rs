//! Asterisk on another host: prompts are fetched from the control port and heard.

use std::time::Duration;

use super::{LONG, blocking, ended, station};
use crate::{
    orders::Site,
    support::audio::{self, contains},
};

#[tokio::test(flavor = "multi_thread")]
async fn prompts_are_fetched_over_http_and_heard() {
    let site = Site::start("remote", "[speech]\ndelivery = \"http\"\n").await;
    let caller = station(&site.rig, "far", "+34600001201", "2").wait_ms(8_000).press('1').until_bye(LONG);
    assert!(blocking(|| caller.run()).as_expected());
    let call = ended(&site.api(), "+34600001201").await;
    assert_eq!(call["disposition"], "completed", "{call}\n{}", site.daemon.log());
    let heard = site.rig.heard("far");
    let prompts = std::fs::read_dir(site.daemon.directory.join("prompts")).unwrap();
    let wavs = prompts
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|it| it == "wav"));
    let scores: Vec<f64> = wavs.map(|path| contains(&heard, &audio::read(&path))).collect();
    assert!(scores.len() == 2 && scores.iter().all(|score| *score > 0.6), "{scores:?}");
    site.rig.quiet(Duration::from_secs(10));
}

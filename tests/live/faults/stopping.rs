//! SIGTERM with calls up: nothing new, what ends in time ends, the rest is handed to the dialplan.

use std::{fs, time::Duration};

use super::{LONG, at_step, blocking, configure, ended, logged, station, unready};
use crate::{
    orders::{Site, reached_a_person},
    support::sipp::Caller,
};

const SHORT: &str = "description = \"Ends by itself\"\nlanguages = [\"en\"]\nstart = \"wait\"\n\
    [steps.wait]\ndo = \"pause\"\nsecs = 3\nnext = \"over\"\n[steps.over]\ndo = \"hangup\"\n";

fn in_stasis(site: &Site) -> usize {
    site.rig.cli("core show channels concise").lines().filter(|line| line.contains("!Stasis!")).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_drain_ends_refuses_and_hands_back() {
    let (rig, mut daemon) = Site::prepare("drain", "[calls]\ndrain_timeout_secs = 8\n");
    fs::write(daemon.directory.join("flows/short.toml"), SHORT).unwrap();
    daemon.start().await;
    daemon.ready().await;
    let mut site = Site { daemon, rig };
    let stays = station(&site.rig, "stays", "+34600000602", "3").until_bye(Duration::from_secs(20)).start();
    at_step(&site.api(), "+34600000602", "collect").await;
    let ends = Caller::new(&site.rig, "ends").number("+34600000601").flow("short").until_bye(LONG).start();
    at_step(&site.api(), "+34600000601", "wait").await;
    site.daemon.signal("TERM");
    logged(&site.daemon, &["draining"]).await;
    unready(&site.daemon, "draining").await;
    let refused = station(&site.rig, "refused", "+34600000603", "2").wait_ms(5000).hang_up().start();
    assert_eq!(site.daemon.ended().await.code(), Some(0), "{}", site.daemon.log());
    assert_eq!(in_stasis(&site), 0);
    blocking(|| {
        assert!(ends.wait().as_expected());
        assert!(refused.wait().as_expected());
        stays.wait();
    });
    reached_a_person(&site.rig, "refused");
    reached_a_person(&site.rig, "stays");

    site.daemon.start().await;
    site.daemon.ready().await;
    let call = ended(&site.api(), "+34600000601").await;
    assert_eq!(call["disposition"], "completed", "{call}");
    let call = ended(&site.api(), "+34600000602").await;
    assert_eq!(call["disposition"], "handed_back", "{call}");
    let refused = site.api().get("/v1/calls?caller=%2B34600000603").await;
    assert_eq!(refused["items"], serde_json::json!([]), "a refused call is no call of ours");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_signal_ends_now_and_the_next_start_takes_the_call_up() {
    let mut site = Site::start("forced", "[calls]\ndrain_timeout_secs = 60\n").await;
    let caller =
        station(&site.rig, "kept", "+34600000611", "2").wait_ms(15_000).press('1').until_bye(LONG).start();
    at_step(&site.api(), "+34600000611", "menu").await;
    site.daemon.signal("TERM");
    logged(&site.daemon, &["draining"]).await;
    site.daemon.signal("TERM");
    assert_eq!(site.daemon.ended().await.code(), Some(130), "{}", site.daemon.log());
    site.daemon.start().await;
    site.daemon.ready().await;
    assert!(blocking(|| caller.wait()).as_expected());
    let call = ended(&site.api(), "+34600000611").await;
    assert_eq!((&call["disposition"], &call["taken_up"]), (&"completed".into(), &1.into()), "{call}");

    // Without patience for calls, they are handed back at once.
    site.daemon.signal("TERM");
    assert_eq!(site.daemon.ended().await.code(), Some(0));
    configure(&site.daemon, "[calls]\ndrain_timeout_secs = 0\n");
    site.daemon.start().await;
    site.daemon.ready().await;
    let caller = station(&site.rig, "hasty", "+34600000612", "6").until_bye(Duration::from_secs(12)).start();
    at_step(&site.api(), "+34600000612", "talk").await;
    site.daemon.signal("TERM");
    assert_eq!(site.daemon.ended().await.code(), Some(0), "{}", site.daemon.log());
    assert_eq!(in_stasis(&site), 0);
    assert_eq!(site.rig.cli("bridge show all").lines().count(), 1, "no bridge is left");
    blocking(|| caller.wait());
    reached_a_person(&site.rig, "hasty");
    site.rig.quiet(Duration::from_secs(10));
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_left_in_silence_who_calls_while_it_stops() {
    let mut site = Site::start("rush", "[calls]\ndrain_timeout_secs = 1\n").await;
    // Twenty callers a second, from before the signal until after the end.
    let pace = Duration::from_millis(50);
    let mut calling = Vec::new();
    for index in 0..40 {
        let (name, number) = (format!("rush{index}"), format!("+346000007{index:02}"));
        calling.push(station(&site.rig, &name, &number, "2").wait_ms(8_000).hang_up().start());
        if index == 10 {
            site.daemon.signal("TERM");
        }
        tokio::time::sleep(pace).await;
    }
    assert_eq!(site.daemon.ended().await.code(), Some(0), "{}", site.daemon.log());
    let left = site.rig.cli("core show channels concise");
    assert_eq!(in_stasis(&site), 0, "{left}\n{}", site.daemon.log());
    let answered = blocking(|| {
        let called: Vec<_> = calling.into_iter().map(|calling| calling.wait()).collect();
        called.iter().filter(|called| called.status() == Some(200)).count()
    });
    assert_eq!(answered, 40, "each is with the daemon first or with the operators at once");
    site.rig.quiet(Duration::from_secs(10));
}

//! No connection to Asterisk: not let in, not there, ended under calls, silent.

use std::time::{Duration, Instant};

use super::{LONG, at_step, blocking, ended, station, unready};
use crate::{
    orders::{Site, beside},
    support::{daemon::Daemon, proxy::Proxy, rig::Rig},
};

const SECONDS: fn(u64) -> Duration = Duration::from_secs;

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_and_an_absent_asterisk_are_told_and_outlasted() {
    let rig = blocking(|| Rig::start("absent"));
    let mut beside = beside(&rig);
    let password = std::mem::replace(&mut beside.password, "mended-later".to_owned());
    let mut daemon = Daemon::prepare(&rig.dir().join("daemon"), &beside, "");
    daemon.start().await;
    let words = unready(&daemon, "ari.password").await;
    assert!(words.contains("ari.conf"), "how to mend it: {words}");
    let conf = rig.dir().join("etc/ari.conf");
    let text = std::fs::read_to_string(&conf).unwrap();
    std::fs::write(&conf, text.replace(&password, "mended-later")).unwrap();
    rig.cli("module reload res_ari.so");
    daemon.ready().await;
    let told = daemon.log().matches("until this is mended").count();
    assert_eq!(told, 1, "said once, not at each try:\n{}", daemon.log());

    daemon.signal("TERM");
    assert_eq!(daemon.ended().await.code(), Some(0), "{}", daemon.log());
    blocking(|| rig.kill());
    daemon.start().await;
    unready(&daemon, "cannot be reached").await;
    // The script asks with the password that it made.
    std::fs::write(&conf, text).unwrap();
    blocking(|| rig.restart());
    unready(&daemon, "ari.password").await;
    let text = std::fs::read_to_string(&conf).unwrap();
    std::fs::write(&conf, text.replace(&password, "mended-later")).unwrap();
    rig.cli("module reload res_ari.so");
    daemon.ready().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_that_end_with_their_asterisk_are_settled_and_new_ones_work() {
    let site = Site::start("restarted", "").await;
    let api = site.api();
    let places = [("1", "say"), ("2", "menu"), ("5", "record"), ("6", "talk"), ("7", "ring")];
    let number = |to: &str| format!("+3460000020{to}");
    let calling: Vec<_> = places
        .iter()
        .map(|(to, _)| station(&site.rig, &format!("lost{to}"), &number(to), to).until_bye(LONG).start())
        .collect();
    for (to, step) in places {
        at_step(&api, &number(to), step).await;
    }
    blocking(|| site.rig.kill());
    unready(&site.daemon, "asterisk").await;
    drop(calling);
    blocking(|| site.rig.restart());
    site.daemon.ready().await;
    for (to, _) in places {
        let call = ended(&api, &number(to)).await;
        assert_eq!(call["disposition"], "hung_up", "{call}");
    }
    let after = station(&site.rig, "after", "+34600000210", "4").until_bye(LONG);
    assert!(blocking(|| after.run()).as_expected());
    let call = ended(&api, "+34600000210").await;
    assert_eq!(call["disposition"], "completed", "{call}");
    site.rig.quiet(SECONDS(10));
}

/// With the default heartbeat of 8 s silence is noticed in 20 s; this one is four times as quick.
const QUICK: &str = "[ari]\nheartbeat_secs = 2\nconnect_timeout_ms = 1000\nrequest_timeout_ms = 1000\n";
const NOTICED: Duration = Duration::from_secs(5);

#[tokio::test(flavor = "multi_thread")]
async fn silence_is_noticed_and_calls_go_on_after_it() {
    let rig = blocking(|| Rig::start("silent"));
    let proxy = Proxy::start(([127, 0, 0, 1], rig.port("HTTP_PORT")).into()).await;
    let mut beside = beside(&rig);
    beside.url = format!("http://{}", proxy.address);
    let mut daemon = Daemon::prepare(&rig.dir().join("daemon"), &beside, QUICK);
    daemon.start().await;
    daemon.ready().await;
    let api = daemon.api();
    let keys_late = station(&rig, "asked", "+34600000220", "2").wait_ms(22_000).press('1').until_bye(LONG);
    let calling = keys_late.start();
    at_step(&api, "+34600000220", "menu").await;

    blocking(|| rig.freeze());
    let since = Instant::now();
    unready(&daemon, "not connected").await;
    let noticed = since.elapsed();
    blocking(|| rig.thaw());
    assert!(noticed <= NOTICED, "noticed after {noticed:?}");
    daemon.ready().await;
    at_step(&api, "+34600000220", "menu").await;

    proxy.silent();
    let since = Instant::now();
    unready(&daemon, "not connected").await;
    let noticed = since.elapsed();
    proxy.fair();
    assert!(noticed <= NOTICED, "noticed after {noticed:?}");
    daemon.ready().await;

    assert!(blocking(|| calling.wait()).as_expected());
    let call = ended(&api, "+34600000220").await;
    assert_eq!(call["disposition"], "completed", "{call}");
    assert_eq!(call["taken_up"], 2, "{call}");
}

//! The websocket is cut, for a moment or for longer, in each kind of step: the calls go on at their step.

use std::time::Duration;

use super::{LONG, at_step, blocking, ended, station, unready, until};
use crate::{
    orders::beside,
    support::{
        daemon::Daemon,
        endpoint::Endpoint,
        eventually,
        proxy::Proxy,
        rig::Rig,
        sipp::{Calling, OnRefer},
    },
};

/// Number dialled, step, keys, disposition.
type Place = (&'static str, &'static str, &'static str, &'static str);

const PLACES: [Place; 12] = [
    ("1", "say", "", "completed"),
    ("2", "menu", "1", "completed"),
    ("3", "collect", "1234", "completed"),
    ("4", "pause", "", "completed"),
    ("5", "record", "", "completed"),
    ("6", "talk", "", "hung_up"),
    ("7", "ring", "", "completed"),
    ("8", "announce", "", "transferred"),
    ("9", "refer", "", "transferred"),
    ("10", "hook", "", "completed"),
    ("11", "find", "", "completed"),
    ("12", "goodbye", "", "completed"),
];

struct Wire {
    daemon: Daemon,
    proxy: Proxy,
    endpoint: Endpoint,
    rig: Rig,
}

impl Wire {
    async fn start(name: &str) -> Self {
        let rig = blocking(|| Rig::start(name));
        let proxy = Proxy::start(([127, 0, 0, 1], rig.port("HTTP_PORT")).into()).await;
        let endpoint = Endpoint::start().await;
        let mut beside = beside(&rig);
        beside.url = format!("http://{}", proxy.address);
        let mut daemon = Daemon::prepare(&rig.dir().join("daemon"), &beside, &endpoint.settings());
        daemon.start().await;
        daemon.ready().await;
        Self { daemon, proxy, endpoint, rig }
    }

    /// The keys come late and twice: those of a moment without a connection are lost.
    async fn calls(&self, places: &[Place]) -> Vec<Calling> {
        let mut calling = Vec::new();
        for (to, _, keys, _) in places {
            let caller = station(&self.rig, &format!("wire{to}"), &number(to), to).wait_ms(10_000).keys(keys);
            let caller = caller.on_refer(OnRefer::Late(9_000, 200)).wait_ms(8_000).keys(keys);
            calling.push(caller.until_bye(Duration::from_secs(15)).start());
        }
        for (to, step, ..) in places {
            at_step(&self.daemon.api(), &number(to), step).await;
        }
        // Whoever is dialled is on the line, not only about to be.
        let dialled = places.iter().filter(|(_, step, ..)| ["talk", "ring"].contains(step)).count();
        blocking(|| {
            eventually(LONG, || match self.rig.channels() {
                channels if channels >= places.len() + 2 * dialled => Ok(()),
                channels => Err(channels),
            });
            eventually(LONG, || match self.rig.cli("bridge show all") {
                bridges if bridges.contains("stasis") => Ok(()),
                bridges => Err(bridges),
            });
        });
        calling
    }

    /// Of those that are here: whom the dialplan has for a REFER is taken up when it gives them back.
    async fn all_taken_up(&self, times: u64, places: &[Place]) {
        let count = places.iter().filter(|(_, step, ..)| *step != "refer").count();
        until(&self.daemon.api(), "/v1/calls?live=true&limit=100", |calls| {
            let calls = calls["items"].as_array().unwrap();
            let here = calls.iter().filter(|call| call["step"] != "refer");
            here.filter(|call| call["taken_up"].as_u64() >= Some(times)).count() == count
        })
        .await;
    }

    async fn end(&self, places: &[Place], calling: Vec<Calling>) {
        blocking(|| calling.into_iter().for_each(|calling| drop(calling.wait())));
        for (to, step, _, disposition) in places {
            let call = ended(&self.daemon.api(), &number(to)).await;
            assert_eq!(call["disposition"], *disposition, "{step}: {call}\n{}", self.daemon.log());
            assert!(call["taken_up"].as_u64() >= Some(1), "{step} was not taken up: {call}");
        }
        self.rig.quiet(Duration::from_secs(10));
        assert_eq!(self.rig.cli("bridge show all").lines().count(), 1, "no bridge is left");
    }
}

fn number(to: &str) -> String {
    format!("+34600003{to:0>3}")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cut_in_each_kind_of_step() {
    let wire = Wire::start("cut").await;
    let calling = wire.calls(&PLACES).await;
    wire.proxy.cut();
    // Whoever asks the customer's server notices when it answers.
    wire.endpoint.open();
    wire.all_taken_up(1, &PLACES).await;
    wire.end(&PLACES, calling).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_outage_in_which_a_caller_hangs_up() {
    let wire = Wire::start("outage").await;
    let places = [PLACES[0], PLACES[1], PLACES[2], PLACES[4], PLACES[5]];
    let calling = wire.calls(&places).await;
    let leaves = station(&wire.rig, "leaves", "+34600000310", "2").until_bye(LONG).start();
    at_step(&wire.daemon.api(), "+34600000310", "menu").await;
    wire.proxy.down();
    unready(&wire.daemon, "not connected").await;
    let channel = leaves.channel_prefix();
    let channels = wire.rig.cli("core show channels concise");
    let channel =
        channels.lines().find_map(|line| line.split('!').next().filter(|it| it.starts_with(&channel)));
    wire.rig.cli(&format!("channel request hangup {}", channel.unwrap()));
    assert!(blocking(|| leaves.wait()).as_expected());
    tokio::time::sleep(Duration::from_secs(3)).await;
    wire.proxy.fair();
    wire.all_taken_up(1, &places).await;
    let call = ended(&wire.daemon.api(), "+34600000310").await;
    assert_eq!(call["disposition"], "hung_up", "{call}");
    wire.end(&places, calling).await;
}

//! A shift's edge through the whole daemon: the team's chat hears of it before, the queue follows by difference while a
//! caller waits, and a telephone that is unplugged is told once, however often the daemon is killed.

use std::time::Duration;

use hyper::Method;
use jiff::{RoundMode, SignedDuration, Timestamp, TimestampRound, Unit, tz::TimeZone};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use super::{
    ami,
    published::{DAYS, answers, done, members, person, reason, week},
    receiver::{Receiver, status},
    turns::place,
    where_it_is_noon,
};
use crate::{
    orders::beside,
    support::{
        api::Api,
        daemon::Daemon,
        rig::Rig,
        sipp::{Caller, Calling},
        wait,
    },
};

/// The shift that is about to begin is told so long before.
const BEFORE_SECS: i64 = 15;
/// So long is waited for a chat: telephones are looked at every fifteen seconds.
const PATIENCE: Duration = Duration::from_secs(40);

/// A daemon whose week has one edge, at `edge`, and whose team has this chat.
fn daemon(rig: &Rig, chat: &Receiver, zone: &TimeZone, edge: Timestamp) -> Daemon {
    let at = edge.to_zoned(zone.clone()).strftime("%H:%M:%S").to_string();
    let more = format!(
        "{}[messaging]\nteam_channel = \"chat\"\n[messaging.channels.chat]\nkind = \"webhook\"\nallow_private = true\nurl = \"{}\"\n\
         [messaging.reminders]\nbefore_secs = {BEFORE_SECS}\nto_persons = false\ndisconnected_after_secs = 2\n\
         [timetables.phones]\nqueue = \"crew\"\ntime_zone = {:?}\nlines = 2\ndays = {DAYS:?}\n\
         hours = [\"00:00\", \"{at}\", \"23:59:59\"]\n",
        ami(rig),
        chat.url(),
        zone.iana_name().unwrap(),
    );
    Daemon::prepare(&rig.dir().join("daemon"), &beside(rig), &more)
}

/// What the chat has been told, once it is so much, and the daemon knows so: killed before, it would tell it again.
async fn told(chat: &Receiver, api: &Api, count: usize) -> Vec<String> {
    let end = Instant::now() + PATIENCE;
    while texts(chat).len() < count {
        assert!(Instant::now() < end, "still {:?}", texts(chat));
        sleep(Duration::from_millis(20)).await;
    }
    let sent = |list: &Value| list["items"].as_array().map(Vec::len);
    wait::eventually(|| api.get("/v1/messages?state=sent"), |list| sent(list) == Some(count)).await;
    texts(chat)
}

fn texts(chat: &Receiver) -> Vec<String> {
    chat.requests().iter().map(|told| told.json()["text"].as_str().unwrap().to_owned()).collect()
}

async fn sleep_until(at: Timestamp) {
    sleep(Duration::try_from(at.duration_since(Timestamp::now())).unwrap_or_default()).await;
}

fn waiting(queue: &Value) -> &Value {
    &queue["waiting"][0]["channel"]
}

fn caller(rig: &Rig) -> Calling {
    tokio::task::block_in_place(|| Caller::new(rig, "waits").to("operators").wait_ms(120_000).start())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edge_and_an_unplugged_telephone_are_told_once_through_the_whole_daemon() {
    let (rig, mut desks) = tokio::task::block_in_place(|| place("queue-told"));
    let chat = Receiver::start(status("200 OK")).await;
    let zone = where_it_is_noon();
    let soon = Timestamp::now().checked_add(SignedDuration::from_secs(40)).unwrap();
    let edge = soon.round(TimestampRound::new().smallest(Unit::Second).mode(RoundMode::Ceil)).unwrap();
    let mut daemon = daemon(&rig, &chat, &zone, edge);
    daemon.start().await;
    daemon.ready().await;
    let (api, week) = (daemon.api(), week(&zone));
    for (id, extension) in [("anna", "201"), ("berta", "202"), ("carla", "203")] {
        person(&api, id, extension).await;
    }
    api.put(&week, &json!({})).await;
    for (cell, id) in [((0, 0), "anna"), ((0, 1), "berta"), ((1, 0), "berta"), ((1, 1), "carla")] {
        answers(&api, &week, cell, id).await;
    }
    done(&api, Method::POST, &format!("{week}/publish"), &json!({})).await;
    members(&api, &["201", "202"]).await;
    let lunch = json!({"reason": "lunch"});
    done(&api, Method::POST, "/v1/queues/crew/members/PJSIP%2F202/pause", &lunch).await;
    let _caller = caller(&rig);
    let line = wait::eventually(|| api.get("/v1/queues/crew"), |queue| queue["counts"]["waiting"] == 1).await;

    assert_eq!(told(&chat, &api, 1).await, ["Shift change in 1 min: berta, carla"]);
    assert!(Timestamp::now() < edge, "it was told too late");
    sleep_until(edge).await;
    let queue = members(&api, &["202", "203"]).await;
    assert_eq!(reason(&queue, "PJSIP/202"), "lunch", "a pause stays over the edge");
    assert_eq!(waiting(&queue), waiting(&line), "the caller still waits");
    done(&api, Method::POST, "/v1/queues/crew/members/PJSIP%2F202/resume", &json!({})).await;

    drop(desks.pop());
    assert_eq!(told(&chat, &api, 2).await[1], "Telephones that cannot be reached: carla");
    daemon.kill();
    // Nobody sees when this one goes.
    drop(desks.pop());
    daemon.start().await;
    daemon.ready().await;
    let api = daemon.api();
    assert_eq!(told(&chat, &api, 3).await[2], "Telephones that cannot be reached: berta");

    daemon.kill();
    daemon.start().await;
    daemon.ready().await;
    let api = daemon.api();
    wait::eventually(|| api.get("/v1/queues"), |list| list["connected"] == true).await;
    // Long enough for whoever forgot what was told.
    sleep(Duration::from_secs(3)).await;
    let over = json!({"to": "chat", "text": "That was it"});
    done(&api, Method::POST, "/v1/messages", &over).await;
    assert_eq!(told(&chat, &api, 4).await[3], "That was it");
    sleep(Duration::from_secs(1)).await;
    assert_eq!(texts(&chat).len(), 4, "{:?}", texts(&chat));
}

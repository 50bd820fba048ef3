//! Calls that we place, on a real Asterisk, to people on sipp.

mod ahead;
mod amd;
mod crash;
mod ends;
mod heard;
mod lines;
mod messages;
mod outcomes;
mod status;
mod storm;

use std::time::{Duration, Instant};

use hyper::Method;
use serde_json::{Value, json};

use crate::{
    orders::Site,
    support::{
        api::Api,
        daemon::Daemon,
        ledger::Ledger,
        rig::Rig,
        sipp::{Doing, Farm, Manner, rtp::Media},
    },
    verdict::judge,
};

/// Longer than anything takes on a slow machine.
const LONG: Duration = Duration::from_secs(60);

/// A daemon with the gateway `carrier`, and the people behind it.
struct Ground {
    daemon: Daemon,
    farm: Farm,
    rig: Rig,
}

impl Ground {
    /// Everything ready; `keys` are further keys of the gateway.
    async fn start(name: &str, people: &[(&str, Manner)], keys: &str) -> Self {
        Self::with(name, keys, |rig| Farm::people(rig, people)).await
    }

    /// The same before the crowd of `farm.xml`.
    async fn crowd(name: &str, keys: &str) -> Self {
        Self::with(name, keys, Farm::crowd).await
    }

    async fn with(name: &str, keys: &str, farm: impl FnOnce(&Rig) -> Farm) -> Self {
        let (rig, mut daemon) = Site::prepare(name, "");
        let farm = tokio::task::block_in_place(|| farm(&rig));
        let windows = "[outbound.windows]\nexempt = [\"alert\", \"callback\", \"campaign\"]\n";
        let shown = "caller_id = \"+34900000001\"\ncaller_ids = [\"+34900000002\"]\n";
        let rule = "[[outbound.notify]]\nstatus = \"ready\"\nsettle_secs = 2\n\
                    [[outbound.notify]]\nstatus = \"delivered\"\nsettle_secs = 2\n";
        let more = format!("{windows}{rule}{}", farm.gateway("carrier", &format!("{shown}{keys}")));
        std::fs::write(daemon.directory.join("conf.d/50-test.toml"), more).unwrap();
        daemon.start().await;
        daemon.ready().await;
        Self { daemon, farm, rig }
    }

    fn api(&self) -> Api {
        self.daemon.api()
    }

    /// Orders a call; its id.
    async fn order(&self, body: &Value) -> String {
        let (status, order) = self.api().send(Method::POST, "/v1/calls", Some(body)).await.unwrap();
        assert_eq!(status, 201, "{order}");
        order["id"].as_str().unwrap().to_owned()
    }

    /// A call order with its attempts, as soon as it is so.
    async fn until(&self, id: &str, good: impl Fn(&Value) -> bool) -> Value {
        let end = Instant::now() + LONG;
        loop {
            let order = self.api().get(&format!("/v1/call-orders/{id}")).await;
            if good(&order) {
                return order;
            }
            assert!(Instant::now() < end, "it stays {order}\n{}", self.daemon.log());
            tokio::time::sleep(Duration::from_millis(30)).await;
        }
    }

    /// A call order that is over.
    async fn ended(&self, id: &str) -> Value {
        self.until(id, |order| order["order"]["state"] == "ended").await
    }

    /// Waits until the last attempt of a call order is in this state.
    async fn reached(&self, id: &str, state: &str) -> Value {
        self.until(id, |order| last(order)["state"] == state).await
    }

    async fn cancel(&self, id: &str) -> Value {
        let path = format!("/v1/call-orders/{id}");
        let (status, order) = self.api().send(Method::DELETE, &path, None).await.unwrap();
        assert_eq!(status, 200, "{order}");
        order
    }

    /// What was said in an attempt's call.
    async fn said(&self, attempt: &Value) -> Vec<String> {
        let call = attempt["call"].as_str().unwrap_or_else(|| panic!("{attempt}"));
        let whole = self.api().get(&format!("/v1/calls/{call}")).await;
        let timeline = whole["timeline"].as_array().unwrap_or_else(|| panic!("{whole}"));
        let said = timeline.iter().filter(|notice| notice["kind"] == "call.said");
        said.map(|notice| notice["data"]["text"].as_str().unwrap().to_owned()).collect()
    }

    /// Waits until every order has ended, and compares the ledger with what the farm has counted.
    async fn settled(&self) {
        let ledger = Ledger::of(&self.daemon.directory);
        let end = Instant::now() + LONG;
        loop {
            let (all, ended) = ledger.ended().await;
            if all == ended {
                break;
            }
            assert!(Instant::now() < end, "{ended} of {all} have ended\n{}", self.daemon.log());
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        tokio::task::block_in_place(|| self.rig.quiet(LONG));
        let orders = ledger.orders().await;
        let keys = orders.iter().filter_map(|order| order.key.clone()).collect();
        let verdict = judge(&keys, &self.farm.counts(), &orders, &ledger.attempts().await);
        assert!(verdict.is_good(), "{verdict}\n{}", self.daemon.log());
    }
}

/// A capture file in which something is pressed or said, to be played in a call.
fn media(rig: &Rig, name: &str, write: impl FnOnce(&mut Media, &std::path::Path)) -> Doing {
    let file = rig.dir().join(format!("{name}.pcap"));
    write(&mut Media::new(), &file);
    Doing::Play(file)
}

/// The last attempt of a call order.
fn last(order: &Value) -> &Value {
    order["attempts"].as_array().and_then(|attempts| attempts.last()).unwrap_or(&Value::Null)
}

/// A short call that is made once, whatever comes of it.
fn once(number: &str) -> Value {
    json!({
        "number": number, "flow": "announce", "text": "Your order has arrived.", "ring_timeout_secs": 2,
        "retry": { "ceiling": 1, "after": {} },
    })
}

/// The same, again after some outcomes.
fn again(number: &str, ceiling: u32, after: &Value) -> Value {
    let mut order = once(number);
    order["retry"] = json!({ "ceiling": ceiling, "after": after });
    order
}

fn secs(secs: u64) -> Duration {
    Duration::from_secs(secs)
}

fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

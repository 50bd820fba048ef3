//! A storm: call orders to a farm of callees, while the daemon is killed and Asterisk restarted again and again.

use std::{
    collections::BTreeSet,
    path::Path,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use hyper::Method;
use rand::{RngExt, SeedableRng, rngs::StdRng};
use serde_json::{Value, json};

use crate::{
    support::{
        api::Api,
        daemon::{Beside, Daemon},
        ledger::Ledger,
        rig::Rig,
        sipp::Farm,
    },
    verdict::{Verdict, judge},
};

/// How big a storm is.
#[derive(Clone, Copy, Debug)]
pub struct Storm {
    pub orders: usize,
    /// Of the daemon, by SIGKILL.
    pub kills: usize,
    /// Of Asterisk, half of them by SIGKILL.
    pub restarts: usize,
    pub calls_per_second: u32,
    pub max_calls: u32,
    /// All that is by chance follows from it.
    pub seed: u64,
}

/// What strikes.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Blow {
    Kill,
    Restart { hard: bool },
}

/// Call orders in one request.
const BATCH: usize = 20;
/// Between two requests.
const BETWEEN: Duration = Duration::from_millis(250);
/// Without any news for so long it is over, as it is.
const STUCK: Duration = Duration::from_secs(90);
/// How often it is looked at.
const LOOK: Duration = Duration::from_millis(100);
/// After so long without an INVITE the next blow falls anyway.
const LULL: Duration = Duration::from_secs(10);

/// Keys of the call orders that the daemon has accepted.
type Keys = Arc<Mutex<BTreeSet<String>>>;

/// Lets the storm rage in `folder`; `tell` gets a line of progress now and then.
pub async fn rage(storm: Storm, folder: &Path, tell: impl Fn(&str)) -> Verdict {
    let rig = tokio::task::block_in_place(|| Rig::start_in(&folder.join("asterisk")));
    let farm = tokio::task::block_in_place(|| Farm::crowd(&rig));
    let beside = Beside {
        url: rig.ari_url().to_owned(),
        user: "stasisd".to_owned(),
        password: rig.ari_password().to_owned(),
    };
    let mut daemon = Daemon::prepare(&folder.join("daemon"), &beside, &settings(&storm, &farm));
    daemon.start().await;
    let ledger = Ledger::of(&daemon.directory);
    let keys = Keys::default();
    let sender = tokio::spawn(send(storm, daemon.api(), Arc::clone(&keys)));
    let mut blows = blows(&storm);
    let (mut last, mut news, mut told) = ((0, 0), Instant::now(), Instant::now());
    let begun = Instant::now();
    loop {
        tokio::time::sleep(LOOK).await;
        let seen = (farm.invites().len(), ledger.ended().await.1);
        if seen != last {
            (last, news) = (seen, Instant::now());
        }
        let is_due = |at: usize| seen.0 >= at || news.elapsed() > LULL;
        if let Some((_, pause, blow)) = blows.pop_if(|(at, ..)| is_due(*at)) {
            tokio::time::sleep(pause).await;
            strike(blow, &rig, &mut daemon).await;
        }
        if told.elapsed() > Duration::from_secs(3) {
            told = Instant::now();
            let accepted = keys.lock().unwrap().len();
            let struck = storm.kills + storm.restarts - blows.len();
            tell(&format!(
                "{:>4} s: {accepted} accepted, {} INVITEs, {} ended, {struck} of {} blows",
                begun.elapsed().as_secs(),
                seen.0,
                seen.1,
                storm.kills + storm.restarts
            ));
        }
        let is_over = sender.is_finished() && seen.1 >= i64::try_from(storm.orders).unwrap();
        if is_over && blows.is_empty() || news.elapsed() > STUCK {
            break;
        }
    }
    daemon.ready().await;
    // What is still on its way to the farm, or was dialled by mistake, shall be counted too.
    tokio::task::block_in_place(|| rig.quiet(Duration::from_secs(60)));
    let accepted = keys.lock().unwrap().clone();
    let mut verdict = judge(&accepted, &farm.counts(), &ledger.orders().await, &ledger.attempts().await);
    if accepted.len() < storm.orders {
        verdict.forgotten.push(format!("only {} of {} were accepted", accepted.len(), storm.orders));
    }
    if !blows.is_empty() {
        verdict.forgotten.push(format!("{} blows did not fall", blows.len()));
    }
    verdict
}

fn settings(storm: &Storm, farm: &Farm) -> String {
    let Storm { calls_per_second, max_calls, .. } = storm;
    // 10 % of 503 are this farm's manner, not congestion.
    let gateway = farm.gateway(
        "carrier",
        &format!(
            "calls_per_second = {calls_per_second}.0\nmax_calls = {max_calls}\nslow_after = 20\nset_aside_after = 100\n\
             caller_id = \"+34900000001\""
        ),
    );
    format!(
        "[calls]\nmax_starting = 500\n[outbound.windows]\nexempt = [\"alert\", \"callback\", \"campaign\"]\n{gateway}"
    )
}

/// What strikes at how many INVITEs, and how long after that; the first one last.
fn blows(storm: &Storm) -> Vec<(usize, Duration, Blow)> {
    let mut random = StdRng::seed_from_u64(storm.seed);
    let mut all = Vec::new();
    let restarts = (0..storm.restarts).map(|n| Blow::Restart { hard: n % 2 == 0 });
    for blow in std::iter::repeat_n(Blow::Kill, storm.kills).chain(restarts) {
        // Calls are made again, so there are about half more INVITEs than orders.
        let at = random.random_range(5..(storm.orders * 13 / 10).max(6));
        all.push((at, Duration::from_millis(random.random_range(0..700)), blow));
    }
    all.sort_by_key(|(at, ..)| std::cmp::Reverse(*at));
    all
}

async fn strike(blow: Blow, rig: &Rig, daemon: &mut Daemon) {
    match blow {
        Blow::Kill => {
            daemon.kill();
            daemon.start().await;
        }
        Blow::Restart { hard } => tokio::task::block_in_place(|| {
            if hard {
                rig.kill();
            }
            rig.restart();
        }),
    }
}

/// Orders the calls, each until it is accepted: a lost answer is asked for again with the same key.
async fn send(storm: Storm, api: Api, keys: Keys) {
    let mut random = StdRng::seed_from_u64(storm.seed.wrapping_add(1));
    let all: Vec<Value> = (0..storm.orders).map(|index| order(index, &mut random)).collect();
    for batch in all.chunks(BATCH) {
        let body = json!({ "calls": batch });
        loop {
            let answer = api.send(Method::POST, "/v1/calls/batch", Some(&body)).await;
            match answer {
                Ok((200, answer)) => {
                    let results = answer["results"].as_array().expect("results").clone();
                    let taken =
                        results.iter().filter(|result| matches!(result["status"].as_u64(), Some(200 | 201)));
                    let taken = taken.filter_map(|result| result["order"]["idempotency_key"].as_str());
                    keys.lock().unwrap().extend(taken.map(str::to_owned));
                    break;
                }
                Ok((status, answer)) if status < 500 && status != 429 => panic!("{status} {answer}"),
                _ => tokio::time::sleep(LOOK).await,
            }
        }
        tokio::time::sleep(BETWEEN).await;
    }
}

fn order(index: usize, random: &mut StdRng) -> Value {
    let again = |max: u32| json!({ "delay_secs": 1, "max": max });
    let mut after = json!({
        "busy": again(2), "no_answer": again(2), "congestion": again(3), "unreachable": again(3), "failed": again(2),
    });
    if random.random_bool(0.25) {
        after["unknown"] = again(2);
    }
    let lane = ["alert", "callback", "campaign"][random.random_range(0..3)];
    json!({
        // Each has a number of their own; its last two digits go through all that the farm knows.
        "number": format!("+3460{index:05}{:02}", index * 41 % 100),
        "flow": "announce",
        "text": "Your order has arrived.",
        "lane": lane,
        "ring_timeout_secs": 2,
        "retry": { "ceiling": 4, "after": after },
        "idempotency_key": format!("storm-{index}"),
    })
}

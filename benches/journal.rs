//! What the journal costs: CPU time of this process for each call that is saved, by `cargo bench --bench journal`.
//!
//! A call is four records (start, two steps, end) and six events, spread over four seconds of its life, at a
//! steady rate, as the daemon does it. `STORAGE_URL` chooses another database than a new SQLite file;
//! `CALLS_PER_SECOND`, `SECONDS` and `GROUP_COMMIT_MS` the load.

#![allow(clippy::expect_used, reason = "a measurement that cannot go on fails")]

use std::{
    fs,
    sync::Arc,
    time::{Duration, Instant},
};

use jiff::Timestamp;
use serde_json::{Value, json};
use stasisd::{
    config::StorageConfig,
    feed::Feed,
    model::{CallId, CallRecord, CallState, ChannelId, Direction, Disposition, NoticeKind, Position},
    storage::{Journal, Store},
};
use tokio_util::sync::CancellationToken;

/// Steps of a call's life; each is a second after the one before.
const STEPS: usize = 4;
/// Saves are done at this pace, each tick those that are due.
const TICK: Duration = Duration::from_millis(10);

fn main() {
    let rate = number("CALLS_PER_SECOND", 232);
    let seconds = number("SECONDS", 20);
    let window = number("GROUP_COMMIT_MS", 20);
    let directory = std::env::temp_dir().join(format!("stasisd-bench-{}", std::process::id()));
    let url = std::env::var("STORAGE_URL")
        .unwrap_or_else(|_| format!("sqlite://{}/stasisd.db", directory.display()));
    let config = StorageConfig {
        url: url.as_str().into(),
        url_file: None,
        max_connections: 4,
        group_commit_ms: window,
        statement_timeout_ms: 10_000,
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime");
    let alone = runtime.block_on(async { tokio::spawn(run(rate, seconds, None)).await.expect("no panic") });
    let journal =
        runtime.block_on(async { tokio::spawn(run(rate, seconds, Some(config))).await.expect("no panic") });
    let calls = rate * seconds;
    let each = |cpu: Duration| cpu.as_micros() / u128::from(calls);
    println!(
        "{calls} calls at {rate}/s, group_commit_ms {window}: {} us of CPU a call ({} of them SQLite's), {} before that for making the records",
        each(journal.all.saturating_sub(alone.all)),
        each(journal.sqlite),
        each(alone.all)
    );
    let _ = fs::remove_dir_all(directory);
}

fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

/// CPU time.
struct Used {
    all: Duration,
    sqlite: Duration,
}

/// CPU time that the load took, with a journal or (to know what the load itself costs) without.
async fn run(rate: u64, seconds: u64, config: Option<StorageConfig>) -> Used {
    let feed = Feed::new();
    let shutdown = CancellationToken::new();
    let mut journal = None;
    if let Some(config) = &config {
        let store = Store::open(config).await.expect("a database");
        let (handle, writer) = Journal::start(store.clone(), config, shutdown.clone());
        handle.follow(feed.watch());
        journal = Some((handle, writer, store));
    }
    let (began, before) = (Instant::now(), cpu_time(""));
    let mut done = [0; STEPS];
    let mut ticks = tokio::time::interval(TICK);
    while done[STEPS - 1] < rate * seconds {
        ticks.tick().await;
        for (step, done) in done.iter_mut().enumerate() {
            let age = began.elapsed().saturating_sub(Duration::from_secs(step as u64));
            let due = u64::try_from(age.as_micros()).unwrap_or(u64::MAX).saturating_mul(rate) / 1_000_000;
            let due = due.min(rate * seconds);
            for call in std::mem::replace(done, due)..due {
                let record = record(call, step);
                notices(&feed, &record, step);
                if let Some((journal, ..)) = &journal {
                    journal.save(Arc::new(record));
                }
            }
        }
    }
    if let Some((journal, ..)) = &journal {
        journal.caught_up().await.expect("written");
    }
    let used = Used { all: cpu_time("").saturating_sub(before), sqlite: cpu_time("sqlx-sqlite") };
    shutdown.cancel();
    if let Some((_, writer, _)) = journal {
        writer.await.expect("no panic");
    }
    used
}

fn record(call: u64, step: usize) -> CallRecord {
    let channel = ChannelId(format!("1790000000.{call}"));
    let is_over = step + 1 == STEPS;
    let vars = json!({"orders": [{"id": "A-1001", "status": "on_the_way", "facts": {"eta": "15:40", "driver":
        "Núria"}}], "order": {"id": "A-1001", "status": "on_the_way"}, "tries": step});
    CallRecord {
        id: CallId::of_channel(&channel, "2026-11-21T03:00:00.000+0000"),
        channel,
        direction: Direction::Inbound,
        state: if is_over { CallState::Ended } else { CallState::Live },
        caller: Some(format!("+3460{:07}", call % 5_000)),
        caller_name: None,
        called: Some("+34900000000".to_owned()),
        gateway: Some("carrier".to_owned()),
        language: "en".to_owned(),
        position: Position {
            flow: "order-status".to_owned(),
            step: "menu".to_owned(),
            visit: u32::try_from(step).unwrap_or_default(),
            vars: match vars {
                Value::Object(vars) => vars,
                _ => serde_json::Map::new(),
            },
        },
        started_at: Timestamp::from_microsecond(
            1_790_000_000_000_000 + i64::try_from(call).unwrap_or_default(),
        )
        .expect("a time"),
        answered_at: Some(Timestamp::UNIX_EPOCH),
        ended_at: is_over.then_some(Timestamp::UNIX_EPOCH),
        disposition: is_over.then_some(Disposition::HungUp),
        cause: is_over.then_some(16),
        tech_cause: None,
        detail: None,
        route: None,
        taken_up: 0,
    }
}

/// One or two events with each step, six in all.
fn notices(feed: &Feed, record: &CallRecord, step: usize) {
    let call = Some(record.id);
    match step {
        0 => {
            feed.post(
                NoticeKind::CallStarted,
                call,
                json!({"caller": record.caller, "called": record.called}),
            );
            feed.post(NoticeKind::CallStep, call, json!({"flow": "order-status", "step": "welcome"}));
        }
        1 => feed.post(NoticeKind::CallSaid, call, json!({"text": "Your order is on its way.", "ms": 2_300})),
        2 => {
            feed.post(NoticeKind::CallKey, call, json!({"digit": "1"}));
            feed.post(NoticeKind::CallStep, call, json!({"flow": "order-status", "step": "menu"}));
        }
        _ => feed.post(NoticeKind::CallEnded, call, json!({"disposition": "hung_up", "cause": 16})),
    }
}

/// Time that each thread of this process was on a CPU, by its name (proc(5), /proc/pid/task/tid/schedstat).
fn cpu_time(threads: &str) -> Duration {
    let tasks = fs::read_dir("/proc/self/task").expect("/proc").flatten();
    let nanos = tasks.filter_map(|task| {
        let name = fs::read_to_string(task.path().join("comm")).ok()?;
        let stat = fs::read_to_string(task.path().join("schedstat")).ok()?;
        name.starts_with(threads).then(|| stat.split(' ').next()?.parse::<u64>().ok()).flatten()
    });
    Duration::from_nanos(nanos.sum())
}

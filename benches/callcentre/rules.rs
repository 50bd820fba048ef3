//! `route_decision_us`: one decision from texts to a way, with many rules of all kinds in the book.

use std::{hint::black_box, path::Path, time::Instant};

use jiff::Timestamp;
use rand::{RngExt, SeedableRng, rngs::StdRng};
use sqlx::{Connection, SqliteConnection, sqlite::SqliteConnectOptions};
use stasisd::{
    config::{Config, StorageConfig},
    model::{HoursMatch, ListEntry, ListName, Matches, NumberMatch, Rule, RuleId, Sense},
    routing::Routing,
    storage::Store,
};

use super::{many, p50, p99};
use crate::{
    results::{Book, Goal, median},
    say,
    support::temp::TempDir,
};

const ROUNDS: usize = 5;
const DECISIONS: usize = 50_000;

/// Measures the figure.
pub fn measure(book: &mut Book) {
    let rules = many("BENCH_RULES", 100_000);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    let folder = TempDir::new("bench-rules");
    let routing = runtime.block_on(filled(&folder, rules));
    assert_eq!(routing.len(), rules);
    let mut random = StdRng::seed_from_u64(7);
    let (mut medians, mut worst, mut claimed) = (Vec::new(), Vec::new(), 0);
    for round in 1..=ROUNDS {
        let mut times = Vec::with_capacity(DECISIONS);
        for _ in 0..DECISIONS {
            let from = caller(random.random_range(0..rules * 2));
            let to = format!("+34900{:06}", random.random_range(0..1_000));
            let now = Timestamp::now();
            let begun = Instant::now();
            let arrival = routing.arrival(Some(&from), Some(&to), Some("north"));
            let route = black_box(routing.decide(&arrival, now));
            times.push(begun.elapsed().as_secs_f64() * 1e6);
            claimed += usize::from(route.rule.is_some());
        }
        let (half, most) = (p50(&mut times), p99(&mut times));
        say(&format!("rules {round}/{ROUNDS}: p50 {half:.2} us, p99 {most:.2} us"));
        medians.push(half);
        worst.push(most);
    }
    let most = median(&worst);
    let against = format!(
        "{rules} rules (callers, prefixes, called numbers, hours), {ROUNDS} rounds of {DECISIONS} decisions of one \
         thread, numbers read from text; p99 {most:.1} us; {} % claimed by a rule",
        claimed * 100 / (ROUNDS * DECISIONS)
    );
    book.put("route_decision_us", median(&medians), "us", Goal::AtMost(20.0), against);
}

fn caller(n: usize) -> String {
    format!("+346{n:08}")
}

/// Routing that has read so many rules from its store: nine of ten for one caller each, the others of all kinds.
async fn filled(folder: &TempDir, rules: usize) -> Routing {
    let mut config = Config::defaults().expect("defaults");
    let week = "[\"08:00-20:00\"]";
    let days =
        ["monday", "tuesday", "wednesday", "thursday", "friday"].map(|day| format!("{day} = {week}\n"));
    let office = format!("time_zone = \"Europe/Madrid\"\n{}", days.concat());
    config.routing.hours.insert("office".to_owned(), toml::from_str(&office).expect("hours"));
    let storage = StorageConfig {
        url: format!("sqlite://{}/bench.db", folder.path().display()).as_str().into(),
        statement_timeout_ms: 120_000,
        ..config.storage.clone()
    };
    let store = Store::open(&storage).await.expect("a store");
    let begun = Instant::now();
    stored(&folder.path().join("bench.db"), rules).await;
    let routing = Routing::new(store, &config).expect("routing");
    for n in 0..100 {
        routing.put_entry(entry(n)).await.expect("stored");
    }
    routing.reread().await.expect("read");
    say(&format!("{rules} rules stored and read in {:.1} s", begun.elapsed().as_secs_f64()));
    routing
}

/// Puts so many rules into a database's file, in one transaction.
async fn stored(file: &Path, rules: usize) {
    let options = SqliteConnectOptions::new().filename(file);
    let mut connection = SqliteConnection::connect_with(&options).await.expect("connects");
    let mut tx = connection.begin().await.expect("begins");
    let json = |value: serde_json::Result<String>| value.expect("JSON");
    for rule in (0..rules).map(rule) {
        let sql = "INSERT INTO routing_rules (id, matches, priority, target, expires_at, version, created_at, updated_at)
            VALUES ($1, $2, $3, $4, $5, 1, $6, $6)";
        sqlx::query(sql)
            .bind(rule.id.as_str())
            .bind(json(serde_json::to_string(&rule.matches)))
            .bind(rule.priority)
            .bind(json(serde_json::to_string(&rule.target)))
            .bind(rule.expires_at.map(Timestamp::as_microsecond))
            .bind(rule.created_at.as_microsecond())
            .execute(&mut *tx)
            .await
            .expect("stored");
    }
    tx.commit().await.expect("committed");
}

fn entry(n: usize) -> ListEntry {
    let now = Timestamp::now();
    ListEntry {
        list: if n.is_multiple_of(2) { ListName::Block } else { ListName::Vip },
        number: NumberMatch::parse(&format!("+44{n:03}*"), None).expect("a prefix"),
        note: None,
        expires_at: None,
        version: 1,
        created_at: now,
        updated_at: now,
    }
}

fn rule(n: usize) -> Rule {
    let number = |text: String| NumberMatch::parse(&text, None).ok();
    let hours = HoursMatch {
        calendar: "office".to_owned(),
        when: if n.is_multiple_of(20) { Sense::Open } else { Sense::Closed },
    };
    let matches = match n % 40 {
        0 => Matches {
            called: number(format!("+34900{:06}", n / 40)),
            hours: Some(hours),
            ..Matches::default()
        },
        1 => Matches { caller: number(format!("+346{:05}*", n % 100_000)), ..Matches::default() },
        2 => Matches {
            caller: number(format!("+34{:04}*", n % 10_000)),
            called: number(format!("+34900{:06}", n % 1_000)),
            ..Matches::default()
        },
        3 => Matches { called: number(format!("+34900{:03}*", n % 1_000)), ..Matches::default() },
        _ => Matches { caller: number(caller(n)), ..Matches::default() },
    };
    let now = Timestamp::now();
    Rule {
        id: RuleId(format!("bench-{n}")),
        matches,
        priority: i32::try_from(n % 3).unwrap_or_default(),
        target: "flow:order-status".parse().expect("a target"),
        expires_at: now.checked_add(jiff::SignedDuration::from_hours(48)).ok(),
        note: None,
        version: 1,
        created_at: now,
        updated_at: now,
    }
}

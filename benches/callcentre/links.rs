//! `link_upsert_p99_ms`: a link stored, durably, and one read, among a million, on SQLite.

use std::time::Instant;

use jiff::{SignedDuration, Timestamp};
use rand::{RngExt, SeedableRng, rngs::StdRng};
use sqlx::{Connection, SqliteConnection, sqlite::SqliteConnectOptions};
use stasisd::{
    config::{Config, StorageConfig},
    model::{Link, OrderId, PhoneNumber},
    storage::Store,
};

use super::{many, p50, p99};
use crate::{
    results::{Book, Goal, median},
    say,
    support::temp::TempDir,
};

const ROUNDS: usize = 3;
const TURNS: usize = 2_000;

/// Measures the figure.
pub fn measure(book: &mut Book) {
    let links = many("BENCH_LINKS", 1_000_000);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    let folder = TempDir::new("bench-links");
    runtime.block_on(async {
        let store = filled(&folder, links).await;
        let mut random = StdRng::seed_from_u64(11);
        let (mut writes, mut reads, mut told) = (Vec::new(), Vec::new(), Vec::new());
        for round in 1..=ROUNDS {
            let (mut write, mut read) = (Vec::new(), Vec::new());
            for _ in 0..TURNS {
                // Half of them are new, and of those that are read a tenth is not there.
                let link = link(random.random_range(0..links * 2));
                let begun = Instant::now();
                store.put_link(&link).await.expect("stored");
                write.push(begun.elapsed().as_secs_f64() * 1e3);
                let order = order(random.random_range(0..links * 10 / 9));
                let begun = Instant::now();
                store.link(&order).await.expect("read");
                read.push(begun.elapsed().as_secs_f64() * 1e3);
            }
            let words = [p50(&mut write), p99(&mut write), p50(&mut read), p99(&mut read)];
            say(&format!(
                "links {round}/{ROUNDS}: upsert p50 {:.2} ms, p99 {:.2} ms; read p50 {:.2} ms, p99 {:.2} ms",
                words[0], words[1], words[2], words[3]
            ));
            told.push(format!("{:.2} and {:.2}", words[1], words[3]));
            writes.push(words[1]);
            reads.push(words[3]);
        }
        let against = format!(
            "SQLite, {links} links, {ROUNDS} rounds of {TURNS} upserts (each its own commit, synced) and reads in turn; \
             p99 of upsert and read in ms: {}; the figure is the slower of the two",
            told.join(", ")
        );
        book.put("link_upsert_p99_ms", median(&writes).max(median(&reads)), "ms", Goal::AtMost(5.0), against);
    });
}

fn order(n: usize) -> OrderId {
    OrderId(format!("order-{n:08}"))
}

fn link(n: usize) -> Link {
    let now = Timestamp::now();
    Link {
        order: order(n),
        called: PhoneNumber::parse("+34900000001", None).expect("a number"),
        gateway: Some("north".to_owned()),
        expires_at: now.checked_add(SignedDuration::from_hours(48)).expect("a time"),
        version: now.as_microsecond(),
        created_at: now,
        updated_at: now,
    }
}

/// A store with so many links, put there in one transaction.
async fn filled(folder: &TempDir, links: usize) -> Store {
    let file = folder.path().join("bench.db");
    let url = format!("sqlite://{}", file.display());
    let storage = Config::defaults().expect("defaults").storage;
    let storage = StorageConfig { url: url.as_str().into(), statement_timeout_ms: 60_000, ..storage };
    let store = Store::open(&storage).await.expect("a store");
    let begun = Instant::now();
    let options = SqliteConnectOptions::new().filename(&file);
    let mut other = SqliteConnection::connect_with(&options).await.expect("connects");
    let now = Timestamp::now().as_microsecond();
    let sql = "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < $1)
        INSERT INTO inbound_links (order_id, called, gateway, expires_at, version, created_at, updated_at)
        SELECT printf('order-%08d', i), '+34900000001', 'north', $2 + 86400000000 + i, 1, $2, $2 - i FROM n";
    let count = i64::try_from(links).expect("a count");
    sqlx::query(sql).bind(count).bind(now).execute(&mut other).await.expect("filled");
    other.close().await.expect("closed");
    say(&format!("{links} links put there in {:.1} s", begun.elapsed().as_secs_f64()));
    store
}

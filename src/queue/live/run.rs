//! The loop that keeps the board: it takes what comes over the wire, asks for lists, and lets time pass.

use std::{
    collections::BTreeMap,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use serde_json::json;
use tokio::{
    sync::mpsc,
    time::{Instant, timeout_at},
};
use tokio_util::sync::CancellationToken;

use super::{
    Queues,
    meters::Meters,
    snapshot::{self, Scope},
};
use crate::{
    ami::{Event, Hello, Wire},
    model::{NoticeKind, QueueState},
    tasks::clock,
};

/// How often time passes on the board.
const TICK: Duration = Duration::from_secs(1);
/// Queues that cannot be read are asked for again: `app_queue` may be loaded late, and nothing tells of it.
const AGAIN: Duration = Duration::from_secs(15);
/// A connection that lacks a right is made anew so often: manager.conf may be mended, which counts for new logins only.
const RIGHTS: Duration = Duration::from_secs(300);

/// What the loop itself must remember.
struct Round {
    /// When the next queue is read anew.
    next: Instant,
    /// The queue that was read last.
    last: String,
    /// All queues must be asked for: Asterisk has started, or was reloaded.
    owed: bool,
    /// When they are asked for again, because they could not be read.
    again: Option<Instant>,
    /// Since when this connection is up.
    up: Instant,
    /// What is at the other end.
    version: String,
    /// It is to be told that the connection is up when all queues are read.
    greeted: bool,
    meters: Meters,
    /// What the metrics show, to set only what changed.
    shown: BTreeMap<String, Arc<QueueState>>,
}

impl Queues {
    /// Keeps the board until the wire ends, or `shutdown`.
    pub async fn run(&self, mut wire: mpsc::Receiver<Wire>, shutdown: CancellationToken) {
        let mut tick = Instant::now() + TICK;
        let mut round = Round {
            next: tick,
            last: String::new(),
            owed: false,
            again: None,
            up: tick,
            version: String::new(),
            greeted: true,
            meters: Meters::default(),
            shown: BTreeMap::new(),
        };
        loop {
            if Instant::now() >= tick {
                tick = Instant::now() + TICK;
                self.tick(&mut round).await;
            }
            match shutdown.run_until_cancelled(timeout_at(tick, wire.recv())).await {
                Some(Ok(Some(news))) => self.take(news, &mut round).await,
                Some(Err(_)) => {}
                Some(Ok(None)) | None => return,
            }
        }
    }

    async fn take(&self, news: Wire, round: &mut Round) {
        let now = clock::now();
        match news {
            Wire::Up(hello) => self.greet(&hello, round).await,
            Wire::Event(Event::Reloaded) if self.inner.denied.load(Ordering::Relaxed) => self.log_in_anew(),
            Wire::Event(Event::Booted | Event::Reloaded) => round.owed = true,
            Wire::Event(Event::ShuttingDown) => tracing::info!("Asterisk says that it stops"),
            Wire::Event(Event::Called(called)) => self.ring(*called),
            Wire::Event(event) => self.change(|board| board.apply(event, now)),
            Wire::Listed { tag, events: Ok(events) } => match Scope::of(tag) {
                Scope::Names => {
                    let unknown = snapshot::unknown(&self.board(), &events);
                    for queue in unknown {
                        self.ask(Scope::One(queue)).await;
                    }
                }
                scope => {
                    self.change(|board| snapshot::replace(board, &scope, events, now));
                    if scope == Scope::All {
                        self.read(round);
                    }
                }
            },
            Wire::Listed { tag, events: Err(error) } => {
                tracing::warn!(queue = tag, %error, "a queue cannot be read");
                if tag.is_empty() {
                    self.stand(false, format!("the queues cannot be read: {error}"), now);
                    round.again = Some(Instant::now() + AGAIN);
                }
            }
            Wire::Down { why } => {
                (round.owed, round.again) = (false, None);
                self.stand(false, format!("no manager connection to Asterisk: {why}"), now);
                self.inner.feed.post(NoticeKind::AmiLost, None, json!({ "why": why }));
            }
        }
    }

    async fn greet(&self, hello: &Hello, round: &mut Round) {
        round.greeted = false;
        (round.owed, round.again, round.up) = (false, None, Instant::now());
        self.inner.denied.store(false, Ordering::Relaxed);
        round.version.clone_from(&hello.manager_version);
        // What was just read need not be read again.
        round.last.clear();
        round.next = Instant::now() + Duration::from_secs(self.inner.recheck_secs) / 2;
        self.ask(Scope::All).await;
    }

    /// A login gets the rights that the user has by now.
    fn log_in_anew(&self) {
        self.inner.denied.store(false, Ordering::Relaxed);
        if let Some(client) = &self.inner.client {
            tracing::info!("an action was denied: logging in anew, for the user may have more rights by now");
            client.reconnect();
        }
    }

    /// All queues are read.
    fn read(&self, round: &mut Round) {
        let all = self.all();
        let (queues, members) = (all.len(), all.iter().map(|state| state.members.len()).sum::<usize>());
        self.stand(true, format!("connected to Asterisk's manager, version {}", round.version), clock::now());
        if std::mem::replace(&mut round.greeted, true) {
            return;
        }
        tracing::info!(version = round.version, queues, members, "the queues are read");
        let data = json!({ "version": round.version, "queues": queues, "members": members });
        self.inner.feed.post(NoticeKind::AmiConnected, None, data);
    }

    async fn tick(&self, round: &mut Round) {
        let now = clock::now();
        self.change(|board| board.pass(now));
        let is_late = round.again.take_if(|again| *again <= Instant::now()).is_some();
        if std::mem::take(&mut round.owed) || is_late {
            self.ask(Scope::All).await;
        }
        if round.up.elapsed() >= RIGHTS && self.inner.denied.load(Ordering::Relaxed) {
            self.log_in_anew();
        }
        if self.is_connected() {
            self.recheck(round).await;
        }
        self.show(round);
    }

    /// Each queue once in `recheck_secs`, one after the other; after the last one it is asked which there are, for
    /// there may be new ones of which no event told.
    async fn recheck(&self, round: &mut Round) {
        while Instant::now() >= round.next {
            let (count, following) = {
                let board = self.board();
                let after = (std::ops::Bound::Excluded(round.last.clone()), std::ops::Bound::Unbounded);
                (
                    board.queues.len(),
                    board.queues.range::<String, _>(after).next().map(|(name, _)| name.clone()),
                )
            };
            let turns = u32::try_from(count + 1).unwrap_or(u32::MAX);
            let share = Duration::from_secs(self.inner.recheck_secs) / turns;
            round.next += share.max(Duration::from_millis(10));
            let scope = following.clone().map_or(Scope::Names, Scope::One);
            round.last = following.unwrap_or_default();
            self.ask(scope).await;
            // After a pause, as of a suspended machine, what was missed is not made up for.
            round.next = round.next.max(Instant::now().checked_sub(TICK).unwrap_or(round.next));
        }
    }

    fn show(&self, round: &mut Round) {
        for state in self.all() {
            if round.shown.get(&state.name).is_none_or(|shown| !Arc::ptr_eq(shown, &state)) {
                round.meters.show(&state);
                round.shown.insert(state.name.clone(), state);
            }
        }
    }
}

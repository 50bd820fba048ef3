//! The loop that keeps the board: it takes what comes over the wire, asks for lists, and lets time pass.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

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

/// What the loop itself must remember.
struct Round {
    /// When the next queue is read anew.
    next: Instant,
    /// The queue that was read last.
    last: String,
    /// All queues must be asked for: Asterisk has started, or was reloaded.
    owed: bool,
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
            Wire::Event(Event::Booted | Event::Reloaded) => round.owed = true,
            Wire::Event(Event::ShuttingDown) => tracing::info!("Asterisk says that it stops"),
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
                }
            }
            Wire::Down { why } => {
                round.owed = false;
                self.stand(false, format!("no manager connection to Asterisk: {why}"), now);
                self.inner.feed.post(NoticeKind::AmiLost, None, json!({ "why": why }));
            }
        }
    }

    async fn greet(&self, hello: &Hello, round: &mut Round) {
        round.greeted = false;
        round.owed = false;
        round.version.clone_from(&hello.manager_version);
        // What was just read need not be read again.
        round.last.clear();
        round.next = Instant::now() + Duration::from_secs(self.inner.recheck_secs) / 2;
        self.ask(Scope::All).await;
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
        if std::mem::take(&mut round.owed) {
            self.ask(Scope::All).await;
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

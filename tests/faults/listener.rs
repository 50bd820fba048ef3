//! A client of the pretend Asterisk, and what it hears.

use std::{future::Future, time::Duration};

use stasisd::{
    ari::{Client, Event, Hello, Wire, connect},
    config::AriConfig,
};
use tokio::{sync::mpsc, task::JoinHandle, time::timeout};
use tokio_util::sync::CancellationToken;

/// Longest wait for anything that must come.
pub const SOON: Duration = Duration::from_secs(10);

/// A client and what it hears.
pub struct Listener {
    pub client: Client,
    pub wire: mpsc::Receiver<Wire>,
    pub task: JoinHandle<()>,
    pub shutdown: CancellationToken,
}

impl Listener {
    /// Connects.
    pub fn of(config: &AriConfig) -> Self {
        let shutdown = CancellationToken::new();
        let (client, wire, task) = connect(config, shutdown.clone()).expect("a good configuration");
        Self { client, wire, task, shutdown }
    }

    /// What comes next, whatever it is.
    pub async fn next(&mut self) -> Wire {
        within(self.wire.recv()).await.expect("the wire goes on")
    }

    /// Waits for `Up`, past any `Down`.
    pub async fn up(&mut self) -> Hello {
        loop {
            match self.next().await {
                Wire::Up(hello) => return hello,
                Wire::Down { .. } => {}
                other => panic!("not up: {other:?}"),
            }
        }
    }

    /// The reason of the `Down` that comes next.
    pub async fn down(&mut self) -> String {
        match self.next().await {
            Wire::Down { why } => why,
            other => panic!("not down: {other:?}"),
        }
    }

    /// The event that comes next.
    pub async fn event(&mut self) -> Event {
        match self.next().await {
            Wire::Event { event, .. } => event,
            other => panic!("no event: {other:?}"),
        }
    }
}

/// Waits for what must come.
pub async fn within<T>(what: impl Future<Output = T>) -> T {
    timeout(SOON, what).await.expect("in time")
}

/// Waits until it holds.
pub async fn eventually(what: &str, holds: impl Fn() -> bool) {
    let waited = timeout(SOON, async {
        while !holds() {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    });
    waited.await.unwrap_or_else(|_| panic!("never: {what}"));
}

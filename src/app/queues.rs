//! Opening the queues' room: the manager connection, and the loop that keeps the board.

use std::convert::Infallible;

use tokio::sync::mpsc;

use super::{Exit, Failed, OrExit};
use crate::{
    ami::{self, Connection, Wire},
    config::Config,
    feed::Feed,
    queue::Queues,
    tasks::Tasks,
};

/// The room, and what is still to be spawned.
pub struct QueueRoom {
    /// The handle that others hold.
    pub queues: Queues,
    /// None: the manager is not used.
    manager: Option<(mpsc::Receiver<Wire>, Connection)>,
}

/// Opens it. Connects to nobody yet.
pub fn open(config: &Config, feed: &Feed) -> Result<QueueRoom, Failed> {
    if !config.ami.enabled {
        return Ok(QueueRoom { queues: Queues::new(None, feed.clone(), &config.ami), manager: None });
    }
    let (client, wire, connection) = ami::connect(&config.ami).or_exit(Exit::Config)?;
    let queues = Queues::new(Some(client), feed.clone(), &config.ami);
    Ok(QueueRoom { queues, manager: Some((wire, connection)) })
}

impl QueueRoom {
    /// Spawns its loops. They end late, so that queues are seen while calls drain.
    pub fn spawn(self, tasks: &Tasks) {
        let Some((wire, connection)) = self.manager else { return };
        let (end, queues) = (tasks.shutdown().hard().clone(), self.queues);
        let connected = connection.run(end.clone());
        tasks.spawn_loop("ami", async move {
            connected.await;
            Ok::<_, Infallible>(())
        });
        tasks.spawn_loop("queues", async move {
            queues.run(wire, end).await;
            Ok::<_, Infallible>(())
        });
    }
}

//! One connection's life: the reader, the writer, and the heart that watches them.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, ReadHalf, WriteHalf},
    sync::mpsc,
    task::JoinSet,
    time::{MissedTickBehavior, interval, timeout},
};
use tokio_util::sync::CancellationToken;

use super::{
    Message, Wire,
    decode::decode,
    message::{Splitter, TooLong},
    open::{Io, Open},
    pending::{Pending, Taken},
    shared::{Live, Shared},
};

/// Events that may wait for the consumer. Beyond it the connection is given up, because an event lost in silence is
/// worse than a reconnection that looks at what is true.
pub(super) const EVENTS: usize = 65_536;
/// Actions that may wait for the writer.
const MAILBOX: usize = 256;
/// How long Asterisk may take to read an action.
const WRITE: Duration = Duration::from_secs(10);

/// How a connection's life ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// Connect again.
    Lost(String),
    /// We were told to stop, or nobody listens any more.
    Stopped,
}

/// Lives until the connection is lost, or `shutdown`. Says `Up` first.
pub(super) async fn live(
    shared: &Arc<Shared>,
    open: Open,
    wire: &mpsc::Sender<Wire>,
    shutdown: &CancellationToken,
) -> End {
    let Open { stream, splitter, hello, early } = open;
    let (source, sink) = tokio::io::split(stream);
    let (mail, letters) = mpsc::channel(MAILBOX);
    let pending = Pending::new();
    shared.set_live(Arc::new(Live { mail: mail.clone(), pending: Arc::clone(&pending) }));
    let end = if wire.send(Wire::Up(hello)).await.is_err() {
        End::Stopped
    } else {
        let heart = Arc::new(AtomicU32::new(0));
        let reader =
            Reader { shared: Arc::clone(shared), pending, wire: wire.clone(), heart: Arc::clone(&heart) };
        let mut parts = JoinSet::new();
        parts.spawn(async move { reader.run(early, splitter, source).await });
        parts.spawn(write(sink, letters));
        parts.spawn(beat(heart, mail.clone(), shared.site.heartbeat));
        let again = Arc::clone(shared);
        parts.spawn(async move {
            again.again.notified().await;
            End::Lost("connecting again as asked".to_owned())
        });
        let end = match shutdown.run_until_cancelled(parts.join_next()).await {
            None => farewell(&mail, &mut parts).await,
            Some(Some(Ok(end))) => end,
            Some(Some(Err(error))) => End::Lost(format!("a task failed: {error}")),
            Some(None) => End::Lost("nothing runs".to_owned()),
        };
        parts.shutdown().await;
        end
    };
    shared.end_live();
    end
}

/// So that Asterisk frees the session at once.
async fn farewell(mail: &mpsc::Sender<String>, parts: &mut JoinSet<End>) -> End {
    if mail.try_send("Action: Logoff\r\n\r\n".to_owned()).is_ok() {
        // The reader ends when Asterisk closes.
        let _ = timeout(Duration::from_secs(1), parts.join_next()).await;
    }
    End::Stopped
}

/// Writes what waits in the mailbox.
async fn write(mut sink: WriteHalf<Box<dyn Io>>, mut letters: mpsc::Receiver<String>) -> End {
    while let Some(letter) = letters.recv().await {
        let written = timeout(WRITE, async {
            sink.write_all(letter.as_bytes()).await?;
            sink.flush().await
        });
        match written.await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => return End::Lost(format!("the connection broke: {error}")),
            Err(_) => return End::Lost("Asterisk's manager does not read".to_owned()),
        }
    }
    End::Stopped
}

/// Sends a `Ping` each `heartbeat` and ends when nothing came for two of them: after at most two and a quarter
/// heartbeats.
async fn beat(heart: Arc<AtomicU32>, mail: mpsc::Sender<String>, heartbeat: Duration) -> End {
    let mut quarter = interval(heartbeat / 4);
    quarter.set_missed_tick_behavior(MissedTickBehavior::Delay);
    for tick in 0_u32.. {
        quarter.tick().await;
        if tick % 4 == 0 {
            heart.fetch_add(1, Ordering::Relaxed);
            // A full mailbox means that nothing is written any more; the heart then stops by itself.
            let _ = mail.try_send("Action: Ping\r\n\r\n".to_owned());
        } else if heart.load(Ordering::Relaxed) >= 2 {
            break;
        }
    }
    End::Lost("Asterisk's manager is silent: two Pings were not answered".to_owned())
}

/// Moves messages into memory, each to whom it belongs, and waits for nobody: Asterisk cuts a slow reader off.
struct Reader {
    shared: Arc<Shared>,
    pending: Arc<Pending>,
    wire: mpsc::Sender<Wire>,
    heart: Arc<AtomicU32>,
}

impl Reader {
    async fn run(
        self,
        early: Vec<Message>,
        mut splitter: Splitter,
        mut source: ReadHalf<Box<dyn Io>>,
    ) -> End {
        for message in early {
            if let Err(end) = self.message(&message) {
                return end;
            }
        }
        loop {
            while let Some(next) = splitter.next() {
                self.heart.store(0, Ordering::Relaxed);
                let done = match next {
                    Ok(message) => self.message(&message),
                    Err(TooLong(bytes)) => {
                        self.shared.meters.malformed.increment(1);
                        tracing::warn!(bytes, "a message from Asterisk's manager is too long and is dropped");
                        Ok(())
                    }
                };
                if let Err(end) = done {
                    return end;
                }
            }
            match source.read_buf(splitter.buffer()).await {
                Ok(0) => return End::Lost("Asterisk's manager closed the connection".to_owned()),
                Ok(_) => {}
                Err(error) => return End::Lost(format!("the connection broke: {error}")),
            }
        }
    }

    fn message(&self, message: &Message) -> Result<(), End> {
        match self.pending.take(message) {
            Taken::Yes => return Ok(()),
            Taken::Listed(tag, events) => return self.give(Wire::Listed { tag, events }),
            Taken::TooMany => return Err(End::Lost("a list from Asterisk does not end".to_owned())),
            Taken::No => {}
        }
        let meters = &self.shared.meters;
        match message.kind() {
            ("Event", kind) => {
                meters.event(kind);
                match decode(message) {
                    Some(event) => self.give(Wire::Event(event)),
                    None => Ok(()),
                }
            }
            // A Pong, or the goodbye.
            ("Response", _) => Ok(()),
            _ => {
                meters.malformed.increment(1);
                tracing::warn!("a message from Asterisk's manager cannot be read and is dropped");
                Ok(())
            }
        }
    }

    fn give(&self, news: Wire) -> Result<(), End> {
        self.wire.try_send(news).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => {
                self.shared.meters.overruns.increment(1);
                End::Lost("events come faster than they are used".to_owned())
            }
            mpsc::error::TrySendError::Closed(_) => End::Stopped,
        })
    }
}

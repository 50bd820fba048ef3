//! One websocket's life: the reader, the writer, and the heart that watches them.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

use futures_util::{
    SinkExt, StreamExt,
    stream::{SplitSink, SplitStream},
};
use tokio::{
    sync::mpsc,
    task::{JoinError, JoinSet},
    time::{MissedTickBehavior, interval, timeout},
};
use tokio_tungstenite::tungstenite::Message;
use tokio_util::sync::CancellationToken;

use super::{
    Event, Wire,
    client::{Answer, judge},
    command::Way,
    decode::{Frame, decode},
    meters::kind,
    open::{Open, Read, Socket},
    pace::Pace,
    rest::Pending,
    shared::{Letter, Live, Shared},
};

/// Events that may wait for the consumer. Beyond it the connection is given up, because an event lost in silence
/// is worse than a reconnection that looks at what is true.
pub(super) const FRAMES: usize = 65_536;
/// Commands that may wait for the writer.
const MAILBOX: usize = 1_024;
/// Frames written at one go.
const BATCH: usize = 64;

/// How a websocket's life ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// Connect again.
    Lost(String),
    /// Another client has the application.
    Replaced,
    /// We were told to stop, or nobody listens any more.
    Stopped,
}

/// Lives until the websocket is lost, replaced, or `shutdown`. Says `Up` first.
pub(super) async fn live(
    shared: &Arc<Shared>,
    open: Open,
    wire: &mpsc::Sender<Wire>,
    shutdown: &CancellationToken,
) -> End {
    let (sink, stream) = open.socket.split();
    let (mail, letters) = mpsc::channel(MAILBOX);
    let pending = Pending::new();
    let over_websocket = open.hello.rest_over_websocket;
    let gone = CancellationToken::new();
    shared.set_live(Arc::new(Live {
        mail: mail.clone(),
        pending: Arc::clone(&pending),
        over_websocket,
        pace: Pace::default(),
        gone,
    }));
    if wire.try_send(Wire::Up(open.hello)).is_err() {
        shared.end_live();
        return if wire.is_closed() {
            End::Stopped
        } else {
            End::Lost("the consumer is too far behind".to_owned())
        };
    }
    let heart = Arc::new(AtomicU32::new(0));
    let reader =
        Reader { shared: Arc::clone(shared), pending, wire: wire.clone(), heart: Arc::clone(&heart) };
    let mut parts = JoinSet::new();
    let writing = Arc::clone(shared);
    parts.spawn(async move { reader.run(open.early, stream).await });
    parts.spawn(async move { write(sink, letters, &writing).await });
    let end = tokio::select! {
        biased;
        () = shutdown.cancelled() => End::Stopped,
        () = shared.again.notified() => End::Lost("connecting again as asked".to_owned()),
        end = parts.join_next() => first(end),
        end = beat(&heart, &mail, shared.site.heartbeat) => end,
    };
    if !matches!(end, End::Lost(_)) {
        // A farewell (RFC 6455 §7.1.2), so that Asterisk frees the application at once.
        let _ = mail.try_send(Message::Close(None).into());
        let _ = timeout(Duration::from_secs(1), async { while parts.join_next().await.is_some() {} }).await;
    }
    parts.shutdown().await;
    shared.end_live();
    end
}

/// The first part to end tells why.
fn first(end: Option<Result<End, JoinError>>) -> End {
    match end {
        Some(Ok(end)) => end,
        Some(Err(error)) => End::Lost(format!("a task failed: {error}")),
        None => End::Lost("nothing runs".to_owned()),
    }
}

/// Writes what waits in the mailbox, as many as there are with one flush.
async fn write(
    mut sink: SplitSink<Socket, Message>,
    mut letters: mpsc::Receiver<Letter>,
    shared: &Shared,
) -> End {
    let mut batch = Vec::with_capacity(BATCH);
    let mut reactions = Vec::new();
    while letters.recv_many(&mut batch, BATCH).await > 0 {
        for Letter { message, reaction } in batch.drain(..) {
            reactions.extend(reaction);
            let last = message.is_close();
            if let Err(error) = sink.feed(message).await {
                return End::Lost(format!("the websocket broke: {error}"));
            }
            if last {
                let _ = sink.flush().await;
                return End::Stopped;
            }
        }
        if let Err(error) = sink.flush().await {
            return End::Lost(format!("the websocket broke: {error}"));
        }
        reactions.drain(..).for_each(|reaction| shared.meters.reaction(&reaction));
    }
    End::Stopped
}

/// Sends a PING each `heartbeat` and ends when two stay unanswered: after at most two and a quarter heartbeats.
///
/// PINGs only: an unsolicited PONG crashes some versions (see `version`).
async fn beat(heart: &AtomicU32, mail: &mpsc::Sender<Letter>, heartbeat: Duration) -> End {
    let mut quarter = interval(heartbeat / 4);
    quarter.set_missed_tick_behavior(MissedTickBehavior::Delay);
    for tick in 0_u32.. {
        quarter.tick().await;
        if tick % 4 == 0 {
            heart.fetch_add(1, Ordering::Relaxed);
            // A full mailbox means that nothing is written any more; the heart then stops by itself.
            let _ = mail.try_send(Message::Ping(bytes::Bytes::new()).into());
        } else if heart.load(Ordering::Relaxed) >= 2 {
            break;
        }
    }
    End::Lost("Asterisk is silent: two PINGs were not answered".to_owned())
}

/// Moves frames into memory, each to whom it belongs, and waits for nobody: Asterisk gives a slow reader 100 ms.
struct Reader {
    shared: Arc<Shared>,
    pending: Arc<Pending>,
    wire: mpsc::Sender<Wire>,
    heart: Arc<AtomicU32>,
}

impl Reader {
    async fn run(self, early: Vec<Read>, mut stream: SplitStream<Socket>) -> End {
        for (text, received) in early {
            if let Err(end) = self.frame(&text, received) {
                return end;
            }
        }
        loop {
            match stream.next().await {
                Some(Ok(Message::Text(text))) => {
                    if let Err(end) = self.frame(&text, Instant::now()) {
                        return end;
                    }
                }
                Some(Ok(Message::Pong(_))) => self.heart.store(0, Ordering::Relaxed),
                Some(Ok(Message::Close(frame))) => {
                    let why = frame.map_or_else(String::new, |frame| format!(" ({})", u16::from(frame.code)));
                    return End::Lost(format!("Asterisk closed the websocket{why}"));
                }
                // Pings are answered by the library; nothing else means anything here.
                Some(Ok(_)) => {}
                Some(Err(error)) => return End::Lost(format!("the websocket broke: {error}")),
                None => return End::Lost("Asterisk closed the connection".to_owned()),
            }
        }
    }

    fn frame(&self, text: &str, received: Instant) -> Result<(), End> {
        let meters = &self.shared.meters;
        match decode(text) {
            Ok(Frame::Answer { id, status, body }) => {
                if let Some((answer, asked)) = self.pending.answer(id, Answer { status, body }) {
                    meters.request(Way::Websocket, Ok(status), asked.elapsed());
                    if let Err(error) = judge(answer)
                        && !error.is_gone()
                    {
                        tracing::warn!(%error, "Asterisk refused a command that nobody waits for");
                    }
                }
            }
            Ok(Frame::Dropped(kind)) => meters.event(kind),
            Ok(Frame::Event(Event::ApplicationReplaced, _)) => {
                meters.event("ApplicationReplaced");
                return Err(End::Replaced);
            }
            Ok(Frame::Event(event, at)) => {
                meters.event(kind(&event));
                if let Event::Unknown { kind, .. } = &event {
                    let kind: String = kind.chars().take(64).collect();
                    tracing::debug!(?kind, "an event that is not known");
                }
                self.wire
                    .try_send(Wire::Event { event, at, received })
                    .map_err(|error| self.stuck(&error))?;
            }
            Err(error) => {
                meters.malformed.increment(1);
                tracing::warn!(%error, "a frame from Asterisk cannot be read and is dropped");
            }
        }
        Ok(())
    }

    fn stuck(&self, error: &mpsc::error::TrySendError<Wire>) -> End {
        match error {
            mpsc::error::TrySendError::Full(_) => {
                self.shared.meters.overruns.increment(1);
                End::Lost("events come faster than they are used".to_owned())
            }
            mpsc::error::TrySendError::Closed(_) => End::Stopped,
        }
    }
}

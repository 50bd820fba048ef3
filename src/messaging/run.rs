//! The loop: what is to be told is written down, what is due is sent.

use std::time::Duration;

use jiff::Timestamp;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::Messaging;
use crate::tasks::clock;

/// It is looked so often at least: timetables, telephones and the store change without a word to this room.
const LOOK: Duration = Duration::from_secs(15);
/// After a fault of the store.
const PAUSE: Duration = Duration::from_secs(5);
/// How long what is under way may take when the loop ends; what is lost then is tried again by the next life.
const LAST: Duration = Duration::from_secs(3);

impl Messaging {
    /// Tells and sends until `quit`.
    pub async fn run(&self, quit: CancellationToken) {
        loop {
            let turn = async {
                let pause = Box::pin(self.turn(clock::now())).await;
                // Waking too late or too early is harmless: it is only a look.
                let _ = timeout(pause, self.inner.trigger.notified()).await;
            };
            if quit.run_until_cancelled(turn).await.is_none() {
                break;
            }
        }
        if timeout(LAST, self.settled()).await.is_err() {
            tracing::info!("messages under way are tried again at the next start");
        }
    }

    /// One look at `now`; gives how long nothing more is, if nobody calls [`Messaging::trigger`].
    pub async fn turn(&self, now: Timestamp) -> Duration {
        let mut pause = LOOK;
        for (what, wake) in [("reminded of", self.remind(now).await), ("sent", self.deliver(now).await)] {
            match wake {
                Ok(Some(at)) => {
                    pause = pause.min(Duration::try_from(at.duration_since(now)).unwrap_or_default());
                }
                Ok(None) => {}
                Err(error) => {
                    tracing::warn!(%error, "nothing can be {what}; trying again");
                    pause = pause.min(PAUSE);
                }
            }
        }
        pause
    }
}

//! Commands that are sent before the one before them is answered: over the websocket they are carried out in
//! the order in which they are written.

use futures_util::future::join;
use tokio::time::{Instant, timeout};

use super::{
    AriError, Client,
    client::over_websocket,
    command::{Command, Way},
    shared::Letter,
};

impl Client {
    /// Sends a command and goes on. A refusal is written to the log, except that what the command names is gone
    /// already. By HTTP it waits, so that what follows comes after it in any case.
    pub(super) async fn send(&self, command: &Command<'_>) -> Result<(), AriError> {
        let request = command.request()?;
        let live = self.shared.live().ok_or(AriError::NotConnected)?;
        if !live.takes(command, &request) {
            return self.by_http(Some(&live), &request).await.map(drop);
        }
        let id = live.pending.go_on().ok_or(AriError::NotConnected)?;
        let letter = Letter { message: super::rest::frame(id, &request)?, reaction: self.reaction };
        let mailed = timeout(self.shared.request_timeout, live.mail.send(letter)).await;
        mailed.map_err(|_| AriError::Deadline)?.map_err(|_| AriError::NotConnected)
    }

    /// Answers a fresh channel and plays on it, both sent at once where both go over the websocket. What does
    /// not is sent one after the other, and nothing is played then on a channel that was not answered.
    pub(super) async fn tell_both(
        &self,
        answer: &Command<'_>,
        play: &Command<'_>,
    ) -> (Result<(), AriError>, Result<(), AriError>) {
        let (Ok(first), Ok(second), Some(live)) = (answer.request(), play.request(), self.shared.live())
        else {
            return self.one_by_one(answer, play).await;
        };
        let room = live.pace.room();
        if room.is_none() || !live.takes(answer, &first) || !live.takes(play, &second) {
            drop(room);
            return self.one_by_one(answer, play).await;
        }
        let begun = Instant::now();
        let answered = async {
            let answered = self.measured(Way::Websocket, over_websocket(&live, &first, self.reaction)).await;
            live.pace.took(begun.elapsed());
            answered.map(drop)
        };
        let played =
            async { self.measured(Way::Websocket, over_websocket(&live, &second, None)).await.map(drop) };
        join(answered, played).await
    }

    async fn one_by_one(
        &self,
        answer: &Command<'_>,
        play: &Command<'_>,
    ) -> (Result<(), AriError>, Result<(), AriError>) {
        match self.tell(answer).await {
            Ok(()) => (Ok(()), self.reacting(None).tell(play).await),
            Err(error) => (Err(error), Ok(())),
        }
    }
}

//! The handle that everybody holds: one request out, one answer back, within a deadline.

use std::{sync::Arc, time::Duration};

use serde::de::DeserializeOwned;
use tokio::time::{Instant, timeout};

use super::{
    AriError, Reaction,
    command::{Command, Request, Way},
    shared::{Letter, Live, Shared},
};

/// Asterisk's REST interface. Cheap to clone.
#[derive(Clone)]
pub struct Client {
    pub(super) shared: Arc<Shared>,
    /// What the next commands are the answer to.
    pub(super) reaction: Option<Reaction>,
    /// Acts by HTTP while there is no websocket.
    pub(super) deaf: bool,
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Client")
    }
}

/// An answer as both ways bring it.
#[derive(Debug)]
pub(super) struct Answer {
    /// HTTP status.
    pub status: u16,
    /// JSON, or empty.
    pub body: String,
}

impl Client {
    /// A client whose command is the answer to an event: how long it took to be written is measured
    /// (`stasisd_reaction_seconds`).
    #[must_use]
    pub fn reacting(&self, reaction: Option<Reaction>) -> Self {
        Self { shared: Arc::clone(&self.shared), reaction, deaf: self.deaf }
    }

    /// A client for when the websocket is closed for good: its commands go by HTTP and hear no events.
    #[must_use]
    pub fn deaf(&self) -> Self {
        Self { shared: Arc::clone(&self.shared), reaction: None, deaf: true }
    }

    /// Sends a command whose answer says nothing but yes.
    pub(super) async fn tell(&self, command: &Command<'_>) -> Result<(), AriError> {
        self.run(command).await.map(drop)
    }

    /// Sends a command and reads its answer.
    pub(super) async fn ask<T: DeserializeOwned>(&self, command: &Command<'_>) -> Result<T, AriError> {
        let body = self.run(command).await?;
        serde_json::from_str(&body).map_err(|error| AriError::Malformed(format!("an answer: {error}")))
    }

    /// As [`Client::ask`], with `None` for a 404.
    pub(super) async fn look<T: DeserializeOwned>(
        &self,
        command: &Command<'_>,
    ) -> Result<Option<T>, AriError> {
        match self.ask(command).await {
            Ok(found) => Ok(Some(found)),
            Err(AriError::Refused { status: 404, .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn run(&self, command: &Command<'_>) -> Result<String, AriError> {
        let request = command.request()?;
        let live = self.shared.live();
        // Reads that show what Asterisk is and holds need no websocket; all else would act blindly without one.
        let reads =
            matches!(command, Command::Info | Command::Bridges | Command::Channels | Command::Application(_));
        if live.is_none() && !reads && !self.deaf {
            return Err(AriError::NotConnected);
        }
        let Some(live) = live else { return self.by_http(None, &request).await };
        if !live.takes(command, &request) {
            return self.by_http(Some(&live), &request).await;
        }
        let websocket = self.measured(Way::Websocket, over_websocket(&live, &request, self.reaction));
        if !matches!(command, Command::Answer { .. }) {
            return websocket.await;
        }
        let begun = Instant::now();
        let answer = match live.pace.room() {
            Some(_room) => websocket.await,
            None => self.by_http(Some(&live), &request).await,
        };
        live.pace.took(begun.elapsed());
        answer
    }

    pub(super) async fn by_http(&self, live: Option<&Live>, request: &Request) -> Result<String, AriError> {
        // Boxed, because it is rare and big, and would else be part of every call's own future.
        self.measured(Way::Http, Box::pin(self.over_http(live, request))).await
    }

    pub(super) async fn measured(
        &self,
        way: Way,
        answer: impl Future<Output = Result<Answer, AriError>>,
    ) -> Result<String, AriError> {
        let begun = Instant::now();
        let answer = timeout(self.shared.request_timeout, answer).await.unwrap_or(Err(AriError::Deadline));
        self.shared.meters.request(way, answer.as_ref().map(|answer| answer.status), begun.elapsed());
        judge(answer?)
    }

    async fn over_http(&self, live: Option<&Live>, request: &Request) -> Result<Answer, AriError> {
        let answer = self.shared.http.send(request, || {
            if let Some(reaction) = &self.reaction {
                self.shared.meters.reaction(reaction);
            }
        });
        match live {
            None => answer.await,
            Some(live) => live.gone.run_until_cancelled(answer).await.unwrap_or(Err(AriError::NotConnected)),
        }
    }

    /// Gives the websocket up and connects anew: what is true must be looked at again.
    pub fn reconnect(&self) {
        self.shared.again.notify_waiters();
    }

    /// How long any request may take.
    #[must_use]
    pub fn request_timeout(&self) -> Duration {
        self.shared.request_timeout
    }
}

pub(super) async fn over_websocket(
    live: &Live,
    request: &Request,
    reaction: Option<Reaction>,
) -> Result<Answer, AriError> {
    let waiter = live.pending.register().ok_or(AriError::NotConnected)?;
    let frame = super::rest::frame(waiter.id, request)?;
    live.mail.send(Letter { message: frame, reaction }).await.map_err(|_| AriError::NotConnected)?;
    waiter.answer().await.ok_or(AriError::NotConnected)
}

/// Turns an answer into its body, or into the error it stands for.
pub(super) fn judge(answer: Answer) -> Result<String, AriError> {
    match answer.status {
        200..=299 => Ok(answer.body),
        401 => Err(AriError::Unauthorized),
        status => Err(AriError::Refused { status, message: super::rest::message(&answer.body) }),
    }
}

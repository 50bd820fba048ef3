//! The handle that everybody holds: one action out, one answer back, within a deadline.

use std::{sync::Arc, time::Duration};

use tokio::time::{Instant, timeout};

use super::{
    Action, AmiError, Event, Message,
    pending::{Pending, Waiter},
    shared::Shared,
};

/// Asterisk's manager. Cheap to clone.
#[derive(Clone)]
pub struct Client {
    pub(super) shared: Arc<Shared>,
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Client")
    }
}

impl Client {
    /// Sends an action and waits for its answer (`Response: Success`).
    ///
    /// # Errors
    /// Asterisk's refusal, or that there is no answer: what became of the action is unknown then.
    pub async fn act(&self, action: Action) -> Result<Message, AmiError> {
        let name = action.name;
        let answer = self.measured(self.asked(&action, Pending::one)).await?;
        match answer.kind().1 {
            "Error" => Err(refusal(name, answer.sentence())),
            _ => Ok(answer),
        }
    }

    /// Sends an action that is answered by a list (`EventList: start` … `Complete`); gives those of its events that
    /// are known.
    ///
    /// # Errors
    /// As [`Client::act`].
    pub async fn list(&self, action: Action) -> Result<Vec<Event>, AmiError> {
        let name = action.name;
        let events = self.measured(self.asked(&action, Pending::list)).await?;
        events.map_err(|error| match error {
            AmiError::Refused(sentence) => refusal(name, sentence),
            error => error,
        })
    }

    /// Asks for a list that comes over the wire as [`super::Wire::Listed`] with this `tag`, between the events that
    /// Asterisk sent before it and those that it sent after: a list that was overtaken would undo what they told.
    ///
    /// # Errors
    /// There is no connection. A list whose connection breaks never comes; `Down` does.
    pub async fn list_in_order(&self, action: Action, tag: String) -> Result<(), AmiError> {
        let live = self.shared.live().ok_or(AmiError::NotConnected)?;
        let id = live.pending.in_order(tag).ok_or(AmiError::NotConnected)?;
        live.mail.send(action.text(&id.to_string())?).await.map_err(|_| AmiError::NotConnected)
    }

    /// Gives the connection up and connects anew: what is true must be looked at again.
    pub fn reconnect(&self) {
        self.shared.again.notify_waiters();
    }

    /// How long any action may take.
    #[must_use]
    pub fn action_timeout(&self) -> Duration {
        self.shared.site.action_timeout
    }

    async fn asked<T>(
        &self,
        action: &Action,
        place: impl FnOnce(&Arc<Pending>) -> Option<Waiter<T>>,
    ) -> Result<T, AmiError> {
        let live = self.shared.live().ok_or(AmiError::NotConnected)?;
        let waiter = place(&live.pending).ok_or(AmiError::NotConnected)?;
        let text = action.text(&waiter.id.to_string())?;
        live.mail.send(text).await.map_err(|_| AmiError::NotConnected)?;
        waiter.answer().await.ok_or(AmiError::NotConnected)
    }

    async fn measured<T>(&self, answer: impl Future<Output = Result<T, AmiError>>) -> Result<T, AmiError> {
        let begun = Instant::now();
        let answer =
            timeout(self.shared.site.action_timeout, answer).await.unwrap_or(Err(AmiError::Deadline));
        self.shared.meters.action(answer.as_ref().err(), begun.elapsed());
        answer
    }
}

fn refusal(name: &'static str, sentence: String) -> AmiError {
    if sentence == "Permission denied" { AmiError::Denied(name) } else { AmiError::Refused(sentence) }
}

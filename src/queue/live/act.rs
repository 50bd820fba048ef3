//! What is done to queues: one action of Asterisk's each, its answer in clear words.

use std::{sync::atomic::Ordering, time::Duration};

use tokio::time::timeout;

use super::{QueueError, Queues, order, snapshot::Scope, wishes::Wish};
use crate::{
    ami::{Action, AmiError, Caller, Client, Event},
    model::{MemberChange, QueueAction, QueueState, Waiting, queue_text},
    tasks::clock,
};

/// How long the event of what Asterisk has taken may be late. It is on the board then, or comes later.
const SEEN: Duration = Duration::from_millis(500);

impl Queues {
    /// Changes a member, waits for Asterisk's answer, and until the board shows it. `by` is told with the notice.
    ///
    /// # Errors
    /// What Asterisk refused, or that it is not known what became of it.
    pub async fn act(&self, action: &QueueAction, by: &str) -> Result<(), QueueError> {
        let (queue, interface) = (action.queue.as_str(), action.interface.as_str());
        check(interface)?;
        // An action without a queue, or with one that does not fit, would be for all queues.
        self.known(queue)?;
        let client = self.client()?;
        let wish = Wish::from(&action.change);
        self.wishing(queue, interface, wish, by, client.act(message(action))).await?;
        self.seen(queue, |state| shows(state, action)).await;
        Ok(())
    }

    /// Takes a waiting caller out of the queue: they go on in the dialplan behind `Queue()`, with `QUEUESTATUS` set to
    /// `WITHDRAW`. `channel` is the channel's unique id.
    ///
    /// # Errors
    /// As [`Queues::act`].
    pub async fn withdraw(&self, queue: &str, channel: &str, by: &str) -> Result<(), QueueError> {
        let caller = self.waiting(queue, channel)?;
        let client = self.client()?;
        let action = Action::new("QueueWithdrawCaller")
            .with("Queue", queue)
            .with("Caller", &caller.channel_name)
            .with("WithdrawInfo", by);
        self.wishing(queue, channel, Wish::Withdraw, by, client.act(action)).await?;
        self.seen(queue, |state| state.waiting.iter().all(|waiting| waiting.channel != channel)).await;
        Ok(())
    }

    /// Moves a waiting caller to a place of the line, the first is 1. Asterisk knows priorities only: those of callers
    /// in front may be raised for it.
    ///
    /// # Errors
    /// As [`Queues::act`].
    pub async fn move_up(
        &self,
        queue: &str,
        channel: &str,
        position: u32,
        by: &str,
    ) -> Result<(), QueueError> {
        self.waiting(queue, channel)?;
        let client = self.client()?;
        let of = |error| QueueError::of(error, queue, channel);
        // Priorities are told in a list only.
        let list = client.list(status(queue)).await.map_err(of)?;
        let line: Vec<Caller> = list
            .into_iter()
            .filter_map(|event| if let Event::Waits(caller) = event { Some(*caller) } else { None })
            .collect();
        let changes = order::changes(&line, channel, position).ok_or_else(|| no_caller(queue, channel))?;
        for change in changes {
            let action = Action::new("QueueChangePriorityCaller")
                .with("Queue", queue)
                .with("Caller", &change.channel_name)
                .with("Priority", change.priority)
                .with("Immediate", if change.immediate { "yes" } else { "no" });
            if change.immediate {
                self.wishing(queue, channel, Wish::Move, by, client.act(action)).await?;
            } else {
                client.act(action).await.map_err(of)?;
            }
        }
        // No event tells of it.
        let mut watch = self.watch();
        watch.mark_unchanged();
        self.ask(Scope::One(queue.to_owned())).await;
        let stands = |state: &QueueState| {
            let last = u32::try_from(state.waiting.len()).unwrap_or(u32::MAX);
            let place = state.waiting.iter().find(|waiting| waiting.channel == channel);
            place.is_none_or(|waiting| waiting.position == position.clamp(1, last))
        };
        self.seen(queue, stands).await;
        Ok(())
    }

    /// Asks for a list, which comes over the wire. A connection that breaks is told of by `Down`.
    pub(super) async fn ask(&self, scope: Scope) {
        let Some(client) = &self.inner.client else { return };
        let action = match &scope {
            Scope::All => Action::new("QueueStatus"),
            Scope::One(queue) => status(queue),
            Scope::Names => Action::new("QueueSummary"),
        };
        if let Err(error) = client.list_in_order(action, scope.tag()).await {
            tracing::debug!(%error, "a queue could not be asked for");
        }
    }

    fn client(&self) -> Result<Client, QueueError> {
        let standing = self.standing();
        match &self.inner.client {
            Some(client) if standing.connected => Ok(client.clone()),
            _ => Err(QueueError::Away(standing.words)),
        }
    }

    fn known(&self, queue: &str) -> Result<(), QueueError> {
        self.client()?;
        let is_known = self.board().queues.contains_key(queue);
        if is_known { Ok(()) } else { Err(QueueError::NoQueue(queue.to_owned())) }
    }

    fn waiting(&self, queue: &str, channel: &str) -> Result<Waiting, QueueError> {
        self.known(queue)?;
        let state = self.snapshot(queue);
        let found = state.and_then(|state| state.waiting.iter().find(|it| it.channel == channel).cloned());
        found.ok_or_else(|| no_caller(queue, channel))
    }

    /// Notes who wants it before it is sent: the event may come before the answer.
    async fn wishing<T>(
        &self,
        queue: &str,
        whom: &str,
        wish: Wish,
        by: &str,
        answer: impl Future<Output = Result<T, AmiError>>,
    ) -> Result<(), QueueError> {
        let id = self.board().wishes.note(queue, whom, wish, by, clock::now());
        let answer = answer.await;
        if matches!(answer, Err(AmiError::Refused(_) | AmiError::Denied(_) | AmiError::Malformed(_))) {
            self.board().wishes.take_back(id);
        }
        if matches!(answer, Err(AmiError::Denied(_))) {
            self.inner.denied.store(true, Ordering::Relaxed);
        }
        answer.map(drop).map_err(|error| QueueError::of(error, queue, whom))
    }

    /// Waits until the board shows it, but not long.
    async fn seen(&self, queue: &str, shows: impl Fn(&QueueState) -> bool) {
        let mut watch = self.watch();
        let look = async {
            while !self.snapshot(queue).is_none_or(|state| shows(&state)) {
                if watch.changed().await.is_err() {
                    return;
                }
            }
        };
        if timeout(SEEN, look).await.is_err() {
            tracing::debug!(queue, "Asterisk has taken it, and has not told so yet");
        }
    }
}

fn no_caller(queue: &str, channel: &str) -> QueueError {
    QueueError::NoCaller { queue: queue.to_owned(), channel: channel.to_owned() }
}

/// An interface as `app_queue` dials it; a `&` would be a second telephone.
fn check(interface: &str) -> Result<(), QueueError> {
    let is_plain = |c: char| c.is_alphanumeric() || "/@._-+:*#".contains(c);
    let is_one = interface.split_once('/').is_some_and(|(kind, what)| !kind.is_empty() && !what.is_empty());
    if is_one && interface.len() <= 79 && interface.chars().all(is_plain) {
        return Ok(());
    }
    Err(QueueError::Refused(format!("{interface:?} is no interface of a queue: write it as PJSIP/201")))
}

fn status(queue: &str) -> Action {
    Action::new("QueueStatus").with("Queue", queue)
}

// app_queue: QueueAdd, QueueRemove, QueuePause, QueuePenalty
fn message(action: &QueueAction) -> Action {
    let name = match &action.change {
        MemberChange::Add { .. } => "QueueAdd",
        MemberChange::Remove => "QueueRemove",
        MemberChange::Pause { .. } | MemberChange::Resume => "QueuePause",
        MemberChange::Penalty(_) => "QueuePenalty",
    };
    let message = Action::new(name).with("Queue", &action.queue).with("Interface", &action.interface);
    match &action.change {
        MemberChange::Add { name, penalty, paused } => {
            let message = message.with("MemberName", queue_text(name)).with("Penalty", penalty);
            let message = message.with("Paused", paused.is_some());
            match paused {
                Some(reason) => message.with("Reason", queue_text(reason)),
                None => message,
            }
        }
        MemberChange::Remove => message,
        MemberChange::Pause { reason } => message.with("Paused", true).with("Reason", queue_text(reason)),
        MemberChange::Resume => message.with("Paused", false),
        MemberChange::Penalty(penalty) => message.with("Penalty", penalty),
    }
}

fn shows(state: &QueueState, action: &QueueAction) -> bool {
    let member = state.member(&action.interface);
    match &action.change {
        MemberChange::Add { .. } => member.is_some(),
        MemberChange::Remove => member.is_none(),
        MemberChange::Pause { .. } => member.is_none_or(|member| member.paused.is_some()),
        MemberChange::Resume => member.is_none_or(|member| member.paused.is_none()),
        MemberChange::Penalty(penalty) => member.is_none_or(|member| member.penalty == *penalty),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_one_telephone_is_an_interface() {
        for good in ["PJSIP/201", "PJSIP/*21", "Local/s@rig-operator/n", "PJSIP/anna.pons@trunk"] {
            assert_eq!(check(good), Ok(()), "{good}");
        }
        for bad in
            ["", "201", "PJSIP/", "/201", "PJSIP/1&PJSIP/itsp/14165551212", "PJSIP/1\r\n", "PJSIP/${X}"]
        {
            assert!(check(bad).is_err(), "{bad}");
        }
    }
}

//! Who waits for answers of one connection, by the `ActionID` that goes out and comes back.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use tokio::sync::oneshot;

use super::{AmiError, Event, Message, decode::decode};

/// Items of one list at most: 200 queues with 50 members each are a twentieth of it.
const LONGEST_LIST: usize = 200_000;

/// Actions that have no answer yet.
#[derive(Debug, Default)]
pub(super) struct Pending {
    /// `None` once the connection is gone: whoever comes later is told so at once.
    waiting: Mutex<Option<HashMap<u64, Asked>>>,
    last: AtomicU64,
}

/// Who asked, and for what.
#[derive(Debug)]
enum Asked {
    /// One answer.
    One(oneshot::Sender<Message>),
    /// An answer, events, and an end.
    List(Vec<Event>, For),
}

/// Who gets a list.
#[derive(Debug)]
enum For {
    /// Somebody who waits.
    One(oneshot::Sender<Result<Vec<Event>, AmiError>>),
    /// The consumer of the wire, in the order of its events.
    Wire(String),
}

/// What a message was to those who wait.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Taken {
    /// It was for one of them, or for one who has gone.
    Yes,
    /// The end of a list that the wire's consumer asked for as this.
    Listed(String, Result<Vec<Event>, AmiError>),
    /// It belongs to nobody.
    No,
    /// A list that never ends.
    TooMany,
}

impl Pending {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self { waiting: Mutex::new(Some(HashMap::new())), last: AtomicU64::new(0) })
    }

    /// A place to wait for one answer, or `None` if the connection is gone.
    pub(super) fn one(self: &Arc<Self>) -> Option<Waiter<Message>> {
        let (sender, receiver) = oneshot::channel();
        self.register(Asked::One(sender), receiver)
    }

    /// The same for a list.
    pub(super) fn list(self: &Arc<Self>) -> Option<Waiter<Result<Vec<Event>, AmiError>>> {
        let (sender, receiver) = oneshot::channel();
        self.register(Asked::List(Vec::new(), For::One(sender)), receiver)
    }

    /// The id of a list for the wire's consumer, or `None` if the connection is gone.
    pub(super) fn in_order(&self, tag: String) -> Option<u64> {
        let id = self.number();
        self.lock().as_mut()?.insert(id, Asked::List(Vec::new(), For::Wire(tag)));
        Some(id)
    }

    fn number(&self) -> u64 {
        self.last.fetch_add(1, Ordering::Relaxed) + 1
    }

    fn register<T>(self: &Arc<Self>, asked: Asked, receiver: oneshot::Receiver<T>) -> Option<Waiter<T>> {
        let id = self.number();
        self.lock().as_mut()?.insert(id, asked);
        Some(Waiter { id, receiver, pending: Arc::clone(self) })
    }

    /// Gives a message with an `ActionID` to whoever waits for it.
    pub(super) fn take(&self, message: &Message) -> Taken {
        let Some(id) = message.number::<u64>("ActionID") else { return Taken::No };
        let mut lock = self.lock();
        let Some(waiting) = lock.as_mut() else { return Taken::Yes };
        let is_answer = message.kind().0.eq_ignore_ascii_case("Response");
        match waiting.get_mut(&id) {
            Some(Asked::One(_)) if is_answer => {
                if let Some(Asked::One(sender)) = waiting.remove(&id) {
                    let _ = sender.send(message.clone());
                }
            }
            // Whoever asked has given up, or wanted the answer only.
            None | Some(Asked::One(_)) => {}
            Some(Asked::List(..)) if is_answer && message.kind().1 == "Success" => {}
            Some(Asked::List(events, _)) => {
                if events.len() >= LONGEST_LIST {
                    return Taken::TooMany;
                }
                let is_end = is_answer || message.get("EventList").is_some_and(|list| list != "start");
                events.extend(decode(message));
                if is_end && let Some(Asked::List(events, whom)) = waiting.remove(&id) {
                    let whole = message.word("EventList").eq_ignore_ascii_case("Complete");
                    let said = if whole { Ok(events) } else { Err(AmiError::Refused(message.sentence())) };
                    match whom {
                        For::One(sender) => drop(sender.send(said)),
                        For::Wire(tag) => return Taken::Listed(tag, said),
                    }
                }
            }
        }
        Taken::Yes
    }

    /// Ends all waiting, now and later.
    pub(super) fn close(&self) {
        self.lock().take();
    }

    fn lock(&self) -> MutexGuard<'_, Option<HashMap<u64, Asked>>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One who waits. Dropping it leaves the line.
#[derive(Debug)]
pub(super) struct Waiter<T> {
    /// The action's id.
    pub id: u64,
    receiver: oneshot::Receiver<T>,
    pending: Arc<Pending>,
}

impl<T> Waiter<T> {
    /// The answer, or `None` when the connection went away.
    pub(super) async fn answer(mut self) -> Option<T> {
        (&mut self.receiver).await.ok()
    }
}

impl<T> Drop for Waiter<T> {
    fn drop(&mut self) {
        if let Some(waiting) = self.pending.lock().as_mut() {
            waiting.remove(&self.id);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn answers_find_those_who_asked() {
        let pending = Pending::new();
        let (one, other) = (pending.one().unwrap(), pending.one().unwrap());
        let answer = Message::new("Response: Error\r\nActionID: 2\r\nMessage: Interface not found");
        assert_eq!(pending.take(&answer), Taken::Yes);
        assert_eq!(other.answer().await.unwrap().sentence(), "Interface not found");
        assert_eq!(pending.take(&Message::new("Event: QueueMemberPause")), Taken::No);
        assert_eq!(pending.take(&answer), Taken::Yes, "late, and dropped");
        pending.close();
        assert_eq!(one.answer().await, None);
        assert!(pending.one().is_none());
    }

    #[tokio::test]
    async fn a_list_ends_when_it_says_so() {
        let pending = Pending::new();
        let list = pending.list().unwrap();
        for text in [
            "Response: Success\r\nActionID: 1\r\nEventList: start\r\nMessage: Queue status will follow",
            "Event: QueueParams\r\nActionID: 1\r\nQueue: a\r\nStrategy: ringall",
            "Event: SomethingNew\r\nActionID: 1",
            "Event: QueueStatusComplete\r\nActionID: 1\r\nEventList: Complete\r\nListItems: 1",
        ] {
            assert_eq!(pending.take(&Message::new(text)), Taken::Yes);
        }
        let queue = Event::Queue { name: "a".to_owned(), strategy: "ringall".to_owned() };
        assert_eq!(list.answer().await, Some(Ok(vec![queue])));

        let refused = pending.list().unwrap();
        let no = "Response: Error\r\nActionID: 2\r\nMessage: Permission denied";
        pending.take(&Message::new(no));
        assert_eq!(refused.answer().await, Some(Err(AmiError::Refused("Permission denied".to_owned()))));
    }
}

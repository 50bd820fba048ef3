//! REST over the websocket: the frame that carries a request, and those who wait for answers.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Instant,
};

use serde::{Deserialize, Serialize};
use tokio::sync::oneshot;
use tokio_tungstenite::tungstenite::Message;

use super::{AriError, client::Answer, command::Request};

/// ARI `RESTRequest`. `transaction_id` may be left out; `message_body` is JSON in a string.
#[derive(Serialize)]
struct RestRequest<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    request_id: &'a str,
    method: &'static str,
    uri: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    content_type: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message_body: Option<&'a str>,
}

/// The text frame of request number `id`.
pub(super) fn frame(id: u64, request: &Request) -> Result<Message, AriError> {
    let frame = RestRequest {
        kind: "RESTRequest",
        request_id: &id.to_string(),
        method: request.method,
        uri: &request.uri,
        content_type: request.body.as_ref().map(|_| "application/json"),
        message_body: request.body.as_deref(),
    };
    let text = serde_json::to_string(&frame).map_err(|error| AriError::Malformed(error.to_string()))?;
    Ok(Message::text(text))
}

/// The sentence in a refusal's body (`{"message": ..}`, seldom `{"error": ..}`), fit for a log line.
pub(super) fn message(body: &str) -> String {
    #[derive(Deserialize)]
    struct Refusal {
        #[serde(alias = "error")]
        message: String,
    }
    let text =
        serde_json::from_str::<Refusal>(body).map_or_else(|_| body.to_owned(), |refusal| refusal.message);
    text.chars().filter(|c| !c.is_control()).take(300).collect()
}

/// Requests of one websocket that have no answer yet.
#[derive(Debug, Default)]
pub(super) struct Pending {
    /// `None` once the websocket is gone: whoever comes later is told so at once.
    waiting: Mutex<Option<Waiting>>,
    last: AtomicU64,
}

type Waiting = HashMap<u64, Asked>;

/// Who asked.
#[derive(Debug)]
enum Asked {
    /// Somebody who waits for the answer.
    Waits(oneshot::Sender<Answer>),
    /// Somebody who went on, at this moment.
    WentOn(Instant),
}

impl Pending {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self { waiting: Mutex::new(Some(HashMap::new())), last: AtomicU64::new(0) })
    }

    /// A place to wait, or `None` if the websocket is gone.
    pub(super) fn register(self: &Arc<Self>) -> Option<Waiter> {
        let (sender, receiver) = oneshot::channel();
        let id = self.number();
        self.lock().as_mut()?.insert(id, Asked::Waits(sender));
        Some(Waiter { id, receiver, pending: Arc::clone(self) })
    }

    /// The id of a request whose answer nobody waits for, or `None` if the websocket is gone.
    pub(super) fn go_on(&self) -> Option<u64> {
        let id = self.number();
        self.lock().as_mut()?.insert(id, Asked::WentOn(Instant::now()));
        Some(id)
    }

    fn number(&self) -> u64 {
        self.last.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// Gives an answer to whoever waits for it. Gives it back, with the moment of its request, if whoever asked
    /// went on. A late one is dropped.
    pub(super) fn answer(&self, id: u64, answer: Answer) -> Option<(Answer, Instant)> {
        let asked = self.lock().as_mut().and_then(|waiting| waiting.remove(&id));
        match asked? {
            Asked::Waits(waiter) => {
                // The waiter may just have given up.
                let _ = waiter.send(answer);
                None
            }
            Asked::WentOn(at) => Some((answer, at)),
        }
    }

    /// Ends all waiting, now and later.
    pub(super) fn close(&self) {
        self.lock().take();
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Waiting>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One who waits. Dropping it leaves the queue.
#[derive(Debug)]
pub(super) struct Waiter {
    /// The request's id.
    pub id: u64,
    receiver: oneshot::Receiver<Answer>,
    pending: Arc<Pending>,
}

impl Waiter {
    /// The answer, or `None` when the websocket went away.
    pub(super) async fn answer(mut self) -> Option<Answer> {
        (&mut self.receiver).await.ok()
    }
}

impl Drop for Waiter {
    fn drop(&mut self) {
        if let Some(waiting) = self.pending.lock().as_mut() {
            waiting.remove(&self.id);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_as_asterisk_reads_it() {
        let request = Request {
            method: "POST",
            uri: "channels/1.2/play/p".to_owned(),
            body: Some("{\"a\":1}".to_owned()),
        };
        let text = frame(7, &request).expect("frame").into_text().expect("text");
        let json: serde_json::Value = serde_json::from_str(&text).expect("json");
        assert_eq!(
            json,
            serde_json::json!({"type": "RESTRequest", "request_id": "7", "method": "POST", "uri": "channels/1.2/play/p",
                "content_type": "application/json", "message_body": "{\"a\":1}"})
        );
    }

    #[test]
    fn refusals_are_one_clean_line() {
        assert_eq!(message(r#"{"message":"Channel not found"}"#), "Channel not found");
        assert_eq!(message(r#"{"error":"Allocation failed"}"#), "Allocation failed");
        assert_eq!(message("<html>\r\nno"), "<html>no");
        assert_eq!(message(&"x".repeat(10_000)).len(), 300);
    }

    #[tokio::test]
    async fn who_waits_is_told() {
        let pending = Pending::new();
        let (one, two, three) = (
            pending.register().expect("open"),
            pending.register().expect("open"),
            pending.register().expect("open"),
        );
        let answer = |status| Answer { status, body: String::new() };
        assert!(pending.answer(one.id, answer(204)).is_none());
        assert_eq!(one.answer().await.expect("answered").status, 204);
        let id = pending.go_on().expect("open");
        assert_eq!(pending.answer(id, answer(404)).map(|(answer, _)| answer.status), Some(404));
        assert!(pending.answer(id, answer(404)).is_none());
        drop(two);
        assert_eq!(pending.lock().as_ref().map(HashMap::len), Some(1));
        pending.close();
        assert!(three.answer().await.is_none());
        assert!(pending.register().is_none() && pending.go_on().is_none());
    }
}

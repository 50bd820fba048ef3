//! The control API as a customer's program uses it.

use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{Method, Request};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use serde_json::Value;
use tokio::sync::mpsc;

/// A client with one token.
#[derive(Clone)]
pub struct Api {
    /// `http://127.0.0.1:PORT`
    pub base: String,
    token: String,
    client: Client<HttpConnector, Full<Bytes>>,
}

/// One server-sent event.
#[derive(Clone, Debug)]
pub struct Sent {
    /// Its id.
    pub id: i64,
    /// `call.said` and the like.
    pub kind: String,
    /// The whole notice.
    pub data: Value,
}

impl Api {
    /// A client of the API at `base`.
    pub fn new(base: &str, token: &str) -> Self {
        let client = Client::builder(TokioExecutor::new()).build_http();
        Self { base: base.to_owned(), token: token.to_owned(), client }
    }

    /// Sends one request; the status and the body (JSON, or text as a JSON string).
    pub async fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<(u16, Value), String> {
        let bytes = body.map(|value| Bytes::from(value.to_string())).unwrap_or_default();
        let request = self.request(method, path).body(Full::new(bytes)).map_err(|e| e.to_string())?;
        let sent = tokio::time::timeout(Duration::from_secs(15), self.client.request(request));
        let response =
            sent.await.map_err(|_| format!("{path}: no answer"))?.map_err(|e| format!("{path}: {e}"))?;
        let status = response.status().as_u16();
        let bytes = response.into_body().collect().await.map_err(|e| e.to_string())?.to_bytes();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        Ok((status, serde_json::from_str(&text).unwrap_or(Value::String(text))))
    }

    fn request(&self, method: Method, path: &str) -> hyper::http::request::Builder {
        Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.base))
            .header("authorization", format!("Bearer {}", self.token))
            .header("content-type", "application/json")
    }

    /// `GET path`, which must succeed.
    pub async fn get(&self, path: &str) -> Value {
        let (status, body) = self.send(Method::GET, path, None).await.unwrap();
        assert!(status < 300, "GET {path}: {status} {body}");
        body
    }

    /// `PUT path`, which must succeed.
    pub async fn put(&self, path: &str, body: &Value) -> Value {
        let (status, body) = self.send(Method::PUT, path, Some(body)).await.unwrap();
        assert!(status < 300, "PUT {path}: {status} {body}");
        body
    }

    /// Follows `/v1/events` after `after`, over reconnects, until the receiver is dropped.
    pub fn follow(&self, mut after: i64) -> mpsc::UnboundedReceiver<Sent> {
        let (sender, receiver) = mpsc::unbounded_channel();
        let api = self.clone();
        tokio::spawn(async move {
            while !sender.is_closed() {
                let _ = api.follow_once(&mut after, &sender).await;
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        });
        receiver
    }

    async fn follow_once(&self, after: &mut i64, sender: &mpsc::UnboundedSender<Sent>) -> Option<()> {
        let request = self
            .request(Method::GET, "/v1/events")
            .header("last-event-id", after.to_string())
            .body(Full::new(Bytes::new()))
            .ok()?;
        let mut body = self.client.request(request).await.ok()?.into_body();
        let mut buffer = String::new();
        while let Some(Ok(frame)) = body.frame().await {
            buffer.push_str(std::str::from_utf8(frame.data_ref()?).ok()?);
            while let Some(end) = buffer.find("\n\n") {
                let block: String = buffer.drain(..end + 2).collect();
                let Some(sent) = parse(&block) else { continue };
                *after = sent.id;
                sender.send(sent).ok()?;
            }
        }
        None
    }
}

fn parse(block: &str) -> Option<Sent> {
    let field = |name: &str| {
        let line = block.lines().find_map(|line| line.strip_prefix(name));
        line.map(|line| line.trim_start().to_owned())
    };
    Some(Sent {
        id: field("id:")?.parse().ok()?,
        kind: field("event:")?,
        data: serde_json::from_str(&field("data:")?).ok()?,
    })
}

//! A customer's receiver: keeps what it is told, and answers as it is bidden.

use std::{
    collections::HashMap,
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

/// How to answer from now on.
#[derive(Clone, Debug)]
pub enum Manner {
    /// These bytes.
    Says(String),
    /// Nothing at all.
    Silent,
    /// Nothing, and the connection is closed when the request was read.
    HangsUp,
    /// A good status, and then a text without end.
    Endless,
    /// A good status, and then a text that comes a byte at a time and never ends.
    Dripping,
}

/// One request.
#[derive(Clone, Debug)]
pub struct Request {
    pub line: String,
    pub headers: HashMap<String, String>,
    pub body: String,
}

impl Request {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).expect("JSON")
    }
}

/// Listens until it is dropped.
pub struct Receiver {
    pub address: SocketAddr,
    manner: Arc<Mutex<Manner>>,
    requests: Arc<Mutex<Vec<Request>>>,
    task: JoinHandle<()>,
}

pub fn status(status: &str) -> Manner {
    Manner::Says(format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\n\r\n"))
}

impl Receiver {
    pub async fn start(manner: Manner) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let (manner, requests) = (Arc::new(Mutex::new(manner)), Arc::<Mutex<Vec<Request>>>::default());
        let (how, seen) = (Arc::clone(&manner), Arc::clone(&requests));
        let task = tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.expect("a connection");
                tokio::spawn(serve(stream, Arc::clone(&how), Arc::clone(&seen)));
            }
        });
        Self { address, manner, requests, task }
    }

    pub fn url(&self) -> String {
        format!("http://{}/told?by=stasisd", self.address)
    }

    pub fn behave(&self, manner: Manner) {
        *self.manner.lock().unwrap() = manner;
    }

    pub fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }

    pub fn ids(&self) -> Vec<String> {
        self.requests().iter().map(|request| request.header("webhook-id").to_owned()).collect()
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(mut stream: TcpStream, how: Arc<Mutex<Manner>>, seen: Arc<Mutex<Vec<Request>>>) {
    let mut kept = Vec::new();
    while let Some(request) = read(&mut stream, &mut kept).await {
        seen.lock().unwrap().push(request);
        let manner = how.lock().unwrap().clone();
        let good = "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\n\r\n";
        // Whoever has had enough closes the connection.
        let done = match manner {
            Manner::Says(text) => stream.write_all(text.as_bytes()).await,
            Manner::Silent => std::future::pending().await,
            Manner::HangsUp => return,
            Manner::Endless => {
                let mut sent = stream.write_all(good.as_bytes()).await;
                while sent.is_ok() {
                    sent = stream.write_all(&[b'x'; 64 * 1024]).await;
                }
                sent
            }
            Manner::Dripping => {
                let mut sent = stream.write_all(good.as_bytes()).await;
                while sent.is_ok() {
                    sent = stream.write_all(b"x").await;
                    tokio::time::sleep(std::time::Duration::from_millis(20)).await;
                }
                sent
            }
        };
        if done.is_err() {
            return;
        }
    }
}

/// Reads one request; `kept` is what has come of the next one.
async fn read(stream: &mut TcpStream, kept: &mut Vec<u8>) -> Option<Request> {
    loop {
        if let Some(end) = kept.windows(4).position(|four| four == b"\r\n\r\n") {
            let head = String::from_utf8(kept[..end].to_vec()).expect("text");
            let mut lines = head.lines();
            let line = lines.next().unwrap_or_default().to_owned();
            let headers: HashMap<_, _> = lines
                .filter_map(|line| line.split_once(": "))
                .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
                .collect();
            let length: usize =
                headers.get("content-length").map_or(0, |text| text.parse().expect("a number"));
            if kept.len() >= end + 4 + length {
                let body = String::from_utf8(kept[end + 4..end + 4 + length].to_vec()).expect("text");
                kept.drain(..end + 4 + length);
                return Some(Request { line, headers, body });
            }
        }
        let mut bytes = [0; 4096];
        let count = stream.read(&mut bytes).await.ok().filter(|count| *count > 0)?;
        kept.extend_from_slice(&bytes[..count]);
    }
}

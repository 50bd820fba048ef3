//! A customer's server that keeps whoever asks waiting until the test lets them go.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use axum::{
    Json, Router,
    extract::State,
    http::HeaderMap,
    routing::{get, post},
};
use serde_json::{Value, json};
use tokio::{net::TcpListener, sync::watch, task::JoinHandle};

#[derive(Clone)]
struct Desk {
    orders: Value,
    keys: Arc<Mutex<Vec<String>>>,
    open: watch::Receiver<bool>,
}

impl Desk {
    async fn wait(mut self) {
        let _ = self.open.wait_for(|open| *open).await;
    }
}

/// Running until it is dropped.
pub struct Endpoint {
    address: SocketAddr,
    keys: Arc<Mutex<Vec<String>>>,
    open: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Endpoint {
    /// One that knows no orders and answers nobody yet.
    pub async fn start() -> Self {
        Self::with_orders(json!([])).await
    }

    /// One that gives these orders to everybody, and answers nobody yet.
    pub async fn with_orders(orders: Value) -> Self {
        let (open, seen) = watch::channel(false);
        let keys = Arc::new(Mutex::new(Vec::new()));
        let desk = Desk { orders, keys: Arc::clone(&keys), open: seen };
        let router = Router::new().route("/hook", post(hook)).route("/orders", get(list)).with_state(desk);
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let task = tokio::spawn(async move { axum::serve(listener, router).await.expect("it serves") });
        Self { address, keys, open, task }
    }

    /// Answers everybody from now on.
    pub fn open(&self) {
        self.open.send_replace(true);
    }

    /// The `Idempotency-Key` of each webhook that came.
    pub fn keys(&self) -> Vec<String> {
        self.keys.lock().expect("no panic").clone()
    }

    /// A daemon's settings that name it: `settings.hook`, and where orders are looked up.
    pub fn settings(&self) -> String {
        let address = self.address;
        format!(
            "[flows.settings]\nhook = \"http://{address}/hook\"\n\
             [orders.source]\nurl = \"http://{address}/orders\"\ntimeout_ms = 9000\ncache_secs = 0\n"
        )
    }
}

impl Drop for Endpoint {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn hook(State(desk): State<Desk>, headers: HeaderMap) -> Json<Value> {
    let key = headers.get("idempotency-key").and_then(|key| key.to_str().ok()).unwrap_or_default();
    desk.keys.lock().expect("no panic").push(key.to_owned());
    desk.wait().await;
    Json(json!({}))
}

async fn list(State(desk): State<Desk>) -> Json<Value> {
    let answer = json!({ "orders": desk.orders });
    desk.wait().await;
    Json(answer)
}

//! The log tells what was asked, and neither tokens nor telephone numbers.

use std::{
    io,
    sync::{Arc, Mutex},
};

use serde_json::json;
use tracing_subscriber::{EnvFilter, fmt::MakeWriter};

use crate::app::App;

/// Everything logged by this test program.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

#[tokio::test]
async fn the_log_has_ids_and_routes_but_no_secrets() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt().with_env_filter(EnvFilter::new("stasisd=trace"));
    let subscriber = subscriber.with_ansi(false).with_writer(log.clone()).finish();
    tracing::subscriber::set_global_default(subscriber).unwrap();

    let app = App::start().await;
    let shop = app.shop().await.with("x-request-id", "logged-request-1");
    let order = json!({"phones": ["+34699887766"], "status": "sent", "version": 1});
    shop.put("/v1/orders/logged-order", order).await.is(201);
    shop.get("/v1/orders?phone=%2B34699887766").await.is(200);
    shop.put("/v1/orders/x", json!({"phones": ["34699887766&x"]})).await.is(422);
    app.stranger().with("authorization", "Bearer stasisd_wrongsecret").get("/v1/orders").await.is(401);

    let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    let line = text.lines().find(|l| l.contains("logged-request-1") && l.contains("status=201"));
    let line = line.unwrap_or_else(|| panic!("{text}"));
    assert!(line.contains("route=\"/v1/orders/{id}\"") && line.contains("method=\"PUT\""), "{line}");
    assert!(line.contains("ms="), "{line}");
    for secret in ["699887766", "stasisd_", "logged-order"] {
        assert!(!text.contains(secret), "{secret} is in the log");
    }
}

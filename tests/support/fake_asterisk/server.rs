//! The pretend Asterisk's door: HTTP, and the websocket that comes out of it.

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{Request, State},
    http::{HeaderMap, Response, StatusCode, header},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use futures_util::{SinkExt, StreamExt};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::{net::TcpListener, sync::mpsc};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{Message, handshake::derive_accept_key, protocol::Role},
};

use super::{Fake, Seen, frames, rest};

/// Serves until the returned task is aborted.
pub fn serve(listener: TcpListener, fake: Fake) -> tokio::task::JoinHandle<()> {
    tokio::spawn(async move {
        let app = Router::new().fallback(door).with_state(fake);
        axum::serve(listener, app).await.expect("it serves");
    })
}

fn reply(status: u16, body: Option<&Value>) -> Response<Body> {
    let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
    let mut response = Response::new(body);
    *response.status_mut() = StatusCode::from_u16(status).expect("a status");
    response
}

fn admitted(fake: &Fake, headers: &HeaderMap) -> bool {
    let world = fake.world();
    let pair = BASE64_STANDARD.encode(format!("{}:{}", super::USER, world.faults.password));
    headers
        .get(header::AUTHORIZATION)
        .is_some_and(|value| value.as_bytes() == format!("Basic {pair}").as_bytes())
}

async fn door(State(fake): State<Fake>, mut request: Request) -> Response<Body> {
    if fake.is_stopped() {
        let mut response = reply(503, None);
        response.headers_mut().insert(header::CONNECTION, "close".parse().expect("a header"));
        return response;
    }
    if !admitted(&fake, request.headers()) {
        return reply(401, Some(&json!({ "message": "Authentication required" })));
    }
    let uri = request.uri().path_and_query().map_or("", |uri| uri.as_str());
    let Some(uri) = uri.strip_prefix("/ari/").map(ToOwned::to_owned) else { return reply(404, None) };
    if uri.starts_with("events?") {
        return upgrade(fake, &mut request);
    }
    let method = request.method().to_string();
    let body = to_bytes(request.into_body(), 1 << 20).await.expect("a body");
    let body = String::from_utf8(body.into()).expect("text");
    {
        let mut world = fake.world();
        world.at_once += 1;
        world.most_at_once = world.most_at_once.max(world.at_once);
    }
    let answer = act(&fake, &method, &uri, &body, false).await;
    fake.world().at_once -= 1;
    match answer {
        Some((status, body)) => reply(status, body.as_ref()),
        // Never answered.
        None => std::future::pending().await,
    }
}

/// Does one request, with the faults that are set.
async fn act(fake: &Fake, method: &str, uri: &str, body: &str, websocket: bool) -> Option<rest::Reply> {
    fake.awake().await;
    let (delay, refusal, swallow) = {
        let mut world = fake.world();
        let seen = Seen { method: method.to_owned(), uri: uri.to_owned(), body: body.to_owned(), websocket };
        world.seen.push(seen);
        let swallow = !uri.starts_with("asterisk/") && world.faults.swallow;
        let matches = |(fragment, ..): &(String, u16, String)| uri.contains(fragment.as_str());
        let refusal = world.faults.refuse.iter().position(matches);
        let refusal = refusal.map(|index| world.faults.refuse.remove(index));
        (world.faults.delay, refusal, swallow)
    };
    if !delay.is_zero() && !uri.starts_with("asterisk/") {
        tokio::time::sleep(delay).await;
    }
    if swallow {
        return None;
    }
    Some(match refusal {
        Some((_, status, message)) => (status, Some(json!({ "message": message }))),
        None => rest::serve(fake, &rest::Request::new(method, uri, body)),
    })
}

fn upgrade(fake: Fake, request: &mut Request) -> Response<Body> {
    let key = request.headers().get(header::SEC_WEBSOCKET_KEY).cloned().expect("a websocket's key");
    let upgraded = hyper::upgrade::on(request);
    tokio::spawn(async move {
        let io = TokioIo::new(upgraded.await.expect("an upgrade"));
        websocket(fake, WebSocketStream::from_raw_socket(io, Role::Server, None).await).await;
    });
    Response::builder()
        .status(101)
        .header(header::UPGRADE, "websocket")
        .header(header::CONNECTION, "Upgrade")
        .header(header::SEC_WEBSOCKET_ACCEPT, derive_accept_key(key.as_bytes()))
        .body(Body::empty())
        .expect("a response")
}

async fn websocket(fake: Fake, mut socket: WebSocketStream<TokioIo<hyper::upgrade::Upgraded>>) {
    let (sender, mut outbox) = mpsc::unbounded_channel();
    let mine = sender.clone();
    let cut = {
        let mut world = fake.world();
        world.opened += 1;
        if let Some(before) = world.listener.replace(sender) {
            let _ = before.send(Message::text(frames::replaced().to_string()));
        }
        fake.cut_token()
    };
    loop {
        fake.awake().await;
        tokio::select! {
            // The socket is dropped without a farewell.
            () = cut.cancelled() => break,
            () = fake.asleep() => {}
            message = outbox.recv() => {
                let Some(message) = message else { break };
                if socket.send(message).await.is_err() { break; }
            }
            message = socket.next() => match message {
                Some(Ok(Message::Text(text))) => request(&fake, &mine, &text).await,
                Some(Ok(Message::Ping(_))) => fake.world().pings += 1,
                Some(Ok(Message::Close(_)) | Err(_)) | None => break,
                Some(Ok(_)) => {}
            },
        }
    }
    let mut world = fake.world();
    if world.listener.as_ref().is_some_and(|listener| listener.same_channel(&mine)) {
        world.listener = None;
    }
}

/// One `RESTRequest`: strictly one after another, as the real one does. Older versions say nothing.
async fn request(fake: &Fake, mine: &mpsc::UnboundedSender<Message>, text: &str) {
    let frame: Value = serde_json::from_str(text).expect("JSON");
    if !fake.world().faults.rest_over_websocket {
        return;
    }
    let word = |name: &str| frame[name].as_str().unwrap_or_default();
    if let Some((status, body)) = act(fake, word("method"), word("uri"), word("message_body"), true).await {
        let answer = frames::answer(word("request_id"), word("uri"), status, body.as_ref());
        let _ = mine.send(Message::text(answer.to_string()));
    }
}

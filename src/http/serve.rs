//! The listener: parse everything, bind, then serve until told to stop.

use std::{future::Future, io, net::SocketAddr, sync::Arc, time::Duration};

use axum::{Router, body::Body, extract::Request};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{sleep, timeout},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tower::ServiceExt;

use super::{
    auth::Peer,
    error::HttpError,
    router::router,
    stall::Stall,
    state::{Rooms, Shared},
    tls::Tls,
    work::Work,
};
use crate::config::HttpConfig;

/// Connections at once; further ones wait in the kernel's queue.
const MAX_CONNECTIONS: usize = 1024;
const HANDSHAKE_DEADLINE: Duration = Duration::from_secs(10);
/// A client that takes nothing for so long is let go.
const WRITE_DEADLINE: Duration = Duration::from_secs(30);
const MAX_HEADERS: usize = 64;
const MAX_HEAD_BYTES: usize = 32 * 1024;
/// Out of file descriptors, say: not again at once.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Opens the control port. Gives the address it really has, and the future that serves it until `shutdown`:
/// then event streams end, requests in work are finished (within `http.request_timeout_ms`), and it returns.
///
/// # Errors
/// A public address without TLS, a certificate that cannot be used, an address that is taken.
pub async fn serve(
    config: &HttpConfig,
    rooms: Rooms,
    shutdown: CancellationToken,
) -> Result<(SocketAddr, impl Future<Output = ()> + Send + 'static), HttpError> {
    let is_loopback = config.listen.ip().to_canonical().is_loopback();
    if !is_loopback && config.tls.is_none() && !config.insecure_public {
        return Err(HttpError::Public(config.listen));
    }
    let tls = config.tls.as_ref().map(Tls::load).transpose()?;
    let bind = |error: io::Error| HttpError::Bind { address: config.listen, error };
    let listener = TcpListener::bind(config.listen).await.map_err(bind)?;
    let address = listener.local_addr().map_err(bind)?;
    let app = Shared::new(config, rooms, shutdown.clone());
    let patience = app.timeout;
    let work = app.work.clone();
    let door = Door { router: router(app), work, tls, shutdown, connections: TaskTracker::new(), patience };
    Ok((address, door.run(listener)))
}

/// What each connection needs.
#[derive(Clone)]
struct Door {
    router: Router,
    tls: Option<Tls>,
    shutdown: CancellationToken,
    connections: TaskTracker,
    /// The handlers' work that outlives its connection.
    work: Work,
    /// How long a request's head may take, an idle connection is kept, and requests are waited for at the end.
    patience: Duration,
}

impl Door {
    async fn run(self, listener: TcpListener) {
        let places = Arc::new(Semaphore::new(MAX_CONNECTIONS));
        // Ends what is left after the drain, and everything if this future is dropped.
        let hard = CancellationToken::new();
        let _guard = hard.clone().drop_guard();
        while let Some(Some((stream, peer, place))) =
            self.shutdown.run_until_cancelled(accept(&listener, &places)).await
        {
            let door = self.clone();
            let hard = hard.clone();
            self.connections.spawn(async move {
                hard.run_until_cancelled(door.connection(stream, peer)).await;
                drop(place);
            });
        }
        drop(listener);
        self.connections.close();
        let ended = async { tokio::join!(self.connections.wait(), self.work.wait()) };
        if timeout(self.patience, ended).await.is_err() {
            tracing::warn!(left = self.connections.len(), "requests were still in work at the end");
        }
    }

    async fn connection(self, stream: TcpStream, peer: SocketAddr) {
        // Events are small and must not wait for each other.
        let _ = stream.set_nodelay(true);
        let served = match &self.tls {
            None => self.speak(Stall::new(stream, WRITE_DEADLINE), peer).await,
            Some(tls) => match timeout(HANDSHAKE_DEADLINE, tls.acceptor().accept(stream)).await {
                Ok(Ok(stream)) => self.speak(Stall::new(stream, WRITE_DEADLINE), peer).await,
                Ok(Err(error)) => return tracing::debug!(%peer, %error, "no TLS"),
                Err(_) => return tracing::debug!(%peer, "the TLS handshake took too long"),
            },
        };
        if let Err(error) = served {
            tracing::debug!(%peer, %error, "a connection broke");
        }
    }

    async fn speak<I>(self, io: I, peer: SocketAddr) -> hyper::Result<()>
    where
        I: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let router = self.router;
        let service = service_fn(move |request: hyper::Request<Incoming>| {
            let mut request: Request = request.map(Body::new);
            request.extensions_mut().insert(Peer(peer));
            router.clone().oneshot(request)
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(self.patience)
            .max_headers(MAX_HEADERS)
            .max_buf_size(MAX_HEAD_BYTES)
            .serve_connection(TokioIo::new(io), service)
            .with_upgrades();
        let mut connection = std::pin::pin!(connection);
        if let Some(served) = self.shutdown.run_until_cancelled(connection.as_mut()).await {
            return served;
        }
        connection.as_mut().graceful_shutdown();
        connection.await
    }
}

/// The next connection and its place; `None` only if there will be none.
async fn accept(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> Option<(TcpStream, SocketAddr, OwnedSemaphorePermit)> {
    let place = Arc::clone(places).acquire_owned().await.ok()?;
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => return Some((stream, peer, place)),
            Err(error) => {
                tracing::warn!(%error, "cannot accept a connection");
                sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

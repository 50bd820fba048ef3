//! A TCP proxy between the daemon and the real Asterisk, for the faults that a network has.

use std::{net::SocketAddr, sync::Arc};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream, tcp},
    sync::watch,
};

/// What the network does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Weather {
    /// Everything passes.
    Fair,
    /// Connections stay open and nothing passes: packets dropped.
    Silent,
    /// Connections are cut and refused.
    Down,
}

/// A proxy in front of one address.
pub struct Proxy {
    /// Where it listens.
    pub address: SocketAddr,
    weather: Arc<watch::Sender<Weather>>,
    cut: Arc<watch::Sender<u64>>,
}

impl Proxy {
    /// Starts a proxy in front of `target`.
    pub async fn start(target: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let weather = Arc::new(watch::channel(Weather::Fair).0);
        let cut = Arc::new(watch::channel(0).0);
        let (seen, cuts) = (weather.subscribe(), cut.subscribe());
        tokio::spawn(async move {
            while let Ok((inside, _)) = listener.accept().await {
                tokio::spawn(carry(inside, target, seen.clone(), cuts.clone()));
            }
        });
        Self { address, weather, cut }
    }

    /// Cuts every connection once; new ones pass.
    pub fn cut(&self) {
        self.cut.send_modify(|count| *count += 1);
    }

    /// Cuts every connection and refuses new ones until [`Proxy::fair`].
    pub fn down(&self) {
        self.weather.send_replace(Weather::Down);
        self.cut();
    }

    /// Drops every byte, without closing anything.
    pub fn silent(&self) {
        self.weather.send_replace(Weather::Silent);
    }

    /// Everything passes again.
    pub fn fair(&self) {
        self.weather.send_replace(Weather::Fair);
    }
}

async fn carry(
    inside: TcpStream,
    target: SocketAddr,
    weather: watch::Receiver<Weather>,
    mut cuts: watch::Receiver<u64>,
) {
    if *weather.borrow() == Weather::Down {
        return;
    }
    cuts.mark_unchanged();
    let Ok(outside) = TcpStream::connect(target).await else { return };
    let _ = (inside.set_nodelay(true), outside.set_nodelay(true));
    let (inside_read, inside_write) = inside.into_split();
    let (outside_read, outside_write) = outside.into_split();
    tokio::select! {
        () = pump(inside_read, outside_write, weather.clone()) => {}
        () = pump(outside_read, inside_write, weather) => {}
        _ = cuts.changed() => {}
    }
}

async fn pump(mut from: tcp::OwnedReadHalf, mut to: tcp::OwnedWriteHalf, weather: watch::Receiver<Weather>) {
    let mut buffer = [0; 16 * 1024];
    while let Ok(count @ 1..) = from.read(&mut buffer).await {
        if *weather.borrow() != Weather::Silent && to.write_all(&buffer[..count]).await.is_err() {
            return;
        }
    }
}

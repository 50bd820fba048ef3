//! Where a caller's media goes when a test wants to know what was sent: the keys in it (RFC 4733).

use std::{
    net::UdpSocket,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread::JoinHandle,
    time::Duration,
};

/// Reads RTP until it is dropped.
pub struct Ears {
    port: u16,
    keys: Arc<Mutex<Vec<(u32, char)>>>,
    over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Ears {
    /// Listens on a port of its own.
    pub fn new() -> Ears {
        let socket = UdpSocket::bind("127.0.0.1:0").expect("a port");
        socket.set_read_timeout(Some(Duration::from_millis(100))).expect("a timeout");
        let port = socket.local_addr().expect("an address").port();
        let (keys, over) = (Arc::new(Mutex::new(Vec::new())), Arc::new(AtomicBool::new(false)));
        let (heard, ends) = (Arc::clone(&keys), Arc::clone(&over));
        let thread = std::thread::spawn(move || {
            let mut packet = [0; 2048];
            while !ends.load(Ordering::Acquire) {
                if let Ok(length) = socket.recv(&mut packet)
                    && let Some(key) = key(&packet[..length])
                {
                    let mut keys: std::sync::MutexGuard<Vec<(u32, char)>> = heard.lock().expect("the keys");
                    // The end of a key is sent three times, with the timestamp of its beginning.
                    if keys.last().is_none_or(|last| last.0 != key.0) {
                        keys.push(key);
                    }
                }
            }
        });
        Ears { port, keys, over, thread: Some(thread) }
    }

    /// The port that SDP names.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The keys that came so far.
    pub fn keys(&self) -> String {
        self.keys.lock().expect("the keys").iter().map(|(_, key)| *key).collect()
    }
}

impl Drop for Ears {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Release);
        if let Some(thread) = self.thread.take() {
            _ = thread.join();
        }
    }
}

/// A key that was let go of: its timestamp and what it is. RFC 3550 §5.1, RFC 4733 §2.3.
fn key(packet: &[u8]) -> Option<(u32, char)> {
    let [first, kind, _, _, t0, t1, t2, t3, _, _, _, _, event, end, ..] = packet else { return None };
    let is_end_of_key = first >> 6 == 2 && kind & 0x7f == 101 && end & 0x80 != 0;
    let key = char::from(*b"0123456789*#ABCD".get(usize::from(*event))?);
    is_end_of_key.then_some((u32::from_be_bytes([*t0, *t1, *t2, *t3]), key))
}

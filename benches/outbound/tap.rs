//! A tap on the wire between Asterisk and the callees: it passes SIP on and notes when what went by.

use std::{
    collections::HashMap,
    net::{SocketAddr, UdpSocket},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread::JoinHandle,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use crate::support::rig::Rig;

/// One call as the wire has seen it; times are microseconds since 1970.
#[derive(Clone, Debug, Default)]
pub struct Passed {
    /// The number that was dialled, digits only.
    pub number: String,
    /// The first INVITE.
    pub invited_us: i64,
    /// The callee's 200.
    pub answered_us: Option<i64>,
    /// Asterisk's first packet of sound.
    pub heard_us: Option<i64>,
    /// Asterisk's port for the call's sound.
    media: u16,
}

#[derive(Default)]
struct Seen {
    /// By Call-ID.
    calls: HashMap<String, Passed>,
    /// First packet of sound, by Asterisk's port.
    sounds: HashMap<u16, i64>,
    /// Answers that are held back until so many have come.
    held: Vec<Vec<u8>>,
    hold: usize,
}

/// The tap: Asterisk takes its address for the carrier's.
pub struct Tap {
    seen: Arc<Mutex<Seen>>,
    ends: Arc<AtomicBool>,
    threads: Vec<JoinHandle<()>>,
}

impl Tap {
    /// Stands at the carrier's port, before callees at `callees`.
    pub fn start(rig: &Rig, callees: u16) -> Self {
        let (seen, ends) = (Arc::<Mutex<Seen>>::default(), Arc::<AtomicBool>::default());
        let sip = bind(rig.port("CARRIER_PORT"));
        let sound = bind(0);
        let sound_port = sound.local_addr().expect("a port").port();
        let wire = Wire {
            asterisk: local(rig.port("SIP_PORT")),
            callees: local(callees),
            sound_port,
            seen: Arc::clone(&seen),
        };
        let ended = Arc::clone(&ends);
        let signals =
            std::thread::spawn(move || receive(&sip, &ended, |packet, from| wire.pass(&sip, packet, from)));
        let (ended, heard) = (Arc::clone(&ends), Arc::clone(&seen));
        let sounds = std::thread::spawn(move || {
            receive(&sound, &ended, |_, from| {
                heard.lock().expect("the tap").sounds.entry(from.port()).or_insert_with(now_us);
            });
        });
        Self { seen, ends, threads: vec![signals, sounds] }
    }

    /// Holds answers back until there are so many, and lets them go together. 0: lets them pass.
    pub fn hold(&self, answers: usize) {
        self.seen.lock().expect("the tap").hold = answers;
    }

    /// Forgets everything.
    pub fn clear(&self) {
        let mut seen = self.seen.lock().expect("the tap");
        *seen = Seen { hold: seen.hold, ..Seen::default() };
    }

    /// The calls so far, by number.
    pub fn calls(&self) -> HashMap<String, Passed> {
        let seen = self.seen.lock().expect("the tap");
        let with_sound =
            |call: &Passed| Passed { heard_us: seen.sounds.get(&call.media).copied(), ..call.clone() };
        seen.calls.values().map(|call| (call.number.clone(), with_sound(call))).collect()
    }
}

impl Drop for Tap {
    fn drop(&mut self) {
        self.ends.store(true, Ordering::Release);
        for thread in self.threads.drain(..) {
            _ = thread.join();
        }
    }
}

struct Wire {
    asterisk: SocketAddr,
    callees: SocketAddr,
    sound_port: u16,
    seen: Arc<Mutex<Seen>>,
}

impl Wire {
    fn pass(&self, socket: &UdpSocket, packet: &[u8], from: SocketAddr) {
        let at = now_us();
        let text = String::from_utf8_lossy(packet);
        let call = header(&text, "Call-ID").to_owned();
        let mut seen = self.seen.lock().expect("the tap");
        if from == self.asterisk {
            if text.starts_with("INVITE ") {
                seen.calls.entry(call).or_insert_with(|| invited(&text, at));
            }
            drop(seen);
            _ = socket.send_to(packet, self.callees);
            return;
        }
        if !(text.starts_with("SIP/2.0 200") && header(&text, "CSeq").ends_with("INVITE")) {
            drop(seen);
            _ = socket.send_to(packet, self.asterisk);
            return;
        }
        // The sound comes to us; both ports have five digits, so the length stays.
        let answer = match port_of_sound(&text) {
            Some(port) => text.replace(&format!("m=audio {port} "), &format!("m=audio {} ", self.sound_port)),
            None => text.clone().into_owned(),
        };
        if seen.hold > 0 {
            let is_new = seen.calls.get(&call).is_some_and(|call| call.answered_us.is_none());
            if is_new {
                seen.held.push(answer.into_bytes());
                // It is being held; the time is set when it goes.
                seen.calls.entry(call).and_modify(|call| call.answered_us = Some(i64::MAX));
            }
            if seen.held.len() >= seen.hold {
                seen.hold = 0;
                let held = std::mem::take(&mut seen.held);
                for answer in held {
                    let call = header(&String::from_utf8_lossy(&answer), "Call-ID").to_owned();
                    let at = now_us();
                    _ = socket.send_to(&answer, self.asterisk);
                    seen.calls.entry(call).and_modify(|call| call.answered_us = Some(at));
                }
            }
            return;
        }
        seen.calls.entry(call).and_modify(|call| {
            call.answered_us.get_or_insert(at);
        });
        drop(seen);
        _ = socket.send_to(answer.as_bytes(), self.asterisk);
    }
}

fn invited(text: &str, at: i64) -> Passed {
    let digits = |text: &str| {
        text.chars().skip_while(|c| !c.is_ascii_digit()).take_while(char::is_ascii_digit).collect()
    };
    Passed {
        number: text.split("sip:").nth(1).map(digits).unwrap_or_default(),
        invited_us: at,
        media: port_of_sound(text).unwrap_or_default(),
        ..Passed::default()
    }
}

fn port_of_sound(text: &str) -> Option<u16> {
    text.split("m=audio ").nth(1)?.split(' ').next()?.parse().ok()
}

fn header<'a>(text: &'a str, name: &str) -> &'a str {
    let value = text.lines().find_map(|line| {
        let (found, value) = line.split_once(':')?;
        found.eq_ignore_ascii_case(name).then_some(value.trim())
    });
    value.unwrap_or_default()
}

fn receive(socket: &UdpSocket, ends: &AtomicBool, mut take: impl FnMut(&[u8], SocketAddr)) {
    let mut packet = [0; 8192];
    while !ends.load(Ordering::Acquire) {
        if let Ok((length, from)) = socket.recv_from(&mut packet) {
            take(&packet[..length], from);
        }
    }
}

fn bind(port: u16) -> UdpSocket {
    let socket = UdpSocket::bind(local(port)).expect("a port");
    socket.set_read_timeout(Some(Duration::from_millis(100))).expect("a timeout");
    socket
}

fn local(port: u16) -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], port))
}

fn now_us() -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock").as_micros();
    i64::try_from(now).expect("this century")
}

//! A desk's telephone that registers, answers OPTIONS and rings, until it is unplugged.

use std::{
    net::UdpSocket,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::JoinHandle,
    time::Duration,
};

use super::configure;
use crate::support::rig::Rig;

/// A telephone. Dropping it unplugs it: Asterisk is told nothing.
pub struct Desk {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

/// Lets a telephone of this name register from this port.
pub fn allow(rig: &Rig, name: &str, port: u16) {
    let text = format!(
        "\n[{name}](rig)\ncontext = internal\naors = {name}\n\
         [{name}]\ntype = aor\nmax_contacts = 1\nremove_existing = yes\nqualify_frequency = 1\nqualify_timeout = 0.5\n\
         [{name}]\ntype = identify\nendpoint = {name}\nmatch = 127.0.0.1:{port}\n"
    );
    configure(rig, "pjsip.conf", &text);
    rig.cli("module reload res_pjsip.so");
}

impl Desk {
    /// Registers, and answers from then on.
    pub fn plug(rig: &Rig, name: &str, port: u16) -> Self {
        let socket = UdpSocket::bind(("127.0.0.1", port)).expect("the desk's port");
        socket.set_read_timeout(Some(Duration::from_millis(200))).expect("a timeout");
        let asterisk = format!("127.0.0.1:{}", rig.port("SIP_PORT"));
        let register = format!(
            "REGISTER sip:{asterisk} SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:{port};branch=z9hG4bK-{name}\r\n\
             From: <sip:{name}@{asterisk}>;tag={name}\r\nTo: <sip:{name}@{asterisk}>\r\nCall-ID: {name}@desk\r\n\
             CSeq: 1 REGISTER\r\nContact: <sip:{name}@127.0.0.1:{port}>\r\nExpires: 300\r\nMax-Forwards: 70\r\n\
             Content-Length: 0\r\n\r\n"
        );
        socket.send_to(register.as_bytes(), &asterisk).expect("REGISTER");
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let thread = std::thread::spawn(move || {
            let mut bytes = [0; 8192];
            while !stopped.load(Ordering::Relaxed) {
                let Ok((count, from)) = socket.recv_from(&mut bytes) else { continue };
                let text = String::from_utf8_lossy(&bytes[..count]);
                for said in answers(&text) {
                    let _ = socket.send_to(said.as_bytes(), from);
                }
            }
        });
        Self { stop, thread: Some(thread) }
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// What it says to a request: it rings until the caller gives up.
fn answers(request: &str) -> Vec<String> {
    match request.split(' ').next() {
        Some("OPTIONS") => vec![answer("200 OK", request)],
        Some("INVITE") => vec![answer("180 Ringing", request)],
        Some("CANCEL") => {
            let invite = request.replace("CANCEL\r\n", "INVITE\r\n");
            vec![answer("200 OK", request), answer("487 Request Terminated", &invite)]
        }
        _ => Vec::new(),
    }
}

/// An answer to a request.
fn answer(status: &str, request: &str) -> String {
    let kept = ["Via:", "From:", "To:", "Call-ID:", "CSeq:"];
    let mut answer = format!("SIP/2.0 {status}\r\n");
    for line in request.split("\r\n").filter(|line| kept.iter().any(|name| line.starts_with(name))) {
        answer.push_str(line);
        if line.starts_with("To:") && !line.contains("tag=") {
            answer.push_str(";tag=desk");
        }
        answer.push_str("\r\n");
    }
    answer + "Content-Length: 0\r\n\r\n"
}

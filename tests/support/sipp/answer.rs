//! People who are called: a sipp process that takes one call in the way it is told.

use std::{fmt::Write as _, path::PathBuf, process::Child, time::Duration};

use super::{Message, messages, millis, spawn};
use crate::support::{
    eventually,
    rig::{Rig, Seat},
};

/// What becomes of the call.
#[derive(Clone, Copy)]
pub enum Answer {
    /// Rings for the first time, talks for the second, then hangs up.
    Picks(Duration, Duration),
    /// Rings until the other side gives up.
    Never,
    /// A final status such as 486 (busy) or 603 (refused).
    Refuses(u16),
}

/// Somebody who can be called once.
pub struct Answerer {
    child: Child,
    dir: PathBuf,
    endpoint: String,
    port: u16,
    _seat: Seat,
}

impl Answerer {
    /// Waits for one call to [`Answerer::endpoint`].
    #[track_caller]
    pub fn start(rig: &Rig, name: &str, answer: Answer) -> Answerer {
        let seat = rig.seat();
        let (endpoint, port) = (format!("PJSIP/{}", seat.endpoint()), seat.sip_port);
        Answerer::listen(rig, name, answer, seat, endpoint, port)
    }

    /// The member `PJSIP/operator` of the queue `phones` (`STASISD_QUEUE=phones` sends callers to it).
    #[track_caller]
    pub fn operator(rig: &Rig, answer: Answer) -> Answerer {
        let port = rig.port("OPERATOR_PORT");
        Answerer::listen(rig, "operator", answer, rig.seat(), "PJSIP/operator".to_owned(), port)
    }

    #[track_caller]
    fn listen(rig: &Rig, name: &str, answer: Answer, seat: Seat, endpoint: String, port: u16) -> Answerer {
        let dir = rig.dir().join("answerers").join(name);
        std::fs::create_dir_all(&dir).expect("the answerer's directory");
        std::fs::write(dir.join("scenario.xml"), scenario(answer)).expect("the scenario");
        let child = spawn(rig, &dir, port, seat.media_port, &[]);
        eventually(Duration::from_secs(5), || match std::net::UdpSocket::bind(("127.0.0.1", port)) {
            Ok(_) => Err("sipp has not taken its port"),
            Err(_) => Ok(()),
        });
        Answerer { child, dir, endpoint, port, _seat: seat }
    }

    /// What to dial: `PJSIP/caller7`.
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// What a gateway dials, any number being this one's: `PJSIP/caller7/sip:{number}@127.0.0.1:25070`.
    pub fn dial(&self) -> String {
        format!("{}/sip:{{number}}@127.0.0.1:{}", self.endpoint, self.port)
    }

    /// What went over the wire so far.
    pub fn messages(&self) -> Vec<Message> {
        messages(&self.dir)
    }

    /// Waits until the call is over, and tells whether all went as told.
    #[track_caller]
    pub fn done(mut self, within: Duration) -> bool {
        let status = eventually(within, || match self.child.try_wait().expect("sipp's state") {
            Some(status) => Ok(status),
            None => Err("still there"),
        });
        status.success()
    }
}

impl Drop for Answerer {
    fn drop(&mut self) {
        _ = self.child.kill();
        _ = self.child.wait();
    }
}

const HEADERS: &str = "[last_Via:]\n[last_From:]\n[last_To:];tag=[pid]u[call_number]\n[last_Call-ID:]";
const CONTACT: &str = "Contact: <sip:answerer@[local_ip]:[local_port]>";
const SDP: &str = "Content-Type: application/sdp\nContent-Length: [len]\n\n\
v=0\no=answerer 1 1 IN IP4 [local_ip]\ns=-\nc=IN IP4 [media_ip]\nt=0 0\n\
m=audio [media_port] RTP/AVP 0 101\na=rtpmap:0 PCMU/8000\na=rtpmap:101 telephone-event/8000\na=fmtp:101 0-16\n";

fn send(out: &mut String, text: &str) {
    _ = writeln!(out, "<send><![CDATA[\n\n{text}\n]]></send>");
}

fn scenario(answer: Answer) -> String {
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\" ?>\n<scenario name=\"answerer\">\n");
    // sipp keeps the other side's tag only for calls that it places itself.
    out.push_str(
        "<recv request=\"INVITE\" rrs=\"true\"><action><ereg regexp=\".*\" search_in=\"hdr\" \
         header=\"From:\" check_it=\"true\" assign_to=\"them\"/></action></recv>\n\
         <Reference variables=\"them\"/>\n",
    );
    let empty = "Content-Length: 0\n";
    if let Answer::Refuses(status) = answer {
        send(&mut out, &format!("SIP/2.0 {status} No\n{HEADERS}\n[last_CSeq:]\n{CONTACT}\n{empty}"));
        out.push_str("<recv request=\"ACK\"/>\n</scenario>\n");
        return out;
    }
    let (ring, talk) = match answer {
        Answer::Picks(ring, talk) => (millis(ring).max(1), millis(talk).max(1)),
        _ => (600_000, 1),
    };
    send(&mut out, &format!("SIP/2.0 180 Ringing\n{HEADERS}\n[last_CSeq:]\n{CONTACT}\n{empty}"));
    // The 200 is for the INVITE, which is the last message unless a CANCEL has come.
    _ = writeln!(
        out,
        "<recv request=\"CANCEL\" timeout=\"{ring}\" ontimeout=\"1\" next=\"2\"/>\n<label id=\"1\"/>"
    );
    send(&mut out, &format!("SIP/2.0 200 OK\n{HEADERS}\n[last_CSeq:]\n{CONTACT}\n{SDP}"));
    _ = writeln!(
        out,
        "<recv request=\"ACK\"/>\n<label id=\"5\"/>\n\
         <recv request=\"INVITE\" optional=\"true\" timeout=\"{talk}\" ontimeout=\"3\" next=\"6\"/>\n\
         <recv request=\"BYE\" timeout=\"{talk}\" ontimeout=\"3\" next=\"4\"/>\n<label id=\"3\"/>"
    );
    // From and To change sides in a request of ours.
    send(
        &mut out,
        &format!(
            "BYE [next_url] SIP/2.0\nVia: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]\n\
             From: <sip:answerer@[local_ip]:[local_port]>;tag=[pid]u[call_number]\n\
             To: [$them]\n[last_Call-ID:]\n\
             CSeq: [cseq] BYE\nMax-Forwards: 70\n{empty}"
        ),
    );
    out.push_str("<recv response=\"200\" timeout=\"3000\" ontimeout=\"9\" next=\"9\"/>\n<label id=\"4\"/>\n");
    let plain = "[last_Via:]\n[last_From:]\n[last_To:]\n[last_Call-ID:]\n[last_CSeq:]";
    send(&mut out, &format!("SIP/2.0 200 OK\n{plain}\n{empty}"));
    out.push_str("<nop next=\"9\"/>\n<label id=\"6\"/>\n");
    send(&mut out, &format!("SIP/2.0 200 OK\n{plain}\n{CONTACT}\n{SDP}"));
    out.push_str("<recv request=\"ACK\" next=\"5\"/>\n<label id=\"2\"/>\n");
    send(&mut out, &format!("SIP/2.0 200 OK\n{plain}\n{empty}"));
    send(&mut out, &format!("SIP/2.0 487 Request Terminated\n{HEADERS}\nCSeq: [cseq] INVITE\n{empty}"));
    out.push_str("<recv request=\"ACK\"/>\n<label id=\"9\"/>\n<nop/>\n</scenario>\n");
    out
}

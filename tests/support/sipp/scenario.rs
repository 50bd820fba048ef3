//! A caller's course as a sipp scenario.
//!
//! sipp takes a BYE that comes in a pause for an error. So all waiting is done in `recv` with a timeout, where
//! BYE, a re-INVITE, an UPDATE and a REFER are each expected at any time.

use std::fmt::Write as _;

/// What a caller does, in order.
pub enum Step {
    /// Waits.
    Wait(u64),
    /// Plays a capture file (a key, or audio); goes on at once.
    Play(String),
    /// Hangs up.
    HangUp,
}

/// What a caller answers to a REFER.
#[derive(Clone, Copy)]
pub enum OnRefer {
    /// 202, NOTIFY with this sipfrag status, and its own BYE if Asterisk sends none.
    Accept(u16),
    /// 202 at once, and what [`OnRefer::Accept`] does so many milliseconds later.
    Late(u64, u16),
    /// A final status, such as 603.
    Refuse(u16),
}

/// What the INVITE says.
pub struct Invite {
    pub from: String,
    pub display: String,
    pub headers: Vec<(String, String)>,
    pub ring_ms: u64,
    pub on_refer: OnRefer,
}

const SDP: &str = "v=0
o=caller 1 [cseq] IN IP4 [local_ip]
s=-
c=IN IP4 [media_ip]
t=0 0
m=audio [media_port] RTP/AVP 0 8 101
a=rtpmap:0 PCMU/8000
a=rtpmap:8 PCMA/8000
a=rtpmap:101 telephone-event/8000
a=fmtp:101 0-16
a=ptime:20
a=sendrecv
";

/// Statuses that end an INVITE; sipp must be told each.
const REFUSALS: [u16; 14] = [400, 401, 403, 404, 408, 480, 484, 486, 488, 500, 501, 503, 600, 603];

/// The whole scenario.
pub fn write(invite: &Invite, steps: &[Step]) -> String {
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\" ?>\n<scenario name=\"caller\">\n");
    call(&mut out, invite);
    let mut aside = String::new();
    for (index, step) in steps.iter().enumerate() {
        match step {
            Step::Wait(ms) => wait(&mut out, &mut aside, index, *ms, invite.on_refer),
            Step::Play(file) => {
                _ = writeln!(out, "<nop><action><exec play_pcap_audio=\"{file}\"/></action></nop>");
            }
            Step::HangUp => break,
        }
    }
    hang_up(&mut out);
    out.push_str(&aside);
    answers(&mut out);
    out.push_str("<label id=\"9999\"/>\n<nop/>\n</scenario>\n");
    let display = if invite.display.is_empty() { String::new() } else { format!("\"{}\" ", invite.display) };
    out.replace("<sip:CALLER@", &format!("{display}<sip:{}@", invite.from))
}

fn send(out: &mut String, text: &str) {
    _ = writeln!(out, "<send><![CDATA[\n\n{}\n]]></send>", text.trim_start());
}

/// A response to the request that came last.
fn respond(out: &mut String, status: &str, sdp: bool) {
    let body = if sdp {
        format!("Content-Type: application/sdp\nContent-Length: [len]\n\n{SDP}")
    } else {
        String::from("Content-Length: 0\n")
    };
    send(
        out,
        &format!(
            "SIP/2.0 {status}\n[last_Via:]\n[last_From:]\n[last_To:]\n[last_Call-ID:]\n[last_CSeq:]\n\
             Contact: <sip:caller@[local_ip]:[local_port]>\n{body}"
        ),
    );
}

/// A request within the dialog.
fn request(out: &mut String, method: &str, from: &str, rest: &str) {
    send(
        out,
        &format!(
            "{method} [next_url] SIP/2.0\n\
             Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]\n\
             {from}\nTo: <sip:[service]@[remote_ip]:[remote_port]>[peer_tag_param]\n\
             Call-ID: [call_id]\nCSeq: [cseq] {method}\nMax-Forwards: 70\n\
             Contact: <sip:caller@[local_ip]:[local_port]>\n{rest}"
        ),
    );
}

const OURSELVES: &str = "From: <sip:CALLER@[local_ip]:[local_port]>;tag=[pid]t[call_number]";

/// INVITE until it is answered (goes on), refused or given up (both end).
fn call(out: &mut String, invite: &Invite) {
    let mut headers = String::new();
    for (name, value) in &invite.headers {
        _ = writeln!(headers, "{name}: {value}");
    }
    let text = format!(
        "INVITE sip:[service]@[remote_ip]:[remote_port] SIP/2.0\n\
         Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]\n\
         {OURSELVES}\nTo: <sip:[service]@[remote_ip]:[remote_port]>\n\
         Call-ID: [call_id]\nCSeq: [cseq] INVITE\nMax-Forwards: 70\n\
         Contact: <sip:caller@[local_ip]:[local_port]>\n\
         Allow: INVITE, ACK, BYE, CANCEL, REFER, NOTIFY, UPDATE\n{headers}\
         Content-Type: application/sdp\nContent-Length: [len]\n\n{SDP}"
    );
    out.push_str(&"<send retrans=\"500\"><![CDATA[\n\nTEXT\n]]></send>\n".replace("TEXT", &text));
    let patience = format!("timeout=\"{}\" ontimeout=\"9001\"", invite.ring_ms);
    for status in [100, 180, 181, 182, 183] {
        _ = writeln!(out, "<recv response=\"{status}\" optional=\"true\" {patience}/>");
    }
    for status in REFUSALS {
        _ = writeln!(out, "<recv response=\"{status}\" optional=\"true\" {patience} next=\"9002\"/>");
    }
    _ = writeln!(out, "<recv response=\"200\" rrs=\"true\" {patience}/>");
    acknowledge(out);
}

fn acknowledge(out: &mut String) {
    send(
        out,
        &format!(
            "ACK [next_url] SIP/2.0\nVia: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]\n\
             {OURSELVES}\nTo: <sip:[service]@[remote_ip]:[remote_port]>[peer_tag_param]\n\
             Call-ID: [call_id]\nCSeq: [cseq] ACK\nMax-Forwards: 70\nContent-Length: 0\n"
        ),
    );
}

/// Waits `ms`, open to whatever comes; its side ways go into `aside`.
fn wait(out: &mut String, aside: &mut String, index: usize, ms: u64, on_refer: OnRefer) {
    let (here, done) = (10 * index + 1, 10 * index + 2);
    let (again, update, refer) = (10 * index + 3, 10 * index + 4, 10 * index + 5);
    let patience = format!("timeout=\"{}\" ontimeout=\"{done}\"", ms.max(1));
    _ = writeln!(
        out,
        "<label id=\"{here}\"/>\n\
         <recv request=\"INVITE\" optional=\"true\" {patience} next=\"{again}\"/>\n\
         <recv request=\"UPDATE\" optional=\"true\" {patience} next=\"{update}\"/>\n\
         <recv request=\"REFER\" optional=\"true\" {patience} next=\"{refer}\"/>\n\
         <recv request=\"BYE\" {patience} next=\"9003\"/>\n\
         <label id=\"{done}\"/>"
    );
    _ = writeln!(aside, "<label id=\"{again}\"/>");
    respond(aside, "200 OK", true);
    _ = writeln!(aside, "<recv request=\"ACK\" timeout=\"5000\" ontimeout=\"{here}\" next=\"{here}\"/>");
    _ = writeln!(aside, "<label id=\"{update}\"/>");
    respond(aside, "200 OK", true);
    _ = writeln!(aside, "<nop next=\"{here}\"/>\n<label id=\"{refer}\"/>");
    match on_refer {
        OnRefer::Refuse(status) => {
            respond(aside, &format!("{status} No"), false);
            _ = writeln!(aside, "<nop next=\"{here}\"/>");
        }
        OnRefer::Accept(_) | OnRefer::Late(..) => {
            respond(aside, "202 Accepted", false);
            let (late_ms, status) = match on_refer {
                OnRefer::Late(late_ms, status) => (late_ms, status),
                OnRefer::Accept(status) | OnRefer::Refuse(status) => (0, status),
            };
            if late_ms > 0 {
                let late = 10 * index + 6;
                _ = writeln!(
                    aside,
                    "<recv request=\"BYE\" timeout=\"{late_ms}\" ontimeout=\"{late}\" next=\"9003\"/>\n\
                     <label id=\"{late}\"/>"
                );
            }
            notify(aside, status);
            // A carrier that has moved the call hangs up; one that could not stays.
            let then = if status < 300 { 9004 } else { here };
            _ = writeln!(
                aside,
                "<recv response=\"200\" optional=\"true\" timeout=\"2000\" ontimeout=\"{then}\" next=\"{then}\"/>"
            );
            _ = writeln!(
                aside,
                "<recv request=\"BYE\" timeout=\"2000\" ontimeout=\"{then}\" next=\"9003\"/>"
            );
        }
    }
}

/// RFC 3515 §2.4.4: what became of the transfer.
fn notify(out: &mut String, status: u16) {
    let rest = format!(
        "Event: refer\nSubscription-State: terminated;reason=noresource\n\
         Content-Type: message/sipfrag;version=2.0\nContent-Length: [len]\n\nSIP/2.0 {status} Result\n"
    );
    request(out, "NOTIFY", OURSELVES, &rest);
}

fn hang_up(out: &mut String) {
    out.push_str("<label id=\"9000\"/>\n");
    request(out, "BYE", OURSELVES, "Content-Length: 0\n");
    let patience = "timeout=\"3000\" ontimeout=\"9999\"";
    _ = writeln!(out, "<recv request=\"BYE\" optional=\"true\" {patience} next=\"9003\"/>");
    _ = writeln!(out, "<recv response=\"481\" optional=\"true\" {patience} next=\"9999\"/>");
    _ = writeln!(out, "<recv response=\"200\" {patience} next=\"9999\"/>");
}

/// Where the side ways end.
fn answers(out: &mut String) {
    let via = "[last_Via:]\n[last_From:]\n[last_To:]\n[last_Call-ID:]";
    // Nobody answered in time.
    out.push_str("<label id=\"9001\"/>\n");
    let cancel = format!(
        "CANCEL sip:[service]@[remote_ip]:[remote_port] SIP/2.0\n[last_Via:]\n{OURSELVES}\n\
         To: <sip:[service]@[remote_ip]:[remote_port]>\n[last_Call-ID:]\nCSeq: 1 CANCEL\n\
         Max-Forwards: 70\nContent-Length: 0\n"
    );
    send(out, &cancel);
    let patience = "timeout=\"3000\" ontimeout=\"9999\"";
    _ = writeln!(out, "<recv response=\"200\" {patience}/>\n<recv response=\"487\" {patience}/>");
    // Refused: the ACK goes the way of the INVITE (RFC 3261 §17.1.1.3).
    out.push_str("<label id=\"9002\"/>\n");
    let ack = format!(
        "ACK sip:[service]@[remote_ip]:[remote_port] SIP/2.0\n{via}\nCSeq: 1 ACK\nMax-Forwards: 70\n\
         Content-Length: 0\n"
    );
    send(out, &ack);
    // Asterisk hung up.
    out.push_str("<nop next=\"9999\"/>\n<label id=\"9003\"/>\n");
    respond(out, "200 OK", false);
    // After a transfer that worked: its BYE, else ours.
    out.push_str("<nop next=\"9999\"/>\n<label id=\"9004\"/>\n");
    out.push_str("<recv request=\"BYE\" timeout=\"3000\" ontimeout=\"9000\" next=\"9003\"/>\n");
}

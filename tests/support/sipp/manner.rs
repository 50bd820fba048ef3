//! How people take calls, as one sipp scenario for all of them.

use std::{fmt::Write as _, time::Duration};

use super::{millis, scenario::Step};

/// What somebody does when called.
#[derive(Clone)]
pub enum Manner {
    /// Rings for so long, answers, and listens until the other side hangs up.
    Picks(Duration),
    /// Like that, but there is early media (183) instead of ringing.
    Early(Duration),
    /// Rings for so long, answers, does this, then listens or has hung up.
    Does(Duration, Vec<Doing>),
    /// Rings until the other side gives up.
    Never,
    /// Says nothing at all, not even that it rings.
    Mute,
    /// Rings, and answers in the very moment in which the other side gives up.
    Crosses,
    /// A final status, and a header line or an empty text.
    Refuses(u16, &'static str),
}

/// What somebody does in a call.
#[derive(Clone)]
pub enum Doing {
    /// Listens.
    Wait(Duration),
    /// Plays a capture file: keys or speech (see `rtp::Media`), and goes on at once.
    Play(std::path::PathBuf),
    /// Hands the other side on to this extension by a REFER, and stays until it is told what came of it.
    Refer(String),
    /// Hangs up.
    HangUp,
}

const TAGGED: &str = "[last_Via:]\n[last_From:]\n[last_To:];tag=[pid]f[call_number]\n[last_Call-ID:]";
const PLAIN: &str = "[last_Via:]\n[last_From:]\n[last_To:]\n[last_Call-ID:]\n[last_CSeq:]";
const CONTACT: &str = "Contact: <sip:farm@[local_ip]:[local_port]>";
const EMPTY: &str = "Content-Length: 0\n";
const SDP: &str = "Content-Type: application/sdp\nContent-Length: [len]\n\n\
v=0\no=farm 1 1 IN IP4 [local_ip]\ns=-\nc=IN IP4 [media_ip]\nt=0 0\n\
m=audio [media_port] RTP/AVP 0 101\na=rtpmap:0 PCMU/8000\na=rtpmap:101 telephone-event/8000\na=fmtp:101 0-16\n";
/// The longest that anybody talks.
const LONGEST: u64 = 120_000;

/// The scenario of people, by the end of their numbers (a regular expression).
pub fn write(people: &[(&str, Manner)]) -> String {
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\" ?>\n<scenario name=\"people\">\n");
    out.push_str(
        "<recv request=\"INVITE\" rrs=\"true\"><action>\n\
         <ereg regexp=\"[0-9]+\" search_in=\"hdr\" header=\"To:\" check_it=\"true\" assign_to=\"number\"/>\n\
         <ereg regexp=\"[+0-9a-zA-Z]+@\" search_in=\"hdr\" header=\"From:\" assign_to=\"caller\"/>\n\
         <ereg regexp=\".*\" search_in=\"hdr\" header=\"From:\" assign_to=\"them\"/>\n\
         <ereg regexp=\"[0-9]+ INVITE\" search_in=\"hdr\" header=\"CSeq:\" assign_to=\"cseq\"/>\n\
         <log message=\"INVITE [$number] [$caller] [call_id] [timestamp]\"/>\n",
    );
    let mut used = String::from("them,caller,cseq");
    for (index, (end, _)) in people.iter().enumerate() {
        _ = writeln!(
            out,
            "<ereg regexp=\"{end}@\" search_in=\"hdr\" header=\"To:\" assign_to=\"is{index}\"/>"
        );
        _ = write!(used, ",is{index}");
    }
    _ = writeln!(out, "</action></recv>\n<Reference variables=\"{used}\"/>");
    for index in 0..people.len() {
        _ = writeln!(out, "<nop test=\"is{index}\" next=\"m{index}\"/>");
    }
    refuse(&mut out, 404, "");
    for (index, (_, manner)) in people.iter().enumerate() {
        _ = writeln!(out, "<label id=\"m{index}\"/>");
        course(&mut out, index, manner);
    }
    cancelled(&mut out);
    hang_up(&mut out);
    out.push_str("<label id=\"gone\"/>\n<nop/>\n<label id=\"end\"/>\n<nop/>\n</scenario>\n");
    out
}

fn send(out: &mut String, options: &str, text: &str) {
    _ = writeln!(out, "<send{options}><![CDATA[\n\n{text}\n]]></send>");
}

fn course(out: &mut String, index: usize, manner: &Manner) {
    match manner {
        Manner::Picks(ring) => {
            provisional(out, "180 Ringing", false);
            answer(out, index, *ring, &[]);
        }
        Manner::Early(ring) => {
            provisional(out, "183 Session Progress", true);
            answer(out, index, *ring, &[]);
        }
        Manner::Does(ring, doings) => {
            provisional(out, "180 Ringing", false);
            answer(out, index, *ring, doings);
        }
        Manner::Never | Manner::Mute => {
            if matches!(manner, Manner::Never) {
                provisional(out, "180 Ringing", false);
            } else {
                provisional(out, "100 Trying", false);
            }
            _ = writeln!(
                out,
                "<recv request=\"CANCEL\" timeout=\"{LONGEST}\" ontimeout=\"gone\" next=\"cancelled\"/>"
            );
        }
        Manner::Crosses => {
            provisional(out, "180 Ringing", false);
            _ = writeln!(out, "<recv request=\"CANCEL\" timeout=\"{LONGEST}\" ontimeout=\"gone\"/>");
            // The answer left before the CANCEL came.
            send(
                out,
                " retrans=\"500\"",
                &format!("SIP/2.0 200 OK\n{TAGGED}\nCSeq: [$cseq]\n{CONTACT}\n{SDP}"),
            );
            send(out, "", &format!("SIP/2.0 200 OK\n{PLAIN}\n{EMPTY}"));
            talk(out, index, &[]);
        }
        Manner::Refuses(status, header) => refuse(out, *status, header),
    }
}

fn provisional(out: &mut String, status: &str, has_media: bool) {
    let body = if has_media { SDP } else { EMPTY };
    send(out, "", &format!("SIP/2.0 {status}\n{TAGGED}\n[last_CSeq:]\n{CONTACT}\n{body}"));
}

fn refuse(out: &mut String, status: u16, header: &str) {
    let header = if header.is_empty() { String::new() } else { format!("{header}\n") };
    let text = format!("SIP/2.0 {status} No\n{TAGGED}\n[last_CSeq:]\n{CONTACT}\n{header}{EMPTY}");
    send(out, " retrans=\"500\"", &text);
    out.push_str("<recv request=\"ACK\" timeout=\"5000\" ontimeout=\"gone\" next=\"end\"/>\n");
}

fn answer(out: &mut String, index: usize, ring: Duration, doings: &[Doing]) {
    _ = writeln!(
        out,
        "<recv request=\"CANCEL\" timeout=\"{}\" ontimeout=\"a{index}\" next=\"cancelled\"/>\n\
         <label id=\"a{index}\"/>",
        millis(ring).max(1)
    );
    send(out, " retrans=\"500\"", &format!("SIP/2.0 200 OK\n{TAGGED}\n[last_CSeq:]\n{CONTACT}\n{SDP}"));
    talk(out, index, doings);
}

fn talk(out: &mut String, index: usize, doings: &[Doing]) {
    out.push_str("<recv request=\"ACK\" timeout=\"5000\" ontimeout=\"gone\"/>\n");
    for (place, doing) in doings.iter().enumerate() {
        if let Doing::Refer(extension) = doing {
            refer(out, &format!("{index}-{place}"), extension);
            continue;
        }
        match step(doing) {
            Step::Wait(ms) => {
                let on = format!("w{index}-{place}");
                _ = writeln!(
                    out,
                    "<recv request=\"BYE\" timeout=\"{}\" ontimeout=\"{on}\" next=\"hung-up\"/>\n<label id=\"{on}\"/>",
                    ms.max(1)
                );
            }
            Step::Play(file) => {
                _ = writeln!(out, "<nop><action><exec play_pcap_audio=\"{file}\"/></action></nop>");
            }
            Step::HangUp => {
                out.push_str("<nop next=\"bye\"/>\n");
                return;
            }
        }
    }
    _ = writeln!(out, "<recv request=\"BYE\" timeout=\"{LONGEST}\" ontimeout=\"bye\" next=\"hung-up\"/>");
}

fn step(doing: &Doing) -> Step {
    match doing {
        Doing::Wait(time) => Step::Wait(millis(*time)),
        Doing::Play(file) => Step::Play(file.display().to_string()),
        Doing::HangUp | Doing::Refer(_) => Step::HangUp,
    }
}

/// RFC 3515: a REFER, and the NOTIFYs that tell what came of it.
fn refer(out: &mut String, place: &str, extension: &str) {
    let rest = format!("Refer-To: <sip:{extension}@[local_ip]>\n{CONTACT}\n{EMPTY}");
    request(out, "REFER", 1, &rest);
    _ = writeln!(
        out,
        "<recv response=\"202\" timeout=\"5000\" ontimeout=\"bye\"/>\n<label id=\"told{place}\"/>\n\
         <recv request=\"NOTIFY\" optional=\"true\" timeout=\"10000\" ontimeout=\"bye\" next=\"note{place}\"/>\n\
         <recv request=\"BYE\" timeout=\"10000\" ontimeout=\"bye\" next=\"hung-up\"/>\n<label id=\"note{place}\"/>"
    );
    send(out, &format!(" next=\"told{place}\""), &format!("SIP/2.0 200 OK\n{PLAIN}\n{EMPTY}"));
}

/// A request of ours in the dialog: From and To change sides.
fn request(out: &mut String, method: &str, cseq: u32, rest: &str) {
    send(
        out,
        "",
        &format!(
            "{method} [next_url] SIP/2.0\nVia: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]\n\
             From: <sip:farm@[local_ip]:[local_port]>;tag=[pid]f[call_number]\nTo: [$them]\n\
             [last_Call-ID:]\nCSeq: {cseq} {method}\nMax-Forwards: 70\n{rest}"
        ),
    );
}

/// The other side gave up.
fn cancelled(out: &mut String) {
    out.push_str("<label id=\"cancelled\"/>\n");
    send(out, "", &format!("SIP/2.0 200 OK\n{PLAIN}\n{EMPTY}"));
    let text = format!("SIP/2.0 487 Request Terminated\n{TAGGED}\nCSeq: [$cseq]\n{EMPTY}");
    send(out, " retrans=\"500\"", &text);
    out.push_str("<recv request=\"ACK\" timeout=\"5000\" ontimeout=\"gone\" next=\"end\"/>\n");
}

/// Either side hangs up.
fn hang_up(out: &mut String) {
    out.push_str("<label id=\"hung-up\"/>\n");
    send(out, " next=\"end\"", &format!("SIP/2.0 200 OK\n{PLAIN}\n{EMPTY}"));
    out.push_str("<label id=\"bye\"/>\n");
    request(out, "BYE", 2, EMPTY);
    out.push_str("<recv response=\"200\" timeout=\"2000\" ontimeout=\"gone\" next=\"end\"/>\n");
}

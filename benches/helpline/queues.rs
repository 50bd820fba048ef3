//! `pause_to_member_p99_ms`, `queues_rss_mib`, `queues_snapshot_s`: 200 queues of 50 members each on a real Asterisk.

use std::{
    fmt::Write as _,
    fs,
    io::{BufRead, BufReader, Write as _},
    net::TcpStream,
    sync::mpsc,
    time::{Duration, Instant},
};

use hyper::Method;
use serde_json::json;

use crate::{
    machine,
    results::{Book, Goal, median},
    say,
    site::Site,
};

const QUEUES: usize = 200;
const MEMBERS: usize = 50;
const ROUNDS: usize = 3;
const PAUSES: usize = 200;
const LATEST: Duration = Duration::from_secs(30);

/// Measures the three figures.
pub fn measure(book: &mut Book) {
    say("queues: starting");
    let mut site = Site::start("bench-queues", "");
    let file = site.rig.dir().join("etc/queues.conf");
    let queues = fs::read_to_string(&file).expect("queues.conf") + &crowd();
    fs::write(&file, queues).expect("queues.conf");
    site.rig.cli("queue reload all");
    let without = settled_rss(&site);
    site.restart(&manager(&site));
    connected(&site);
    let rss = settled_rss(&site);
    let against = format!(
        "RSS 3 s after {QUEUES} queues of {MEMBERS} members were read; {without:.1} MiB without the manager"
    );
    book.put("queues_rss_mib", rss, "MiB", Goal::AtMost(60.0), against);
    snapshot(book, &site);
    pauses(book, &site);
}

fn crowd() -> String {
    let mut text = String::new();
    for queue in 0..QUEUES {
        let _ = write!(text, "\n[bench{queue}]\nstrategy = ringall\n");
        for member in 0..MEMBERS {
            let _ =
                writeln!(text, "member => Local/{member}@rig-bench-members/n,0,Member {member} of {queue}");
        }
    }
    text
}

fn manager(site: &Site) -> String {
    let (port, password) = (site.rig.port("AMI_PORT"), site.rig.var("AMI_PASSWORD"));
    format!("[ami]\nenabled = true\naddress = \"127.0.0.1:{port}\"\npassword = \"{password}\"\n")
}

fn settled_rss(site: &Site) -> f64 {
    std::thread::sleep(Duration::from_secs(3));
    machine::rss_mib(site.daemon.pid())
}

/// Waits until the board is whole.
fn connected(site: &Site) {
    let until = Instant::now() + LATEST;
    loop {
        let list = site.get("/v1/queues");
        let whole = list["items"].as_array().is_some_and(|items| items.len() >= QUEUES);
        if list["connected"] == true && whole {
            return;
        }
        assert!(Instant::now() < until, "the queues are not read: {}", site.daemon.log());
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// From the login to the board that is whole, as the daemon's own log tells.
fn snapshot(book: &mut Book, site: &Site) {
    let time = read_secs(&site.daemon.log());
    let against = format!(
        "login to a whole board of {QUEUES} x {MEMBERS} members, by the times of the daemon's log, once"
    );
    book.put("queues_snapshot_s", time, "s", Goal::AtMost(1.0), against);
}

/// Between the last two lines of interest.
fn read_secs(log: &str) -> f64 {
    let time = |words: &str| {
        let line = log.lines().rfind(|line| line.contains(words)).expect("a line");
        let stamp = line.split_ascii_whitespace().next().expect("a time");
        stamp.parse::<jiff::Timestamp>().expect("a time")
    };
    let (login, read) = (time("logged in to Asterisk's manager"), time("the queues are read"));
    read.duration_since(login).as_secs_f64()
}

/// From the request to the event that Asterisk sends to another session of its manager.
fn pauses(book: &mut Book, site: &Site) {
    let events = listen(site);
    let (mut worst, mut halves) = (Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        let mut times = Vec::with_capacity(PAUSES);
        for turn in 0..PAUSES {
            let (queue, member) = ((turn * 7) % QUEUES, turn % MEMBERS);
            let what = if round % 2 == 0 { "pause" } else { "resume" };
            let path =
                format!("/v1/queues/bench{queue}/members/Local%2F{member}%40rig-bench-members%2Fn/{what}");
            let body = if what == "pause" { json!({ "reason": "lunch" }) } else { json!({}) };
            let begun = Instant::now();
            let (status, answer) =
                site.within(site.daemon.api().send(Method::POST, &path, Some(&body))).expect("an answer");
            assert!(status < 300, "{path}: {status} {answer}");
            let seen = events.recv_timeout(LATEST).expect("the event");
            times.push(seen.duration_since(begun).as_secs_f64() * 1e3);
        }
        times.sort_by(f64::total_cmp);
        worst.push(times[PAUSES * 99 / 100 - 1]);
        halves.push(times[PAUSES / 2]);
    }
    let against = format!(
        "POST …/pause to QueueMemberPause in another manager session, {PAUSES} one after the other on {QUEUES} x \
         {MEMBERS} members; p99 of each run {worst:.1?}, p50 {halves:.1?}"
    );
    book.put("pause_to_member_p99_ms", median(&worst), "ms", Goal::AtMost(50.0), against);
}

/// When each `QueueMemberPause` came, from a session of our own.
fn listen(site: &Site) -> mpsc::Receiver<Instant> {
    let mut stream = TcpStream::connect(("127.0.0.1", site.rig.port("AMI_PORT"))).expect("the manager");
    let password = site.rig.var("AMI_PASSWORD");
    write!(stream, "Action: Login\r\nUsername: stasisd\r\nSecret: {password}\r\nEvents: agent\r\n\r\n")
        .expect("a login");
    let mut lines = BufReader::new(stream).lines();
    let login = lines.by_ref().map_while(Result::ok).find(|line| line.starts_with("Message: "));
    assert_eq!(login.as_deref(), Some("Message: Authentication accepted"));
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        for line in lines.map_while(Result::ok) {
            if line == "Event: QueueMemberPause" && sender.send(Instant::now()).is_err() {
                return;
            }
        }
    });
    receiver
}

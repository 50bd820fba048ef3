//! FastAGI sessions in a second: `lookup` from memory, against panoramisk's server and against a program that Asterisk
//! starts.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    net::TcpStream,
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use crate::{
    machine,
    results::{Book, Goal, median},
    say,
    site::Site,
    support,
};

const ROUNDS: usize = 3;
/// Of one round and side.
const LENGTH: Duration = Duration::from_secs(4);
/// Calls that ask at once.
const AT_ONCE: usize = 16;
/// Contacts in the file, which both sides hold in memory.
const CONTACTS: u32 = 10_000;
/// Scripts that Asterisk itself runs, one after another in each of a few calls.
const CALLS: usize = 4;
const EACH: usize = 25;
const PACKAGE: &str = "panoramisk==1.4";

/// `fastagi_rate_ratio` and `fastagi_p99_ms`
pub fn measure(book: &mut Book) {
    let folder = support::scratch("bench", "fastagi");
    std::fs::create_dir_all(&folder).expect("a folder");
    let file = folder.join("contacts.csv");
    std::fs::write(&file, contacts()).expect("the contacts");
    let site = Site::start("bench-fastagi", &settings(&file));
    let (ours, theirs) = (site.daemon.fastagi, Python::start(&file));
    // Both have read their file, and their first session is over.
    assert_eq!((session(ours, 7).0, session(theirs.port, 7).0), (9, 9), "both set the same variables");
    let (mut ratios, mut rates, mut other_rates) = (Vec::new(), Vec::new(), Vec::new());
    let (mut late, mut other_late) = (Vec::new(), Vec::new());
    for n in 1..=ROUNDS {
        let ((rate, p99), (other_rate, other_p99)) = (load(ours), load(theirs.port));
        say(&format!(
            "fastagi {n}/{ROUNDS}: {rate:.0} sessions/s, p99 {p99:.1} ms; panoramisk {other_rate:.0}/s, p99 {other_p99:.1} ms; {}",
            machine::load()
        ));
        ratios.push(rate / other_rate);
        rates.push(rate);
        other_rates.push(other_rate);
        late.push(p99);
        other_late.push(other_p99);
    }
    let by_asterisk = by_asterisk(&site, ours, theirs.port);
    let against = format!(
        "{PACKAGE} with the same {CONTACTS} contacts and variables, {AT_ONCE} calls at once: its sessions/s {}, ours {}; \
         asked by Asterisk itself from {CALLS} calls: {by_asterisk}",
        whole(&other_rates),
        whole(&rates)
    );
    book.put("fastagi_rate_ratio", median(&ratios), "", Goal::AtLeast(3.0), against);
    let against = format!(
        "the same sessions, from the connection to its end: {} ms; panoramisk's {} ms",
        tenths(&late),
        tenths(&other_late)
    );
    book.put("fastagi_p99_ms", median(&late), "ms", Goal::AtMost(20.0), against);
    let _ = std::fs::remove_dir_all(folder);
}

/// A file of contacts.
pub fn contacts() -> String {
    let mut text = "id,name,phone,city\n".to_owned();
    for n in 0..CONTACTS {
        text.push_str(&format!("K-{n},Caller {n},+3460{n:07},Girona\n"));
    }
    text
}

/// The configuration that looks callers up in it.
pub fn settings(file: &std::path::Path) -> String {
    format!(
        "[calls]\ncountry = \"ES\"\n[[lookup.sources]]\nname = \"file\"\nkind = \"csv\"\nfile = \"{}\"\n\
         [lookup.sources.fields]\nid = \"id\"\nname = [\"name\"]\nnumbers = [\"phone\"]\nfacts = {{ City = \"city\" }}\n",
        file.display()
    )
}

/// One session as Asterisk holds it; gives the commands that it answered, and how long it took.
fn session(port: u16, number: usize) -> (usize, Duration) {
    let begun = Instant::now();
    let mut stream = BufReader::new(TcpStream::connect(("127.0.0.1", port)).expect("the server listens"));
    stream.get_ref().set_nodelay(true).expect("a socket");
    let caller = format!("+3460{:07}", number % CONTACTS as usize);
    let request = format!(
        "agi_network: yes\nagi_network_script: lookup\nagi_request: agi://127.0.0.1/lookup\nagi_channel: PJSIP/a-00000001\n\
         agi_language: en\nagi_type: PJSIP\nagi_uniqueid: 1732158000.{number}\nagi_version: 22.10.1\nagi_callerid: {caller}\n\
         agi_calleridname: unknown\nagi_callingpres: 0\nagi_callingani2: 0\nagi_callington: 0\nagi_callingtns: 0\n\
         agi_dnid: 1000\nagi_rdnis: unknown\nagi_context: in\nagi_extension: 1000\nagi_priority: 1\nagi_enhanced: 0.0\n\
         agi_accountcode: \nagi_threadid: 1\n\n"
    );
    stream.get_mut().write_all(request.as_bytes()).expect("the request");
    let (mut commands, mut line) = (0, String::new());
    while stream.read_line(&mut line).expect("a command") > 0 {
        assert!(line.starts_with("SET VARIABLE "), "{line:?}");
        if commands == 0 {
            assert!(line.ends_with("\"K-") || line.contains("\"K-"), "it is not known: {line:?}");
        }
        commands += 1;
        line.clear();
        stream.get_mut().write_all(b"200 result=1\n").expect("the answer");
    }
    (commands, begun.elapsed())
}

/// Sessions in a second, and their p99 in ms.
fn load(port: u16) -> (f64, f64) {
    let begun = Instant::now();
    let workers: Vec<_> = (0..AT_ONCE)
        .map(|worker| {
            std::thread::spawn(move || {
                let mut took = Vec::new();
                while begun.elapsed() < LENGTH {
                    took.push(session(port, worker * 601 + took.len()).1.as_secs_f64() * 1000.0);
                }
                took
            })
        })
        .collect();
    let mut took: Vec<f64> =
        workers.into_iter().flat_map(|worker| worker.join().expect("no session fails")).collect();
    let rate = took.len() as f64 / begun.elapsed().as_secs_f64();
    took.sort_by(f64::total_cmp);
    (rate, took[took.len() * 99 / 100])
}

/// The same from Asterisk's dialplan: sessions in a second with ours, with panoramisk, and with a program.
fn by_asterisk(site: &Site, ours: u16, theirs: u16) -> String {
    let program = here().join("plain.py");
    let scripts = [
        ("the daemon", format!("agi://127.0.0.1:{ours}/lookup")),
        ("panoramisk", format!("agi://127.0.0.1:{theirs}/lookup")),
        ("a program", program.display().to_string()),
    ];
    let each = scripts.map(|(name, script)| format!("{name} {:.0}/s", asked_by_asterisk(site, &script)));
    each.join(", ")
}

fn asked_by_asterisk(site: &Site, script: &str) -> f64 {
    let rig = &site.rig;
    rig.set_global("RIG_BENCH_AGI", script);
    rig.set_global("RIG_BENCH_EACH", &EACH.to_string());
    let begun = Instant::now();
    for _ in 0..CALLS {
        rig.cli("channel originate Local/agi@rig-bench/n application Wait 600");
    }
    support::eventually(Duration::from_secs(120), || {
        // The other halves wait: a call is over when its half in the dialplan is.
        let channels = rig.cli("core show channels concise");
        if channels.contains('!') { Err(channels) } else { Ok(()) }
    });
    (CALLS * EACH) as f64 / begun.elapsed().as_secs_f64()
}

fn here() -> PathBuf {
    support::daemon::project().join("benches/callcentre")
}

fn whole(values: &[f64]) -> String {
    values.iter().map(|value| format!("{value:.0}")).collect::<Vec<_>>().join(", ")
}

fn tenths(values: &[f64]) -> String {
    values.iter().map(|value| format!("{value:.1}")).collect::<Vec<_>>().join(", ")
}

/// panoramisk's server in a venv below `.cache/fastagi`.
struct Python {
    process: Child,
    port: u16,
}

impl Python {
    fn start(contacts: &std::path::Path) -> Self {
        let venv = support::daemon::project().join(".cache/fastagi/venv");
        let (python, done) = (venv.join("bin/python"), venv.join("done"));
        if std::fs::read_to_string(&done).unwrap_or_default() != PACKAGE {
            say(&format!("installing {PACKAGE} into .cache/fastagi/venv, once"));
            let run = |command: &mut Command| assert!(command.status().expect("python3").success());
            run(Command::new("python3").args(["-m", "venv"]).arg(&venv));
            run(Command::new(&python).args(["-m", "pip", "install", "--quiet", PACKAGE]));
            std::fs::write(&done, PACKAGE).expect("the venv can be written");
        }
        let mut command = Command::new(python);
        command.arg(here().join("server.py")).arg(contacts).stdout(Stdio::piped());
        let mut process = command.spawn().expect("the server");
        let mut line = String::new();
        let stdout = process.stdout.take().expect("a pipe");
        BufReader::new(stdout).read_line(&mut line).expect("the server says its port");
        let port = line.trim().parse().expect("a port");
        Self { process, port }
    }
}

impl Drop for Python {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

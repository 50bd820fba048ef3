//! Many people who can be called by one sipp, each in their own manner, and what it has counted.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use super::{
    manner::{self, Manner},
    trace,
};
use crate::support::{
    eventually,
    rig::{Rig, Seat},
};

/// A sipp that takes any number of calls.
pub struct Farm {
    child: Child,
    dir: PathBuf,
    endpoint: String,
    port: u16,
    _seat: Seat,
}

/// One INVITE that reached the farm, retransmissions left out.
#[derive(Clone, Debug, PartialEq)]
pub struct Invited {
    /// The number that was dialled, digits only.
    pub number: String,
    /// The number shown.
    pub caller: String,
    /// The Call-ID.
    pub call: String,
    /// Time of day.
    pub at: Duration,
}

impl Farm {
    /// The crowd of `tests/rig/sipp/farm.xml` behind the endpoint `carrier`: by the last two digits of a number
    /// 60 % answer, 15 % are busy, 15 % do not answer, for 10 % the gateway is full.
    #[track_caller]
    pub fn crowd(rig: &Rig) -> Farm {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/rig/sipp/farm.xml");
        let scenario = std::fs::read_to_string(file).expect("the farm's scenario");
        Farm::start(rig, "carrier", &scenario, "carrier".to_owned(), rig.port("CARRIER_PORT"), rig.seat())
    }

    /// People behind the endpoint `carrier`, by the end of their numbers. For other numbers there is a 404.
    #[track_caller]
    pub fn people(rig: &Rig, people: &[(&str, Manner)]) -> Farm {
        let port = rig.port("CARRIER_PORT");
        Farm::start(rig, "carrier", &manner::write(people), "carrier".to_owned(), port, rig.seat())
    }

    /// People behind another endpoint.
    #[track_caller]
    pub fn elsewhere(rig: &Rig, people: &[(&str, Manner)]) -> Farm {
        let seat = rig.seat();
        let (endpoint, port) = (seat.endpoint(), seat.sip_port);
        Farm::start(rig, &endpoint.clone(), &manner::write(people), endpoint, port, seat)
    }

    #[track_caller]
    fn start(rig: &Rig, name: &str, scenario: &str, endpoint: String, port: u16, seat: Seat) -> Farm {
        let dir = rig.dir().join("farms").join(name);
        std::fs::create_dir_all(&dir).expect("the farm's directory");
        std::fs::write(dir.join("scenario.xml"), scenario).expect("the scenario");
        let log = std::fs::File::create(dir.join("sipp.out")).expect("sipp's output");
        let child = Command::new(rig.var("SIPP"))
            .arg("-sf")
            .arg(dir.join("scenario.xml"))
            .args(["-i", "127.0.0.1", "-mi", "127.0.0.1", "-nostdin"])
            .args(["-p", &port.to_string(), "-mp", &seat.media_port.to_string()])
            .args(["-trace_logs", "-log_file"])
            .arg(dir.join("log"))
            .args(["-trace_err", "-error_file"])
            .arg(dir.join("errors"))
            .current_dir(&dir)
            .env("TERM", "dumb")
            .stdin(Stdio::null())
            .stdout(log.try_clone().expect("a handle"))
            .stderr(log)
            .spawn()
            .expect("sipp starts; `tests/rig/asterisk install` installs it");
        let mut farm = Farm { child, dir, endpoint, port, _seat: seat };
        eventually(Duration::from_secs(5), || match std::net::UdpSocket::bind(("127.0.0.1", port)) {
            Ok(_) => Err("sipp has not taken its port"),
            Err(_) => Ok(()),
        });
        assert!(farm.child.try_wait().expect("sipp's state").is_none(), "sipp ended: {}", farm.dir.display());
        farm
    }

    /// Its SIP port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// What a gateway dials: `PJSIP/{number}@carrier`.
    pub fn dial(&self) -> String {
        format!("PJSIP/{{number}}@{}", self.endpoint)
    }

    /// A gateway of this name as TOML, with one endpoint, which is this farm; `more` are further keys.
    pub fn gateway(&self, name: &str, more: &str) -> String {
        format!("[gateways.{name}]\nendpoints = [{{ name = \"a\", dial = \"{}\" }}]\n{more}\n", self.dial())
    }

    /// The INVITEs so far, in their order.
    pub fn invites(&self) -> Vec<Invited> {
        self.lines("INVITE").iter().filter_map(|line| invited(line)).collect()
    }

    /// How many INVITEs each number got.
    pub fn counts(&self) -> BTreeMap<String, usize> {
        let mut counts = BTreeMap::new();
        for invited in self.invites() {
            *counts.entry(invited.number).or_default() += 1;
        }
        counts
    }

    /// How many INVITEs a number got, as it is written in the ledger.
    pub fn count(&self, number: &str) -> usize {
        let digits = number.trim_start_matches('+');
        self.invites().iter().filter(|invited| invited.number == digits).count()
    }

    /// Waits until a number got as many INVITEs.
    #[track_caller]
    pub fn rung(&self, number: &str, count: usize) {
        eventually(Duration::from_secs(20), || match self.count(number) {
            seen if seen >= count => Ok(()),
            seen => Err(format!("{number} got {seen} INVITEs; {}", self.dir.display())),
        });
    }

    fn lines(&self, what: &str) -> Vec<String> {
        let log = std::fs::read(self.dir.join("log")).unwrap_or_default();
        let log = String::from_utf8_lossy(&log);
        // The last line may be half written.
        let whole = log.rsplit_once('\n').map_or("", |(whole, _)| whole);
        whole.lines().filter(|line| line.starts_with(what)).map(str::to_owned).collect()
    }
}

impl Drop for Farm {
    fn drop(&mut self) {
        _ = self.child.kill();
        _ = self.child.wait();
    }
}

/// `INVITE 34600000001 +34900000001@ 1-22@127.0.0.1 2026-01-31 09:08:07.123456 ...`
fn invited(line: &str) -> Option<Invited> {
    let mut words = line.splitn(5, ' ').skip(1);
    let (number, caller, call) = (words.next()?, words.next()?, words.next()?);
    Some(Invited {
        number: number.to_owned(),
        caller: caller.trim_end_matches('@').to_owned(),
        call: call.to_owned(),
        at: trace::time_of_day(words.next()?)?,
    })
}

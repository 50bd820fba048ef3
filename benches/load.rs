//! Callers by the hundred: sipp with the scenario `tests/rig/sipp/bench.xml`, and what it counted.

use std::{
    collections::HashMap,
    fs,
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use crate::site::Site;

/// Calls to be offered.
#[derive(Clone, Copy, Debug)]
pub struct Load {
    /// What is dialled: `dialplan`, `stasis`, ...
    pub to: &'static str,
    pub calls_per_sec: f64,
    pub calls: u32,
    /// From the answer to the key.
    pub key_after: Duration,
}

/// What became of them.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// Answered, the key heard, hung up by Asterisk.
    pub good: u32,
    /// Refused before they were answered.
    pub refused: u32,
    /// Anything else.
    pub lost: u32,
    /// From the first INVITE to the last call's end.
    pub took: Duration,
    /// How long the load should have taken if every call is served at once.
    nominal: Duration,
}

/// A caller that does not come to its end would hold everything up.
const LONGEST: Duration = Duration::from_secs(60);
/// How much later than offered the last call may end for the rate to count as held: a rate at which calls pile
/// up is not held, though each of them is served in the end.
const LATE: Duration = Duration::from_secs(1);

impl Load {
    /// Calls of the measured IVR, with a key while its prompt plays.
    pub fn of(to: &'static str, calls_per_sec: f64, secs: f64) -> Self {
        let calls = (calls_per_sec * secs).round();
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few thousand calls")]
        Self { to, calls_per_sec, calls: calls as u32, key_after: Duration::from_millis(700) }
    }

    fn offering(&self) -> Duration {
        Duration::from_secs_f64(f64::from(self.calls) / self.calls_per_sec)
    }

    /// Starts the callers. `seat` (0 to 7) is their port.
    pub fn start(self, site: &Site, seat: u16) -> Callers {
        let dir = site.rig.dir().join(format!("load{seat}"));
        let _ = fs::remove_dir_all(&dir);
        fs::create_dir_all(&dir).expect("a folder for sipp");
        let project = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
        let log = fs::File::create(dir.join("out")).expect("sipp's output");
        let port = site.rig.port("BENCH_PORT_FIRST") + seat;
        let media = site.rig.port("CALLER_MEDIA_FIRST") + 4 * seat;
        let child = Command::new(site.rig.var("SIPP"))
            .arg(format!("127.0.0.1:{}", site.rig.port("SIP_PORT")))
            .arg("-sf")
            .arg(project.join("tests/rig/sipp/bench.xml"))
            .args(["-s", self.to, "-i", "127.0.0.1", "-mi", "127.0.0.1", "-nostdin"])
            .args(["-p", &port.to_string(), "-mp", &media.to_string()])
            .args(["-r", &format!("{:.0}", self.calls_per_sec), "-m", &self.calls.to_string(), "-l", "3000"])
            .args(["-d", &self.key_after.as_millis().to_string()])
            .args(["-timeout", &format!("{}s", (self.offering() + LONGEST).as_secs())])
            .args(["-trace_stat", "-fd", "1", "-stf"])
            .arg(dir.join("stat.csv"))
            .args(["-trace_err", "-error_file"])
            .arg(dir.join("errors"))
            .current_dir("/usr/share/sip-tester")
            .env("TERM", "dumb")
            .stdin(Stdio::null())
            .stdout(log.try_clone().expect("a handle"))
            .stderr(log)
            .spawn()
            .expect("sipp starts; `tests/rig/asterisk install` installs it");
        Callers { load: self, child: Some(child), begun: Instant::now(), dir }
    }

    /// Offers the load and waits until every call is over.
    pub fn run(self, site: &Site) -> Outcome {
        let outcome = self.start(site, 0).wait();
        site.rig.quiet(Duration::from_secs(30));
        outcome
    }
}

impl Outcome {
    /// Nothing lost, nothing refused, nothing late.
    pub fn is_held(&self) -> bool {
        self.lost == 0 && self.refused == 0 && self.late() <= LATE
    }

    /// How much later than it should the last call ended.
    pub fn late(&self) -> Duration {
        self.took.saturating_sub(self.nominal)
    }

    /// Good ones in a second, over the time that it should take and, if it takes longer, does.
    pub fn good_per_sec(&self) -> f64 {
        f64::from(self.good) / self.took.max(self.nominal).as_secs_f64()
    }

    /// `4000 good, 0 refused, 0 lost, 21.3 s of 20.9`
    pub fn words(&self) -> String {
        let (took, nominal) = (self.took.as_secs_f64(), self.nominal.as_secs_f64());
        let Self { good, refused, lost, .. } = self;
        format!("{good} good, {refused} refused, {lost} lost, {took:.1} s of {nominal:.1}")
    }
}

/// Callers at work.
pub struct Callers {
    load: Load,
    child: Option<Child>,
    begun: Instant,
    dir: PathBuf,
}

impl Callers {
    /// Waits for their end.
    pub fn wait(mut self) -> Outcome {
        let mut child = self.child.take().expect("sipp");
        let nominal = self.load.offering() + self.load.key_after + Duration::from_millis(200);
        let until = self.begun + nominal + LONGEST + Duration::from_secs(10);
        while child.try_wait().expect("sipp's state").is_none() {
            if Instant::now() > until {
                _ = child.kill();
                _ = child.wait();
                break;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        let took = self.begun.elapsed();
        let last = self.last();
        let count = |name: &str| last.get(name).and_then(|text| text.parse::<u32>().ok()).unwrap_or(0);
        let refused = count("refused(C)");
        let good = count("SuccessfulCall(C)").saturating_sub(refused);
        let lost = self.load.calls.saturating_sub(good + refused);
        Outcome { good, refused, lost, took, nominal }
    }

    /// The last line of sipp's statistics, by the columns' names.
    fn last(&self) -> HashMap<String, String> {
        let text = fs::read_to_string(self.dir.join("stat.csv")).unwrap_or_default();
        let mut lines = text.lines();
        let names = lines.next().unwrap_or_default().split(';');
        let values = lines.last().unwrap_or_default().split(';');
        names.zip(values).map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned())).collect()
    }
}

impl Drop for Callers {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            _ = child.kill();
            _ = child.wait();
        }
    }
}

//! Callers: sipp processes, one for each call, that dial, wait, press keys, speak, and hang up or are hung up.
//!
//! ```ignore
//! let alice = Caller::new(&rig, "alice").number("34600111222").to("1000")
//!     .wait_ms(1500).press('*').until_bye(secs(20)).run();
//! assert_eq!(alice.ended_by(), EndedBy::Asterisk);
//! assert!(audio::contains(&rig.heard("alice"), &rig.sound("tt-weasels")) > 0.7);
//! ```

pub mod answer;
pub mod called;
pub mod ears;
pub mod farm;
pub mod manner;
pub mod rtp;
pub mod scenario;
pub mod trace;

use std::{
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

pub use answer::{Answer, Answerer};
pub use called::{Called, EndedBy};
pub use ears::Ears;
pub use farm::{Farm, Invited};
pub use manner::{Doing, Manner};
pub use scenario::OnRefer;
pub use trace::Message;

use super::rig::{Rig, Seat};
use scenario::{Invite, Step};

/// A call to be made.
pub struct Caller<'a> {
    rig: &'a Rig,
    name: String,
    to: String,
    invite: Invite,
    steps: Vec<Planned>,
    sip_port: Option<u16>,
    ears: Option<u16>,
    breathes: bool,
}

enum Planned {
    Wait(u64),
    Keys(String),
    Say(Vec<f32>),
    HangUp,
}

impl<'a> Caller<'a> {
    /// A caller whose recordings are `rig.heard(name)` and `rig.said(name)`. Dials `1000` unless told.
    pub fn new(rig: &'a Rig, name: &str) -> Caller<'a> {
        let invite = Invite {
            from: name.to_owned(),
            display: String::new(),
            headers: vec![("X-Rig-Name".to_owned(), name.to_owned())],
            ring_ms: 30_000,
            on_refer: OnRefer::Accept(200),
        };
        Caller {
            rig,
            name: name.to_owned(),
            to: "1000".to_owned(),
            invite,
            steps: Vec::new(),
            sip_port: None,
            ears: None,
            breathes: false,
        }
    }

    /// The number dialled; the rig's dialplan tells which others there are besides digits.
    pub fn to(mut self, number: &str) -> Self {
        number.clone_into(&mut self.to);
        self
    }

    /// The caller's own number (the user of From); the name unless told.
    pub fn number(mut self, number: &str) -> Self {
        number.clone_into(&mut self.invite.from);
        self
    }

    /// The caller's display name, as it stands between the quotes in From.
    pub fn display(mut self, name: &str) -> Self {
        name.clone_into(&mut self.invite.display);
        self
    }

    /// The flow that the call is given.
    pub fn flow(self, flow: &str) -> Self {
        self.header("X-Rig-Flow", flow)
    }

    /// The gateway that the call seems to come in by.
    pub fn gateway(self, gateway: &str) -> Self {
        self.header("X-Rig-Gateway", gateway)
    }

    /// Calls from the carrier's port: the endpoint `carrier` of the shipped `pjsip.conf`. One at a time.
    pub fn via_carrier(mut self) -> Self {
        self.sip_port = Some(self.rig.port("CARRIER_PORT"));
        self
    }

    /// The channel's language.
    pub fn language(self, language: &str) -> Self {
        self.header("X-Rig-Language", language)
    }

    /// A header of the INVITE.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.invite.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Gives up (CANCEL) if nobody has answered by then.
    pub fn cancel_after(mut self, ring: Duration) -> Self {
        self.invite.ring_ms = millis(ring);
        self
    }

    /// Sends audio, though without a sound, also while it listens. Asterisk then records what it hears second by
    /// second; of a caller who sends nothing, a moment in which nothing is played is not recorded.
    pub fn breathes(mut self) -> Self {
        self.breathes = true;
        self
    }

    /// Has its media sent to these ears, which tell the keys that it is sent.
    pub fn listens_with(mut self, ears: &Ears) -> Self {
        self.ears = Some(ears.port());
        self
    }

    /// What it answers to a REFER; it accepts unless told.
    pub fn on_refer(mut self, on_refer: OnRefer) -> Self {
        self.invite.on_refer = on_refer;
        self
    }

    /// Listens.
    pub fn wait_ms(mut self, ms: u64) -> Self {
        self.steps.push(Planned::Wait(ms));
        self
    }

    /// Presses a key (`0`-`9`, `*`, `#`) for 160 ms and lets go for 90 ms.
    pub fn press(mut self, key: char) -> Self {
        self.steps.push(Planned::Keys(key.to_string()));
        self
    }

    /// Presses several keys.
    pub fn keys(mut self, keys: &str) -> Self {
        if !keys.is_empty() {
            self.steps.push(Planned::Keys(keys.to_owned()));
        }
        self
    }

    /// Says something: samples of 8 kHz, such as `rig.sound(..)` or `audio::read(..)`.
    pub fn say(mut self, samples: &[f32]) -> Self {
        self.steps.push(Planned::Say(samples.to_vec()));
        self
    }

    /// Waits to be hung up; hangs up itself if that does not happen in time.
    pub fn until_bye(self, at_most: Duration) -> Self {
        self.wait_ms(millis(at_most)).hang_up()
    }

    /// Hangs up. Also what a caller does whose steps are over.
    pub fn hang_up(mut self) -> Self {
        self.steps.push(Planned::HangUp);
        self
    }

    /// Dials.
    #[track_caller]
    pub fn start(self) -> Calling {
        let dir = self.rig.dir().join("callers").join(&self.name);
        std::fs::create_dir_all(&dir).expect("the caller's directory");
        let (steps, lasts) = self.plan(&dir);
        let xml = dir.join("scenario.xml");
        let mut text = scenario::write(&self.invite, &steps);
        if let Some(port) = self.ears {
            text = text.replace("[media_port]", &port.to_string());
        }
        std::fs::write(&xml, text).expect("the scenario");
        let seat = self.rig.seat();
        let deadline = Duration::from_millis(lasts + self.invite.ring_ms) + Duration::from_secs(15);
        let port = self.sip_port.unwrap_or(seat.sip_port);
        let child = spawn(self.rig, &dir, port, seat.media_port, &["-s", &self.to]);
        Calling { child: Some(child), dir, seat, deadline: Instant::now() + deadline }
    }

    /// Dials, and waits for the end of the call.
    #[track_caller]
    pub fn run(self) -> Called {
        self.start().wait()
    }

    fn plan(&self, dir: &Path) -> (Vec<Step>, u64) {
        let (mut steps, mut media, mut lasts) = (Vec::new(), rtp::Media::new(), 0);
        for (index, planned) in self.steps.iter().enumerate() {
            let file = dir.join(format!("{index}.pcap"));
            let ms = match planned {
                Planned::Wait(ms) if self.breathes => {
                    let silence = vec![0.0; usize::try_from(*ms * 8).expect("a call's length")];
                    lasts += ms;
                    media.audio(&silence, &file);
                    media.pass(*ms);
                    steps.push(Step::Play(file.display().to_string()));
                    steps.push(Step::Wait(*ms));
                    continue;
                }
                Planned::Wait(ms) => *ms,
                Planned::Keys(keys) => {
                    let ms = media.keys(keys, &file);
                    steps.push(Step::Play(file.display().to_string()));
                    ms
                }
                Planned::Say(samples) => {
                    let ms = media.audio(samples, &file);
                    steps.push(Step::Play(file.display().to_string()));
                    ms + 20
                }
                Planned::HangUp => {
                    steps.push(Step::HangUp);
                    break;
                }
            };
            steps.push(Step::Wait(ms));
            media.pass(ms);
            lasts += ms;
        }
        (steps, lasts)
    }
}

/// Starts sipp for one call with the scenario in `dir`.
fn spawn(rig: &Rig, dir: &Path, sip_port: u16, media_port: u16, options: &[&str]) -> Child {
    let log = std::fs::File::create(dir.join("sipp.out")).expect("sipp's output");
    Command::new(rig.var("SIPP"))
        .arg(format!("127.0.0.1:{}", rig.port("SIP_PORT")))
        .arg("-sf")
        .arg(dir.join("scenario.xml"))
        .args(["-i", "127.0.0.1", "-mi", "127.0.0.1", "-m", "1", "-nostdin"])
        .args(["-p", &sip_port.to_string(), "-mp", &media_port.to_string()])
        // A REFER may come before the caller's first wait: it is sent again, as one that got lost would be.
        .args(["-default_behaviors", "all,-abortunexp"])
        .args(["-trace_msg", "-message_file"])
        .arg(dir.join("messages"))
        .args(["-trace_err", "-error_file"])
        .arg(dir.join("errors"))
        .args(options)
        .current_dir(dir)
        .env("TERM", "dumb")
        .stdin(Stdio::null())
        .stdout(log.try_clone().expect("a handle"))
        .stderr(log)
        .spawn()
        .expect("sipp starts; `tests/rig/asterisk install` installs it")
}

/// What went over the wire, from the log in `dir`.
fn messages(dir: &Path) -> Vec<Message> {
    trace::read(&String::from_utf8_lossy(&std::fs::read(dir.join("messages")).unwrap_or_default()))
}

/// A call that is being made.
pub struct Calling {
    child: Option<Child>,
    dir: PathBuf,
    seat: Seat,
    deadline: Instant,
}

impl Calling {
    /// Waits for the end of the call; panics if sipp stays beyond all its steps.
    #[track_caller]
    pub fn wait(mut self) -> Called {
        let mut child = self.child.take().expect("a child");
        let exit = loop {
            match child.try_wait().expect("sipp's state") {
                Some(status) => break status.code(),
                None if Instant::now() > self.deadline => {
                    _ = child.kill();
                    _ = child.wait();
                    panic!("sipp does not end; see {}", self.dir.display());
                }
                None => std::thread::sleep(Duration::from_millis(20)),
            }
        };
        Called { exit, messages: self.messages(), dir: self.dir.clone() }
    }

    /// What went over the wire so far.
    pub fn messages(&self) -> Vec<Message> {
        messages(&self.dir)
    }

    /// Waits until the call is answered.
    #[track_caller]
    pub fn answered(&self, within: Duration) {
        super::eventually(within, || {
            let messages = self.messages();
            if messages.iter().any(|m| m.status() == Some((200, "INVITE"))) { Ok(()) } else { Err(messages) }
        });
    }

    /// The channel's name in Asterisk begins with this.
    pub fn channel_prefix(&self) -> String {
        format!("PJSIP/{}-", self.seat.endpoint())
    }
}

impl Drop for Calling {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            _ = child.kill();
            _ = child.wait();
        }
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).expect("a call's length")
}

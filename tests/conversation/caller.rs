//! A pretend caller: a `Line` that is led by a script, and fails at anything unexpected.

use std::{
    collections::VecDeque,
    fmt::Write as _,
    sync::{Arc, Mutex},
    time::Duration,
};

use stasisd::{
    calls::{
        BargeIn, Dial, Dialled, Gather, Gathered, Line, Place, Prompt, Record, Recorded, Refer, Referred,
        Said, Take,
    },
    model::{Ended, Position, Stop},
};

/// What a scripted caller expects or does next.
#[derive(Clone, Debug)]
pub enum Act {
    /// The next prompt has this in it.
    Hears(String),
    /// Presses during the prompt heard last, or when asked.
    Presses(char),
    /// Waits until the question's time is over.
    Waits,
    /// Hangs up.
    HangsUp,
    /// What the dialled party does.
    Dialled(Dialled),
    /// What comes of a REFER: refused.
    Refuses,
    /// Speaks for so long when recorded.
    Speaks(Duration),
}

/// How the line ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// Handed to a context; why.
    Continued(Place, String),
    /// We hung up.
    Finished,
    /// The caller hung up.
    Left,
}

/// The pretend line.
#[derive(Debug)]
#[allow(clippy::struct_excessive_bools, reason = "independent facts of a rehearsal")]
pub struct PretendLine {
    pub script: VecDeque<Act>,
    /// Without a script: keys pressed at random moments, then silence.
    pub free: bool,
    /// The caller hangs up at this primitive, counted from 0.
    pub leaves_at: Option<usize>,
    /// The daemon dies when this position is stored, counted from 0.
    pub dies_at: Option<usize>,
    pub primitives: usize,
    pub positions: Vec<Position>,
    pub durable: usize,
    pub answered: bool,
    pub keys: VecDeque<char>,
    pub dials: Vec<Dial>,
    pub refers: Vec<String>,
    pub end: Option<End>,
    pub transcript: Arc<Mutex<String>>,
    died: bool,
    /// The flow is meant to meet a fault.
    pub expects_fault: bool,
}

impl PretendLine {
    pub fn new(script: VecDeque<Act>) -> Self {
        Self {
            script,
            free: false,
            leaves_at: None,
            dies_at: None,
            primitives: 0,
            positions: Vec::new(),
            durable: 0,
            answered: false,
            keys: VecDeque::new(),
            dials: Vec::new(),
            refers: Vec::new(),
            end: None,
            transcript: Arc::default(),
            died: false,
            expects_fault: false,
        }
    }

    pub fn note(&self, line: &str) {
        writeln!(self.transcript.lock().unwrap(), "  {line}").unwrap();
    }

    pub fn fail(&self, what: &str) -> ! {
        panic!("{what}\nso far:\n{}", self.transcript.lock().unwrap());
    }

    /// Counts a primitive; ends the call when it is over, or the caller's patience is.
    fn enter(&mut self) -> Result<(), Stop> {
        if self.died {
            return Err(Ended::Lost.into());
        }
        assert!(self.end.is_none(), "a primitive after the end");
        let number = self.primitives;
        self.primitives += 1;
        if self.leaves_at == Some(number) {
            return self.leave();
        }
        if matches!(self.script.front(), Some(Act::HangsUp)) {
            self.script.pop_front();
            return self.leave();
        }
        Ok(())
    }

    fn leave(&mut self) -> Result<(), Stop> {
        self.note("(the caller hangs up)");
        self.end = Some(End::Left);
        Err(Ended::HungUp { cause: Some(16), tech_cause: None }.into())
    }

    /// Keys that the script presses now.
    fn type_ahead(&mut self) {
        while let Some(Act::Presses(key)) = self.script.front().cloned() {
            self.script.pop_front();
            self.note(&format!("presses {key}"));
            self.keys.push_back(key);
        }
    }
}

impl Line for PretendLine {
    fn at(&mut self, position: &Position) {
        if self.dies_at == Some(self.positions.len()) {
            self.died = true;
        }
        self.note(&format!("[{}:{}]", position.flow, position.step));
        self.positions.push(position.clone());
    }

    async fn durable(&mut self) -> Result<(), Stop> {
        self.enter()?;
        self.durable = self.positions.len();
        Ok(())
    }

    async fn answer(&mut self) -> Result<(), Stop> {
        self.enter()?;
        self.answered = true;
        Ok(())
    }

    async fn say(&mut self, prompt: &Prompt, barge: BargeIn) -> Result<Said, Stop> {
        assert!(self.answered, "spoken to before the answer");
        self.enter()?;
        if barge == BargeIn::AnyKey && !self.keys.is_empty() {
            return Ok(Said::Interrupted);
        }
        let recorded =
            if prompt.recorded.is_empty() { String::new() } else { format!(" {:?}", prompt.recorded) };
        self.note(&format!("hears ({}) {}{recorded}", prompt.language, prompt.text));
        if !self.free {
            match self.script.pop_front() {
                Some(Act::Hears(part)) if prompt.text.contains(&part) => {}
                expected => {
                    self.fail(&format!("the caller expected {expected:?} and heard {:?}", prompt.text))
                }
            }
            self.type_ahead();
        }
        if barge == BargeIn::AnyKey && !self.keys.is_empty() {
            return Ok(Said::Interrupted);
        }
        tokio::time::sleep(Duration::from_millis(50 * prompt.text.len() as u64)).await;
        Ok(Said::Whole)
    }

    async fn gather(&mut self, gather: &Gather) -> Result<Gathered, Stop> {
        self.enter()?;
        let mut gathered = Gathered { keys: String::new(), terminated: false };
        while gathered.keys.len() < gather.max {
            let wait = if gathered.keys.is_empty() { gather.first } else { gather.between };
            if self.keys.is_empty() && !wait.is_zero() {
                self.type_ahead();
            }
            match self.keys.pop_front() {
                Some(key) if gather.terminator == Some(key) => {
                    gathered.terminated = true;
                    break;
                }
                Some(key) => gathered.keys.push(key),
                None => {
                    if !wait.is_zero() && !self.free {
                        match self.script.pop_front() {
                            Some(Act::Waits) => self.note("(waits)"),
                            Some(Act::HangsUp) => return self.leave().map(|()| gathered),
                            expected => {
                                self.fail(&format!("the caller is asked for a key and has {expected:?}"))
                            }
                        }
                    }
                    tokio::time::sleep(wait).await;
                    break;
                }
            }
        }
        Ok(gathered)
    }

    fn forget_keys(&mut self) {
        self.keys.clear();
    }

    async fn pause(&mut self, time: Duration) -> Result<(), Stop> {
        self.enter()?;
        tokio::time::sleep(time).await;
        Ok(())
    }

    async fn record(&mut self, record: &Record) -> Result<Recorded, Stop> {
        self.enter()?;
        let length = match self.script.front() {
            Some(Act::Speaks(length)) => *length,
            _ if self.free => Duration::from_secs(3),
            other => self.fail(&format!("the caller is recorded and has {other:?}")),
        };
        self.script.pop_front();
        self.note(&format!("speaks for {length:?}"));
        Ok(Recorded { name: "recording-1".to_owned(), length: length.min(record.max) })
    }

    async fn dial(&mut self, dial: &Dial, take: Take) -> Result<Dialled, Stop> {
        self.enter()?;
        self.note(&format!("(dials {} {take:?})", dial.endpoint));
        self.dials.push(dial.clone());
        match self.script.pop_front() {
            Some(Act::Dialled(result)) => Ok(result),
            _ if self.free => Ok(Dialled::NoAnswer),
            other => self.fail(&format!("somebody is dialled and the script has {other:?}")),
        }
    }

    async fn send_digits(&mut self, _: &str) -> Result<(), Stop> {
        self.enter()
    }

    async fn refer(&mut self, refer: &Refer, take: Take) -> Result<Referred, Stop> {
        let target = &refer.target;
        self.enter()?;
        if take == Take::Up {
            self.note(&format!("(a REFER to {target} may have been sent)"));
            return Ok(Referred::Refused("not followed".to_owned()));
        }
        self.note(&format!("(REFER to {target})"));
        self.refers.push(target.clone());
        match self.script.pop_front() {
            Some(Act::Refuses) => Ok(Referred::Refused("405".to_owned())),
            _ if self.free => Ok(Referred::Refused("603".to_owned())),
            other => self.fail(&format!("a REFER is sent and the script has {other:?}")),
        }
    }

    async fn star(&mut self, keys: &str, _: Duration, take: Take) -> Result<Referred, Stop> {
        self.enter()?;
        self.note(&format!("(keys {keys} are sent {take:?})"));
        match self.script.pop_front() {
            Some(Act::Refuses) => Ok(Referred::Unanswered),
            _ if self.free => Ok(Referred::Unanswered),
            other => self.fail(&format!("keys are sent and the script has {other:?}")),
        }
    }

    async fn continue_in(&mut self, place: &Place, why: &str) -> Result<(), Stop> {
        self.enter()?;
        self.note(&format!("(is handed to {}: {why})", place.context));
        if why.contains("flow: ") && !self.free && !self.expects_fault {
            self.fail("the flow met a fault");
        }
        self.end = Some(End::Continued(place.clone(), why.to_owned()));
        Err(Ended::LeftStasis.into())
    }

    async fn hang_up(&mut self) -> Result<(), Stop> {
        self.enter()?;
        self.note("(is hung up)");
        self.end = Some(End::Finished);
        Err(Ended::Finished.into())
    }
}

//! A flow tried in a terminal: what the caller would hear is printed, keys are typed. No phone needed.

use std::{collections::VecDeque, io::Write, time::Duration};

use jiff::Zoned;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufRead, AsyncBufReadExt, Lines},
    time::timeout,
};

use super::{
    run::run,
    set::Set,
    world::{CallFacts, Webhook, World},
};
use crate::{
    calls::{
        BargeIn, Dial, Dialled, Gather, Gathered, Line, Place, Prompt, Record, Recorded, Refer, Referred,
        Said, Take,
    },
    model::{Contact, Ended, Facts, Fault, Order, Position, Stop},
};

/// Time to read one letter.
const A_LETTER: Duration = Duration::from_millis(50);

/// What is pretended of the call.
#[derive(Clone, Debug)]
pub struct Pretence {
    /// The call.
    pub call: CallFacts,
    /// The time that is spoken.
    pub now: Zoned,
    /// The caller's orders.
    pub orders: Vec<Order>,
    /// Who the caller is.
    pub contact: Option<Contact>,
    /// Variables that whoever starts the flow would give.
    pub vars: Facts,
    /// Where the operators are.
    pub operator: Place,
    /// No waiting: an empty line is silence, and pauses are skipped.
    pub is_fast: bool,
}

/// Tries a flow: `input` gives the keys, one or more a line; its end is the caller hanging up.
///
/// An empty line is silence. Dialled parties, recordings and REFER are asked for in words.
///
/// # Errors
/// A fault of the flow, as a call would meet it. How the call ended is printed, not returned.
pub async fn try_in_terminal<R, O>(
    set: &Set,
    flow: &str,
    pretence: Pretence,
    input: R,
    output: O,
) -> Result<(), Fault>
where
    R: AsyncBufRead + Unpin + Send,
    O: Write + Send,
{
    let is_fast = pretence.is_fast;
    let mut line =
        Terminal { input: input.lines(), output, keys: VecDeque::new(), is_fast, reading: Duration::ZERO };
    let start = Position { flow: flow.to_owned(), vars: pretence.vars.clone(), ..Position::default() };
    let stop = run(set, start, Take::Anew, &mut line, &PretendWorld(pretence)).await;
    match stop {
        Err(Stop::Fault(fault)) => {
            line.tell(&format!("-- fault: {fault}; the call is handed back to the dialplan's fallback"));
            Err(fault)
        }
        Err(Stop::Ended(Ended::HungUp { .. })) => {
            line.tell("-- the caller hung up");
            Ok(())
        }
        _ => Ok(()),
    }
}

/// The world of a trial: only what was given, and webhooks are printed as answered with 200.
struct PretendWorld(Pretence);

impl World for PretendWorld {
    fn now(&self) -> Zoned {
        self.0.now.clone()
    }

    fn call(&self) -> &CallFacts {
        &self.0.call
    }

    fn operator(&self) -> Place {
        self.0.operator.clone()
    }

    async fn orders(&self, _: &str) -> Result<Vec<Order>, String> {
        Ok(self.0.orders.clone())
    }

    async fn contact(&self, _: &str) -> Result<Option<Contact>, String> {
        Ok(self.0.contact.clone())
    }

    async fn post(&self, _: &Webhook) -> Result<(u16, Value), String> {
        Ok((200, json!({})))
    }
}

struct Terminal<R, O> {
    input: Lines<R>,
    output: O,
    keys: VecDeque<char>,
    is_fast: bool,
    /// What was printed takes time to read, as what is said takes time to hear.
    reading: Duration,
}

impl<R: AsyncBufRead + Unpin + Send, O: Write + Send> Terminal<R, O> {
    fn tell(&mut self, what: &str) {
        // A terminal that is gone ends the call at the next key.
        let _ = writeln!(self.output, "{what}");
        let _ = self.output.flush();
    }

    async fn line(&mut self, prompt: &str) -> Result<String, Stop> {
        let _ = write!(self.output, "{prompt}");
        let _ = self.output.flush();
        match self.input.next_line().await {
            Ok(Some(line)) => Ok(line.trim().to_owned()),
            _ => Err(Ended::HungUp { cause: Some(16), tech_cause: None }.into()),
        }
    }

    /// Reads one line of keys; `wait` over, or an empty line, is silence.
    async fn type_keys(&mut self, wait: Duration) -> Result<(), Stop> {
        let prompt = format!("   keys? [{:.0} s] ", wait.as_secs_f64());
        let (is_fast, wait) = (self.is_fast, wait + std::mem::take(&mut self.reading));
        let asked = self.line(&prompt);
        let typed = if is_fast { Ok(asked.await) } else { timeout(wait, asked).await };
        let Ok(typed) = typed else {
            self.tell("(silence)");
            return Ok(());
        };
        let keys: Vec<char> = typed?.chars().filter(|key| "0123456789*#ABCD".contains(*key)).collect();
        if keys.is_empty() {
            self.tell("   (silence)");
        }
        self.keys.extend(keys);
        Ok(())
    }
}

impl<R: AsyncBufRead + Unpin + Send, O: Write + Send> Line for Terminal<R, O> {
    fn at(&mut self, position: &Position) {
        self.tell(&format!("[{}:{}]", position.flow, position.step));
    }

    async fn durable(&mut self) -> Result<(), Stop> {
        Ok(())
    }

    async fn answer(&mut self) -> Result<(), Stop> {
        self.tell("-- answered");
        Ok(())
    }

    async fn say(&mut self, prompt: &Prompt, barge: BargeIn) -> Result<Said, Stop> {
        if barge == BargeIn::AnyKey && !self.keys.is_empty() {
            return Ok(Said::Interrupted);
        }
        let text = if prompt.text.is_empty() { "(recorded)" } else { &prompt.text };
        let recorded =
            if prompt.recorded.is_empty() { String::new() } else { format!(" {:?}", prompt.recorded) };
        self.reading += A_LETTER * u32::try_from(text.chars().count()).unwrap_or(0);
        self.tell(&format!("<< {text}{recorded}"));
        Ok(Said::Whole)
    }

    async fn gather(&mut self, gather: &Gather) -> Result<Gathered, Stop> {
        let mut gathered = Gathered { keys: String::new(), terminated: false };
        while gathered.keys.len() < gather.max {
            let wait = if gathered.keys.is_empty() { gather.first } else { gather.between };
            if self.keys.is_empty() && !wait.is_zero() {
                self.type_keys(wait).await?;
            }
            match self.keys.pop_front() {
                None => break,
                Some(key) if gather.terminator == Some(key) => {
                    gathered.terminated = true;
                    break;
                }
                Some(key) => gathered.keys.push(key),
            }
        }
        Ok(gathered)
    }

    fn forget_keys(&mut self) {
        self.keys.clear();
    }

    async fn pause(&mut self, time: Duration) -> Result<(), Stop> {
        self.tell(&format!("-- a pause of {} s", time.as_secs_f64()));
        if !self.is_fast {
            tokio::time::sleep(time).await;
        }
        Ok(())
    }

    async fn record(&mut self, record: &Record) -> Result<Recorded, Stop> {
        let seconds = self.line("-- recording; how many seconds do you speak? ").await?;
        let length =
            seconds.parse().ok().and_then(|s| Duration::try_from_secs_f64(s).ok()).unwrap_or_default();
        Ok(Recorded { name: "trial".to_owned(), length: length.min(record.max) })
    }

    async fn dial(&mut self, dial: &Dial, _: Take) -> Result<Dialled, Stop> {
        let question =
            format!("-- dialling {}: [t]alked, [b]usy, [n]o answer, [r]ejected, [f]ailed? ", dial.endpoint);
        Ok(match self.line(&question).await?.chars().next() {
            Some('b') => Dialled::Busy,
            Some('n') => Dialled::NoAnswer,
            Some('r') => Dialled::Rejected,
            Some('f') => Dialled::Failed(None),
            _ => Dialled::Talked,
        })
    }

    async fn send_digits(&mut self, digits: &str) -> Result<(), Stop> {
        self.tell(&format!("-- keys sent: {digits}"));
        Ok(())
    }

    async fn refer(&mut self, refer: &Refer, _: Take) -> Result<Referred, Stop> {
        let accepted = self.line(&format!("-- REFER to {}: accepted? [y/n] ", refer.target)).await?;
        if accepted.starts_with('n') {
            return Ok(Referred::Refused("refused in the trial".to_owned()));
        }
        Err(Ended::LeftStasis.into())
    }

    async fn star(&mut self, keys: &str, _: Duration, _: Take) -> Result<Referred, Stop> {
        let taken =
            self.line(&format!("-- keys sent: {keys}; does the far end take the call? [y/n] ")).await?;
        if taken.starts_with('n') { Ok(Referred::Unanswered) } else { Err(Ended::LeftStasis.into()) }
    }

    async fn continue_in(&mut self, place: &Place, why: &str) -> Result<(), Stop> {
        let Place { context, extension, priority } = place;
        self.tell(&format!("-- handed to the dialplan: {context},{extension},{priority} ({why})"));
        Err(Ended::LeftStasis.into())
    }

    async fn hang_up(&mut self) -> Result<(), Stop> {
        self.tell("-- hung up");
        Err(Ended::Finished.into())
    }
}

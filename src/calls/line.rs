//! The primitives: what a flow can do to its caller, on a real channel, a pretend one or a terminal.

use std::{future::Future, time::Duration};

use crate::model::{Position, Stop};

/// Something to be heard: a text to speak, or a recorded prompt's name, or both (the recording is the
/// fallback where no voice works).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Prompt {
    /// Ready text, templates filled in.
    pub text: String,
    /// Language of the text (`en`).
    pub language: String,
    /// Recorded prompts (names in `sounds/<language>/`, or Asterisk's own), played in order.
    pub recorded: Vec<String>,
}

/// Which keys stop a prompt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BargeIn {
    /// Any key stops it; the key is kept for whoever asks next.
    AnyKey,
    /// None: keys are still kept (type-ahead).
    Never,
}

/// How a prompt ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Said {
    /// Heard to its end.
    Whole,
    /// Stopped by a key, or not begun because keys were waiting.
    Interrupted,
}

/// What to collect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gather {
    /// At most this many keys, 1 to 32.
    pub max: usize,
    /// A key that ends it early and is not part of the answer.
    pub terminator: Option<char>,
    /// How long to wait for the first key.
    pub first: Duration,
    /// How long to wait for each further key.
    pub between: Duration,
}

/// What was collected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gathered {
    /// The keys, without the terminator; may be empty.
    pub keys: String,
    /// The caller pressed the terminator (so an empty answer was meant).
    pub terminated: bool,
}

/// A place in the dialplan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Context.
    pub context: String,
    /// Extension.
    pub extension: String,
    /// Priority, from 1.
    pub priority: u32,
}

/// Record what the caller says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Longest recording.
    pub max: Duration,
    /// Silence that ends it.
    pub silence: Duration,
    /// Play a beep first.
    pub beep: bool,
    /// Key that ends it.
    pub terminator: char,
}

/// A recording that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// Asterisk's name of the stored recording.
    pub name: String,
    /// Its length.
    pub length: Duration,
}

/// Dial somebody and talk until one side leaves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dial {
    /// Asterisk's dial string, such as `PJSIP/101`; made from configuration, never from a caller's text.
    pub endpoint: String,
    /// Number shown to the dialled party.
    pub caller_id: Option<String>,
    /// How long it may ring.
    pub ring: Duration,
    /// Neither side is told who the other is.
    pub is_masked: bool,
    /// The dialled party may hand the caller on by keys.
    pub may_transfer: bool,
}

/// What came of dialling.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Dialled {
    /// They talked, and the dialled party left; the caller is still here.
    Talked,
    /// Busy.
    Busy,
    /// Rang and nobody answered.
    NoAnswer,
    /// Refused by the party.
    Rejected,
    /// Could not be dialled, or a crash hides what became of it. Q.850 cause where known.
    Failed(Option<i32>),
}

/// A SIP REFER (RFC 3515).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refer {
    /// Whom the caller's side is asked to call: `sip:queue@carrier.example`.
    pub target: String,
    /// How long it may take to follow.
    pub timeout: Duration,
}

/// What came of asking the caller's side to take the call over, by REFER or by keys; the caller is still here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Referred {
    /// The peer refused it; says with which code.
    Refused(String),
    /// Nothing was heard in time.
    Unanswered,
}

/// What came of one way to transfer a call, for its timeline and whoever watches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transferred<'a> {
    /// `refer`, `star`, `continue`, `dial`.
    pub method: &'a str,
    /// `taken`, `refused`, `unanswered`, `busy`, `failed` or `hung_up` (the caller left meanwhile).
    pub outcome: &'a str,
    /// To whom, and why not.
    pub detail: String,
}

/// Whether a step is entered anew or taken up after a crash or a lost connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Take {
    /// For the first time.
    Anew,
    /// Again: what it started may be done, half done, or not begun.
    Up,
}

/// One side of a call, as a flow sees it.
///
/// Every primitive ends with `Err(Stop)` when the caller hangs up, the daemon shuts down, the connection or
/// the call's deadline is lost; a flow passes that on with `?` and does nothing else about it.
pub trait Line: Send {
    /// Stores where the call is. Returns at once; [`Line::durable`] waits for the disk.
    fn at(&mut self, position: &Position);

    /// Waits until the last position is on disk: before anything that must not happen twice.
    fn durable(&mut self) -> impl Future<Output = Result<(), Stop>> + Send;

    /// Answers the channel, at the latest with the next command. Harmless on an answered one.
    fn answer(&mut self) -> impl Future<Output = Result<(), Stop>> + Send;

    /// Plays a prompt to its end, or until a key that `barge` names. Keys are kept as type-ahead; with keys
    /// waiting and [`BargeIn::AnyKey`], nothing is played.
    fn say(&mut self, prompt: &Prompt, barge: BargeIn) -> impl Future<Output = Result<Said, Stop>> + Send;

    /// Stops what a key interrupted, if it still sounds. The other primitives see to it themselves: this is for what
    /// takes time and is none.
    fn hush(&mut self) -> impl Future<Output = Result<(), Stop>> + Send {
        std::future::ready(Ok(()))
    }

    /// Takes keys: those typed ahead first, then waits for more.
    fn gather(&mut self, gather: &Gather) -> impl Future<Output = Result<Gathered, Stop>> + Send;

    /// Forgets keys typed ahead.
    fn forget_keys(&mut self);

    /// Waits.
    fn pause(&mut self, time: Duration) -> impl Future<Output = Result<(), Stop>> + Send;

    /// Records the caller.
    fn record(&mut self, record: &Record) -> impl Future<Output = Result<Recorded, Stop>> + Send;

    /// Dials somebody and connects them. With [`Take::Up`] it looks for the leg that was dialled before and
    /// never dials again.
    fn dial(&mut self, dial: &Dial, take: Take) -> impl Future<Output = Result<Dialled, Stop>> + Send;

    /// Sends keys to the caller's side (RFC 4733 or SIP INFO, as the endpoint is set up).
    fn send_digits(&mut self, digits: &str) -> impl Future<Output = Result<(), Stop>> + Send;

    /// Asks the caller's side by SIP REFER to call somebody else (RFC 3515). Returns only when it does not. With
    /// [`Take::Up`] nothing is sent, for that may have been done: it waits as one does after a REFER.
    fn refer(&mut self, refer: &Refer, take: Take) -> impl Future<Output = Result<Referred, Stop>> + Send;

    /// Sends keys upon which the caller's side takes the call over, and waits so long for that. Returns only when it
    /// does not. With [`Take::Up`] nothing is sent, for that may have been done.
    fn star(
        &mut self,
        keys: &str,
        wait: Duration,
        take: Take,
    ) -> impl Future<Output = Result<Referred, Stop>> + Send;

    /// Tells what came of one way to transfer.
    fn transfer_went(&mut self, _transferred: &Transferred<'_>) {}

    /// Gives the call to the dialplan for good; `why` goes into the record. Never returns `Ok`.
    fn continue_in(&mut self, place: &Place, why: &str) -> impl Future<Output = Result<(), Stop>> + Send;

    /// Hangs up. Never returns `Ok`.
    fn hang_up(&mut self) -> impl Future<Output = Result<(), Stop>> + Send;
}

//! The events that are used, as typed values. All others are counted and dropped.

use jiff::Timestamp;

use crate::model::{MemberState, Membership};

/// What happened, or one item of a list that was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A queue there is (`QueueParams` of `QueueStatus`, `QueueSummary`).
    Queue {
        /// Its name.
        name: String,
        /// `ringall`, …; empty in a `QueueSummary`.
        strategy: String,
    },
    /// A member's whole state (`QueueMemberAdded`, `QueueMemberStatus`, `QueueMemberPause`, `QueueMemberPenalty`,
    /// `QueueMemberRingInUse`, and `QueueMember` of `QueueStatus`).
    Member(Box<MemberFacts>),
    /// `QueueMemberRemoved`.
    MemberRemoved {
        /// The queue.
        queue: String,
        /// The member.
        interface: String,
    },
    /// A caller waits (`QueueCallerJoin`, and `QueueEntry` of `QueueStatus`).
    Waits(Box<Caller>),
    /// A caller waits no longer (`QueueCallerLeave`); what became of them comes after it, or came before.
    Left {
        /// The queue.
        queue: String,
        /// The channel's unique id.
        channel: String,
    },
    /// A caller was not served (`QueueCallerAbandon`): hung up, or waited as long as `Queue()` lets wait, which comes
    /// after it.
    Abandoned {
        /// The queue.
        queue: String,
        /// The channel's unique id.
        channel: String,
        /// Where they waited; the first is 1.
        position: Option<u32>,
        /// How long.
        wait_secs: Option<u64>,
    },
    /// A member is rung for a caller (`AgentCalled`).
    Called(Box<Called>),
    /// A member answered a caller (`AgentConnect`).
    Connected {
        /// The queue.
        queue: String,
        /// The caller's channel, by its unique id.
        channel: String,
        /// Who answered.
        interface: String,
        /// How long the caller waited.
        wait_secs: Option<u64>,
    },
    /// Their talk is over (`AgentComplete`).
    Completed {
        /// The queue.
        queue: String,
        /// The caller's channel, by its unique id.
        channel: String,
        /// The caller's number, if it was told.
        number: Option<String>,
        /// Who had answered.
        interface: String,
        /// How long the caller had waited.
        wait_secs: Option<u64>,
        /// How long they talked.
        talk_secs: Option<u64>,
    },
    /// A member was rung and did not answer (`AgentRingNoAnswer`).
    DidNotAnswer {
        /// The queue.
        queue: String,
        /// Who was rung.
        interface: String,
    },
    /// `Queue()` gave a caller back to the dialplan (`VarSet` of `QUEUESTATUS`).
    Ended {
        /// The channel's unique id.
        channel: String,
        /// Why.
        how: QueueEnd,
    },
    /// Asterisk has started (`FullyBooted`).
    Booted,
    /// Modules were loaded anew (`Reload`).
    Reloaded,
    /// Asterisk stops (`Shutdown`).
    ShuttingDown,
}

/// Why `Queue()` gave a caller back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QueueEnd {
    /// Waited as long as `Queue()` lets wait.
    TimedOut,
    /// Taken out by `QueueWithdrawCaller`.
    Withdrawn,
    /// Anything else: a key pressed, no member left.
    Other,
}

/// What told of a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MemberNews {
    /// They were made a member.
    Added,
    /// Anything else.
    State,
}

/// A member's whole state, as each event of the family carries it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemberFacts {
    /// The queue.
    pub queue: String,
    /// What is rung: `PJSIP/201`.
    pub interface: String,
    /// The name shown.
    pub name: String,
    /// How they came in.
    pub membership: Membership,
    /// Lower ones are rung first.
    pub penalty: u32,
    /// The reason, if paused; may be empty.
    pub paused: Option<String>,
    /// When the last pause began.
    pub paused_since: Option<Timestamp>,
    /// What the telephone does.
    pub state: MemberState,
    /// In a call of this queue.
    pub in_call: bool,
    /// Calls taken.
    pub calls_taken: u32,
    /// When the last call ended.
    pub last_call_at: Option<Timestamp>,
    /// How long they are left in peace after a call.
    pub wrap_up_secs: u32,
    /// What told it.
    pub news: MemberNews,
}

/// A member who is rung.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Called {
    /// The queue.
    pub queue: String,
    /// The caller's channel, by its unique id.
    pub channel: String,
    /// The caller's number, if it was told.
    pub number: Option<String>,
    /// The caller's name, if it was told.
    pub name: Option<String>,
    /// What is rung.
    pub interface: String,
}

/// A caller who waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The queue.
    pub queue: String,
    /// The channel's unique id.
    pub channel: String,
    /// The channel's name.
    pub channel_name: String,
    /// The caller's number, if it was told.
    pub number: Option<String>,
    /// The caller's name, if it was told.
    pub name: Option<String>,
    /// The first is 1.
    pub position: u32,
    /// How long by now.
    pub wait_secs: u64,
    /// Higher ones are put before lower ones; only `QueueEntry` tells it.
    pub priority: i32,
}

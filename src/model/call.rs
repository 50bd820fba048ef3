//! A call as it is stored and shown: one record, whatever happened to it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{CallId, ChannelId, Facts, Route};

/// Who started the call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// The caller dialled us.
    Inbound,
    /// We dialled.
    Outbound,
}

/// Whether the call is still up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallState {
    /// In Stasis, with a flow at one of its steps.
    Live,
    /// Settled: the record changes no more.
    Ended,
}

/// How a call came out, in our words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Disposition {
    /// The flow came to its end and we hung up.
    Completed,
    /// The caller hung up first.
    HungUp,
    /// Handed to a dialplan context (the operators' queue) or by SIP REFER, as the flow wanted.
    Transferred,
    /// Refused by a routing rule; the cause tells how.
    Rejected,
    /// We dialled, and it came to no conversation; the attempt tells why.
    Unanswered,
    /// Handed to the dialplan's fallback because we could not go on (overload, fault, drain).
    HandedBack,
    /// Ended while no daemon or no websocket was watching: how it ended is not known.
    EndedUnseen,
}

/// Where a call is in its flow: enough to take it up after a crash.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Position {
    /// Name of the flow; empty for a call that was routed past all flows.
    pub flow: String,
    /// Name of the step.
    pub step: String,
    /// Counts the steps entered; ids of playbacks and dialled legs are derived from it.
    pub visit: u32,
    /// The flow's variables.
    pub vars: Facts,
}

/// One call's record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CallRecord {
    /// Our id, derived from the channel.
    pub id: CallId,
    /// Asterisk's id of the caller's channel.
    pub channel: ChannelId,
    /// Who started it.
    pub direction: Direction,
    /// Live or ended.
    pub state: CallState,
    /// The caller's number: normalised where it is one, else as presented (cleaned of control characters).
    pub caller: Option<String>,
    /// The caller's name as presented, cleaned of control characters.
    pub caller_name: Option<String>,
    /// The number that was called (DID).
    pub called: Option<String>,
    /// The gateway the call came through, as the dialplan named it.
    pub gateway: Option<String>,
    /// Language spoken, BCP 47 primary tag (`en`).
    pub language: String,
    /// Where it is, or was when it ended.
    pub position: Position,
    /// When Asterisk created the channel.
    pub started_at: Timestamp,
    /// When we answered it.
    pub answered_at: Option<Timestamp>,
    /// When it was settled.
    pub ended_at: Option<Timestamp>,
    /// How it came out.
    pub disposition: Option<Disposition>,
    /// Q.850 hangup cause, where Asterisk told one.
    pub cause: Option<i32>,
    /// SIP code, where Asterisk told one (`tech_cause`, 22.7+).
    pub tech_cause: Option<i32>,
    /// One sentence on why it ended so: where it was transferred, which fault.
    pub detail: Option<String>,
    /// Which way a call that came in was sent, and why; none where the dialplan named its flow.
    pub route: Option<Route>,
    /// How often a daemon took it up after a crash or a lost connection.
    pub taken_up: u32,
}

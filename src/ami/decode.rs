//! From a message to an event, by the documentation of each in Asterisk's `core-en_US.xml`.

use jiff::Timestamp;

use super::{Called, Caller, Event, MemberFacts, MemberNews, Message, QueueEnd};
use crate::model::{MemberState, Membership};

/// The event's name and what it says; none: one that is not used, or that lacks what it should have.
pub(super) fn decode(message: &Message) -> Option<Event> {
    let (_, name) = message.kind();
    let text = |header: &str| message.get(header).map(str::to_owned).filter(|text| !text.is_empty());
    Some(match name {
        "QueueMemberStatus" | "QueueMemberPause" | "QueueMemberPenalty" | "QueueMemberRinginuse" => {
            member(message, "Interface", "MemberName", MemberNews::State)?
        }
        "QueueMemberAdded" => member(message, "Interface", "MemberName", MemberNews::Added)?,
        "QueueMember" => member(message, "Location", "Name", MemberNews::State)?,
        "QueueMemberRemoved" => Event::MemberRemoved { queue: text("Queue")?, interface: text("Interface")? },
        "QueueParams" | "QueueSummary" => {
            Event::Queue { name: text("Queue")?, strategy: text("Strategy").unwrap_or_default() }
        }
        "QueueCallerJoin" | "QueueEntry" => Event::Waits(Box::new(caller(message)?)),
        "QueueCallerLeave" => Event::Left { queue: text("Queue")?, channel: text("Uniqueid")? },
        "QueueCallerAbandon" => Event::Abandoned {
            queue: text("Queue")?,
            channel: text("Uniqueid")?,
            position: message.number("OriginalPosition").or_else(|| message.number("Position")),
            wait_secs: message.number("HoldTime"),
        },
        "AgentCalled" => Event::Called(Box::new(Called {
            queue: text("Queue")?,
            channel: text("Uniqueid")?,
            number: known(message, "CallerIDNum"),
            name: known(message, "CallerIDName"),
            interface: text("Interface")?,
        })),
        "AgentConnect" => Event::Connected {
            queue: text("Queue")?,
            channel: text("Uniqueid")?,
            interface: text("Interface")?,
            wait_secs: message.number("HoldTime"),
        },
        "AgentComplete" => Event::Completed {
            queue: text("Queue")?,
            channel: text("Uniqueid")?,
            number: known(message, "CallerIDNum"),
            interface: text("Interface")?,
            wait_secs: message.number("HoldTime"),
            talk_secs: message.number("TalkTime"),
        },
        "AgentRingNoAnswer" => Event::DidNotAnswer { queue: text("Queue")?, interface: text("Interface")? },
        "VarSet" if message.get("Variable") == Some("QUEUESTATUS") => {
            Event::Ended { channel: text("Uniqueid")?, how: end(message.word("Value"))? }
        }
        "FullyBooted" => Event::Booted,
        "Reload" => Event::Reloaded,
        "Shutdown" => Event::ShuttingDown,
        _ => return None,
    })
}

/// The names of events that [`decode`] reads and that come unasked: for metrics.
pub(super) const USED: [&str; 17] = [
    "QueueMemberStatus",
    "QueueMemberPause",
    "QueueMemberPenalty",
    "QueueMemberRinginuse",
    "QueueMemberAdded",
    "QueueMemberRemoved",
    "QueueCallerJoin",
    "QueueCallerLeave",
    "QueueCallerAbandon",
    "AgentCalled",
    "AgentConnect",
    "AgentComplete",
    "AgentRingNoAnswer",
    "VarSet",
    "FullyBooted",
    "Reload",
    "Shutdown",
];

fn member(message: &Message, interface: &str, name: &str, news: MemberNews) -> Option<Event> {
    let interface = message.get(interface).filter(|text| !text.is_empty())?.to_owned();
    let paused = message.get("Paused") == Some("1");
    Some(Event::Member(Box::new(MemberFacts {
        queue: message.get("Queue").filter(|text| !text.is_empty())?.to_owned(),
        name: message.get(name).filter(|name| !name.is_empty()).unwrap_or(&interface).to_owned(),
        membership: match message.word("Membership") {
            "static" => Membership::Static,
            "realtime" => Membership::Realtime,
            _ => Membership::Dynamic,
        },
        penalty: message.number("Penalty").unwrap_or_default(),
        paused: paused.then(|| message.word("PausedReason").to_owned()),
        paused_since: paused.then(|| moment(message, "LastPause")).flatten(),
        state: state(message.number("Status").unwrap_or_default()),
        in_call: message.get("InCall") == Some("1"),
        calls_taken: message.number("CallsTaken").unwrap_or_default(),
        last_call_at: moment(message, "LastCall"),
        wrap_up_secs: message.number("Wrapuptime").unwrap_or_default(),
        news,
        interface,
    })))
}

fn caller(message: &Message) -> Option<Caller> {
    let is_entry = message.kind().1 == "QueueEntry";
    Some(Caller {
        queue: message.get("Queue")?.to_owned(),
        channel: message.get("Uniqueid")?.to_owned(),
        channel_name: message.get("Channel")?.to_owned(),
        number: known(message, "CallerIDNum"),
        name: known(message, "CallerIDName"),
        position: message.number("Position")?,
        wait_secs: message.number("Wait").unwrap_or_default(),
        // Elsewhere a header of this name is the channel's priority in the dialplan.
        priority: if is_entry { message.number("Priority").unwrap_or_default() } else { 0 },
    })
}

/// Asterisk writes `<unknown>` or `unknown` where it knows nothing.
fn known(message: &Message, header: &str) -> Option<String> {
    let value = message.get(header)?;
    (!["", "<unknown>", "unknown"].contains(&value)).then(|| value.to_owned())
}

/// Seconds since 1970; 0 is never.
fn moment(message: &Message, header: &str) -> Option<Timestamp> {
    let secs: i64 = message.number(header).filter(|secs| *secs > 0)?;
    Timestamp::from_second(secs).ok()
}

/// `enum ast_device_state` of `asterisk/devicestate.h`.
fn state(code: u32) -> MemberState {
    match code {
        1 => MemberState::Free,
        2 => MemberState::InCall,
        3 => MemberState::Busy,
        4 | 5 => MemberState::Unreachable,
        6 => MemberState::Ringing,
        7 => MemberState::InCallRinging,
        8 => MemberState::OnHold,
        _ => MemberState::Unknown,
    }
}

/// `QUEUESTATUS` as `Queue()` sets it; it is emptied when a caller enters.
fn end(status: &str) -> Option<QueueEnd> {
    match status {
        "" => None,
        "TIMEOUT" => Some(QueueEnd::TimedOut),
        "WITHDRAW" => Some(QueueEnd::Withdrawn),
        _ => Some(QueueEnd::Other),
    }
}

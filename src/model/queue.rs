//! Queues of `app_queue` as they are now, and what can be done to them.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::clean;

/// Bytes that `app_queue` keeps of a member's name, and of a pause's reason.
const LONGEST_TEXT: usize = 79;

/// What a member's telephone does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MemberState {
    /// Nothing was told yet, or Asterisk does not know.
    #[default]
    Unknown,
    /// Not in use.
    Free,
    /// A call rings there.
    Ringing,
    /// In a call.
    InCall,
    /// In a call, and another one rings.
    InCallRinging,
    /// In a call that is on hold.
    OnHold,
    /// Busy.
    Busy,
    /// Not registered, or no such endpoint.
    Unreachable,
}

/// Since when somebody is paused, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Paused {
    /// The reason that was given; may be empty.
    pub reason: String,
    /// Since when, as far as Asterisk or we know.
    pub since: Option<Timestamp>,
}

/// How a member came into the queue. Only dynamic ones can be removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Membership {
    /// Added at run time.
    Dynamic,
    /// Written in `queues.conf`.
    Static,
    /// From a database.
    Realtime,
}

/// A member of a queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// What is rung: `PJSIP/201`. One queue has each interface once.
    pub interface: String,
    /// The name shown.
    pub name: String,
    /// How it came in.
    pub membership: Membership,
    /// Lower ones are rung first.
    pub penalty: u32,
    /// Paused; none: not.
    pub paused: Option<Paused>,
    /// What the telephone does.
    pub state: MemberState,
    /// Since when it does that, as far as we saw.
    pub state_since: Option<Timestamp>,
    /// In a call of this queue.
    pub in_call: bool,
    /// Still writing down the last call.
    pub in_wrap_up: bool,
    /// Calls taken since Asterisk's last reset.
    pub calls_taken: u32,
    /// When the last call ended.
    pub last_call_at: Option<Timestamp>,
}

/// A caller who waits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiting {
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
    /// Since when.
    pub since: Timestamp,
}

/// A queue as it is now.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueueState {
    /// Its name.
    pub name: String,
    /// `ringall`, `linear`, …
    pub strategy: String,
    /// In the order that Asterisk names them.
    pub members: Vec<Member>,
    /// In the order of their positions.
    pub waiting: Vec<Waiting>,
}

/// What can be done to a member.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MemberChange {
    /// Made a member (`QueueAdd`).
    Add {
        /// The name shown.
        name: String,
        /// The penalty.
        penalty: u32,
        /// Paused from the start, with this reason.
        paused: Option<String>,
    },
    /// No longer a member (`QueueRemove`).
    Remove,
    /// Not rung for now (`QueuePause`).
    Pause {
        /// Why.
        reason: String,
    },
    /// Rung again (`QueuePause`).
    Resume,
    /// Another penalty (`QueuePenalty`).
    Penalty(u32),
}

/// One thing to do to one member of one queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueueAction {
    /// The queue.
    pub queue: String,
    /// The member.
    pub interface: String,
    /// What.
    pub change: MemberChange,
}

impl QueueState {
    /// The member with this interface.
    #[must_use]
    pub fn member(&self, interface: &str) -> Option<&Member> {
        self.members.iter().find(|member| member.interface == interface)
    }
}

/// A member's name or a pause's reason as `app_queue` keeps it: one line, cut behind the last letter that fits. The
/// signs between the fields and the members of its list on disk become spaces, for after a restart of Asterisk what
/// stands behind one of them would be another member.
#[must_use]
pub fn queue_text(text: &str) -> String {
    let plain: String = text.chars().map(|c| if ",;|".contains(c) { ' ' } else { c }).collect();
    let line = clean(&plain, LONGEST_TEXT);
    line[..line.floor_char_boundary(LONGEST_TEXT)].trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_as_the_queue_keeps_it() {
        assert_eq!(queue_text(" lunch\r\nbreak "), "lunch break");
        assert_eq!(queue_text("Pons, Anna"), "Pons Anna");
        assert_eq!(queue_text("x|PJSIP/gw/900;0;0"), "x PJSIP/gw/900 0 0");
        // The 80th byte would be the second half of a letter.
        assert_eq!(queue_text(&"ñ".repeat(60)), "ñ".repeat(39));
        assert_eq!(queue_text(&format!("{} x", "a".repeat(78))), "a".repeat(78));
        assert_eq!(queue_text("🎧 Àngels שלום"), "🎧 Àngels שלום");
    }
}

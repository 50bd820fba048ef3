//! One dialling of a call order, as the ledger keeps it.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{CallId, CallOrderId, ChannelId, PhoneNumber};

/// An attempt's id: its order's and its number in that order, from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct AttemptId {
    /// Whose.
    pub order: CallOrderId,
    /// Which, from 1.
    pub number: u32,
}

impl AttemptId {
    /// The id of the channel that this attempt dials: the same after a crash, and no other's.
    #[must_use]
    pub fn channel(self) -> ChannelId {
        ChannelId(self.to_string())
    }

    /// The attempt that dialled this channel, if one did.
    #[must_use]
    pub fn of_channel(channel: &ChannelId) -> Option<Self> {
        Self::parse(channel.as_str())
    }

    /// Reads an id from its text, `<order>-a<number>`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (order, number) = text.rsplit_once("-a")?;
        let is_plain = number.bytes().all(|b| b.is_ascii_digit());
        let number = number.parse().ok().filter(|number| is_plain && *number > 0)?;
        Some(Self { order: CallOrderId::parse(order)?, number })
    }
}

impl fmt::Display for AttemptId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-a{}", self.order, self.number)
    }
}

/// Where an attempt is. It is stored as [`AttemptState::Dialled`] before Asterisk is told to dial.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AttemptState {
    /// On disk; Asterisk is about to be, or was, told to dial.
    Dialled,
    /// The far end rings.
    Ringing,
    /// Somebody or something answered.
    Answered,
    /// Over; changes no more.
    Ended,
}

/// What came of an attempt: the disposition, in our words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reach {
    /// Answered, and the flow is content: heard to the end, or acknowledged by a key.
    Heard,
    /// Answered, but the callee hung up before that.
    HungUp,
    /// An answering machine, and the order wants none (or a person, and it wants a machine).
    Machine,
    /// Busy.
    Busy,
    /// It rang and nobody answered, or the phone is off.
    NoAnswer,
    /// The callee refused.
    Rejected,
    /// There is no such number.
    BadNumber,
    /// The gateway or the network is full: nothing that the callee did.
    Congestion,
    /// The gateway cannot be used: not registered, not allowed, not there.
    Unreachable,
    /// Cancelled while it rang or talked.
    Cancelled,
    /// A crash hides what became of it; it may have rung.
    Unknown,
    /// Anything else; the causes tell.
    Failed,
}

/// One dialling.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Attempt {
    /// Order and number.
    pub id: AttemptId,
    /// The number that is dialled.
    pub number: PhoneNumber,
    /// Gateway, and which of its endpoints.
    pub gateway: String,
    /// Name of the endpoint within the gateway.
    pub endpoint: String,
    /// Number shown to the callee.
    pub caller_id: Option<PhoneNumber>,
    /// Where it is.
    pub state: AttemptState,
    /// Whether an INVITE went out, as far as it is known: false when Asterisk refused to dial.
    pub sent: Option<bool>,
    /// When the row was made, just before dialling.
    pub dialled_at: Timestamp,
    /// When it rang first.
    pub ringing_at: Option<Timestamp>,
    /// When it was answered.
    pub answered_at: Option<Timestamp>,
    /// When it was over.
    pub ended_at: Option<Timestamp>,
    /// What came of it.
    pub reach: Option<Reach>,
    /// Asterisk's last word in a `Dial` event: `BUSY`, `NOANSWER`, `CONGESTION`, ...
    pub dial_status: Option<String>,
    /// Q.850 hangup cause.
    pub cause: Option<i32>,
    /// SIP code (22.7+).
    pub tech_cause: Option<i32>,
    /// What `AMD()` said: `HUMAN`, `MACHINE`, `NOTSURE`.
    pub amd: Option<String>,
    /// The call's record, once answered.
    pub call: Option<CallId>,
    /// The message was heard to its end.
    pub heard: bool,
    /// The first key that was pressed.
    pub key: Option<char>,
    /// One sentence on why it ended so.
    pub detail: Option<String>,
}

impl Attempt {
    /// An attempt that is about to be dialled through an endpoint of a gateway; nothing else is known of it.
    #[must_use]
    pub fn new(id: AttemptId, number: PhoneNumber, gateway: &str, endpoint: &str, at: Timestamp) -> Self {
        Self {
            id,
            number,
            gateway: gateway.to_owned(),
            endpoint: endpoint.to_owned(),
            caller_id: None,
            state: AttemptState::Dialled,
            sent: None,
            dialled_at: at,
            ringing_at: None,
            answered_at: None,
            ended_at: None,
            reach: None,
            dial_status: None,
            cause: None,
            tech_cause: None,
            amd: None,
            call: None,
            heard: false,
            key: None,
            detail: None,
        }
    }

    /// Whether it was no dialling at all: nothing went out, and neither the callee nor the gateway had to do with
    /// that (a full disk, an Asterisk that is stopping, a lost connection). It counts for nothing.
    #[must_use]
    pub fn is_void(&self) -> bool {
        self.sent == Some(false) && self.reach == Some(Reach::Failed)
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_channel_names_its_attempt() {
        let id = CallOrderId(Uuid::from_u128(7)).attempt(12);
        assert_eq!(AttemptId::of_channel(&id.channel()), Some(id));
        for other in ["1732158000.12", "x-a1", &format!("{}-a", id.order), &format!("{}-a0", id.order)] {
            assert_eq!(AttemptId::parse(other), None, "{other}");
        }
        assert_eq!(AttemptId::parse(&format!("{}-a+1", id.order)), None);
    }
}

//! Why something could not be done to a queue, in words for people.

use crate::ami::AmiError;

/// Why something could not be done to a queue.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QueueError {
    /// There is no manager connection, or it broke before the answer: what became of the action is unknown then.
    #[error("the manager connection to Asterisk is away: {0}")]
    Away(String),
    /// Asterisk has no such queue.
    #[error("there is no queue {0:?} in Asterisk")]
    NoQueue(String),
    /// The queue has no such member.
    #[error("{interface} is no member of the queue {queue}")]
    NoMember {
        /// The queue.
        queue: String,
        /// Who was named.
        interface: String,
    },
    /// The queue has them already.
    #[error("{interface} is a member of the queue {queue} already")]
    IsMember {
        /// The queue.
        queue: String,
        /// Who was named.
        interface: String,
    },
    /// Nobody with this channel waits in the queue.
    #[error("no caller with the channel {channel} waits in the queue {queue}")]
    NoCaller {
        /// The queue.
        queue: String,
        /// The channel's unique id.
        channel: String,
    },
    /// The member is written in `queues.conf` or comes from a database: Asterisk removes dynamic ones only.
    #[error("{0} is no dynamic member: take it out of queues.conf (or its database), or pause it")]
    Static(String),
    /// Asterisk's own words, or a value that it would not understand.
    #[error("{0}")]
    Refused(String),
    /// Asterisk did not answer in time: what became of the action is unknown.
    #[error("Asterisk did not answer in time; look at the queue before trying again")]
    Timeout,
}

impl QueueError {
    /// What an action's failure means; `queue` and `interface` are what it was about. The sentences are those of
    /// `app_queue.c`.
    pub(super) fn of(error: AmiError, queue: &str, interface: &str) -> Self {
        let (queue, interface) = (queue.to_owned(), interface.to_owned());
        match error {
            AmiError::Refused(sentence) => {
                let said = sentence.to_ascii_lowercase();
                if said.contains("no such queue") {
                    Self::NoQueue(queue)
                } else if said.contains("no such caller") {
                    Self::NoCaller { queue, channel: interface }
                } else if said.contains("already there") {
                    Self::IsMember { queue, interface }
                } else if said.contains("not dynamic") {
                    Self::Static(interface)
                } else if said.contains("not there")
                    || said.contains("interface not found")
                    || said.contains("invalid interface")
                {
                    Self::NoMember { queue, interface }
                } else {
                    Self::Refused(format!("Asterisk refused: {sentence}"))
                }
            }
            AmiError::Deadline => Self::Timeout,
            AmiError::Denied(_) | AmiError::Malformed(_) => Self::Refused(error.to_string()),
            AmiError::NotConnected
            | AmiError::Unreachable(_)
            | AmiError::Unauthorized
            | AmiError::Config(_) => Self::Away(error.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The sentences that Asterisk 22.10.1 said.
    #[test]
    fn asterisks_words_are_understood() {
        let of = |sentence: &str| QueueError::of(AmiError::Refused(sentence.to_owned()), "q", "PJSIP/1");
        let (queue, interface) = ("q".to_owned(), "PJSIP/1".to_owned());
        let no_member = QueueError::NoMember { queue: queue.clone(), interface: interface.clone() };
        for said in [
            "Interface not found",
            "Unable to remove interface: Not there",
            "Invalid interface, queuename or penalty",
        ] {
            assert_eq!(of(said), no_member, "{said}");
        }
        for said in [
            "Unable to add interface to queue: No such queue",
            "Unable to remove interface from queue: No such queue",
            "Unable to request withdraw from queue: No such queue",
        ] {
            assert_eq!(of(said), QueueError::NoQueue(queue.clone()), "{said}");
        }
        let already = QueueError::IsMember { queue: queue.clone(), interface: interface.clone() };
        assert_eq!(of("Unable to add interface: Already there"), already);
        assert_eq!(of("Member not dynamic"), QueueError::Static(interface.clone()));
        let gone = QueueError::NoCaller { queue, channel: interface };
        assert_eq!(of("Unable to change priority caller on queue: No such caller"), gone);
        assert_eq!(of("Moon phase"), QueueError::Refused("Asterisk refused: Moon phase".to_owned()));
        assert_eq!(QueueError::of(AmiError::Deadline, "q", ""), QueueError::Timeout);
    }
}

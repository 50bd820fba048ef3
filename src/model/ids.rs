//! Identifiers. A call's is derived from its channel, so that the same call never gets two records.

use std::fmt;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Namespace of call ids (`UUIDv5`), fixed for ever: changing it would orphan stored calls.
const CALLS: Uuid = Uuid::from_u128(0x6f1d_9a52_31c4_5c0e_9d57_7a3f_1b7e_40aa);

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub String);

        impl $name {
            /// The id as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.to_owned())
            }
        }
    };
}

text_id! {
    /// Asterisk's unique id of a channel, at most 149 characters.
    ChannelId
}
text_id! {
    /// The customer's own id of an order: 1 to 128 characters of `A-Z a-z 0-9 . _ : -`.
    OrderId
}
text_id! {
    /// A routing rule's id, the sender's or one that we made: 1 to 128 characters of `A-Z a-z 0-9 . _ : -`.
    RuleId
}
text_id! {
    /// One Asterisk: its entity id (`asterisk_id` in ARI events).
    NodeId
}

/// A call's id: a `UUIDv5` of the channel's unique id and the time it entered Stasis.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CallId(pub Uuid);

impl CallId {
    /// The id of the call whose first leg is `channel`, which entered Stasis at `entered` (ARI's own text).
    ///
    /// A channel that comes back into Stasis later is another call; the same entry is always the same call.
    #[must_use]
    pub fn of_channel(channel: &ChannelId, entered: &str) -> Self {
        let name = format!("{channel}\n{entered}");
        Self(Uuid::new_v5(&CALLS, name.as_bytes()))
    }

    /// Reads a call id from its text.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Uuid::try_parse(text).ok().map(Self)
    }
}

impl fmt::Display for CallId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl OrderId {
    /// Checks and takes an order id that came from outside.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        is_plain(text).then(|| Self(text.to_owned()))
    }
}

impl RuleId {
    /// Checks and takes a rule's id that came from outside.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        is_plain(text).then(|| Self(text.to_owned()))
    }
}

fn is_plain(text: &str) -> bool {
    (1..=128).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"._:-".contains(&b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_channel_one_call() {
        let channel = ChannelId::from("1732158000.12");
        let one = CallId::of_channel(&channel, "2026-11-21T03:00:00.000+0000");
        assert_eq!(one, CallId::of_channel(&channel, "2026-11-21T03:00:00.000+0000"));
        assert_ne!(one, CallId::of_channel(&channel, "2026-11-21T03:00:01.000+0000"));
        assert_eq!(CallId::parse(&one.to_string()), Some(one));
    }

    #[test]
    fn order_ids_are_checked() {
        assert!(OrderId::parse("A-1001").is_some());
        for bad in ["", "a b", "a/b", "a\nb", "${X}", &"x".repeat(129)] {
            assert!(OrderId::parse(bad).is_none(), "{bad:?}");
        }
    }
}

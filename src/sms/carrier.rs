//! What a carrier is: whoever takes a short message for a telephone.

use futures_util::future::BoxFuture;
use jiff::{SignedDuration, Timestamp};

use super::text::Fitted;
use crate::{
    model::PhoneNumber,
    web::{NoAnswer, Reply, WebError, wished},
};

/// The longest that a carrier may put a message off.
const LONGEST_WISH: SignedDuration = SignedDuration::from_hours(1);
/// As much of what a carrier says is told, in characters.
const LONGEST_WORDS: usize = 200;
/// Longest id of a carrier, in characters.
const LONGEST_ID: usize = 100;

/// A message as a carrier is given it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShortMessage {
    /// Its id with us: the same for each try.
    pub id: String,
    /// Whose telephone.
    pub to: PhoneNumber,
    /// What, as it fits.
    pub text: Fitted,
}

/// What came of handing a message over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Handed {
    /// The carrier has it, under this id if it said one: a receipt of delivery would name it.
    Taken(Option<String>),
    /// The carrier does not have it, and may take it later, but not before the wish is over.
    Later {
        /// What is wrong.
        why: String,
        /// How long it wants to be left alone.
        wish: Option<SignedDuration>,
    },
    /// Nobody knows whether the carrier has it.
    Unknown(String),
    /// The carrier does not have it, and never will.
    Never(String),
}

/// Takes short messages for telephones.
pub trait Carrier: Send + Sync {
    /// Hands one over; done within the carrier's deadline.
    fn send<'a>(&'a self, message: &'a ShortMessage, now: Timestamp) -> BoxFuture<'a, Handed>;

    /// Looks whether it is there and lets us in, as far as that is seen without sending anything. Says what was seen, or
    /// what is wrong.
    fn probe(&self) -> BoxFuture<'_, Result<String, String>>;
}

impl Handed {
    /// What an answer's status means, where it is not a success. Whoever is busy can later; what a proxy says for a
    /// server that was silent (502, 504) is no answer; what is wrong stays wrong.
    pub(super) fn refused(reply: &Reply, why: String, now: Timestamp) -> Self {
        match reply.status {
            502 | 504 => Self::Unknown(why),
            408 | 425 | 429 | 500.. => Self::Later { why, wish: wish(reply, now) },
            _ => Self::Never(why),
        }
    }
}

impl From<NoAnswer> for Handed {
    fn from(lost: NoAnswer) -> Self {
        match lost.error {
            WebError::Request(why) => Self::Never(why),
            error @ WebError::Private(_) => {
                Self::Later { why: format!("{error}, or the carrier's own"), wish: None }
            }
            error if lost.may_have_arrived => Self::Unknown(error.to_string()),
            error => Self::Later { why: error.to_string(), wish: None },
        }
    }
}

/// `Retry-After`, as far as it is heeded.
pub(super) fn wish(reply: &Reply, now: Timestamp) -> Option<SignedDuration> {
    Some(wished(reply.retry_after.as_deref()?, now)?.min(LONGEST_WISH))
}

/// What a carrier says, as one short line of text.
pub(super) fn words(text: &str) -> String {
    let line = text.split(|c: char| c.is_control() || c.is_whitespace()).filter(|word| !word.is_empty());
    line.collect::<Vec<_>>().join(" ").chars().take(LONGEST_WORDS).collect()
}

/// A carrier's id of a message, if it can be one.
pub(super) fn id(text: &str) -> Option<String> {
    let is_id =
        !text.is_empty() && text.chars().count() <= LONGEST_ID && text.chars().all(|c| c.is_ascii_graphic());
    is_id.then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn what_a_status_means() {
        let now = Timestamp::from_second(1_790_000_000).unwrap();
        let judged = |status, retry_after: Option<&str>| {
            let reply = Reply { status, retry_after: retry_after.map(str::to_owned), ..Reply::default() };
            Handed::refused(&reply, "no".to_owned(), now)
        };
        for status in [301, 400, 401, 403, 404, 413, 422] {
            assert_eq!(judged(status, None), Handed::Never("no".to_owned()), "{status}");
        }
        for status in [408, 425, 429, 500, 503, 529] {
            assert_eq!(judged(status, None), Handed::Later { why: "no".to_owned(), wish: None }, "{status}");
        }
        for status in [502, 504] {
            assert_eq!(judged(status, None), Handed::Unknown("no".to_owned()), "{status}");
        }
        let wish = |text| match judged(429, Some(text)) {
            Handed::Later { wish, .. } => wish.map(|wish| wish.as_secs()),
            other => panic!("{other:?}"),
        };
        assert_eq!((wish("7"), wish("999999"), wish("soon")), (Some(7), Some(3_600), None));
    }

    #[test]
    fn what_no_answer_means() {
        let lost = |error, may_have_arrived| Handed::from(NoAnswer { error, may_have_arrived });
        let gone = || WebError::Unreachable("connection refused".to_owned());
        assert!(matches!(lost(gone(), false), Handed::Later { .. }));
        assert!(matches!(lost(gone(), true), Handed::Unknown(_)));
        assert!(matches!(lost(WebError::Deadline(Duration::from_secs(1)), true), Handed::Unknown(_)));
        assert!(matches!(lost(WebError::Request("x".to_owned()), false), Handed::Never(_)));
        let Handed::Later { why, .. } = lost(WebError::Private("localhost".to_owned()), false) else {
            panic!()
        };
        assert!(why.ends_with("webhooks.allow_private, or the carrier's own"), "{why}");
    }

    #[test]
    fn what_carriers_say_is_one_short_line() {
        assert_eq!(
            words(" The 'To' number\r\nX-Evil: 1\u{0} is \t bad "),
            "The 'To' number X-Evil: 1 is bad"
        );
        assert_eq!(words(&"x".repeat(999)).len(), LONGEST_WORDS);
        assert_eq!(id("SM0123").as_deref(), Some("SM0123"));
        assert_eq!((id(""), id("a b"), id("a\nb"), id(&"x".repeat(101))), (None, None, None, None));
    }
}

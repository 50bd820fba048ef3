//! What the entries may ask of the other rooms: `app` gives it.

use futures_util::future::BoxFuture;

use crate::model::{Contact, ListName, Order, PhoneNumber, Route};

/// Contacts, rules, orders, notes and the feed, as this door sees them. No answer takes longer than the session may:
/// its future is dropped then.
pub trait Answers: Send + Sync + 'static {
    /// Reads a number as callers' numbers are read here; `None`: it is no number, as `anonymous` is none.
    fn number(&self, text: &str) -> Option<PhoneNumber>;
    /// Who is behind a number. `None`: nobody knows.
    fn contact<'a>(&'a self, number: &'a PhoneNumber) -> Answer<'a, Option<Contact>>;
    /// Which way a call goes.
    fn route(&self, arrival: Arrival) -> Answer<'_, Route>;
    /// The list that a number stands on.
    fn list<'a>(&'a self, number: &'a PhoneNumber) -> Answer<'a, Option<ListName>>;
    /// The current orders of a number, last changed first.
    fn orders<'a>(&'a self, number: &'a PhoneNumber) -> Answer<'a, Vec<Order>>;
    /// Tells whoever watches that a phone rings.
    fn ring(&self, ringing: Ringing) -> Answer<'_, ()>;
    /// Keeps a note; gives its id once it is on disk.
    fn note(&self, remark: Remark) -> Answer<'_, String>;
}

/// An answer that may take a while.
pub type Answer<'a, T> = BoxFuture<'a, Result<T, Unanswered>>;

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unanswered {
    /// What was asked cannot be: one sentence on why.
    #[error("{0}")]
    Refused(String),
    /// A room failed: one sentence on which, and why.
    #[error("{0}")]
    Failed(String),
}

/// A call that is to be routed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Arrival {
    /// The caller's number as it came; none: withheld.
    pub caller: Option<String>,
    /// The number that was called, as the dialplan wrote it.
    pub called: Option<String>,
    /// The gateway it came in by.
    pub gateway: Option<String>,
    /// It was sent on before, and came back.
    pub was_routed: bool,
}

/// A phone that rings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ringing {
    /// Whose desk, as the dialplan names it.
    pub extension: String,
    /// Who calls.
    pub number: PhoneNumber,
    /// Asterisk's unique id of the caller's channel.
    pub channel: Option<String>,
}

/// A note on a call.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Remark {
    /// Asterisk's unique id of the call's channel.
    pub channel: Option<String>,
    /// Who called.
    pub number: Option<PhoneNumber>,
    /// Who says it: a person or their extension.
    pub person: Option<String>,
    /// Categories, by their names.
    pub categories: Vec<String>,
    /// What is said.
    pub text: String,
}

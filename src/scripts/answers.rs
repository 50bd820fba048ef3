//! What the entries may ask of the other rooms: `app` gives it.

use futures_util::future::BoxFuture;

use crate::model::{Order, PhoneNumber};

/// Contacts, rules, orders, notes and the feed, as this door sees them. No answer takes longer than the session may:
/// its future is dropped then.
pub trait Answers: Send + Sync + 'static {
    /// Reads a number as callers' numbers are read here; `None`: it is no number, as `anonymous` is none.
    fn number(&self, text: &str) -> Option<PhoneNumber>;
    /// Who is behind a number. `None`: nobody knows.
    fn contact<'a>(&'a self, number: &'a PhoneNumber) -> Answer<'a, Option<Known>>;
    /// Which way a call goes.
    fn route(&self, arrival: Arrival) -> Answer<'_, Way>;
    /// Whether a number stands on a list.
    fn screen<'a>(&'a self, number: &'a PhoneNumber) -> Answer<'a, Screen>;
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

/// Who is behind a number.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Known {
    /// The source's own id of them.
    pub id: String,
    /// As it is to be shown.
    pub name: String,
    /// Which source knew them.
    pub source: String,
    /// Labels and what they say.
    pub facts: Vec<(String, String)>,
    /// Orders, contracts, invoices: how many.
    pub items: usize,
    /// What whoever answers must know first.
    pub alert: Option<String>,
}

/// A call that is to be routed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Arrival {
    /// The caller's number, where there is one.
    pub caller: Option<PhoneNumber>,
    /// The number that was called, as the dialplan wrote it.
    pub called: Option<String>,
    /// The gateway it came in by.
    pub gateway: Option<String>,
}

/// Which way a call goes, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Way {
    /// Where to.
    pub target: Target,
    /// The rule that says so; none: nothing but the default.
    pub rule: Option<String>,
    /// One sentence on why.
    pub reason: String,
}

/// Where a call goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A flow of this daemon, by its name.
    Flow(String),
    /// A queue of `app_queue`, by its name; empty: the operators' own.
    Queue(String),
    /// A place in the dialplan.
    Extension {
        /// Its context.
        context: String,
        /// Its extension.
        extension: String,
    },
    /// Out again through a gateway.
    Gateway {
        /// Its name.
        name: String,
        /// Whom to call there; none: whoever was called.
        number: Option<String>,
    },
    /// Refused, with a Q.850 cause.
    Reject(i32),
}

/// On which list a number stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Screen {
    /// Not to be put through.
    Block,
    /// To be put through first.
    Vip,
    /// On none.
    None,
}

impl Screen {
    /// The value of `STASISD_SCREEN`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Block => "block",
            Self::Vip => "vip",
            Self::None => "none",
        }
    }
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

//! Who wanted what of Asterisk, until the event of it comes: so that notices tell by whom.

use jiff::{SignedDuration, Timestamp};

use super::news::MemberWhat;
use crate::model::MemberChange;

/// An event that has not come by then never comes.
const PATIENCE: SignedDuration = SignedDuration::from_secs(10);

/// What was wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wish {
    Add,
    Remove,
    Pause,
    Resume,
    Penalty,
    Withdraw,
    Move,
}

impl Wish {
    /// The wish that such news grants.
    pub(super) fn of(what: MemberWhat) -> Option<Self> {
        match what {
            MemberWhat::Added => Some(Self::Add),
            MemberWhat::Removed => Some(Self::Remove),
            MemberWhat::Paused => Some(Self::Pause),
            MemberWhat::Resumed => Some(Self::Resume),
            MemberWhat::Penalty => Some(Self::Penalty),
            MemberWhat::State | MemberWhat::DidNotAnswer => None,
        }
    }
}

impl From<&MemberChange> for Wish {
    fn from(change: &MemberChange) -> Self {
        match change {
            MemberChange::Add { .. } => Self::Add,
            MemberChange::Remove => Self::Remove,
            MemberChange::Pause { .. } => Self::Pause,
            MemberChange::Resume => Self::Resume,
            MemberChange::Penalty(_) => Self::Penalty,
        }
    }
}

/// All wishes that are not granted yet.
#[derive(Debug, Default)]
pub(super) struct Wishes {
    open: Vec<Open>,
    last: u64,
}

#[derive(Debug)]
struct Open {
    id: u64,
    queue: String,
    /// Interface of a member, or unique id of a caller's channel.
    whom: String,
    wish: Wish,
    by: String,
    until: Timestamp,
}

impl Wishes {
    /// Notes one; its id is for taking it back.
    pub(super) fn note(&mut self, queue: &str, whom: &str, wish: Wish, by: &str, now: Timestamp) -> u64 {
        self.last += 1;
        self.open.push(Open {
            id: self.last,
            queue: queue.to_owned(),
            whom: whom.to_owned(),
            wish,
            by: by.to_owned(),
            until: now.saturating_add(PATIENCE).unwrap_or(Timestamp::MAX),
        });
        self.last
    }

    /// Asterisk refused it.
    pub(super) fn take_back(&mut self, id: u64) {
        self.open.retain(|open| open.id != id);
    }

    /// Who wanted this; a wish is granted once.
    pub(super) fn granted(&mut self, queue: &str, whom: &str, wish: Option<Wish>) -> Option<String> {
        let wish = wish?;
        let is_it = |open: &Open| open.wish == wish && open.queue == queue && open.whom == whom;
        let place = self.open.iter().position(is_it)?;
        Some(self.open.remove(place).by)
    }

    /// Forgets those that are too old.
    pub(super) fn pass(&mut self, now: Timestamp) {
        self.open.retain(|open| open.until > now);
    }
}

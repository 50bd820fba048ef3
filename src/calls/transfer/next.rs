//! What follows what in a transfer: caller, party (who was dialled and may transfer) and target. Pure.

/// Which transfer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// The party leaves at once.
    Blind,
    /// The party speaks with the target first.
    Attended,
}

/// Where a talk is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Phase {
    /// Caller and party talk.
    Talking,
    /// They do, and the party types the target's number.
    Asking(Kind),
    /// The party has left, the target rings, the caller waits.
    Leaving(Kind),
    /// The target rings, party and caller wait for themselves.
    Ringing,
    /// Party and target talk, the caller waits.
    Consulting,
    /// Nothing follows.
    Over(Over),
}

/// How it came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Over {
    /// Whom the caller talked with has left.
    Talked,
    /// The caller has left.
    CallerLeft,
    /// The party has left and the target did not come: the caller is alone.
    Alone,
}

/// What can happen, in any order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Act {
    /// The party pressed the keys for it.
    Wants(Kind),
    /// The party typed a whole number.
    Number,
    /// The party typed none.
    NoNumber,
    /// The party pressed the keys that call it off.
    CallOff,
    /// The target answered.
    TargetUp,
    /// The target did not answer, or hung up.
    TargetGone,
    /// The party hung up.
    PartyGone,
    /// The caller hung up.
    CallerGone,
}

/// What is to be done, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// The caller leaves the bridge and hears music.
    HoldCaller,
    /// The caller comes back into the bridge.
    ReturnCaller,
    /// The target is dialled.
    DialTarget,
    /// The target comes into the bridge.
    JoinTarget,
    /// The target is hung up.
    DropTarget,
    /// The party is hung up.
    DropParty,
    /// The target is the party from now on.
    Promote,
    /// What came of it is told.
    Tell(Kind, Told),
}

/// What came of a transfer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    /// The target has the caller.
    Taken,
    /// The target did not answer, or left before it had the caller.
    Unanswered,
    /// The party called it off.
    CalledOff,
}

/// What follows when `act` happens in `phase`. What cannot happen there, or comes late, changes nothing.
#[must_use]
pub fn next(phase: Phase, act: Act) -> (Phase, &'static [Action]) {
    use Action::{DialTarget, DropParty, DropTarget, HoldCaller, JoinTarget, Promote, ReturnCaller, Tell};
    use Kind::{Attended, Blind};
    use Phase::{Asking, Consulting, Leaving, Ringing, Talking};

    match (phase, act) {
        (Phase::Over(_), _) => (phase, &[]),
        // Whoever is still there has nobody to talk with.
        (_, Act::CallerGone) => (Phase::Over(Over::CallerLeft), &[DropTarget, DropParty]),

        (Talking | Asking(_), Act::PartyGone) => (Phase::Over(Over::Talked), &[]),
        (Talking, Act::Wants(kind)) => (Asking(kind), &[]),
        (Asking(_), Act::NoNumber | Act::CallOff) => (Talking, &[]),
        (Asking(Blind), Act::Number) => (Leaving(Blind), &[HoldCaller, DialTarget, DropParty]),
        (Asking(Attended), Act::Number) => (Ringing, &[HoldCaller, DialTarget]),

        (Ringing, Act::TargetUp) => (Consulting, &[JoinTarget]),
        (Ringing | Consulting, Act::TargetGone) => {
            (Talking, &[ReturnCaller, Tell(Attended, Told::Unanswered)])
        }
        (Ringing | Consulting, Act::CallOff) => {
            (Talking, &[DropTarget, ReturnCaller, Tell(Attended, Told::CalledOff)])
        }
        // Nobody is left to return to: now it is as if it had been blind.
        (Ringing, Act::PartyGone) => (Leaving(Attended), &[]),
        (Consulting, Act::PartyGone) => (Talking, &[Promote, ReturnCaller, Tell(Attended, Told::Taken)]),

        (Leaving(Blind), Act::TargetUp) => {
            (Talking, &[JoinTarget, Promote, ReturnCaller, Tell(Blind, Told::Taken)])
        }
        (Leaving(Attended), Act::TargetUp) => {
            (Talking, &[JoinTarget, Promote, ReturnCaller, Tell(Attended, Told::Taken)])
        }
        (Leaving(Blind), Act::TargetGone) => (Phase::Over(Over::Alone), &[Tell(Blind, Told::Unanswered)]),
        (Leaving(Attended), Act::TargetGone) => {
            (Phase::Over(Over::Alone), &[Tell(Attended, Told::Unanswered)])
        }

        (phase, _) => (phase, &[]),
    }
}

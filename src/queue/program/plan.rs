//! What to do to bring a queue to what it is to be: by difference, additions first, nobody torn out of a call. Pure.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::desire::{Desired, PauseWish, Wanted};
use crate::{
    config::{Manage, ProgramConfig},
    model::{
        Member, MemberChange, MemberState, Membership, PersonId, ProgrammedMember, QueueAction, QueueState,
    },
};

/// The reason of the pause of a member that is not wanted and cannot be taken out.
pub const OFF_SHIFT: &str = "not on shift";

/// What is known besides the queue itself.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// Members that we added, in this queue.
    pub ours: &'a [ProgrammedMember],
    /// Since when nobody wants a member.
    pub leaving: &'a BTreeMap<String, Timestamp>,
    /// The rules.
    pub program: &'a ProgramConfig,
}

/// One thing to do, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// What.
    pub action: QueueAction,
    /// Why, one sentence.
    pub why: String,
    /// The override that it fulfils, which need not be done again.
    pub fulfils: Option<Uuid>,
}

/// One thing that waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deferred {
    /// What.
    pub action: QueueAction,
    /// For what it waits.
    pub why: String,
    /// How long at most.
    pub until: Timestamp,
}

/// What there is to do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// In this order.
    pub steps: Vec<Step>,
    /// What waits.
    pub deferred: Vec<Deferred>,
    /// Rows of members of ours to store before anything is done.
    pub keep: Vec<ProgrammedMember>,
    /// Members that are no longer ours.
    pub forget: Vec<String>,
    /// Overrides that need nothing done, for it is so already.
    pub applied: Vec<Uuid>,
    /// Overrides that are over, with nothing left to take back.
    pub settled: Vec<Uuid>,
    /// Since when nobody wants a member; of those that are still there.
    pub leaving: BTreeMap<String, Timestamp>,
}

/// What is to be done at `now`.
#[must_use]
pub fn plan(desired: &Desired, actual: &QueueState, facts: Facts<'_>, now: Timestamp) -> Plan {
    let mut planning = Planning { desired, actual, facts, now, plan: Plan::default() };
    planning.plan.settled.extend(&desired.over);
    for wanted in &desired.wanted {
        match actual.member(&wanted.interface) {
            None => planning.add(wanted),
            Some(member) => planning.fit(wanted, member),
        }
    }
    for wish in &desired.pauses {
        planning.pause_or_resume(wish);
    }
    for member in actual.members.iter().filter(|member| !desired.wants(&member.interface)) {
        planning.take_out(member);
    }
    let is_gone =
        |row: &&ProgrammedMember| !desired.wants(&row.interface) && actual.member(&row.interface).is_none();
    planning.plan.forget = facts.ours.iter().filter(is_gone).map(|row| row.interface.clone()).collect();
    planning.plan
}

struct Planning<'a> {
    desired: &'a Desired,
    actual: &'a QueueState,
    facts: Facts<'a>,
    now: Timestamp,
    plan: Plan,
}

impl<'a> Planning<'a> {
    fn ours(&self, interface: &str) -> Option<&'a ProgrammedMember> {
        self.facts.ours.iter().find(|row| row.interface == interface)
    }

    fn step(&mut self, interface: &str, change: MemberChange, why: String, fulfils: Option<Uuid>) {
        let action = self.action(interface, change);
        self.plan.steps.push(Step { action, why, fulfils });
    }

    fn action(&self, interface: &str, change: MemberChange) -> QueueAction {
        QueueAction { queue: self.actual.name.clone(), interface: interface.to_owned(), change }
    }

    fn row(&self, wanted: &Wanted, paused: Option<String>) -> ProgrammedMember {
        ProgrammedMember {
            queue: self.actual.name.clone(),
            interface: wanted.interface.clone(),
            person: wanted.person.clone(),
            penalty: wanted.penalty,
            paused,
            added_at: self.now,
        }
    }

    fn wishes(&self, interface: &str) -> impl DoubleEndedIterator<Item = &'a PauseWish> {
        let interface = interface.to_owned();
        self.desired.pauses.iter().filter(move |wish| wish.interface == interface)
    }

    /// The pause that somebody brings along who is not there yet: an override's, the one they had when we saw them
    /// last, or the one of the telephone that they had before.
    fn pause_of(&self, wanted: &Wanted) -> (Option<String>, Option<Uuid>) {
        // Of whoever is still ours is known how they were when we saw them last, what was asked for once included.
        let is_known = |row: &ProgrammedMember| {
            row.interface == wanted.interface || (row.person.is_some() && row.person == wanted.person)
        };
        let is_new = !self.facts.ours.iter().any(is_known);
        let counts = |wish: &&PauseWish| !wish.is_over && (is_new || !wish.applied);
        let wish = self.wishes(&wanted.interface).rfind(counts);
        if let Some(wish) = wish {
            return (wish.reason.clone(), Some(wish.id));
        }
        let seen = |row: &ProgrammedMember| match self.actual.member(&row.interface) {
            Some(member) => pause_reason(member).map(str::to_owned),
            // What ended while Asterisk was away is not asked for again.
            None => row.paused.clone().filter(|reason| {
                !self.wishes(&row.interface).any(|wish| wish.is_over && wish.reason.as_ref() == Some(reason))
            }),
        };
        let of_person = |person: &PersonId| {
            self.facts.ours.iter().filter(|row| row.person.as_ref() == Some(person)).find_map(seen)
        };
        let own = self.ours(&wanted.interface).and_then(seen);
        (own.or_else(|| wanted.person.as_ref().and_then(of_person)), None)
    }

    fn add(&mut self, wanted: &Wanted) {
        let (paused, fulfils) = self.pause_of(wanted);
        let row = self.row(wanted, paused.clone());
        if self.ours(&wanted.interface).is_none_or(|old| {
            (old.penalty, &old.paused, &old.person) != (row.penalty, &row.paused, &row.person)
        }) {
            self.plan.keep.push(row);
        }
        let change = MemberChange::Add { name: wanted.name.clone(), penalty: wanted.penalty, paused };
        self.step(&wanted.interface, change, wanted.why.clone(), fulfils);
    }

    /// Somebody wanted who is there: the pause stays, the penalty follows the plan, unless it was changed by hand.
    fn fit(&mut self, wanted: &Wanted, member: &Member) {
        if is_off_shift(member) {
            self.step(&wanted.interface, MemberChange::Resume, wanted.why.clone(), None);
        }
        let paused = pause_reason(member).map(str::to_owned);
        let row = match self.ours(&wanted.interface) {
            Some(row) => {
                // Until it is so the row has the old one: what Asterisk does not take is asked for again.
                let mut penalty = wanted.penalty;
                if row.penalty != wanted.penalty && member.penalty != wanted.penalty {
                    let change = MemberChange::Penalty(wanted.penalty);
                    self.step(&wanted.interface, change, wanted.why.clone(), None);
                    penalty = row.penalty;
                }
                let person = wanted.person.clone();
                let now = ProgrammedMember { person, penalty, paused, ..row.clone() };
                (now != *row).then_some(now)
            }
            // Whoever made them a member: from now on they come and go with the timetable.
            None if member.membership == Membership::Dynamic => {
                if member.penalty != wanted.penalty {
                    let change = MemberChange::Penalty(wanted.penalty);
                    self.step(&wanted.interface, change, wanted.why.clone(), None);
                }
                Some(ProgrammedMember { penalty: member.penalty, ..self.row(wanted, paused) })
            }
            None => None,
        };
        self.plan.keep.extend(row);
    }

    fn pause_or_resume(&mut self, wish: &PauseWish) {
        let Some(member) = self.actual.member(&wish.interface) else {
            if wish.is_over {
                self.plan.settled.push(wish.id);
            }
            return;
        };
        let is_same = wish.reason.is_some() && pause_reason(member) == wish.reason.as_deref();
        match (wish.is_over, wish.applied, &wish.reason) {
            (true, true, Some(_)) if is_same => {
                let why = format!("the pause that {} asked for is over", wish.by);
                self.step(&wish.interface, MemberChange::Resume, why, None);
            }
            (true, ..) => self.plan.settled.push(wish.id),
            (false, true, _) => {}
            (false, false, Some(reason)) if member.paused.is_none() => {
                let change = MemberChange::Pause { reason: reason.clone() };
                self.step(&wish.interface, change, format!("asked for by {}", wish.by), Some(wish.id));
            }
            (false, false, None) if member.paused.is_some() => {
                let why = format!("asked for by {}", wish.by);
                self.step(&wish.interface, MemberChange::Resume, why, Some(wish.id));
            }
            (false, false, _) => self.plan.applied.push(wish.id),
        }
    }

    fn take_out(&mut self, member: &Member) {
        let taken_out = self.desired.why_taken_out(&member.interface);
        let is_managed = self.ours(&member.interface).is_some() || self.facts.program.manage == Manage::All;
        if taken_out.is_none() && (!is_managed || self.desired.keeps) {
            if !is_managed && is_off_shift(member) {
                let why = "nobody keeps them out any more".to_owned();
                self.step(&member.interface, MemberChange::Resume, why, None);
            }
            return;
        }
        let change = if member.membership == Membership::Dynamic {
            MemberChange::Remove
        } else if member.paused.is_none() {
            MemberChange::Pause { reason: OFF_SHIFT.to_owned() }
        } else {
            return;
        };
        let since = self.facts.leaving.get(&member.interface).copied().unwrap_or(self.now);
        self.plan.leaving.insert(member.interface.clone(), since);
        let why = taken_out.map_or_else(|| self.why_unwanted(), str::to_owned);
        match self.waits(member, taken_out.is_some(), since) {
            Some((for_what, until)) => {
                let action = self.action(&member.interface, change);
                self.plan.deferred.push(Deferred { action, why: format!("{why}; {for_what}"), until });
            }
            None => self.step(&member.interface, change, why, None),
        }
    }

    fn why_unwanted(&self) -> String {
        if self.desired.opening.is_open() {
            "not planned in this shift".to_owned()
        } else {
            self.desired.opening.words().to_owned()
        }
    }

    /// For what a member's end waits, and until when.
    fn waits(&self, member: &Member, taken_out: bool, since: Timestamp) -> Option<(&'static str, Timestamp)> {
        let after = |secs: u32| since.saturating_add(SignedDuration::from_secs(secs.into())).unwrap_or(since);
        let grace = after(self.facts.program.grace_secs);
        if is_busy(member) && self.now < grace {
            return Some(("waits for the end of the call", grace));
        }
        let wants_somebody = !self.desired.wanted.is_empty() || (!taken_out && self.desired.planned > 0);
        let keep = after(self.facts.program.keep_last_secs);
        if wants_somebody && !self.somebody_can_answer(taken_out) && self.now < keep {
            return Some(("nobody of this shift can be rung yet", keep));
        }
        None
    }

    /// Whoever takes somebody out by an override knows who is paused; a shift's edge does not.
    fn somebody_can_answer(&self, by_override: bool) -> bool {
        let members = self.desired.wanted.iter().filter_map(|wanted| self.actual.member(&wanted.interface));
        members.into_iter().any(|member| {
            member.state != MemberState::Unreachable && (by_override || member.paused.is_none())
        })
    }
}

/// The pause's reason, if it is not ours.
fn pause_reason(member: &Member) -> Option<&str> {
    member.paused.as_ref().map(|paused| paused.reason.as_str()).filter(|reason| *reason != OFF_SHIFT)
}

fn is_off_shift(member: &Member) -> bool {
    member.paused.as_ref().is_some_and(|paused| paused.reason == OFF_SHIFT)
}

/// In a call, being rung, or writing down the last call.
fn is_busy(member: &Member) -> bool {
    let by_telephone = matches!(
        member.state,
        MemberState::Ringing
            | MemberState::InCall
            | MemberState::InCallRinging
            | MemberState::OnHold
            | MemberState::Busy
    );
    by_telephone || member.in_call || member.in_wrap_up
}

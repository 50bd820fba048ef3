//! How a queue differs from its timetable, since when, and by whom. Pure.

use jiff::{Timestamp, tz::TimeZone};

use super::{
    desire::Desired,
    plan::{Facts, OFF_SHIFT, Plan},
};
use crate::{
    config::Manage,
    model::{
        Member, MemberChange, MemberEvent, MemberWhat, Membership, Override, OverrideKind, QueueState, Whom,
    },
};

/// In what way a queue differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum DifferenceKind {
    /// Wanted, and no member.
    Missing,
    /// A member, and not wanted.
    Extra,
    /// Wanted, and paused.
    Paused,
    /// Has another penalty than planned.
    Penalty,
    /// Somebody made them a member against the timetable.
    Added,
    /// Somebody took them out against the timetable.
    Removed,
    /// Planned, and cannot be a member.
    Skipped,
}

impl DifferenceKind {
    /// Its word in notices and the API.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Extra => "extra",
            Self::Paused => "paused",
            Self::Penalty => "penalty",
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Skipped => "skipped",
        }
    }
}

/// One way in which a queue differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// In what way.
    pub kind: DifferenceKind,
    /// The telephone; of somebody without one, the person's id.
    pub interface: String,
    /// Who that is, for people.
    pub name: String,
    /// Since when, as far as we know.
    pub since: Option<Timestamp>,
    /// Who did it, as far as we know.
    pub by: Option<String>,
    /// Why, where a reason was given.
    pub reason: Option<String>,
    /// It is about to end: an action is on its way, or waits for a call.
    pub under_way: bool,
}

impl Difference {
    /// One sentence: `Anna is paused by berta since 10:32 (lunch)`.
    #[must_use]
    pub fn words(&self, zone: &TimeZone) -> String {
        let what = match self.kind {
            DifferenceKind::Missing => "is wanted and no member",
            DifferenceKind::Extra => "is a member and not wanted",
            DifferenceKind::Paused => "is paused",
            DifferenceKind::Penalty => "has another penalty than planned",
            DifferenceKind::Added => "was added against the timetable",
            DifferenceKind::Removed => "was taken out against the timetable",
            DifferenceKind::Skipped => "is planned and cannot be a member",
        };
        let mut words = format!("{} {what}", self.name);
        if let Some(by) = &self.by {
            words += &format!(" by {by}");
        }
        if let Some(since) = self.since {
            words += &format!(" since {}", since.to_zoned(zone.clone()).strftime("%H:%M"));
        }
        if let Some(reason) = self.reason.as_deref().filter(|reason| !reason.is_empty()) {
            words += &format!(" ({reason})");
        }
        if self.under_way {
            words += ", about to change";
        }
        words
    }
}

/// What differs. `events` are what became of the members, in the order of time.
#[must_use]
pub fn drift(
    desired: &Desired,
    actual: &QueueState,
    plan: &Plan,
    facts: Facts<'_>,
    overrides: &[Override],
    events: &[MemberEvent],
    now: Timestamp,
) -> Vec<Difference> {
    let looking = Looking { desired, actual, plan, facts, events };
    let mut found = Vec::new();
    for wanted in &desired.wanted {
        match actual.member(&wanted.interface) {
            None => found.push(looking.missing(&wanted.interface, &wanted.name)),
            Some(member) => {
                found.extend(looking.paused(member));
                found.extend(looking.penalty(member, wanted.penalty));
            }
        }
    }
    found.extend(actual.members.iter().filter_map(|member| looking.extra(member)));
    found.extend(overrides.iter().filter(|one| one.holds(now)).filter_map(|one| looking.overruled(one)));
    found.extend(desired.skipped.iter().map(|skipped| Difference {
        kind: DifferenceKind::Skipped,
        interface: skipped.person.to_string(),
        name: skipped.person.to_string(),
        since: None,
        by: None,
        reason: Some(skipped.why.clone()),
        under_way: false,
    }));
    found
}

struct Looking<'a> {
    desired: &'a Desired,
    actual: &'a QueueState,
    plan: &'a Plan,
    facts: Facts<'a>,
    events: &'a [MemberEvent],
}

impl Looking<'_> {
    /// What became of a member last, of these.
    fn last(&self, interface: &str, whats: &[MemberWhat]) -> Option<&MemberEvent> {
        self.events.iter().rfind(|event| event.interface == interface && whats.contains(&event.what))
    }

    fn is_under_way(&self, interface: &str) -> bool {
        let steps = self.plan.steps.iter().map(|step| &step.action);
        let deferred = self.plan.deferred.iter().map(|deferred| &deferred.action);
        steps.chain(deferred).any(|action| {
            action.interface == interface && !matches!(action.change, MemberChange::Pause { .. })
        })
    }

    fn difference(
        &self,
        kind: DifferenceKind,
        (interface, name): (&str, &str),
        event: Option<&MemberEvent>,
    ) -> Difference {
        Difference {
            kind,
            interface: interface.to_owned(),
            name: if name.is_empty() { interface } else { name }.to_owned(),
            since: event.map(|event| event.at),
            by: event.and_then(|event| event.by.clone()),
            reason: event.and_then(|event| event.reason.clone()),
            under_way: self.is_under_way(interface),
        }
    }

    fn missing(&self, interface: &str, name: &str) -> Difference {
        let event = self.last(interface, &[MemberWhat::Removed, MemberWhat::Added]);
        let event = event.filter(|event| event.what == MemberWhat::Removed);
        self.difference(DifferenceKind::Missing, (interface, name), event)
    }

    fn paused(&self, member: &Member) -> Option<Difference> {
        let paused = member.paused.as_ref()?;
        let event = self.last(&member.interface, &[MemberWhat::Paused, MemberWhat::Resumed]);
        let event = event.filter(|event| event.what == MemberWhat::Paused);
        let found = self.difference(DifferenceKind::Paused, (&member.interface, &member.name), event);
        let reason = Some(paused.reason.clone()).filter(|reason| !reason.is_empty()).or(found.reason);
        Some(Difference { since: found.since.or(paused.since), reason, ..found })
    }

    fn penalty(&self, member: &Member, planned: u32) -> Option<Difference> {
        let is_managed = self.facts.ours.iter().any(|row| row.interface == member.interface);
        let event = self.last(&member.interface, &[MemberWhat::Penalty]);
        (is_managed && member.penalty != planned)
            .then(|| self.difference(DifferenceKind::Penalty, (&member.interface, &member.name), event))
    }

    /// A member too many. One of `queues.conf` is none where only ours are taken out, or while it is paused.
    fn extra(&self, member: &Member) -> Option<Difference> {
        let is_ours = self.facts.ours.iter().any(|row| row.interface == member.interface);
        let is_fixed = member.membership != Membership::Dynamic;
        let is_off = member.paused.as_ref().is_some_and(|paused| paused.reason == OFF_SHIFT);
        if self.desired.wants(&member.interface)
            || self.desired.keeps
            || is_off
            || (is_fixed && !is_ours && self.facts.program.manage == Manage::Ours)
        {
            return None;
        }
        let event = self.last(&member.interface, &[MemberWhat::Added]);
        Some(self.difference(DifferenceKind::Extra, (&member.interface, &member.name), event))
    }

    fn overruled(&self, one: &Override) -> Option<Difference> {
        let kind = match one.kind {
            OverrideKind::Add { .. } => DifferenceKind::Added,
            OverrideKind::Remove => DifferenceKind::Removed,
            OverrideKind::Pause { .. } | OverrideKind::Resume => return None,
        };
        let (interface, name) = match &one.whom {
            Whom::Interface(interface) => (interface.clone(), interface.clone()),
            Whom::Person(person) => {
                let mut wanted = self.desired.wanted.iter().filter(|w| w.person.as_ref() == Some(person));
                let interface = wanted.next().map_or_else(|| person.to_string(), |w| w.interface.clone());
                (interface, person.to_string())
            }
        };
        let name = self.actual.member(&interface).map_or(name, |member| member.name.clone());
        Some(Difference {
            kind,
            interface,
            name,
            since: Some(one.created_at),
            by: Some(one.by.clone()),
            reason: Some(one.note.clone()).filter(|note| !note.is_empty()),
            under_way: false,
        })
    }
}

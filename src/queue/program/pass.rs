//! One look at one queue: what must not be forgotten goes to disk, then Asterisk is told, then the feed.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    BY, Difference, Inner, Memory, Plan, ProgramError, Programming, Queue, Step, drift::DifferenceKind,
    overrides::as_stored, scene::Scene,
};
use crate::{
    config::HandChanges,
    model::{MemberChange, MemberEvent, MemberWhat, NoticeKind, Override, OverrideKind, QueueState, Whom},
};

/// What was done is not done again so soon: Asterisk's events may be on their way.
const SETTLES: SignedDuration = SignedDuration::from_secs(5);
/// What was refused is tried again after this.
const RETRY: SignedDuration = SignedDuration::from_secs(30);
/// A member of ours that is suddenly not there is added again after this: it may be that somebody took it out, and that
/// we hear so in a moment.
const VANISHED: SignedDuration = SignedDuration::from_secs(1);
/// Each queue is looked at so often at least.
const RECHECK: SignedDuration = SignedDuration::from_secs(30);

impl Programming {
    /// Looks at a queue and brings it to what it is to be at `now`. Gives when to look again.
    ///
    /// # Errors
    /// The store does not answer, or the queue is not known at the moment: nothing was done.
    pub async fn pass(&self, name: &str, now: Timestamp) -> Result<Timestamp, ProgramError> {
        let inner = &*self.inner;
        let queue = inner.queue(name)?;
        let mut memory = queue.memory.lock().await;
        let memory = &mut *memory;
        let by_hand = inner.take_by_hand(name);
        let unknown = || ProgramError::Unknown(name.to_owned());
        // Of a queue that is not known nothing is kept: it may have been taken away with all its members.
        inner.hands.snapshot(name).ok_or_else(unknown)?;
        let read = inner.read(name, queue, &by_hand, now).await;
        // The store may answer at the next look.
        let scene = read.inspect_err(|_| inner.put_back(by_hand))?;
        // Something was done by hand while we read: what was read would undo it.
        if inner.has_by_hand(name) {
            return Ok(now);
        }
        // As it is now: the store may have been slow.
        let actual = inner.hands.snapshot(name).ok_or_else(unknown)?;
        let plan = scene.plan(&actual, &memory.leaving);
        memory.held.retain(|(_, until)| *until > now);
        let steps = memory.due(&scene, &plan, now);
        // Whom we add is ours on disk before Asterisk hears of it.
        if !plan.keep.is_empty() || !plan.forget.is_empty() {
            inner.store.keep_programmed(name, &plan.keep, &plan.forget).await?;
        }
        let (done, applied) = inner.act(name, &steps, memory, now).await;
        let applied: Vec<Uuid> = plan.applied.iter().copied().chain(applied).collect();
        if !applied.is_empty() || !plan.settled.is_empty() {
            inner.store.mark_overrides(&applied, &plan.settled).await?;
        }
        memory.leaving.clone_from(&plan.leaving);
        if !done.is_empty() {
            inner.feed.post(NoticeKind::QueueProgrammed, None, programmed(name, &scene, &done));
        }
        inner.tell_drift(name, &scene, &actual, &plan, memory);
        let mut watch = inner.watch();
        if plan.deferred.is_empty() {
            watch.waiting.remove(name)
        } else {
            watch.waiting.insert(name.to_owned())
        };
        drop(watch);
        Ok(next_look(&scene, &plan, memory, now))
    }
}

/// The earliest moment at which something may be due.
fn next_look(scene: &Scene<'_>, plan: &Plan, memory: &Memory, now: Timestamp) -> Timestamp {
    let after = |wait: SignedDuration, from: Timestamp| from.saturating_add(wait).unwrap_or(from);
    let vanished = memory.vanished.values().map(|since| after(VANISHED, *since));
    let deferred = plan.deferred.iter().map(|deferred| deferred.until);
    let held = memory.held.iter().map(|(_, until)| *until);
    let moments = deferred.chain(held).chain(vanished).chain([scene.desired.until]);
    moments.filter(|moment| *moment > now).min().unwrap_or(Timestamp::MAX).min(after(RECHECK, now))
}

impl Memory {
    /// The steps that are to be done now.
    fn due<'p>(&mut self, scene: &Scene<'_>, plan: &'p Plan, now: Timestamp) -> Vec<&'p Step> {
        let vanished = |step: &&Step| {
            matches!(step.action.change, MemberChange::Add { .. }) && scene.is_ours(&step.action.interface)
        };
        let gone: Vec<_> = plan.steps.iter().filter(vanished).map(|step| &step.action.interface).collect();
        self.vanished.retain(|interface, _| gone.contains(&interface));
        for interface in gone {
            self.vanished.entry(interface.clone()).or_insert(now);
        }
        let waits = |step: &Step| {
            let since = self.vanished.get(&step.action.interface);
            since.is_some_and(|since| now.duration_since(*since) < VANISHED)
        };
        let is_held = |step: &Step| self.held.iter().any(|(action, _)| *action == step.action);
        plan.steps.iter().filter(|step| !waits(step) && !is_held(step)).collect()
    }
}

impl Inner {
    /// Does the steps in their order. Gives those that Asterisk took, and the overrides that are fulfilled.
    async fn act<'p>(
        &self,
        name: &str,
        steps: &[&'p Step],
        memory: &mut Memory,
        now: Timestamp,
    ) -> (Vec<&'p Step>, Vec<Uuid>) {
        let mut done = Vec::new();
        for step in steps {
            let (interface, what) = (&step.action.interface, word(&step.action.change));
            let hold = match self.hands.act(step.action.clone(), BY).await {
                Ok(()) => {
                    tracing::info!(queue = name, interface, what, why = step.why, "queue programmed");
                    done.push(*step);
                    SETTLES
                }
                // Nobody refused it: it is done as soon as the connection is back.
                Err(error) if self.hands.snapshot(name).is_none() => {
                    tracing::warn!(queue = name, interface, what, error, "a queue is programmed later");
                    break;
                }
                Err(error) => {
                    tracing::warn!(queue = name, interface, what, error, "a queue cannot be programmed");
                    RETRY
                }
            };
            memory.held.push((step.action.clone(), now.saturating_add(hold).unwrap_or(now)));
        }
        let fulfilled = done.iter().filter_map(|step| step.fulfils).collect();
        (done, fulfilled)
    }

    fn take_by_hand(&self, name: &str) -> Vec<MemberEvent> {
        self.watch().by_hand.extract_if(.., |event| event.queue == name).collect()
    }

    fn has_by_hand(&self, name: &str) -> bool {
        self.watch().by_hand.iter().any(|event| event.queue == name)
    }

    /// They came before those that were heard meanwhile.
    fn put_back(&self, mut by_hand: Vec<MemberEvent>) {
        let mut watch = self.watch();
        by_hand.append(&mut watch.by_hand);
        watch.by_hand = by_hand;
    }

    /// The facts of a pass, with what others did.
    async fn read<'a>(
        &'a self,
        name: &str,
        queue: &'a Queue,
        by_hand: &[MemberEvent],
        now: Timestamp,
    ) -> Result<Scene<'a>, ProgramError> {
        let mut scene = self.scene(name, queue, now).await?;
        if scene.program().hand_changes == HandChanges::Keep
            && self.keep_hands(name, &scene, by_hand, now).await?
        {
            scene.overrule(self.store.open_overrides(name).await?);
        }
        Ok(scene)
    }

    /// What others did holds until the end of the shift: whom they took out stays out, whom they added again comes back.
    /// Of each telephone the last word counts: whoever was taken out and added again is there.
    async fn keep_hands(
        &self,
        name: &str,
        scene: &Scene<'_>,
        by_hand: &[MemberEvent],
        now: Timestamp,
    ) -> Result<bool, ProgramError> {
        let mut changed = false;
        let last: BTreeMap<&str, &MemberEvent> =
            by_hand.iter().map(|event| (event.interface.as_str(), event)).collect();
        let actual = self.hands.snapshot(name).unwrap_or_default();
        let is_there = |event: &&MemberEvent| actual.member(&event.interface).is_some();
        for event in last.into_values().filter(|event| event.what != MemberWhat::Removed || !is_there(event))
        {
            let wanted = scene.desired.wanted.iter().find(|wanted| wanted.interface == event.interface);
            match (event.what, wanted) {
                (MemberWhat::Removed, Some(wanted)) => {
                    let whom = wanted.person.clone().map(Whom::Person);
                    let one = Override {
                        id: Uuid::now_v7(),
                        queue: name.to_owned(),
                        whom: whom.unwrap_or_else(|| Whom::Interface(event.interface.clone())),
                        kind: OverrideKind::Remove,
                        by: event.by.clone().unwrap_or_else(|| "asterisk".to_owned()),
                        note: "taken out by hand".to_owned(),
                        created_at: as_stored(now),
                        expires_at: as_stored(scene.desired.edge),
                        applied: true,
                        settled: false,
                    };
                    self.store.add_override(&one).await?;
                    changed = true;
                }
                (MemberWhat::Added, None) => {
                    let is_theirs = |one: &&Override| {
                        one.kind == OverrideKind::Remove
                            && one.holds(now)
                            && interface_of(one, scene).as_deref() == Some(&event.interface)
                    };
                    for one in scene.overrides.iter().filter(is_theirs) {
                        changed |= self.store.end_override(name, one.id, now).await?;
                    }
                }
                _ => {}
            }
        }
        Ok(changed)
    }

    /// Tells how the queue differs, if that is something new. What is about to end is not told.
    fn tell_drift(
        &self,
        name: &str,
        scene: &Scene<'_>,
        actual: &QueueState,
        plan: &Plan,
        memory: &mut Memory,
    ) {
        let events = self.events_of(name);
        let differences = scene.drift(actual, plan, &events);
        let lasting: Vec<&Difference> = differences.iter().filter(|found| !found.under_way).collect();
        let keys: Vec<(DifferenceKind, String, Option<String>)> =
            lasting.iter().map(|found| (found.kind, found.interface.clone(), found.by.clone())).collect();
        if keys != memory.told {
            let shown: Vec<Value> = lasting.iter().map(|found| difference(found)).collect();
            self.feed.post(NoticeKind::QueueDrift, None, json!({ "queue": name, "differences": shown }));
            memory.told = keys;
        }
    }

    /// What became of the members of a queue last, in the order of time.
    pub(super) fn events_of(&self, name: &str) -> Vec<MemberEvent> {
        self.watch().events.get(name).cloned().unwrap_or_default()
    }
}

fn interface_of(one: &Override, scene: &Scene<'_>) -> Option<String> {
    match &one.whom {
        Whom::Interface(interface) => Some(interface.clone()),
        Whom::Person(person) => scene.persons().get(person)?.member_interface(),
    }
}

/// A difference, as notices have it.
fn difference(found: &Difference) -> Value {
    json!({
        "interface": found.interface, "name": found.name, "what": found.kind.word(),
        "since": found.since, "by": found.by, "reason": found.reason,
    })
}

fn programmed(name: &str, scene: &Scene<'_>, done: &[&Step]) -> Value {
    let shift = scene.desired.shifts.first().map(|shift| {
        json!({ "timetable": shift.timetable, "week": shift.week, "day": shift.slot.day, "shift": shift.slot.shift })
    });
    let actions: Vec<Value> = done
        .iter()
        .map(|step| {
            let what = word(&step.action.change);
            json!({ "interface": step.action.interface, "what": what, "why": step.why })
        })
        .collect();
    json!({ "queue": name, "shift": shift, "actions": actions })
}

/// The word for a change in notices, logs and the API.
pub(super) fn word(change: &MemberChange) -> &'static str {
    match change {
        MemberChange::Add { .. } => "add",
        MemberChange::Remove => "remove",
        MemberChange::Pause { .. } => "pause",
        MemberChange::Resume => "resume",
        MemberChange::Penalty(_) => "penalty",
    }
}

//! Plans, differences and overrides as the API shows them.

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    model::{MemberChange, Override, OverrideKind, QueueAction, Whom},
    queue::program::{Difference, Preview, Shift},
};

/// What would be done to a queue, and why.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = QueuePlan)]
pub(super) struct PlanView {
    queue: String,
    /// For when.
    at: Timestamp,
    /// `open`, `a holiday`, `outside of the hours`, `no timetable for this week`.
    opening: &'static str,
    /// The shifts that go on.
    shifts: Vec<ShiftView>,
    /// Who is wanted, in the order of the lines.
    wanted: Vec<WantedView>,
    /// Who is planned and cannot be a member.
    skipped: Vec<SkippedView>,
    /// What would be done, in this order; `null`: how the queue is is not known.
    steps: Option<Vec<StepView>>,
    /// What waits: for the end of a call, or for somebody who can be rung.
    waiting: Vec<StepView>,
    /// When this changes by itself.
    until: Timestamp,
}

/// A shift of a timetable.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = QueueShift)]
pub(super) struct ShiftView {
    timetable: String,
    /// Its Monday.
    #[schema(value_type = String)]
    week: Date,
    #[schema(example = "mon")]
    day: &'static str,
    /// The first of the day is 0.
    shift: usize,
    from: Timestamp,
    to: Timestamp,
}

/// Somebody who is wanted.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WantedMember)]
pub(super) struct WantedView {
    interface: String,
    name: String,
    person: Option<String>,
    penalty: u32,
    why: String,
}

/// Somebody who is planned and cannot be a member.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SkippedPerson)]
pub(super) struct SkippedView {
    person: String,
    why: String,
}

/// One thing to do to a member.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = QueueStep)]
pub(super) struct StepView {
    /// `add`, `remove`, `pause`, `resume`, `penalty`.
    what: &'static str,
    interface: String,
    /// Of somebody who is added.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    /// Of somebody who is added, or whose penalty changes.
    #[serde(skip_serializing_if = "Option::is_none")]
    penalty: Option<u32>,
    /// Of a pause.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    why: String,
    /// How long it waits at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<Timestamp>,
}

/// How a queue differs from its timetable.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = QueueDrift)]
pub(super) struct DriftView {
    queue: String,
    at: Timestamp,
    differences: Vec<DifferenceView>,
}

/// What would be done to each queue.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = QueuePlans)]
pub(super) struct Plans {
    pub(super) items: Vec<PlanView>,
}

/// How the queues differ from their timetables.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = QueueDrifts)]
pub(super) struct Drifts {
    pub(super) items: Vec<DriftView>,
}

/// One difference.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = QueueDifference)]
pub(super) struct DifferenceView {
    /// `missing`, `extra`, `paused`, `penalty`, `added`, `removed` (against the timetable), `skipped`.
    what: &'static str,
    interface: String,
    name: String,
    since: Option<Timestamp>,
    by: Option<String>,
    reason: Option<String>,
    /// It ends by itself: something is on its way, or waits for the end of a call.
    about_to_change: bool,
    /// The same as a sentence.
    words: String,
}

/// What somebody may do against the timetable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum OverrideWhat {
    /// Is a member all the time.
    Add,
    /// Is no member all the time.
    Remove,
    /// Is paused once.
    Pause,
    /// Is resumed once.
    Resume,
}

/// What somebody decided against the timetable.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Override)]
pub(super) struct OverrideView {
    id: Uuid,
    queue: String,
    what: OverrideWhat,
    person: Option<String>,
    interface: Option<String>,
    penalty: Option<u32>,
    reason: Option<String>,
    by: String,
    note: String,
    created_at: Timestamp,
    expires_at: Timestamp,
}

/// Overrides that hold.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Overrides {
    pub(super) items: Vec<OverrideView>,
}

impl PlanView {
    pub(super) fn new(queue: String, preview: Preview) -> Self {
        let Preview { at, desired, plan } = preview;
        let (steps, waiting) = plan.map_or((None, Vec::new()), |plan| {
            let steps = plan.steps.into_iter().map(|step| StepView::new(step.action, step.why, None));
            let waiting = plan.deferred.into_iter().map(|d| StepView::new(d.action, d.why, Some(d.until)));
            (Some(steps.collect()), waiting.collect())
        });
        let wanted = desired.wanted.into_iter().map(|wanted| WantedView {
            interface: wanted.interface,
            name: wanted.name,
            person: wanted.person.map(String::from),
            penalty: wanted.penalty,
            why: wanted.why,
        });
        let skipped = desired.skipped.into_iter();
        let skipped =
            skipped.map(|skipped| SkippedView { person: skipped.person.to_string(), why: skipped.why });
        Self {
            queue,
            at,
            opening: desired.opening.words(),
            shifts: desired.shifts.into_iter().map(ShiftView::from).collect(),
            wanted: wanted.collect(),
            skipped: skipped.collect(),
            steps,
            waiting,
            until: desired.until,
        }
    }
}

impl From<Shift> for ShiftView {
    fn from(shift: Shift) -> Self {
        Self {
            timetable: shift.timetable,
            week: shift.week.monday(),
            day: shift.slot.day.as_str(),
            shift: shift.slot.shift,
            from: shift.from,
            to: shift.to,
        }
    }
}

impl StepView {
    fn new(action: QueueAction, why: String, until: Option<Timestamp>) -> Self {
        let what = Preview::word(&action.change);
        let (name, penalty, reason) = match action.change {
            MemberChange::Add { name, penalty, paused } => (Some(name), Some(penalty), paused),
            MemberChange::Pause { reason } => (None, None, Some(reason)),
            MemberChange::Penalty(penalty) => (None, Some(penalty), None),
            MemberChange::Remove | MemberChange::Resume => (None, None, None),
        };
        Self { what, interface: action.interface, name, penalty, reason, why, until }
    }
}

impl DriftView {
    pub(super) fn new(queue: String, at: Timestamp, differences: Vec<Difference>, zone: &TimeZone) -> Self {
        let differences = differences.into_iter().map(|found| DifferenceView {
            words: found.words(zone),
            what: found.kind.word(),
            interface: found.interface,
            name: found.name,
            since: found.since,
            by: found.by,
            reason: found.reason,
            about_to_change: found.under_way,
        });
        Self { queue, at, differences: differences.collect() }
    }
}

impl From<Override> for OverrideView {
    fn from(one: Override) -> Self {
        let (person, interface) = match one.whom {
            Whom::Person(person) => (Some(person.to_string()), None),
            Whom::Interface(interface) => (None, Some(interface)),
        };
        let (what, penalty, reason) = match one.kind {
            OverrideKind::Add { penalty } => (OverrideWhat::Add, Some(penalty), None),
            OverrideKind::Remove => (OverrideWhat::Remove, None, None),
            OverrideKind::Pause { reason } => (OverrideWhat::Pause, None, Some(reason)),
            OverrideKind::Resume => (OverrideWhat::Resume, None, None),
        };
        Self {
            id: one.id,
            queue: one.queue,
            what,
            person,
            interface,
            penalty,
            reason,
            by: one.by,
            note: one.note,
            created_at: one.created_at,
            expires_at: one.expires_at,
        }
    }
}

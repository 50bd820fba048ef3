//! Whatever happens in whatever order: the queue is not emptied, pauses stay, and it comes to rest.

use proptest::prelude::*;

use super::*;

/// One thing that happens between two passes.
#[derive(Clone, Debug)]
enum Act {
    /// Another week's plan is published: these persons in the three shifts.
    Plan([u8; 3]),
    /// Minutes go by.
    Wait(u16),
    Pause(usize),
    Resume(usize),
    State(usize, MemberState),
    /// Asterisk refuses these, by bits.
    Refuse(u8),
    /// The daemon is restarted.
    Restart,
}

const NAMES: [&str; 4] = ["anna", "berta", "carla", "dora"];

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let states = prop_oneof![
        Just(MemberState::Free),
        Just(MemberState::InCall),
        Just(MemberState::Unreachable),
        Just(MemberState::Ringing)
    ];
    let act = prop_oneof![
        [0_u8..16, 0..16, 0..16].prop_map(Act::Plan),
        (1_u16..90).prop_map(Act::Wait),
        (0_usize..4).prop_map(Act::Pause),
        (0_usize..4).prop_map(Act::Resume),
        (0_usize..4, states).prop_map(|(who, state)| Act::State(who, state)),
        (0_u8..16).prop_map(Act::Refuse),
        Just(Act::Restart),
    ];
    prop::collection::vec(act, 1..40)
}

fn chosen(bits: u8) -> impl Iterator<Item = &'static str> {
    NAMES.into_iter().enumerate().filter(move |(n, _)| bits & (1 << n) != 0).map(|(_, name)| name).take(3)
}

fn happen(stage: &mut Stage, now: &mut Timestamp, act: &Act) {
    let find = |stage: &Stage, who: usize| {
        stage.queue.members.iter().position(|member| member.interface == interface(NAMES[who]))
    };
    match act {
        Act::Plan(shifts) => {
            let shifts = shifts.map(|bits| chosen(bits).collect::<Vec<_>>());
            stage.filling.week = Some(table(&shifts.each_ref().map(Vec::as_slice)));
        }
        Act::Wait(minutes) => *now += SignedDuration::from_mins(i64::from(*minutes)),
        Act::Pause(who) => {
            if let Some(place) = find(stage, *who) {
                stage.queue.members[place].paused = Some(Paused { reason: "x".into(), since: None });
            }
        }
        Act::Resume(who) => {
            if let Some(place) = find(stage, *who) {
                stage.queue.members[place].paused = None;
            }
        }
        Act::State(who, state) => {
            if let Some(place) = find(stage, *who) {
                stage.queue.members[place].state = *state;
            }
        }
        Act::Refuse(bits) => stage.refused = chosen(*bits).map(interface).collect(),
        Act::Restart => stage.leaving.clear(),
    }
}

proptest! {
    #[test]
    fn never_empty_while_somebody_can_be_there_and_no_pause_is_lost(acts in acts()) {
        let mut stage = Stage::new(SHIFTS);
        let mut now = at(8, 30);
        for act in &acts {
            happen(&mut stage, &mut now, act);
            let plan = stage.plan(now);
            let desired = stage.desired(now);
            let can_be_there = |w: &Wanted| {
                stage.queue.member(&w.interface).is_some() || !stage.refused.contains(&w.interface)
            };
            let somebody_can = desired.wanted.iter().any(can_be_there);
            let pauses: BTreeMap<_, _> =
                stage.queue.members.iter().map(|m| (m.interface.clone(), m.paused.clone())).collect();
            let mut before = stage.queue.members.len();
            for step in &plan.steps {
                stage.act(&step.action);
                let after = stage.queue.members.len();
                prop_assert!(after > 0 || before == 0 || !somebody_can, "emptied at {now} by {step:?}");
                before = after;
            }
            for member in &stage.queue.members {
                if let Some(was) = pauses.get(&member.interface) {
                    prop_assert_eq!(was, &member.paused);
                }
            }
            stage.pass_rows_only(plan);
        }
        stage.refused.clear();
        stage.passes(now);
    }

    #[test]
    fn the_queue_ends_as_it_is_wanted(acts in acts()) {
        let mut stage = Stage::new(SHIFTS);
        let mut now = at(8, 30);
        for act in &acts {
            happen(&mut stage, &mut now, act);
            stage.pass(now);
        }
        stage.refused.clear();
        for member in &mut stage.queue.members {
            (member.state, member.paused) = (MemberState::Free, None);
        }
        stage.passes(now);
        let wanted: BTreeSet<_> = stage.desired(now).wanted.into_iter().map(|w| w.interface).collect();
        let there: BTreeSet<_> = stage.queue.members.iter().map(|m| m.interface.clone()).collect();
        prop_assert_eq!(&wanted, &there);
        let ours: BTreeSet<_> = stage.ours.iter().map(|row| row.interface.clone()).collect();
        prop_assert_eq!(wanted, ours);
    }
}

impl Stage {
    /// What a pass stores, without what it does.
    pub(super) fn pass_rows_only(&mut self, plan: Plan) {
        for row in plan.keep {
            self.ours.retain(|old| old.interface != row.interface);
            self.ours.push(row);
        }
        self.ours.retain(|row| !plan.forget.contains(&row.interface));
        self.leaving = plan.leaving;
    }
}

//! The table, walked in every order of acts; and the keys.

use std::{collections::BTreeSet, time::Duration};

use tokio::time::Instant;

use super::{Act, Action, Code, Keys, Kind, Over, Phase, Typed, next};
use crate::config::Config;

const ACTS: [Act; 9] = [
    Act::Wants(Kind::Blind),
    Act::Wants(Kind::Attended),
    Act::Number,
    Act::NoNumber,
    Act::CallOff,
    Act::TargetUp,
    Act::TargetGone,
    Act::PartyGone,
    Act::CallerGone,
];
/// Acts in a row that are tried.
const DEPTH: usize = 7;

/// Who is there, and who hears whom.
#[allow(clippy::struct_excessive_bools, reason = "each party is there or not, whatever the others do")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct World {
    caller: bool,
    party: bool,
    /// Dialled and not gone.
    target: bool,
    target_up: bool,
    /// In the bridge.
    caller_in: bool,
    target_in: bool,
}

impl World {
    /// Whether the world lets it happen now. Keys come from the party, and a number only when one is asked for;
    /// everything else may also come late.
    fn allows(self, act: Act, phase: Phase) -> bool {
        match act {
            Act::Wants(_) | Act::CallOff | Act::PartyGone => self.party,
            Act::Number | Act::NoNumber => self.party && matches!(phase, Phase::Asking(_)),
            Act::TargetUp => self.target && !self.target_up,
            Act::TargetGone => self.target,
            Act::CallerGone => self.caller,
        }
    }

    fn happens(&mut self, act: Act) {
        match act {
            Act::TargetUp => self.target_up = true,
            Act::TargetGone => (self.target, self.target_up, self.target_in) = (false, false, false),
            Act::PartyGone => self.party = false,
            Act::CallerGone => (self.caller, self.caller_in) = (false, false),
            _ => {}
        }
    }

    fn does(&mut self, action: Action, path: &[Act]) {
        let told = || format!("{action:?} after {path:?} in {self:?}");
        match action {
            Action::HoldCaller => {
                assert!(self.caller && self.caller_in, "{}", told());
                self.caller_in = false;
            }
            Action::ReturnCaller => {
                assert!(self.caller && !self.caller_in, "{}", told());
                self.caller_in = true;
            }
            Action::DialTarget => {
                assert!(!self.target, "a second target: {}", told());
                self.target = true;
            }
            Action::JoinTarget => {
                assert!(self.target_up && !self.target_in, "{}", told());
                self.target_in = true;
            }
            // Harmless on who is gone.
            Action::DropTarget => (self.target, self.target_up, self.target_in) = (false, false, false),
            Action::DropParty => self.party = false,
            Action::Promote => {
                assert!(self.target_in && !self.party, "two parties, or none: {}", told());
                (self.party, self.target, self.target_up, self.target_in) = (true, false, false, false);
            }
            Action::Tell(..) => {}
        }
    }

    /// What must hold whatever has happened.
    fn check(self, phase: Phase, path: &[Act]) {
        let told = || format!("{phase:?} after {path:?}: {self:?}");
        match phase {
            Phase::Talking | Phase::Asking(_) => {
                assert!(self.caller && self.caller_in, "the caller is left on hold: {}", told());
                assert!(self.party, "the caller is returned to nobody: {}", told());
                assert!(!self.target, "a target is forgotten: {}", told());
            }
            Phase::Leaving(_) => {
                assert!(self.caller && !self.caller_in && !self.party && self.target, "{}", told());
            }
            Phase::Ringing => {
                assert!(self.caller && !self.caller_in && self.party, "{}", told());
                assert!(self.target && !self.target_in, "{}", told());
            }
            Phase::Consulting => {
                assert!(self.caller && !self.caller_in && self.party && self.target_in, "{}", told());
            }
            Phase::Over(Over::CallerLeft) => {
                assert!(!self.caller && !self.party && !self.target, "{}", told());
            }
            Phase::Over(Over::Talked) => {
                assert!(self.caller && self.caller_in && !self.party && !self.target, "{}", told());
            }
            Phase::Over(Over::Alone) => {
                assert!(self.caller && !self.party && !self.target, "{}", told());
            }
        }
    }
}

fn walk(phase: Phase, world: World, path: &mut Vec<Act>, seen: &mut BTreeSet<(Phase, World, usize)>) {
    world.check(phase, path);
    if matches!(phase, Phase::Over(_)) {
        assert!(ACTS.iter().all(|act| next(phase, *act) == (phase, &[][..])), "nothing follows {phase:?}");
        seen.insert((phase, world, path.len()));
        return;
    }
    if path.len() == DEPTH || !seen.insert((phase, world, path.len())) {
        return;
    }
    for act in ACTS {
        path.push(act);
        let (then, actions) = next(phase, act);
        if world.allows(act, phase) {
            let mut world = world;
            world.happens(act);
            for action in actions {
                world.does(*action, path);
            }
            walk(then, world, path, seen);
        }
        path.pop();
    }
}

#[test]
fn every_order_of_acts_leaves_nobody_alone_on_hold() {
    let world = World {
        caller: true,
        party: true,
        target: false,
        target_up: false,
        caller_in: true,
        target_in: false,
    };
    let mut seen = BTreeSet::new();
    walk(Phase::Talking, world, &mut Vec::new(), &mut seen);
    let phases: BTreeSet<Phase> = seen.iter().map(|(phase, ..)| *phase).collect();
    assert_eq!(phases.len(), 10, "every phase is reached: {phases:?}");
}

#[test]
fn an_attended_transfer_whose_target_does_not_answer_returns_to_the_caller() {
    let mut phase = Phase::Talking;
    let mut done = Vec::new();
    for act in [Act::Wants(Kind::Attended), Act::Number, Act::TargetGone] {
        let (then, actions) = next(phase, act);
        phase = then;
        done.extend_from_slice(actions);
    }
    assert_eq!(phase, Phase::Talking);
    assert_eq!(done[..3], [Action::HoldCaller, Action::DialTarget, Action::ReturnCaller]);
}

#[test]
fn what_is_late_changes_nothing() {
    for late in [Act::TargetUp, Act::TargetGone, Act::Number, Act::NoNumber, Act::CallOff] {
        assert_eq!(next(Phase::Talking, late), (Phase::Talking, &[][..]), "{late:?}");
    }
    assert_eq!(next(Phase::Leaving(Kind::Blind), Act::PartyGone).1, &[]);
}

#[test]
fn codes_and_numbers() {
    let config = Config::defaults().unwrap().calls.transfer;
    let start = Instant::now();
    let at = |secs| start + Duration::from_secs(secs);
    let mut keys = Keys::new(&config);
    assert_eq!((keys.key('5', at(0)), keys.key('*', at(0))), (None, None));
    assert_eq!(keys.key('2', at(1)), Some(Typed::Code(Code::Wants(Kind::Attended))));
    // Too far apart.
    assert_eq!((keys.key('*', at(2)), keys.key('1', at(6))), (None, None));
    assert_eq!(keys.late(), None);
    keys.ask(at(10));
    assert_eq!((keys.key('1', at(11)), keys.key('0', at(12)), keys.key('1', at(13))), (None, None, None));
    assert_eq!(keys.until(), Some(at(13) + Duration::from_secs(config.between_secs)));
    assert_eq!(keys.late(), Some(Typed::Number("101".to_owned())));
    keys.ask(at(20));
    assert_eq!(keys.key('#', at(21)), Some(Typed::NoNumber));
    keys.ask(at(30));
    assert_eq!((keys.key('7', at(31)), keys.key('*', at(31))), (None, Some(Typed::NoNumber)));
    keys.ask(at(40));
    assert_eq!(keys.late(), Some(Typed::NoNumber));
    assert_eq!((keys.key('*', at(50)), keys.key('0', at(50))), (None, Some(Typed::Code(Code::CallOff))));
}

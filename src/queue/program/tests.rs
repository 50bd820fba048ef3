//! Plans, one by one and by the hundred.

mod any_order_tests;
mod override_tests;

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp, civil::time, tz::TimeZone};
use uuid::Uuid;

use super::*;
use crate::{
    config::{Manage, Otherwise},
    model::{
        Cell, Day, Member, MemberChange, MemberState, MemberWhat, Membership, Override, OverrideKind, Paused,
        Person, PersonId, ProgrammedMember, QueueState, Slot, Timetable, Week, Whom,
    },
};

fn id(name: &str) -> PersonId {
    PersonId::parse(name).unwrap()
}

/// `anna` has extension 201, `berta` 202, `carla` 203, `dora` 204, `eva` none.
fn persons() -> Persons {
    let names = ["anna", "berta", "carla", "dora", "eva"];
    let person = |(number, name): (usize, &&str)| {
        let extension = (*name != "eva").then(|| format!("{}", 201 + number));
        (id(name), Person { extension, ..Person::new(id(name)) })
    };
    names.iter().enumerate().map(person).collect()
}

fn interface(name: &str) -> String {
    persons()[&id(name)].member_interface().unwrap()
}

/// Monday of a week, shifts at 09:00, 10:15, 11:30 to 12:45.
fn table(shifts: &[&[&str]]) -> Timetable {
    let hours = [time(9, 0, 0, 0), time(10, 15, 0, 0), time(11, 30, 0, 0), time(12, 45, 0, 0)];
    let mut table = Timetable::empty("phones", Week::parse("2026-11-23").unwrap(), &[Day::Mon], &hours, 3);
    for (shift, people) in shifts.iter().enumerate() {
        for (line, person) in people.iter().enumerate() {
            let slot = Slot { day: Day::Mon, shift };
            *table.cell_mut(slot, line).unwrap() = Cell::try_from((*person).to_owned()).unwrap();
        }
    }
    table
}

fn filling(week: Option<Timetable>) -> Filling {
    let (name, zone) = ("phones".to_owned(), TimeZone::get("Europe/Madrid").unwrap());
    Filling { name, zone, program: ProgramConfig::default(), week }
}

/// A moment of that Monday, as the clock in Madrid shows it.
fn at(hour: i8, minute: i8) -> Timestamp {
    let monday = Week::parse("2026-11-23").unwrap().monday();
    let zone = TimeZone::get("Europe/Madrid").unwrap();
    monday.at(hour, minute, 0, 0).to_zoned(zone).unwrap().timestamp()
}

fn member(name: &str) -> Member {
    Member {
        interface: interface(name),
        name: name.to_owned(),
        membership: Membership::Dynamic,
        penalty: 0,
        paused: None,
        state: MemberState::Free,
        state_since: None,
        in_call: false,
        in_wrap_up: false,
        calls_taken: 0,
        last_call_at: None,
    }
}

fn paused(name: &str, reason: &str) -> Member {
    Member { paused: Some(Paused { reason: reason.into(), since: None }), ..member(name) }
}

/// A queue with its program, tried without an Asterisk.
#[derive(Clone)]
struct Stage {
    filling: Filling,
    persons: Persons,
    overrides: Vec<Override>,
    queue: QueueState,
    ours: Vec<ProgrammedMember>,
    leaving: BTreeMap<String, Timestamp>,
    /// Interfaces that Asterisk refuses.
    refused: BTreeSet<String>,
}

impl Stage {
    fn new(shifts: &[&[&str]]) -> Self {
        Self {
            filling: filling(Some(table(shifts))),
            persons: persons(),
            overrides: Vec::new(),
            queue: QueueState { name: "q".into(), ..QueueState::default() },
            ours: Vec::new(),
            leaving: BTreeMap::new(),
            refused: BTreeSet::new(),
        }
    }

    fn desired(&self, now: Timestamp) -> Desired {
        desire(std::slice::from_ref(&self.filling), &self.persons, &self.overrides, now)
    }

    fn plan(&self, now: Timestamp) -> Plan {
        let facts = Facts { ours: &self.ours, leaving: &self.leaving, program: &self.filling.program };
        plan(&self.desired(now), &self.queue, facts, now)
    }

    /// Makes the plan and does it; gives what was done, as `add anna`.
    fn pass(&mut self, now: Timestamp) -> Vec<String> {
        let plan = self.plan(now);
        for row in plan.keep {
            self.ours.retain(|old| old.interface != row.interface);
            self.ours.push(row);
        }
        self.ours.retain(|row| !plan.forget.contains(&row.interface));
        for one in &mut self.overrides {
            one.applied |=
                plan.applied.contains(&one.id) || plan.steps.iter().any(|step| step.fulfils == Some(one.id));
            one.settled |= plan.settled.contains(&one.id);
        }
        self.overrides.retain(|one| !one.settled);
        self.leaving = plan.leaving;
        plan.steps.iter().map(|step| self.act(&step.action)).collect()
    }

    /// Passes until nothing is left to do; three are always enough.
    fn passes(&mut self, now: Timestamp) -> Vec<String> {
        let mut done = Vec::new();
        for _ in 0..3 {
            done.extend(self.pass(now));
        }
        assert_eq!(self.pass(now), Vec::<String>::new(), "a plan comes to its end");
        done
    }

    fn act(&mut self, action: &QueueAction) -> String {
        let who = self
            .persons
            .values()
            .find(|p| p.member_interface().as_ref() == Some(&action.interface))
            .map_or_else(|| action.interface.clone(), |person| person.id.to_string());
        let place = self.queue.members.iter().position(|m| m.interface == action.interface);
        match (&action.change, place) {
            (MemberChange::Add { name, penalty, paused }, None) => {
                if !self.refused.contains(&action.interface) {
                    let paused = paused.clone().map(|reason| Paused { reason, since: None });
                    let (interface, name) = (action.interface.clone(), name.clone());
                    let new = Member { interface, name, penalty: *penalty, paused, ..member("anna") };
                    self.queue.members.push(new);
                }
            }
            (MemberChange::Remove, Some(place)) => _ = self.queue.members.remove(place),
            (MemberChange::Pause { reason }, Some(place)) => {
                self.queue.members[place].paused = Some(Paused { reason: reason.clone(), since: None });
            }
            (MemberChange::Resume, Some(place)) => self.queue.members[place].paused = None,
            (MemberChange::Penalty(penalty), Some(place)) => self.queue.members[place].penalty = *penalty,
            (change, place) => panic!("{change:?} of a member at {place:?}"),
        }
        format!("{} {who}", super::pass::word(&action.change))
    }

    fn members(&self) -> Vec<&str> {
        let name = |member: &Member| {
            self.persons
                .values()
                .find(|p| p.member_interface().as_ref() == Some(&member.interface))
                .map(|p| p.id.as_str())
        };
        self.queue.members.iter().filter_map(name).collect()
    }

    fn at(&mut self, name: &str) -> &mut Member {
        let interface = interface(name);
        self.queue.members.iter_mut().find(|member| member.interface == interface).unwrap()
    }

    fn overrule(&mut self, name: &str, kind: OverrideKind, from: Timestamp, to: Timestamp) {
        self.overrides.push(Override {
            id: Uuid::from_u128(self.overrides.len() as u128 + 1),
            queue: "q".into(),
            whom: Whom::Person(id(name)),
            kind,
            by: "sonia".into(),
            note: String::new(),
            created_at: from,
            expires_at: to,
            applied: false,
            settled: false,
        });
    }
}

const SHIFTS: &[&[&str]] = &[&["anna", "berta"], &["berta", "nobody", "carla"], &["dora", "eva"]];

#[test]
fn a_shifts_edge_changes_members_by_difference_and_keeps_pauses() {
    let mut stage = Stage::new(SHIFTS);
    assert_eq!(stage.pass(at(8, 59)), Vec::<String>::new());
    assert_eq!(stage.passes(at(9, 0)), ["add anna", "add berta"]);
    stage.at("berta").paused = Some(Paused { reason: "lunch".into(), since: None });
    assert_eq!(stage.passes(at(10, 14)), Vec::<String>::new());
    assert_eq!(stage.passes(at(10, 15)), ["add carla", "remove anna"]);
    assert_eq!(stage.at("berta").paused.as_ref().unwrap().reason, "lunch");
    assert_eq!(stage.passes(at(11, 30)), ["add dora", "remove berta", "remove carla"]);
    assert_eq!(stage.desired(at(11, 30)).skipped[0].why, "has no extension");
    assert_eq!(stage.passes(at(12, 45)), ["remove dora"]);
    assert_eq!((stage.members().len(), stage.ours.len()), (0, 0));
}

#[test]
fn the_order_of_the_lines_is_the_order_and_the_penalty() {
    let mut stage = Stage::new(&[&["carla", "nobody", "anna"]]);
    stage.filling.program.penalty_by_line = vec![0, 1, 5];
    assert_eq!(stage.passes(at(9, 0)), ["add carla", "add anna"]);
    assert_eq!(stage.at("anna").penalty, 5);
    stage.filling.week = Some(table(&[&["carla", "anna"]]));
    assert_eq!(stage.passes(at(9, 1)), ["penalty anna"]);
    stage.at("anna").penalty = 9;
    assert_eq!(stage.passes(at(9, 2)), Vec::<String>::new(), "changed by hand");
}

#[test]
fn a_member_in_a_call_is_taken_out_when_it_is_over_or_the_grace_is() {
    let mut stage = Stage::new(&[&["anna", "berta"], &["carla"]]);
    stage.passes(at(9, 0));
    stage.at("anna").in_call = true;
    stage.at("berta").state = MemberState::OnHold;
    assert_eq!(stage.passes(at(10, 15)), ["add carla"]);
    let deferred = stage.plan(at(10, 16)).deferred;
    assert_eq!((deferred.len(), deferred[0].until), (2, at(10, 30)));
    stage.at("anna").in_call = false;
    assert_eq!(stage.passes(at(10, 17)), ["remove anna"]);
    assert_eq!(stage.passes(at(10, 29)), Vec::<String>::new());
    assert_eq!(stage.passes(at(10, 30)), ["remove berta"]);
}

#[test]
fn while_nobody_new_can_be_rung_the_last_ones_stay() {
    let mut stage = Stage::new(&[&["anna"], &["carla"]]);
    stage.passes(at(9, 0));
    stage.refused.insert(interface("carla"));
    stage.pass(at(10, 15));
    assert_eq!(stage.members(), ["anna"]);
    stage.refused.clear();
    stage.pass(at(10, 20));
    stage.at("carla").state = MemberState::Unreachable;
    assert_eq!(stage.passes(at(10, 21)), Vec::<String>::new(), "the telephone is unplugged");
    assert_eq!(stage.members(), ["anna", "carla"]);
    stage.at("carla").state = MemberState::Free;
    assert_eq!(stage.passes(at(10, 22)), ["remove anna"]);
}

#[test]
fn the_last_ones_do_not_stay_for_ever() {
    let mut stage = Stage::new(&[&["anna"], &["eva"]]);
    stage.passes(at(9, 0));
    assert_eq!(stage.passes(at(10, 15)), Vec::<String>::new(), "eva has no telephone");
    assert_eq!(stage.passes(at(10, 44)), Vec::<String>::new());
    assert_eq!(stage.passes(at(10, 45)), ["remove anna"]);
    let mut closes = Stage::new(&[&["anna"], &["nobody"]]);
    closes.passes(at(9, 0));
    assert_eq!(closes.passes(at(10, 15)), ["remove anna"], "nobody is wanted");
}

#[test]
fn holidays_and_weeks_without_a_timetable_empty_the_queue_or_keep_it() {
    for (otherwise, done) in [(Otherwise::Empty, vec!["remove anna"]), (Otherwise::Keep, Vec::new())] {
        let mut stage = Stage::new(&[&["anna"], &["holiday", "holiday", "holiday"]]);
        stage.filling.program.outside_hours = otherwise;
        stage.filling.program.without_timetable = otherwise;
        stage.passes(at(9, 0));
        let without = Stage { filling: Filling { week: None, ..stage.filling.clone() }, ..stage.clone() };
        assert_eq!(without.desired(at(9, 1)).opening, Opening::NoTimetable);
        assert_eq!(stage.desired(at(10, 15)).opening, Opening::Holiday);
        assert_eq!(stage.clone().passes(at(10, 15)), done);
        assert_eq!(stage.clone().passes(at(13, 0)), done);
        let mut without = without;
        assert_eq!(without.passes(at(9, 1)), done);
    }
}

#[test]
fn members_of_others_stay_unless_all_are_managed() {
    let mut stage = Stage::new(&[&["anna"]]);
    stage.queue.members = vec![member("berta"), Member { membership: Membership::Static, ..member("carla") }];
    assert_eq!(stage.passes(at(9, 0)), ["add anna"]);
    assert_eq!(stage.passes(at(13, 0)), ["remove anna"]);
    stage.filling.program.manage = Manage::All;
    assert_eq!(stage.passes(at(13, 1)), ["remove berta", "pause carla"]);
    stage.filling.week = Some(table(&[&["carla"]]));
    assert_eq!(stage.passes(at(9, 1)), ["resume carla"]);
}

#[test]
fn whom_others_added_and_the_plan_wants_goes_with_the_plan() {
    let mut stage = Stage::new(&[&["anna", "nobody", "berta"]]);
    stage.queue.members = vec![member("anna"), Member { membership: Membership::Static, ..member("berta") }];
    assert_eq!(stage.passes(at(9, 0)), Vec::<String>::new());
    assert_eq!(stage.passes(at(13, 0)), ["remove anna"]);
    assert_eq!(stage.members(), ["berta"]);
}

#[test]
fn another_extension_in_a_shift_brings_its_pause_along() {
    let mut stage = Stage::new(&[&["anna", "berta"]]);
    stage.passes(at(9, 0));
    stage.at("anna").paused = Some(Paused { reason: "lunch".into(), since: None });
    stage.passes(at(9, 1));
    let old = interface("anna");
    stage.persons.get_mut(&id("anna")).unwrap().extension = Some("299".into());
    assert_eq!(stage.passes(at(9, 2)), ["add anna", "remove PJSIP/201"]);
    let new = stage.queue.member("PJSIP/299").unwrap();
    assert_eq!(new.paused.as_ref().unwrap().reason, "lunch");
    assert!(stage.queue.member(&old).is_none());
}

#[test]
fn an_asterisk_that_forgot_everything_is_told_again_pauses_too() {
    let mut stage = Stage::new(&[&["anna", "berta"]]);
    stage.passes(at(9, 0));
    *stage.at("anna") = paused("anna", "lunch");
    stage.passes(at(9, 1));
    stage.queue.members.clear();
    assert_eq!(stage.passes(at(9, 2)), ["add anna", "add berta"]);
    assert_eq!(stage.at("anna").paused.as_ref().unwrap().reason, "lunch");
    assert_eq!(stage.at("berta").paused, None);
}

#[test]
fn a_daemon_that_was_down_over_an_edge_knows_whom_to_take_out() {
    let mut stage = Stage::new(SHIFTS);
    stage.passes(at(9, 0));
    // What is only in memory is gone.
    stage.leaving.clear();
    assert_eq!(stage.passes(at(11, 40)), ["add dora", "remove anna", "remove berta"]);
}

#[test]
fn whoever_is_paused_cannot_be_rung() {
    let mut stage = Stage::new(&[&["anna"], &["carla"]]);
    stage.passes(at(9, 0));
    stage.queue.members.push(paused("carla", "late"));
    assert_eq!(stage.passes(at(10, 15)), Vec::<String>::new());
    stage.at("carla").paused = None;
    assert_eq!(stage.passes(at(10, 16)), ["remove anna"]);
}

#[test]
fn differences_are_told_with_who_and_when() {
    let mut stage = Stage::new(&[&["anna", "berta", "eva"]]);
    stage.passes(at(9, 0));
    *stage.at("anna") = paused("anna", "lunch");
    stage.queue.members.push(member("dora"));
    stage.overrule("berta", OverrideKind::Remove, at(9, 20), at(9, 30));
    stage.pass(at(9, 21));
    let event = |what: MemberWhat, name: &str, minute: i8| MemberEvent {
        id: i64::from(minute),
        at: at(9, minute),
        queue: "q".into(),
        interface: interface(name),
        name: name.into(),
        what,
        reason: None,
        by: Some("sonia".into()),
    };
    let events = [event(MemberWhat::Paused, "anna", 10), event(MemberWhat::Added, "dora", 12)];
    let facts = Facts { ours: &stage.ours, leaving: &stage.leaving, program: &stage.filling.program };
    let (desired, plan) = (stage.desired(at(9, 22)), stage.plan(at(9, 22)));
    let found = drift(&desired, &stage.queue, &plan, facts, &stage.overrides, &events, at(9, 22));
    let words: Vec<_> = found.iter().map(|found| found.words(&stage.filling.zone)).collect();
    let expected = [
        "anna is paused by sonia since 09:10 (lunch)",
        "dora is a member and not wanted by sonia since 09:12",
        "berta was taken out against the timetable by sonia since 09:20",
        "eva is planned and cannot be a member (has no extension)",
    ];
    assert_eq!(words, expected);
}

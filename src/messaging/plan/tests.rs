//! Plans in tables: a week of shifts, and what is told at which minute of it.

use jiff::{Timestamp, civil::DateTime, tz::TimeZone};
use serde_json::json;

use super::*;
use crate::{
    config::{Config, RemindersConfig},
    messaging::facts::{Facts, Shifts},
    model::{
        Cell, Day, Member, MemberState, Membership, Notice, NoticeKind, Paused, Person, QueueState, Slot,
        Timetable, Week,
    },
};

fn zone() -> TimeZone {
    TimeZone::get("Europe/Madrid").unwrap()
}

fn at(text: &str) -> Timestamp {
    text.parse::<DateTime>().unwrap().to_zoned(zone()).unwrap().timestamp()
}

fn id(text: &str) -> PersonId {
    PersonId::parse(text).unwrap()
}

fn rules() -> RemindersConfig {
    Config::defaults().unwrap().messaging.reminders
}

/// anna and bert from nine, bert and nobody from a quarter past ten, on Monday; carla on Tuesday's last shift.
fn facts() -> Facts {
    let week = Week::parse("2026-11-23").unwrap();
    let hours: Vec<_> = ["09:00", "10:15", "11:30"].iter().map(|time| time.parse().unwrap()).collect();
    let mut table = Timetable::empty("phones", week, &[Day::Mon, Day::Tue], &hours, 2);
    let mut put = |day, shift, line, cell| *table.cell_mut(Slot { day, shift }, line).unwrap() = cell;
    put(Day::Mon, 0, 0, Cell::Person(id("anna")));
    put(Day::Mon, 0, 1, Cell::Person(id("bert")));
    put(Day::Mon, 1, 0, Cell::Person(id("bert")));
    put(Day::Mon, 1, 1, Cell::Nobody);
    put(Day::Tue, 1, 0, Cell::Person(id("carla")));
    let person =
        |name: &str, extension: &str| Person { extension: Some(extension.into()), ..Person::new(id(name)) };
    Facts {
        persons: vec![person("anna", "201"), person("bert", "202"), person("carla", "203")],
        shifts: vec![Shifts { table, zone: zone(), queue: "operators".into() }],
        queues: Vec::new(),
        queues_since: None,
    }
}

fn keys(now: &str) -> Vec<String> {
    plan(&facts(), &rules(), &[], at(now)).drafts.into_iter().map(|draft| draft.key).collect()
}

#[test]
fn before_each_shift() {
    let none: [&str; 0] = [];
    let first = [
        "change phones 2026-11-23 mon 0",
        "shift phones 2026-11-23 mon 0 anna",
        "shift phones 2026-11-23 mon 0 bert",
    ];
    let second = ["change phones 2026-11-23 mon 1", "shift phones 2026-11-23 mon 1 bert"];
    let table: [(&str, &[&str]); 9] = [
        ("2026-11-23T08:54:59", &none),
        ("2026-11-23T08:55:00", &first),
        ("2026-11-23T08:57:00", &first),
        // The daemon was stopped over it: too late is not told.
        ("2026-11-23T08:57:01", &none),
        ("2026-11-23T09:00:00", &none),
        ("2026-11-23T10:10:00", &second),
        // Nobody in it.
        ("2026-11-24T08:55:00", &none),
        ("2026-11-24T10:11:00", &["change phones 2026-11-23 tue 1", "shift phones 2026-11-23 tue 1 carla"]),
        ("2026-11-30T08:55:00", &none),
    ];
    for (now, expected) in table {
        assert_eq!(keys(now), expected, "{now}");
    }
}

#[test]
fn what_it_says_and_until_when() {
    let plan = plan(&facts(), &rules(), &[], at("2026-11-23T08:55:20"));
    let change = &plan.drafts[0];
    assert_eq!((change.kind, &change.to), (MessageKind::ShiftChange, &To::Team(Some("phones".into()))));
    assert_eq!((&change.values["names"], &change.values["minutes"]), (&json!(["Anna", "Bert"]), &json!(5)));
    assert_eq!(change.valid_until, Some(at("2026-11-23T08:57:00")));
    let anna = &plan.drafts[1];
    assert_eq!(
        (&anna.values["name"], &anna.values["from"], &anna.values["to"]),
        (&json!("Anna"), &json!("09:00"), &json!("10:15"))
    );
    assert_eq!(plan.wake, Some(at("2026-11-23T10:10:00")));
}

#[test]
fn not_after_the_shift_has_begun() {
    let rules = RemindersConfig { late_up_to_secs: 3_600, ..rules() };
    let drafts = |now: &str| plan(&facts(), &rules, &[], at(now)).drafts.len();
    assert_eq!((drafts("2026-11-23T08:59:59"), drafts("2026-11-23T09:00:00")), (3, 0));
    let off = RemindersConfig { before_secs: 0, closed: false, ..rules.clone() };
    assert_eq!(plan(&facts(), &off, &[], at("2026-11-23T08:55:00")), Plan::default());
    let alone = RemindersConfig { to_team: false, ..rules };
    assert_eq!(plan(&facts(), &alone, &[], at("2026-11-23T08:55:00")).drafts.len(), 2);
}

/// In the nights in which the clock is changed a shift begins when its own clock says so.
#[test]
fn shifts_of_the_nights_in_which_the_clock_is_changed() {
    let night = |monday: &str, from: &str| {
        let hours: Vec<_> = [from, "06:00"].iter().map(|time| time.parse().unwrap()).collect();
        let mut table = Timetable::empty("night", Week::parse(monday).unwrap(), &[Day::Sun], &hours, 1);
        *table.cell_mut(Slot { day: Day::Sun, shift: 0 }, 0).unwrap() = Cell::Person(id("anna"));
        Facts { shifts: vec![Shifts { table, zone: zone(), queue: "q".into() }], ..Facts::default() }
    };
    let due = |facts: &Facts, day: &str| {
        let wake = plan(facts, &rules(), &[], at(&format!("{day}T00:30"))).wake.unwrap();
        wake.to_string()
    };
    // 02:30 is not there on the 29th of March: it is 03:30 then. It is twice on the 25th of October: the first counts.
    assert_eq!(due(&night("2026-03-23", "02:30"), "2026-03-29"), "2026-03-29T01:25:00Z");
    assert_eq!(due(&night("2026-10-19", "02:30"), "2026-10-25"), "2026-10-25T00:25:00Z");
    assert_eq!(due(&night("2026-10-19", "03:00"), "2026-10-25"), "2026-10-25T01:55:00Z");
}

#[test]
fn the_phones_are_closed() {
    let table: [(&str, Option<&str>); 6] = [
        ("2026-11-23T11:39:59", None),
        ("2026-11-23T11:40:00", Some("closed phones 2026-11-23")),
        ("2026-11-23T13:40:00", Some("closed phones 2026-11-23")),
        ("2026-11-23T13:40:01", None),
        ("2026-11-24T11:45:00", Some("closed phones 2026-11-24")),
        ("2026-11-25T11:45:00", None),
    ];
    for (now, expected) in table {
        assert_eq!(keys(now).first().map(String::as_str), expected, "{now}");
    }
    let plan = plan(&facts(), &rules(), &[], at("2026-11-23T11:40:00"));
    assert_eq!(plan.drafts[0].figures, Some(("operators".into(), "2026-11-23".parse().unwrap())));
    // A holiday: nobody was there to be thanked.
    let mut holiday = facts();
    for shift in 0..2 {
        for line in 0..2 {
            *holiday.shifts[0].table.cell_mut(Slot { day: Day::Mon, shift }, line).unwrap() = Cell::Holiday;
        }
    }
    assert!(super::plan(&holiday, &rules(), &[], at("2026-11-23T11:40:00")).drafts.is_empty());
}

fn member(extension: &str, state: MemberState, since: &str) -> Member {
    Member {
        interface: format!("PJSIP/{extension}"),
        name: String::new(),
        membership: Membership::Dynamic,
        penalty: 0,
        paused: None,
        state,
        state_since: Some(at(since)),
        in_call: false,
        in_wrap_up: false,
        calls_taken: 0,
        last_call_at: None,
    }
}

fn with_queue(members: Vec<Member>) -> Facts {
    let queue = QueueState { name: "operators".into(), members, ..QueueState::default() };
    Facts { queues: vec![queue], ..facts() }
}

fn announced(facts: &Facts, marks: &[&str], now: &str) -> (Vec<String>, Vec<String>) {
    let marks: Vec<String> = marks.iter().map(ToString::to_string).collect();
    let plan = plan(facts, &rules(), &marks, at(now));
    (plan.announcements.into_iter().flat_map(|one| one.marks).collect(), plan.over)
}

const ANNA: &str = "disconnected phones anna";
const BERT: &str = "disconnected phones bert";

#[test]
fn who_cannot_be_reached_is_announced_once() {
    use MemberState::{Free, Unknown, Unreachable};
    let (nine, early) = ("2026-11-23T09:05:00", "2026-11-23T08:00:00");
    let both = with_queue(vec![member("201", Unreachable, early), member("202", Unreachable, early)]);
    let plan = super::plan(&both, &rules(), &[], at(nine));
    assert_eq!(plan.announcements[0].draft.values["names"], json!(["Anna", "Bert"]));
    assert_eq!(announced(&both, &[], nine), (vec![ANNA.into(), BERT.into()], vec![]));
    assert_eq!(announced(&both, &[ANNA], nine), (vec![BERT.into()], vec![]));
    assert_eq!(announced(&both, &[ANNA, BERT], nine), (vec![], vec![]));
    // Back is back; what is not known is neither.
    let back = with_queue(vec![member("201", Free, nine), member("202", Unknown, nine)]);
    assert_eq!(announced(&back, &[ANNA, BERT], nine), (vec![], vec![ANNA.into()]));
    assert_eq!(announced(&facts(), &[ANNA, BERT], nine), (vec![], vec![]), "the queue is not known");
    // Whose shift is over is missed no longer; of other timetables nothing is known.
    let other = "disconnected nights anna";
    assert_eq!(announced(&both, &[ANNA, BERT, other], "2026-11-23T10:20:00"), (vec![], vec![ANNA.into()]));
    assert_eq!(announced(&both, &[ANNA, BERT], "2026-11-23T12:00:00").1, [ANNA, BERT]);
}

/// It was unplugged while the daemon was down, or Asterisk was away: nobody saw when.
#[test]
fn who_was_gone_before_anybody_looked_is_announced() {
    let early = "2026-11-23T08:00:00";
    let unseen = Member { state_since: None, ..member("201", MemberState::Unreachable, early) };
    let since = |seen: &str, members| Facts { queues_since: Some(at(seen)), ..with_queue(members) };
    let nine = "2026-11-23T09:05:00";
    let known = since("2026-11-23T09:04:00", vec![unseen.clone()]);
    assert_eq!(announced(&known, &[], nine), (vec![ANNA.into()], vec![]));
    assert_eq!(announced(&known, &[ANNA], nine), (vec![], vec![]), "an earlier life has told");
    // Asterisk has just started: its telephones are about to register.
    let just = since("2026-11-23T09:04:01", vec![unseen, member("202", MemberState::Unreachable, early)]);
    assert_eq!(announced(&just, &[], nine), (vec![], vec![]));
}

#[test]
fn who_is_not_missed() {
    use MemberState::{InCall, Unreachable};
    let early = "2026-11-23T08:00:00";
    let paused = Member {
        paused: Some(Paused { reason: "lunch".into(), since: None }),
        ..member("201", Unreachable, early)
    };
    let cases = [
        (with_queue(vec![paused]), "2026-11-23T09:05:00", "paused"),
        (with_queue(vec![member("201", InCall, early)]), "2026-11-23T09:05:00", "talking"),
        (
            with_queue(vec![member("201", Unreachable, "2026-11-23T09:04:30")]),
            "2026-11-23T09:05:00",
            "just fallen",
        ),
        (with_queue(vec![member("201", Unreachable, early)]), "2026-11-23T09:00:30", "just on duty"),
        (with_queue(vec![member("203", Unreachable, early)]), "2026-11-23T09:05:00", "not on duty"),
        (with_queue(vec![]), "2026-11-23T09:05:00", "not in the queue yet"),
    ];
    for (facts, now, why) in cases {
        assert_eq!(announced(&facts, &[], now), (vec![], vec![]), "{why}");
    }
    let gone = with_queue(vec![member("201", Unreachable, early)]);
    let off = RemindersConfig { disconnected_after_secs: 0, ..rules() };
    assert!(plan(&gone, &off, &[ANNA.into()], at("2026-11-23T09:05:00")).announcements.is_empty());
}

fn notice(kind: NoticeKind, data: serde_json::Value) -> Notice {
    Notice { id: 7, at: at("2026-11-23T09:05:00"), kind, call: None, data }
}

#[test]
fn a_planning_that_failed_is_told_to_the_supervisors() {
    let planning = |state: &str| {
        let data = json!({"planning": "p1", "timetable": "phones", "week": "2026-11-30", "state": state});
        of_notice(&notice(NoticeKind::TimetablePlanning, data), &rules(), &facts())
    };
    assert_eq!(planning("running"), None);
    let draft = planning("failed").unwrap();
    assert_eq!((draft.kind, draft.to), (MessageKind::PlanningFailed, To::Supervisors("phones".into())));
    assert_eq!(draft.key, "planning phones 2026-11-30 p1");
    let why = json!({"timetable": "phones", "state": "unsolvable", "why": ["Anna cannot.", "Bert is away."]});
    let draft = of_notice(&notice(NoticeKind::TimetablePlanning, why), &rules(), &facts()).unwrap();
    assert_eq!(draft.values["why"], "Anna cannot. Bert is away.");
    let done = |why: serde_json::Value| {
        let data = json!({"planning": "p1", "timetable": "phones", "state": "done", "why": why});
        of_notice(&notice(NoticeKind::TimetablePlanning, data), &rules(), &facts())
    };
    assert_eq!(done(json!([])), None);
    assert!(done(json!(["it is planned, and not published: berta was there first"])).is_some());
}

#[test]
fn a_telephone_that_nobody_answers_is_told_if_wanted() {
    let rules = RemindersConfig { did_not_answer: true, ..rules() };
    let silent = notice(
        NoticeKind::QueueMember,
        json!({"queue": "operators", "interface": "PJSIP/201", "name": "x", "what": "did_not_answer"}),
    );
    assert_eq!(of_notice(&silent, &super::tests::rules(), &facts()), None, "not by default");
    let draft = of_notice(&silent, &rules, &facts()).unwrap();
    assert_eq!((&draft.values["name"], &draft.to), (&json!("Anna"), &To::Team(Some("phones".into()))));
    let later = Notice { at: at("2026-11-23T09:09:59"), ..silent.clone() };
    assert_eq!(of_notice(&later, &rules, &facts()).unwrap().key, draft.key, "once in ten minutes");
    let paused = notice(NoticeKind::QueueMember, json!({"queue": "operators", "what": "paused"}));
    assert_eq!(of_notice(&paused, &rules, &facts()), None);
}

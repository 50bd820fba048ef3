//! Timetables: changed by one after another, taken back, retired with their credit; plannings kept.

use std::collections::BTreeMap;

use jiff::civil::time;
use stasisd::{
    model::{
        Cell, Day, KeptWeek, PersonId, Planning, PlanningProgress, PlanningState, Sheet, Slot, Timetable,
        Week, WeekPlan, WeekState,
    },
    storage::{Stepped, Store, TableChange},
};
use uuid::Uuid;

use crate::base::{Base, at, on_both};

on_both!(
    changed_and_logged,
    taken_back_and_done_again,
    refused_changes_change_nothing,
    two_writers_see_each_other,
    retired_with_their_credit,
    plannings_are_kept,
    calendar_secrets,
);

fn week(number: i32) -> Week {
    Week::parse("2026-11-02").expect("a Monday").plus(number)
}

fn id(name: &str) -> PersonId {
    PersonId::parse(name).expect("an id")
}

fn plan(number: i32, who: &str) -> WeekPlan {
    let hours = [time(9, 0, 0, 0), time(10, 0, 0, 0)];
    let mut table = Timetable::empty("phones", week(number), &[Day::Mon], &hours, 1);
    *table.cell_mut(Slot { day: Day::Mon, shift: 0 }, 0).expect("a cell") = Cell::Person(id(who));
    let overload = BTreeMap::from([(id(who), 1.5)]);
    WeekPlan { overload, cost: Some(420.0), ..WeekPlan::of(table) }
}

async fn put(store: &Store, number: i32, who: &str, state: WeekState, now: i64) -> KeptWeek {
    let change = TableChange { plan: plan(number, who), state, text: format!("put {who}") };
    let sheet = Sheet::Week(week(number));
    let put = store.change_timetable("phones", sheet, "editor", at(now), |_| Ok::<_, ()>(Some(change)));
    put.await.expect("stored").expect("taken").expect("there")
}

fn who(kept: &KeptWeek) -> String {
    kept.plan.table.cells[0][0][0].to_string()
}

async fn changed_and_logged(base: Base) {
    let (store, sheet) = (&base.store, Sheet::Week(week(0)));
    assert_eq!(store.timetable("phones", sheet).await, Ok(None));
    let first = put(store, 0, "anna", WeekState::Draft, 1).await;
    let second = put(store, 0, "berta", WeekState::Published, 2).await;
    assert_eq!((first.version, second.version), (1, 2));
    assert_eq!(store.timetable("phones", sheet).await, Ok(Some(second)));
    assert_eq!(store.timetable("other", sheet).await, Ok(None));
    put(store, 1, "carla", WeekState::Draft, 3).await;
    let weeks = store.timetable_weeks("phones", 10).await.expect("read");
    let listed: Vec<_> = weeks.iter().map(|week| (week.week, week.state, week.version)).collect();
    assert_eq!(listed, [(week(1), WeekState::Draft, 1), (week(0), WeekState::Published, 2)]);
    let published = store.timetables_since("phones", week(0)).await.expect("read");
    assert_eq!(published.iter().map(who).collect::<Vec<_>>(), ["berta"], "drafts are nobody's yet");
    let log = store.timetable_log("phones", sheet, i64::MAX, 10).await.expect("read");
    let texts: Vec<_> = log.iter().map(|edit| (edit.number, edit.by.as_str(), edit.text.as_str())).collect();
    assert_eq!(texts, [(2, "editor", "put berta"), (1, "editor", "put anna")]);
    let older = store.timetable_log("phones", sheet, 2, 10).await.expect("read");
    assert_eq!(older.len(), 1);
}

async fn taken_back_and_done_again(base: Base) {
    let (store, sheet) = (&base.store, Sheet::Week(week(0)));
    for (now, name) in [(1, "anna"), (2, "berta"), (3, "carla")] {
        put(store, 0, name, WeekState::Draft, now).await;
    }
    let step = async |is_redo: bool, seen: Option<i64>, by: &str| {
        let stepped = store.step_timetable("phones", sheet, is_redo, seen, by, at(9)).await;
        match stepped.expect("answers") {
            Stepped::Done(kept, text) => format!("{}: {text}", who(&kept)),
            Stepped::Stale(kept) => format!("{}, version {}", who(&kept), kept.version),
            Stepped::Others { text, by, .. } => format!("{by}'s {text}"),
            Stepped::Retired => "retired".to_owned(),
            Stepped::Nothing => "nothing".to_owned(),
        }
    };
    assert_eq!(step(true, None, "editor").await, "nothing", "nothing was taken back yet");
    assert_eq!(step(false, Some(2), "editor").await, "carla, version 3", "another version");
    assert_eq!(step(false, None, "undoer").await, "editor's put carla", "it was not seen");
    assert_eq!(step(false, Some(3), "undoer").await, "berta: put carla");
    assert_eq!(step(true, None, "editor").await, "undoer's put carla", "taken back by another");
    assert_eq!(step(false, Some(4), "undoer").await, "anna: put berta");
    assert_eq!(step(false, None, "editor").await, "nothing", "it began with this one");
    let log = store.timetable_log("phones", sheet, i64::MAX, 10).await.expect("read");
    let undone: Vec<_> = log.iter().map(|edit| edit.undone.as_ref().map(|(_, by)| by.as_str())).collect();
    assert_eq!(undone, [Some("undoer"), Some("undoer"), None]);
    assert_eq!(step(true, None, "undoer").await, "berta: put berta");
    put(store, 0, "dora", WeekState::Draft, 10).await;
    assert_eq!(step(true, None, "undoer").await, "nothing", "something else was done instead");
    assert_eq!(step(false, None, "editor").await, "berta: put dora");
    assert_eq!(step(false, None, "editor").await, "anna: put berta");
}

async fn refused_changes_change_nothing(base: Base) {
    let (store, sheet) = (&base.store, Sheet::Forced);
    let refused = store.change_timetable("phones", sheet, "x", at(1), |old| {
        assert_eq!(old, None);
        Err("no")
    });
    assert_eq!(refused.await, Ok(Err("no")));
    let nothing = store.change_timetable("phones", sheet, "x", at(1), |_| Ok::<_, ()>(None)).await;
    assert_eq!(nothing, Ok(Ok(None)));
    assert_eq!(store.timetable("phones", sheet).await, Ok(None));
    assert_eq!(store.timetable_log("phones", sheet, i64::MAX, 10).await, Ok(Vec::new()));
}

async fn two_writers_see_each_other(base: Base) {
    let sheet = Sheet::Week(week(0));
    let write = async |number: u32| {
        let change = TableChange { plan: plan(0, "anna"), state: WeekState::Draft, text: number.to_string() };
        let seen = base.store.change_timetable("phones", sheet, "x", at(1), move |old| {
            Ok::<_, ()>(old.is_none_or(|old| old.version < 4).then_some(change))
        });
        seen.await.expect("stored").expect("taken").expect("there").version
    };
    let (a, b, c, d, e) = tokio::join!(write(1), write(2), write(3), write(4), write(5));
    let mut versions = [a, b, c, d, e];
    versions.sort_unstable();
    assert_eq!(versions, [1, 2, 3, 4, 4], "each saw the one before");
}

async fn retired_with_their_credit(base: Base) {
    let store = &base.store;
    let credit = async |number: i32| {
        let credit = store.timetable_credit("phones", week(number)).await.expect("read");
        credit.into_iter().map(|(person, credit)| format!("{person} {credit}")).collect::<Vec<_>>().join(", ")
    };
    put(store, 0, "anna", WeekState::Published, 1).await;
    put(store, 1, "berta", WeekState::Published, 2).await;
    put(store, 2, "anna", WeekState::Published, 3).await;
    put(store, 3, "carla", WeekState::Draft, 4).await;
    assert_eq!(credit(-1).await, "");
    assert_eq!(credit(1).await, "anna 1.5, berta 1.5");
    assert_eq!(credit(9).await, "anna 3, berta 1.5", "drafts do not count");
    assert_eq!(store.retire_timetables("phones", week(1), "x", at(5)).await, Ok(2));
    assert_eq!(store.retire_timetables("phones", week(1), "x", at(6)).await, Ok(0));
    assert_eq!(store.timetable_state("phones", week(0)).await, Ok(Some(WeekState::Retired)));
    assert_eq!(credit(1).await, "anna 1.5, berta 1.5");
    assert_eq!(credit(9).await, "anna 3, berta 1.5");
    let undone = store.step_timetable("phones", Sheet::Week(week(1)), false, None, "x", at(7)).await;
    assert_eq!(undone, Ok(Stepped::Retired), "what is retired stays");
    store.freeze_credit("phones", week(2), &BTreeMap::new(), at(8)).await.expect("stored");
    assert_eq!(credit(9).await, "", "all is forgiven");
    assert_eq!(credit(1).await, "anna 1.5, berta 1.5");
}

async fn plannings_are_kept(base: Base) {
    let store = &base.store;
    let planning = |number: u128, state| Planning {
        id: Uuid::from_u128(number),
        timetable: "phones".to_owned(),
        week: week(0),
        state,
        seen: Some(3),
        by: "anna".to_owned(),
        description: "ñandú 🚚".to_owned(),
        started_at: at(i64::try_from(number).expect("small")),
        ended_at: None,
        progress: PlanningProgress { cost: Some(420.0), cells: 100, ..PlanningProgress::default() },
        result: Some(plan(0, "anna")),
        why: vec!["a reason".to_owned()],
        published_at: None,
    };
    for (number, state) in [(1, PlanningState::Done), (2, PlanningState::Running)] {
        store.put_planning(&planning(number, state)).await.expect("stored");
    }
    let listed = store.plannings("phones").await.expect("read");
    assert_eq!(listed, [planning(2, PlanningState::Running), planning(1, PlanningState::Done)]);
    assert_eq!(store.running_plannings().await, Ok(vec![planning(2, PlanningState::Running)]));
    store.put_planning(&planning(2, PlanningState::Cut)).await.expect("stored");
    assert_eq!(store.running_plannings().await, Ok(Vec::new()));
    assert_eq!(store.delete_planning(Uuid::from_u128(2)).await, Ok(true));
    assert_eq!(store.delete_planning(Uuid::from_u128(2)).await, Ok(false));
    assert_eq!(store.planning(Uuid::from_u128(2)).await, Ok(None));
}

async fn calendar_secrets(base: Base) {
    let (store, anna) = (&base.store, id("anna"));
    store.put_calendar_secret("phones", &anna, Some([1; 32])).await.expect("stored");
    store.put_calendar_secret("phones", &anna, Some([2; 32])).await.expect("stored");
    assert_eq!(store.calendar_secret("phones", &anna).await, Ok(Some(vec![2; 32])));
    assert_eq!(store.calendar_secret("other", &anna).await, Ok(None));
    store.put_calendar_secret("phones", &anna, None).await.expect("taken away");
    assert_eq!(store.calendar_secret("phones", &anna).await, Ok(None));
}

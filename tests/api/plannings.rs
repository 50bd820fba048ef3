//! Weeks planned in the background: by HiGHS to the end, stopped with the best so far, cut by a restart, without a solution.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use jiff::Timestamp;
use serde_json::{Value, json};
use stasisd::{
    config::Config,
    feed::Feed,
    model::{Day, Planning, PlanningProgress, PlanningState, Week, WeekPlan},
    people::People,
    storage::Store,
    timetable::{Listener, NoPlan, PlanRequest, Solver, Task, Timetables},
};
use tokio_util::sync::CancellationToken;

use crate::{
    app::{App, Here, Setup, phones},
    client::{Actor, Answer},
    timetables::office,
    wait::eventually,
};

const PLANNINGS: &str = "/v1/timetables/phones/plannings";

async fn ended(boss: &Actor, begun: &Value) -> Value {
    let path = format!("{PLANNINGS}/{}", begun["id"].as_str().unwrap());
    let is_over = |answer: &Answer| answer.body()["state"] != "running";
    eventually(|| boss.get(&path), is_over).await.is(200)
}

#[tokio::test]
async fn a_week_is_planned_and_published() {
    let app = App::start().await;
    let boss = office(&app).await;
    let begun = boss.post(PLANNINGS, json!({"week": "2026-11-23", "description": "try"})).await.is(202);
    let planning = ended(&boss, &begun).await;
    assert_eq!(
        (&planning["state"], &planning["by"], &planning["why"]),
        (&json!("done"), &json!("actor"), &json!([]))
    );
    // Four people with two shifts each fill eight cells; two shifts in a row have no lunch between here.
    assert_eq!(
        (&planning["filled"], &planning["cells"], &planning["bound"]),
        (&json!(8), &json!(8), &planning["cost"])
    );
    let path = format!("{PLANNINGS}/{}", begun["id"].as_str().unwrap());
    boss.get("/v1/timetables/phones/2026-11-23").await.is_problem(404, "not_found");
    let published = boss.post(&format!("{path}/publish"), json!({})).await.is(200);
    assert_eq!(
        (&published["state"], &published["cells"]),
        (&json!("published"), &planning["result"]["cells"])
    );
    assert!(boss.get(&path).await.is(200)["published_at"].is_string());
    boss.delete(&path).await.is(204);
    boss.get(&path).await.is_problem(404, "not_found");
    boss.get("/v1/timetables/phones/2026-11-23").await.is(200);
}

#[tokio::test]
async fn what_is_forced_to_be_empty_stays_empty() {
    let app = App::start().await;
    let boss = office(&app).await;
    let nobody = json!({"cells": [{"day": "mon", "shift": 0, "line": 0, "to": "nobody"}]});
    boss.patch("/v1/timetables/phones/forced/cells", nobody).await.is(200);
    let begun = boss.post(PLANNINGS, json!({"week": "2026-11-23"})).await.is(202);
    let planning = ended(&boss, &begun).await;
    assert_eq!((&planning["filled"], &planning["cells"]), (&json!(7), &json!(7)), "{planning}");
    let first = &planning["result"]["cells"][0][0];
    assert!(first[0] == "nobody" && first[1] != "nobody", "{first}");
}

#[tokio::test]
async fn a_week_with_no_solution_says_why() {
    let mut setup = Setup::default();
    let rules = &mut setup.timetables.get_mut("phones").unwrap().rules;
    // Each has to have two shifts, and nobody of the desk may be on the telephone.
    rules.exact_loads = true;
    rules.max_on_phone.insert("desk".to_owned(), 0);
    let app = App::with(setup).await;
    let boss = office(&app).await;
    let body = json!({"extension": "201", "ideal_load": 2.0, "groups": ["desk"]});
    boss.put("/v1/persons/anna", body).await.is(200);
    let begun = boss.post(PLANNINGS, json!({"week": "2026-11-23", "seconds": 20})).await.is(202);
    let planning = ended(&boss, &begun).await;
    assert_eq!((&planning["state"], &planning["result"]), (&json!("unsolvable"), &Value::Null), "{planning}");
    assert!(planning["why"].to_string().contains("desk"), "{planning}");
    let path = format!("{PLANNINGS}/{}/publish", begun["id"].as_str().unwrap());
    boss.post(&path, json!({})).await.is_problem(409, "timetable_refused");
}

/// A planner that finds a week at once, and then looks for a better one until it is stopped.
struct Endless;

impl Solver for Endless {
    fn solve(
        &self,
        task: Task,
        mut listener: Listener,
        stop: CancellationToken,
    ) -> BoxFuture<'_, Result<WeekPlan, NoPlan>> {
        Box::pin(async move {
            listener(PlanningProgress {
                cost: Some(7.0),
                bound: Some(1.0),
                filled: 3,
                cells: 8,
                improved_at: None,
            });
            stop.cancelled().await;
            Ok(WeekPlan { cost: Some(7.0), ..WeekPlan::of(task.table) })
        })
    }
}

/// A planner that cannot.
struct Broken;

impl Solver for Broken {
    fn solve(&self, _: Task, _: Listener, _: CancellationToken) -> BoxFuture<'_, Result<WeekPlan, NoPlan>> {
        Box::pin(async { panic!("pretended fault") })
    }
}

/// The room of a daemon of its own, on the app's store.
async fn room(store: &Store, solver: Arc<dyn Solver>, plan: Option<Value>) -> Timetables {
    let mut config = Config::defaults().unwrap();
    config.timetables = phones();
    let own = config.timetables.get_mut("phones").unwrap();
    own.plan = plan.map(|plan| serde_json::from_value(plan).unwrap());
    let people = People::new(store.clone(), Feed::new());
    people.reread().await.unwrap();
    Timetables::new(store.clone(), Feed::new(), &config, Arc::new(Here(people)), solver)
}

fn week() -> Week {
    Week::parse("2026-11-23").unwrap()
}

async fn until(room: &Timetables, planning: &Planning, good: impl Fn(&Planning) -> bool) -> Planning {
    let ask = || async { room.planning("phones", planning.id).await.unwrap().unwrap() };
    eventually(ask, |planning| good(planning)).await
}

#[tokio::test]
async fn stopped_it_keeps_the_best_so_far_and_one_runs_at_a_time() {
    let app = App::start().await;
    let room = room(&app.store, Arc::new(Endless), None).await;
    let begun = room.start_planning("phones", week(), &PlanRequest::default(), "anna").await.unwrap();
    let told = until(&room, &begun, |planning| planning.progress.cost.is_some()).await;
    assert_eq!((told.state, told.progress.filled), (PlanningState::Running, 3));
    let second = room.start_planning("phones", week().plus(1), &PlanRequest::default(), "berta").await;
    assert!(second.unwrap_err().to_string().contains("is being planned"));
    assert!(room.delete_planning("phones", begun.id).await.is_err(), "it runs");
    assert!(room.stop_planning("phones", begun.id));
    let stopped = until(&room, &begun, |planning| planning.state != PlanningState::Running).await;
    assert_eq!((stopped.state, stopped.result.is_some()), (PlanningState::Stopped, true));
    eventually(|| async { room.stop_planning("phones", begun.id) }, |runs| !runs).await;
}

#[tokio::test]
async fn a_restart_cuts_it_and_keeps_what_it_found() {
    let app = App::start().await;
    let first = room(&app.store, Arc::new(Endless), None).await;
    let soft = CancellationToken::new();
    let begun = first.start_planning("phones", week(), &PlanRequest::default(), "anna").await.unwrap();
    soft.cancel();
    first.run(soft).await;
    let after = room(&app.store, Arc::new(Endless), None).await;
    let cut = after.planning("phones", begun.id).await.unwrap().unwrap();
    assert_eq!((cut.state, cut.result.is_some()), (PlanningState::Cut, true));
    // One that its daemon could not even mark.
    let lost = Planning { id: uuid::Uuid::now_v7(), state: PlanningState::Running, ended_at: None, ..cut };
    app.store.put_planning(&lost).await.unwrap();
    after.mark_cut(Timestamp::now()).await.unwrap();
    let marked = after.planning("phones", lost.id).await.unwrap().unwrap();
    assert_eq!((marked.state, marked.ended_at.is_some()), (PlanningState::Cut, true));
    assert!(
        after.start_planning("phones", week(), &PlanRequest::default(), "anna").await.is_ok(),
        "it can run again"
    );
}

#[tokio::test]
async fn weeks_are_planned_when_they_are_due_and_tried_again_after_a_cut() {
    let app = App::start().await;
    let now = Timestamp::now();
    let today = now.to_zoned(jiff::tz::TimeZone::get("Europe/Madrid").unwrap()).date();
    let next = Week::of(today).plus(1);
    let plan = json!({"day": Day::of(today), "at": "00:00", "ahead_weeks": 1, "publish": true});
    let first = room(&app.store, Arc::new(Endless), Some(plan.clone())).await;
    let begun = first.plan_if_due("phones", now).await.unwrap().unwrap();
    assert_eq!((begun.week, begun.by.as_str()), (next, "schedule"));
    assert!(first.plan_if_due("phones", now).await.unwrap().is_none(), "it runs");
    let soft = CancellationToken::new();
    soft.cancel();
    first.run(soft).await;
    let again = room(&app.store, Arc::new(Broken), Some(plan)).await;
    let begun = again.plan_if_due("phones", now).await.unwrap().expect("a cut one is tried again");
    let failed = until(&again, &begun, |planning| planning.state != PlanningState::Running).await;
    assert_eq!((failed.state, failed.why.len()), (PlanningState::Failed, 1));
    assert!(
        again.plan_if_due("phones", now).await.unwrap().is_none(),
        "a failed one is somebody's to look at"
    );
}

/// A planner that is done when it is told.
struct Patient(Arc<tokio::sync::Notify>);

impl Solver for Patient {
    fn solve(
        &self,
        task: Task,
        _: Listener,
        _: CancellationToken,
    ) -> BoxFuture<'_, Result<WeekPlan, NoPlan>> {
        let until = Arc::clone(&self.0);
        Box::pin(async move {
            until.notified().await;
            Ok(WeekPlan { cost: Some(7.0), ..WeekPlan::of(task.table) })
        })
    }
}

#[tokio::test]
async fn a_week_that_was_edited_meanwhile_is_not_overwritten() {
    let app = App::start().await;
    let boss = office(&app).await;
    let done = Arc::new(tokio::sync::Notify::new());
    let room = room(&app.store, Arc::new(Patient(Arc::clone(&done))), None).await;
    let request = PlanRequest { publish: true, ..PlanRequest::default() };
    let path = "/v1/timetables/phones/2026-11-23";
    let is_over = |planning: &Planning| planning.published_at.is_some() || !planning.why.is_empty();
    let begun = room.start_planning("phones", week(), &request, "anna").await.unwrap();
    done.notify_one();
    until(&room, &begun, is_over).await;
    assert_eq!(boss.get(path).await.is(200)["state"], "published");

    let begun = room.start_planning("phones", week(), &request, "anna").await.unwrap();
    let cell = json!({"cells": [{"day": "mon", "shift": 0, "line": 0, "to": "berta"}]});
    let edited = boss.patch(&format!("{path}/cells"), cell).await.is(200);
    done.notify_one();
    let planning = until(&room, &begun, is_over).await;
    assert_eq!((planning.state, planning.result.is_some()), (PlanningState::Done, true));
    assert!(planning.why[0].contains("not published") && planning.why[0].contains("actor"), "{planning:?}");
    assert_eq!(boss.get(path).await.is(200)["version"], edited["table"]["version"]);
}

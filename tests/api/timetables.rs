//! Timetables over the API: kept, edited by two at once, taken back, printed, published, retired.

use serde_json::{Value, json};
use stasisd::http::Scope;

use crate::{app::App, client::Actor, events::Watcher};

const WEEK: &str = "/v1/timetables/phones/2026-11-23";
const PAST: &str = "/v1/timetables/phones/2024-01-01";

/// Somebody who edits timetables, and the people of an office.
pub async fn office(app: &App) -> Actor {
    let boss = app.admin().await;
    for (id, extension) in [("anna", "201"), ("berta", "202"), ("carla", "203"), ("dora", "204")] {
        let body =
            json!({"name": id.to_uppercase(), "extension": extension, "color": "#336699", "ideal_load": 2.0});
        let put = boss.put(&format!("/v1/persons/{id}"), body).await;
        assert!((200..300).contains(&put.status), "{put:?}");
    }
    boss
}

fn cells(answer: &Value) -> String {
    let table = if answer["table"].is_object() { &answer["table"] } else { answer };
    let flat = table["cells"].as_array().unwrap().iter().flat_map(|day| day.as_array().unwrap());
    let line = |shift: &Value| -> String {
        shift.as_array().unwrap().iter().map(|cell| cell.as_str().unwrap()).collect::<Vec<_>>().join(" ")
    };
    flat.map(line).collect::<Vec<_>>().join(", ")
}

fn cell(day: &str, shift: usize, line: usize, to: &str) -> Value {
    json!({"day": day, "shift": shift, "line": line, "to": to})
}

#[tokio::test]
async fn a_week_is_made_edited_and_taken_back() {
    let app = App::start().await;
    let boss = office(&app).await;
    boss.get(WEEK).await.is_problem(404, "not_found");
    let mut watcher = Watcher::open(&boss, "?kind=timetable.changed").await;
    let made = boss.put(WEEK, json!({})).await.is(200);
    assert_eq!(cells(&made), "open open, open open, open open, open open");
    assert_eq!(watcher.next().await.unwrap().data["data"]["what"], "stored");
    let two = json!({"cells": [cell("mon", 0, 0, "anna"), cell("mon", 0, 1, "berta")]});
    let edited = boss.patch(&format!("{WEEK}/cells"), two).await.is(200);
    assert_eq!(
        (cells(&edited).as_str(), &edited["table"]["version"]),
        ("anna berta, open open, open open, open open", &json!(2))
    );
    assert_eq!(edited["table"]["overload"], json!({"anna": 1.0, "berta": 1.0}));
    let swap =
        json!({"one": {"day": "mon", "shift": 0, "line": 1}, "other": {"day": "tue", "shift": 1, "line": 0}});
    assert_eq!(
        cells(&boss.post(&format!("{WEEK}/swap"), swap).await.is(200)),
        "anna open, open open, open open, berta open"
    );
    let log = boss.get(&format!("{WEEK}/log")).await.is(200);
    assert_eq!((log["items"].as_array().unwrap().len(), &log["items"][0]["by"]), (3, &json!("actor")));
    let undone = boss.post(&format!("{WEEK}/undo"), json!({})).await.is(200);
    assert_eq!(cells(&undone), "anna berta, open open, open open, open open");
    boss.post(&format!("{WEEK}/redo"), json!({})).await.is(200);
    boss.post(&format!("{WEEK}/redo"), json!({})).await.is_problem(409, "timetable_refused");
}

#[tokio::test]
async fn anothers_change_is_not_taken_back_unseen() {
    let app = App::start().await;
    let boss = office(&app).await;
    boss.put(WEEK, json!({})).await.is(200);
    let edit = json!({"cells": [cell("mon", 0, 0, "anna")]});
    let version = boss.patch(&format!("{WEEK}/cells"), edit).await.is(200)["table"]["version"].clone();
    let other = app.named("berta", &[Scope::TimetablesRead, Scope::TimetablesWrite]).await;
    let undo = format!("{WEEK}/undo");
    let refused = other.post(&undo, json!({})).await.is_problem(409, "timetable_changed");
    let detail = refused["detail"].as_str().unwrap();
    assert!(detail.contains("actor's") && detail.contains("from open to anna"), "{detail}");
    other.post(&undo, json!({"version": 1})).await.is_problem(409, "timetable_changed");
    let undone = other.post(&undo, json!({ "version": version })).await.is(200);
    assert_eq!(cells(&undone), "open open, open open, open open, open open");
    boss.post(&format!("{WEEK}/redo"), json!({})).await.is_problem(409, "timetable_changed");
    other.post(&format!("{WEEK}/redo"), json!({})).await.is(200);
}

#[tokio::test]
async fn two_editors_see_each_other() {
    let app = App::start().await;
    let boss = office(&app).await;
    boss.put(WEEK, json!({})).await.is(200);
    let path = format!("{WEEK}/cells");
    let edit = |who: &str, version: i64| json!({"cells": [cell("mon", 0, 0, who)], "version": version});
    boss.patch(&path, edit("anna", 1)).await.is(200);
    let late = boss.patch(&path, edit("berta", 1)).await.is_problem(409, "timetable_changed");
    assert!(late["detail"].as_str().unwrap().contains("actor"), "{late}");
    let mut seen = cell("mon", 0, 0, "berta");
    seen["was"] = "open".into();
    let late = boss.patch(&path, json!({"cells": [seen]})).await.is_problem(409, "timetable_changed");
    assert!(late["detail"].as_str().unwrap().contains("anna"), "it tells what is there now: {late}");
    // At the same moment: one of both, never a mixture.
    let (one, other) = (boss.clone(), boss.clone());
    let (one, other) = tokio::join!(one.patch(&path, edit("carla", 2)), other.patch(&path, edit("dora", 2)));
    let mut statuses = [one.status, other.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409], "{one:?} {other:?}");
}

#[tokio::test]
async fn what_a_table_does_not_take_is_told() {
    let app = App::start().await;
    let boss = office(&app).await;
    boss.put(WEEK, json!({})).await.is(200);
    let path = format!("{WEEK}/cells");
    let edit =
        |day: &str, shift: usize, line: usize, to: &str| json!({"cells": [cell(day, shift, line, to)]});
    boss.patch(&path, edit("mon", 9, 0, "anna")).await.is_problem(422, "invalid_field");
    boss.patch(&path, edit("mon", 0, 9, "anna")).await.is_problem(422, "invalid_field");
    boss.patch(&path, edit("sun", 0, 0, "anna")).await.is_problem(422, "invalid_field");
    boss.patch(&path, edit("mon", 0, 0, "nobodyknows")).await.is_problem(409, "timetable_refused");
    boss.patch(&path, edit("mon", 0, 0, "anna")).await.is(200);
    boss.patch(&path, edit("mon", 0, 1, "anna")).await.is_problem(409, "timetable_refused");
    let away = json!({"person": "berta", "days": ["mon"], "shifts": [0], "reason": "dentist"});
    let put = boss.post("/v1/absences", away).await;
    assert!((200..300).contains(&put.status), "{put:?}");
    let refused = boss.patch(&path, edit("mon", 0, 1, "berta")).await.is_problem(409, "timetable_refused");
    assert!(refused["detail"].as_str().unwrap().contains("dentist"), "{refused}");
    let mut forced = edit("mon", 0, 1, "berta");
    forced["force"] = true.into();
    assert_eq!(boss.patch(&path, forced).await.is(200)["conflicts"][0]["kind"], "busy");
    let conflicts = boss.get(&format!("{WEEK}/conflicts")).await.is(200);
    let busy = conflicts["conflicts"].as_array().unwrap().iter().any(|conflict| conflict["kind"] == "busy");
    assert!(busy, "{conflicts}");
    boss.get("/v1/timetables/phones/2026-11-24").await.blames("week");
    boss.get("/v1/timetables/other/2026-11-23").await.is_problem(404, "not_found");
    let reader = app.actor(&[Scope::TimetablesRead]).await;
    reader.put(WEEK, json!({})).await.is_problem(403, "forbidden");
    reader.get(WEEK).await.is(200);
}

#[tokio::test]
async fn forced_shifts_have_as_many_lines_as_they_need() {
    let app = App::start().await;
    let boss = office(&app).await;
    let forced = "/v1/timetables/phones/forced";
    assert_eq!(cells(&boss.get(forced).await.is(200)), "open, open, open, open");
    assert_eq!(
        cells(&boss.post(&format!("{forced}/lines"), json!({})).await.is(200)),
        "open open, open open, open open, open open"
    );
    let anna = json!({"cells": [cell("tue", 1, 1, "anna")]});
    boss.patch(&format!("{forced}/cells"), anna).await.is(200);
    boss.delete(&format!("{forced}/lines")).await.is_problem(409, "timetable_refused");
    boss.patch(&format!("{forced}/cells"), json!({"cells": [cell("tue", 1, 1, "nobody")]})).await.is(200);
    assert_eq!(cells(&boss.delete(&format!("{forced}/lines")).await.is(200)), "open, open, open, open");
}

#[tokio::test]
async fn weeks_are_published_printed_retired_with_their_credit() {
    let app = App::start().await;
    let boss = office(&app).await;
    boss.put(PAST, json!({})).await.is(200);
    boss.patch(&format!("{PAST}/cells"), json!({"cells": [cell("mon", 0, 0, "anna")]})).await.is(200);
    assert_eq!(boss.post(&format!("{PAST}/publish"), json!({})).await.is(200)["state"], "published");
    for (accept, kind, begin) in [
        ("text/html", "text/html; charset=utf-8", "<!doctype html>"),
        ("application/pdf", "application/pdf", "%PDF"),
        ("text/csv", "text/csv; charset=utf-8", "date,day"),
    ] {
        let answer = boss.with("accept", accept).get(PAST).await;
        assert_eq!((answer.status, answer.header("content-type")), (200, Some(kind)));
        assert!(
            answer.text().starts_with(begin) && answer.text().contains("ANNA"),
            "{accept}: {}",
            answer.text()
        );
    }
    let credit = boss.get("/v1/timetables/phones/credit?week=2024-01-01").await.is(200);
    assert_eq!(credit["credit"], json!({"anna": 1.0}));
    boss.post("/v1/timetables/phones/2126-11-25/retire", json!({}))
        .await
        .is_problem(409, "timetable_refused");
    assert_eq!(boss.post(&format!("{PAST}/retire"), json!({})).await.is(200)["retired"], 1);
    let late = json!({"cells": [cell("mon", 0, 0, "berta")]});
    boss.patch(&format!("{PAST}/cells"), late).await.is_problem(409, "timetable_refused");
    let late = boss.post(&format!("{PAST}/undo"), json!({})).await.is_problem(409, "timetable_refused");
    assert!(late["detail"].as_str().unwrap().contains("retired"), "{late}");
    let again = boss.post("/v1/timetables/phones/plannings", json!({"week": "2024-01-01"})).await;
    again.is_problem(409, "timetable_refused");
    assert_eq!(
        boss.get("/v1/timetables/phones/credit?week=2027-01-04").await.is(200)["credit"],
        json!({"anna": 1.0})
    );
    let listed = boss.get("/v1/timetables/phones").await.is(200);
    assert_eq!(listed["weeks"][0]["state"], "retired");
}

#[tokio::test]
async fn loads_are_shown_step_by_step() {
    let app = App::start().await;
    let boss = office(&app).await;
    let off = json!({"person": "berta", "from": "2026-11-24", "to": "2026-11-24", "kind": "vacation", "reason": "Ski"});
    boss.post("/v1/absences", off).await.is(201);
    boss.put("/v1/timetables/phones/credit?week=2026-11-16", json!({"credit": {"carla": 1.0}})).await.is(204);
    let loads = boss.get(&format!("{WEEK}/loads")).await.is(200);
    let of =
        |id: &str| loads["people"].as_array().unwrap().iter().find(|one| one["id"] == id).unwrap().clone();
    assert_eq!((&of("anna")["proportional"], &of("anna")["load"]), (&json!(2.0), &json!(2)));
    assert_eq!((&of("berta")["proportional"], &of("berta")["load"]), (&json!(1.0), &json!(1)));
    assert_eq!((&of("carla")["credit_stored"], &loads["target"]), (&json!(1.0), &json!(8)));
    boss.get("/v1/timetables/phones/forced/loads").await.blames("week");
}

#[tokio::test]
async fn a_calendar_needs_its_secret_or_a_token() {
    let app = App::start().await;
    let boss = office(&app).await;
    let stranger = app.stranger();
    let path = "/v1/timetables/phones/calendar/anna";
    stranger.get(path).await.is_problem(401, "unauthorized");
    let made = boss.post(path, json!({})).await.is(201);
    let address = made["path"].as_str().unwrap();
    let calendar = stranger.get(address).await;
    assert_eq!(
        (calendar.status, calendar.header("content-type")),
        (200, Some("text/calendar; charset=utf-8"))
    );
    assert!(calendar.text().starts_with("BEGIN:VCALENDAR\r\n"));
    stranger.get(&address.replace("anna", "berta")).await.is_problem(404, "not_found");
    boss.delete(path).await.is(204);
    stranger.get(address).await.is_problem(404, "not_found");
    boss.get("/v1/timetables/phones/calendar/zoe.ics").await.is_problem(404, "not_found");
}

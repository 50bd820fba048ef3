//! Who works here and when they are away, over the API and over Tomàtic's own routes.

use hyper::Method;
use serde_json::{Value, json};
use stasisd::http::Scope;

use crate::{
    app::App,
    client::{Actor, Answer},
    events::Watcher,
};

async fn office(app: &App) -> Actor {
    app.actor(&[Scope::PeopleRead, Scope::PeopleWrite, Scope::EventsRead]).await
}

fn ids(page: &Value) -> Vec<&str> {
    page["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_person_lives() {
    let app = App::start().await;
    let office = office(&app).await;
    let mut watcher = Watcher::open(&office, "?kind=person.changed").await;
    let body = json!({"name": "Àngels דליה 🎧", "extension": "201", "email": "anna@example.com", "color": "#aabbcc",
        "table": 2, "groups": ["support", "front desk"], "ideal_load": 7.5, "languages": ["ca"], "roles": ["admin"]});
    let anna = office.put("/v1/persons/anna", body.clone()).await.is(201);
    assert_eq!((&anna["id"], &anna["name"]), (&json!("anna"), &body["name"]));
    let event = watcher.next().await.unwrap().data;
    assert_eq!(event["data"], json!({"person": "anna", "deleted": false}));
    assert_eq!(office.get("/v1/persons/anna").await.is(200), anna);
    assert_eq!(office.put("/v1/persons/anna", body).await.is(200), anna);
    office.put("/v1/persons/berta", json!({"groups": ["support"]})).await.is(201);
    assert_eq!(ids(&office.get("/v1/persons").await.is(200)), ["anna", "berta"]);
    assert_eq!(ids(&office.get("/v1/persons?group=front%20desk").await.is(200)), ["anna"]);
    assert_eq!(ids(&office.get("/v1/persons?extension=201").await.is(200)), ["anna"]);
    let refused = office.delete("/v1/persons/anna").await.is_problem(409, "taken");
    assert!(refused["detail"].as_str().unwrap().contains("role admin"), "{refused}");
    office.put("/v1/persons/anna", json!({})).await.is(200);
    office.delete("/v1/persons/anna").await.is(204);
    office.delete("/v1/persons/anna").await.is(204);
    office.get("/v1/persons/anna").await.is_problem(404, "not_found");
    let stranger = app.actor(&[Scope::OrdersRead]).await;
    stranger.get("/v1/persons").await.is_problem(403, "forbidden");
}

#[tokio::test]
async fn an_extension_is_one_persons() {
    let app = App::start().await;
    let office = office(&app).await;
    office.put("/v1/persons/anna", json!({"name": "Anna Pons", "extension": "201"})).await.is(201);
    let taken = office.put("/v1/persons/berta", json!({"extension": "201"})).await;
    let problem = taken.is_problem(409, "taken");
    assert_eq!(
        (&problem["field"], problem["detail"].as_str().unwrap().contains("Anna Pons's (anna)")),
        (&json!("extension"), true)
    );
    let taken = office.put("/v1/persons/berta", json!({"interface": "PJSIP/201"})).await;
    assert_eq!(taken.is_problem(409, "taken")["field"], "interface");
    office.put("/v1/persons/berta", json!({"extension": "1&2"})).await.blames("extension");
    office.put("/v1/persons/berta", json!({"email": "a@b.c\r\nBcc: x@y.z"})).await.blames("email");
    office.put("/v1/persons/Berta", json!({})).await.blames("id");
    office.put("/v1/persons/ningu", json!({})).await.blames("id");
    office.get("/v1/persons/berta").await.is_problem(404, "not_found");
}

#[tokio::test]
async fn groups_in_bulk() {
    let app = App::start().await;
    let office = office(&app).await;
    for id in ["anna", "berta", "carla"] {
        office.put(&format!("/v1/persons/{id}"), json!({"groups": ["old"]})).await.is(201);
    }
    let body = json!({"persons": ["anna", "berta"], "add": ["new"], "remove": ["old"]});
    let changed = office.post("/v1/persons/groups", body.clone()).await.is(200);
    assert_eq!(changed["changed"].as_array().unwrap().len(), 2);
    assert_eq!(office.post("/v1/persons/groups", body).await.is(200)["changed"], json!([]));
    let groups = office.get("/v1/groups").await.is(200);
    assert_eq!(
        groups["items"],
        json!([{"name": "new", "persons": ["anna", "berta"]}, {"name": "old", "persons": ["carla"]}])
    );
    let strange = json!({"persons": ["anna", "zoe"], "add": ["x"]});
    office.post("/v1/persons/groups", strange).await.is_problem(404, "not_found");
    office.put("/v1/groups/new", json!({"name": "old"})).await.is_problem(409, "taken");
    assert_eq!(office.put("/v1/groups/new", json!({"name": "first line"})).await.is(200)["persons"], 2);
    office.put("/v1/groups/new", json!({"name": "x"})).await.is_problem(404, "not_found");
    assert_eq!(office.delete("/v1/groups/first%20line").await.is(200)["persons"], 2);
    assert_eq!(office.delete("/v1/groups/first%20line").await.is(200)["persons"], 0);
}

#[tokio::test]
async fn an_absence_lives() {
    let app = App::start().await;
    let office = office(&app).await;
    office.put("/v1/persons/anna", json!({"groups": ["desk"]})).await.is(201);
    let body = json!({"person": "anna", "days": ["mon"], "shifts": [1], "reason": "Reunió"});
    let made = office.post("/v1/absences", body).await.is(201);
    let path = format!("/v1/absences/{}", made["id"].as_str().unwrap());
    assert_eq!(office.get(&path).await.is(200), made);
    let dated = json!({"group": "desk", "from": "2026-11-24", "to": "2026-11-25", "kind": "vacation", "reason": "Away"});
    let put = "/v1/absences/00000000-0000-0000-0000-000000000007";
    office.put(put, dated.clone()).await.is(201);
    office.put(put, dated).await.is(200);
    let holiday = json!({"everybody": true, "from": "2026-11-27", "kind": "holiday", "reason": "Festa"});
    office.post("/v1/absences", holiday).await.is(201);
    let listed = async |query: &str| {
        office.get(&format!("/v1/absences?{query}")).await.is(200)["items"].as_array().unwrap().len()
    };
    assert_eq!((listed("").await, listed("person=anna").await, listed("group=desk").await), (3, 1, 1));
    assert_eq!((listed("week=2026-11-23").await, listed("week=2026-11-30").await), (3, 1));
    assert_eq!((listed("everybody=true").await, listed("feed=leave").await), (1, 0));
    let busy = office.get("/v1/persons/anna/busy?week=2026-11-23&shifts=2").await.is(200);
    let reasons = |day: usize| -> Vec<&Value> {
        busy["days"][day]["shifts"].as_array().unwrap().iter().map(|shift| &shift["reason"]).collect()
    };
    assert_eq!(reasons(0), [&Value::Null, &json!("Reunió")]);
    assert_eq!((reasons(1), reasons(3)), (vec![&json!("Away"); 2], vec![&Value::Null; 2]));
    assert_eq!(
        busy["days"][4]["shifts"][0],
        json!({"reason": "Festa", "optional": false, "kind": "holiday"})
    );
    office.delete(&path).await.is(204);
    office.delete(&path).await.is(204);
    office.get(&path).await.is_problem(404, "not_found");
    office.get("/v1/absences?week=2026-11-24").await.blames("week");
    office.get("/v1/persons/anna/busy?week=2026-11-23&shifts=0").await.blames("shifts");
}

#[tokio::test]
async fn what_cannot_be_an_absence_is_named() {
    let app = App::start().await;
    let office = office(&app).await;
    office.put("/v1/persons/anna", json!({})).await.is(201);
    for (field, body) in [
        ("person", json!({"days": [], "reason": "x"})),
        ("person", json!({"person": "anna", "group": "x", "days": [], "reason": "x"})),
        ("who", json!({"person": "zoe", "days": [], "reason": "x"})),
        ("who", json!({"group": "x", "days": [], "reason": "x"})),
        ("from", json!({"person": "anna", "reason": "x"})),
        ("when", json!({"person": "anna", "from": "2026-11-24", "to": "2026-11-23", "reason": "x"})),
        ("when", json!({"person": "anna", "from": "2026-11-24", "to": "2126-11-23", "reason": "x"})),
        ("shifts", json!({"person": "anna", "days": [], "shifts": [96], "reason": "x"})),
        ("reason", json!({"person": "anna", "days": [], "reason": "\u{7}"})),
        ("kind", json!({"person": "anna", "days": [], "kind": "holiday", "reason": "x"})),
    ] {
        office.post("/v1/absences", body).await.blames(field);
    }
    let text = "+anna mon 01 # good\nzoe # not here\n??\n";
    let said = office.send(Method::POST, "/v1/absences/check", text.into()).await.is(200);
    assert_eq!(said["absences"].as_array().unwrap().len(), 1);
    let lines: Vec<&Value> = said["faults"].as_array().unwrap().iter().map(|fault| &fault["line"]).collect();
    assert_eq!(lines, [&json!(2), &json!(3)]);
    assert_eq!(office.get("/v1/absences/feeds").await.is(200), json!({"items": []}));
}

#[track_caller]
fn yaml(answer: &Answer, status: u16) -> Value {
    assert_eq!(answer.status, status, "{}", answer.text());
    assert_eq!(answer.header("content-type"), Some("application/x-yaml"), "{}", answer.text());
    serde_saphyr::from_str(&answer.text()).unwrap()
}

#[tokio::test]
async fn persons_in_tomatics_shape() {
    let app = App::start().await;
    let office = office(&app).await;
    let post = async |path: &str, body: &'static str| office.send(Method::POST, path, body.into()).await;
    let body = "name: Àngels\nextension: '0201'\ntable: 1\ncolor: aabbcc\nemail: a@example.com\nerpuser: erp\nidealload: 8\ngroups: [admin, desk]\n";
    let all = yaml(&post("/api/person/anna", body).await, 200);
    let persons = &all["persons"];
    assert_eq!(
        (&persons["names"]["anna"], &persons["extensions"]["anna"]),
        (&json!("Àngels"), &json!("0201"))
    );
    assert_eq!((&persons["tables"]["anna"], &persons["colors"]["anna"]), (&json!(1), &json!("aabbcc")));
    assert_eq!((&persons["groups"]["desk"], &persons["idealloads"]["anna"]), (&json!(["anna"]), &json!(8.0)));
    // What is not named stays; null takes away.
    let all = yaml(&post("/api/person/anna", "{idealload: null, table: -1}").await, 200);
    assert_eq!((&all["persons"]["idealloads"], &all["persons"]["tables"]["anna"]), (&json!({}), &json!(-1)));
    assert_eq!(yaml(&office.get("/api/persons").await, 200), all);
    let refused = yaml(&post("/api/person/berta", "extension: '0201'").await, 400);
    assert!(refused["error"].as_str().unwrap().contains("Àngels's (anna)"), "{refused}");
    for (path, bad) in [
        ("anna", "shoe: 44"),
        ("anna", "{"),
        ("anna", "idealload: much"),
        ("Anna", "name: x"),
        ("anna", "- x"),
    ] {
        yaml(&post(&format!("/api/person/{path}"), bad).await, 400);
    }
    let all = yaml(&office.delete("/api/person/anna").await, 200);
    assert_eq!(all["persons"]["names"], json!({}));
    app.stranger().get("/api/persons").await.is_problem(401, "unauthorized");
}

#[tokio::test]
async fn busy_lists_in_tomatics_shape() {
    let app = App::start().await;
    let office = office(&app).await;
    office.put("/v1/persons/anna", json!({})).await.is(201);
    let lists = json!({"weekly": [{"weekday": "", "turns": "1000", "optional": true, "reason": "always"},
            {"weekday": "dm", "turns": "0110", "optional": false, "reason": "Reunió"}],
        "oneshot": [{"date": "2026-11-24", "turns": "1111", "optional": false, "reason": "מטפל 🎧"}]});
    let body = lists.to_string();
    let done = office.send(Method::POST, "/api/busy/anna", body.clone().into()).await;
    assert_eq!(yaml(&done, 200), json!({"result": "ok"}));
    let shown = yaml(&office.get("/api/busy/anna").await, 200);
    assert_eq!((&shown["weekly"], &shown["oneshot"]), (&lists["weekly"], &lists["oneshot"]));
    assert_eq!(shown["errors"], json!([]));
    let listed = office.get("/v1/absences?person=anna").await.is(200);
    office.send(Method::POST, "/api/busy/anna", body.into()).await.is_ok_yaml();
    assert_eq!(office.get("/v1/absences?person=anna").await.is(200), listed, "the same ones");
    let weekly = office.get("/api/busy/download/weekly").await;
    assert_eq!(weekly.header("content-type"), Some("text/plain; charset=utf-8"));
    let mut lines: Vec<String> = weekly.text().lines().map(str::to_owned).collect();
    lines.sort();
    assert_eq!(lines, ["+anna dm 0110 # Reunió", "anna 1000 # always"]);
    let oneshot = office.get("/api/busy/download/oneshot").await.text();
    assert_eq!(oneshot, "+anna 2026-11-24 # מטפל 🎧\n");
    for bad in [
        r#"{"weekly": [{"weekday": "mon", "turns": "1111", "optional": true, "reason": "x"}], "oneshot": []}"#,
        r#"{"weekly": [{"weekday": "dl", "turns": "11", "optional": true, "reason": "x"}], "oneshot": []}"#,
        r#"{"weekly": [{"weekday": "dl", "turns": "1111", "optional": true, "reason": " "}], "oneshot": []}"#,
        r#"{"weekly": [{"weekday": "dl", "turns": "1111", "optional": true}], "oneshot": []}"#,
        r#"{"weekly": []}"#,
    ] {
        let refused = yaml(&office.send(Method::POST, "/api/busy/anna", bad.into()).await, 200);
        assert_eq!(refused["result"], "error", "{bad}");
        assert!(refused["message"].as_str().is_some_and(|message| !message.is_empty()));
    }
    let nobody = office.send(Method::POST, "/api/busy/zoe", "{weekly: [], oneshot: []}".into()).await;
    assert_eq!(yaml(&nobody, 200)["result"], "error");
    assert_eq!(office.get("/v1/absences?person=anna").await.is(200), listed, "nothing has changed");
}

impl Answer {
    #[track_caller]
    fn is_ok_yaml(&self) {
        assert_eq!(yaml(self, 200), json!({"result": "ok"}));
    }
}

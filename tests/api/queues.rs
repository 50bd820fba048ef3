//! Queues while the manager connection is away: what is known is shown, and nothing is promised.

use serde_json::json;
use stasisd::http::Scope;

use crate::app::App;

#[tokio::test]
async fn without_the_manager_it_says_so() {
    let app = App::start().await;
    let desk = app.actor(&[Scope::QueuesRead, Scope::QueuesWrite]).await;
    let list = desk.get("/v1/queues").await.is(200);
    assert_eq!((&list["connected"], &list["items"]), (&json!(false), &json!([])));
    assert!(list["detail"].as_str().unwrap().contains("ami.enabled"), "{list}");
    desk.get("/v1/queues/operators").await.is_problem(503, "unavailable");
    let member = "/v1/queues/operators/members/PJSIP%2F201";
    desk.post(&format!("{member}/pause"), json!({"reason": "lunch"})).await.is_problem(503, "unavailable");
    desk.post(&format!("{member}/resume"), json!({})).await.is_problem(503, "unavailable");
    desk.post(&format!("{member}/penalty"), json!({"penalty": 1})).await.is_problem(503, "unavailable");
    desk.delete(member).await.is_problem(503, "unavailable");
    let add = json!({"interface": "PJSIP/201"});
    desk.post("/v1/queues/operators/members", add).await.is_problem(503, "unavailable");
    desk.post("/v1/queues/operators/waiting/1.1/withdraw", json!({})).await.is_problem(503, "unavailable");
    let first = json!({"position": 1});
    desk.post("/v1/queues/operators/waiting/1.1/move", first).await.is_problem(503, "unavailable");
}

#[tokio::test]
async fn what_cannot_be_is_named_before_anybody_is_asked() {
    let app = App::start().await;
    let desk = app.actor(&[Scope::QueuesWrite]).await;
    let path = "/v1/queues/operators/members";
    for (body, field) in [
        (json!({"interface": "PJSIP/1", "name": "a\nb"}), "name"),
        (json!({"interface": "PJSIP/1", "reason": "x".repeat(81)}), "reason"),
        (json!({"interface": "PJSIP/1", "penalty": -1}), "penalty"),
    ] {
        let problem = desk.post(path, body).await.is_problem(422, "invalid_field");
        assert_eq!(problem["field"], field, "{problem}");
    }
    let zero = json!({"position": 0});
    desk.post("/v1/queues/operators/waiting/1.1/move", zero).await.is_problem(422, "invalid_field");
    desk.get("/v1/queues").await.is_problem(403, "forbidden");
}

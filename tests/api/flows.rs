//! Flows: shown, drawn, read again.

use serde_json::json;

use crate::app::App;

#[tokio::test]
async fn flows_are_shown_and_drawn() {
    let app = App::start().await;
    let admin = app.admin().await;
    assert_eq!(admin.get("/v1/flows").await.is(200)["items"][1]["name"], "night");
    let flow = admin.get("/v1/flows/order-status").await.is(200);
    assert_eq!(flow, json!({"flow": {"name": "order-status", "steps": 4}, "source": "start = \"hello\"\n"}));

    let mermaid = admin.get("/v1/flows/order-status/graph").await;
    assert_eq!(mermaid.header("content-type"), Some("text/vnd.mermaid; charset=utf-8"));
    assert!(mermaid.text().starts_with("flowchart"));
    let svg = admin.get("/v1/flows/order-status/graph?format=svg").await;
    assert_eq!(svg.header("content-type"), Some("image/svg+xml"));
    assert!(svg.text().starts_with("<svg"));
    admin.get("/v1/flows/order-status/graph?format=png").await.is_problem(400, "invalid_query");
}

#[tokio::test]
async fn unknown_flows_are_not_found_whatever_their_name() {
    let app = App::start().await;
    let admin = app.admin().await;
    for name in ["none", "..%2f..%2fetc%2fpasswd", "a%00b", "%1b%5b2J", &"x".repeat(4000)] {
        admin.get(&format!("/v1/flows/{name}")).await.is_problem(404, "not_found");
        admin.get(&format!("/v1/flows/{name}/graph")).await.is_problem(404, "not_found");
    }
}

#[tokio::test]
async fn flows_are_read_again_and_problems_told() {
    let app = App::start().await;
    let admin = app.admin().await;
    let answer = admin.post("/v1/flows/reload", json!({})).await.is(200);
    assert_eq!(answer["flows"], json!(["order-status", "night"]));
    assert!(answer["problems"][0].as_str().unwrap().starts_with("night.toml:3:"));
}

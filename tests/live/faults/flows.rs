//! A flow file that is broken when it is read again: the old one stays in force, and is told where to look.

use std::fs;

use hyper::Method;
use serde_json::Value;

use super::{LONG, at_step, blocking, configure, ended, logged, until};
use crate::{
    orders::Site,
    support::{api::Api, daemon::Daemon, sipp::Caller},
};

fn flow(description: &str, key: &str) -> String {
    format!(
        "description = \"{description}\"\nlanguages = [\"en\"]\nstart = \"wait\"\n\
         [steps.wait]\ndo = \"pause\"\n{key} = 2\nnext = \"over\"\n[steps.over]\ndo = \"hangup\"\n"
    )
}

fn put(daemon: &Daemon, text: &str) {
    fs::write(daemon.directory.join("flows/watched.toml"), text).unwrap();
}

async fn shown(api: &Api, good: impl Fn(&Value) -> bool) -> Value {
    let find = |flows: &Value| {
        let flows = flows["items"].as_array().or(flows.as_array()).cloned().unwrap_or_default();
        flows.into_iter().find(|flow| flow["name"] == "watched")
    };
    find(&until(api, "/v1/flows", |flows| find(flows).is_some_and(|flow| good(&flow))).await).unwrap()
}

async fn works(site: &Site, name: &str, number: &str) {
    let caller = Caller::new(&site.rig, name).number(number).flow("watched").until_bye(LONG).start();
    at_step(&site.api(), number, "wait").await;
    blocking(|| caller.wait());
    let call = ended(&site.api(), number).await;
    assert_eq!(call["disposition"], "completed", "{call}");
}

fn is_told(problem: &str) {
    for word in ["watched.toml", ":6", "secundes"] {
        assert!(problem.contains(word), "{word}: {problem}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_flow_changes_nothing_and_is_told() {
    let (rig, mut daemon) = Site::prepare("reload", "[flows]\nwatch = false\n");
    put(&daemon, &flow("first", "secs"));
    daemon.start().await;
    daemon.ready().await;
    let mut site = Site { daemon, rig };
    let api = site.api();

    put(&site.daemon, &flow("broken", "secundes"));
    let (status, answer) = api.send(Method::POST, "/v1/flows/reload", None).await.unwrap();
    assert_eq!(status, 200, "{answer}");
    let problems = answer["problems"].as_array().unwrap();
    let told = |problem: &&Value| problem.as_str().unwrap().contains("secundes");
    is_told(problems.iter().find(told).unwrap_or_else(|| panic!("{answer}")).as_str().unwrap());
    let stale = shown(&api, |flow| flow["is_stale"] == true).await;
    assert_eq!((&stale["description"], &stale["is_loaded"]), (&"first".into(), &true.into()), "{stale}");
    let problems = stale["problems"].as_array().unwrap();
    let there = |problem: &&Value| problem["line"] == 6 && problem["key"] == "steps.wait.secundes";
    assert!(problems.iter().any(|problem| there(&problem)), "{stale}");
    works(&site, "stale", "+34600000501").await;

    put(&site.daemon, &flow("by signal", "secs"));
    site.daemon.signal("HUP");
    shown(&api, |flow| flow["description"] == "by signal" && flow["is_stale"] == false).await;
    put(&site.daemon, &flow("broken", "secundes"));
    site.daemon.signal("HUP");
    shown(&api, |flow| flow["description"] == "by signal" && flow["is_stale"] == true).await;
    logged(&site.daemon, &["flow file", "watched.toml", "6", "secundes"]).await;
    put(&site.daemon, &flow("by request", "secs"));
    let (_, answer) = api.send(Method::POST, "/v1/flows/reload", None).await.unwrap();
    assert_eq!(answer["problems"], serde_json::json!([]));
    shown(&api, |flow| flow["description"] == "by request").await;
    let mut events = api.follow(0);
    let told = tokio::time::timeout(LONG, async {
        while let Some(sent) = events.recv().await {
            if sent.kind == "flows.reloaded" {
                return;
            }
        }
    });
    told.await.expect("the event stream tells of a reload");

    site.daemon.signal("TERM");
    assert_eq!(site.daemon.ended().await.code(), Some(0));
    configure(&site.daemon, "[flows]\nwatch = true\n");
    site.daemon.start().await;
    site.daemon.ready().await;
    put(&site.daemon, &flow("broken", "secundes"));
    shown(&api, |flow| flow["is_stale"] == true && flow["description"] == "by request").await;
    put(&site.daemon, &flow("seen", "secs"));
    shown(&api, |flow| flow["description"] == "seen" && flow["is_stale"] == false).await;
    works(&site, "seen", "+34600000502").await;
}

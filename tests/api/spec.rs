//! The API's description is what was agreed on: a change of it is a change of the snapshot.

use std::{env, fs, path::Path};

use serde_json::Value;

const SNAPSHOT: &str = "tests/api/openapi.json";

#[test]
fn the_description_is_the_snapshot() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(SNAPSHOT);
    let now = stasisd::http::openapi().to_pretty_json().unwrap() + "\n";
    if env::var_os("UPDATE_SNAPSHOTS").is_some() {
        fs::write(&path, &now).unwrap();
    }
    let then = fs::read_to_string(&path).unwrap_or_default();
    let changed = now.lines().zip(then.lines().chain(std::iter::repeat(""))).position(|(a, b)| a != b);
    assert!(
        now == then,
        "the API differs from {SNAPSHOT} from line {} on; if that is meant: \
         UPDATE_SNAPSHOTS=1 cargo test --test api",
        changed.map_or(then.lines().count(), |line| line + 1)
    );
}

#[test]
fn every_operation_is_told_properly() {
    let api = serde_json::to_value(stasisd::http::openapi()).unwrap();
    for (path, item) in api["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let name = format!("{method} {path}");
            assert!(operation["operationId"].is_string() && operation["summary"].is_string(), "{name}");
            assert!(operation["tags"].as_array().is_some_and(|tags| tags.len() == 1), "{name}");
            let problem = &operation["responses"]["default"]["content"]["application/problem+json"];
            assert_eq!(problem["schema"]["$ref"], "#/components/schemas/Problem", "{name}");
            let is_closed = operation["security"][0]["token"].is_array();
            let is_open = !["/v1/", "/api/"].iter().any(|start| path.starts_with(start));
            let is_old = operation["tags"][0] == "old names";
            assert_eq!(is_closed, !is_open || is_old, "{name}");
            let in_path = path.matches('{').count();
            let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
            assert_eq!(parameters.iter().filter(|p| p["in"] == "path").count(), in_path, "{name}");
        }
    }
    let text = api.to_string();
    for reference in text.split("#/components/schemas/").skip(1) {
        let name = reference.split('"').next().unwrap();
        assert_ne!(api["components"]["schemas"][name], Value::Null, "{name} is described");
    }
}

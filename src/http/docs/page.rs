//! The description as HTML. Pure; everything is escaped.

use std::fmt::Write;

use serde_json::Value;

use crate::http::{code::Code, scope::Scope};

const METHODS: [&str; 5] = ["get", "put", "post", "delete", "patch"];

/// The page.
pub(super) fn page(api: &Value) -> String {
    let mut html = String::with_capacity(64 * 1024);
    let title = text(&api["info"]["title"]);
    html.push_str("<!doctype html><html lang=\"en\"><meta charset=\"utf-8\">");
    html.push_str("<meta name=\"viewport\" content=\"width=device-width\">");
    html.push_str("<link rel=\"stylesheet\" href=\"/docs/style.css\">");
    let _ = write!(html, "<title>{title} API</title><header><h1>{title} API</h1>");
    let _ = write!(html, "<p>Version {}. ", text(&api["info"]["version"]));
    html.push_str("For programs: <a href=\"/openapi.json\">openapi.json</a>.</p>");
    for part in api["info"]["description"].as_str().unwrap_or_default().split("\n\n") {
        let _ = write!(html, "<p>{}</p>", prose(part));
    }
    html.push_str("</header><main>");
    for tag in api["tags"].as_array().into_iter().flatten() {
        section(&mut html, api, tag);
    }
    schemas(&mut html, api);
    tables(&mut html);
    html.push_str("</main></html>\n");
    html
}

fn section(html: &mut String, api: &Value, tag: &Value) {
    let _ = write!(html, "<h2>{}</h2><p>{}</p>", text(&tag["name"]), text(&tag["description"]));
    for (path, item) in api["paths"].as_object().into_iter().flatten() {
        for method in METHODS {
            let operation = &item[method];
            if operation["tags"][0] == tag["name"] {
                one(html, method, path, operation);
            }
        }
    }
}

fn one(html: &mut String, method: &str, path: &str, operation: &Value) {
    let _ =
        write!(html, "<details id=\"{}\"><summary><b class=\"{method}\">", text(&operation["operationId"]));
    let _ = write!(html, "{}</b> <code>{}</code> ", method.to_uppercase(), escape(path));
    let _ = write!(html, "{}</summary>", text(&operation["summary"]));
    if let Some(description) = operation["description"].as_str() {
        let _ = write!(html, "<p>{}</p>", prose(description));
    }
    let scopes: Vec<_> = operation["security"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|s| s["token"][0].as_str())
        .collect();
    let scope =
        if scopes.is_empty() { "no token".to_owned() } else { format!("scope {}", scopes.join(", ")) };
    let _ = write!(html, "<p class=\"scope\">Needs {}.</p><table>", escape(&scope));
    for parameter in operation["parameters"].as_array().into_iter().flatten() {
        let _ = write!(
            html,
            "<tr><td><code>{}</code><td>{} {}<td>{}",
            text(&parameter["name"]),
            text(&parameter["in"]),
            kind(&parameter["schema"]),
            prose(parameter["description"].as_str().unwrap_or_default()),
        );
    }
    for (form, content) in operation["requestBody"]["content"].as_object().into_iter().flatten() {
        let _ = write!(html, "<tr><td>body<td>{}<td>{}", escape(form), kind(&content["schema"]));
    }
    for (status, response) in operation["responses"].as_object().into_iter().flatten() {
        let contents = response["content"].as_object().into_iter().flatten();
        let kinds: Vec<_> =
            contents.map(|(form, c)| format!("{} {}", escape(form), kind(&c["schema"]))).collect();
        let what = prose(response["description"].as_str().unwrap_or_default());
        let _ = write!(html, "<tr><td><b>{}</b><td>{}<td>{what}", escape(status), kinds.join("<br>"));
    }
    html.push_str("</table></details>");
}

fn schemas(html: &mut String, api: &Value) {
    html.push_str("<h2>Shapes</h2>");
    for (name, schema) in api["components"]["schemas"].as_object().into_iter().flatten() {
        let name = escape(name);
        let _ = write!(html, "<details id=\"schema-{name}\"><summary><code>{name}</code></summary>");
        let _ = write!(html, "<p>{}</p>", prose(schema["description"].as_str().unwrap_or_default()));
        if let Some(values) = schema["enum"].as_array() {
            let values: Vec<_> = values.iter().map(|v| format!("<code>{}</code>", text(v))).collect();
            let _ = write!(html, "<p>One of {}.</p>", values.join(", "));
        }
        html.push_str("<table>");
        let required: Vec<&Value> = schema["required"].as_array().into_iter().flatten().collect();
        for (field, of) in schema["properties"].as_object().into_iter().flatten() {
            let optional = if required.iter().any(|r| *r == field) { "" } else { " (optional)" };
            let about = prose(of["description"].as_str().unwrap_or_default());
            let _ =
                write!(html, "<tr><td><code>{}</code><td>{}{optional}<td>{about}", escape(field), kind(of));
        }
        html.push_str("</table></details>");
    }
}

fn tables(html: &mut String) {
    html.push_str("<h2>Problems</h2><table>");
    for code in Code::ALL {
        let (status, name, title) = code.facts();
        let _ = write!(html, "<tr id=\"{name}\"><td><code>{name}</code><td>{status}<td>{}", escape(title));
    }
    html.push_str("</table><h2>Scopes</h2><p>");
    let scopes: Vec<_> = Scope::ALL.iter().map(|s| format!("<code>{s}</code>")).collect();
    let _ = write!(html, "{}; <code>admin</code> stands for all.</p>", scopes.join(", "));
}

/// A schema in a few words.
fn kind(schema: &Value) -> String {
    if let Some(name) = schema["$ref"].as_str().and_then(|r| r.rsplit('/').next()) {
        let name = escape(name);
        return format!("<a href=\"#schema-{name}\">{name}</a>");
    }
    if let Some(options) = schema["oneOf"].as_array().or(schema["anyOf"].as_array()) {
        return options.iter().map(kind).collect::<Vec<_>>().join(" or ");
    }
    let types: Vec<&str> = match &schema["type"] {
        Value::Array(types) => types.iter().filter_map(Value::as_str).collect(),
        other => other.as_str().into_iter().collect(),
    };
    let format = schema["format"].as_str().map(|f| format!(" {}", escape(f))).unwrap_or_default();
    let items =
        if types.contains(&"array") { format!(" of {}", kind(&schema["items"])) } else { String::new() };
    format!("{}{format}{items}", escape(&types.join(" or ")))
}

/// Escaped text whose `code` is set as code.
fn prose(text: &str) -> String {
    let mut html = String::with_capacity(text.len() + 16);
    for (place, part) in text.split('`').enumerate() {
        let part = escape(part);
        let _ = if place % 2 == 1 { write!(html, "<code>{part}</code>") } else { write!(html, "{part}") };
    }
    html
}

fn text(value: &Value) -> String {
    escape(value.as_str().unwrap_or_default())
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_has_every_operation_and_code() {
        let api = serde_json::to_value(crate::http::openapi()).unwrap();
        let html = page(&api);
        for (path, item) in api["paths"].as_object().unwrap() {
            for (_, operation) in item.as_object().unwrap() {
                let id = operation["operationId"].as_str().unwrap();
                assert!(html.contains(&format!("<details id=\"{id}\">")), "{path} {id}");
            }
        }
        assert!(Code::ALL.iter().all(|code| html.contains(&format!("id=\"{}\"", code.facts().1))));
        assert!(!html.contains("<script") && !html.contains("style="));
    }

    #[test]
    fn text_is_escaped() {
        assert_eq!(prose("a `<b>` \"c\" & d"), "a <code>&lt;b&gt;</code> &quot;c&quot; &amp; d");
    }
}

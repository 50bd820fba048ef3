//! `stasisd timetable plannings`: what was planned, and what becomes of it.

use clap::Args;
use serde_json::{Value, json};

use crate::{
    app::Failed,
    cli::call::{Client, escaped, say},
};

/// Which timetable, and what is done with one of its plannings.
#[derive(Debug, Args)]
pub(super) struct PlanningsArgs {
    /// The timetable
    timetable: String,
    /// Make what this planning found the week's timetable, and publish it
    #[arg(long, value_name = "ID", group = "what")]
    publish: Option<String>,
    /// Make what this planning found the week's timetable, as a draft
    #[arg(long, value_name = "ID", group = "what")]
    draft: Option<String>,
    /// Stop this planning; the best so far is kept
    #[arg(long, value_name = "ID", group = "what")]
    stop: Option<String>,
    /// Delete this planning
    #[arg(long, value_name = "ID", group = "what")]
    delete: Option<String>,
}

/// Does it; without more, lists them.
pub(super) async fn run(client: &mut Client, args: &PlanningsArgs) -> Result<(), Failed> {
    let all = format!("/v1/timetables/{}/plannings", escaped(&args.timetable));
    if let Some(id) = args.publish.as_ref().or(args.draft.as_ref()) {
        let body = json!({ "draft": args.draft.is_some() });
        let kept = client.send("POST", &format!("{all}/{}/publish", escaped(id)), Some(&body)).await?;
        let (week, state) = (text(&kept["week"]), text(&kept["state"]));
        return say(&format!("{} {week}: {state}, version {}", args.timetable, kept["version"]));
    }
    if let Some(id) = &args.stop {
        client.send("POST", &format!("{all}/{}/stop", escaped(id)), None).await?;
        return say(&format!("planning {id}: stopped"));
    }
    if let Some(id) = &args.delete {
        client.send("DELETE", &format!("{all}/{}", escaped(id)), None).await?;
        return say(&format!("planning {id}: deleted"));
    }
    let list = client.send("GET", &all, None).await?;
    list["items"].as_array().into_iter().flatten().try_for_each(|planning| say(&line(planning)))
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// One planning, with why there is nothing if there is nothing.
fn line(planning: &Value) -> String {
    let (id, week, state) = (text(&planning["id"]), text(&planning["week"]), text(&planning["state"]));
    let cost =
        planning["cost"].as_f64().map_or_else(|| "-".to_owned(), |cost| format!("{} points", cost.round()));
    let used = if planning["published_at"].is_null() { "" } else { "  in use" };
    let why = planning["why"].as_array().into_iter().flatten().map(|why| format!("\n    {}", text(why)));
    let (filled, cells, by) = (&planning["filled"], &planning["cells"], text(&planning["by"]));
    let why = why.collect::<String>();
    format!("{id}  {week}  {state:<10} {filled} of {cells} cells  {cost:<12} by {by}{used}{why}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_planning_is_a_line_and_its_reasons() {
        let mut planning = json!({
            "id": "p1", "week": "2026-11-23", "state": "done", "filled": 8, "cells": 8, "cost": 20.0, "by": "sonia",
            "published_at": "2026-11-21T10:00:00Z", "why": [],
        });
        assert_eq!(line(&planning), "p1  2026-11-23  done       8 of 8 cells  20 points    by sonia  in use");
        planning["why"] = json!(["Anna cannot."]);
        planning["cost"] = Value::Null;
        assert!(line(&planning).contains("cells  -  ") && line(&planning).ends_with("\n    Anna cannot."));
    }
}

//! `stasisd queues plan | drift | overrides | override | end-override`: queues that timetables fill.

use clap::{Args, Subcommand, ValueEnum};
use serde_json::{Map, Value};

use crate::{
    app::Failed,
    cli::call::{Client, escaped, json as pretty, say},
};

/// What is asked of queues that timetables fill.
#[derive(Debug, Subcommand)]
pub(super) enum ProgramCommand {
    /// Tell who is wanted in a queue, and what would be done about it
    Plan {
        /// The queue [default: each that a timetable fills]
        queue: Option<String>,
        /// When: 2026-12-01T09:00:00Z [default: now]
        #[arg(long, value_name = "TIME")]
        at: Option<String>,
        /// JSON
        #[arg(long)]
        json: bool,
    },
    /// Tell how a queue differs from its timetable, since when, and by whom
    Drift {
        /// The queue [default: each that a timetable fills]
        queue: Option<String>,
        /// JSON
        #[arg(long)]
        json: bool,
    },
    /// List what people decided against the timetable
    Overrides {
        /// The queue
        queue: String,
        /// JSON
        #[arg(long)]
        json: bool,
    },
    /// Add, remove, pause or resume somebody against the timetable, for a time
    Override(OverrideArgs),
    /// End an override: the timetable holds again
    EndOverride {
        /// The queue
        queue: String,
        /// The override's id, as in the list
        id: String,
    },
}

/// What is done to somebody.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum What {
    Add,
    Remove,
    Pause,
    Resume,
}

/// An override.
#[derive(Debug, Args)]
pub(super) struct OverrideArgs {
    /// The queue
    queue: String,
    /// What is done
    what: What,
    /// A person's id, or a telephone such as PJSIP/201
    whom: String,
    /// Of a pause
    #[arg(long, default_value = "")]
    reason: String,
    /// Of somebody who is added
    #[arg(long, default_value_t = 0)]
    penalty: u32,
    /// Until when: 2026-12-01T09:00:00Z [default: the end of the shift]
    #[arg(long, value_name = "TIME", conflicts_with = "ttl")]
    until: Option<String>,
    /// How many seconds
    #[arg(long, value_name = "SECONDS")]
    ttl: Option<u32>,
    /// Why
    #[arg(long, default_value = "")]
    note: String,
    /// Who decides [default: the token's name]
    #[arg(long)]
    by: Option<String>,
    /// JSON
    #[arg(long)]
    json: bool,
}

/// Does it.
pub(super) async fn run(client: &mut Client, command: &ProgramCommand) -> Result<(), Failed> {
    match command {
        ProgramCommand::Plan { queue, at, json } => {
            let at = at.as_ref().map(|at| format!("?at={}", escaped(at))).unwrap_or_default();
            let plans = items(client, queue.as_deref(), "plan", "/v1/queue-plans", &at).await?;
            show(&plans, *json, plan)
        }
        ProgramCommand::Drift { queue, json } => {
            let drifts = items(client, queue.as_deref(), "drift", "/v1/queue-drifts", "").await?;
            show(&drifts, *json, drift)
        }
        ProgramCommand::Overrides { queue, json } => {
            let list = client.send("GET", &path(queue, "overrides"), None).await?;
            if *json {
                return say(&pretty(&list["items"]));
            }
            list["items"].as_array().into_iter().flatten().try_for_each(|one| say(&overridden(one)))
        }
        ProgramCommand::Override(args) => add(client, args).await,
        ProgramCommand::EndOverride { queue, id } => {
            client.send("DELETE", &path(queue, &format!("overrides/{}", escaped(id))), None).await?;
            say(&format!("override {id}: over"))
        }
    }
}

fn path(queue: &str, what: &str) -> String {
    format!("/v1/queues/{}/{what}", escaped(queue))
}

/// Of one queue, or of all.
async fn items(
    client: &mut Client,
    queue: Option<&str>,
    what: &str,
    all: &str,
    query: &str,
) -> Result<Vec<Value>, Failed> {
    if let Some(queue) = queue {
        return Ok(vec![client.send("GET", &format!("{}{query}", path(queue, what)), None).await?]);
    }
    let list = client.send("GET", &format!("{all}{query}"), None).await?;
    Ok(list["items"].as_array().cloned().unwrap_or_default())
}

fn show(values: &[Value], json: bool, words: fn(&Value) -> String) -> Result<(), Failed> {
    if json {
        return say(&pretty(&values.into()));
    }
    values.iter().try_for_each(|value| say(words(value).trim_end()))
}

async fn add(client: &mut Client, args: &OverrideArgs) -> Result<(), Failed> {
    let mut body = Map::new();
    let what = match args.what {
        What::Add => "add",
        What::Remove => "remove",
        What::Pause => "pause",
        What::Resume => "resume",
    };
    body.insert("what".to_owned(), what.into());
    let field = if args.whom.contains('/') { "interface" } else { "person" };
    body.insert(field.to_owned(), args.whom.clone().into());
    for (name, value) in [("reason", &args.reason), ("note", &args.note)] {
        body.insert(name.to_owned(), value.clone().into());
    }
    body.insert("penalty".to_owned(), args.penalty.into());
    body.extend(args.until.clone().map(|until| ("expires_at".to_owned(), until.into())));
    body.extend(args.ttl.map(|secs| ("ttl_secs".to_owned(), secs.into())));
    body.extend(args.by.clone().map(|by| ("by".to_owned(), by.into())));
    let one = client.send("POST", &path(&args.queue, "overrides"), Some(&body.into())).await?;
    say(&if args.json { pretty(&one) } else { overridden(&one) })
}

fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value[field].as_str().unwrap_or_default()
}

fn plan(plan: &Value) -> String {
    let mut lines = format!("{} at {}: {}\n", text(plan, "queue"), text(plan, "at"), text(plan, "opening"));
    for shift in plan["shifts"].as_array().into_iter().flatten() {
        let number = shift["shift"].as_u64().unwrap_or_default() + 1;
        lines += &format!(
            "  shift    {} {number} of {} until {}\n",
            text(shift, "day"),
            text(shift, "timetable"),
            text(shift, "to")
        );
    }
    for wanted in plan["wanted"].as_array().into_iter().flatten() {
        let (name, interface, why) = (text(wanted, "name"), text(wanted, "interface"), text(wanted, "why"));
        lines += &format!("  wanted   {name:<20} {interface:<24} {why}\n");
    }
    for skipped in plan["skipped"].as_array().into_iter().flatten() {
        lines += &format!("  skipped  {:<20} {}\n", text(skipped, "person"), text(skipped, "why"));
    }
    for (key, word) in [("steps", "to do"), ("waiting", "waits")] {
        for step in plan[key].as_array().into_iter().flatten() {
            let (what, interface, why) = (text(step, "what"), text(step, "interface"), text(step, "why"));
            lines += &format!("  {word:<8} {what:<20} {interface:<24} {why}\n");
        }
    }
    match plan["steps"].as_array() {
        None => lines += "  how the queue is is not known: Asterisk is not connected, or has no such queue\n",
        Some(steps) if steps.is_empty() => lines += "  nothing to do\n",
        Some(_) => {}
    }
    lines
}

fn drift(drift: &Value) -> String {
    let found = drift["differences"].as_array().map(Vec::as_slice).unwrap_or_default();
    if found.is_empty() {
        return format!("{}: as planned", text(drift, "queue"));
    }
    let lines: Vec<String> = found.iter().map(|one| format!("  {}", text(one, "words"))).collect();
    format!("{} differs from its timetable:\n{}", text(drift, "queue"), lines.join("\n"))
}

fn overridden(one: &Value) -> String {
    let whom = one["person"].as_str().or(one["interface"].as_str()).unwrap_or_default();
    let (id, what, by, until) =
        (text(one, "id"), text(one, "what"), text(one, "by"), text(one, "expires_at"));
    format!("{id}  {what:<6} {whom:<24} by {by} until {until} {}", text(one, "note"))
}

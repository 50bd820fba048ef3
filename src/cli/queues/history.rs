//! `stasisd queues calls | stats | daily | sessions`: what queues remember.

use clap::{Args, Subcommand};
use jiff::{Zoned, civil::Date, tz::TimeZone};
use serde_json::Value;

use crate::{
    app::{Exit, Failed, OrExit},
    cli::call::{Client, escaped, json as pretty, say},
};

/// What is asked of queues' past.
#[derive(Debug, Subcommand)]
pub(super) enum HistoryCommand {
    /// List the calls of a queue, the latest first
    Calls {
        #[command(flatten)]
        which: Which,
        /// How they ended
        #[arg(long, value_parser = ["completed", "abandoned", "withdrawn", "timed_out", "left", "unseen"])]
        end: Option<String>,
        /// So many at most
        #[arg(long, value_name = "COUNT", default_value_t = 50)]
        limit: usize,
    },
    /// Figures of a queue: received, answered, given up, service level, waits and talks
    Stats {
        #[command(flatten)]
        which: Which,
        /// By day, hour or member
        #[arg(long, value_parser = ["day", "hour", "member"], default_value = "day")]
        by: String,
        /// Answered within so many seconds is in time [default: as configured]
        #[arg(long, value_name = "SECONDS")]
        service_level: Option<u32>,
    },
    /// Figures of days with the fields of Tomàtic's daily statistics, as JSON
    Daily {
        /// The queue
        queue: String,
        /// The first day, such as 2026-11-23 [default: today]
        #[arg(long)]
        from: Option<Date>,
        /// The last day [default: the first]
        #[arg(long)]
        to: Option<Date>,
    },
    /// List from when to when members were in a queue, and were paused
    Sessions(Which),
}

/// Of which queue and days.
#[derive(Debug, Args)]
pub(super) struct Which {
    /// The queue
    queue: String,
    /// The first day, such as 2026-11-23 [default: today]
    #[arg(long)]
    from: Option<Date>,
    /// The last day [default: the first]
    #[arg(long)]
    to: Option<Date>,
    /// The time zone of these days [default: this machine's]
    #[arg(long, value_name = "ZONE")]
    zone: Option<String>,
    /// JSON
    #[arg(long)]
    json: bool,
}

impl Which {
    /// `from=..&to=..`
    fn query(&self) -> Result<String, Failed> {
        let zone = self.zone.as_deref().map_or(Ok(TimeZone::system()), TimeZone::get).or_exit(Exit::Usage)?;
        let today = Zoned::new(crate::tasks::clock::now(), zone.clone()).date();
        let first = self.from.unwrap_or(today);
        let last = self.to.unwrap_or(first);
        let moment = |day: Date| day.to_zoned(zone.clone()).map(|at| escaped(&at.timestamp().to_string()));
        let end = last.tomorrow().or_exit(Exit::Usage)?;
        Ok(format!("from={}&to={}", moment(first).or_exit(Exit::Usage)?, moment(end).or_exit(Exit::Usage)?))
    }
}

/// Does it.
pub(super) async fn run(client: &mut Client, command: &HistoryCommand) -> Result<(), Failed> {
    match command {
        HistoryCommand::Calls { which, end, limit } => {
            let end = end.as_ref().map(|end| format!("&end={}", escaped(end))).unwrap_or_default();
            let query = format!("{}{end}", which.query()?);
            let calls = pages(client, &path(&which.queue, "calls"), &query, *limit).await?;
            show(&calls, which.json, call)
        }
        HistoryCommand::Stats { which, by, service_level } => {
            let level = service_level.map(|secs| format!("&service_level_secs={secs}")).unwrap_or_default();
            let at = format!("{}?{}&by={by}{level}", path(&which.queue, "stats"), which.query()?);
            let stats = client.send("GET", &at, None).await?;
            if which.json {
                return say(&pretty(&stats));
            }
            say(HEAD)?;
            for group in stats["groups"].as_array().into_iter().flatten() {
                let name = group["name"].as_str().or(group["key"].as_str()).unwrap_or_default();
                say(&figures(if name.is_empty() { "nobody" } else { name }, group))?;
            }
            say(&figures("all", &stats["total"]))
        }
        HistoryCommand::Daily { queue, from, to } => {
            let days = [("from", *from), ("to", *to)];
            let days: Vec<_> =
                days.into_iter().filter_map(|(key, day)| Some(format!("{key}={}", day?))).collect();
            let at = format!("{}?{}", path(queue, "daily"), days.join("&"));
            say(&pretty(&client.send("GET", &at, None).await?["days"]))
        }
        HistoryCommand::Sessions(which) => {
            let at = format!("{}?{}", path(&which.queue, "sessions"), which.query()?);
            let list = client.send("GET", &at, None).await?;
            show(list["items"].as_array().map(Vec::as_slice).unwrap_or_default(), which.json, session)
        }
    }
}

fn path(queue: &str, what: &str) -> String {
    format!("/v1/queues/{}/{what}", escaped(queue))
}

async fn pages(client: &mut Client, path: &str, query: &str, limit: usize) -> Result<Vec<Value>, Failed> {
    let (mut items, mut cursor) = (Vec::new(), String::new());
    while items.len() < limit {
        let rows = (limit - items.len()).min(200);
        let page = client.send("GET", &format!("{path}?{query}&limit={rows}{cursor}"), None).await?;
        items.extend(page["items"].as_array().cloned().unwrap_or_default());
        let Some(next) = page["next"].as_str() else { break };
        cursor = format!("&cursor={}", escaped(next));
    }
    Ok(items)
}

fn show(values: &[Value], json: bool, words: fn(&Value) -> String) -> Result<(), Failed> {
    if json {
        return say(&pretty(&values.into()));
    }
    values.iter().try_for_each(|value| say(&words(value)))
}

fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value[field].as_str().unwrap_or("-")
}

fn secs(value: &Value, field: &str) -> String {
    value[field].as_u64().map_or_else(|| "-".to_owned(), |secs| format!("{secs} s"))
}

fn call(call: &Value) -> String {
    let (joined, number, end) = (text(call, "joined_at"), text(call, "number"), text(call, "end"));
    let (wait, talk, who) = (secs(call, "wait_secs"), secs(call, "talk_secs"), text(call, "interface"));
    format!("{joined:<28} {number:<16} {end:<10} waited {wait:<7} talked {talk:<7} {who}")
}

const HEAD: &str = "                     received answered  in time  abandoned timed out  left  early   late  wait (longest)  talk";

fn figures(name: &str, figures: &Value) -> String {
    let number = |field: &str| figures[field].as_u64().unwrap_or_default();
    let level =
        figures["service_level"].as_f64().map_or_else(|| "-".to_owned(), |level| format!("{level} %"));
    format!(
        "{name:<20} {:>8} {:>8} {level:>8} {:>10} {:>9} {:>5} {:>6} {:>6} {:>6} ({:>4} s) {:>5}",
        number("received"),
        number("answered"),
        number("abandoned"),
        number("timed_out"),
        number("left"),
        number("early"),
        number("late"),
        number("average_wait_secs"),
        number("longest_wait_secs"),
        number("average_talk_secs"),
    )
}

fn session(session: &Value) -> String {
    let what = if session["paused"] == true { "paused" } else { "member" };
    let (from, to, by) = (text(session, "from"), text(session, "to"), text(session, "by"));
    let reason = session["reason"].as_str().unwrap_or_default();
    format!("{:<24} {what} {from:<28} {to:<28} by {by} {reason}", text(session, "interface"))
}

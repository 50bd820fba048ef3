//! The words of `stasisd call`, and the request that they make.

use clap::Args;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{super::flow::variables, PortArgs};

/// What `--help` says of the codes that a call ends with.
const CODES: &str = "Times: \"2026-12-01T09:00:00+01:00\", \"2026-12-01 09:00\", \"09:00\" (the next one), \
    \"in 10 min\".

With --wait the exit code tells what came of the call:
   0  heard to the end, or answered by a key
  10  answered, but not heard to the end
  11  busy, not answered, or refused
  12  it could not be called: no such number, no room, a gateway that fails
  13  not known: the daemon or Asterisk was restarted in the middle
  14  cancelled, or its time was over
Others as in `stasisd --help`.";

/// `stasisd call ...`
#[derive(Debug, Args)]
#[command(after_help = CODES)]
pub struct CallArgs {
    /// Whom: +34600000001, or as people of the configured country write it
    number: String,
    /// What is said
    #[arg(long, value_name = "TEXT", required_unless_present = "flow")]
    say: Option<String>,
    /// The flow that the callee hears; with --say it finds the text in its variable `text`
    #[arg(long, value_name = "NAME")]
    flow: Option<String>,
    /// A variable of the flow; the value is JSON, or a text as it stands
    #[arg(long = "set", value_name = "KEY=VALUE")]
    facts: Vec<String>,
    /// Not before this time
    #[arg(long, value_name = "TIME")]
    at: Option<String>,
    /// Not after this time
    #[arg(long, value_name = "TIME")]
    not_after: Option<String>,
    /// IANA zone of the times and of the hours in which people are called [default: the number's]
    #[arg(long, value_name = "ZONE")]
    time_zone: Option<String>,
    /// The gateway [default: the first that takes the number]
    #[arg(long, value_name = "NAME")]
    gateway: Option<String>,
    /// The number shown to the callee
    #[arg(long, value_name = "NUMBER")]
    caller_id: Option<String>,
    /// Whose turn it is when lines are few
    #[arg(long, value_parser = ["alert", "callback", "campaign"])]
    lane: Option<String>,
    /// What to do about answering machines
    #[arg(long, value_name = "MODE", value_parser = ["off", "human_only", "machine_only", "after_beep"])]
    amd: Option<String>,
    /// The language spoken (en)
    #[arg(long, value_name = "TAG")]
    language: Option<String>,
    /// A key of your own: the same key is the same call, however often it is ordered
    #[arg(long, value_name = "KEY")]
    key: Option<String>,
    /// Tell each turn of the call until it is over. Ctrl-C ends the waiting, not the call.
    #[arg(long)]
    pub(super) wait: bool,
    /// JSON on standard output: the call order, with --wait as it ended
    #[arg(long)]
    pub(super) json: bool,
    #[command(flatten)]
    pub(super) port: PortArgs,
}

impl CallArgs {
    /// The body of `POST /v1/calls`. Without a key it gets one, so that it can be sent twice.
    pub(super) fn body(&self) -> anyhow::Result<Value> {
        let mut body = Map::new();
        let key = self.key.clone().unwrap_or_else(|| format!("stasisd-call:{}", Uuid::now_v7()));
        body.insert("idempotency_key".to_owned(), key.into());
        body.insert("number".to_owned(), self.number.clone().into());
        body.insert("facts".to_owned(), json!(variables("--set", &self.facts)?));
        for (name, value) in [
            ("text", &self.say),
            ("flow", &self.flow),
            ("at", &self.at),
            ("not_after", &self.not_after),
            ("time_zone", &self.time_zone),
            ("gateway", &self.gateway),
            ("caller_id", &self.caller_id),
            ("lane", &self.lane),
            ("amd", &self.amd),
            ("language", &self.language),
        ] {
            body.extend(value.clone().map(|value| (name.to_owned(), value.into())));
        }
        Ok(body.into())
    }
}

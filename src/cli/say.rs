//! `stasisd say`: something is said to a channel or a person, through the control port.

use std::path::PathBuf;

use clap::Args;
use serde_json::{Map, Value};

use super::call::{PortArgs, json as pretty, say as print, with_client};
use crate::app::{Exit, Failed};

/// `stasisd say ...`
#[derive(Debug, Args)]
pub struct SayArgs {
    /// A channel of [messaging.channels], or a person's id; where both have the name, channel:NAME or person:ID
    to: String,
    /// What: Markdown, as far as the channel shows it
    text: String,
    /// When, such as 2026-12-01T09:00:00+01:00 [default: now]
    #[arg(long, value_name = "TIME")]
    at: Option<String>,
    /// JSON: the message as it is stored
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    port: PortArgs,
}

/// Does it.
pub(super) fn run(file: Option<PathBuf>, args: &SayArgs) -> Result<Exit, Failed> {
    let mut body = Map::new();
    body.insert("to".to_owned(), args.to.as_str().into());
    body.insert("text".to_owned(), args.text.as_str().into());
    body.extend(args.at.as_deref().map(|at| ("at".to_owned(), at.into())));
    let body = Value::Object(body);
    with_client(file, &args.port, async |client| {
        let message = client.post_once("/v1/messages", &body).await?;
        print(&if args.json { pretty(&message) } else { sentence(&message) })?;
        Ok(Exit::Ok)
    })
}

fn sentence(message: &Value) -> String {
    let text = |field: &str| message[field].as_str().unwrap_or_default();
    let to = match message["person"].as_str() {
        Some(person) => format!("{person} by the channel {}", text("channel")),
        None => format!("the channel {}", text("channel")),
    };
    format!("message {} to {to}: due at {}", text("id"), text("next_at"))
}

//! `stasisd queues ...`: queues looked at and changed through the control port.

mod history;
mod program;
mod words;

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::call::{Client, PortArgs, escaped, json as pretty, say, with_client};
use crate::app::{Exit, Failed};

/// `stasisd queues ...`
#[derive(Debug, Args)]
pub struct QueuesArgs {
    #[command(subcommand)]
    command: QueuesCommand,
    #[command(flatten)]
    port: PortArgs,
}

#[derive(Debug, Subcommand)]
enum QueuesCommand {
    #[command(flatten)]
    Program(program::ProgramCommand),
    #[command(flatten)]
    History(history::HistoryCommand),
    /// List the queues: members by what they do, callers who wait
    List {
        /// JSON, as `GET /v1/queues` answers
        #[arg(long)]
        json: bool,
    },
    /// Show a queue: each member, each caller
    Show {
        /// Its name
        queue: String,
        /// JSON, as `GET /v1/queues/{queue}` answers
        #[arg(long)]
        json: bool,
    },
    /// Make somebody a member
    Add {
        /// The queue
        queue: String,
        /// What is rung: PJSIP/201
        interface: String,
        /// The name shown [default: the interface]
        #[arg(long)]
        name: Option<String>,
        /// Lower ones are rung first
        #[arg(long, default_value_t = 0)]
        penalty: u32,
        /// Paused from the start, with this reason
        #[arg(long, value_name = "REASON")]
        paused: Option<String>,
    },
    /// Remove a member
    Remove(Member),
    /// Pause a member: not rung for now
    Pause {
        #[command(flatten)]
        member: Member,
        /// Why
        #[arg(long)]
        reason: Option<String>,
    },
    /// Resume a member: rung again
    Resume(Member),
    /// Give a member another penalty
    Penalty {
        #[command(flatten)]
        member: Member,
        /// Lower ones are rung first
        penalty: u32,
    },
    /// Take a waiting caller out of the queue: they go on in the dialplan
    Withdraw(Caller),
    /// Move a waiting caller to another place of the line
    Move {
        #[command(flatten)]
        caller: Caller,
        /// The first is 1
        position: u32,
    },
}

/// A member of a queue.
#[derive(Debug, Args)]
struct Member {
    /// The queue
    queue: String,
    /// Interface (PJSIP/201), name or extension
    member: String,
}

/// A caller who waits.
#[derive(Debug, Args)]
struct Caller {
    /// The queue
    queue: String,
    /// The channel, as `stasisd queues show` tells it
    channel: String,
}

/// Does it.
pub(super) fn run(file: Option<PathBuf>, args: &QueuesArgs) -> Result<Exit, Failed> {
    with_client(file, &args.port, async |client| {
        match &args.command {
            QueuesCommand::Program(command) => program::run(client, command).await?,
            QueuesCommand::History(command) => history::run(client, command).await?,
            QueuesCommand::List { json } => {
                let list = client.send("GET", "/v1/queues", None).await?;
                say(&if *json { pretty(&list) } else { words::list(&list) })?;
            }
            QueuesCommand::Show { queue, json } => {
                let found = client.send("GET", &path(queue), None).await?;
                say(&if *json { pretty(&found) } else { words::queue(&found) })?;
            }
            QueuesCommand::Add { queue, interface, name, penalty, paused } => {
                let body = json!({ "interface": interface, "name": name, "penalty": penalty,
                    "paused": paused.is_some(), "reason": paused });
                let member = client.send("POST", &format!("{}/members", path(queue)), Some(&body)).await?;
                say(&words::member(&member))?;
            }
            QueuesCommand::Remove(member) => {
                client.send("DELETE", &member.path(), None).await?;
                say(&format!("{}: no member of {} any more", member.member, member.queue))?;
            }
            QueuesCommand::Pause { member, reason } => {
                post(client, member, "pause", &json!({ "reason": reason })).await?;
            }
            QueuesCommand::Resume(member) => post(client, member, "resume", &json!({})).await?,
            QueuesCommand::Penalty { member, penalty } => {
                post(client, member, "penalty", &json!({ "penalty": penalty })).await?;
            }
            QueuesCommand::Withdraw(caller) => {
                client.send("POST", &format!("{}/withdraw", caller.path()), None).await?;
                say(&format!("{}: waits in {} no more", caller.channel, caller.queue))?;
            }
            QueuesCommand::Move { caller, position } => {
                let body = json!({ "position": position });
                client.send("POST", &format!("{}/move", caller.path()), Some(&body)).await?;
                say(&format!("{}: moved to {position}", caller.channel))?;
            }
        }
        Ok(Exit::Ok)
    })
}

fn path(queue: &str) -> String {
    format!("/v1/queues/{}", escaped(queue))
}

impl Member {
    fn path(&self) -> String {
        format!("{}/members/{}", path(&self.queue), escaped(&self.member))
    }
}

impl Caller {
    fn path(&self) -> String {
        format!("{}/waiting/{}", path(&self.queue), escaped(&self.channel))
    }
}

async fn post(client: &mut Client, member: &Member, what: &str, body: &Value) -> Result<(), Failed> {
    let changed = client.send("POST", &format!("{}/{what}", member.path()), Some(body)).await?;
    say(&words::member(&changed))
}

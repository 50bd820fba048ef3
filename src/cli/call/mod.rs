//! `stasisd call NUMBER ...` and `stasisd calls ...`: calls ordered and looked after through the control port.

mod args;
mod client;
mod follow;
mod list;
mod turns;
mod who;

use std::{io::Write, path::PathBuf};

use clap::Args;
use serde_json::Value;

pub(super) use self::client::{Client, escaped};
pub use self::{args::CallArgs, list::CallsArgs};
use super::load;
use crate::{
    app::{Exit, Failed, OrExit},
    storage::Store,
};

/// Which daemon, and with which token.
#[derive(Clone, Debug, Args)]
pub struct PortArgs {
    /// The control port of a daemon elsewhere, `https://HOST:PORT` [default: `http.listen` of the
    /// configuration]
    #[arg(long, global = true, value_name = "URL", requires = "token", help_heading = "Which daemon")]
    url: Option<String>,
    /// A token with the scopes :read and :write of what is asked (calls, routing, queues, timetables, messages)
    /// [default: one is made in the configured database, valid for 5 minutes, and revoked afterwards]
    #[arg(
        long,
        global = true,
        value_name = "TOKEN",
        env = "STASISD_TOKEN",
        hide_env_values = true,
        help_heading = "Which daemon"
    )]
    token: Option<String>,
}

/// Orders a call, and follows it if that is asked.
pub(super) fn call(file: Option<PathBuf>, args: &CallArgs) -> Result<Exit, Failed> {
    let body = args.body().or_exit(Exit::Usage)?;
    with_client(file, &args.port, async |client| {
        let order = client.order(&body).await?;
        if !args.wait {
            say(&if args.json { json(&order) } else { turns::ordered(&order) })?;
            return Ok(Exit::Ok);
        }
        follow::follow(client, &order, args.json).await
    })
}

/// Lists, shows, cancels or moves what was ordered.
pub(super) fn calls(file: Option<PathBuf>, args: &CallsArgs) -> Result<Exit, Failed> {
    with_client(file, &args.port, async |client| list::run(client, &args.command).await)
}

/// Does something with a client, whose own token is revoked whatever came of it.
pub(super) fn with_client(
    file: Option<PathBuf>,
    port: &PortArgs,
    work: impl AsyncFnOnce(&mut Client) -> Result<Exit, Failed>,
) -> Result<Exit, Failed> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().or_exit(Exit::System)?;
    runtime.block_on(async {
        let mut client = open(file, port).await?;
        let done = work(&mut client).await;
        client.close().await;
        done
    })
}

async fn open(file: Option<PathBuf>, port: &PortArgs) -> Result<Client, Failed> {
    if let (Some(url), Some(token)) = (&port.url, &port.token) {
        return Client::with_token(url, token);
    }
    let tables: &[&str] = if port.token.is_some() { &["http."] } else { &["http.", "storage."] };
    let config = load::read_and_verify_tables(file, tables)?.config;
    let url = client::address(&config.http).or_exit(Exit::Config)?;
    if let Some(token) = &port.token {
        return Client::with_token(&url, token);
    }
    Client::with_store(&url, Store::open(&config.storage).await.or_exit(Exit::Unavailable)?).await
}

pub(super) fn json(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}

/// Says a line, or lines, on standard output. Who reads it may have gone.
pub(super) fn say(text: &str) -> Result<(), Failed> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{text}").and_then(|()| out.flush()).or_exit(Exit::System)
}

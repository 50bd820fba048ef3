//! `stasisd calls list | show | cancel | edit | transfer`: what was ordered, and what is up.

use clap::{Args, Subcommand};
use serde_json::{Map, Value, json};

use super::{
    PortArgs,
    client::{Client, escaped},
    json as pretty, say,
    turns::{self, moment, words},
};
use crate::app::{Exit, Failed};

/// `stasisd calls ...`
#[derive(Debug, Args)]
pub struct CallsArgs {
    #[command(subcommand)]
    pub(super) command: CallsCommand,
    #[command(flatten)]
    pub(super) port: PortArgs,
}

#[derive(Debug, Subcommand)]
pub(super) enum CallsCommand {
    /// List call orders, newest first
    List(ListArgs),
    /// Show a call order and each attempt
    Show {
        /// Its id, as in the list
        id: String,
        /// JSON, as `GET /v1/call-orders/{id}` answers
        #[arg(long)]
        json: bool,
    },
    /// Cancel a call order; one that rings or talks is hung up
    Cancel {
        /// Its id, as in the list
        id: String,
    },
    /// Hand a call that is up on to somebody else
    Transfer {
        /// The call's id (not the call order's), as in `GET /v1/calls`
        id: String,
        /// The operators, or the ways of the call's gateway
        #[arg(long, value_parser = ["operator", "gateway"], default_value = "operator")]
        to: String,
        /// A context of the dialplan instead
        #[arg(long, value_name = "CONTEXT", conflicts_with = "to")]
        context: Option<String>,
        /// The extension there [default: s]
        #[arg(long, value_name = "EXTENSION", requires = "context")]
        extension: Option<String>,
        /// An address instead, sip:queue@carrier.example: the far end is asked by SIP REFER to call it
        #[arg(long, value_name = "ADDRESS", conflicts_with_all = ["to", "context"])]
        refer: Option<String>,
    },
    /// Move a call order that waits to another time
    Edit {
        /// Its id, as in the list
        id: String,
        /// Not before this time
        #[arg(long, value_name = "TIME", required_unless_present_any = ["not_after", "no_end"])]
        at: Option<String>,
        /// Not after this time
        #[arg(long, value_name = "TIME")]
        not_after: Option<String>,
        /// No last time any more
        #[arg(long, conflicts_with = "not_after")]
        no_end: bool,
    },
}

/// Which call orders.
#[derive(Debug, Args)]
pub(super) struct ListArgs {
    /// Where they are
    #[arg(long, value_parser = ["waiting", "active", "ended"])]
    state: Option<String>,
    /// Whom they call
    #[arg(long, value_name = "NUMBER")]
    number: Option<String>,
    /// Their gateway
    #[arg(long, value_name = "NAME")]
    gateway: Option<String>,
    /// What they are about: order:A-1001
    #[arg(long)]
    subject: Option<String>,
    /// How urgent they are
    #[arg(long, value_parser = ["alert", "callback", "campaign"])]
    lane: Option<String>,
    /// So many at most
    #[arg(long, value_name = "COUNT", default_value_t = 50)]
    limit: usize,
    /// JSON: a list
    #[arg(long)]
    json: bool,
}

/// Does it.
pub(super) async fn run(client: &mut Client, command: &CallsCommand) -> Result<Exit, Failed> {
    match command {
        CallsCommand::List(args) => list(client, args).await?,
        CallsCommand::Show { id, json: is_json } => {
            let answer = client.send("GET", &path(id), None).await?;
            say(&if *is_json { pretty(&answer) } else { shown(&answer) })?;
        }
        CallsCommand::Cancel { id } => {
            let order = client.send("DELETE", &path(id), None).await?;
            let told = match order["state"].as_str() {
                Some("ended") => turns::ending(&order),
                _ => "it is being hung up".to_owned(),
            };
            say(&told)?;
        }
        CallsCommand::Transfer { id, to, context, extension, refer } => {
            let to = match (refer, context) {
                (Some(refer), _) => json!({ "refer": refer }),
                (None, Some(context)) => {
                    json!({ "context": context, "extension": extension.as_deref().unwrap_or("s") })
                }
                (None, None) => json!(to),
            };
            let path = format!("/v1/calls/{}/transfer", escaped(id));
            client.send("POST", &path, Some(&json!({ "to": to }))).await?;
            say("it is being handed on; the event call.transfer tells what comes of it")?;
        }
        CallsCommand::Edit { id, at, not_after, no_end } => {
            let mut body = Map::new();
            body.extend(at.clone().map(|at| ("at".to_owned(), at.into())));
            let last = if *no_end { Some(Value::Null) } else { not_after.clone().map(Value::from) };
            body.extend(last.map(|last| ("not_after".to_owned(), last)));
            let order = client.send("PATCH", &path(id), Some(&body.into())).await?;
            say(&turns::ordered(&order))?;
        }
    }
    Ok(Exit::Ok)
}

fn path(id: &str) -> String {
    format!("/v1/call-orders/{}", escaped(id))
}

/// Pages until there are enough.
async fn list(client: &mut Client, args: &ListArgs) -> Result<(), Failed> {
    let mut query = String::new();
    for (name, value) in [
        ("state", &args.state),
        ("number", &args.number),
        ("gateway", &args.gateway),
        ("subject", &args.subject),
        ("lane", &args.lane),
    ] {
        if let Some(value) = value {
            query.push_str(&format!("&{name}={}", escaped(value)));
        }
    }
    let (mut orders, mut cursor) = (Vec::new(), String::new());
    while orders.len() < args.limit {
        let rows = (args.limit - orders.len()).min(200);
        let page = client.send("GET", &format!("/v1/call-orders?limit={rows}{query}{cursor}"), None).await?;
        orders.extend(page["items"].as_array().cloned().unwrap_or_default());
        let Some(next) = page["next"].as_str() else { break };
        cursor = format!("&cursor={}", escaped(next));
    }
    if args.json {
        return say(&pretty(&orders.into()));
    }
    say(&format!(
        "{:<36}  {:<8} {:<19}  {:<16} {:<12} {:<14} OUTCOME",
        "ID", "STATE", "TIME", "NUMBER", "GATEWAY", "FLOW"
    ))?;
    orders.iter().try_for_each(|order| say(&line(order)))
}

fn line(order: &Value) -> String {
    let text = |key: &str| order[key].as_str().unwrap_or_default();
    let time = moment(if order["ended_at"].is_null() { &order["next_at"] } else { &order["ended_at"] });
    let outcome = if text("state") == "ended" { turns::ending(order) } else { words(&order["reach"]) };
    let line = format!(
        "{:<36}  {:<8} {time:<19}  {:<16} {:<12} {:<14} {outcome}",
        text("id"),
        text("state"),
        text("number"),
        text("gateway"),
        text("flow"),
    );
    line.trim_end().to_owned()
}

fn shown(answer: &Value) -> String {
    let order = &answer["order"];
    let mut lines = vec![turns::ordered(order)];
    for (name, value) in [
        ("flow", words(&order["flow"])),
        ("text", order["facts"]["text"].as_str().unwrap_or_default().to_owned()),
        ("about", order["subject"].as_str().unwrap_or_default().to_owned()),
        ("lane", words(&order["lane"])),
        ("not before", moment(&order["not_before"])),
        ("not after", moment(&order["not_after"])),
        ("attempts", format!("{} of {} at most", order["attempts"], order["retry"]["ceiling"])),
    ] {
        if !value.is_empty() {
            lines.push(format!("  {name:<11} {value}"));
        }
    }
    lines.extend(turns::turns(answer, &[]).iter().map(|turn| format!("  {turn}")));
    lines.join("\n")
}

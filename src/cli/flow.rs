//! `stasisd flow`: check the flow files, draw one, try one without a phone, list them.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};
use clap::{Args, Subcommand, ValueEnum};
use jiff::{Timestamp, tz::TimeZone};
use tokio::io::BufReader;

use crate::{
    app::Exit,
    calls::Place,
    config::{Config, FlowsConfig},
    flow::{CallFacts, Library, Pretence, Problem, graph, try_in_terminal},
    model::{CallId, ChannelId, Contact, Facts, Order, OrderId},
};

/// `stasisd flow …`
#[derive(Debug, Args)]
pub struct FlowArgs {
    #[command(subcommand)]
    command: FlowCommand,
}

#[derive(Debug, Subcommand)]
enum FlowCommand {
    /// Say what is wrong in the flow files, with line and key.
    Check {
        /// A folder of flow files [default: flows.directory of the configuration].
        directory: Option<PathBuf>,
    },
    /// Draw a flow.
    Graph {
        /// Its name, or its file.
        flow: String,
        /// The form of the picture.
        #[arg(long, value_enum, default_value = "mermaid")]
        format: Format,
        /// Where to write it [default: standard output].
        #[arg(long, short, value_name = "FILE")]
        output: Option<PathBuf>,
    },
    /// Try a flow in the terminal: read what the caller hears, type the keys.
    Try(TryArgs),
    /// List the flows.
    List,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// Text for documents that draw Mermaid.
    Mermaid,
    /// A picture.
    Svg,
}

#[derive(Debug, Args)]
struct TryArgs {
    /// Its name, or its file.
    flow: String,
    /// The caller's number.
    #[arg(long, default_value = "+34600000001")]
    caller: String,
    /// The number that was called.
    #[arg(long)]
    called: Option<String>,
    /// The call's language [default: calls.language of the configuration].
    #[arg(long)]
    language: Option<String>,
    /// An order of the caller: JSON with `id`, `status` and `facts`. May be given several times.
    #[arg(long, value_name = "FILE")]
    order: Vec<PathBuf>,
    /// Who the caller is: a contact as JSON, as /v1/contacts takes it.
    #[arg(long, value_name = "FILE")]
    contact: Option<PathBuf>,
    /// A variable that whoever starts the flow would give; the value is JSON, or a text as it stands.
    #[arg(long = "var", value_name = "NAME=VALUE")]
    vars: Vec<String>,
    /// Do not wait: an empty line is silence.
    #[arg(long)]
    fast: bool,
}

/// Does what is asked. Must not be called inside an async runtime. `now` is the time that `try` speaks of.
///
/// # Errors
/// A file that cannot be read or written, a flow that is not there or has errors.
pub fn run(args: &FlowArgs, config: &Config, now: Timestamp) -> Result<Exit> {
    match &args.command {
        FlowCommand::Check { directory } => Ok(check(config, directory.as_deref())),
        FlowCommand::Graph { flow, format, output } => draw(config, flow, *format, output.as_deref()),
        FlowCommand::Try(trial) => attempt(config, trial, now),
        FlowCommand::List => {
            list(config);
            Ok(Exit::Ok)
        }
    }
}

fn load(config: &Config, directory: Option<&Path>) -> (Library, Vec<Problem>) {
    let flows = FlowsConfig {
        directory: directory.map_or_else(|| config.flows.directory.clone(), Path::to_path_buf),
        ..config.flows.clone()
    };
    Library::load(&flows, Some(&config.speech.sounds_directory))
}

fn check(config: &Config, directory: Option<&Path>) -> Exit {
    let (library, problems) = load(config, directory);
    for problem in &problems {
        println!("{problem}");
    }
    let errors = problems.iter().filter(|problem| problem.is_error()).count();
    let (flows, warnings) = (library.names().len(), problems.len() - errors);
    println!("{flows} flows are good; {errors} errors, {warnings} warnings");
    if errors == 0 && flows > 0 { Exit::Ok } else { Exit::Found }
}

/// A library in which the flow is, and the flow's name there.
fn find(config: &Config, flow: &str) -> Result<(Library, String)> {
    let path = Path::new(flow);
    let is_file = path.extension().is_some_and(|ending| ending == "toml");
    let directory = if is_file {
        path.parent().map(|p| if p == Path::new("") { Path::new(".") } else { p })
    } else {
        None
    };
    let (library, problems) = load(config, directory);
    let stem = if is_file { path.file_stem().and_then(|stem| stem.to_str()) } else { Some(flow) };
    let name = stem.unwrap_or(flow).to_owned();
    if library.get(&name).is_none() {
        for problem in problems.iter().filter(|problem| problem.is_error()) {
            eprintln!("{problem}");
        }
        bail!("there is no good flow {name:?}; there are: {}", library.names().join(", "));
    }
    Ok((library, name))
}

fn draw(config: &Config, flow: &str, format: Format, output: Option<&Path>) -> Result<Exit> {
    let (library, name) = find(config, flow)?;
    let flow = library.get(&name).with_context(|| format!("the flow {name} is gone"))?;
    let picture = match format {
        Format::Mermaid => graph::mermaid(&flow),
        Format::Svg => graph::svg(&flow),
    };
    match output {
        Some(file) => fs::write(file, picture).with_context(|| format!("cannot write {}", file.display()))?,
        None => std::io::stdout().write_all(picture.as_bytes())?,
    }
    Ok(Exit::Ok)
}

fn list(config: &Config) {
    for flow in load(config, None).0.summaries() {
        let state = match (flow.is_loaded, flow.problems.iter().filter(|p| p.is_error()).count()) {
            (true, 0) => String::new(),
            (_, errors) => format!("  ({errors} errors: stasisd flow check)"),
        };
        let (steps, languages) = (flow.steps.len(), flow.languages.join(" "));
        println!("{:<20} {:>3} steps  {:<12} {}{state}", flow.name, steps, languages, flow.description);
    }
}

fn attempt(config: &Config, args: &TryArgs, now: Timestamp) -> Result<Exit> {
    let (library, name) = find(config, &args.flow)?;
    let zone = TimeZone::get(&config.calls.time_zone).context("calls.time_zone")?;
    let orders = args.order.iter().map(|file| order(file, now)).collect::<Result<Vec<_>>>()?;
    let call = CallFacts {
        id: CallId::of_channel(&ChannelId::from("trial"), &now.to_string()),
        caller: Some(args.caller.clone()).filter(|number| !number.is_empty()),
        caller_name: None,
        called: args.called.clone(),
        gateway: None,
        language: args.language.clone().unwrap_or_else(|| config.calls.language.clone()),
        started: now,
    };
    let pretence = Pretence {
        call,
        now: now.to_zoned(zone),
        orders,
        contact: args.contact.as_deref().map(contact).transpose()?,
        vars: variables("--var", &args.vars)?,
        operator: Place {
            context: config.calls.operator_context.clone(),
            extension: config.calls.operator_extension.clone(),
            priority: 1,
        },
        is_fast: args.fast,
    };
    let set = library.snapshot();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
    let input = BufReader::new(tokio::io::stdin());
    let tried = runtime.block_on(try_in_terminal(&set, &name, pretence, input, std::io::stdout()));
    // The thread that reads the terminal would wait for one more line.
    runtime.shutdown_background();
    Ok(if tried.is_ok() { Exit::Ok } else { Exit::Found })
}

/// Variables written as `NAME=VALUE` after an option: JSON, or a text as it stands.
pub(super) fn variables(option: &str, given: &[String]) -> Result<Facts> {
    let mut vars = Facts::new();
    for text in given {
        let (name, value) =
            text.split_once('=').with_context(|| format!("{option} {text}: should be NAME=VALUE"))?;
        let value = serde_json::from_str(value).unwrap_or_else(|_| value.into());
        vars.insert(name.to_owned(), value);
    }
    Ok(vars)
}

/// A contact as it is sent to the API.
fn contact(file: &Path) -> Result<Contact> {
    let shown = file.display();
    let text = fs::read_to_string(file).with_context(|| format!("cannot read {shown}"))?;
    let contact: Contact =
        serde_json::from_str(&text).with_context(|| format!("{shown} is no contact in JSON"))?;
    Ok(contact.cleaned())
}

/// An order as it is sent to the API: `{"id": "A-1", "status": "on_the_way", "facts": {…}}`.
fn order(file: &Path, now: Timestamp) -> Result<Order> {
    let shown = file.display();
    let text = fs::read_to_string(file).with_context(|| format!("cannot read {shown}"))?;
    let json: serde_json::Value =
        serde_json::from_str(&text).with_context(|| format!("{shown} is not JSON"))?;
    let stem = file.file_stem().and_then(|stem| stem.to_str()).unwrap_or("trial");
    let id = json.get("id").and_then(|id| id.as_str()).unwrap_or(stem);
    Ok(Order {
        id: OrderId::parse(id).with_context(|| format!("{shown}: {id:?} is not an order's id"))?,
        phones: Vec::new(),
        status: json
            .get("status")
            .and_then(|s| s.as_str())
            .with_context(|| format!("{shown} has no status"))?
            .to_owned(),
        facts: json.get("facts").and_then(|facts| facts.as_object()).cloned().unwrap_or_default(),
        version: 1,
        expires_at: None,
        updated_at: now,
    })
}

//! The command line: which words there are, and what each does.

mod absences;
mod call;
mod check;
mod completions;
mod config;
mod contacts;
mod doctor;
mod export;
mod flow;
mod import;
mod lists;
mod load;
mod notes;
mod people;
mod queues;
mod rules;
mod run;
mod say;
mod timetable;
mod token;
mod voice;

use std::{path::PathBuf, process::ExitCode};

use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand};
use clap_complete::Shell;

use crate::{
    app::{Exit, Failed, OrExit},
    storage::Store,
    tasks::clock,
};

/// One daemon beside Asterisk: calls that survive their daemon, flows as files, and an API to steer them.
#[derive(Debug, Parser)]
#[command(name = "stasisd", version, propagate_version = true)]
struct Cli {
    #[command(flatten)]
    all: ForAll,
    #[command(subcommand)]
    command: Option<Command>,
}

/// What every command takes.
#[derive(Debug, Args)]
struct ForAll {
    /// The configuration file [default: /etc/stasisd/stasisd.toml, if it is there]; conf.d/*.toml beside it
    /// and `STASISD_TABLE__KEY` variables are read after it.
    #[arg(long, global = true, value_name = "FILE", env = "STASISD_CONFIG")]
    config: Option<PathBuf>,
}

/// The command that runs for months, by itself: the grammar of all the others would stay in its memory.
#[derive(Debug, Parser)]
struct Daemon {
    #[command(flatten)]
    all: ForAll,
    #[command(subcommand)]
    command: Option<Only>,
}

#[derive(Debug, Subcommand)]
enum Only {
    Run,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the daemon (what happens without a command).
    Run,
    /// Read the configuration and everything it names, and say what is wrong. Opens nothing.
    Check,
    /// Try this deployment: Asterisk, dialplan, sounds, voice, database. Says how to mend what fails.
    Doctor,
    /// Order a call: say a text to somebody, or hold a dialogue.
    Call(call::CallArgs),
    /// Calls that were ordered: list, show, cancel, move them.
    Calls(call::CallsArgs),
    /// Contacts: look up who calls, import them, list them.
    Contacts(contacts::ContactsArgs),
    /// Routing rules: which way calls go that come in, and why.
    Rules(rules::RulesArgs),
    /// Lists of callers: who is blocked, who is treated better.
    Lists(lists::ListsArgs),
    /// Queues: who answers and who waits, who is wanted by the timetable, what differs and by whom; members, overrides,
    /// calls and figures.
    Queues(queues::QueuesArgs),
    /// Call notes: the log of a day, export, statistics, categories.
    Notes(notes::NotesArgs),
    /// Who works here: list, change, group, import, export them.
    People(people::PeopleArgs),
    /// When persons cannot answer telephones, as busy lines: list, add, import, export them.
    Absences(absences::AbsencesArgs),
    /// Take over what another program kept.
    Import(import::ImportArgs),
    /// Write what is kept here into the files of another program.
    Export(export::ExportArgs),
    /// Say something to a channel of the team, or to a person.
    Say(say::SayArgs),
    /// Flow files: check them, draw one, try one in the terminal.
    Flow(flow::FlowArgs),
    /// Timetables: who answers telephones when; show, edit, plan, publish, print weeks.
    Timetable(timetable::TimetableArgs),
    /// Voices: list them, let one speak, put one in place.
    Voice(voice::VoiceArgs),
    /// Who may use the control port.
    Token(token::TokenArgs),
    /// Show the configuration that holds.
    #[command(subcommand)]
    Config(config::ConfigCommand),
    /// Print the completions for a shell.
    Completions {
        /// Which.
        shell: Shell,
    },
}

/// Reads the process's arguments and does what they say.
#[must_use]
pub fn main() -> ExitCode {
    if let Ok(Daemon { all, command: Some(Only::Run) | None }) = Daemon::try_parse() {
        return exit(run::run(all.config));
    }
    let matches = match command().try_get_matches() {
        Ok(matches) => matches,
        Err(error) => return usage(&error),
    };
    let cli = match Cli::from_arg_matches(&matches) {
        Ok(cli) => cli,
        Err(error) => return usage(&error),
    };
    exit(obey(cli))
}

fn exit(done: Result<Exit, Failed>) -> ExitCode {
    match done {
        Ok(exit) => exit.into(),
        Err(failed) => {
            eprintln!("stasisd: {failed}");
            failed.exit.into()
        }
    }
}

fn obey(cli: Cli) -> Result<Exit, Failed> {
    let file = cli.all.config;
    match cli.command.unwrap_or(Command::Run) {
        Command::Run => run::run(file),
        Command::Check => Ok(check::run(file)),
        Command::Doctor => doctor::run(file),
        Command::Call(args) => call::call(file, &args),
        Command::Calls(args) => call::calls(file, &args),
        Command::Contacts(args) => {
            let tables = ["calls.country", "lookup.", "storage."];
            let config = load::read_and_verify_tables(file, &tables)?.config;
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            let mut out = std::io::stdout();
            let done = contacts::run(&args, &config, clock::now(), &mut out);
            let found = runtime.or_exit(Exit::System)?.block_on(done).or_exit(Exit::Data)?;
            Ok(if found { Exit::Ok } else { Exit::Found })
        }
        Command::Rules(args) => rules::run(file, &args),
        Command::Queues(args) => queues::run(file, &args),
        Command::Lists(args) => lists::run(file, &args),
        Command::Say(args) => say::run(file, &args),
        Command::Notes(args) => {
            let config = load::read_and_verify_tables(file, &["calls.time_zone", "storage."])?.config;
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            let mut out = std::io::stdout();
            let done = notes::run(&args, &config, &mut out);
            runtime.or_exit(Exit::System)?.block_on(done).or_exit(Exit::Data).map(|()| Exit::Ok)
        }
        command @ (Command::People(_) | Command::Absences(_) | Command::Import(_) | Command::Export(_)) => {
            obey_people(file, command)
        }
        Command::Flow(args) => {
            let config = load::read_and_verify_tables(file, &["calls.", "flows.", "speech."])?.config;
            flow::run(&args, &config, clock::now()).or_exit(Exit::Data)
        }
        Command::Timetable(args) => timetable::run(file, &args),
        Command::Voice(args) => {
            let config = load::read_and_verify_tables(file, &["calls.language", "speech."])?.config;
            let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
            runtime.or_exit(Exit::System)?.block_on(voice::run(&args, &config)).or_exit(Exit::Data)
        }
        Command::Token(args) => obey_token(file, args),
        Command::Config(command) => config::run(file, &command),
        Command::Completions { shell } => completions::run(shell, &mut command()),
    }
}

fn obey_token(file: Option<PathBuf>, args: token::TokenArgs) -> Result<Exit, Failed> {
    let config = load::read_and_verify_tables(file, &["storage."])?.config;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().or_exit(Exit::System)?;
    runtime.block_on(async {
        let store = Store::open(&config.storage).await.or_exit(Exit::Unavailable)?;
        let (mut out, mut notes) = (std::io::stdout(), std::io::stderr());
        let done = token::run(args, &store, clock::now(), &mut out, &mut notes).await;
        done.or_exit(Exit::Data).map(|()| Exit::Ok)
    })
}

fn obey_people(file: Option<PathBuf>, command: Command) -> Result<Exit, Failed> {
    let tables = ["calls.country", "calls.time_zone", "storage.", "timetables."];
    let config = load::read_and_verify_tables(file, &tables)?.config;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().or_exit(Exit::System)?;
    let mut out = std::io::stdout();
    let whole = runtime.block_on(async {
        match command {
            Command::People(args) => people::run(&args, &config, &mut out).await.map(|()| true),
            Command::Absences(args) => absences::run(&args, &config, &mut out).await,
            Command::Import(args) => import::run(&args, &config, clock::now(), &mut out).await,
            Command::Export(args) => export::run(&args, &config, &mut out).await,
            _ => Ok(true),
        }
    });
    Ok(if whole.or_exit(Exit::Data)? { Exit::Ok } else { Exit::Found })
}

fn command() -> clap::Command {
    let codes: Vec<String> =
        Exit::ALL.iter().map(|(exit, means)| format!("  {:>3}  {means}", exit.code())).collect();
    Cli::command().after_help(format!("Exit codes:\n{}", codes.join("\n")))
}

fn usage(error: &clap::Error) -> ExitCode {
    // Nothing can be done where even the help cannot be printed.
    let _ = error.print();
    if error.use_stderr() { Exit::Usage.into() } else { Exit::Ok.into() }
}

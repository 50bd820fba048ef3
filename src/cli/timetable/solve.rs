//! `stasisd timetable solve FILE.json`: a week in the neutral format in, its best timetable out.

use std::{
    convert::Infallible,
    fs,
    future::pending,
    io::{self, IsTerminal, Read, Write},
    path::{Path, PathBuf},
    pin::pin,
};

use anyhow::{Context, Result};
use clap::Args;
use futures_util::future::{Either, select};
use serde_json::{Map, Value, json};
use tokio_util::sync::CancellationToken;

use crate::{
    app::{Exit, Failed, OrExit},
    timetable::{End, Options, Problem, Progress, Solution, SolveError, Worker, solve},
};

/// A week and how to plan it.
#[derive(Debug, Args)]
pub(super) struct SolveArgs {
    /// The week, in the format tomatic-neutral/1; - reads it from standard input
    #[arg(value_name = "FILE.json")]
    file: PathBuf,
    /// Where to write the timetable [default: standard output]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// How long to look for a better timetable
    #[arg(long, value_name = "SECONDS", default_value_t = 60.0)]
    seconds: f64,
    /// Good enough: this part of the penalty above the bound (0.01 is 1 %)
    #[arg(long, value_name = "PART", default_value_t = 0.0)]
    gap: f64,
    /// Where chance begins
    #[arg(long, default_value_t = 0)]
    seed: u32,
    /// Tell on standard error how far it is
    #[arg(long)]
    progress: bool,
}

/// Plans it; Ctrl+C ends the search and keeps the best timetable so far.
pub(super) fn run(args: &SolveArgs) -> Result<Exit, Failed> {
    let problem = read(&args.file).or_exit(Exit::Data)?;
    let options = Options { seconds: args.seconds, seed: args.seed, gap: args.gap };
    let mut teller = Teller::new(args.progress);
    let solved = search(&problem, &options, &mut teller)?;
    match solved {
        Ok(solution) => {
            write(args.out.as_deref(), &answer(&problem, &solution)).or_exit(Exit::Disk)?;
            if let End::Failed(why) = solution.end {
                return Err(Failed::new(Exit::Unavailable, format!("the best so far is written, but {why}")));
            }
            Ok(Exit::Ok)
        }
        Err(SolveError::Unsolvable(why)) => {
            write(args.out.as_deref(), &json!({ "unsolvable": why })).or_exit(Exit::Disk)?;
            Err(Failed::new(Exit::Data, why.to_string()))
        }
        Err(error) => Err(Failed::new(Exit::Unavailable, error.to_string())),
    }
}

/// Looks for the best timetable, until there is none better, the time is over, or Ctrl+C.
pub(super) fn search(
    problem: &Problem,
    options: &Options,
    teller: &mut Teller,
) -> Result<Result<Solution, SolveError>, Failed> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().or_exit(Exit::System)?;
    let solved = runtime.block_on(async {
        let stop = CancellationToken::new();
        let worker = Worker::default();
        let planning = pin!(solve(&worker, problem, options, |progress| teller.tell(progress), &stop));
        let stopping = pin!(async {
            if tokio::signal::ctrl_c().await.is_ok() {
                stop.cancel();
            }
            pending::<Infallible>().await
        });
        match select(planning, stopping).await {
            Either::Left((solved, _)) => solved,
            Either::Right((never, _)) => match never {},
        }
    });
    teller.end();
    Ok(solved)
}

/// The planning process: asked on standard input, told on standard output.
pub(super) fn work() -> Result<Exit, Failed> {
    let told = crate::timetable::solve::work(io::stdin().lock(), io::stdout().lock());
    told.map(|()| Exit::Ok).map_err(|why| Failed::new(Exit::Data, why))
}

pub(super) fn read(file: &Path) -> Result<Problem> {
    let shown = file.display();
    let text = if file == Path::new("-") {
        let mut text = String::new();
        io::stdin().read_to_string(&mut text).map(|_| text)
    } else {
        fs::read_to_string(file)
    };
    let text = text.with_context(|| format!("cannot read {shown}"))?;
    Problem::read(&text).with_context(|| format!("{shown} holds no week that can be planned"))
}

pub(super) fn write(out: Option<&Path>, answer: &Value) -> Result<()> {
    let text = serde_json::to_string_pretty(answer)? + "\n";
    match out {
        Some(file) => fs::write(file, text).with_context(|| format!("cannot write {}", file.display())),
        None => io::stdout().write_all(text.as_bytes()).context("cannot write to standard output"),
    }
}

/// The timetable, its points, and where they come from.
pub(super) fn answer(problem: &Problem, solution: &Solution) -> Value {
    let mut points = Map::new();
    for penalty in &solution.breakdown {
        let kind = serde_json::to_value(penalty.kind).unwrap_or_default();
        let sum = points.entry(kind.as_str().unwrap_or_default()).or_insert(json!(0));
        *sum = json!(sum.as_u64().unwrap_or(0) + penalty.points);
    }
    json!({
        "timetable": solution.grid.ids(problem),
        "penalty": solution.penalty,
        "bound": solution.bound,
        "end": solution.end,
        "points": points,
        "breakdown": solution.breakdown,
    })
}

/// The line of progress: rewritten on a terminal, else one each second.
pub(super) struct Teller {
    wanted: bool,
    is_terminal: bool,
    /// The second that was told last.
    told: Option<u64>,
    last: String,
}

impl Teller {
    pub(super) fn new(wanted: bool) -> Self {
        Self { wanted, is_terminal: io::stderr().is_terminal(), told: None, last: String::new() }
    }

    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "seconds since the beginning")]
    pub(super) fn tell(&mut self, progress: &Progress) {
        let second = progress.elapsed_secs as u64;
        self.last = line(progress);
        if !self.wanted || (!self.is_terminal && self.told == Some(second)) {
            return;
        }
        self.told = Some(second);
        // Whoever closed standard error does not want to know.
        let _ = if self.is_terminal {
            write!(io::stderr(), "\r\x1b[K{}", self.last)
        } else {
            writeln!(io::stderr(), "{}", self.last)
        };
    }

    /// How it was in the end.
    pub(super) fn end(&self) {
        if self.wanted {
            let again = if self.is_terminal { "\r\x1b[K" } else { "" };
            let _ = writeln!(io::stderr(), "{again}{}", self.last);
        }
    }
}

fn line(progress: &Progress) -> String {
    let or = |points: Option<u64>| points.map_or_else(|| "-".to_owned(), |points| points.to_string());
    let gap = progress.gap().map_or_else(|| "-".to_owned(), |gap| format!("{:.1} %", gap * 100.0));
    let improved = progress.improved_secs.map_or_else(|| "-".to_owned(), |at| format!("{at:.1} s"));
    format!(
        "{:.1} s: best {}, bound {}, gap {gap}, {} of {} cells filled, improved at {improved}",
        progress.elapsed_secs,
        or(progress.best),
        or(progress.bound),
        progress.filled,
        progress.cells,
    )
}

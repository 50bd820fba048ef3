//! Plans in a process of its own, which may be stopped, be killed or fall at any time: the best is always here.

use std::{ffi::OsString, path::PathBuf, process::Stdio, time::Duration};

use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, Lines},
    process::{Child, ChildStdout, Command},
    time::{Instant, timeout},
};
use tokio_util::sync::CancellationToken;

use super::{
    End, Options, Progress, Solution, SolveError, why,
    wire::{Asked, Told},
};
use crate::timetable::{
    check::{Check, check},
    problem::{Grid, Problem},
};

/// How long after its deadline the process may still be busy with ending.
const GRACE: Duration = Duration::from_secs(5);
/// How often there is word of a planning that finds nothing new.
const BEAT: Duration = Duration::from_secs(1);
/// What of its last words is repeated.
const LAST_WORDS: u64 = 2000;

/// How the planning process is started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Worker {
    /// The program.
    pub program: PathBuf,
    /// Its arguments.
    pub arguments: Vec<OsString>,
}

impl Default for Worker {
    /// This very program, also when its file has been replaced by a newer one since.
    fn default() -> Self {
        Self { program: "/proc/self/exe".into(), arguments: vec!["timetable".into(), "work".into()] }
    }
}

/// Plans a week in a process of its own, and tells how far it is: with each change, and each second.
///
/// Stopped, at its deadline and when the process falls it is the best timetable so far that is given; whether none
/// is better says [`Solution::end`].
///
/// # Errors
/// A week that no timetable fits (with the reason), and no timetable at all so far.
pub async fn solve(
    worker: &Worker,
    problem: &Problem,
    options: &Options,
    mut progress: impl FnMut(&Progress),
    stop: &CancellationToken,
) -> Result<Solution, SolveError> {
    let options = options.sane();
    let begun = Instant::now();
    let mut parent = Parent::new(problem, begun + Duration::from_secs_f64(options.seconds) + GRACE);
    progress(&parent.progress);
    let (mut child, mut lines) = start(worker, problem, &options).await?;
    let end = loop {
        let wait = BEAT.min(parent.latest.saturating_duration_since(Instant::now()));
        match stop.run_until_cancelled(timeout(wait, lines.next_line())).await {
            None => break Some(End::Stopped),
            Some(Ok(Ok(None))) => break None,
            Some(Ok(Ok(Some(line)))) => {
                match parent.hear(&line) {
                    Ok(None) => {}
                    Ok(Some(end)) => break Some(end),
                    // What it found before is as good as it was.
                    Err(SolveError::Failed(why)) => break Some(End::Failed(why)),
                    Err(error) => return Err(error),
                }
            }
            Some(Ok(Err(error))) => break Some(End::Failed(error.to_string())),
            Some(Err(_)) if Instant::now() >= parent.latest => break Some(End::Deadline),
            Some(Err(_)) => {}
        }
        parent.progress.elapsed_secs = begun.elapsed().as_secs_f64();
        progress(&parent.progress);
    };
    let end = match end {
        Some(end) => end,
        None => End::Failed(last_words(&mut child).await),
    };
    // It has nothing to lose: what it found is here. Whoever drops it kills it, too.
    let _ = child.start_kill();
    let _ = timeout(BEAT, child.wait()).await;
    parent.progress.elapsed_secs = begun.elapsed().as_secs_f64();
    progress(&parent.progress);
    parent.solution(end)
}

/// Starts the process and asks it.
async fn start(
    worker: &Worker,
    problem: &Problem,
    options: &Options,
) -> Result<(Child, Lines<BufReader<ChildStdout>>), SolveError> {
    let failed = |what: &str| SolveError::Failed(format!("{}: {what}", worker.program.display()));
    let mut command = Command::new(&worker.program);
    command.args(&worker.arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    // A terminal's Ctrl+C is for this side, which then stops the process with the best in hand.
    let mut child =
        command.process_group(0).kill_on_drop(true).spawn().map_err(|error| failed(&error.to_string()))?;
    let (Some(mut input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
        return Err(failed("it has no pipes"));
    };
    let asked = Asked { problem: problem.clone(), options: *options };
    let mut text = serde_json::to_vec(&asked).map_err(|error| failed(&error.to_string()))?;
    text.push(b'\n');
    // If it falls before it has read everything, its last words say more than the broken pipe.
    let _ = timeout(GRACE, input.write_all(&text)).await;
    drop(input);
    Ok((child, BufReader::new(output).lines()))
}

/// How it ended that should not have.
async fn last_words(child: &mut Child) -> String {
    let mut words = String::new();
    if let Some(stderr) = child.stderr.take() {
        let _ = timeout(BEAT, stderr.take(LAST_WORDS).read_to_string(&mut words)).await;
    }
    let status = timeout(BEAT, child.wait()).await;
    let status = status.map_or_else(
        |_| "no end".to_owned(),
        |status| status.map_or_else(|error| error.to_string(), |status| status.to_string()),
    );
    let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
    format!("the planning process ended with {status} {words}").trim_end().to_owned()
}

/// What is known on this side.
struct Parent<'a> {
    problem: &'a Problem,
    begun: Instant,
    /// How long it is waited for.
    latest: Instant,
    found: Option<(Grid, Check)>,
    bound: u64,
    progress: Progress,
}

impl<'a> Parent<'a> {
    fn new(problem: &'a Problem, latest: Instant) -> Self {
        let cells = problem.places().map(|place| problem.lines_at(place)).sum();
        let begun = Instant::now();
        Self {
            problem,
            begun,
            latest,
            found: None,
            bound: 0,
            progress: Progress { cells, ..Progress::default() },
        }
    }

    /// Takes one line of the process; some end if it was the last one.
    fn hear(&mut self, line: &str) -> Result<Option<End>, SolveError> {
        let told = serde_json::from_str(line)
            .map_err(|error| SolveError::Failed(format!("the planning process said {line:?}: {error}")))?;
        match told {
            Told::Better(ids) => self.take(Grid::from_ids(self.problem, &ids).map_err(SolveError::Failed)?),
            Told::Bound(bound) => {
                self.bound = self.bound.max(bound);
                self.progress.bound = Some(self.bound);
            }
            Told::Explaining => self.latest = Instant::now() + why::PATIENCE + GRACE,
            Told::Done(end) => return Ok(Some(end)),
            Told::Unsolvable(why) => return Err(SolveError::Unsolvable(why)),
            Told::NothingFound => return Err(SolveError::NothingFound),
            Told::Failed(why) => return Err(SolveError::Failed(why)),
        }
        Ok(None)
    }

    /// Keeps a timetable: judged here, as the process may be wrong about its own work.
    fn take(&mut self, grid: Grid) {
        let check = check(self.problem, &grid);
        let is_better = self.found.as_ref().is_none_or(|(_, best)| check.penalty < best.penalty);
        if !is_better || !check.conflicts.is_empty() {
            return;
        }
        self.progress.best = Some(check.penalty);
        self.progress.filled = grid.filled();
        self.progress.improved_secs = Some(self.begun.elapsed().as_secs_f64());
        self.found = Some((grid, check));
    }

    fn solution(&mut self, end: End) -> Result<Solution, SolveError> {
        match (self.found.take(), end) {
            (Some((grid, check)), end) => Ok(Solution::new(grid, check, self.bound, end)),
            (None, End::Failed(why)) => Err(SolveError::Failed(why)),
            (None, _) => Err(SolveError::NothingFound),
        }
    }
}

//! `espeak-ng` processes that stay: to start one costs more than all that it does for a text.

use std::{
    path::{Path, PathBuf},
    process::Stdio,
    sync::{Mutex, PoisonError},
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    process::{Child, ChildStdin, ChildStdout},
};

use crate::tts::program;

/// Processes that are kept between texts: for as many as are usually worked at, and the parts behind them.
const KEPT: usize = 4;
/// Bytes of a text that surely go into the pipe while nobody reads its answer.
const MOST_INPUT: usize = 16 << 10;
/// Bytes that its phonemes never have.
const MOST_OUTPUT: usize = 1 << 20;
/// Those that espeak-ng has in every language.
const CONSONANTS: [char; 8] = ['t', 'k', 's', 'm', 'n', 'l', 'f', 'd'];

/// The processes of one voice.
#[derive(Debug)]
pub(super) struct Warm {
    program: PathBuf,
    voice: String,
    idle: Mutex<Vec<Process>>,
}

/// One that waits for a line. Dropping it kills it.
#[derive(Debug)]
struct Process {
    /// Held, so that it is killed with this.
    #[cfg_attr(not(test), allow(dead_code, reason = "held, not read"))]
    child: Child,
    stdin: ChildStdin,
    stdout: ChildStdout,
    /// A line between any two, by which it is known where an answer ends. Nobody can guess it, and it costs next to
    /// nothing, being phonemes already; a clean text has none of those.
    mark: String,
    /// What is answered to that.
    answer: Vec<u8>,
}

impl Warm {
    pub(super) fn new(program: &Path, voice: &str) -> Self {
        Self { program: program.to_owned(), voice: voice.to_owned(), idle: Mutex::default() }
    }

    /// The phonemes of each of these lines, one string for each. `None` where it did not work: then a process that is
    /// started for the text alone tells why, or does it.
    pub(super) async fn ask(&self, lines: &[&str]) -> Option<Vec<String>> {
        if lines.iter().map(|line| line.len()).sum::<usize>() > MOST_INPUT {
            return None;
        }
        // One that died while it waited is no reason to do without.
        let idle = self.idle().pop();
        if let Some(process) = idle
            && let Some(said) = self.ask_of(process, lines).await
        {
            return Some(said);
        }
        let process = Process::start(&self.program, &self.voice).await?;
        self.ask_of(process, lines).await
    }

    /// One whose answer is not awaited to the end is never asked again: it would answer to the text before.
    async fn ask_of(&self, mut process: Process, lines: &[&str]) -> Option<Vec<String>> {
        let said = process.ask(lines).await?;
        let mut idle = self.idle();
        if idle.len() < KEPT {
            idle.push(process);
        }
        Some(said)
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Process>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Process {
    async fn start(program: &Path, voice: &str) -> Option<Self> {
        let mut command = program::command(program, &["-q", "-v", voice, "-b", "1", "--ipa"]);
        let mut child = command.stderr(Stdio::null()).spawn().ok()?;
        let (stdin, stdout) = (child.stdin.take()?, child.stdout.take()?);
        let sounds: [u8; 8] = rand::random();
        let sounds = sounds.map(|sound| CONSONANTS[usize::from(sound) % CONSONANTS.len()]);
        let mark = format!("[[{}]]", String::from_iter(sounds));
        let mut process = Self { child, stdin, stdout, mark, answer: Vec::new() };
        // A voice in which the same words are not the same sounds could not be followed.
        process.tell(&[&process.mark, &process.mark].map(String::as_str).join("\n")).await?;
        let mut heard = Vec::new();
        while heard.split(|byte| *byte == b'\n').count() < 3 {
            process.hear(&mut heard).await?;
        }
        let (one, two) = heard.split_at(heard.len() / 2);
        process.answer = one.to_owned();
        (one == two && !one.trim_ascii().is_empty()).then_some(process)
    }

    /// Without `--stdin` each line is a text by itself, and its phonemes are flushed.
    async fn ask(&mut self, lines: &[&str]) -> Option<Vec<String>> {
        let marked: Vec<&str> = lines.iter().flat_map(|line| [*line, &self.mark]).collect();
        self.tell(&marked.join("\n")).await?;
        let (mut heard, mut said) = (Vec::new(), Vec::new());
        while said.len() < lines.len() {
            self.hear(&mut heard).await?;
            while let Some(end) = self.end_of_answer(&heard) {
                said.push(std::str::from_utf8(&heard[..end]).ok()?.trim().to_owned());
                heard.drain(..end + self.answer.len());
            }
        }
        (said.len() == lines.len() && heard.is_empty()).then_some(said)
    }

    /// Where the mark's answer begins: it has a line of its own.
    fn end_of_answer(&self, heard: &[u8]) -> Option<usize> {
        let behind_lines = heard.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at + 1);
        std::iter::once(0).chain(behind_lines).find(|at| heard[*at..].starts_with(&self.answer))
    }

    async fn tell(&mut self, text: &str) -> Option<()> {
        let text = format!("{text}\n");
        self.stdin.write_all(text.as_bytes()).await.ok()
    }

    async fn hear(&mut self, heard: &mut Vec<u8>) -> Option<()> {
        let count = self.stdout.read_buf(heard).await.ok()?;
        (count > 0 && heard.len() < MOST_OUTPUT).then_some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROGRAM: &str = "espeak-ng";

    fn pid(warm: &Warm) -> Option<u32> {
        warm.idle().first().and_then(|process| process.child.id())
    }

    #[tokio::test]
    async fn one_process_says_what_a_process_for_each_text_says() {
        let warm = Warm::new(Path::new(PROGRAM), "en-us");
        let said = warm.ask(&["Your taxi", "one, two; and three"]).await.unwrap();
        assert_eq!(said, ["jʊɹ tˈæksi", "wˈʌn\ntˈuː\nænd θɹˈiː"]);
        let process = pid(&warm).unwrap();
        for _ in 0..3 {
            assert_eq!(warm.ask(&["has arrived"]).await.unwrap(), ["hɐz ɚɹˈaɪvd"]);
        }
        assert_eq!(pid(&warm), Some(process));
        // Nothing is said of it, which is an answer too.
        assert_eq!(warm.ask(&["\u{200b}", "two"]).await.unwrap(), ["", "tˈuː"]);
        assert_eq!(warm.ask(&["1 2 3 4 5 6 7 8"]).await.unwrap().len(), 1);
        assert_eq!(warm.ask(&[&"a ".repeat(MOST_INPUT)]).await, None);
    }

    #[tokio::test]
    async fn another_takes_the_place_of_one_that_died_and_who_leaves_early_leaves_none() {
        let warm = Warm::new(Path::new(PROGRAM), "en-us");
        warm.ask(&["one"]).await.unwrap();
        let before = pid(&warm);
        warm.idle()[0].child.start_kill().unwrap();
        assert_eq!(warm.ask(&["one"]).await.unwrap(), ["wˈʌn"]);
        assert!(pid(&warm).is_some() && pid(&warm) != before);
        let mut asked = Box::pin(warm.ask(&["two"]));
        assert!(futures_util::poll!(&mut asked).is_pending());
        drop(asked);
        assert_eq!(pid(&warm), None, "its answer would be taken for that to the next text");
        assert_eq!(warm.ask(&["three"]).await.unwrap(), ["θɹˈiː"]);
    }

    #[tokio::test]
    async fn what_does_not_work_is_left_to_others() {
        for program in ["no-such-program", "/bin/true", "/bin/cat"] {
            assert_eq!(Warm::new(Path::new(program), "en").ask(&["one"]).await, None, "{program}");
        }
    }
}

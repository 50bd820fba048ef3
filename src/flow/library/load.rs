//! Reads the folder's files, keeping the last good flow of each.

use std::{
    collections::BTreeMap,
    fmt::Write,
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use jiff::Timestamp;
use sha2::{Digest, Sha256};

use super::FlowSummary;
use crate::flow::{parts::Flow, problem::Problem, read::read};

/// Largest file that is read.
const LARGEST: u64 = 1024 * 1024;
/// Most files that are read.
const MOST_FILES: usize = 1_000;

/// One file of the folder.
#[derive(Clone, Debug)]
pub(super) struct File {
    pub path: String,
    /// What runs: this file's flow, or the last good one.
    pub flow: Option<Arc<Flow>>,
    /// The source that runs.
    pub source: Arc<str>,
    pub hash: String,
    pub changed_at: Option<Timestamp>,
    /// The file on disk is refused and an older one runs.
    pub is_stale: bool,
    pub problems: Vec<Problem>,
}

impl File {
    pub(super) fn summary(&self, name: &str) -> FlowSummary {
        let flow = self.flow.as_ref();
        FlowSummary {
            name: name.to_owned(),
            description: flow.map(|flow| flow.description.clone()).unwrap_or_default(),
            languages: flow.map(|flow| flow.languages.clone()).unwrap_or_default(),
            steps: flow.map(|flow| flow.steps.keys().cloned().collect()).unwrap_or_default(),
            hash: self.hash.clone(),
            changed_at: self.changed_at,
            is_loaded: flow.is_some(),
            is_stale: self.is_stale,
            problems: self.problems.clone(),
        }
    }

    /// The same file with what was read of it now: a refused one keeps the flow that runs.
    fn refused(path: String, old: Option<&Self>, problems: Vec<Problem>) -> Self {
        match old.filter(|old| old.flow.is_some()) {
            Some(old) => Self { problems, is_stale: true, ..old.clone() },
            None => Self {
                path,
                flow: None,
                source: Arc::from(""),
                hash: String::new(),
                changed_at: None,
                is_stale: false,
                problems,
            },
        }
    }
}

/// Every flow file of the folder; problems of the folder itself.
pub(super) fn read_all(
    directory: &Path,
    old: &BTreeMap<String, File>,
) -> (BTreeMap<String, File>, Vec<Problem>) {
    let paths = match list(directory) {
        Ok(paths) => paths,
        // A folder that is away for a moment takes nothing away from callers.
        Err(error) => {
            let what = format!("the folder of flows cannot be read: {error}");
            return (old.clone(), vec![Problem::of_file(&directory.display().to_string(), what)]);
        }
    };
    let mut problems = Vec::new();
    if paths.len() > MOST_FILES {
        let what = format!("more than {MOST_FILES} flow files: the others are left out");
        problems.push(Problem::of_file(&directory.display().to_string(), what));
    }
    let read = |path: &PathBuf| {
        let name = path.file_stem()?.to_str()?.to_owned();
        let file = read_one(&name, path, old.get(&name));
        Some((name, file))
    };
    (paths.iter().take(MOST_FILES).filter_map(read).collect(), problems)
}

/// The folder's flow files. Names with a leading dot are an editor's own.
fn list(directory: &Path) -> io::Result<Vec<PathBuf>> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        let is_hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
        if path.extension().is_some_and(|ending| ending == "toml") && !is_hidden {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}

fn read_one(name: &str, path: &Path, old: Option<&File>) -> File {
    let shown = path.display().to_string();
    let (source, changed_at) = match text(path) {
        Ok(read) => read,
        Err(error) => {
            let problems = vec![Problem::of_file(&shown, format!("cannot be read: {error}"))];
            return File::refused(shown, old, problems);
        }
    };
    if let Some(problem) = bad_name(name, &shown) {
        return File::refused(shown, old, vec![problem]);
    }
    let (flow, problems) = read(name, &shown, &source);
    match flow {
        None => File::refused(shown, old, problems),
        Some(flow) => File {
            path: shown,
            flow: Some(Arc::new(flow)),
            hash: hex(&Sha256::digest(source.as_bytes())),
            source: Arc::from(source),
            changed_at,
            is_stale: false,
            problems,
        },
    }
}

fn text(path: &Path) -> io::Result<(String, Option<Timestamp>)> {
    let about = fs::metadata(path)?;
    if about.len() > LARGEST {
        return Err(io::Error::other(format!("it is larger than {LARGEST} bytes")));
    }
    let changed_at = about.modified().ok().and_then(|time| Timestamp::try_from(time).ok());
    Ok((fs::read_to_string(path)?, changed_at))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn bad_name(name: &str, path: &str) -> Option<Problem> {
    let letters = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "_-".contains(c);
    let fits = (1..=60).contains(&name.len()) && name.chars().all(letters);
    (!fits)
        .then(|| Problem::of_file(path, "a flow is named by its file: a-z 0-9 _ -, at most 60, then .toml"))
}

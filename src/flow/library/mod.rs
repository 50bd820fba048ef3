//! The library: the flow files of one folder, read at the start and again when they change.

mod load;
mod watch;

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError, RwLock},
};

use jiff::Timestamp;
use serde::Serialize;

use self::load::File;
pub use self::watch::{WatchError, log};
use super::{
    parts::Flow,
    problem::Problem,
    set::Set,
    surroundings::{self, Surroundings},
};
use crate::{config::FlowsConfig, model::Facts};

/// The flows, shared by all who need them. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Library(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    directory: PathBuf,
    sounds: Option<PathBuf>,
    settings: Facts,
    /// One reading at a time.
    reading: Mutex<()>,
    stock: RwLock<Stock>,
}

/// What is there now.
#[derive(Debug, Default)]
struct Stock {
    set: Arc<Set>,
    files: BTreeMap<String, File>,
}

/// What is told of one flow.
#[derive(Clone, Debug, Serialize)]
pub struct FlowSummary {
    /// Its name.
    pub name: String,
    /// Its own sentence.
    pub description: String,
    /// Languages it speaks, the default first.
    pub languages: Vec<String>,
    /// Names of its steps, in the file's order.
    pub steps: Vec<String>,
    /// SHA-256 of the file it runs from, 64 hexadecimal digits.
    pub hash: String,
    /// When that file was changed.
    pub changed_at: Option<Timestamp>,
    /// Whether it runs. A file that never was right does not.
    pub is_loaded: bool,
    /// Whether the file has changed since, and is refused.
    pub is_stale: bool,
    /// What is wrong in the file.
    pub problems: Vec<Problem>,
}

impl Library {
    /// Reads every `*.toml` of the folder. Files with errors are left out, and told.
    ///
    /// `sounds` is where recorded prompts are (`<sounds>/<language>/<name>.wav`), to say which are missing.
    #[must_use]
    pub fn load(config: &FlowsConfig, sounds: Option<&Path>) -> (Self, Vec<Problem>) {
        let inner = Inner {
            directory: config.directory.clone(),
            sounds: sounds.map(Path::to_path_buf),
            settings: surroundings::settings(&config.settings),
            reading: Mutex::new(()),
            stock: RwLock::default(),
        };
        let library = Self(Arc::new(inner));
        let problems = library.reload();
        (library, problems)
    }

    /// Reads the folder again and tells what is wrong in it.
    ///
    /// A file that is broken changes nothing: the flow goes on as it was. Calls keep the set they began with.
    pub fn reload(&self) -> Vec<Problem> {
        let _one_at_a_time = self.0.reading.lock().unwrap_or_else(PoisonError::into_inner);
        let old = self.files();
        let (mut files, mut problems) = load::read_all(&self.0.directory, &old);
        let flows: Vec<Arc<Flow>> = files.values().filter_map(|file| file.flow.clone()).collect();
        for file in files.values_mut() {
            let around =
                Surroundings { flows: &flows, settings: &self.0.settings, sounds: self.0.sounds.as_deref() };
            if let Some(flow) = file.flow.as_ref().filter(|_| !file.is_stale) {
                file.problems.extend(surroundings::check(flow, &file.path, &around));
            }
        }
        problems.extend(files.values().flat_map(|file| file.problems.clone()));
        let set = Set {
            flows: flows.into_iter().map(|flow| (flow.name.clone(), flow)).collect(),
            settings: self.0.settings.clone(),
        };
        let mut stock = self.0.stock.write().unwrap_or_else(PoisonError::into_inner);
        *stock = Stock { set: Arc::new(set), files };
        problems
    }

    /// The flows as they are now.
    #[must_use]
    pub fn snapshot(&self) -> Arc<Set> {
        Arc::clone(&self.0.stock.read().unwrap_or_else(PoisonError::into_inner).set)
    }

    /// One flow.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<Arc<Flow>> {
        self.snapshot().flows.get(name).cloned()
    }

    /// The names of the flows that run.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        self.snapshot().flows.keys().cloned().collect()
    }

    /// Every file of the folder, also those that do not run.
    #[must_use]
    pub fn summaries(&self) -> Vec<FlowSummary> {
        self.files().iter().map(|(name, file)| file.summary(name)).collect()
    }

    /// The source of the file a flow runs from.
    #[must_use]
    pub fn source(&self, name: &str) -> Option<Arc<str>> {
        self.files().get(name).map(|file| Arc::clone(&file.source))
    }

    fn files(&self) -> BTreeMap<String, File> {
        self.0.stock.read().unwrap_or_else(PoisonError::into_inner).files.clone()
    }
}

#[cfg(test)]
mod tests;

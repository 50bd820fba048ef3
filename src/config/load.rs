//! Reads the layers, later ones winning: defaults, file, `conf.d/*.toml`, environment; then the secrets.

use std::{
    env, fmt, fs, io,
    path::{Path, PathBuf},
};

use figment::{
    Figment, Provider,
    error::Kind,
    providers::{Format, Serialized, Toml},
    value::{Dict, Value},
};

use super::{Config, credentials, environment};

/// The default layer: `config/stasisd.toml` as it was when the program was built.
pub const DEFAULTS: &str = include_str!("../../config/stasisd.toml");

/// The file that is read when none is named; it may be absent.
pub const DEFAULT_FILE: &str = "/etc/stasisd/stasisd.toml";

/// Where the configuration comes from.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    /// The file to read; its absence is an error. `None`: only the defaults and the environment.
    pub file: Option<PathBuf>,
    /// The folder of drop-ins; may be absent.
    pub drop_ins: Option<PathBuf>,
    /// Environment variables; those of others may be among them.
    pub environment: Vec<(String, String)>,
    /// Where secrets lie under their own names: systemd's `$CREDENTIALS_DIRECTORY`, else the file's own folder.
    pub credentials: Option<PathBuf>,
}

/// A layer that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Layer {
    /// What is built in.
    Defaults,
    /// A file.
    File(PathBuf),
    /// One environment variable.
    Variable(String),
}

/// The configuration, and what it was made of.
#[derive(Debug)]
pub struct Loaded {
    /// What holds.
    pub config: Config,
    /// The layers, in the order they were laid.
    pub layers: Vec<Layer>,
    /// The files that secrets were read from.
    pub secret_files: Vec<PathBuf>,
    /// The merged keys, before secrets were read from their files.
    pub(super) values: Dict,
    /// What each layer says by itself.
    said: Vec<Dict>,
}

impl Loaded {
    /// The layer that a table or key (`outbound.message_flow`) comes from, the last one that says anything of it.
    #[must_use]
    pub fn layer_of(&self, key: &str) -> &Layer {
        let said = self.layers.iter().zip(&self.said).rev();
        let mut says = said.filter(|(_, said)| Value::from((*said).clone()).find_ref(key).is_some());
        says.next().map_or(&Layer::Defaults, |(layer, _)| layer)
    }
}

/// Why the configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// A file cannot be read.
    #[error("{}: cannot read it: {source}", path.display())]
    Read {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file is not TOML.
    #[error("{layer}: {what}")]
    Syntax {
        /// Where.
        layer: Layer,
        /// What the parser says, with line and column.
        what: String,
    },
    /// A key is unknown, or its value is of the wrong kind.
    #[error("{layer}: {key}: {what}")]
    Key {
        /// Where.
        layer: Layer,
        /// The key's path, `calls.max`.
        key: String,
        /// What is wrong, and how to mend it.
        what: String,
    },
    /// A variable with our prefix that names no key.
    #[error("environment: {0}")]
    Variable(String),
    /// A secret cannot be had.
    #[error("{key}: {what}")]
    Secret {
        /// The key that names it.
        key: String,
        /// What is wrong.
        what: String,
    },
}

impl fmt::Display for Layer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Defaults => f.write_str("built-in defaults"),
            Self::File(path) => path.display().fmt(f),
            Self::Variable(name) => write!(f, "environment variable {name}"),
        }
    }
}

impl Sources {
    /// Those of this process: `file` as named by whoever started it, else the usual one if it is there.
    #[must_use]
    pub fn of_process(file: Option<PathBuf>) -> Self {
        let usual = Path::new(DEFAULT_FILE);
        let base = file.as_deref().unwrap_or(usual).parent().map(Path::to_path_buf);
        // A variable that is not Unicode cannot be a setting of ours.
        let environment = env::vars_os()
            .filter_map(|(k, v)| Some((k.into_string().ok()?, v.into_string().ok()?)))
            .collect();
        Self {
            file: file.or_else(|| usual.exists().then(|| usual.to_path_buf())),
            drop_ins: base.as_ref().map(|base| base.join("conf.d")),
            environment,
            // Without systemd, what the unit takes its credentials from: an administrator can then run `check`.
            credentials: env::var_os("CREDENTIALS_DIRECTORY").map(PathBuf::from).or(base),
        }
    }
}

impl Config {
    /// The defaults alone, for tests and tools.
    ///
    /// # Errors
    /// Never, while the tests of this crate pass.
    pub fn defaults() -> Result<Self, LoadError> {
        load(&Sources::default()).map(|loaded| loaded.config)
    }
}

/// Reads all layers and the secrets. Opens nothing else; what the values mean is for [`super::problems`].
///
/// # Errors
/// The first file, key or secret that cannot be used, by its name.
pub fn load(sources: &Sources) -> Result<Loaded, LoadError> {
    let mut stack = Stack::default();
    stack.lay(Layer::Defaults, Toml::string(DEFAULTS))?;
    let defaults = stack.values()?;
    for path in files(sources)? {
        let text =
            fs::read_to_string(&path).map_err(|source| LoadError::Read { path: path.clone(), source })?;
        stack.lay(Layer::File(path), Toml::string(&text))?;
    }
    for setting in environment::settings(&sources.environment, &defaults).map_err(LoadError::Variable)? {
        stack.lay(Layer::Variable(setting.variable), Serialized::globals(setting.layer))?;
    }
    let mut config = stack.finish()?;
    let secret_files = credentials::resolve(&mut config, sources.credentials.as_deref())?;
    let values = stack.values()?;
    Ok(Loaded { config, layers: stack.layers, secret_files, values, said: stack.said })
}

/// The file, then the drop-ins in the order of their names.
fn files(sources: &Sources) -> Result<Vec<PathBuf>, LoadError> {
    let mut files: Vec<PathBuf> = sources.file.iter().cloned().collect();
    let Some(folder) = sources.drop_ins.as_ref().filter(|folder| folder.exists()) else { return Ok(files) };
    let unreadable = |source| LoadError::Read { path: folder.clone(), source };
    let mut drop_ins = Vec::new();
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            drop_ins.push(path);
        }
    }
    drop_ins.sort_unstable();
    files.append(&mut drop_ins);
    Ok(files)
}

/// The layers so far. Each is tried as it is laid, so that what is wrong is known to come from it.
#[derive(Default)]
struct Stack {
    figment: Figment,
    layers: Vec<Layer>,
    said: Vec<Dict>,
}

impl Stack {
    fn lay(&mut self, layer: Layer, provider: impl Provider) -> Result<(), LoadError> {
        let said =
            provider.data().map_err(|e| LoadError::Syntax { layer: layer.clone(), what: e.to_string() })?;
        self.said.push(said.into_values().next().unwrap_or_default());
        self.figment = std::mem::take(&mut self.figment).merge(provider);
        let tried = self.figment.extract::<Config>();
        // A table may be spread over layers, so what is missing is asked for at the end.
        if let Some(error) = tried.err().filter(|error| !error.missing()) {
            return Err(explain(layer, error));
        }
        self.layers.push(layer);
        Ok(())
    }

    fn finish(&self) -> Result<Config, LoadError> {
        let last = self.layers.last().cloned().unwrap_or(Layer::Defaults);
        self.figment.extract().map_err(|error| explain(last, error))
    }

    fn values(&self) -> Result<Dict, LoadError> {
        self.figment.extract().map_err(|error| explain(Layer::Defaults, error))
    }
}

fn explain(layer: Layer, error: figment::Error) -> LoadError {
    let mut path = error.path;
    let what = match error.kind {
        Kind::UnknownField(name, known) => {
            let near = nearest(&name, known);
            if path.last() != Some(&name) {
                path.push(name);
            }
            near.map_or_else(
                || format!("no such key; there are: {}", known.join(", ")),
                |near| format!("no such key: did you mean {near:?}?"),
            )
        }
        Kind::UnknownVariant(name, known) => format!("{name:?} is none of: {}", known.join(", ")),
        Kind::MissingField(name) => {
            path.push(name.into_owned());
            "must be set".to_owned()
        }
        kind => kind.to_string(),
    };
    LoadError::Key { layer, key: path.join("."), what }
}

fn nearest(name: &str, known: &[&'static str]) -> Option<&'static str> {
    let scored = known.iter().map(|known| (strsim::jaro_winkler(name, known), *known));
    scored.filter(|(score, _)| *score > 0.8).max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, known)| known)
}

//! The configuration: one struct for each table of `config/stasisd.toml`, which is the default layer.

mod credentials;
mod environment;
mod load;
mod secret;
mod settings;
mod show;
mod verify;
mod webhook_keys;

pub use load::{DEFAULT_FILE, DEFAULTS, Layer, LoadError, Loaded, Sources, load};
pub use secret::Secret;
pub use settings::{
    AriConfig, CallsConfig, Config, FlowsConfig, HttpConfig, LogConfig, LogFormat, OrderSourceConfig,
    OrdersConfig, RetentionConfig, SpeechConfig, StorageConfig, TlsConfig, VoiceKind, WebhooksConfig,
};
pub use show::show;
pub use verify::{Problem, problems};

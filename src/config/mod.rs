//! The configuration: one struct for each table of `config/stasisd.toml`, which is the default layer.

mod settings;

pub use settings::{
    AriConfig, CallsConfig, Config, FlowsConfig, HttpConfig, LogConfig, LogFormat, OrderSourceConfig,
    OrdersConfig, RetentionConfig, SpeechConfig, StorageConfig, TlsConfig, VoiceKind,
};

//! The settings' shapes. Every key, its meaning and its default stand in `config/stasisd.toml`.

use std::{collections::BTreeMap, net::SocketAddr, path::PathBuf};

use serde::Deserialize;

use super::{
    AbsencesConfig, AmiConfig, FastAgiConfig, GatewayConfig, LookupConfig, MessagingConfig, NotesConfig,
    OutboundConfig, PartyTransferConfig, QueueHistoryConfig, RoutingConfig, Secret, SmsConfig,
    TimetableConfig,
};

/// Everything that can be set.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "each field's meaning stands beside its default in config/stasisd.toml")]
pub struct Config {
    pub log: LogConfig,
    pub ari: AriConfig,
    pub ami: AmiConfig,
    pub calls: CallsConfig,
    pub flows: FlowsConfig,
    pub speech: SpeechConfig,
    pub orders: OrdersConfig,
    pub lookup: LookupConfig,
    pub routing: RoutingConfig,
    pub notes: NotesConfig,
    pub outbound: OutboundConfig,
    /// By name.
    #[serde(default)]
    pub gateways: BTreeMap<String, GatewayConfig>,
    /// By name.
    #[serde(default)]
    pub timetables: BTreeMap<String, TimetableConfig>,
    pub queue_history: QueueHistoryConfig,
    #[serde(default)]
    pub absences: AbsencesConfig,
    pub messaging: MessagingConfig,
    pub sms: SmsConfig,
    pub webhooks: WebhooksConfig,
    pub http: HttpConfig,
    pub fastagi: FastAgiConfig,
    pub storage: StorageConfig,
    pub retention: RetentionConfig,
}

/// `[log]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "see config/stasisd.toml")]
pub struct LogConfig {
    /// `tracing` filter, such as `info,stasisd::ari=debug`.
    pub filter: String,
    pub format: LogFormat,
}

/// How log lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// For eyes.
    Text,
    /// One JSON object a line.
    Json,
}

/// `[ari]`: the Asterisk beside us.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "see config/stasisd.toml")]
pub struct AriConfig {
    /// `http://127.0.0.1:8088` or `https://…`, with Asterisk's `prefix` if it has one; no `/ari`.
    pub url: String,
    pub user: String,
    /// The password itself; for tests and small sites.
    pub password: Option<Secret>,
    /// A file that holds it; without either, the systemd credential `ari-password`. Read when loaded.
    pub password_file: Option<PathBuf>,
    /// Name of the Stasis application.
    pub app: String,
    /// PEM of the authority that signed Asterisk's certificate, if not a public one.
    pub ca_file: Option<PathBuf>,
    pub connect_timeout_ms: u64,
    pub request_timeout_ms: u64,
    /// A PING is sent at this interval; two unanswered ones end the connection.
    pub heartbeat_secs: u64,
    pub backoff_min_ms: u64,
    pub backoff_max_ms: u64,
    /// Use REST over the websocket where Asterisk has it.
    pub rest_over_websocket: bool,
    /// HTTP connections at most, 1 to 16.
    pub http_pool: usize,
}

/// `[calls]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "see config/stasisd.toml")]
pub struct CallsConfig {
    /// Calls at once; further ones are handed to the fallback.
    pub max: usize,
    /// New calls that wait for their answer at once; beyond it Asterisk is overloaded.
    pub max_starting: usize,
    /// New calls in a second; further ones are handed to the fallback. 0: no limit.
    pub max_per_second: u32,
    pub max_duration_secs: u64,
    pub drain_timeout_secs: u64,
    /// Dialplan place for calls handed back.
    pub fallback_context: String,
    pub fallback_extension: String,
    /// Dialplan place of the operators.
    pub operator_context: String,
    pub operator_extension: String,
    /// Dialplan context that sends a REFER and gives the call back.
    pub transfer_context: String,
    /// ISO 3166 country whose rules read numbers without country code; empty for none.
    pub country: String,
    /// Language when neither the channel nor the flow names one.
    pub language: String,
    /// IANA time zone for spoken times.
    pub time_zone: String,
    pub transfer: PartyTransferConfig,
}

/// `[flows]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "see config/stasisd.toml")]
pub struct FlowsConfig {
    pub directory: PathBuf,
    /// Flow for calls whose `Stasis()` names none.
    pub default: String,
    /// Read again when a file changes (SIGHUP and the API work always).
    pub watch: bool,
    /// Settings that flows read as `settings.NAME`.
    pub settings: BTreeMap<String, toml::Value>,
}

/// `[speech]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "see config/stasisd.toml")]
pub struct SpeechConfig {
    /// Voices to try, in order.
    pub voices: Vec<VoiceKind>,
    pub espeak_program: PathBuf,
    pub espeak_words_per_minute: u32,
    /// Piper voices by name.
    #[serde(default)]
    pub piper: BTreeMap<String, PiperConfig>,
    /// ONNX Runtime's library; empty to look for it.
    pub onnxruntime: PathBuf,
    /// Where `stasisd voice install` puts models and the runtime.
    pub voices_directory: PathBuf,
    /// Words that voices read wrong; empty for none.
    pub lexicon: PathBuf,
    pub render_timeout_ms: u64,
    /// Renderings at once.
    pub workers: usize,
    /// Renderings waiting.
    pub queue: usize,
    /// 8000 or 16000.
    pub sample_rate: u32,
    pub cache_directory: PathBuf,
    pub cache_max_mib: u64,
    pub cache_max_age_days: u64,
    /// Recorded prompts, `<directory>/<language>/<name>.wav`.
    pub sounds_directory: PathBuf,
    /// `file`: Asterisk reads the cache directory itself. `http`: it fetches `prompt_url`.
    pub delivery: String,
    /// Base of the prompts' addresses as Asterisk reaches them; empty: `http://<http.listen>/prompts`.
    pub prompt_url: String,
}

/// Which engine speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VoiceKind {
    /// The voices of `[speech.piper.NAME]`.
    Piper,
    /// The `espeak-ng` program.
    Espeak,
}

/// `[speech.piper.NAME]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "see config/stasisd.toml")]
pub struct PiperConfig {
    pub language: String,
    pub model: PathBuf,
    pub config: Option<PathBuf>,
    pub speaker: Option<String>,
    #[serde(default = "piper::speed")]
    pub speed: f32,
    #[serde(default = "piper::threads")]
    pub threads: usize,
}

impl PiperConfig {
    /// A voice with everything else as by default.
    #[must_use]
    pub fn of(language: &str, model: PathBuf) -> Self {
        let language = language.to_owned();
        let (speed, threads) = (piper::speed(), piper::threads());
        Self { language, model, config: None, speaker: None, speed, threads }
    }

    /// Where the model's description is: as set, or the model's name with `.json` behind it.
    #[must_use]
    pub fn description(&self) -> PathBuf {
        self.config.clone().unwrap_or_else(|| {
            let mut name = self.model.clone().into_os_string();
            name.push(".json");
            name.into()
        })
    }
}

/// The defaults of a table that the default layer can only show in a comment.
mod piper {
    pub(super) fn speed() -> f32 {
        1.0
    }
    pub(super) fn threads() -> usize {
        2
    }
}

/// `[orders]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "see config/stasisd.toml")]
pub struct OrdersConfig {
    /// Statuses of orders that are over.
    pub finished: Vec<String>,
    /// Expiry given to an order whose sender names none; 0 for never.
    pub default_ttl_hours: u64,
    /// The customer's own endpoint, asked at call time.
    pub source: Option<OrderSourceConfig>,
}

/// `[orders.source]`: `GET url?phone=…` → `{"orders": [..]}`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "see config/stasisd.toml")]
pub struct OrderSourceConfig {
    pub url: String,
    /// Sent as `Authorization: Bearer`.
    pub token: Option<Secret>,
    pub token_file: Option<PathBuf>,
    pub ca_file: Option<PathBuf>,
    #[serde(default = "source::timeout_ms")]
    pub timeout_ms: u64,
    #[serde(default = "source::cache_secs")]
    pub cache_secs: u64,
    /// Failures in a row that open the circuit.
    #[serde(default = "source::breaker_failures")]
    pub breaker_failures: u32,
    #[serde(default = "source::breaker_open_secs")]
    pub breaker_open_secs: u64,
}

/// The defaults of a table that the default layer can only show in a comment.
mod source {
    pub(super) fn timeout_ms() -> u64 {
        1500
    }
    pub(super) fn cache_secs() -> u64 {
        30
    }
    pub(super) fn breaker_failures() -> u32 {
        5
    }
    pub(super) fn breaker_open_secs() -> u64 {
        30
    }
}

/// `[webhooks]`: callbacks of call orders, signed as standardwebhooks.com says.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "see config/stasisd.toml")]
pub struct WebhooksConfig {
    /// `whsec_…`, or several with spaces between; the first is the newest.
    pub secret: Option<Secret>,
    pub secret_file: Option<PathBuf>,
    /// Tell of each attempt too.
    pub attempts: bool,
    /// Allow addresses that are not public.
    pub allow_private: bool,
    pub timeout_ms: u64,
    /// Requests at once, in all and to one host.
    pub max_at_once: u32,
    pub max_per_host: u32,
}

/// `[http]`: the control port.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "see config/stasisd.toml")]
pub struct HttpConfig {
    pub listen: SocketAddr,
    pub tls: Option<TlsConfig>,
    /// Allows a public address without TLS.
    pub insecure_public: bool,
    pub max_body_kib: usize,
    pub request_timeout_ms: u64,
    /// Requests per second and token, and the burst above it.
    pub rate_per_second: u32,
    pub rate_burst: u32,
    /// Failed authentications per minute and address.
    pub auth_failures_per_minute: u32,
    /// Open event streams at most.
    pub max_streams: usize,
}

/// `[http.tls]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "see config/stasisd.toml")]
pub struct TlsConfig {
    pub certificate: PathBuf,
    pub key: PathBuf,
}

/// `[storage]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "see config/stasisd.toml")]
pub struct StorageConfig {
    /// `sqlite:///var/lib/stasisd/stasisd.db` or `postgres://user@host/database`.
    pub url: Secret,
    /// A file that holds the URL, for a PostgreSQL URL with a password.
    pub url_file: Option<PathBuf>,
    pub max_connections: u32,
    /// A write that nobody waits for waits at most this long for others to share its commit.
    pub group_commit_ms: u64,
    pub statement_timeout_ms: u64,
}

/// `[retention]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "see config/stasisd.toml")]
pub struct RetentionConfig {
    pub calls_days: u32,
    pub events_days: u32,
    /// Orders are deleted this long after they expired or were deleted.
    pub orders_days: u32,
    /// Ended call orders and their attempts.
    pub call_orders_days: u32,
    /// Call notes, this long after the call; 0: for ever.
    pub notes_days: u32,
    /// Routing rules, list entries and inbound links are deleted this long after they expired or were deleted.
    pub routing_days: u32,
    /// Calls of queues, what became of their members, and overrides that are over.
    pub queues_days: u32,
    pub sweep_minutes: u64,
}

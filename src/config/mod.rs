//! The configuration: one struct for each table of `config/stasisd.toml`, which is the default layer.

mod absences;
mod ami;
mod credentials;
mod environment;
mod fastagi;
mod gateway;
mod hours;
mod load;
mod lookup;
mod messaging;
mod notes;
mod notify;
mod outbound;
mod party_transfer;
mod program;
mod queue_history;
mod routing;
mod secret;
mod settings;
mod show;
mod sms;
mod timetable;
mod timetable_plan;
mod timetable_rules;
mod transfer;
mod verify;
mod verify_outbound;
mod webhook_keys;

pub use absences::{AbsenceFeedConfig, AbsencesConfig, FeedColumns, FeedFormat, WhoBy};
pub use ami::AmiConfig;
pub use fastagi::{FastAgiConfig, Network};
pub use gateway::{DialTemplate, GatewayConfig, GatewayEndpoint, NumberForm, NumberPattern, Strategy};
pub use hours::{Holiday, Hours};
pub use load::{DEFAULT_FILE, DEFAULTS, Layer, LoadError, Loaded, Sources, load};
pub use lookup::{ContactFieldsConfig, ItemFieldsConfig, LookupConfig, LookupSourceConfig, SourceKind};
pub use messaging::{
    ChannelConfig, ChannelKind, MessagingConfig, Method, PersonMessagesConfig, Reaches, RemindersConfig,
    Security, TextsConfig,
};
pub use notes::NotesConfig;
pub use notify::{NOTIFY_FLOW, NotifyConfig, Numbers};
pub use outbound::{OutboundConfig, WindowsConfig};
pub use party_transfer::PartyTransferConfig;
pub use program::{HandChanges, Manage, Otherwise, ProgramConfig};
pub use queue_history::QueueHistoryConfig;
pub use routing::{CalendarConfig, RoutingConfig};
pub use secret::Secret;
pub use settings::{
    AriConfig, CallsConfig, Config, FlowsConfig, HttpConfig, LogConfig, LogFormat, OrderSourceConfig,
    OrdersConfig, PiperConfig, RetentionConfig, SpeechConfig, StorageConfig, TlsConfig, VoiceKind,
    WebhooksConfig,
};
pub use show::show;
pub use sms::{CarrierConfig, CarrierKind, CarrierMethod, OnUnknown, SmsConfig};
pub use timetable::TimetableConfig;
pub use timetable_plan::PlanConfig;
pub use timetable_rules::{TimetableRules, TimetableWeights};
pub use transfer::{TransferMethod, TransferPlace, is_dialplan_word, is_sip_uri};
pub use verify::{Problem, problems};

//! The voice of the team: reminders, what is wrong, and what people say, told by webhook, e-mail, call and short message.
//!
//! Everything is a row of the store before it is sent, under an id of what it tells: each thing is told once, also over
//! a restart. What is told when is decided by [`plan`]; [`channels`] send.

mod channels;
mod deliver;
mod error;
mod facts;
mod listen;
mod plan;
mod probe;
mod quiet;
mod remind;
mod retry;
mod run;
mod say;
mod templates;
mod words;

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::{Arc, Mutex},
    time::Duration,
};

use jiff::tz::TimeZone;
use tokio::sync::Notify;
use tokio_util::task::TaskTracker;

pub use error::{MessagingError, SayError};
pub use facts::{Caller, DayFigures, Facts, FailedPlanning, Shifts, World};
pub use probe::probe;
pub use say::{ChannelSummary, Said, Says};

use self::{
    channels::{Channel, Parts},
    templates::Templates,
};
use crate::{
    config::{Config, MessagingConfig},
    feed::Feed,
    model::MessageId,
    sms::{self, Sms},
    storage::Store,
    web::Guarded,
};

/// Tells people. Cheap to clone; all clones are one.
#[derive(Clone)]
pub struct Messaging {
    inner: Arc<Inner>,
}

struct Inner {
    store: Store,
    feed: Feed,
    config: MessagingConfig,
    /// Whose hours are quiet.
    zone: TimeZone,
    channels: BTreeMap<String, Arc<Channel>>,
    templates: Arc<Templates>,
    world: Arc<dyn World>,
    /// How long a try may take by the slowest channel.
    slowest: Duration,
    /// Messages under way, by channel.
    busy: Mutex<HashMap<String, u32>>,
    /// What the last plan held and the store has: it is not asked again for each of them.
    told: Mutex<HashSet<MessageId>>,
    /// There is something to send.
    trigger: Notify,
    /// Owns the tries.
    tracker: TaskTracker,
}

impl Messaging {
    /// Messages over an open store. Nothing is sent before [`Messaging::run`].
    ///
    /// # Errors
    /// A template, an address or a server of the configuration that cannot be used; no certificate authorities here.
    pub fn new(
        store: Store,
        feed: Feed,
        config: &Config,
        world: Arc<dyn World>,
        caller: Arc<dyn Caller>,
    ) -> Result<Self, MessagingError> {
        let templates = Templates::new(config).map_err(first)?;
        let templates = Arc::new(templates);
        let (public, private) = (Guarded::new(false)?, Guarded::new(true)?);
        let channels = channels::all(&Parts {
            config,
            public,
            private,
            caller,
            sms: Sms::new(config)?,
            templates: &templates,
        })?;
        // A mail may take three times its timeout.
        let slowest = Duration::from_millis(config.messaging.timeout_ms) * 3;
        let inner = Inner {
            store,
            feed,
            config: config.messaging.clone(),
            zone: TimeZone::get(&config.calls.time_zone).unwrap_or(TimeZone::UTC),
            channels,
            templates,
            world,
            slowest: slowest.max(sms::longest(&config.sms)),
            busy: Mutex::default(),
            told: Mutex::default(),
            trigger: Notify::new(),
            tracker: TaskTracker::new(),
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Looks now whether there is something to tell or to send.
    pub fn trigger(&self) {
        self.inner.trigger.notify_one();
    }
}

/// What is wrong with the templates of a configuration, each with its key.
#[must_use]
pub fn problems(config: &Config) -> Vec<MessagingError> {
    Templates::new(config).err().unwrap_or_default()
}

fn first(wrong: Vec<MessagingError>) -> MessagingError {
    let unknown =
        || MessagingError::Setting { key: "messaging".to_owned(), what: "cannot be used".to_owned() };
    wrong.into_iter().next().unwrap_or_else(unknown)
}

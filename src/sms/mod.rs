//! Short messages: cleaned, cut to what may be sent, and handed to a carrier at its pace.
//!
//! A carrier is a [`Carrier`]; which there are is `[sms.carriers]`. When something is sent and how often it is tried is
//! decided by whoever sends.

mod alphabet;
mod carrier;
mod error;
mod fill;
mod http;
mod text;
mod twilio;

use std::{collections::BTreeMap, fmt, sync::Arc, time::Duration};

use jiff::{SignedDuration, Timestamp};
use metrics::counter;
use tokio::time::{Instant, sleep};

pub use alphabet::{Encoding, parts};
pub use carrier::{Carrier, Handed, ShortMessage};
pub use error::SmsError;
pub use text::{Fitted, fit};

use self::{http::Http, twilio::Twilio};
use crate::{
    config::{CarrierConfig, CarrierKind, Config, OnUnknown, SmsConfig},
    limits::Limiter,
    model::PhoneNumber,
    web::Guarded,
};

/// How long a message waits for its turn with its carrier, before it is somebody else's to wait.
const LONGEST_TURN: Duration = Duration::from_secs(10);

/// Sends short messages. Cheap to clone; all clones are one.
#[derive(Clone)]
pub struct Sms {
    inner: Arc<Inner>,
}

struct Inner {
    carriers: BTreeMap<String, Held>,
    /// The one that is meant where none is named.
    default: Option<String>,
    max_parts: u32,
}

/// A carrier, and how it is treated.
struct Held {
    carrier: Box<dyn Carrier>,
    turns: Limiter<()>,
    on_unknown: OnUnknown,
}

/// What came of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The carrier has it.
    Sent {
        /// The carrier.
        carrier: String,
        /// Its id there, if it said one.
        id: Option<String>,
        /// How many parts it makes.
        parts: u32,
    },
    /// It may be tried again, but not before the wish is over.
    Later {
        /// What is wrong.
        why: String,
        /// How long the carrier wants to be left alone.
        wish: Option<SignedDuration>,
    },
    /// It is not to be tried again.
    Never(String),
}

impl Sms {
    /// The carriers of the configuration. Nothing is sent, and nobody is asked.
    ///
    /// # Errors
    /// A template that cannot be used; no certificate authorities here.
    pub fn new(config: &Config) -> Result<Self, SmsError> {
        let sms = &config.sms;
        let mut carriers = BTreeMap::new();
        if !sms.carriers.is_empty() {
            let (public, private) = (Guarded::new(false)?, Guarded::new(true)?);
            for (name, carrier) in &sms.carriers {
                let is_near = carrier.allow_private.unwrap_or(config.webhooks.allow_private);
                let client = if is_near { &private } else { &public };
                let held = Held::new(name, carrier, sms, (client.clone(), is_near))?;
                carriers.insert(name.clone(), held);
            }
        }
        let only = || sms.carriers.keys().next().filter(|_| sms.carriers.len() == 1).cloned();
        let default = Some(&sms.carrier).filter(|name| !name.is_empty()).cloned().or_else(only);
        Ok(Self { inner: Arc::new(Inner { carriers, default, max_parts: sms.max_parts }) })
    }

    /// One try, by this carrier or the usual one. `id` is the message's, the same for each try.
    pub async fn send(
        &self,
        carrier: Option<&str>,
        id: &str,
        to: PhoneNumber,
        text: &str,
        now: Timestamp,
    ) -> Outcome {
        let (name, held) = match self.held(carrier) {
            Ok(held) => held,
            Err(what) => return Outcome::Never(what),
        };
        let text = fit(text, self.inner.max_parts);
        if text.text.is_empty() {
            return Outcome::Never("there is nothing to send: the text is empty".to_owned());
        }
        if text.is_cut {
            let parts = text.parts;
            tracing::warn!(
                message_id = id,
                carrier = name,
                parts,
                "short message too long, its end is left out"
            );
        }
        if !held.turn().await {
            let why = format!("the carrier {name} is given no more in a second (per_second)");
            return Outcome::Later { why, wish: None };
        }
        let message = ShortMessage { id: id.to_owned(), to, text };
        let handed = held.carrier.send(&message, now).await;
        count(name, &handed, message.text.parts);
        let (encoding, parts) = (message.text.encoding.as_str(), message.text.parts);
        match handed {
            Handed::Taken(there) => {
                let carrier_id = there.as_deref();
                tracing::info!(
                    message_id = id,
                    carrier = name,
                    carrier_id,
                    encoding,
                    parts,
                    "short message taken"
                );
                Outcome::Sent { carrier: name.to_owned(), id: there, parts }
            }
            Handed::Later { why, wish } => Outcome::Later { why: format!("{name}: {why}"), wish },
            Handed::Never(why) => Outcome::Never(format!("{name}: {why}")),
            Handed::Unknown(why) => {
                tracing::warn!(
                    message_id = id,
                    carrier = name,
                    why,
                    "nobody knows whether a short message was taken"
                );
                held.unknown(&format!("{name}: {why}"))
            }
        }
    }

    /// Whether what may have been sent is sent again (`on_unknown`).
    #[must_use]
    pub fn repeats(&self, carrier: Option<&str>) -> bool {
        self.held(carrier).is_ok_and(|(_, held)| held.on_unknown == OnUnknown::Retry)
    }

    /// Looks whether a carrier, or the usual one, can be used, without sending anything.
    ///
    /// # Errors
    /// What is wrong.
    pub async fn probe(&self, carrier: Option<&str>) -> Result<String, String> {
        let (name, held) = self.held(carrier)?;
        let seen = held.carrier.probe().await;
        seen.map(|seen| format!("{name}: {seen}")).map_err(|what| format!("{name}: {what}"))
    }

    fn held(&self, carrier: Option<&str>) -> Result<(&str, &Held), String> {
        let inner = &self.inner;
        let Some(name) = carrier.or(inner.default.as_deref()) else {
            return Err("no carrier of short messages is named: set sms.carrier".to_owned());
        };
        let held = inner.carriers.get_key_value(name).map(|(name, held)| (name.as_str(), held));
        held.ok_or_else(|| format!("there is no carrier {name:?}"))
    }
}

impl Held {
    fn new(
        name: &str,
        config: &CarrierConfig,
        sms: &SmsConfig,
        client: (Guarded, bool),
    ) -> Result<Self, SmsError> {
        let limit = Duration::from_millis(sms.timeout_ms);
        let carrier: Box<dyn Carrier> = match config.kind {
            CarrierKind::Twilio => Box::new(Twilio::new(config, client.0, limit)),
            CarrierKind::Http => {
                let http = Http::new(name, config, client, limit);
                Box::new(http.map_err(|wrong| setting(name, wrong))?)
            }
        };
        let rate = config.per_second.unwrap_or(sms.per_second);
        Ok(Self { carrier, turns: Limiter::per_second(rate, rate, 2), on_unknown: config.on_unknown })
    }

    /// Waits until the carrier may be given one more; false: that is not soon.
    async fn turn(&self) -> bool {
        let end = Instant::now() + LONGEST_TURN;
        while let Err(wait) = self.turns.check(&()) {
            if Instant::now() + wait > end {
                return false;
            }
            sleep(wait).await;
        }
        true
    }

    fn unknown(&self, why: &str) -> Outcome {
        match self.on_unknown {
            OnUnknown::Retry => {
                Outcome::Later { why: format!("{why}; it may have been sent, and is sent again"), wish: None }
            }
            OnUnknown::GiveUp => {
                Outcome::Never(format!("{why}; it may have been sent, and is not sent again"))
            }
        }
    }
}

fn count(carrier: &str, handed: &Handed, parts: u32) {
    let outcome = match handed {
        Handed::Taken(_) => "sent",
        Handed::Later { .. } => "again",
        Handed::Unknown(_) => "unknown",
        Handed::Never(_) => "failed",
    };
    counter!("stasisd_sms_total", "carrier" => carrier.to_owned(), "outcome" => outcome).increment(1);
    if outcome == "sent" {
        counter!("stasisd_sms_parts_total", "carrier" => carrier.to_owned()).increment(parts.into());
    }
}

/// How long one try may take.
#[must_use]
pub fn longest(config: &SmsConfig) -> Duration {
    Duration::from_millis(config.timeout_ms) + LONGEST_TURN
}

/// What is wrong with the templates of carriers, each with its key.
#[must_use]
pub fn problems(config: &Config) -> Vec<SmsError> {
    let http = config.sms.carriers.iter().filter(|(_, carrier)| carrier.kind == CarrierKind::Http);
    // Without an address there is nothing to try; that is told by its own key.
    let http = http.filter(|(_, carrier)| carrier.url.is_some());
    http.filter_map(|(name, carrier)| Some(setting(name, fill::Templates::new(carrier).err()?))).collect()
}

fn setting(carrier: &str, (key, what): fill::Wrong) -> SmsError {
    SmsError::Setting { key: format!("sms.carriers.{carrier}.{key}"), what }
}

impl fmt::Debug for Sms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Sms").field(&self.inner.carriers.keys()).finish()
    }
}

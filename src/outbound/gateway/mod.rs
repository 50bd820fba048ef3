//! Gateways: which one takes a number, what it may show, and when there is room for a call.
//!
//! A [`Slot`] is the room of one call. It counts against the gateway's limits from [`Gateway::take`] until it is
//! dropped, so whoever holds the call holds the slot.

mod counts;
mod endpoints;
mod error;
mod number;
mod one;
mod pace;
mod resume;
mod slot;
#[cfg(test)]
mod tests;
mod throttle;

use std::{collections::BTreeMap, sync::Arc};

use jiff::tz::TimeZone;

use crate::{config::Config, model::PhoneNumber};

pub use error::{NotNow, Refused};
pub use one::{EndpointStatus, Gateway, Status};
pub use slot::{Change, Slot};

/// All gateways. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Gateways {
    by_name: Arc<BTreeMap<String, Arc<Gateway>>>,
    /// For numbers whose order names no gateway.
    asked: Arc<[Arc<Gateway>]>,
}

impl Gateways {
    /// The gateways of a configuration in which [`crate::config::problems`] found nothing.
    ///
    /// # Errors
    /// A time zone or a gateway that is named and not there.
    pub fn new(config: &Config) -> Result<Self, String> {
        let outbound = &config.outbound;
        let zone = if outbound.time_zone.is_empty() { &config.calls.time_zone } else { &outbound.time_zone };
        let zone = TimeZone::get(zone).map_err(|e| format!("outbound.time_zone: {e}"))?;
        let mut by_name = BTreeMap::new();
        for (name, gateway) in &config.gateways {
            by_name.insert(name.clone(), Arc::new(Gateway::new(name, gateway, zone.clone())?));
        }
        let named = outbound.gateways.iter().map(|name| {
            by_name
                .get(name)
                .cloned()
                .ok_or_else(|| format!("outbound.gateways: there is no gateway {name:?}"))
        });
        let mut asked = named.collect::<Result<Vec<_>, _>>()?;
        if asked.is_empty() {
            asked.extend(by_name.values().cloned());
        }
        Ok(Self { by_name: Arc::new(by_name), asked: asked.into() })
    }

    /// The gateway of that name if it takes the number; without a name, the first that takes it, in the order of
    /// `outbound.gateways`.
    ///
    /// # Errors
    /// There is none, and why.
    pub fn choose(&self, name: Option<&str>, number: &PhoneNumber) -> Result<Arc<Gateway>, Refused> {
        if let Some(name) = name {
            let gateway = self.get(name).ok_or_else(|| self.unknown(name))?;
            return gateway.takes(number).map(|()| gateway);
        }
        let mut last = Refused::NoGateway;
        for gateway in &*self.asked {
            match gateway.takes(number) {
                Ok(()) => return Ok(gateway.clone()),
                Err(refused) => last = refused,
            }
        }
        Err(if self.asked.len() > 1 { Refused::Nobody(Box::new(last)) } else { last })
    }

    /// The gateway of that name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<Arc<Gateway>> {
        self.by_name.get(name).cloned()
    }

    /// All of them, by name.
    pub fn all(&self) -> impl Iterator<Item = &Arc<Gateway>> {
        self.by_name.values()
    }

    fn unknown(&self, name: &str) -> Refused {
        if self.by_name.is_empty() {
            return Refused::NoGateway;
        }
        let known: Vec<&str> = self.by_name.keys().map(String::as_str).collect();
        Refused::Unknown { name: name.chars().take(79).collect(), known: known.join(", ") }
    }
}

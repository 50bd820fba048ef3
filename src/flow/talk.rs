//! One call's flow: the world as the flow sees it, and the conversation that the scope runs.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use jiff::{Zoned, tz::TimeZone};
use serde_json::Value;

use super::{CallFacts, Carriers, HeldLine, NoRoom, Partner, Room, Set, Webhook, World, hand_on, run};
use crate::{
    calls::{Conversation, HandOn, Leg, Place, Take},
    config::{CallsConfig, TransferMethod},
    directory::{Contacts, Orders, contacts::SourceOutcome},
    model::{CallRecord, Contact, Country, Order, PhoneNumber, Stop},
    tasks::clock,
    web::{Post, Web},
};

/// What flows look up. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Directory {
    /// Orders of a number.
    pub orders: Orders,
    /// Whose number it is.
    pub contacts: Contacts,
}

/// A call's flow and what it may ask.
pub struct Talk {
    pub(super) set: Arc<Set>,
    facts: CallFacts,
    asked: Directory,
    web: Web,
    operator: Place,
    country: Option<Country>,
    zone: TimeZone,
    carriers: Arc<dyn Carriers>,
}

impl Talk {
    /// The flow set as it is now, for the call of `record`.
    #[must_use]
    pub fn new(
        set: Arc<Set>,
        asked: Directory,
        web: Web,
        carriers: Arc<dyn Carriers>,
        record: &CallRecord,
        config: &CallsConfig,
    ) -> Self {
        let facts = CallFacts {
            id: record.id,
            caller: record.caller.clone(),
            caller_name: record.caller_name.clone(),
            called: record.called.clone(),
            gateway: record.gateway.clone(),
            language: record.language.clone(),
            started: record.started_at,
        };
        let operator = Place {
            context: config.operator_context.clone(),
            extension: config.operator_extension.clone(),
            priority: 1,
        };
        let zone = TimeZone::get(&config.time_zone).unwrap_or(TimeZone::UTC);
        let country = config.country.parse().ok();
        Self { set, facts, asked, web, operator, country, zone, carriers }
    }
}

impl Conversation for Talk {
    fn talk<'a>(&'a mut self, leg: &'a mut Leg, take: Take) -> BoxFuture<'a, Result<(), Stop>> {
        let start = leg.record().position.clone();
        Box::pin(async move { run(&self.set, start, take, leg, self).await })
    }

    fn hand_on<'a>(&'a mut self, leg: &'a mut Leg, to: HandOn) -> BoxFuture<'a, Result<(), Stop>> {
        let here = leg.record().position.clone();
        let methods = match to {
            HandOn::Gateway => self.gateway_transfer(),
            HandOn::Way(method) => vec![method],
        };
        Box::pin(async move { hand_on(&self.set, here, &methods, leg, self).await })
    }
}

impl World for Talk {
    fn now(&self) -> Zoned {
        clock::now().to_zoned(self.zone.clone())
    }

    fn call(&self) -> &CallFacts {
        &self.facts
    }

    fn operator(&self) -> Place {
        self.operator.clone()
    }

    fn gateway_transfer(&self) -> Vec<TransferMethod> {
        let gateway = self.facts.gateway.as_deref();
        // A call that came through none of them is handed on as if its gateway had nothing to say.
        let ways = gateway.and_then(|name| self.carriers.transfer(name));
        ways.unwrap_or_else(|| vec![TransferMethod::Continue(None)])
    }

    async fn partner(&self) -> Result<Option<Partner>, String> {
        let number = |text: &String| PhoneNumber::parse(text, self.country).ok();
        let Some(caller) = self.facts.caller.as_ref().and_then(number) else { return Ok(None) };
        let called = self.facts.called.as_ref().and_then(number);
        let found = self.asked.orders.pairing(&caller, called.as_ref(), clock::now()).await;
        let found = found.map_err(|error| error.to_string())?;
        Ok(found.and_then(|pairing| {
            let party = pairing.other(&caller)?.clone();
            Some(Partner { pairing: pairing.id, party, shown: pairing.shown })
        }))
    }

    fn room(&self, partner: &Partner) -> Result<Room, NoRoom> {
        self.carriers.room(&partner.party, partner.shown.as_ref())
    }

    fn resume(&self, partner: &Partner) -> Option<Box<dyn HeldLine>> {
        self.carriers.resume(&partner.party)
    }

    async fn orders(&self, phone: &str) -> Result<Vec<Order>, String> {
        let Ok(number) = PhoneNumber::parse(phone, self.country) else { return Ok(Vec::new()) };
        self.asked.orders.find(&number, clock::now()).await.map_err(|error| error.to_string())
    }

    async fn contact(&self, phone: &str) -> Result<Option<Contact>, String> {
        let found = self.asked.contacts.find_text(phone).await;
        match found.outcome() {
            SourceOutcome::Failed => Err(found.failures()),
            _ => Ok(found.contacts.into_iter().next()),
        }
    }

    async fn post(&self, request: &Webhook) -> Result<(u16, Value), String> {
        let post = Post {
            url: &request.url,
            body: request.body.to_string(),
            idempotency_key: &request.idempotency_key,
            timeout: request.timeout,
        };
        let (status, body) = self.web.post(post).await.map_err(|error| error.to_string())?;
        Ok((status, serde_json::from_slice(&body).unwrap_or_default()))
    }
}

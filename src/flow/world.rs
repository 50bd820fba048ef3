//! What a flow sees beside its caller: the call's facts, the clock, the orders, the operators' place.

use std::{future::Future, time::Duration};

use jiff::{Timestamp, Zoned};
use serde_json::Value;

use super::{HeldLine, NoRoom, Room};
use crate::{
    calls::Place,
    config::TransferMethod,
    model::{CallId, Contact, Order, OrderId, Party, PhoneNumber},
};

/// What is known of a call from its beginning.
#[derive(Clone, Debug)]
pub struct CallFacts {
    /// Our id of it.
    pub id: CallId,
    /// The caller's number: normalised where it is one. `None` when withheld.
    pub caller: Option<String>,
    /// The caller's name as presented: the attacker's text.
    pub caller_name: Option<String>,
    /// The number that was called (DID).
    pub called: Option<String>,
    /// The gateway the call came through.
    pub gateway: Option<String>,
    /// Language of the channel (`en`, `en_GB`).
    pub language: String,
    /// When the call began.
    pub started: Timestamp,
}

/// What a `webhook` step sends: `POST url`, a JSON body, redirects not followed.
#[derive(Clone, Debug, PartialEq)]
pub struct Webhook {
    /// `https://…` or `http://…`; made from the flow and the settings only.
    pub url: String,
    /// The body.
    pub body: Value,
    /// Deadline for the whole exchange.
    pub timeout: Duration,
    /// For the header `Idempotency-Key`: the same again when the step is taken up after a crash.
    pub idempotency_key: String,
}

/// With whom a caller is paired.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Partner {
    /// The pairing.
    pub pairing: OrderId,
    /// The other of the two.
    pub party: Party,
    /// The number that both see; `None`: the gateway's own.
    pub shown: Option<PhoneNumber>,
}

/// Everything that a flow asks of the world, for one call.
pub trait World: Send + Sync {
    /// The time, in the zone in which times are spoken.
    fn now(&self) -> Zoned;

    /// The call.
    fn call(&self) -> &CallFacts;

    /// Where the operators are.
    fn operator(&self) -> Place;

    /// How calls of the gateway that this one came through are handed on, the first choice first.
    fn gateway_transfer(&self) -> Vec<TransferMethod> {
        vec![TransferMethod::Continue(None)]
    }

    /// With whom the caller is paired now, and the number that both see; nobody if it is no number.
    ///
    /// `Err` says why that could not be asked.
    fn partner(&self) -> impl Future<Output = Result<Option<Partner>, String>> + Send {
        std::future::ready(Ok(None))
    }

    /// Room for a call to the partner now.
    ///
    /// # Errors
    /// There is none.
    fn room(&self, _partner: &Partner) -> Result<Room, NoRoom> {
        Err(NoRoom { wait: None, why: "there is no gateway".to_owned() })
    }

    /// The line of a call to the partner that an earlier life of this program made.
    fn resume(&self, _partner: &Partner) -> Option<Box<dyn HeldLine>> {
        None
    }

    /// The current orders of a number; none when it is no number.
    ///
    /// `Err` says why the orders could not be asked.
    fn orders(&self, phone: &str) -> impl Future<Output = Result<Vec<Order>, String>> + Send;

    /// Whose number it is; nobody's when it is no number.
    ///
    /// `Err` says which source could not be asked; somebody may be known there.
    fn contact(&self, phone: &str) -> impl Future<Output = Result<Option<Contact>, String>> + Send;

    /// Posts; gives the HTTP status and the body (`null` when it is not JSON).
    ///
    /// `Err` says why there was no answer.
    fn post(&self, request: &Webhook) -> impl Future<Output = Result<(u16, Value), String>> + Send;
}

//! What FastAGI scripts may ask of the other rooms.

use crate::{
    model::{Country, Order, PhoneNumber},
    scripts::{Answers, Arrival, Known, Remark, Ringing, Screen, Unanswered, Way},
    stasis::Door,
    tasks::clock,
};
use futures_util::future::BoxFuture;

/// The rooms behind the scripts.
pub struct ForScripts {
    /// Orders, the feed, the store.
    pub door: Door,
    /// Whose rules read numbers without country code.
    pub country: Option<Country>,
}

type Answer<'a, T> = BoxFuture<'a, Result<T, Unanswered>>;

impl Answers for ForScripts {
    fn number(&self, text: &str) -> Option<PhoneNumber> {
        PhoneNumber::parse(text, self.country).ok()
    }

    fn contact<'a>(&'a self, _: &'a PhoneNumber) -> Answer<'a, Option<Known>> {
        Box::pin(async { Err(Unanswered::Failed("there are no contacts in this version".to_owned())) })
    }

    fn route(&self, _: Arrival) -> Answer<'_, Way> {
        Box::pin(async { Err(Unanswered::Failed("there are no rules in this version".to_owned())) })
    }

    fn screen<'a>(&'a self, _: &'a PhoneNumber) -> Answer<'a, Screen> {
        Box::pin(async { Err(Unanswered::Failed("there are no lists in this version".to_owned())) })
    }

    fn orders<'a>(&'a self, number: &'a PhoneNumber) -> Answer<'a, Vec<Order>> {
        Box::pin(async move {
            let found = self.door.orders.find(number, clock::now()).await;
            found.map_err(|error| Unanswered::Failed(error.to_string()))
        })
    }

    fn ring(&self, _: Ringing) -> Answer<'_, ()> {
        Box::pin(async { Err(Unanswered::Failed("there are no desks in this version".to_owned())) })
    }

    fn note(&self, _: Remark) -> Answer<'_, String> {
        Box::pin(async { Err(Unanswered::Failed("there are no notes in this version".to_owned())) })
    }
}

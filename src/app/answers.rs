//! What FastAGI scripts may ask of the other rooms.

use crate::{
    directory::{
        Notes,
        contacts::{self, SourceOutcome, Via},
        notes::NoteError,
    },
    model::{CallId, Contact, Country, ListName, NoteContent, Order, PhoneNumber, Route, Target},
    routing::Caller,
    scripts::{Answer, Answers, Arrival, Remark, Ringing, Unanswered},
    stasis::Door,
    tasks::clock,
};

/// The rooms behind the scripts.
pub struct ForScripts {
    /// Contacts, rules, orders, the feed, the store.
    pub door: Door,
    /// Call notes.
    pub notes: Notes,
    /// Whose rules read numbers without country code.
    pub country: Option<Country>,
}

impl ForScripts {
    /// The call of ours that a channel is, if it is one.
    fn call_of(&self, channel: Option<&str>) -> Option<CallId> {
        let live = self.door.services.registry.live();
        live.iter().find(|record| Some(record.channel.as_str()) == channel).map(|record| record.id)
    }

    /// As [`Door`] does with a call in Stasis: what was sent on before and came back goes to a person.
    fn way(&self, arrival: &Arrival) -> Route {
        let (routing, config) = (&self.door.routing, &self.door.services.config);
        let texts = (arrival.caller.as_deref(), arrival.called.as_deref(), arrival.gateway.as_deref());
        let mut asked = routing.arrival(texts.0, texts.1, texts.2);
        asked.was_routed = arrival.was_routed;
        let mut route = routing.decide(&asked, clock::now());
        if arrival.was_routed && matches!(route.target, Target::Extension { .. } | Target::Gateway { .. }) {
            route.reason.push_str("; it was sent on before and would go in a circle");
            route.target = Target::Extension {
                context: config.operator_context.clone(),
                extension: config.operator_extension.clone(),
            };
        }
        route
    }
}

impl Answers for ForScripts {
    fn number(&self, text: &str) -> Option<PhoneNumber> {
        PhoneNumber::parse(text, self.country).ok()
    }

    fn contact<'a>(&'a self, number: &'a PhoneNumber) -> Answer<'a, Option<Contact>> {
        Box::pin(async move {
            let found = self.door.contacts.find(number).await;
            match found.outcome() {
                SourceOutcome::Failed => Err(Unanswered::Failed(found.failures())),
                _ => Ok(found.contacts.into_iter().next()),
            }
        })
    }

    fn route(&self, arrival: Arrival) -> Answer<'_, Route> {
        Box::pin(async move { Ok(self.way(&arrival)) })
    }

    fn list<'a>(&'a self, number: &'a PhoneNumber) -> Answer<'a, Option<ListName>> {
        let caller = Caller::Number(number.clone());
        Box::pin(async move { Ok(self.door.routing.list_of(&caller, clock::now())) })
    }

    fn orders<'a>(&'a self, number: &'a PhoneNumber) -> Answer<'a, Vec<Order>> {
        Box::pin(async move {
            let found = self.door.orders.find(number, clock::now()).await;
            found.map_err(|error| Unanswered::Failed(error.to_string()))
        })
    }

    fn ring(&self, ringing: Ringing) -> Answer<'_, ()> {
        let ringing = contacts::Ringing {
            call: self.call_of(ringing.channel.as_deref()),
            caller: Some(ringing.number.to_string()),
            extension: Some(ringing.extension),
            via: Via::Ringring,
            ..contacts::Ringing::default()
        };
        let (contacts, feed) = (self.door.contacts.clone(), self.door.services.feed.clone());
        // The phone is to ring now; who it is may take a while.
        self.door.tracker.spawn(async move { contacts.announce(&feed, ringing).await });
        Box::pin(async { Ok(()) })
    }

    fn note(&self, remark: Remark) -> Answer<'_, String> {
        Box::pin(async move {
            let call = self.call_of(remark.channel.as_deref());
            if call.is_some() {
                // The note names a call that the store must know.
                let journal = &self.door.services.journal;
                drop(tokio::join!(journal.flushed(), journal.caught_up()));
            }
            let content = NoteContent {
                call,
                person: remark.person.unwrap_or_else(|| "dialplan".to_owned()),
                number: remark.number.map(|number| number.to_string()),
                categories: remark.categories,
                text: remark.text,
                ..NoteContent::default()
            };
            match self.notes.add(content, None, clock::now()).await {
                Ok(note) => Ok(note.id.to_string()),
                Err(error @ NoteError::Field { .. }) => Err(Unanswered::Refused(error.to_string())),
                Err(NoteError::Storage(error)) => Err(Unanswered::Failed(error.to_string())),
            }
        })
    }
}

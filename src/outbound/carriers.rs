//! The gateways, as flows use them.

use super::{
    gateway::{Gateways, NotNow, Slot},
    plan::{AttemptFacts, reach},
};
use crate::{
    calls::Dialled,
    config::TransferMethod,
    feed::Feed,
    flow::{Carriers, HeldLine, NoRoom, Room},
    model::{Lane, NoticeKind, Pairing, Party, PhoneNumber},
    tasks::clock,
};

/// The gateways for the calls that flows make; what they do to a gateway is told.
#[derive(Clone)]
pub struct FlowCarriers {
    gateways: Gateways,
    feed: Feed,
}

impl FlowCarriers {
    /// Over these gateways.
    #[must_use]
    pub fn new(gateways: Gateways, feed: Feed) -> Self {
        Self { gateways, feed }
    }

    /// Whether both of a pair can be called and shown what they shall see.
    ///
    /// # Errors
    /// Which field cannot be, and why.
    pub fn check(&self, pairing: &Pairing) -> Result<(), (&'static str, String)> {
        for (field, party) in [("a", &pairing.a), ("b", &pairing.b)] {
            let gateway = self.gateways.choose(party.gateway.as_deref(), &party.number);
            let gateway = gateway.map_err(|refused| (field, refused.to_string()))?;
            match gateway.caller_id(pairing.shown.as_ref()) {
                Err(refused) => return Err(("shown", refused.to_string())),
                Ok(None) => {
                    let name = gateway.name();
                    return Err(("shown", format!("is missing, and gateways.{name}.caller_id is empty")));
                }
                Ok(Some(_)) => {}
            }
        }
        Ok(())
    }
}

impl Carriers for FlowCarriers {
    fn transfer(&self, gateway: &str) -> Option<Vec<TransferMethod>> {
        Some(self.gateways.get(gateway)?.transfer().to_vec())
    }

    fn room(&self, party: &Party, shown: Option<&PhoneNumber>) -> Result<Room, NoRoom> {
        let never = |why: String| NoRoom { wait: None, why };
        let gateway = self.gateways.choose(party.gateway.as_deref(), &party.number);
        let gateway = gateway.map_err(|refused| never(refused.to_string()))?;
        let caller_id = gateway.caller_id(shown).map_err(|refused| never(refused.to_string()))?;
        let caller_id = caller_id.ok_or_else(|| never("there is no number to show".to_owned()))?.to_string();
        match gateway.take(Lane::Callback, &party.number, clock::now()) {
            Ok(slot) => {
                let dial_string = slot.dial_string().to_owned();
                let line = Box::new(Line { slot, feed: self.feed.clone() });
                Ok(Room { dial_string, caller_id, line })
            }
            Err(NotNow::After(wait)) => Err(NoRoom { wait: Some(wait), why: "calls in a second".to_owned() }),
            Err(other) => Err(never(format!("gateway {}: {other:?}", gateway.name()))),
        }
    }

    fn resume(&self, party: &Party) -> Option<Box<dyn HeldLine>> {
        let gateway = self.gateways.choose(party.gateway.as_deref(), &party.number).ok()?;
        // Which of its endpoints it was does not matter: the gateway's lines are counted together.
        let slot = gateway.resume_any(Lane::Callback, &party.number, clock::now())?;
        Some(Box::new(Line { slot, feed: self.feed.clone() }))
    }
}

struct Line {
    slot: Slot,
    feed: Feed,
}

impl HeldLine for Line {
    fn came_out(&mut self, dialled: &Dialled) {
        let (cause, status) = match dialled {
            Dialled::Talked => (None, Some("ANSWER")),
            Dialled::Busy => (None, Some("BUSY")),
            Dialled::NoAnswer => (None, Some("NOANSWER")),
            Dialled::Rejected => (Some(21), None),
            Dialled::Failed(cause) => (*cause, None),
        };
        let answered = *dialled == Dialled::Talked;
        let facts =
            AttemptFacts { answered, heard: answered, cause, dial_status: status, ..AttemptFacts::default() };
        for change in self.slot.came_out(reach(&facts), None, clock::now()) {
            let data = change.data(self.slot.gateway().name());
            self.feed.post(NoticeKind::GatewayChanged, None, data);
        }
    }
}

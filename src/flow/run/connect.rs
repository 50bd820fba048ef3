//! Connecting a caller with whom they are paired with.

use std::time::Duration;

use tokio::time::{Instant, timeout};
use tracing::{info, warn};

use super::{Next, Talk};
use crate::{
    calls::{Dial, Dialled, Line, Take},
    flow::{
        Room,
        parts::{Connect, Flow},
        world::{Partner, World},
    },
    model::{Stop, mask},
};

/// A look for the pairing that takes longer has failed.
const LOOKUP: Duration = Duration::from_secs(5);
/// A caller waits so long for a gateway that begins few calls in a second.
const PATIENCE: Duration = Duration::from_secs(5);

impl<L: Line, W: World> Talk<'_, L, W> {
    pub(super) async fn connect(&mut self, flow: &Flow, connect: &Connect) -> Result<Next, Stop> {
        let take = self.take;
        let mut room = None;
        // Dropped when they have talked.
        let mut resumed = None;
        let mut dial = Dial {
            endpoint: String::new(),
            caller_id: None,
            ring: connect.ring,
            is_masked: true,
            may_transfer: false,
        };
        // After a crash the one who was dialled is looked for and nobody is dialled: no room is needed.
        if take == Take::Anew {
            let Some(partner) = self.partner().await else { return Ok(Next::Go(connect.none.clone())) };
            if let Some(next) = self.announce(flow, connect.say.as_ref()).await? {
                return Ok(next);
            }
            self.ear.answer().await?;
            let Some(found) = self.room(&partner).await? else {
                return Ok(Next::Go(connect.failed.clone()));
            };
            dial.endpoint.clone_from(&found.dial_string);
            dial.caller_id = Some(found.caller_id.clone());
            room = Some(found);
        } else if let Some(partner) = self.partner().await {
            resumed = self.world.resume(&partner);
        }
        self.ear.answer().await?;
        self.ear.line.durable().await?;
        let dialled = self.ear.line.dial(&dial, take).await?;
        if let Some(room) = &mut room {
            room.line.came_out(&dialled);
        }
        drop(resumed);
        let target = match dialled {
            Dialled::Talked => &connect.answered,
            Dialled::Busy => &connect.busy,
            Dialled::NoAnswer => &connect.no_answer,
            Dialled::Rejected => &connect.rejected,
            Dialled::Failed(_) => &connect.failed,
        };
        Ok(Next::Go(target.clone()))
    }

    /// With whom the caller is paired; nobody also when that cannot be told.
    async fn partner(&self) -> Option<Partner> {
        let call = self.world.call().id;
        let asked = timeout(LOOKUP, self.world.partner()).await;
        match asked.unwrap_or_else(|_| Err("the pairing did not come in time".to_owned())) {
            Ok(Some(partner)) => {
                info!(%call, pairing = %partner.pairing, number = mask(partner.party.number.as_str()), "connecting");
                Some(partner)
            }
            Ok(None) => None,
            Err(why) => {
                warn!(%call, step = self.position.step, why, "the pairing could not be looked up");
                None
            }
        }
    }

    /// Room in the gateway, at once or a moment later.
    async fn room(&mut self, partner: &Partner) -> Result<Option<Room>, Stop> {
        let until = Instant::now() + PATIENCE;
        loop {
            let no_room = match self.world.room(partner) {
                Ok(room) => return Ok(Some(room)),
                Err(no_room) => no_room,
            };
            let Some(wait) = no_room.wait.filter(|wait| Instant::now() + *wait < until) else {
                let call = self.world.call().id;
                warn!(%call, pairing = %partner.pairing, why = no_room.why, "they cannot be called");
                return Ok(None);
            };
            self.ear.line.pause(wait).await?;
        }
    }
}

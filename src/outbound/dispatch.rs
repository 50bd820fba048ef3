//! The loop that gives orders their lines: what is due is claimed, and dialled as soon as its gateway has room.

use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use jiff::Timestamp;
use tokio::time::{Instant, timeout};
use tokio_util::sync::CancellationToken;

use super::{
    Outbound,
    gateway::{Gateway, NotNow, Slot},
    plan::{self, Next},
    ready::{AHEAD, Ready},
};
use crate::{
    model::{CallOrder, Lane, OrderEnd, OrderState},
    storage::StorageError,
    tasks::clock,
};

/// The ledger is looked at this often even if nothing asks for it.
const LONGEST: Duration = Duration::from_secs(5);
/// After a failure of the store it is asked again after this.
const AGAIN: Duration = Duration::from_secs(1);
/// While nothing may be dialled (a full registry, an unhealthy disk) it is looked again after this.
const HELD: Duration = Duration::from_millis(200);
/// Orders that are told in one go that their time is over, or that they are not wanted.
const EXPIRED: u32 = 200;

/// When to look into the store again.
struct Watch {
    /// Something may have become due.
    is_due: bool,
    /// The next order's time.
    next: Option<Timestamp>,
}

/// What is to be done about an order that is due.
enum Turn {
    Dial(Box<Slot>),
    /// Not before this.
    PutOff(Timestamp),
    End(OrderEnd, String),
    /// Nothing for so long, unless somebody asks.
    Wait(Duration),
}

impl Outbound {
    /// Runs until `soft` is cancelled; then nothing new is dialled and what was claimed waits for the next life.
    pub async fn run(&self, soft: CancellationToken) {
        let mut ready = Ready::default();
        let mut watch = Watch { is_due: true, next: None };
        let mut pause = Duration::ZERO;
        loop {
            let woken = timeout(pause, self.inner.trigger.notified());
            let Some(woken) = soft.run_until_cancelled(woken).await else { break };
            watch.is_due |= woken.is_ok() || pause >= LONGEST;
            pause = self.round(&mut ready, &mut watch).await;
        }
        self.put_back(ready.drain());
    }

    /// One round; gives how long there is nothing to do unless somebody asks.
    async fn round(&self, ready: &mut Ready, watch: &mut Watch) -> Duration {
        if !self.inner.is_open.load(Ordering::Acquire) {
            return LONGEST;
        }
        let now = clock::now();
        if watch.is_due || watch.next.is_some_and(|at| at <= now) {
            match self.claim(ready, now).await {
                Ok(next) => *watch = Watch { is_due: false, next },
                Err(error) => {
                    tracing::warn!(%error, "due calls cannot be read: asking again");
                    watch.is_due = true;
                    return AGAIN;
                }
            }
        }
        let until_next = watch.next.map_or(LONGEST, |at| wait(now, at));
        watch.next = watch.next.into_iter().chain(self.inner.hands.put_off_until()).min();
        let mut pause = LONGEST.min(until_next);
        for gateway in self.inner.gateways.all() {
            pause = pause.min(self.serve(gateway, ready, watch));
        }
        // Lines took half of what was claimed: there may be more behind it.
        if watch.is_due { Duration::ZERO } else { pause }
    }

    /// Claims what is due; gives when the next order will be. Asks before it writes: readers are answered beside
    /// everything that is being written, and most rounds find nothing new.
    async fn claim(&self, ready: &mut Ready, now: Timestamp) -> Result<Option<Timestamp>, StorageError> {
        let store = &self.inner.store;
        if store.next_expiry().await?.is_some_and(|at| at < now) {
            for order in store.expire_due(now, EXPIRED).await? {
                self.order_ended(&order);
            }
        }
        if store.is_any_unwanted().await? {
            for order in store.end_unwanted(now, EXPIRED).await? {
                self.order_ended(&order);
            }
        }
        let mut next = None;
        for gateway in self.inner.gateways.all() {
            for lane in Lane::ALL {
                let at = self.claim_lane(gateway.name(), lane, ready, now).await?;
                next = next.into_iter().chain(at).min();
            }
        }
        Ok(next)
    }

    /// Claims what is due of one lane, as far as its queue has room; gives when to look at it again. Nothing: when lines
    /// have taken half of what waits, which [`Outbound::serve`] sees.
    async fn claim_lane(
        &self,
        gateway: &str,
        lane: Lane,
        ready: &mut Ready,
        now: Timestamp,
    ) -> Result<Option<Timestamp>, StorageError> {
        let store = &self.inner.store;
        let room = ready.room(gateway, lane);
        if room == 0 {
            return Ok(None);
        }
        let due = store.next_due(gateway, &[lane], now).await?;
        if due.is_none_or(|at| at > now) {
            return Ok(due);
        }
        let limit = u32::try_from(room).unwrap_or(u32::MAX);
        let claimed = store.claim_due(gateway, lane, now, limit, self.name()).await?;
        let count = claimed.len();
        ready.add(claimed.into_iter().filter(|order| self.inner.hands.take(order.id)).collect());
        match count {
            // Another daemon has them in its hands.
            0 => Ok(now.checked_add(HELD).ok()),
            _ if count >= room => Ok(None),
            _ => store.next_due(gateway, &[lane], now).await,
        }
    }

    /// Dials a gateway's orders, the most urgent lane first, as far as it has room.
    fn serve(&self, gateway: &Arc<Gateway>, ready: &mut Ready, watch: &mut Watch) -> Duration {
        for lane in Lane::ALL {
            while let Some(order) = ready.first(gateway.name(), lane) {
                let now = clock::now();
                let turn = self.turn(gateway, order, now);
                if let Turn::Wait(pause) = turn {
                    return pause;
                }
                let Some(order) = ready.pop(gateway.name(), lane) else { break };
                // The queue has room again for those that were not claimed yet.
                watch.is_due |= ready.room(gateway.name(), lane) == AHEAD / 2;
                match turn {
                    Turn::Dial(slot) => {
                        let engine = self.clone();
                        self.inner.tracker.spawn(async move { engine.attempt(order, *slot).await });
                    }
                    Turn::PutOff(at) => self.put_off(order, at),
                    Turn::End(end, why) => self.end(order, end, why, now),
                    Turn::Wait(_) => {}
                }
            }
        }
        LONGEST
    }

    /// What is to be done now about the next order of a lane.
    fn turn(&self, gateway: &Arc<Gateway>, order: &CallOrder, now: Timestamp) -> Turn {
        if self.is_over(order.id) {
            return Turn::End(OrderEnd::Cancelled, "cancelled".to_owned());
        }
        match plan::turn(order, now, &self.inner.windows) {
            Next::End(end, why) => return Turn::End(end, why),
            // A window closed since it was claimed.
            Next::Again(at) if at > now => return Turn::PutOff(at),
            Next::Again(_) => {}
        }
        if !self.has_room() {
            return Turn::Wait(HELD);
        }
        match gateway.take(order.lane, &order.number, now) {
            Ok(slot) => Turn::Dial(Box::new(slot)),
            // The rate is all lanes'.
            Err(NotNow::After(pause)) => Turn::Wait(pause),
            // A lane below has no more lines than this one; a line that is freed asks for a round.
            Err(NotNow::Full) => Turn::Wait(LONGEST),
            Err(NotNow::SetAside(at)) => Turn::Wait(wait(now, at)),
            Err(NotNow::Until(at)) => Turn::PutOff(at),
            // Accepted under another configuration.
            Err(NotNow::Refused(why)) => Turn::End(OrderEnd::Failed, why.to_string()),
        }
    }

    /// Whether this machine may dial at all now.
    fn has_room(&self) -> bool {
        let services = &self.inner.services;
        services.registry.has_room() && services.journal.is_healthy()
    }

    /// Lets a claimed order wait again.
    pub(super) fn put_off(&self, mut order: CallOrder, at: Timestamp) {
        order.state = OrderState::Waiting;
        order.next_at = at;
        self.tell_order(&order);
        let id = order.id;
        self.inner.services.journal.save_order(Arc::new(order));
        self.inner.hands.put_off(id, at);
    }

    fn put_back(&self, orders: Vec<CallOrder>) {
        for order in orders {
            let at = order.next_at;
            self.put_off(order, at);
        }
    }

    /// Who claims, in the ledger.
    pub(super) fn name(&self) -> &str {
        &self.inner.services.app
    }
}

fn wait(now: Timestamp, at: Timestamp) -> Duration {
    Duration::try_from(at.duration_since(now)).unwrap_or_default()
}

/// Later than now by so much, for a wait that has no other bound.
pub(super) fn in_(time: Duration) -> Instant {
    Instant::now() + time
}

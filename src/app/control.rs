//! What the control port may ask of the other rooms.

use std::path::PathBuf;

use futures_util::future::BoxFuture;
use serde_json::Value;

use super::telemetry::Metrics;
use crate::{
    calls::{HandOn, Intercom, LegEvent, SayError},
    flow::graph,
    http::{Check, Control, ControlError, GraphFormat, Health},
    model::{CallId, CallOrder, CallOrderId, CallRecord, Direction, Order, OrderId, Outcome, Pairing},
    outbound::{
        Accepted, CallEdit, CallRequest, EditError, Notified, NotifyError, NotifyRequest, OrderError,
        PairingError, StatusPut, gateway,
    },
    stasis::Door,
    storage::StorageError,
    tasks::clock,
};

/// The rooms behind the control port.
pub struct Rooms {
    /// Calls, flows, speech.
    pub door: Door,
    /// Speaks into calls.
    pub intercom: Intercom,
    /// The metrics.
    pub metrics: Metrics,
}

impl Control for Rooms {
    fn live_calls(&self) -> Vec<CallRecord> {
        self.door.services.registry.live().iter().map(|record| CallRecord::clone(record)).collect()
    }

    fn live_call(&self, id: CallId) -> Option<CallRecord> {
        self.door.services.registry.get(id).map(|record| CallRecord::clone(&record))
    }

    fn settled(&self) -> BoxFuture<'_, ()> {
        // A store that cannot be written can still be read: what it has is shown.
        let journal = &self.door.services.journal;
        Box::pin(async { drop(tokio::join!(journal.flushed(), journal.caught_up())) })
    }

    fn hang_up(&self, id: CallId) -> BoxFuture<'_, Result<(), ControlError>> {
        let why = "hung up through the API".to_owned();
        let told = self.door.services.registry.tell(id, LegEvent::HangUp(why));
        Box::pin(async move { if told { Ok(()) } else { Err(ControlError::NotLive) } })
    }

    fn transfer(&self, id: CallId, to: HandOn) -> BoxFuture<'_, Result<(), ControlError>> {
        let registry = &self.door.services.registry;
        let begun = match registry.get(id) {
            Some(call) if call.direction == Direction::Outbound && call.answered_at.is_none() => {
                Err(ControlError::Refused("the call is not answered yet".to_owned()))
            }
            Some(_) if !self.door.status.is_connected() => {
                Err(ControlError::Unavailable(self.door.status.words()))
            }
            Some(_) if registry.tell(id, LegEvent::HandOn(to)) => Ok(()),
            _ => Err(ControlError::NotLive),
        };
        Box::pin(std::future::ready(begun))
    }

    fn say(
        &self,
        id: CallId,
        text: String,
        language: Option<String>,
    ) -> BoxFuture<'_, Result<(), ControlError>> {
        Box::pin(async move {
            self.intercom.say(id, &text, language).await.map_err(|error| match error {
                SayError::NotLive => ControlError::NotLive,
                SayError::NotAnswered | SayError::Busy => ControlError::Refused(error.to_string()),
                SayError::Voice(why) => ControlError::Failed(why),
                SayError::Asterisk(why) => ControlError::Unavailable(why),
            })
        })
    }

    fn order_calls(&self, requests: Vec<CallRequest>) -> BoxFuture<'_, Vec<Result<Accepted, OrderError>>> {
        Box::pin(async move { self.door.outbound.order_all(&requests).await })
    }

    fn cancel_call(&self, id: CallOrderId) -> BoxFuture<'_, Result<Option<CallOrder>, StorageError>> {
        Box::pin(self.door.outbound.cancel(id))
    }

    fn edit_call(
        &self,
        id: CallOrderId,
        edit: CallEdit,
    ) -> BoxFuture<'_, Result<Option<CallOrder>, EditError>> {
        Box::pin(async move { self.door.outbound.edit(id, &edit).await })
    }

    fn put_order(&self, order: Order) -> BoxFuture<'_, Result<StatusPut, StorageError>> {
        Box::pin(async move { self.door.outbound.put_order(&order).await })
    }

    fn delete_order(
        &self,
        id: OrderId,
        version: Option<i64>,
    ) -> BoxFuture<'_, Result<Outcome, StorageError>> {
        Box::pin(async move { self.door.outbound.delete_order(&id, version).await })
    }

    fn put_pairing(&self, pairing: Pairing) -> BoxFuture<'_, Result<bool, PairingError>> {
        Box::pin(async move { self.door.outbound.put_pairing(&pairing).await })
    }

    fn notify(
        &self,
        id: OrderId,
        wanted: NotifyRequest,
    ) -> BoxFuture<'_, Result<Vec<Notified>, NotifyError>> {
        Box::pin(async move { self.door.outbound.notify(&id, &wanted).await })
    }

    fn gateways(&self) -> Vec<gateway::Status> {
        let now = clock::now();
        self.door.outbound.gateways().all().map(|gateway| gateway.status(now)).collect()
    }

    fn flows(&self) -> Vec<Value> {
        let summaries = self.door.library.summaries();
        summaries.into_iter().filter_map(|summary| serde_json::to_value(summary).ok()).collect()
    }

    fn flow_source(&self, name: &str) -> Option<String> {
        self.door.library.source(name).map(|text| text.to_string())
    }

    fn flow_graph(&self, name: &str, format: GraphFormat) -> Option<String> {
        let flow = self.door.library.get(name)?;
        Some(match format {
            GraphFormat::Mermaid => graph::mermaid(&flow),
            GraphFormat::Svg => graph::svg(&flow),
        })
    }

    fn reload_flows(&self) -> BoxFuture<'_, Vec<String>> {
        let (library, feed) = (self.door.library.clone(), self.door.services.feed.clone());
        Box::pin(async move {
            // Files are read: not a thing for the runtime's own threads.
            let read = tokio::task::spawn_blocking(move || library.reload_and_tell(&feed)).await;
            match read {
                Ok(problems) => problems.iter().map(ToString::to_string).collect(),
                Err(error) => vec![format!("the flow files could not be read: {error}")],
            }
        })
    }

    fn prompt_file(&self, name: &str) -> Option<PathBuf> {
        self.door.services.speech.prompt_file(name)
    }

    fn health(&self) -> Health {
        let status = &self.door.status;
        let storage = self.door.services.journal.is_healthy();
        let draining = self.door.services.registry.is_draining();
        let checks = vec![
            Check { name: "asterisk".to_owned(), ok: status.is_connected(), detail: status.words() },
            Check {
                name: "storage".to_owned(),
                ok: storage,
                detail: if storage { "writes succeed" } else { "writes fail: see the log" }.to_owned(),
            },
            Check {
                name: "calls".to_owned(),
                ok: !draining,
                detail: if draining { "draining: the daemon is about to stop" } else { "taken" }.to_owned(),
            },
        ];
        Health { ready: checks.iter().all(|check| check.ok), checks }
    }

    fn metrics(&self) -> String {
        self.metrics.render()
    }
}

//! What the doors need of the rooms behind the calls: `app` gives it.

use std::path::PathBuf;

use futures_util::future::BoxFuture;
use serde_json::Value;

use crate::{
    calls::HandOn,
    model::{CallId, CallOrder, CallOrderId, CallRecord, Order, OrderId, Outcome, Pairing},
    outbound::{
        Accepted, CallEdit, CallRequest, EditError, Notified, NotifyError, NotifyRequest, OrderError,
        PairingError, StatusPut, gateway,
    },
    storage::StorageError,
};

/// Live calls, flows, prompts and health, as this port sees them.
pub trait Control: Send + Sync + 'static {
    /// The calls that are up, in no order.
    fn live_calls(&self) -> Vec<CallRecord>;
    /// One of them.
    fn live_call(&self, id: CallId) -> Option<CallRecord>;
    /// Waits until the store has what calls wrote behind, so that a look into it shows the present.
    fn settled(&self) -> BoxFuture<'_, ()> {
        Box::pin(std::future::ready(()))
    }
    /// Hangs up.
    fn hang_up(&self, id: CallId) -> BoxFuture<'_, Result<(), ControlError>>;
    /// Begins to hand the call on.
    fn transfer(&self, id: CallId, to: HandOn) -> BoxFuture<'_, Result<(), ControlError>>;
    /// Speaks into the call, in its own language if none is named.
    fn say(
        &self,
        id: CallId,
        text: String,
        language: Option<String>,
    ) -> BoxFuture<'_, Result<(), ControlError>>;
    /// Orders calls: what became of each, in their order. Those accepted are on disk.
    fn order_calls(&self, requests: Vec<CallRequest>) -> BoxFuture<'_, Vec<Result<Accepted, OrderError>>>;
    /// Cancels a call order; gives it as it is then. `None`: there is none.
    fn cancel_call(&self, id: CallOrderId) -> BoxFuture<'_, Result<Option<CallOrder>, StorageError>>;
    /// Moves a call order that waits to other times; gives it as it is then. `None`: there is none.
    fn edit_call(
        &self,
        id: CallOrderId,
        edit: CallEdit,
    ) -> BoxFuture<'_, Result<Option<CallOrder>, EditError>>;
    /// Stores an order, and what its change means for the calls about it. Both are on disk, or neither.
    fn put_order(&self, order: Order) -> BoxFuture<'_, Result<StatusPut, StorageError>>;
    /// Deletes an order (this version of it, or whatever is there), and cancels the calls about it.
    fn delete_order(&self, id: OrderId, version: Option<i64>)
    -> BoxFuture<'_, Result<Outcome, StorageError>>;
    /// Stores a pairing that the gateways can serve; whether it was not there before.
    fn put_pairing(&self, pairing: Pairing) -> BoxFuture<'_, Result<bool, PairingError>>;
    /// Orders calls that tell how an order stands. Those accepted are on disk.
    fn notify(&self, id: OrderId, wanted: NotifyRequest)
    -> BoxFuture<'_, Result<Vec<Notified>, NotifyError>>;
    /// How the gateways do, by name.
    fn gateways(&self) -> Vec<gateway::Status>;
    /// The flows as JSON objects, each with at least its `name`.
    fn flows(&self) -> Vec<Value>;
    /// The text of a flow's file.
    fn flow_source(&self, name: &str) -> Option<String>;
    /// A flow's graph.
    fn flow_graph(&self, name: &str, format: GraphFormat) -> Option<String>;
    /// Reads the flow files again. Gives the problems; a broken file leaves its flow as it was.
    fn reload_flows(&self) -> BoxFuture<'_, Vec<String>>;
    /// The file of a rendered prompt; `name` is checked to be letters and digits only.
    fn prompt_file(&self, name: &str) -> Option<PathBuf>;
    /// Whether new calls can be taken.
    fn health(&self) -> Health;
    /// The metrics as Prometheus text, version 0.0.4.
    fn metrics(&self) -> String;
}

/// How a flow is drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum GraphFormat {
    /// Mermaid's `flowchart` text.
    #[default]
    Mermaid,
    /// A picture.
    Svg,
}

/// Whether the daemon is ready, and what it looked at.
#[derive(Clone, Debug, Default)]
pub struct Health {
    /// All that must be well is.
    pub ready: bool,
    /// Each thing looked at.
    pub checks: Vec<Check>,
}

/// One thing looked at.
#[derive(Clone, Debug)]
pub struct Check {
    /// `asterisk`, `storage`, `voice`.
    pub name: String,
    /// Whether it is well.
    pub ok: bool,
    /// What is wrong, or what is there.
    pub detail: String,
}

/// Why a live call could not be worked on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ControlError {
    /// The call is over.
    #[error("the call is over")]
    NotLive,
    /// Not now: no connection to Asterisk, say.
    #[error("{0}")]
    Unavailable(String),
    /// The call is in a state that does not allow it.
    #[error("{0}")]
    Refused(String),
    /// Asterisk or the voice failed.
    #[error("{0}")]
    Failed(String),
}

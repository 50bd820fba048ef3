//! Pretended calls, flows and prompts: it does what it is told and notes what it was asked.

use std::{
    collections::HashMap,
    path::PathBuf,
    sync::{
        Mutex, OnceLock,
        atomic::{AtomicBool, Ordering},
    },
};

use futures_util::future::BoxFuture;
use jiff::{Timestamp, civil::Date};
use serde_json::{Value, json};
use stasisd::{
    calls::HandOn,
    http::{Check, Control, ControlError, GraphFormat, Health},
    messaging::{Caller, DayFigures, Facts, FailedPlanning, World},
    model::{
        CallId, CallOrder, CallOrderId, CallRecord, CallState, ChannelId, Direction, Order, OrderId,
        OrderState, Outcome, Pairing, Person, PersonId, Position,
    },
    outbound::{
        Accepted, CallEdit, CallRequest, EditError, Notified, NotifyError, NotifyRequest, OrderError,
        PairingError, StatusPut, gateway,
    },
    storage::{StorageError, Store},
};

use crate::ordering;

/// A sentence that was to be said into a call.
pub type Said = (CallId, String, Option<String>);

#[derive(Default)]
pub struct Pretend {
    /// Where ordered calls are; the port reads them there.
    pub store: OnceLock<Store>,
    pub live: Mutex<HashMap<CallId, CallRecord>>,
    pub hung_up: Mutex<Vec<CallId>>,
    pub said: Mutex<Vec<Said>>,
    pub handed_on: Mutex<Vec<(CallId, HandOn)>>,
    pub prompts: Mutex<HashMap<String, PathBuf>>,
    /// What the next command on a call fails with.
    pub fails: Mutex<Option<ControlError>>,
    pub is_sick: AtomicBool,
    /// Reading the flows again never ends.
    pub hangs: AtomicBool,
}

impl Pretend {
    fn failure(&self) -> Result<(), ControlError> {
        self.fails.lock().unwrap().take().map_or(Ok(()), Err)
    }

    fn store(&self) -> &Store {
        self.store.get().unwrap()
    }

    pub fn add(&self, call: &CallRecord) {
        self.live.lock().unwrap().insert(call.id, call.clone());
    }
}

impl Control for Pretend {
    fn live_calls(&self) -> Vec<CallRecord> {
        self.live.lock().unwrap().values().cloned().collect()
    }

    fn live_call(&self, id: CallId) -> Option<CallRecord> {
        self.live.lock().unwrap().get(&id).cloned()
    }

    fn hang_up(&self, id: CallId) -> BoxFuture<'_, Result<(), ControlError>> {
        Box::pin(async move {
            self.failure()?;
            self.live.lock().unwrap().remove(&id).ok_or(ControlError::NotLive)?;
            self.hung_up.lock().unwrap().push(id);
            Ok(())
        })
    }

    fn transfer(&self, id: CallId, to: HandOn) -> BoxFuture<'_, Result<(), ControlError>> {
        Box::pin(async move {
            self.failure()?;
            self.handed_on.lock().unwrap().push((id, to));
            Ok(())
        })
    }

    fn say(
        &self,
        id: CallId,
        text: String,
        language: Option<String>,
    ) -> BoxFuture<'_, Result<(), ControlError>> {
        Box::pin(async move {
            self.failure()?;
            self.said.lock().unwrap().push((id, text, language));
            Ok(())
        })
    }

    fn order_calls(&self, requests: Vec<CallRequest>) -> BoxFuture<'_, Vec<Result<Accepted, OrderError>>> {
        Box::pin(async move { ordering::order(self.store(), &requests).await })
    }

    fn cancel_call(&self, id: CallOrderId) -> BoxFuture<'_, Result<Option<CallOrder>, StorageError>> {
        Box::pin(async move { self.store().cancel_call_order(id, Timestamp::now()).await })
    }

    fn edit_call(
        &self,
        id: CallOrderId,
        edit: CallEdit,
    ) -> BoxFuture<'_, Result<Option<CallOrder>, EditError>> {
        Box::pin(async move {
            let Some(order) = self.store().call_order(id).await? else { return Ok(None) };
            let times = ordering::times(&order, &edit)?;
            let edited = self.store().edit_call_order(id, times).await?;
            match edited.filter(|order| order.state == OrderState::Waiting) {
                Some(order) => Ok(Some(order)),
                None => Err(EditError::NotWaiting),
            }
        })
    }

    fn put_pairing(&self, pairing: Pairing) -> BoxFuture<'_, Result<bool, PairingError>> {
        Box::pin(async move { Ok(self.store().put_pairing(&pairing).await?) })
    }

    fn put_order(&self, order: Order) -> BoxFuture<'_, Result<StatusPut, StorageError>> {
        Box::pin(async move {
            let (outcome, order) = self.store().put_order(&order).await?;
            Ok(StatusPut { outcome, order, calls: Vec::new() })
        })
    }

    fn delete_order(
        &self,
        id: OrderId,
        version: Option<i64>,
    ) -> BoxFuture<'_, Result<Outcome, StorageError>> {
        Box::pin(async move { self.store().delete_order(&id, version, Timestamp::now()).await })
    }

    fn notify(
        &self,
        id: OrderId,
        wanted: NotifyRequest,
    ) -> BoxFuture<'_, Result<Vec<Notified>, NotifyError>> {
        Box::pin(async move {
            let order = self.store().order(&id).await?;
            let number = match (wanted.to, order) {
                (Some(number), _) => number,
                (None, Some(order)) => {
                    order.phones.first().cloned().ok_or(NotifyError::NoPhone(id.clone()))?
                }
                (None, None) => return Err(NotifyError::Unknown(id)),
            };
            let request = CallRequest {
                number: number.to_string(),
                flow: wanted.flow,
                lane: wanted.lane,
                at: wanted.at,
                language: wanted.language,
                idempotency_key: wanted.idempotency_key,
                subject: Some(format!("order:{id}")),
                ..CallRequest::default()
            };
            let result = ordering::order(self.store(), &[request]).await.remove(0);
            Ok(vec![Notified { number, result }])
        })
    }

    fn gateways(&self) -> Vec<gateway::Status> {
        vec![ordering::gateway()]
    }

    fn flows(&self) -> Vec<Value> {
        vec![json!({"name": "order-status", "steps": 4}), json!({"name": "night", "steps": 1})]
    }

    fn flow_source(&self, name: &str) -> Option<String> {
        assert_ne!(name, "panic", "pretended fault");
        (name == "order-status").then(|| "start = \"hello\"\n".to_owned())
    }

    fn flow_graph(&self, name: &str, format: GraphFormat) -> Option<String> {
        (name == "order-status").then(|| match format {
            GraphFormat::Mermaid => "flowchart TD\n".to_owned(),
            GraphFormat::Svg => "<svg xmlns=\"http://www.w3.org/2000/svg\"/>".to_owned(),
        })
    }

    fn reload_flows(&self) -> BoxFuture<'_, Vec<String>> {
        Box::pin(async move {
            if self.hangs.load(Ordering::Relaxed) {
                std::future::pending::<()>().await;
            }
            vec!["night.toml:3: steps.hello.say: unknown variable".to_owned()]
        })
    }

    fn prompt_file(&self, name: &str) -> Option<PathBuf> {
        self.prompts.lock().unwrap().get(name).cloned()
    }

    fn health(&self) -> Health {
        let is_sick = self.is_sick.load(Ordering::Relaxed);
        let detail = if is_sick { "connection refused" } else { "22.10.1" };
        let check = Check { name: "asterisk".to_owned(), ok: !is_sick, detail: detail.to_owned() };
        Health { ready: !is_sick, checks: vec![check] }
    }

    fn metrics(&self) -> String {
        "# TYPE stasisd_calls_live gauge\nstasisd_calls_live 0\n".to_owned()
    }
}

/// Nobody works here, and nobody is called.
impl World for Pretend {
    fn facts(&self, _: Timestamp) -> BoxFuture<'_, Facts> {
        Box::pin(std::future::ready(Facts::default()))
    }

    fn person<'a>(&'a self, _: &'a PersonId) -> BoxFuture<'a, Option<Person>> {
        Box::pin(std::future::ready(None))
    }

    fn figures<'a>(&'a self, _: &'a str, _: Date) -> BoxFuture<'a, Option<DayFigures>> {
        Box::pin(std::future::ready(None))
    }

    fn failed_plannings(&self, _: Timestamp) -> BoxFuture<'_, Vec<FailedPlanning>> {
        Box::pin(std::future::ready(Vec::new()))
    }
}

impl Caller for Pretend {
    fn order(&self, request: CallRequest) -> BoxFuture<'_, Result<Accepted, OrderError>> {
        Box::pin(async move { ordering::order(self.store(), &[request]).await.remove(0) })
    }
}

/// A live call, the `n`th of the day.
pub fn call(n: u32) -> CallRecord {
    let channel = ChannelId(format!("17900000.{n}"));
    CallRecord {
        id: CallId::of_channel(&channel, "2026-11-21T03:00:00.000+0000"),
        channel,
        direction: Direction::Inbound,
        state: CallState::Live,
        caller: Some("+34600000001".to_owned()),
        caller_name: Some("<b>Ana</b>".to_owned()),
        called: Some("900".to_owned()),
        gateway: None,
        language: "en".to_owned(),
        position: Position { flow: "order-status".into(), step: "hello".into(), ..Position::default() },
        started_at: Timestamp::from_second(1_790_000_000 + i64::from(n)).unwrap(),
        answered_at: None,
        ended_at: None,
        disposition: None,
        cause: None,
        tech_cause: None,
        detail: None,
        route: None,
        taken_up: 0,
    }
}

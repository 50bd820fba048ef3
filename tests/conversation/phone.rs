//! `Caller`: a dialogue written down as it would be told, then run.

use std::{path::Path, sync::Arc, time::Duration};

use jiff::{Timestamp, Zoned};
use serde_json::{Value, json};
use stasisd::{
    calls::{Dialled, Place, Take},
    flow::{self, CallFacts, Set, Webhook, World},
    model::{CallId, ChannelId, Contact, Facts, Order, OrderId, PhoneNumber, Position, Stop},
};

use crate::caller::{Act, End, PretendLine};

/// A world of given facts.
#[derive(Clone, Debug)]
pub struct PretendWorld {
    pub call: CallFacts,
    pub orders: Result<Vec<Order>, String>,
    pub contact: Result<Option<Contact>, String>,
    pub answer: Result<(u16, Value), String>,
    pub posted: Arc<std::sync::Mutex<Vec<Webhook>>>,
    pub time: Zoned,
}

impl PretendWorld {
    pub fn new() -> Self {
        let channel = ChannelId::from("1732158000.12");
        let call = CallFacts {
            id: CallId::of_channel(&channel, "2026-11-21T03:00:00.000+0000"),
            caller: Some("+34600000001".to_owned()),
            caller_name: Some("Anna\r\nX: y".to_owned()),
            called: Some("+34930000000".to_owned()),
            gateway: Some("north".to_owned()),
            language: "en".to_owned(),
            started: Timestamp::UNIX_EPOCH,
        };
        let time = "2026-11-21T12:00:00+01:00[Europe/Madrid]".parse().unwrap();
        Self {
            call,
            orders: Ok(Vec::new()),
            contact: Ok(None),
            answer: Ok((200, Value::Null)),
            posted: Arc::default(),
            time,
        }
    }
}

impl World for PretendWorld {
    fn now(&self) -> Zoned {
        self.time.clone()
    }

    fn call(&self) -> &CallFacts {
        &self.call
    }

    fn operator(&self) -> Place {
        Place { context: "operators".to_owned(), extension: "s".to_owned(), priority: 1 }
    }

    async fn orders(&self, _: &str) -> Result<Vec<Order>, String> {
        self.orders.clone()
    }

    async fn contact(&self, _: &str) -> Result<Option<Contact>, String> {
        self.contact.clone()
    }

    async fn post(&self, request: &Webhook) -> Result<(u16, Value), String> {
        self.posted.lock().unwrap().push(request.clone());
        self.answer.clone()
    }
}

/// An order of the pretend world.
pub fn order(id: &str, status: &str, facts: Value) -> Order {
    Order {
        id: OrderId::from(id),
        phones: vec![PhoneNumber::parse("+34600000001", None).unwrap()],
        status: status.to_owned(),
        facts: facts.as_object().cloned().unwrap(),
        version: 1,
        expires_at: None,
        updated_at: Timestamp::UNIX_EPOCH,
    }
}

/// Flows from texts, each of which must be without a problem, with settings.
pub fn flows(files: &[(&str, &str)], settings: Value) -> Set {
    let read = |(name, source): &(&str, &str)| {
        let (flow, problems) = flow::read(name, &format!("{name}.toml"), source);
        let told: Vec<String> = problems.iter().map(ToString::to_string).collect();
        assert!(told.is_empty(), "{}", told.join("\n"));
        ((*name).to_owned(), Arc::new(flow.unwrap()))
    };
    Set { flows: files.iter().map(read).collect(), settings: settings.as_object().cloned().unwrap() }
}

/// The flows that the product ships.
pub fn shipped(settings: Value) -> Set {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/flows");
    let mut files = Vec::new();
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        files.push((name, std::fs::read_to_string(&path).unwrap()));
    }
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    flows(&files, settings)
}

/// A dialogue.
#[derive(Debug)]
pub struct Caller {
    set: Set,
    flow: String,
    vars: Facts,
    pub world: PretendWorld,
    script: Vec<Act>,
    expects_fault: bool,
    taken_up_at: Option<String>,
}

impl Caller {
    pub fn of(set: Set, flow: &str) -> Self {
        let (vars, world) = (Facts::new(), PretendWorld::new());
        let (script, flow) = (Vec::new(), flow.to_owned());
        Self { set, flow, vars, world, script, expects_fault: false, taken_up_at: None }
    }

    /// The dialogue begins after a crash in this step.
    pub fn taken_up_at(mut self, step: &str) -> Self {
        self.taken_up_at = Some(step.to_owned());
        self
    }

    pub fn speaks_language(mut self, language: &str) -> Self {
        language.clone_into(&mut self.world.call.language);
        self
    }

    pub fn withholds_number(mut self) -> Self {
        self.world.call.caller = None;
        self
    }

    pub fn has_orders(mut self, orders: Vec<Order>) -> Self {
        self.world.orders = Ok(orders);
        self
    }

    pub fn orders_cannot_be_asked(mut self) -> Self {
        self.world.orders = Err("the source is down".to_owned());
        self
    }

    pub fn calls_at(mut self, time: &str) -> Self {
        self.world.time = format!("{time}[Europe/Madrid]").parse().unwrap();
        self
    }

    pub fn starts_with(mut self, name: &str, value: Value) -> Self {
        self.vars.insert(name.to_owned(), value);
        self
    }

    pub fn webhook_answers(mut self, answer: Result<(u16, Value), String>) -> Self {
        self.world.answer = answer;
        self
    }

    fn then(mut self, act: Act) -> Self {
        self.script.push(act);
        self
    }

    pub fn hears(self, part: &str) -> Self {
        self.then(Act::Hears(part.to_owned()))
    }

    pub fn presses(self, key: char) -> Self {
        self.then(Act::Presses(key))
    }

    pub fn waits(self) -> Self {
        self.then(Act::Waits)
    }

    pub fn hangs_up(self) -> Self {
        self.then(Act::HangsUp)
    }

    pub fn dialled_party(self, result: Dialled) -> Self {
        self.then(Act::Dialled(result))
    }

    pub fn refuses_refer(self) -> Self {
        self.then(Act::Refuses)
    }

    pub fn talks_for(self, secs: u64) -> Self {
        self.then(Act::Speaks(Duration::from_secs(secs)))
    }

    pub async fn is_transferred_to(self, context: &str) -> PretendLine {
        let line = self.run().await;
        match &line.end {
            Some(End::Continued(place, _)) if place.context == context => line,
            end => line.fail(&format!("not handed to {context:?} but {end:?}")),
        }
    }

    pub async fn is_hung_up(self) -> PretendLine {
        let line = self.run().await;
        if line.end != Some(End::Finished) {
            line.fail(&format!("not hung up but {:?}", line.end));
        }
        line
    }

    pub async fn has_left(self) -> PretendLine {
        let line = self.run().await;
        if line.end != Some(End::Left) {
            line.fail(&format!("the caller is still there: {:?}", line.end));
        }
        line
    }

    /// The flow meets a fault, which the caller is told of.
    pub async fn meets_a_fault_and_reaches(mut self, context: &str) -> PretendLine {
        self.expects_fault = true;
        self.is_transferred_to(context).await
    }

    async fn run(self) -> PretendLine {
        let mut line = PretendLine::new(self.script.into());
        line.expects_fault = self.expects_fault;
        let take = if self.taken_up_at.is_some() { Take::Up } else { Take::Anew };
        let (step, visit) = self.taken_up_at.map_or_else(Default::default, |step| (step, 1));
        let start = Position { flow: self.flow, step, visit, vars: self.vars };
        let stop = flow::run(&self.set, start, take, &mut line, &self.world).await;
        if let Err(Stop::Fault(fault)) = stop {
            line.fail(&format!("the flow ended by a fault: {fault}"));
        }
        if !line.script.is_empty() {
            line.fail(&format!("the call is over, and the caller still has {:?}", line.script));
        }
        line
    }
}

/// Settings of the shipped flows.
pub fn settings() -> Value {
    json!({ "several_orders": "menu" })
}

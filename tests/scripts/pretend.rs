//! The rooms behind the door, pretended: they answer what a test says, and keep what they were told.

use std::sync::{
    Mutex,
    atomic::{AtomicUsize, Ordering},
};

use jiff::Timestamp;
use serde_json::json;
use stasisd::{
    model::{Contact, ListName, Order, PhoneNumber, Route},
    scripts::{Answer, Answers, Arrival, Remark, Ringing, Unanswered},
};
use tokio::sync::Semaphore;

pub struct Pretend {
    /// Who is behind +34600000001.
    pub known: Mutex<Contact>,
    pub rung: Mutex<Vec<Ringing>>,
    pub remarks: Mutex<Vec<Remark>>,
    /// How often anything was asked.
    pub asked: AtomicUsize,
    /// Each answer takes one of these, so that a test can hold them back.
    pub leave: Semaphore,
    /// Nothing can be answered.
    pub is_broken: Mutex<bool>,
}

impl Default for Pretend {
    fn default() -> Self {
        let known = json!({
            "id": "K-1", "name": "Eve Smith", "source": "own", "facts": { "Contract no.": "0042" },
            "items": [{ "id": "a" }, { "id": "b" }, { "id": "c" }], "alerts": ["owes 12 €"],
        });
        let known: Contact = serde_json::from_value(known).unwrap();
        Self {
            known: Mutex::new(known),
            rung: Mutex::default(),
            remarks: Mutex::default(),
            asked: AtomicUsize::new(0),
            leave: Semaphore::new(Semaphore::MAX_PERMITS),
            is_broken: Mutex::new(false),
        }
    }
}

impl Pretend {
    fn answer<'a, T: Send + 'a>(&'a self, of: impl FnOnce() -> T + Send + 'a) -> Answer<'a, T> {
        Box::pin(async move {
            self.asked.fetch_add(1, Ordering::Relaxed);
            self.leave.acquire().await.unwrap().forget();
            if *self.is_broken.lock().unwrap() {
                return Err(Unanswered::Failed("the database is away".into()));
            }
            Ok(of())
        })
    }
}

fn is_eve(number: &PhoneNumber) -> bool {
    number.as_str() == "+34600000001"
}

impl Answers for Pretend {
    fn number(&self, text: &str) -> Option<PhoneNumber> {
        PhoneNumber::parse(text, "ES".parse().ok()).ok()
    }

    fn contact<'a>(&'a self, number: &'a PhoneNumber) -> Answer<'a, Option<Contact>> {
        self.answer(|| is_eve(number).then(|| self.known.lock().unwrap().clone()))
    }

    fn route(&self, arrival: Arrival) -> Answer<'_, Route> {
        self.answer(move || {
            let Arrival { caller, called, gateway, was_routed } = arrival;
            let [called, gateway] = [called, gateway].map(Option::unwrap_or_default);
            let target =
                if caller.as_deref() == Some("600000001") { "flow:order-status" } else { "queue:operators" };
            let reason = format!("to {called} by {gateway}{}", if was_routed { "again" } else { "" });
            Route { target: target.parse().unwrap(), rule: Some("r-1".into()), reason }
        })
    }

    fn list<'a>(&'a self, number: &'a PhoneNumber) -> Answer<'a, Option<ListName>> {
        self.answer(|| Some(if is_eve(number) { ListName::Vip } else { ListName::Block }))
    }

    fn orders<'a>(&'a self, number: &'a PhoneNumber) -> Answer<'a, Vec<Order>> {
        self.answer(|| {
            let order = |id: &str| Order {
                id: id.into(),
                phones: vec![number.clone()],
                status: "on_the_way".into(),
                facts: json!({ "title": "the \"red\" shoes\r\n" }).as_object().unwrap().clone(),
                version: 1,
                expires_at: None,
                updated_at: Timestamp::UNIX_EPOCH,
            };
            if is_eve(number) { vec![order("A-2"), order("A-1")] } else { Vec::new() }
        })
    }

    fn ring(&self, ringing: Ringing) -> Answer<'_, ()> {
        self.answer(|| self.rung.lock().unwrap().push(ringing))
    }

    fn note(&self, remark: Remark) -> Answer<'_, String> {
        self.answer(|| {
            self.remarks.lock().unwrap().push(remark);
            "n-1".to_owned()
        })
    }
}

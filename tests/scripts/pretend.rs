//! The rooms behind the door, pretended: they answer what a test says, and keep what they were told.

use std::sync::{
    Mutex,
    atomic::{AtomicUsize, Ordering},
};

use futures_util::future::BoxFuture;
use jiff::Timestamp;
use serde_json::json;
use stasisd::{
    model::{Order, PhoneNumber},
    scripts::{Answers, Arrival, Known, Remark, Ringing, Screen, Target, Unanswered, Way},
};
use tokio::sync::Semaphore;

pub struct Pretend {
    /// Who is behind +34600000001.
    pub known: Mutex<Known>,
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
        let known = Known {
            id: "K-1".into(),
            name: "Eve Smith".into(),
            source: "own".into(),
            facts: vec![("Contract no.".into(), "0042".into())],
            items: 3,
            alert: Some("owes 12 €".into()),
        };
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

type Answer<'a, T> = BoxFuture<'a, Result<T, Unanswered>>;

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

    fn contact<'a>(&'a self, number: &'a PhoneNumber) -> Answer<'a, Option<Known>> {
        self.answer(|| is_eve(number).then(|| self.known.lock().unwrap().clone()))
    }

    fn route(&self, arrival: Arrival) -> Answer<'_, Way> {
        self.answer(move || {
            let reason = format!(
                "to {} by {}",
                arrival.called.unwrap_or_default(),
                arrival.gateway.unwrap_or_default()
            );
            let target = match arrival.caller {
                Some(number) if is_eve(&number) => Target::Flow("order-status".into()),
                _ => Target::Queue("operators".into()),
            };
            Way { target, rule: Some("r-1".into()), reason }
        })
    }

    fn screen<'a>(&'a self, number: &'a PhoneNumber) -> Answer<'a, Screen> {
        self.answer(|| if is_eve(number) { Screen::Vip } else { Screen::Block })
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

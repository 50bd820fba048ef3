//! What reminders are made of, and who gives it: the app, from the rooms that know.

use futures_util::future::BoxFuture;
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use serde::Serialize;

use crate::{
    model::{Person, PersonId, QueueState, Timetable, Week},
    outbound::{Accepted, CallRequest, OrderError, Outbound},
};

/// The present, as far as reminders are made of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Facts {
    /// Everybody who is known.
    pub persons: Vec<Person>,
    /// The published weeks that hold now, held the day before, or hold the next day.
    pub shifts: Vec<Shifts>,
    /// The queues whose members are known at this moment.
    pub queues: Vec<QueueState>,
    /// Since when they are known without a break.
    pub queues_since: Option<Timestamp>,
}

/// A week of a timetable, where and for whom it is.
#[derive(Clone, Debug, PartialEq)]
pub struct Shifts {
    /// Who answers when.
    pub table: Timetable,
    /// Whose hours they are.
    pub zone: TimeZone,
    /// The queue that it fills.
    pub queue: String,
}

/// How a day of a queue was.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct DayFigures {
    /// Calls that came.
    pub received: u64,
    /// Calls that were answered.
    pub answered: u64,
    /// Calls that hung up while they waited.
    pub abandoned: u64,
    /// Calls that the queue sent on unanswered: their time was over, or there was no room.
    pub timed_out: u64,
    /// How long a call waited on average.
    pub average_wait_secs: u64,
    /// How long a call waited at most.
    pub longest_wait_secs: u64,
    /// How long was talked on average.
    pub average_talk_secs: u64,
    /// How many of a hundred were answered in time, if it is known.
    pub service_level_percent: Option<f64>,
}

/// A planning that came to nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FailedPlanning {
    /// Its id, as its notices name it.
    pub planning: String,
    /// Of which timetable.
    pub timetable: String,
    /// Of which week.
    pub week: Week,
    /// Why, in sentences.
    pub why: Vec<String>,
}

/// The rooms that know. What cannot be told is left out: a queue that is not named is not known, not empty.
pub trait World: Send + Sync + 'static {
    /// The present.
    fn facts(&self, now: Timestamp) -> BoxFuture<'_, Facts>;
    /// One person.
    fn person<'a>(&'a self, id: &'a PersonId) -> BoxFuture<'a, Option<Person>>;
    /// How a queue's day was, if it is known.
    fn figures<'a>(&'a self, queue: &'a str, day: Date) -> BoxFuture<'a, Option<DayFigures>>;
    /// The plannings that came to nothing since then: their notices may not have been heard.
    fn failed_plannings(&self, since: Timestamp) -> BoxFuture<'_, Vec<FailedPlanning>>;
}

/// Whoever can call people.
pub trait Caller: Send + Sync + 'static {
    /// Orders a call; the same idempotency key is the same call.
    fn order(&self, request: CallRequest) -> BoxFuture<'_, Result<Accepted, OrderError>>;
}

impl Caller for Outbound {
    fn order(&self, request: CallRequest) -> BoxFuture<'_, Result<Accepted, OrderError>> {
        Box::pin(async move { Outbound::order(self, &request).await })
    }
}

impl Facts {
    /// The person of that id; one who is not known by more than the id, else.
    pub(super) fn person(&self, id: &PersonId) -> Person {
        self.persons
            .iter()
            .find(|person| person.id == *id)
            .cloned()
            .unwrap_or_else(|| Person::new(id.clone()))
    }
}

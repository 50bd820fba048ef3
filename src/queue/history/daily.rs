//! A day's row, with the fields that Tomàtic's daily statistics have. Pure.

use jiff::civil::Date;
use serde::Serialize;

use super::{
    figures::{Counting, Lengths},
    hours::When,
};
use crate::model::{QueueCall, QueueEnd};

/// The figures of one day. Early, late and test calls are counted as such and nowhere else but in `callsreceived`;
/// seconds are whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[allow(missing_docs, reason = "the names are the format's own")]
pub struct Daily {
    pub date: Date,
    pub callsreceived: u64,
    pub answeredcalls: u64,
    pub abandonedcalls: u64,
    pub timedoutcalls: u64,
    pub talktime: u64,
    pub averagetalktime: u64,
    pub holdtime: u64,
    pub averageholdtime: u64,
    pub maxholdtime: u64,
    pub earlycalls: u64,
    pub latecalls: u64,
    pub testcalls: u64,
    /// Sent away by the queue: full, or nobody there.
    pub bouncedcalls: u64,
}

impl Daily {
    /// Calls that were wanted and not answered.
    #[must_use]
    pub fn lost(&self) -> u64 {
        self.bouncedcalls + self.timedoutcalls + self.abandonedcalls
    }
}

/// The day's row; of `calls`, those of other days are left out.
#[must_use]
pub fn daily(calls: &[QueueCall], date: Date, counting: &Counting) -> Daily {
    let (mut talk, mut hold) = (Lengths::default(), Lengths::default());
    let mut counts = [0; 8];
    let [received, answered, abandoned, timed_out, early, late, tests, bounced] = &mut counts;
    let of_day = |call: &&QueueCall| call.joined_at.to_zoned(counting.zone.clone()).date() == date;
    for call in calls.iter().filter(of_day) {
        *received += 1;
        if call.number.as_ref().is_some_and(|number| counting.test_numbers.contains(number)) {
            *tests += 1;
            continue;
        }
        if let Some(wait) = call.wait_secs {
            hold.add(wait);
        }
        match (counting.hours.when(call.joined_at), call.end) {
            (When::Early, _) => *early += 1,
            (When::Late, _) => *late += 1,
            _ if call.connected_at.is_some() => {
                *answered += 1;
                talk.add(call.talk_secs.unwrap_or(0));
            }
            (_, Some(QueueEnd::Abandoned)) => *abandoned += 1,
            (_, Some(QueueEnd::TimedOut)) => *timed_out += 1,
            (_, Some(QueueEnd::Left)) => *bounced += 1,
            _ => {}
        }
    }
    let [received, answered, abandoned, timed_out, early, late, tests, bounced] = counts;
    Daily {
        date,
        callsreceived: received,
        answeredcalls: answered,
        abandonedcalls: abandoned,
        timedoutcalls: timed_out,
        talktime: talk.total,
        averagetalktime: talk.average(),
        holdtime: hold.total,
        averageholdtime: hold.average(),
        maxholdtime: hold.longest,
        earlycalls: early,
        latecalls: late,
        testcalls: tests,
        bouncedcalls: bounced,
    }
}

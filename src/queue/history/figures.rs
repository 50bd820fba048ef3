//! Figures of a queue: how many called, were answered, gave up, how long they waited and talked. Pure, over stored rows.

use std::collections::{BTreeMap, BTreeSet};

use jiff::tz::TimeZone;

use super::hours::{OpeningHours, When};
use crate::model::{MemberEvent, MemberWhat, QueueCall, QueueEnd};

/// By what the figures are grouped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// The day on which the caller began to wait.
    Day,
    /// The hour of the day, each day for itself.
    Hour,
    /// The member that answered.
    Member,
}

/// How calls are counted.
#[derive(Clone, Debug)]
pub struct Counting {
    /// Whose days and hours.
    pub zone: TimeZone,
    /// Answered within so many seconds is in time.
    pub service_level_secs: u32,
    /// For telling early and late calls.
    pub hours: OpeningHours,
    /// Numbers that call only to try the queue.
    pub test_numbers: BTreeSet<String>,
}

/// Sum, count and longest of some lengths, in seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lengths {
    /// All together.
    pub total: u64,
    /// How many.
    pub count: u64,
    /// The longest.
    pub longest: u64,
}

/// The figures of one group.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// Everybody who began to wait.
    pub received: u64,
    /// Talked with a member.
    pub answered: u64,
    /// Of them, within the service level's seconds.
    pub in_time: u64,
    /// Hung up while waiting.
    pub abandoned: u64,
    /// Waited longer than the queue allows.
    pub timed_out: u64,
    /// Sent away by the queue, or left by a key.
    pub left: u64,
    /// Taken out by one of us.
    pub withdrawn: u64,
    /// The end was not seen, and nobody had answered.
    pub unseen: u64,
    /// Still waiting.
    pub waiting: u64,
    /// Before the hours; counted above too.
    pub early: u64,
    /// After the hours, or on a day without any; counted above too.
    pub late: u64,
    /// Calls to try the queue; they count as received, and nowhere else.
    pub tests: u64,
    /// Rung members that did not answer.
    pub did_not_answer: u64,
    /// Waits that are over.
    pub wait: Lengths,
    /// Talks that are over.
    pub talk: Lengths,
}

/// The figures of a day, an hour or a member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// `2026-11-23`, `2026-11-23T09`, or the member's interface; of calls that nobody answered, empty.
    pub key: String,
    /// The member's name.
    pub name: Option<String>,
    /// The figures.
    pub figures: Figures,
}

impl Lengths {
    /// One more.
    pub fn add(&mut self, secs: u32) {
        let secs = u64::from(secs);
        self.total += secs;
        self.count += 1;
        self.longest = self.longest.max(secs);
    }

    /// In whole seconds; 0 of none.
    #[must_use]
    pub fn average(&self) -> u64 {
        self.total.checked_div(self.count).unwrap_or(0)
    }
}

impl Figures {
    /// Takes in one call.
    pub fn count(&mut self, call: &QueueCall, counting: &Counting) {
        self.received += 1;
        if call.number.as_ref().is_some_and(|number| counting.test_numbers.contains(number)) {
            self.tests += 1;
            return;
        }
        match counting.hours.when(call.joined_at) {
            When::Early => self.early += 1,
            When::Late => self.late += 1,
            When::Inside => {}
        }
        if let Some(wait) = call.wait_secs {
            self.wait.add(wait);
        }
        if call.connected_at.is_some() {
            self.answered += 1;
            self.in_time += u64::from(call.wait_secs.is_some_and(|w| w <= counting.service_level_secs));
            if let Some(talk) = call.talk_secs {
                self.talk.add(talk);
            }
            return;
        }
        match call.end {
            None => self.waiting += 1,
            Some(QueueEnd::Abandoned) => self.abandoned += 1,
            Some(QueueEnd::TimedOut) => self.timed_out += 1,
            Some(QueueEnd::Left) => self.left += 1,
            Some(QueueEnd::Withdrawn) => self.withdrawn += 1,
            Some(QueueEnd::Unseen | QueueEnd::Completed) => self.unseen += 1,
        }
    }

    /// Answered in time, of those whom the queue could have answered, in per cent with one decimal; none if there were
    /// none. Tests, and whom we took out, do not count.
    #[must_use]
    pub fn service_level(&self) -> Option<f64> {
        let all = self.answered + self.abandoned + self.timed_out + self.left;
        (all > 0).then(|| (self.in_time as f64 * 1000.0 / all as f64).round() / 10.0)
    }
}

/// The figures of all calls, and of each group. Grouped by member, `events` tell who was rung and did not answer.
#[must_use]
pub fn figures(
    calls: &[QueueCall],
    events: &[MemberEvent],
    by: By,
    counting: &Counting,
) -> (Figures, Vec<Group>) {
    let mut total = Figures::default();
    let mut groups: BTreeMap<String, Figures> = BTreeMap::new();
    for call in calls {
        total.count(call, counting);
        groups.entry(key(call, by, counting)).or_default().count(call, counting);
    }
    let mut names: BTreeMap<&str, &str> = BTreeMap::new();
    for event in events {
        names.insert(&event.interface, &event.name);
        if event.what == MemberWhat::DidNotAnswer {
            total.did_not_answer += 1;
            if by == By::Member {
                groups.entry(event.interface.clone()).or_default().did_not_answer += 1;
            }
        }
    }
    let name = |key: &str| {
        let name = names.get(key).filter(|name| !name.is_empty());
        name.filter(|_| by == By::Member).map(ToString::to_string)
    };
    let groups = groups.into_iter().map(|(key, figures)| Group { name: name(&key), key, figures });
    (total, groups.collect())
}

fn key(call: &QueueCall, by: By, counting: &Counting) -> String {
    let local = || call.joined_at.to_zoned(counting.zone.clone());
    match by {
        By::Day => local().date().to_string(),
        By::Hour => local().strftime("%Y-%m-%dT%H").to_string(),
        By::Member => call.interface.clone().unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use uuid::Uuid;

    use super::*;
    use crate::{config::Config, queue::history::daily};

    fn call(joined: &str, end: QueueEnd, wait: u32, talk: Option<u32>, number: &str) -> QueueCall {
        let joined_at: Timestamp = joined.parse().unwrap();
        QueueCall {
            id: Uuid::nil(),
            queue: "q".into(),
            channel: "1.1".into(),
            number: Some(number.into()),
            position: Some(1),
            joined_at,
            connected_at: talk.map(|_| joined_at),
            interface: talk.map(|_| "PJSIP/201".to_owned()),
            wait_secs: Some(wait),
            talk_secs: talk,
            ended_at: Some(joined_at),
            end: Some(end),
        }
    }

    fn calls() -> Vec<QueueCall> {
        vec![
            call("2026-11-23T08:00:00Z", QueueEnd::Completed, 10, Some(60), "+34600000001"),
            call("2026-11-23T08:59:59Z", QueueEnd::Completed, 30, Some(91), "+34600000002"),
            call("2026-11-23T09:00:00Z", QueueEnd::Abandoned, 5, None, "+34600000003"),
            call("2026-11-23T09:30:00Z", QueueEnd::TimedOut, 120, None, "+34600000004"),
            call("2026-11-23T07:00:00Z", QueueEnd::Completed, 1, Some(9), "+34600000005"),
            call("2026-11-23T15:00:00Z", QueueEnd::Left, 2, None, "+34600000006"),
            call("2026-11-23T09:45:00Z", QueueEnd::Completed, 1, Some(2), "+34600000009"),
            call("2026-11-23T23:30:00Z", QueueEnd::Withdrawn, 3, None, "+34600000007"),
        ]
    }

    fn counting() -> Counting {
        let text = "[timetables.phones]\nqueue = \"q\"\ndays = [\"mon\", \"tue\"]\nhours = [\"09:00\", \"14:00\"]\nlines = 1";
        let timetables: toml::Table = toml::from_str(text).unwrap();
        let mut config = Config::defaults().unwrap();
        config.calls.time_zone = "Europe/Madrid".to_owned();
        config.timetables = timetables["timetables"].clone().try_into().unwrap();
        Counting {
            zone: TimeZone::get("Europe/Madrid").unwrap(),
            service_level_secs: 20,
            hours: OpeningHours::of(&config, "q"),
            test_numbers: ["+34600000009".to_owned()].into(),
        }
    }

    #[test]
    fn by_day_hour_and_member() {
        let (total, days) = figures(&calls(), &[], By::Day, &counting());
        assert_eq!((total.received, total.tests, total.answered, total.in_time), (8, 1, 3, 2));
        assert_eq!((total.abandoned, total.timed_out, total.left, total.withdrawn), (1, 1, 1, 1));
        assert_eq!((total.early, total.late), (2, 1));
        assert_eq!(total.service_level(), Some(33.3));
        assert_eq!((total.wait.longest, total.wait.average(), total.talk.average()), (120, 24, 53));
        let keys =
            |groups: &[Group]| groups.iter().map(|g| (g.key.clone(), g.figures.received)).collect::<Vec<_>>();
        assert_eq!(keys(&days), [("2026-11-23".to_owned(), 7), ("2026-11-24".to_owned(), 1)]);
        let hours = keys(&figures(&calls(), &[], By::Hour, &counting()).1);
        assert_eq!(hours[1], ("2026-11-23T09".to_owned(), 2));
        let event = MemberEvent {
            id: 1,
            at: Timestamp::UNIX_EPOCH,
            queue: "q".into(),
            interface: "PJSIP/201".into(),
            name: "Anna".into(),
            what: MemberWhat::DidNotAnswer,
            reason: None,
            by: None,
        };
        let (_, members) = figures(&calls(), &[event], By::Member, &counting());
        let anna = members.iter().find(|group| group.key == "PJSIP/201").unwrap();
        assert_eq!((anna.name.as_deref(), anna.figures.did_not_answer), (Some("Anna"), 1));
        assert_eq!(anna.figures.answered, 3);
        assert_eq!(Figures::default().service_level(), None);
    }

    #[test]
    fn the_days_row() {
        let day = daily(&calls(), "2026-11-23".parse().unwrap(), &counting());
        assert_eq!((day.callsreceived, day.testcalls, day.earlycalls, day.latecalls), (7, 1, 1, 1));
        assert_eq!((day.answeredcalls, day.abandonedcalls, day.timedoutcalls), (2, 1, 1));
        assert_eq!((day.talktime, day.averagetalktime, day.maxholdtime), (151, 75, 120));
        assert_eq!((day.holdtime, day.averageholdtime, day.lost()), (168, 28, 2));
        let csv = crate::queue::history::daily_csv(&[day]);
        assert!(
            csv.starts_with("date,callsreceived,answeredcalls,abandonedcalls,timedoutcalls,talktime,"),
            "{csv}"
        );
    }
}

//! Members' sessions: from when to when somebody was a member, or paused, and why. Pure.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::model::{MemberEvent, MemberWhat};

/// A stretch of time in which somebody was a member, or was paused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// The member.
    pub interface: String,
    /// The member's name.
    pub name: String,
    /// Paused; else a member.
    pub paused: bool,
    /// From when on; none: since before the first event.
    pub from: Option<Timestamp>,
    /// Until when; none: still.
    pub to: Option<Timestamp>,
    /// The reason of a pause.
    pub reason: Option<String>,
    /// Who began it.
    pub by: Option<String>,
    /// Who ended it.
    pub ended_by: Option<String>,
}

/// The sessions that these events of one queue tell of, in the order of their ends; the open ones last. Whoever is
/// taken out is not paused any more.
#[must_use]
pub fn sessions(events: &[MemberEvent]) -> Vec<Session> {
    let mut open: BTreeMap<(String, bool), Session> = BTreeMap::new();
    let mut over = Vec::new();
    for event in events {
        let begins = |paused: bool| Session {
            interface: event.interface.clone(),
            name: event.name.clone(),
            paused,
            from: Some(event.at),
            to: None,
            reason: event.reason.clone().filter(|_| paused),
            by: event.by.clone(),
            ended_by: None,
        };
        let mut end = |open: &mut BTreeMap<(String, bool), Session>, paused: bool, must: bool| {
            let known = open.remove(&(event.interface.clone(), paused));
            let before = must.then(|| Session { from: None, reason: None, by: None, ..begins(paused) });
            if let Some(session) = known.or(before) {
                over.push(Session { to: Some(event.at), ended_by: event.by.clone(), ..session });
            }
        };
        match event.what {
            MemberWhat::Added => {
                end(&mut open, false, false);
                open.insert((event.interface.clone(), false), begins(false));
            }
            MemberWhat::Paused => {
                end(&mut open, true, false);
                open.insert((event.interface.clone(), true), begins(true));
            }
            MemberWhat::Removed => {
                end(&mut open, true, false);
                end(&mut open, false, true);
            }
            MemberWhat::Resumed => end(&mut open, true, true),
            MemberWhat::Penalty | MemberWhat::DidNotAnswer => {}
        }
    }
    over.extend(open.into_values());
    over
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(secs: i64, what: MemberWhat, by: &str) -> MemberEvent {
        MemberEvent {
            id: secs,
            at: Timestamp::from_second(secs).unwrap(),
            queue: "q".into(),
            interface: "PJSIP/1".into(),
            name: "Anna".into(),
            what,
            reason: (what == MemberWhat::Paused).then(|| "lunch".to_owned()),
            by: Some(by.into()),
        }
    }

    #[test]
    fn sessions_begin_and_end() {
        use MemberWhat::{Added, Paused, Removed, Resumed};
        let events = [
            event(1, Resumed, "x"),
            event(10, Added, "timetable"),
            event(20, Paused, "anna"),
            event(30, Resumed, "berta"),
            event(40, Paused, "anna"),
            event(50, Removed, "timetable"),
            event(60, Added, "timetable"),
        ];
        let short: Vec<_> = sessions(&events)
            .into_iter()
            .map(|s| (s.paused, s.from.map(Timestamp::as_second), s.to.map(Timestamp::as_second), s.ended_by))
            .collect();
        let by = |name: &str| Some(name.to_owned());
        let expected = [
            (true, None, Some(1), by("x")),
            (true, Some(20), Some(30), by("berta")),
            (true, Some(40), Some(50), by("timetable")),
            (false, Some(10), Some(50), by("timetable")),
            (false, Some(60), None, None),
        ];
        assert_eq!(short, expected);
    }
}

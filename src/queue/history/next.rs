//! A caller's way, event by event. Events may be missing, late or doubled: we may have been away. Pure.

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::notices::{CallerEvent, CallerWhat};
use crate::model::{QueueCall, QueueEnd};

/// The rows that an event changes, `known` being the last one of its channel in its queue; a new row gets this id.
#[must_use]
pub fn next(known: Option<&QueueCall>, event: &CallerEvent, new_id: Uuid) -> Vec<QueueCall> {
    match event.what {
        CallerWhat::Moved => Vec::new(),
        CallerWhat::Joined => joined(known, event, new_id),
        _ => match known {
            Some(call) if call.is_settled() => Vec::new(),
            Some(call) => vec![went_on(call.clone(), event)],
            // The beginning was not seen.
            None => vec![went_on(begun(event, new_id), event)],
        },
    }
}

impl QueueCall {
    /// Over, and seen to be: nothing changes it any more.
    fn is_settled(&self) -> bool {
        !matches!(self.end, None | Some(QueueEnd::Unseen | QueueEnd::Left))
    }
}

fn joined(known: Option<&QueueCall>, event: &CallerEvent, new_id: Uuid) -> Vec<QueueCall> {
    match known.filter(|call| call.end.is_none()) {
        // Told twice: nobody waits twice with one channel.
        Some(call) if call.connected_at.is_none() => Vec::new(),
        Some(call) => vec![unseen(call, event.at), begun(event, new_id)],
        None => vec![begun(event, new_id)],
    }
}

/// The same call, whose end nobody saw.
pub(super) fn unseen(call: &QueueCall, at: Timestamp) -> QueueCall {
    QueueCall { ended_at: Some(at), end: Some(QueueEnd::Unseen), ..call.clone() }
}

fn begun(event: &CallerEvent, id: Uuid) -> QueueCall {
    let before = match event.what {
        CallerWhat::Joined => 0,
        _ => event.wait_secs.unwrap_or(0).saturating_add(event.talk_secs.unwrap_or(0)),
    };
    QueueCall {
        id,
        queue: event.queue.clone(),
        channel: event.channel.clone(),
        number: event.number.clone(),
        position: event.position,
        joined_at: earlier(event.at, before),
        connected_at: None,
        interface: None,
        wait_secs: None,
        talk_secs: None,
        ended_at: None,
        end: None,
    }
}

fn went_on(mut call: QueueCall, event: &CallerEvent) -> QueueCall {
    call.number = call.number.or_else(|| event.number.clone());
    let wait = event.wait_secs.unwrap_or_else(|| secs(call.joined_at, event.at));
    (call.ended_at, call.end) = (None, None);
    let end = match event.what {
        CallerWhat::Connected => {
            call.connected_at = Some(event.at);
            call.interface.clone_from(&event.interface);
            call.wait_secs = Some(wait);
            return call;
        }
        CallerWhat::Joined | CallerWhat::Moved => return call,
        CallerWhat::Completed => {
            let talk = event.talk_secs;
            let answered = call.connected_at.unwrap_or_else(|| earlier(event.at, talk.unwrap_or(0)));
            call.connected_at = Some(answered);
            call.interface = event.interface.clone().or(call.interface);
            call.wait_secs = call.wait_secs.or(event.wait_secs).or(Some(secs(call.joined_at, answered)));
            call.talk_secs = Some(talk.unwrap_or_else(|| secs(answered, event.at)));
            QueueEnd::Completed
        }
        CallerWhat::Abandoned => QueueEnd::Abandoned,
        CallerWhat::Withdrawn => QueueEnd::Withdrawn,
        CallerWhat::TimedOut => QueueEnd::TimedOut,
        // Asterisk may say so of somebody who is answered, too: the talk goes on.
        CallerWhat::Left if call.connected_at.is_some() => return call,
        CallerWhat::Left => QueueEnd::Left,
    };
    if call.connected_at.is_none() {
        call.wait_secs = Some(wait);
    }
    (call.ended_at, call.end) = (Some(event.at), Some(end));
    call
}

fn secs(from: Timestamp, to: Timestamp) -> u32 {
    u32::try_from(to.duration_since(from).as_secs().max(0)).unwrap_or(u32::MAX)
}

fn earlier(at: Timestamp, secs: u32) -> Timestamp {
    at.checked_sub(SignedDuration::from_secs(secs.into())).unwrap_or(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(secs: i64, what: CallerWhat) -> CallerEvent {
        CallerEvent {
            at: Timestamp::from_second(1_000 + secs).unwrap(),
            queue: "q".into(),
            channel: "1.1".into(),
            number: None,
            what,
            position: None,
            wait_secs: None,
            talk_secs: None,
            interface: None,
        }
    }

    /// The rows after these events.
    fn after(events: &[CallerEvent]) -> Vec<QueueCall> {
        let mut rows: Vec<QueueCall> = Vec::new();
        for (number, event) in events.iter().enumerate() {
            for row in next(rows.last().cloned().as_ref(), event, Uuid::from_u128(number as u128)) {
                match rows.iter_mut().find(|old| old.id == row.id) {
                    Some(old) => *old = row,
                    None => rows.push(row),
                }
            }
        }
        rows
    }

    fn short(rows: &[QueueCall]) -> Vec<(Option<QueueEnd>, Option<u32>, Option<u32>)> {
        rows.iter().map(|row| (row.end, row.wait_secs, row.talk_secs)).collect()
    }

    use CallerWhat::{Abandoned, Completed, Connected, Joined, Left, Moved, TimedOut};

    #[test]
    fn an_answered_call() {
        let connected = CallerEvent { interface: Some("PJSIP/1".into()), ..event(10, Connected) };
        let rows = after(&[event(0, Joined), event(3, Moved), connected, event(70, Completed)]);
        assert_eq!(short(&rows), [(Some(QueueEnd::Completed), Some(10), Some(60))]);
        assert_eq!(rows[0].interface.as_deref(), Some("PJSIP/1"));
    }

    #[test]
    fn who_waited_in_vain() {
        for (what, end) in
            [(Abandoned, QueueEnd::Abandoned), (TimedOut, QueueEnd::TimedOut), (Left, QueueEnd::Left)]
        {
            assert_eq!(short(&after(&[event(0, Joined), event(9, what)])), [(Some(end), Some(9), None)]);
        }
    }

    #[test]
    fn a_beginning_that_was_not_seen_is_counted_back() {
        let done = CallerEvent { wait_secs: Some(5), talk_secs: Some(20), ..event(100, Completed) };
        let rows = after(&[done]);
        assert_eq!(short(&rows), [(Some(QueueEnd::Completed), Some(5), Some(20))]);
        assert_eq!(rows[0].joined_at, event(75, Joined).at);
    }

    #[test]
    fn doubles_and_late_ones_change_nothing() {
        let once = after(&[event(0, Joined), event(9, Abandoned)]);
        let twice = [event(0, Joined), event(1, Joined), event(9, Abandoned), event(9, Abandoned)];
        assert_eq!(after(&twice), once);
        let rows = after(&[event(0, Joined), event(5, Left), event(5, Connected), event(8, Completed)]);
        assert_eq!(short(&rows), [(Some(QueueEnd::Completed), Some(5), Some(3))]);
        let answered = [event(0, Joined), event(5, Connected), event(5, Left), event(8, Completed)];
        assert_eq!(short(&after(&answered)), short(&rows));
    }

    #[test]
    fn who_comes_again_is_another_call() {
        let again = after(&[event(0, Joined), event(5, Abandoned), event(9, Joined)]);
        assert_eq!(short(&again), [(Some(QueueEnd::Abandoned), Some(5), None), (None, None, None)]);
        let missed = after(&[event(0, Joined), event(5, Connected), event(99, Joined)]);
        assert_eq!(short(&missed), [(Some(QueueEnd::Unseen), Some(5), None), (None, None, None)]);
    }
}

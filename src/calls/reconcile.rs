//! What to do on each connect, decided from a snapshot: before any new work, every call is accounted for.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use crate::model::{CallRecord, ChannelId};

/// What is known at the moment of connecting.
#[derive(Debug, Default)]
pub struct Known<'a> {
    /// Channels that Asterisk has in our Stasis application.
    pub in_stasis: &'a [ChannelId],
    /// Channels of calls that run in this process.
    pub running: &'a [ChannelId],
    /// Calls that the store has as live.
    pub stored: &'a [CallRecord],
}

/// What to do about one call.
#[derive(Debug, PartialEq)]
pub enum Action {
    /// It runs here and its channel lives: let it go on at its step.
    Restore(ChannelId),
    /// It runs here, its channel is no more: tell it.
    Gone(ChannelId),
    /// It is stored, its channel lives, nobody runs it: take it up at its step.
    TakeUp(Arc<CallRecord>),
    /// It is stored and its channel is no more: it ended unseen.
    Settle(Arc<CallRecord>),
    /// The channel lives and nobody knows it: a call that was not yet stored, or a leg of a lost call.
    Adopt(ChannelId),
}

/// Accounts for every call. Pure; running and stored calls never get two actions.
#[must_use]
pub fn plan(known: &Known) -> Vec<Action> {
    let in_stasis: HashSet<&ChannelId> = known.in_stasis.iter().collect();
    let running: HashSet<&ChannelId> = known.running.iter().collect();
    let mut newest: HashMap<&ChannelId, &CallRecord> = HashMap::new();
    let mut actions = Vec::new();
    for record in known.stored.iter().filter(|record| !running.contains(&record.channel)) {
        let other = newest.insert(&record.channel, record);
        // Two live records of one channel: the later entry lives, the earlier one ended unseen.
        if let Some(other) = other {
            let (older, newer) =
                if other.started_at > record.started_at { (record, other) } else { (other, record) };
            newest.insert(&record.channel, newer);
            actions.push(Action::Settle(Arc::new(older.clone())));
        }
    }
    for channel in known.running {
        let alive = in_stasis.contains(channel);
        actions.push(if alive { Action::Restore(channel.clone()) } else { Action::Gone(channel.clone()) });
    }
    for record in newest.values() {
        let record = Arc::new((*record).clone());
        let alive = in_stasis.contains(&record.channel);
        actions.push(if alive { Action::TakeUp(record) } else { Action::Settle(record) });
    }
    let unknown = |channel: &&ChannelId| !running.contains(channel) && !newest.contains_key(channel);
    actions.extend(known.in_stasis.iter().filter(unknown).cloned().map(Action::Adopt));
    actions
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::model::{CallId, CallState, Direction, Position};

    fn stored(channel: &str, second: i64) -> CallRecord {
        let channel = ChannelId::from(channel);
        CallRecord {
            id: CallId::of_channel(&channel, &second.to_string()),
            channel,
            direction: Direction::Inbound,
            state: CallState::Live,
            caller: None,
            caller_name: None,
            called: None,
            gateway: None,
            language: "en".to_owned(),
            position: Position::default(),
            started_at: Timestamp::from_second(second).unwrap(),
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

    #[test]
    fn after_a_crash() {
        let in_stasis = ["alive", "stranger"].map(ChannelId::from);
        let records = [stored("alive", 1), stored("hung-up", 2)];
        let actions = plan(&Known { in_stasis: &in_stasis, running: &[], stored: &records });
        assert_eq!(actions.len(), 3);
        assert!(actions.contains(&Action::TakeUp(Arc::new(records[0].clone()))));
        assert!(actions.contains(&Action::Settle(Arc::new(records[1].clone()))));
        assert!(actions.contains(&Action::Adopt(ChannelId::from("stranger"))));
    }

    #[test]
    fn after_a_lost_connection() {
        let in_stasis = ["alive"].map(ChannelId::from);
        let running = ["alive", "gone"].map(ChannelId::from);
        let records = [stored("alive", 1), stored("gone", 2)];
        let actions = plan(&Known { in_stasis: &in_stasis, running: &running, stored: &records });
        let expected = [Action::Restore(ChannelId::from("alive")), Action::Gone(ChannelId::from("gone"))];
        assert_eq!(actions, expected);
    }

    #[test]
    fn one_channel_is_taken_up_once() {
        let in_stasis = ["twice"].map(ChannelId::from);
        for records in [[stored("twice", 1), stored("twice", 2)], [stored("twice", 2), stored("twice", 1)]] {
            let actions = plan(&Known { in_stasis: &in_stasis, running: &[], stored: &records });
            let expected =
                [Action::Settle(Arc::new(stored("twice", 1))), Action::TakeUp(Arc::new(stored("twice", 2)))];
            assert_eq!(actions, expected);
        }
    }
}

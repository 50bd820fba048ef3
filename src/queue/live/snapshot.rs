//! Snapshots: what Asterisk lists takes the place of what the board has; what differs is told.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::{board::Board, callers, news::News};
use crate::ami::Event;

/// What a list is of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Scope {
    /// `QueueStatus`.
    All,
    /// `QueueStatus` of one queue.
    One(String),
    /// `QueueSummary`: which queues there are.
    Names,
}

impl Scope {
    /// As the list is tagged; a queue's name is never empty, nor a line break.
    pub(super) fn tag(&self) -> String {
        match self {
            Self::All => String::new(),
            Self::One(queue) => queue.clone(),
            Self::Names => "\n".to_owned(),
        }
    }

    /// Read back.
    pub(super) fn of(tag: String) -> Self {
        match tag.as_str() {
            "" => Self::All,
            "\n" => Self::Names,
            _ => Self::One(tag),
        }
    }
}

/// The queues in a list that the board does not have.
pub(super) fn unknown(board: &Board, list: &[Event]) -> Vec<String> {
    let names =
        list.iter().filter_map(|event| if let Event::Queue { name, .. } = event { Some(name) } else { None });
    names.filter(|name| !board.queues.contains_key(*name)).cloned().collect()
}

/// Replaces what the board has of the queues in `scope`. The first list of all is no news.
pub(super) fn replace(board: &mut Board, scope: &Scope, list: Vec<Event>, now: Timestamp) -> Vec<News> {
    let (mut queues, mut members, mut waiting) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    let mut callers = Vec::new();
    let mut news = Vec::new();
    for event in list {
        match &event {
            Event::Queue { name, .. } => drop(queues.insert(name.clone())),
            Event::Member(facts) => drop(members.insert((facts.queue.clone(), facts.interface.clone()))),
            Event::Waits(caller) => {
                waiting.insert((caller.queue.clone(), caller.channel.clone()));
                callers.push(event);
                continue;
            }
            _ => continue,
        }
        news.extend(board.apply(event, now));
    }
    let is_meant = |name: &str| match scope {
        Scope::All => true,
        Scope::One(queue) => queue == name,
        Scope::Names => false,
    };
    let meant: Vec<String> = board.queues.keys().filter(|name| is_meant(name)).cloned().collect();
    for queue in meant {
        let state = board.queue(&queue).state.clone();
        for member in &state.members {
            if !members.contains(&(queue.clone(), member.interface.clone())) {
                news.extend(board.remove(&queue, &member.interface));
            }
        }
        for caller in &state.waiting {
            if !waiting.contains(&(queue.clone(), caller.channel.clone())) {
                news.extend(callers::left(board, &queue, &caller.channel, callers::Leave::Unsaid, now));
            }
        }
        if !queues.contains(&queue) {
            board.queues.remove(&queue);
        }
    }
    // In the order of their positions, as they are listed, so that each finds its place.
    for caller in callers {
        news.extend(board.apply(caller, now));
    }
    if board.is_read {
        return news;
    }
    board.is_read = scope == &Scope::All;
    Vec::new()
}

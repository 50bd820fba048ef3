//! Callers on the board: who waits, in which order, and what became of those who wait no longer.

use jiff::{SignedDuration, Timestamp};

use super::{
    board::Board,
    news::{CallerWhat, News},
    wishes::Wish,
};
use crate::{
    ami::{Caller, Event, QueueEnd},
    model::{QueueState, Waiting},
};

/// How long after a caller left it is waited for what became of them: who was not served hears of a timeout in the
/// same moment, who is being connected may hear an announcement first.
const VERDICT: SignedDuration = SignedDuration::from_secs(1);
const CONNECTION: SignedDuration = SignedDuration::from_secs(15);

/// A caller who waits no longer.
#[derive(Debug)]
pub(super) struct Leaving {
    queue: String,
    caller: Waiting,
    wait_secs: Option<u64>,
    /// Asterisk said that they were not served.
    abandoned: bool,
    until: Timestamp,
}

/// What is known when a caller waits no longer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Leave {
    /// Nothing.
    Unsaid,
    /// They were not served: they hung up, or waited as long as they may.
    NotServed {
        /// How long they waited.
        wait_secs: Option<u64>,
    },
}

/// Takes what tells of a caller.
pub(super) fn apply(board: &mut Board, event: Event, now: Timestamp) -> Vec<News> {
    match event {
        Event::Waits(caller) => waits(board, &caller, now),
        Event::Left { queue, channel } => left(board, &queue, &channel, Leave::Unsaid, now),
        Event::Abandoned { queue, channel, wait_secs, .. } => {
            left(board, &queue, &channel, Leave::NotServed { wait_secs }, now)
        }
        Event::Connected { queue, channel, interface, wait_secs } => {
            board.in_call(&queue, &interface, true, now);
            let waited = take_out(board, &queue, &channel).map(|caller| gone(&queue, caller, now));
            let leaving = waited.or_else(|| settled(board, &channel));
            // Who came before we looked is told of as well.
            let leaving = leaving.unwrap_or_else(|| Leaving::unknown(queue, channel, now));
            vec![leaving.news(CallerWhat::Connected, wait_secs, Some(interface), None)]
        }
        Event::Completed { queue, channel, number, interface, wait_secs, talk_secs } => {
            board.in_call(&queue, &interface, false, now);
            vec![News::Caller {
                queue,
                what: CallerWhat::Completed,
                channel,
                number,
                position: None,
                wait_secs,
                talk_secs,
                interface: Some(interface),
                by: None,
            }]
        }
        Event::Ended { channel, how } => {
            let Some(leaving) = settled(board, &channel) else { return Vec::new() };
            let what = match how {
                QueueEnd::TimedOut => CallerWhat::TimedOut,
                QueueEnd::Withdrawn => CallerWhat::Withdrawn,
                QueueEnd::Other if leaving.abandoned => CallerWhat::Abandoned,
                QueueEnd::Other => CallerWhat::Left,
            };
            vec![leaving.news(what, None, None, None)]
        }
        _ => Vec::new(),
    }
}

/// Those of whom nothing more was told.
pub(super) fn pass(board: &mut Board, now: Timestamp) -> Vec<News> {
    let over = board.leaving.extract_if(.., |leaving| leaving.until <= now);
    over.map(|leaving| {
        let what = if leaving.abandoned { CallerWhat::Abandoned } else { CallerWhat::Left };
        leaving.news(what, None, None, None)
    })
    .collect()
}

fn waits(board: &mut Board, caller: &Caller, now: Timestamp) -> Vec<News> {
    let waited = SignedDuration::from_secs(caller.wait_secs.try_into().unwrap_or(i64::MAX));
    let since = now.saturating_sub(waited).unwrap_or(now);
    let old = take_out(board, &caller.queue, &caller.channel);
    let is_new = old.is_none();
    let waiting = Waiting {
        channel: caller.channel.clone(),
        channel_name: caller.channel_name.clone(),
        number: caller.number.clone(),
        name: caller.name.clone(),
        position: caller.position,
        since: old.as_ref().map_or(since, |old| old.since),
    };
    let position = caller.position;
    let line = &mut board.queue(&caller.queue).change().waiting;
    let place = usize::try_from(position.saturating_sub(1)).unwrap_or(usize::MAX).min(line.len());
    line.insert(place, waiting);
    number(line);
    let joined = News::Caller {
        queue: caller.queue.clone(),
        what: CallerWhat::Joined,
        channel: caller.channel.clone(),
        number: caller.number.clone(),
        position: Some(position),
        wait_secs: Some(caller.wait_secs),
        talk_secs: None,
        interface: None,
        by: None,
    };
    if is_new {
        return vec![joined];
    }
    let by = board.wishes.granted(&caller.queue, &caller.channel, Some(Wish::Move));
    by.map(|by| joined.moved(by)).into_iter().collect()
}

/// A caller waits no longer.
pub(super) fn left(board: &mut Board, queue: &str, channel: &str, how: Leave, now: Timestamp) -> Vec<News> {
    if let Some(caller) = take_out(board, queue, channel) {
        let leaving = gone(queue, caller, now);
        if let Some(by) = board.wishes.granted(queue, channel, Some(Wish::Withdraw)) {
            return vec![leaving.news(CallerWhat::Withdrawn, None, None, Some(by))];
        }
        board.leaving.push(leaving);
    }
    if let Leave::NotServed { wait_secs } = how
        && let Some(leaving) = board.leaving.iter_mut().find(|leaving| leaving.caller.channel == channel)
    {
        leaving.abandoned = true;
        leaving.wait_secs = wait_secs.or(leaving.wait_secs);
        leaving.until = now.saturating_add(VERDICT).unwrap_or(now);
    }
    Vec::new()
}

fn gone(queue: &str, caller: Waiting, now: Timestamp) -> Leaving {
    Leaving {
        queue: queue.to_owned(),
        wait_secs: u64::try_from(now.duration_since(caller.since).as_secs()).ok(),
        caller,
        abandoned: false,
        until: now.saturating_add(CONNECTION).unwrap_or(now),
    }
}

fn settled(board: &mut Board, channel: &str) -> Option<Leaving> {
    let place = board.leaving.iter().position(|leaving| leaving.caller.channel == channel)?;
    Some(board.leaving.remove(place))
}

fn take_out(board: &mut Board, queue: &str, channel: &str) -> Option<Waiting> {
    let held = board.queues.get_mut(queue)?;
    let place = held.state.waiting.iter().position(|waiting| waiting.channel == channel)?;
    let state: &mut QueueState = held.change();
    let caller = state.waiting.remove(place);
    number(&mut state.waiting);
    Some(caller)
}

fn number(line: &mut [Waiting]) {
    for (place, waiting) in (1..).zip(line) {
        waiting.position = place;
    }
}

impl Leaving {
    fn unknown(queue: String, channel: String, now: Timestamp) -> Self {
        let caller = Waiting {
            channel,
            channel_name: String::new(),
            number: None,
            name: None,
            position: 0,
            since: now,
        };
        Self { queue, caller, wait_secs: None, abandoned: false, until: now }
    }

    fn news(
        self,
        what: CallerWhat,
        wait_secs: Option<u64>,
        interface: Option<String>,
        by: Option<String>,
    ) -> News {
        News::Caller {
            queue: self.queue,
            what,
            channel: self.caller.channel,
            number: self.caller.number,
            position: Some(self.caller.position).filter(|position| *position > 0),
            wait_secs: wait_secs.or(self.wait_secs),
            talk_secs: None,
            interface,
            by,
        }
    }
}

impl News {
    fn moved(mut self, whom: String) -> Self {
        if let Self::Caller { what, by, .. } = &mut self {
            (*what, *by) = (CallerWhat::Moved, Some(whom));
        }
        self
    }
}

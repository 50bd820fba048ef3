//! The board: every queue as it is now. A pure function of what Asterisk tells; each event of a member carries that
//! member's whole state and is taken as state, so that one lost, doubled or late is mended by the next.

use std::{collections::BTreeMap, sync::Arc};

use jiff::{SignedDuration, Timestamp};

use super::{
    callers::{self, Leaving},
    news::{MemberWhat, News},
    ringing::Rung,
    wishes::{Wish, Wishes},
};
use crate::{
    ami::{Event, MemberFacts, MemberNews},
    model::{Member, Paused, QueueState},
};

/// All queues.
#[derive(Debug, Default)]
pub(super) struct Board {
    pub(super) queues: BTreeMap<String, Held>,
    /// Callers who wait no longer, and of whom it is not known yet what became.
    pub(super) leaving: Vec<Leaving>,
    /// What we asked Asterisk for, so that the event of it is told with who wanted it.
    pub(super) wishes: Wishes,
    /// Who was rung for whom.
    pub(super) rung: Rung,
    /// Seconds after a call by queue, where Asterisk does not tell them with the member.
    pub(super) wrap_up: BTreeMap<String, u32>,
    /// It was filled once: what differs from then on is news.
    pub(super) is_read: bool,
}

/// One queue.
#[derive(Debug, Default)]
pub(super) struct Held {
    pub(super) state: Arc<QueueState>,
    /// Until when members are left in peace, for those who are.
    wrapping: BTreeMap<String, Timestamp>,
    /// Members who were just connected with a caller, and until when an event that does not know it yet is not believed.
    connected: BTreeMap<String, Timestamp>,
}

/// Asterisk tells that a member is connected before it notes so in the member: an event of the telephone's state that
/// comes in between says that there is no call.
const CONNECTED: SignedDuration = SignedDuration::from_secs(2);

impl Held {
    fn new(name: &str) -> Self {
        let state = QueueState { name: name.to_owned(), ..QueueState::default() };
        Self { state: Arc::new(state), ..Self::default() }
    }

    pub(super) fn change(&mut self) -> &mut QueueState {
        Arc::make_mut(&mut self.state)
    }
}

impl Board {
    /// Takes what Asterisk tells; gives what is to be told.
    pub(super) fn apply(&mut self, event: Event, now: Timestamp) -> Vec<News> {
        match event {
            Event::Queue { name, strategy } => {
                let held = self.queue(&name);
                if !strategy.is_empty() && held.state.strategy != strategy {
                    held.change().strategy = strategy;
                }
                Vec::new()
            }
            Event::Member(facts) => self.member(&facts, now),
            Event::MemberRemoved { queue, interface } => {
                self.remove(&queue, &interface).into_iter().collect()
            }
            Event::DidNotAnswer { queue, interface } => {
                let member = self.queues.get(&queue).and_then(|held| held.state.member(&interface));
                let tell = |member| News::member(&queue, MemberWhat::DidNotAnswer, member, None);
                member.map(tell).into_iter().collect()
            }
            // What tells of the connection is the loop's.
            Event::Booted | Event::Reloaded | Event::ShuttingDown => Vec::new(),
            of_caller => callers::apply(self, of_caller, now),
        }
    }

    /// What time brings: wrap-ups end, and what never was told of a caller is given up.
    pub(super) fn pass(&mut self, now: Timestamp) -> Vec<News> {
        let mut news = Vec::new();
        for (name, held) in &mut self.queues {
            if held.wrapping.values().all(|until| *until > now) {
                continue;
            }
            let over: Vec<String> = held
                .wrapping
                .iter()
                .filter(|(_, until)| **until <= now)
                .map(|(interface, _)| interface.clone())
                .collect();
            for interface in over {
                held.wrapping.remove(&interface);
                let members = &mut held.change().members;
                if let Some(member) = members.iter_mut().find(|member| member.interface == interface) {
                    member.in_wrap_up = false;
                    news.push(News::member(name, MemberWhat::State, member, None));
                }
            }
        }
        news.extend(callers::pass(self, now));
        let waiting = self.queues.values().flat_map(|held| &held.state.waiting);
        self.rung.keep(waiting.map(|waiting| waiting.channel.as_str()));
        self.wishes.pass(now);
        news
    }

    pub(super) fn queue(&mut self, name: &str) -> &mut Held {
        self.queues.entry(name.to_owned()).or_insert_with(|| Held::new(name))
    }

    /// A member's whole state.
    pub(super) fn member(&mut self, facts: &MemberFacts, now: Timestamp) -> Vec<News> {
        let wrap_up_secs = match facts.wrap_up_secs {
            0 => self.wrap_up.get(&facts.queue).copied().unwrap_or_default(),
            own => own,
        };
        let is_read = self.is_read;
        let held = self.queue(&facts.queue);
        let place = held.state.members.iter().position(|member| member.interface == facts.interface);
        let old = place.and_then(|place| held.state.members.get(place));
        held.connected.retain(|_, until| *until > now);
        let in_call = facts.in_call || held.connected.contains_key(&facts.interface);
        let until = wrap_up_until(facts, wrap_up_secs).filter(|until| *until > now && !in_call);
        let new = Member { in_call, ..written(facts, old, until.is_some(), is_read, now) };
        let changes = changes(old, &new);
        match until {
            Some(until) => drop(held.wrapping.insert(facts.interface.clone(), until)),
            None => drop(held.wrapping.remove(&facts.interface)),
        }
        if old != Some(&new) {
            let members = &mut held.change().members;
            match place.and_then(|place| members.get_mut(place)) {
                Some(member) => *member = new.clone(),
                None => members.push(new.clone()),
            }
        }
        let tell = changes.into_iter().map(|what| {
            let by = self.wishes.granted(&facts.queue, &facts.interface, Wish::of(what));
            News::member(&facts.queue, what, &new, by)
        });
        tell.collect()
    }

    pub(super) fn remove(&mut self, queue: &str, interface: &str) -> Option<News> {
        let held = self.queues.get_mut(queue)?;
        let place = held.state.members.iter().position(|member| member.interface == interface)?;
        let member = held.change().members.remove(place);
        held.wrapping.remove(interface);
        let by = self.wishes.granted(queue, interface, Some(Wish::Remove));
        Some(News::member(queue, MemberWhat::Removed, &member, by))
    }

    /// Whether a member is in a call of this queue, as the calls' own events tell: Asterisk sends no state of the
    /// member when a call begins.
    pub(super) fn in_call(&mut self, queue: &str, interface: &str, in_call: bool, now: Timestamp) {
        let Some(held) = self.queues.get_mut(queue) else { return };
        match now.checked_add(CONNECTED) {
            Ok(until) if in_call => drop(held.connected.insert(interface.to_owned(), until)),
            _ => drop(held.connected.remove(interface)),
        }
        let is_so = held.state.member(interface).is_none_or(|member| member.in_call == in_call);
        if is_so {
            return;
        }
        let members = &mut held.change().members;
        if let Some(member) = members.iter_mut().find(|member| member.interface == interface) {
            member.in_call = in_call;
        }
    }
}

fn wrap_up_until(facts: &MemberFacts, secs: u32) -> Option<Timestamp> {
    if secs == 0 {
        return None;
    }
    facts.last_call_at?.checked_add(SignedDuration::from_secs(secs.into())).ok()
}

fn written(
    facts: &MemberFacts,
    old: Option<&Member>,
    in_wrap_up: bool,
    is_read: bool,
    now: Timestamp,
) -> Member {
    let since = || (is_read || facts.news == MemberNews::Added).then_some(now);
    let paused = facts.paused.as_ref().map(|reason| {
        let before = old.and_then(|old| old.paused.as_ref()).filter(|paused| paused.reason == *reason);
        let seen = || before.map_or_else(since, |paused| paused.since);
        Paused { reason: reason.clone(), since: facts.paused_since.or_else(seen) }
    });
    Member {
        interface: facts.interface.clone(),
        name: facts.name.clone(),
        membership: facts.membership,
        penalty: facts.penalty,
        paused,
        state: facts.state,
        state_since: match old {
            Some(old) if old.state == facts.state => old.state_since,
            _ => since(),
        },
        in_call: facts.in_call,
        in_wrap_up,
        calls_taken: facts.calls_taken,
        last_call_at: facts.last_call_at,
    }
}

/// What is to be told of a member's change.
fn changes(old: Option<&Member>, new: &Member) -> Vec<MemberWhat> {
    let Some(old) = old else { return vec![MemberWhat::Added] };
    let mut changes = Vec::new();
    let reason = |member: &Member| member.paused.as_ref().map(|paused| paused.reason.clone());
    match (reason(old), reason(new)) {
        (Some(_), None) => changes.push(MemberWhat::Resumed),
        (before, Some(now)) if before.as_ref() != Some(&now) => changes.push(MemberWhat::Paused),
        _ => {}
    }
    if old.penalty != new.penalty {
        changes.push(MemberWhat::Penalty);
    }
    if old.state != new.state || old.in_wrap_up != new.in_wrap_up {
        changes.push(MemberWhat::State);
    }
    changes
}

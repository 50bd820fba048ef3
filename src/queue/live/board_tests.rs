//! The board under what Asterisk 22.10.1 told, in its order and in others.

use jiff::{SignedDuration, Timestamp};

use super::{
    board::Board,
    news::{CallerWhat, MemberWhat, News},
    snapshot::{self, Scope},
    wishes::Wish,
};
use crate::{
    ami::{Caller, Event, MemberFacts, MemberNews, QueueEnd},
    model::{MemberState, Membership},
};

const NOW: Timestamp = Timestamp::constant(1_795_273_400, 0);

fn later(secs: i64) -> Timestamp {
    NOW + SignedDuration::from_secs(secs)
}

fn facts(interface: &str) -> MemberFacts {
    MemberFacts {
        queue: "q".to_owned(),
        interface: interface.to_owned(),
        name: "Anna".to_owned(),
        membership: Membership::Dynamic,
        penalty: 0,
        paused: None,
        paused_since: None,
        state: MemberState::Free,
        in_call: false,
        calls_taken: 0,
        last_call_at: None,
        wrap_up_secs: 0,
        news: MemberNews::State,
    }
}

fn member(interface: &str, change: impl FnOnce(&mut MemberFacts)) -> Event {
    let mut facts = facts(interface);
    change(&mut facts);
    Event::Member(Box::new(facts))
}

fn caller(channel: &str, position: u32) -> Event {
    Event::Waits(Box::new(Caller {
        queue: "q".to_owned(),
        channel: channel.to_owned(),
        channel_name: format!("PJSIP/{channel}"),
        number: Some("34600111222".to_owned()),
        name: None,
        position,
        wait_secs: 0,
        priority: 0,
    }))
}

fn left(channel: &str) -> Event {
    Event::Left { queue: "q".to_owned(), channel: channel.to_owned() }
}

fn abandoned(channel: &str) -> Event {
    let channel = channel.to_owned();
    Event::Abandoned { queue: "q".to_owned(), channel, position: Some(1), wait_secs: Some(8) }
}

fn ended(channel: &str, how: QueueEnd) -> Event {
    Event::Ended { channel: channel.to_owned(), how }
}

fn connected(channel: &str) -> Event {
    Event::Connected {
        queue: "q".to_owned(),
        channel: channel.to_owned(),
        interface: "PJSIP/1".to_owned(),
        wait_secs: Some(3),
    }
}

/// A board that was read once, with the member `PJSIP/1`.
fn board() -> Board {
    let mut board = Board::default();
    let queue = Event::Queue { name: "q".to_owned(), strategy: "ringall".to_owned() };
    let first = vec![queue, member("PJSIP/1", |_| ())];
    assert_eq!(snapshot::replace(&mut board, &Scope::All, first, NOW), [], "the first list is no news");
    board
}

fn whats(news: &[News]) -> Vec<MemberWhat> {
    let what = |news: &News| if let News::Member { what, .. } = news { Some(*what) } else { None };
    news.iter().filter_map(what).collect()
}

fn fates(news: &[News]) -> Vec<(CallerWhat, String)> {
    let fate = |news: &News| match news {
        News::Caller { what, channel, .. } => Some((*what, channel.clone())),
        News::Member { .. } => None,
    };
    news.iter().filter_map(fate).collect()
}

fn line(board: &Board) -> Vec<(&str, u32)> {
    board.queues["q"].state.waiting.iter().map(|one| (one.channel.as_str(), one.position)).collect()
}

#[test]
fn a_state_is_taken_as_state_however_often_and_late() {
    let mut board = board();
    let lunch = || member("PJSIP/1", |facts| facts.paused = Some("lunch".to_owned()));
    assert_eq!(whats(&board.apply(lunch(), later(1))), [MemberWhat::Paused]);
    assert_eq!(board.apply(lunch(), later(9)), [], "told once");
    let state = board.queues["q"].state.clone();
    assert_eq!(state.members[0].paused.as_ref().unwrap().since, Some(later(1)));
    // The events in between were lost: the last one says it all.
    let now = member("PJSIP/1", |facts| {
        facts.penalty = 3;
        facts.state = MemberState::InCall;
    });
    let news = board.apply(now, later(20));
    assert_eq!(whats(&news), [MemberWhat::Resumed, MemberWhat::Penalty, MemberWhat::State]);
    let changed = &board.queues["q"].state.members[0];
    assert_eq!((changed.penalty, changed.state_since), (3, Some(later(20))));
    assert_eq!(state.members[0].penalty, 0, "who looked before has what was then");
}

#[test]
fn any_order_of_states_ends_as_the_last_one_says() {
    let states: Vec<Event> = vec![
        member("PJSIP/1", |facts| facts.paused = Some("tea".to_owned())),
        member("PJSIP/1", |facts| facts.state = MemberState::Ringing),
        member("PJSIP/1", |facts| facts.state = MemberState::OnHold),
        Event::MemberRemoved { queue: "q".to_owned(), interface: "PJSIP/1".to_owned() },
        member("PJSIP/1", |facts| facts.penalty = 7),
    ];
    for first in 0..states.len() {
        for second in 0..states.len() {
            for last in [0, 1, 2, 4] {
                let (mut board, mut other) = (board(), board());
                for index in [first, second, last] {
                    board.apply(states[index].clone(), later(1));
                }
                other.apply(states[last].clone(), later(1));
                let of = |board: &Board| {
                    let one = &board.queues["q"].state.members[0];
                    (one.state, one.penalty, one.paused.as_ref().map(|paused| paused.reason.clone()))
                };
                assert_eq!(of(&board), of(&other), "{first} {second} {last}");
                assert_eq!(board.queues["q"].state.members.len(), 1);
            }
        }
    }
}

#[test]
fn who_wanted_it_is_told_and_only_once() {
    let mut board = board();
    board.wishes.note("q", "PJSIP/1", Wish::Pause, "anna", NOW);
    let refused = board.wishes.note("q", "PJSIP/1", Wish::Resume, "bob", NOW);
    board.wishes.take_back(refused);
    let by = |news: Vec<News>| match news.into_iter().next() {
        Some(News::Member { by, .. } | News::Caller { by, .. }) => by,
        None => None,
    };
    let paused = |reason: &str| member("PJSIP/1", |facts| facts.paused = Some(reason.to_owned()));
    assert_eq!(by(board.apply(paused("lunch"), later(1))).as_deref(), Some("anna"));
    assert_eq!(by(board.apply(member("PJSIP/1", |_| ()), later(2))), None, "Asterisk refused bob");
    assert_eq!(by(board.apply(paused("tea"), later(3))), None, "somebody else did this");
    board.wishes.note("q", "PJSIP/1", Wish::Resume, "anna", later(3));
    board.pass(later(60));
    assert_eq!(by(board.apply(member("PJSIP/1", |_| ()), later(61))), None, "too long ago");
}

#[test]
fn what_is_not_listed_is_gone_and_what_is_new_is_told() {
    let mut board = board();
    board.apply(caller("c1", 1), NOW);
    let queue = || Event::Queue { name: "q".to_owned(), strategy: "linear".to_owned() };
    let list = vec![queue(), member("PJSIP/2", |_| ())];
    let news = snapshot::replace(&mut board, &Scope::One("q".to_owned()), list, later(5));
    assert_eq!(whats(&news), [MemberWhat::Added, MemberWhat::Removed]);
    let state = &board.queues["q"].state;
    assert_eq!((state.strategy.as_str(), state.members.len(), state.waiting.len()), ("linear", 1, 0));
    // What became of the caller was not heard.
    assert_eq!(fates(&board.pass(later(60))), [(CallerWhat::Left, "c1".to_owned())]);
    snapshot::replace(&mut board, &Scope::One("q".to_owned()), Vec::new(), later(70));
    assert!(board.queues.is_empty(), "the queue itself is gone");
}

#[test]
fn a_list_of_one_queue_leaves_the_others() {
    let mut board = board();
    let other = member("PJSIP/9", |facts| facts.queue = "other".to_owned());
    board.apply(other, NOW);
    let list =
        vec![Event::Queue { name: "q".to_owned(), strategy: String::new() }, member("PJSIP/1", |_| ())];
    assert_eq!(snapshot::replace(&mut board, &Scope::One("q".to_owned()), list, later(1)), []);
    assert_eq!(board.queues["other"].state.members.len(), 1);
}

#[test]
fn callers_keep_their_order() {
    let mut board = board();
    for (channel, position) in [("a", 1), ("b", 2), ("vip", 1)] {
        let news = board.apply(caller(channel, position), NOW);
        assert_eq!(fates(&news), [(CallerWhat::Joined, channel.to_owned())]);
    }
    assert_eq!(line(&board), [("vip", 1), ("a", 2), ("b", 3)]);
    board.apply(left("a"), NOW);
    assert_eq!(line(&board), [("vip", 1), ("b", 2)]);
    // Doubled, and of somebody unknown.
    board.apply(left("a"), NOW);
    board.apply(left("x"), NOW);
    assert_eq!(board.apply(caller("b", 2), NOW), [], "they wait already");
    // Moved, as the list that follows shows.
    board.wishes.note("q", "b", Wish::Move, "anna", NOW);
    let queue = Event::Queue { name: "q".to_owned(), strategy: String::new() };
    let list = vec![queue, member("PJSIP/1", |_| ()), caller("b", 1), caller("vip", 2)];
    let news = snapshot::replace(&mut board, &Scope::One("q".to_owned()), list, later(1));
    assert_eq!(fates(&news), [(CallerWhat::Moved, "b".to_owned())]);
    assert_eq!(line(&board), [("b", 1), ("vip", 2)]);
}

/// As the real one tells it: a timeout is an abandonment first, and a connection is a leaving first.
#[test]
fn what_becomes_of_a_caller() {
    let fate = |events: Vec<Event>, wish: bool| {
        let mut board = board();
        board.apply(caller("c", 1), NOW);
        if wish {
            board.wishes.note("q", "c", Wish::Withdraw, "anna", NOW);
        }
        let mut news: Vec<News> = events.into_iter().flat_map(|event| board.apply(event, later(8))).collect();
        news.extend(board.pass(later(9)));
        assert_eq!(line(&board), []);
        let fates = fates(&news);
        assert!(fates.len() <= 1, "{fates:?}");
        fates.first().map(|(what, _)| *what)
    };
    let timed_out = || ended("c", QueueEnd::TimedOut);
    assert_eq!(fate(vec![abandoned("c"), left("c"), timed_out()], false), Some(CallerWhat::TimedOut));
    assert_eq!(fate(vec![left("c"), timed_out(), abandoned("c")], false), Some(CallerWhat::TimedOut));
    assert_eq!(fate(vec![abandoned("c"), left("c")], false), Some(CallerWhat::Abandoned));
    assert_eq!(fate(vec![left("c"), abandoned("c")], false), Some(CallerWhat::Abandoned));
    assert_eq!(fate(vec![left("c"), connected("c")], false), Some(CallerWhat::Connected));
    assert_eq!(fate(vec![connected("c"), left("c")], false), Some(CallerWhat::Connected));
    let withdrawn = || ended("c", QueueEnd::Withdrawn);
    assert_eq!(fate(vec![left("c"), withdrawn()], true), Some(CallerWhat::Withdrawn));
    assert_eq!(fate(vec![left("c"), withdrawn()], false), Some(CallerWhat::Withdrawn));
    assert_eq!(fate(vec![left("c"), ended("c", QueueEnd::Other)], false), Some(CallerWhat::Left));
    assert_eq!(fate(vec![left("c")], false), None, "an announcement may still be played to them");
}

#[test]
fn a_talk_is_known_by_its_own_events() {
    let mut board = board();
    board.apply(caller("c", 1), NOW);
    board.apply(left("c"), later(3));
    board.apply(connected("c"), later(3));
    assert!(board.queues["q"].state.members[0].in_call, "no event of the member tells it");
    let in_use = || member("PJSIP/1", |facts| facts.state = MemberState::InCall);
    board.apply(in_use(), later(4));
    assert!(board.queues["q"].state.members[0].in_call, "Asterisk notes it a moment after it told of it");
    let completed = Event::Completed {
        queue: "q".to_owned(),
        channel: "c".to_owned(),
        number: None,
        interface: "PJSIP/1".to_owned(),
        wait_secs: Some(3),
        talk_secs: Some(6),
    };
    assert_eq!(fates(&board.apply(completed, later(9))), [(CallerWhat::Completed, "c".to_owned())]);
    assert!(!board.queues["q"].state.members[0].in_call);
    board.apply(connected("d"), later(10));
    board.apply(in_use(), later(12));
    assert!(!board.queues["q"].state.members[0].in_call, "what Asterisk says later is so");
}

#[test]
fn a_wrap_up_ends_by_itself() {
    let mut board = board();
    board.wrap_up.insert("q".to_owned(), 5);
    let after = member("PJSIP/1", |facts| facts.last_call_at = Some(later(-2)));
    assert_eq!(whats(&board.apply(after, NOW)), [MemberWhat::State]);
    assert!(board.queues["q"].state.members[0].in_wrap_up);
    assert_eq!(board.pass(later(2)), []);
    assert_eq!(whats(&board.pass(later(3))), [MemberWhat::State]);
    assert!(!board.queues["q"].state.members[0].in_wrap_up);
    // The member's own time goes before the queue's.
    let own = member("PJSIP/1", |facts| {
        facts.last_call_at = Some(later(3));
        facts.wrap_up_secs = 60;
    });
    board.apply(own, later(10));
    assert!(board.queues["q"].state.members[0].in_wrap_up);
}

#[test]
fn who_rang_in_vain_is_told() {
    let mut board = board();
    let rang =
        |interface: &str| Event::DidNotAnswer { queue: "q".to_owned(), interface: interface.to_owned() };
    assert_eq!(whats(&board.apply(rang("PJSIP/1"), NOW)), [MemberWhat::DidNotAnswer]);
    assert_eq!(board.apply(rang("PJSIP/9"), NOW), []);
}

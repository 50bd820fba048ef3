//! Messages on both databases: once by their id, claimed by one, settled by who claimed, and marks.

use stasisd::{
    model::{Message, MessageId, MessageKind, MessageState, PersonId},
    storage::{MessageQuery, MessageTried},
};

use crate::base::{Base, at, first, on_both};

on_both!(
    a_message_lives,
    the_same_thing_is_stored_once,
    claimed_by_one_and_again_when_the_claim_is_over,
    what_is_stale_is_given_up,
    an_announcement_comes_with_its_marks_or_not_at_all,
    listed_by_what_they_are,
);

fn message(what: &str, secs: i64) -> Message {
    Message {
        id: MessageId::of(what),
        kind: MessageKind::Says,
        channel: "team".to_owned(),
        person: Some(PersonId::parse("anna").unwrap()),
        text: format!("{what} ñandú 🚚 '; DROP TABLE messages; --\nsecond line\u{0}"),
        by: Some("desk".to_owned()),
        state: MessageState::Waiting,
        tries: 0,
        next_at: at(secs),
        valid_until: at(secs + 600),
        trying_since: None,
        detail: None,
        created_at: at(secs),
        ended_at: None,
    }
}

async fn a_message_lives(base: Base) {
    let (store, one) = (&base.store, message("one", 10));
    assert_eq!(store.add_messages(std::slice::from_ref(&one)).await, Ok(vec![true]));
    let stored = store.message(one.id).await.unwrap().unwrap();
    assert_eq!(stored.text.replace('\0', ""), one.text.replace('\0', ""));
    assert_eq!(Message { text: one.text.clone(), ..stored }, one);
    assert_eq!(store.message_channels().await, Ok(vec![("team".to_owned(), at(10))]));
    let claimed = store.claim_messages("team", at(10), 5, at(40)).await.unwrap();
    assert_eq!((claimed.len(), claimed[0].tries, claimed[0].trying_since), (1, 1, Some(at(10))));
    let again = MessageTried::Again { at: at(15), why: "the answer was 503".to_owned() };
    store.settle_message(&claimed[0], &again).await.unwrap();
    let waiting = store.message(one.id).await.unwrap().unwrap();
    assert_eq!((waiting.next_at, waiting.trying_since, waiting.tries), (at(15), None, 1));
    let claimed = store.claim_messages("team", at(15), 5, at(45)).await.unwrap();
    let quiet = MessageTried::PutOff { at: at(20), why: "quiet hours".to_owned() };
    store.settle_message(&claimed[0], &quiet).await.unwrap();
    assert_eq!(store.message(one.id).await.unwrap().unwrap().tries, 1, "it was not tried");
    let claimed = store.claim_messages("team", at(20), 5, at(50)).await.unwrap();
    let sent = MessageTried::Sent { at: at(21), detail: Some("call order 7".to_owned()) };
    store.settle_message(&claimed[0], &sent).await.unwrap();
    let sent = store.message(one.id).await.unwrap().unwrap();
    assert_eq!(
        (sent.state, sent.ended_at, sent.detail.as_deref()),
        (MessageState::Sent, Some(at(21)), Some("call order 7"))
    );
    assert_eq!(store.message_channels().await, Ok(vec![]));
    assert_eq!(store.waiting_messages().await, Ok(0));
    // Whoever comes late changes nothing any more.
    let late = MessageTried::Failed { at: at(60), why: "lost".to_owned() };
    store.settle_message(&claimed[0], &late).await.unwrap();
    assert_eq!(store.message(one.id).await.unwrap().unwrap().state, MessageState::Sent);
}

async fn the_same_thing_is_stored_once(base: Base) {
    let (one, two) = (message("one", 10), message("two", 10));
    assert_eq!(base.store.add_messages(&[one.clone(), one.clone()]).await, Ok(vec![true, false]));
    let other = Message { text: "else".to_owned(), ..one.clone() };
    assert_eq!(base.store.add_messages(&[other, two]).await, Ok(vec![false, true]));
    assert!(base.store.message(one.id).await.unwrap().unwrap().text.starts_with("one"));
    let all: Vec<Message> = (0..20).map(|number| message(&format!("m{number}"), number)).collect();
    let both = tokio::join!(base.store.add_messages(&all), base.store.add_messages(&all));
    let new = both.0.unwrap().into_iter().chain(both.1.unwrap()).filter(|new| *new).count();
    assert_eq!(new, 20);
}

async fn claimed_by_one_and_again_when_the_claim_is_over(base: Base) {
    let store = &base.store;
    let all: Vec<Message> = (0..10).map(|number| message(&format!("m{number}"), number)).collect();
    store.add_messages(&all).await.unwrap();
    let (one, other) = tokio::join!(
        store.claim_messages("team", at(20), 5, at(50)),
        store.claim_messages("team", at(20), 5, at(50)),
    );
    let (one, other) = (one.unwrap(), other.unwrap());
    assert!(one.iter().all(|claimed| other.iter().all(|theirs| theirs.id != claimed.id)));
    let rest = store.claim_messages("team", at(49), 20, at(90)).await.unwrap();
    assert_eq!(one.len() + other.len() + rest.len(), 10, "each once");
    let again = store.claim_messages("team", at(50), 20, at(90)).await.unwrap();
    assert_eq!(again.len(), one.len() + other.len());
    assert!(again.iter().all(|message| message.tries == 2 && message.was_cut_off()));
    assert!(one.iter().chain(&other).chain(&rest).all(|message| !message.was_cut_off()));
    // Whose claim is over says nothing more, unless it was sent.
    let lost = one.iter().find(|message| again.iter().any(|other| other.id == message.id)).unwrap();
    store.settle_message(lost, &MessageTried::Failed { at: at(51), why: String::new() }).await.unwrap();
    assert_eq!(store.message(lost.id).await.unwrap().unwrap().state, MessageState::Waiting);
    store.settle_message(lost, &MessageTried::Sent { at: at(51), detail: None }).await.unwrap();
    assert_eq!(store.message(lost.id).await.unwrap().unwrap().state, MessageState::Sent);
}

async fn what_is_stale_is_given_up(base: Base) {
    let store = &base.store;
    store.add_messages(&[message("one", 10), message("two", 20), message("three", 900)]).await.unwrap();
    store.claim_messages("team", at(20), 1, at(650)).await.unwrap();
    assert_eq!(store.fail_stale_messages(at(610)).await, Ok(vec![]));
    let stale = store.fail_stale_messages(at(621)).await.unwrap();
    assert_eq!((stale.len(), stale[0].id), (1, MessageId::of("two")));
    assert_eq!(stale[0].detail.as_deref(), Some("its time was over before it could be sent"));
    let lost = store.fail_stale_messages(at(650)).await.unwrap();
    assert!(lost[0].id == MessageId::of("one") && lost[0].detail.as_deref().unwrap().contains("not known"));
    assert_eq!(store.waiting_messages().await, Ok(1));
    let withdrawn =
        store.withdraw_message(MessageId::of("three"), "by hand", at(700)).await.unwrap().unwrap();
    assert_eq!((withdrawn.state, withdrawn.ended_at), (MessageState::Withdrawn, Some(at(700))));
    let sent = store.withdraw_message(MessageId::of("two"), "by hand", at(700)).await.unwrap().unwrap();
    assert_eq!(sent.state, MessageState::Failed);
    assert_eq!(store.withdraw_message(MessageId::of("none"), "", at(700)).await, Ok(None));
}

async fn an_announcement_comes_with_its_marks_or_not_at_all(base: Base) {
    let store = &base.store;
    let marks = |names: &[&str]| names.iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(store.announce(&[message("one", 1)], &marks(&["a", "b"]), at(1)).await, Ok(true));
    assert_eq!(store.announce(&[message("two", 2)], &marks(&["c", "b"]), at(2)).await, Ok(false));
    assert_eq!(store.message_marks().await, Ok(marks(&["a", "b"])));
    assert_eq!(store.message(MessageId::of("two")).await, Ok(None));
    store.unmark(&marks(&["b", "x"])).await.unwrap();
    assert_eq!(store.announce(&[message("two", 3)], &marks(&["c", "b"]), at(3)).await, Ok(true));
    assert_eq!(store.message_marks().await, Ok(marks(&["a", "b", "c"])));
}

async fn listed_by_what_they_are(base: Base) {
    let store = &base.store;
    let room = Message { person: None, kind: MessageKind::ShiftChange, by: None, ..message("room", 5) };
    let other = Message { channel: "mail".to_owned(), ..message("other", 7) };
    store.add_messages(&[message("one", 1), room, other]).await.unwrap();
    let listed = async |query: MessageQuery| -> Vec<String> {
        let page = store.messages(&query, &first(10)).await.unwrap();
        page.items.iter().map(|message| message.text.split(' ').next().unwrap().to_owned()).collect()
    };
    let all = MessageQuery::default();
    assert_eq!(listed(all.clone()).await, ["other", "room", "one"]);
    assert_eq!(listed(MessageQuery { kind: Some(MessageKind::ShiftChange), ..all.clone() }).await, ["room"]);
    assert_eq!(listed(MessageQuery { channel: Some("mail".into()), ..all.clone() }).await, ["other"]);
    assert_eq!(listed(MessageQuery { person: Some("anna".into()), ..all.clone() }).await, ["other", "one"]);
    assert_eq!(
        listed(MessageQuery { state: Some(MessageState::Sent), ..all.clone() }).await,
        [] as [&str; 0]
    );
    let page = store.messages(&all, &first(2)).await.unwrap();
    let rest =
        store.messages(&all, &stasisd::storage::PageRequest { cursor: page.next, limit: 2 }).await.unwrap();
    assert_eq!((rest.items.len(), rest.next), (1, None));
}

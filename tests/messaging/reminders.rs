//! Reminders from the facts to the people: each by the way that reaches them.

use jiff::Timestamp;
use serde_json::{Value, json};
use stasisd::{
    config::{ChannelConfig, ChannelKind, Config, Reaches},
    messaging::{DayFigures, FailedPlanning},
    model::{Member, MemberState, Membership, MessageKind, Notice, NoticeKind, QueueState, Week},
};
use tokio_util::sync::CancellationToken;

use crate::{
    base::{Base, at, chat, facts, with_team},
    receiver::{Receiver, status},
    wait::eventually,
};

/// The team's chat, and persons in a chat of their own or by telephone.
async fn team(receiver: &Receiver) -> Config {
    let mut config = with_team(chat(&receiver.url()));
    let direct = ChannelConfig {
        reaches: Some(Reaches::Persons),
        body: Some(r#"{"to": {{ to.id }}, "text": {{ text }}}"#.into()),
        ..chat(&receiver.url())
    };
    config.messaging.channels.insert("direct".into(), direct);
    config.messaging.channels.insert("phone".into(), ChannelConfig::new(ChannelKind::Call));
    config.messaging.person_channels = vec!["direct".into()];
    config.messaging.persons.entry("bert".into()).or_default().channel = Some("phone".into());
    config
}

fn bodies(receiver: &Receiver) -> Vec<Value> {
    let mut bodies: Vec<Value> = receiver.requests().iter().map(|request| request.json()).collect();
    bodies.sort_by_key(Value::to_string);
    bodies
}

#[tokio::test]
async fn before_a_shift_everybody_is_told_by_their_own_channel() {
    let receiver = Receiver::start(status("200 OK")).await;
    let base = Base::with(team(&receiver).await).await.knows(facts());
    base.turn(at("2026-11-23T08:55:00")).await;
    let anna = "Ànna, your shift on the phone begins in 5 min, at 09:00 (until 10:15).";
    let change = "Shift change in 5 min: Ànna, Bert";
    assert_eq!(bodies(&receiver), [json!({ "text": change }), json!({"text": anna, "to": "anna"})]);
    let called = base.team.called.lock().unwrap().clone();
    assert_eq!((called.len(), called[0].number.as_str()), (1, "+34600000002"));
    assert!(called[0].text.as_deref().unwrap().starts_with("Bert, your shift"));
}

/// Somebody takes the place of somebody else a moment before: the new one is told, nobody twice.
#[tokio::test]
async fn a_cell_is_changed_after_the_reminder() {
    let receiver = Receiver::start(status("200 OK")).await;
    let mut config = team(&receiver).await;
    config.messaging.persons.clear();
    let base = Base::with(config).await.knows(facts());
    base.turn(at("2026-11-23T08:55:00")).await;
    assert_eq!(receiver.requests().len(), 3);
    {
        use stasisd::model::{Cell, Day, Slot};
        let mut facts = base.team.facts.lock().unwrap();
        let slot = Slot { day: Day::Mon, shift: 0 };
        *facts.shifts[0].table.cell_mut(slot, 1).unwrap() = Cell::Person(crate::base::id("carla"));
        facts.persons.push(stasisd::model::Person::new(crate::base::id("carla")));
    }
    base.turn(at("2026-11-23T08:56:00")).await;
    let told = bodies(&receiver);
    assert_eq!(told.len(), 4);
    assert!(told.iter().any(|body| body["to"] == "carla"), "{told:?}");
}

pub fn gone() -> Vec<QueueState> {
    let member = Member {
        interface: "PJSIP/201".into(),
        name: "Anna".into(),
        membership: Membership::Dynamic,
        penalty: 0,
        paused: None,
        state: MemberState::Unreachable,
        state_since: Some(at("2026-11-23T08:00")),
        in_call: false,
        in_wrap_up: false,
        calls_taken: 0,
        last_call_at: None,
    };
    vec![QueueState { name: "operators".into(), members: vec![member], ..QueueState::default() }]
}

#[tokio::test]
async fn who_cannot_be_reached_is_announced_once_until_back() {
    let receiver = Receiver::start(status("200 OK")).await;
    let base = Base::with(with_team(chat(&receiver.url()))).await.knows(facts());
    base.team.facts.lock().unwrap().queues = gone();
    base.turn(at("2026-11-23T09:05:00")).await;
    assert_eq!(bodies(&receiver), [json!({"text": "Telephones that cannot be reached: Ànna"})]);
    let base = base.restart().await;
    base.turn(at("2026-11-23T09:06:00")).await;
    // The manager connection is lost: nothing is known, so nobody is back.
    base.team.facts.lock().unwrap().queues.clear();
    base.turn(at("2026-11-23T09:07:00")).await;
    base.team.facts.lock().unwrap().queues = gone();
    base.turn(at("2026-11-23T09:08:00")).await;
    assert_eq!(receiver.requests().len(), 1);
    base.team.facts.lock().unwrap().queues[0].members[0].state = MemberState::Free;
    base.turn(at("2026-11-23T09:09:00")).await;
    base.team.facts.lock().unwrap().queues = gone();
    base.turn(at("2026-11-23T09:10:00")).await;
    assert_eq!(receiver.requests().len(), 2, "back, and gone again");
}

#[tokio::test]
async fn the_phones_are_closed_with_the_days_figures() {
    let receiver = Receiver::start(status("200 OK")).await;
    let base = Base::with(with_team(chat(&receiver.url()))).await.knows(facts());
    *base.team.figures.lock().unwrap() = Some(DayFigures {
        received: 40,
        answered: 36,
        abandoned: 4,
        timed_out: 0,
        average_wait_secs: 21,
        longest_wait_secs: 180,
        average_talk_secs: 240,
        service_level_percent: None,
    });
    base.turn(at("2026-11-23T10:25:00")).await;
    base.turn(at("2026-11-23T10:30:00")).await;
    let told = bodies(&receiver);
    assert_eq!(told.len(), 1);
    assert_eq!(*base.team.figures_asked.lock().unwrap(), 1, "the day is not counted again at each look");
    let text = told[0]["text"].as_str().unwrap();
    assert!(
        text.starts_with("The phones are closed.") && text.contains("40 calls: 36 answered, 4 hung up"),
        "{text}"
    );
}

#[tokio::test]
async fn the_day_is_over_and_nothing_is_known_of_it() {
    let receiver = Receiver::start(status("200 OK")).await;
    let mut config = with_team(chat(&receiver.url()));
    config.messaging.language = "ca".into();
    let base = Base::with(config).await.knows(facts());
    base.turn(at("2026-11-23T10:25:00")).await;
    assert_eq!(bodies(&receiver), [json!({"text": "Els telèfons són tancats. Gràcies a tothom!"})]);
}

fn notice(kind: NoticeKind, data: Value) -> Notice {
    Notice { id: 1, at: Timestamp::now(), kind, call: None, data }
}

#[tokio::test]
async fn a_planning_that_failed_is_told_to_supervisors_or_to_the_team() {
    let receiver = Receiver::start(status("200 OK")).await;
    let base = Base::with(team(&receiver).await).await.knows(facts());
    let failed = |planning: &str| {
        let data =
            json!({"planning": planning, "timetable": "phones", "week": "2026-11-30", "state": "failed"});
        notice(NoticeKind::TimetablePlanning, data)
    };
    let text = "The week of 2026-11-30 (phones) could not be planned.";
    base.messaging.hear(&failed("1")).await;
    base.messaging.hear(&failed("1")).await;
    base.turn(Timestamp::now()).await;
    assert_eq!(bodies(&receiver), [json!({ "text": text })], "there is no supervisor");
    base.team.facts.lock().unwrap().persons[0].roles.insert("supervisor".into());
    base.messaging.hear(&failed("2")).await;
    base.turn(Timestamp::now()).await;
    assert_eq!(bodies(&receiver)[0], json!({"text": text, "to": "anna"}));
    assert_eq!(receiver.requests().len(), 2);
}

/// The daemon was away, or notices came too fast; the next one finds it, and its notice tells nothing new.
#[tokio::test]
async fn a_planning_that_failed_unheard_is_told_once() {
    let receiver = Receiver::start(status("200 OK")).await;
    let base = Base::with(with_team(chat(&receiver.url()))).await.knows(facts());
    let week = Week::parse("2026-11-30").unwrap();
    for (told, planning) in ["p1", "p2"].into_iter().enumerate() {
        let why = vec!["Anna cannot.".to_owned(), "Bert is away.".to_owned()];
        let failed = FailedPlanning { planning: planning.into(), timetable: "phones".into(), week, why };
        base.team.failed.lock().unwrap().push(failed);
        let quit = CancellationToken::new();
        let (messaging, stop) = (base.messaging.clone(), quit.clone());
        let listening = tokio::spawn(async move { messaging.listen(stop).await });
        eventually(|| base.messages(), |messages| messages.len() == told + 1).await;
        quit.cancel();
        listening.await.unwrap();
    }
    let data = json!({"planning": "p1", "timetable": "phones", "week": "2026-11-30", "state": "unsolvable"});
    base.messaging.hear(&notice(NoticeKind::TimetablePlanning, data)).await;
    base.turn(Timestamp::now()).await;
    let text = "The week of 2026-11-30 (phones) could not be planned. Anna cannot. Bert is away.";
    assert_eq!(bodies(&receiver), [json!({ "text": text }), json!({ "text": text })]);
}

#[tokio::test]
async fn a_telephone_that_nobody_answers() {
    let receiver = Receiver::start(status("200 OK")).await;
    let mut config = with_team(chat(&receiver.url()));
    config.messaging.reminders.did_not_answer = true;
    let base = Base::with(config).await.knows(facts());
    let silent = json!({"queue": "operators", "interface": "PJSIP/201", "what": "did_not_answer"});
    let silent = notice(NoticeKind::QueueMember, silent);
    base.messaging.hear(&silent).await;
    base.messaging.hear(&silent).await;
    base.turn(Timestamp::now()).await;
    assert_eq!(bodies(&receiver), [json!({"text": "Ànna did not answer a call of operators."})]);
}

#[tokio::test]
async fn a_team_without_a_channel_is_told_nothing() {
    let base = Base::with(crate::base::config()).await.knows(facts());
    base.team.facts.lock().unwrap().queues = gone();
    for now in ["2026-11-23T08:55:00", "2026-11-23T09:05:00", "2026-11-23T10:25:00"] {
        base.turn(at(now)).await;
    }
    assert!(base.messages().await.is_empty());
    assert_eq!(base.store.message_marks().await.unwrap(), [] as [String; 0]);
    assert_eq!(MessageKind::ALL.len(), 7);
}

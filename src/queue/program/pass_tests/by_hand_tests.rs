//! What people do to a queue by hand, while the loop runs.

use super::*;

#[tokio::test]
async fn the_loop_keeps_what_people_do_by_hand_until_the_shift_is_over() {
    let stage = Stage::new(&[(0, "anna"), (1, "anna"), (0, "berta"), (1, "berta")]).await;
    let (stop, running) = stage.runs();
    eventually("both are members", || stage.hands.interfaces().len() == 2).await;
    let by_hand = |change| {
        stage.hands.change(&QueueAction { queue: "q".into(), interface: BERTA.into(), change }, "sonia");
    };
    by_hand(MemberChange::Remove);
    eventually_async("it is an override", async || stage.store.open_overrides("q").await.unwrap().len() == 1)
        .await;
    let one = stage.store.open_overrides("q").await.unwrap().remove(0);
    assert_eq!((one.kind, &*one.by), (OverrideKind::Remove, "sonia"));
    stage.programming.trigger(Some("q"));
    by_hand(MemberChange::Add { name: "Berta".into(), penalty: 0, paused: None });
    eventually_async("the override is over", async || {
        stage.store.open_overrides("q").await.unwrap().is_empty()
    })
    .await;
    assert_eq!(stage.hands.interfaces(), [ANNA, BERTA]);
    assert_eq!(stage.hands.done(), [format!("add {ANNA}"), format!("add {BERTA}")], "nothing was undone");
    stage.crew.answer(&[(0, "anna"), (1, "anna")]);
    stage.feed.post(NoticeKind::TimetableChanged, None, json!({}));
    eventually("the new plan holds", || stage.hands.interfaces() == [ANNA]).await;
    stop.cancel();
    running.await.unwrap();
}

/// What the manager told of a member of a queue.
fn heard(stage: &Stage, queue: &str, interface: &str, what: &str) {
    let data = json!({ "queue": queue, "interface": interface, "name": "", "what": what, "by": "sonia" });
    stage.feed.post(NoticeKind::QueueMember, None, data);
}

#[tokio::test]
async fn a_slow_store_forgets_nothing_that_was_done_by_hand() {
    let stage = Stage::new(&[(0, "anna"), (1, "anna"), (0, "berta"), (1, "berta")]).await;
    let (stop, running) = stage.runs();
    eventually("both are members", || stage.hands.interfaces().len() == 2).await;
    *stage.crew.is_away.lock().unwrap() = true;
    let remove = QueueAction { queue: "q".into(), interface: BERTA.into(), change: MemberChange::Remove };
    stage.hands.change(&remove, "sonia");
    eventually("it was heard, and waits", || !stage.programming.inner.watch().by_hand.is_empty()).await;
    assert!(stage.programming.pass("q", clock::now()).await.is_err());
    *stage.crew.is_away.lock().unwrap() = false;
    stage.programming.trigger(None);
    eventually_async("it is an override", async || stage.store.open_overrides("q").await.unwrap().len() == 1)
        .await;
    assert_eq!(stage.hands.interfaces(), [ANNA]);
    stop.cancel();
    running.await.unwrap();
}

#[tokio::test]
async fn whoever_is_taken_out_and_added_again_is_there() {
    let stage = Stage::new(&[(0, "anna"), (1, "anna"), (0, "berta"), (1, "berta")]).await;
    stage.pass(at("09:00:00")).await;
    let mut notices = stage.feed.watch();
    for change in [MemberChange::Remove, MemberChange::Add { name: "Berta".into(), penalty: 0, paused: None }]
    {
        stage.hands.change(&QueueAction { queue: "q".into(), interface: BERTA.into(), change }, "sonia");
    }
    while let Ok(notice) = notices.try_recv() {
        stage.programming.hear(&notice);
    }
    assert_eq!(stage.pass(at("09:00:10")).await, Vec::<String>::new());
    assert_eq!(stage.store.open_overrides("q").await.unwrap(), []);
    assert_eq!(stage.hands.interfaces(), [ANNA, BERTA]);
}

#[tokio::test]
async fn what_is_done_to_other_queues_is_not_remembered() {
    let stage = Stage::new(&[(0, "anna")]).await;
    let mut notices = stage.feed.watch();
    heard(&stage, "other", ANNA, "removed");
    heard(&stage, "q", ANNA, "added");
    while let Ok(notice) = notices.try_recv() {
        stage.programming.hear(&notice);
    }
    let watch = stage.programming.inner.watch();
    let queues: Vec<_> = watch.by_hand.iter().map(|event| event.queue.as_str()).collect();
    assert_eq!((queues, watch.events.len(), watch.dirty.len()), (vec!["q"], 1, 1));
}

#[tokio::test]
async fn an_asterisk_that_goes_in_a_pass_is_programmed_when_it_is_back() {
    let stage = Stage::new(&[(0, "anna"), (0, "berta")]).await;
    stage.hands.goes.lock().unwrap().insert(ANNA.to_owned());
    assert_eq!(stage.pass(at("09:00:00")).await, [format!("add {ANNA}")], "nothing more is tried");
    *stage.hands.queue.lock().unwrap() = Some(QueueState { name: "q".into(), ..QueueState::default() });
    stage.hands.goes.lock().unwrap().clear();
    stage.pass(at("09:00:01")).await;
    assert_eq!(stage.pass(at("09:00:02")).await, [format!("add {ANNA}"), format!("add {BERTA}")]);
}

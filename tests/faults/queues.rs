//! The queues when Asterisk's manager, or the way to it, misbehaves.

use std::{sync::Arc, time::Duration};

use stasisd::{
    ami,
    config::AmiConfig,
    feed::Feed,
    model::{MemberChange, Notice, NoticeKind, QueueAction},
    queue::{QueueError, Queues},
};
use tokio::{sync::broadcast, time::timeout};
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::{
    listener::{SOON, eventually},
    manager::{Manager, list, pause_of, reload, timed_out},
};

struct Room {
    queues: Queues,
    notices: broadcast::Receiver<Arc<Notice>>,
    _end: DropGuard,
}

impl Room {
    fn open(config: &AmiConfig) -> Self {
        let feed = Feed::new();
        let notices = feed.watch();
        let (client, wire, connection) = ami::connect(config).unwrap();
        let queues = Queues::new(Some(client), feed, config);
        let end = CancellationToken::new();
        tokio::spawn(connection.run(end.clone()));
        let (own, stop) = (queues.clone(), end.clone());
        tokio::spawn(async move { own.run(wire, stop).await });
        Self { queues, notices, _end: end.drop_guard() }
    }

    async fn connected(manager: &Manager) -> Self {
        let room = Self::open(&manager.config());
        room.ready().await;
        room
    }

    async fn ready(&self) {
        eventually("the queues are read", || self.queues.is_connected()).await;
    }

    async fn notice(&mut self, kind: NoticeKind) -> Arc<Notice> {
        let found = timeout(SOON, async {
            loop {
                let notice = self.notices.recv().await.unwrap();
                if notice.kind == kind {
                    return notice;
                }
            }
        });
        found.await.unwrap_or_else(|_| panic!("no {kind:?}"))
    }

    fn pause_reason(&self, queue: &str, interface: &str) -> Option<String> {
        let state = self.queues.snapshot(queue)?;
        Some(state.member(interface)?.paused.as_ref()?.reason.clone())
    }
}

fn pause(reason: &str) -> QueueAction {
    QueueAction {
        queue: "phones".to_owned(),
        interface: "PJSIP/operator".to_owned(),
        change: MemberChange::Pause { reason: reason.to_owned() },
    }
}

#[tokio::test]
async fn half_a_line_and_the_end() {
    let manager = Manager::start().await;
    // In the middle of `Location: …` of the first member.
    let cut = list().find("Local/s@").unwrap() + 30;
    manager.with_faults(|faults| faults.cut_list_after = Some(cut));
    let mut room = Room::open(&manager.config());
    let lost = room.notice(NoticeKind::AmiLost).await;
    assert!(lost.data["why"].as_str().unwrap().contains("closed"), "{lost:?}");
    let up = room.notice(NoticeKind::AmiConnected).await;
    assert_eq!((&up.data["queues"], &up.data["members"]), (&2.into(), &2.into()), "{up:?}");
    assert_eq!(manager.logins(), 2);
}

#[tokio::test]
async fn a_lost_connection_leaves_the_board_and_the_next_list_mends_it() {
    let manager = Manager::start().await;
    let mut room = Room::connected(&manager).await;
    // Meanwhile Asterisk was restarted: who was added at run time is gone, another was paused.
    let other = list().replace("Paused: 0\nPausedReason: \n", "Paused: 1\nPausedReason: gone home\n");
    manager.with_faults(|faults| {
        faults.list = Some(other.replacen("Local/s@rig-operator/n", "PJSIP/new", 2));
        faults.banner = Some("\r\n".to_owned());
    });
    manager.cut();
    room.notice(NoticeKind::AmiLost).await;
    assert!(!room.queues.is_connected());
    assert_eq!(room.queues.all().len(), 2, "it is shown as it was");
    let away = room.queues.act(&pause("x"), "test").await.unwrap_err();
    assert!(matches!(away, QueueError::Away(_)), "{away:?}");
    manager.with_faults(|faults| faults.banner = None);
    let mut wanted = vec!["added PJSIP/new", "paused PJSIP/operator", "removed Local/s@rig-operator/n"];
    while !wanted.is_empty() {
        let data = room.notice(NoticeKind::QueueMember).await.data.clone();
        let told = format!("{} {}", data["what"], data["interface"]).replace('"', "");
        wanted.retain(|one| *one != told);
    }
    room.ready().await;
    assert_eq!(room.pause_reason("phones", "PJSIP/operator").as_deref(), Some("gone home"));
}

#[tokio::test]
async fn a_right_that_lacks_is_named() {
    let manager = Manager::start().await;
    manager.with_faults(|faults| faults.denied.extend(["QueuePause".to_owned()]));
    let room = Room::connected(&manager).await;
    let error = room.queues.act(&pause("lunch"), "test").await.unwrap_err().to_string();
    assert!(error.contains("QueuePause") && error.contains("manager.conf"), "{error}");
}

#[tokio::test]
async fn a_right_that_was_mended_counts_after_a_reload() {
    let manager = Manager::start().await;
    manager.with_faults(|faults| faults.denied.extend(["QueuePause".to_owned()]));
    let room = Room::connected(&manager).await;
    manager.say(reload());
    eventually("it is read anew", || manager.actions("QueueStatus").len() > 1).await;
    assert_eq!(manager.logins(), 1, "nothing was denied");
    room.queues.act(&pause("lunch"), "test").await.unwrap_err();
    // A session of the manager has the rights of its login.
    manager.with_faults(|faults| faults.denied.clear());
    manager.say(reload());
    eventually("it logs in anew", || manager.logins() == 2).await;
    room.ready().await;
    room.queues.act(&pause("lunch"), "test").await.unwrap();
}

#[tokio::test]
async fn queues_that_may_not_be_read_are_no_connection() {
    let manager = Manager::start().await;
    manager.with_faults(|faults| faults.denied.extend(["QueueStatus".to_owned()]));
    let room = Room::open(&manager.config());
    eventually("it says why", || room.queues.standing().words.contains("cannot be read")).await;
    assert!(!room.queues.is_connected());
}

#[tokio::test]
async fn an_answer_that_is_late_is_no_answer_and_spoils_no_other() {
    let manager = Manager::start().await;
    let room = Room::connected(&manager).await;
    manager.with_faults(|faults| faults.late = Duration::from_millis(1_300));
    assert_eq!(room.queues.act(&pause("lunch"), "test").await, Err(QueueError::Timeout));
    manager.with_faults(|faults| faults.late = Duration::ZERO);
    let nobody = QueueAction { interface: "PJSIP/nobody".to_owned(), ..pause("x") };
    let error = room.queues.act(&nobody, "test").await.unwrap_err();
    assert!(matches!(error, QueueError::NoMember { .. }), "{error:?}");
    assert!(room.queues.is_connected());
}

#[tokio::test]
async fn garbage_and_ten_megabytes_of_line_are_passed_over() {
    let manager = Manager::start().await;
    let room = Room::connected(&manager).await;
    manager.say_bytes(b"\xff\xfe\0\r\n: \r\nEvent\r\n\r\nEvent: QueueMemberPause\r\nPaused: maybe\r\n\r\n");
    manager.say_bytes(b"Event: QueueMemberStatus\r\nMemberName: ");
    manager.say_bytes(&vec![b'x'; 10 * 1024 * 1024]);
    manager.say_bytes(b"\r\n\r\nEvent: NobodyKnowsIt\r\nQueue: phones\r\n\r\n");
    manager.say(&pause_of("phones", "PJSIP/operator"));
    eventually("the next event is taken", || {
        room.pause_reason("phones", "PJSIP/operator").as_deref() == Some("coffee")
    })
    .await;
    assert_eq!(manager.logins(), 1, "on the same connection");
}

#[tokio::test]
async fn silence_is_noticed() {
    let manager = Manager::start().await;
    let config = AmiConfig { heartbeat_secs: 1, ..manager.config() };
    let mut room = Room::open(&config);
    room.ready().await;
    manager.with_faults(|faults| faults.silent = true);
    let lost = room.notice(NoticeKind::AmiLost).await;
    assert!(lost.data["why"].as_str().unwrap().contains("silent"), "{lost:?}");
    manager.with_faults(|faults| faults.silent = false);
    room.ready().await;
}

#[tokio::test]
async fn a_wrong_password_is_told_and_not_tried_on_and_on() {
    let manager = Manager::start().await;
    let config = AmiConfig {
        password: Some("wrong".into()),
        backoff_min_ms: 10,
        backoff_max_ms: 60_000,
        ..manager.config()
    };
    let mut room = Room::open(&config);
    let lost = room.notice(NoticeKind::AmiLost).await;
    assert!(lost.data["why"].as_str().unwrap().contains("manager.conf"), "{lost:?}");
    assert!(room.queues.standing().words.contains("ami.password"));
    assert_eq!(manager.actions("Login").len(), 1);
    let sent = format!("{:?}", manager.actions("Login"));
    assert!(!sent.contains("wrong"), "the password stays here: {sent}");
}

#[tokio::test]
async fn somebody_else_at_that_port_is_told() {
    let manager = Manager::start().await;
    manager.with_faults(|faults| faults.banner = Some("220 mail.example ESMTP\r\n".to_owned()));
    let mut room = Room::open(&manager.config());
    let lost = room.notice(NoticeKind::AmiLost).await;
    assert!(lost.data["why"].as_str().unwrap().contains("not Asterisk's manager"), "{lost:?}");
}

#[tokio::test]
async fn a_reason_with_line_breaks_is_one_header() {
    let manager = Manager::start().await;
    let room = Room::connected(&manager).await;
    let evil = "lunch\r\n\r\nAction: Originate\r\nApplication: System\r\nData: rm -rf /";
    room.queues.act(&pause(evil), "test").await.unwrap();
    assert_eq!(manager.actions("Originate").len(), 0);
    let sent = manager.actions("QueuePause");
    let reason = sent[0].iter().find(|(name, _)| name == "Reason").unwrap();
    assert_eq!(reason.1, "lunch Action: Originate Application: System Data: rm -rf /");
    // What would be for all queues, or for more than one telephone, is not sent at all.
    for (queue, interface) in [("", "PJSIP/1"), ("nowhere", "PJSIP/1"), ("phones", "PJSIP/1&PJSIP/2")] {
        let action = QueueAction { queue: queue.to_owned(), interface: interface.to_owned(), ..pause("x") };
        room.queues.act(&action, "test").await.unwrap_err();
    }
    assert_eq!(manager.actions("QueuePause").len(), 1);
}

#[tokio::test]
async fn a_reload_is_followed_by_a_list() {
    let manager = Manager::start().await;
    let mut room = Room::connected(&manager).await;
    manager.with_faults(|faults| faults.list = Some(list().replacen("Penalty: 0", "Penalty: 4", 1)));
    manager.say(reload());
    let notice = room.notice(NoticeKind::QueueMember).await;
    assert_eq!((&notice.data["what"], &notice.data["penalty"]), (&"penalty".into(), &4.into()));
    let whole = |action: &Vec<(String, String)>| action.iter().all(|(name, _)| name != "Queue");
    assert_eq!(manager.actions("QueueStatus").iter().filter(|action| whole(action)).count(), 2);
}

#[tokio::test]
async fn a_pause_of_ours_is_told_with_who_wanted_it() {
    let manager = Manager::start().await;
    let mut room = Room::connected(&manager).await;
    let (queues, say) = (room.queues.clone(), manager.clone());
    let acting = tokio::spawn(async move { queues.act(&pause("coffee"), "anna").await });
    eventually("it is asked for", || !manager.actions("QueuePause").is_empty()).await;
    say.say(&pause_of("phones", "PJSIP/operator"));
    acting.await.unwrap().unwrap();
    assert_eq!(
        room.pause_reason("phones", "PJSIP/operator").as_deref(),
        Some("coffee"),
        "seen when it returns"
    );
    let notices = [room.notice(NoticeKind::QueueMember).await, {
        say.say(&pause_of("operators", "Local/s@rig-operator/n"));
        room.notice(NoticeKind::QueueMember).await
    }];
    // The recorded member has another penalty than the listed one, which is told as well.
    let by: Vec<_> = notices.iter().map(|notice| notice.data["by"].clone()).collect();
    assert_eq!(by[0], "anna", "{notices:?}");
}

#[tokio::test]
async fn a_timeout_as_asterisk_tells_it() {
    let manager = Manager::start().await;
    let mut room = Room::connected(&manager).await;
    let (join, rest) = timed_out();
    let channel =
        |text: &str| text.lines().find_map(|line| line.strip_prefix("Uniqueid: ")).unwrap().to_owned();
    manager.say(&join.replace(&channel(join), &channel(rest)));
    manager.say(rest);
    let mut fates = Vec::new();
    for _ in 0..2 {
        let notice = room.notice(NoticeKind::QueueCaller).await;
        fates.push((notice.data["what"].clone(), notice.data["queue"].clone()));
    }
    assert_eq!(fates, [("joined".into(), "wrap".into()), ("timed_out".into(), "wrap".into())]);
    let state = room.queues.snapshot("wrap").unwrap();
    assert!(state.waiting.is_empty());
}

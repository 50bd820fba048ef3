//! Passes and the loop, over a real store and a pretended Asterisk.

mod by_hand_tests;

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
    time::Duration,
};

use futures_util::future::BoxFuture;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use tokio::{sync::broadcast::Receiver, task::JoinHandle};
use tokio_util::sync::CancellationToken;

use super::*;
use crate::{
    model::{
        Day, Member, MemberChange, MemberState, Membership, Notice, NoticeKind, OverrideKind, Paused, Person,
        PersonId, QueueState, Slot, Timetable, Week, Whom,
    },
    storage::StorageError,
    tasks::clock,
};

/// A queue `q`, and what was done to it.
#[derive(Default)]
struct Pretend {
    queue: Mutex<Option<QueueState>>,
    done: Mutex<Vec<String>>,
    refused: Mutex<BTreeSet<String>>,
    /// When one of these is changed, the connection is lost.
    goes: Mutex<BTreeSet<String>>,
    feed: Mutex<Option<Feed>>,
}

impl Pretend {
    fn done(&self) -> Vec<String> {
        std::mem::take(&mut *self.done.lock().unwrap())
    }

    fn interfaces(&self) -> Vec<String> {
        let queue = self.queue.lock().unwrap();
        queue.iter().flat_map(|queue| &queue.members).map(|member| member.interface.clone()).collect()
    }

    fn change(&self, action: &QueueAction, by: &str) {
        let mut queue = self.queue.lock().unwrap();
        let members = &mut queue.as_mut().unwrap().members;
        let what = match &action.change {
            MemberChange::Add { name, penalty, paused } => {
                members.push(Member {
                    interface: action.interface.clone(),
                    name: name.clone(),
                    membership: Membership::Dynamic,
                    penalty: *penalty,
                    paused: paused.clone().map(|reason| Paused { reason, since: None }),
                    state: MemberState::Free,
                    state_since: None,
                    in_call: false,
                    in_wrap_up: false,
                    calls_taken: 0,
                    last_call_at: None,
                });
                "added"
            }
            MemberChange::Remove => {
                members.retain(|member| member.interface != action.interface);
                "removed"
            }
            MemberChange::Pause { reason } => {
                for member in members.iter_mut().filter(|member| member.interface == action.interface) {
                    member.paused = Some(Paused { reason: reason.clone(), since: None });
                }
                "paused"
            }
            MemberChange::Resume => {
                for member in members.iter_mut().filter(|member| member.interface == action.interface) {
                    member.paused = None;
                }
                "resumed"
            }
            MemberChange::Penalty(_) => "penalty",
        };
        drop(queue);
        let data = json!({ "queue": action.queue, "interface": action.interface, "name": "", "what": what, "by": by });
        if let Some(feed) = &*self.feed.lock().unwrap() {
            feed.post(NoticeKind::QueueMember, None, data);
        }
    }
}

impl Hands for Pretend {
    fn snapshot(&self, queue: &str) -> Option<QueueState> {
        self.queue.lock().unwrap().clone().filter(|state| state.name == queue)
    }

    fn act<'a>(&'a self, action: QueueAction, by: &'a str) -> BoxFuture<'a, Result<(), String>> {
        Box::pin(async move {
            self.done.lock().unwrap().push(format!("{} {}", pass::word(&action.change), action.interface));
            if self.goes.lock().unwrap().contains(&action.interface) {
                *self.queue.lock().unwrap() = None;
                return Err("no manager connection".to_owned());
            }
            if self.refused.lock().unwrap().contains(&action.interface) {
                return Err("Asterisk said no".to_owned());
            }
            self.change(&action, by);
            Ok(())
        })
    }
}

/// Timetables in which these persons answer, day and night.
#[derive(Default)]
struct Crew {
    people: Mutex<Vec<(usize, &'static str)>>,
    is_away: Mutex<bool>,
}

impl Crew {
    /// The persons of the two shifts of each day: 00:00 to 12:00, and to the end.
    fn answer(&self, people: &[(usize, &'static str)]) {
        *self.people.lock().unwrap() = people.to_vec();
    }
}

impl Plans for Crew {
    fn timetable(&self, name: &str, week: Week) -> BoxFuture<'_, Result<Option<Timetable>, StorageError>> {
        use jiff::civil::time;
        let hours = [time(0, 0, 0, 0), time(12, 0, 0, 0), time(23, 59, 59, 999_999_999)];
        let mut table = Timetable::empty(name, week, &Day::ALL, &hours, 5);
        for (line, (shift, person)) in self.people.lock().unwrap().iter().enumerate() {
            for day in Day::ALL {
                let cell = table.cell_mut(Slot { day, shift: *shift }, line).unwrap();
                *cell = crate::model::Cell::Person(PersonId::parse(person).unwrap());
            }
        }
        let is_away = *self.is_away.lock().unwrap();
        Box::pin(async move { if is_away { Err(StorageError::Deadline) } else { Ok(Some(table)) } })
    }

    fn persons(&self) -> BoxFuture<'_, Result<Persons, StorageError>> {
        let person = |(number, name): (usize, &str)| {
            let id = PersonId::parse(name).unwrap();
            let extension = Some(format!("{}", 201 + number));
            (id.clone(), Person { extension, ..Person::new(id) })
        };
        let persons = ["anna", "berta", "carla"].into_iter().enumerate().map(person).collect();
        Box::pin(async { Ok(persons) })
    }
}

struct Stage {
    programming: Programming,
    hands: Arc<Pretend>,
    crew: Arc<Crew>,
    store: Store,
    feed: Feed,
    notices: Receiver<Arc<Notice>>,
    config: Config,
    _directory: tempfile::TempDir,
}

const ANNA: &str = "PJSIP/201";
const BERTA: &str = "PJSIP/202";
const CARLA: &str = "PJSIP/203";

impl Stage {
    async fn new(people: &[(usize, &'static str)]) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let mut config = Config::defaults().unwrap();
        config.storage.url = format!("sqlite://{}/q.db", directory.path().display()).as_str().into();
        config.calls.time_zone = "UTC".to_owned();
        let text = "[phones]\nqueue = \"q\"\ndays = [\"mon\"]\nhours = [\"00:00\", \"12:00\"]\nlines = 5";
        config.timetables = toml::from_str(text).unwrap();
        let store = Store::open(&config.storage).await.unwrap();
        let feed = Feed::new();
        let hands = Arc::new(Pretend::default());
        *hands.queue.lock().unwrap() = Some(QueueState { name: "q".into(), ..QueueState::default() });
        *hands.feed.lock().unwrap() = Some(feed.clone());
        let crew = Arc::new(Crew::default());
        crew.answer(people);
        let programming = Programming::new(store.clone(), feed.clone(), hands.clone(), crew.clone(), &config);
        let notices = feed.watch();
        Self { programming, hands, crew, store, feed, notices, config, _directory: directory }
    }

    /// The daemon is killed; the next one begins.
    fn restart(&mut self) {
        let (store, feed) = (self.store.clone(), self.feed.clone());
        let (hands, crew) = (self.hands.clone(), self.crew.clone());
        self.programming = Programming::new(store, feed, hands, crew, &self.config);
    }

    /// The loop runs, until it is stopped.
    fn runs(&self) -> (CancellationToken, JoinHandle<()>) {
        let (programming, stop) = (self.programming.clone(), CancellationToken::new());
        let until = stop.clone();
        (stop, tokio::spawn(async move { programming.run(until).await }))
    }

    async fn pass(&self, now: Timestamp) -> Vec<String> {
        self.programming.pass("q", now).await.unwrap();
        self.hands.done()
    }

    /// The notices of this kind since the last look.
    fn told(&mut self, kind: NoticeKind) -> Vec<Value> {
        let mut told = Vec::new();
        while let Ok(notice) = self.notices.try_recv() {
            if notice.kind == kind {
                told.push(notice.data.clone());
            }
        }
        told
    }
}

fn at(text: &str) -> Timestamp {
    format!("2026-11-23T{text}Z").parse().unwrap()
}

#[tokio::test]
async fn a_pass_acts_once_and_tells() {
    let mut stage = Stage::new(&[(0, "anna"), (1, "anna"), (1, "berta")]).await;
    assert_eq!(stage.pass(at("09:00:00")).await, [format!("add {ANNA}")]);
    let told = stage.told(NoticeKind::QueueProgrammed);
    let shift = json!({ "timetable": "phones", "week": "2026-11-23", "day": "mon", "shift": 0 });
    assert_eq!((&told[0]["queue"], &told[0]["shift"]), (&json!("q"), &shift));
    assert_eq!(told[0]["actions"][0]["what"], "add");
    assert_eq!(stage.pass(at("09:00:01")).await, Vec::<String>::new());
    assert_eq!(stage.told(NoticeKind::QueueProgrammed), Vec::<Value>::new());
    let next = stage.programming.pass("q", at("11:59:50")).await.unwrap();
    assert_eq!(next, at("12:00:00"), "at the shift's edge exactly");
    assert_eq!(stage.pass(at("12:00:00")).await, [format!("add {BERTA}")]);
}

#[tokio::test]
async fn after_a_restart_it_knows_whom_it_added() {
    let mut stage = Stage::new(&[(0, "anna"), (1, "berta")]).await;
    stage.pass(at("09:00:00")).await;
    stage.restart();
    assert_eq!(stage.pass(at("12:30:00")).await, [format!("add {BERTA}")]);
    assert_eq!(stage.pass(at("12:30:01")).await, [format!("remove {ANNA}")]);
    stage.pass(at("12:30:02")).await;
    let ours = stage.store.programmed_members("q").await.unwrap();
    assert_eq!(ours.iter().map(|row| row.interface.as_str()).collect::<Vec<_>>(), [BERTA]);
}

#[tokio::test]
async fn who_is_added_is_on_disk_before_asterisk_hears_of_it() {
    let stage = Stage::new(&[(0, "anna")]).await;
    stage.hands.refused.lock().unwrap().insert(ANNA.to_owned());
    assert_eq!(stage.pass(at("09:00:00")).await, [format!("add {ANNA}")]);
    assert_eq!(stage.store.programmed_members("q").await.unwrap().len(), 1);
    assert_eq!(stage.pass(at("09:00:10")).await, Vec::<String>::new(), "refused: not at once again");
    stage.hands.refused.lock().unwrap().clear();
    assert_eq!(stage.pass(at("09:00:31")).await, [format!("add {ANNA}")]);
}

#[tokio::test]
async fn without_plans_or_queue_nothing_is_done() {
    let stage = Stage::new(&[(0, "anna")]).await;
    stage.pass(at("09:00:00")).await;
    *stage.crew.is_away.lock().unwrap() = true;
    let failed = stage.programming.pass("q", at("12:30:00")).await;
    assert!(matches!(failed, Err(ProgramError::Storage(_))), "{failed:?}");
    *stage.hands.queue.lock().unwrap() = None;
    let failed = stage.programming.pass("q", at("12:30:00")).await;
    assert!(matches!(failed, Err(ProgramError::Unknown(_))), "{failed:?}");
    assert_eq!(stage.hands.done(), Vec::<String>::new());
    assert!(stage.programming.pass("other", at("12:30:00")).await.is_err());
}

#[tokio::test]
async fn an_asterisk_that_forgot_its_members_gets_them_back_with_their_pauses() {
    let stage = Stage::new(&[(0, "anna")]).await;
    stage.pass(at("09:00:00")).await;
    let pause = MemberChange::Pause { reason: "lunch".into() };
    stage.hands.change(&QueueAction { queue: "q".into(), interface: ANNA.into(), change: pause }, "anna");
    stage.pass(at("09:00:10")).await;
    stage.hands.queue.lock().unwrap().as_mut().unwrap().members.clear();
    assert_eq!(stage.pass(at("09:01:00")).await, Vec::<String>::new(), "it may be somebody's wish");
    assert_eq!(stage.pass(at("09:01:02")).await, [format!("add {ANNA}")]);
    let queue = stage.hands.snapshot("q").unwrap();
    assert_eq!(queue.member(ANNA).unwrap().paused.as_ref().unwrap().reason, "lunch");
}

#[tokio::test]
async fn overrides_are_checked_stored_and_done() {
    let stage = Stage::new(&[(0, "anna")]).await;
    let now = at("09:00:00");
    let new = |person: &str, kind: OverrideKind| NewOverride {
        whom: Whom::Person(PersonId::parse(person).unwrap()),
        kind,
        expires_at: None,
        note: " why\u{0} ".into(),
    };
    let added =
        stage.programming.overrule("q", new("carla", OverrideKind::Add { penalty: 1 }), "sonia", now).await;
    let added = added.unwrap();
    assert_eq!((added.expires_at, &*added.note, &*added.by), (at("12:00:00"), "why", "sonia"));
    let done = stage.pass(at("09:00:01")).await;
    assert_eq!(done, [format!("add {ANNA}"), format!("add {CARLA}")]);
    assert_eq!(stage.programming.overrides("q", now).await.unwrap().len(), 1);
    stage.programming.end_override("q", added.id, at("09:10:00")).await.unwrap();
    assert_eq!(stage.pass(at("09:10:01")).await, [format!("remove {CARLA}")]);
    let again = stage.programming.end_override("q", added.id, at("09:11:00")).await;
    assert!(matches!(again, Err(ProgramError::NoOverride)));
    let refused = |new: NewOverride| async {
        stage.programming.overrule("q", new, "x", now).await.unwrap_err().to_string()
    };
    assert!(refused(new("zoe", OverrideKind::Remove)).await.contains("no such person"));
    let odd = Whom::Interface("PJSIP/1&PJSIP/2".into());
    assert!(
        refused(NewOverride { whom: odd, ..new("anna", OverrideKind::Remove) }).await.contains("interface")
    );
    let past = Some(at("08:00:00"));
    assert!(
        refused(NewOverride { expires_at: past, ..new("anna", OverrideKind::Remove) })
            .await
            .contains("to come")
    );
    assert!(stage.programming.overrule("other", new("anna", OverrideKind::Remove), "x", now).await.is_err());
}

#[tokio::test]
async fn the_drift_says_who_did_it() {
    let mut stage = Stage::new(&[(0, "anna"), (1, "anna")]).await;
    let (stop, running) = stage.runs();
    eventually("anna is a member", || stage.hands.interfaces() == [ANNA]).await;
    let pause = MemberChange::Pause { reason: "lunch".into() };
    stage.hands.change(&QueueAction { queue: "q".into(), interface: ANNA.into(), change: pause }, "sonia");
    let mut told = Vec::new();
    eventually("the drift is told", || {
        told.extend(stage.told(NoticeKind::QueueDrift));
        told.last().is_some_and(|data| data["differences"][0]["by"] == "sonia")
    })
    .await;
    assert_eq!(told.last().unwrap()["differences"][0]["what"], "paused");
    let found = stage.programming.drift("q", clock::now()).await.unwrap();
    assert_eq!((found.len(), found[0].by.as_deref()), (1, Some("sonia")));
    stop.cancel();
    running.await.unwrap();
}

#[tokio::test]
async fn a_preview_does_nothing() {
    let stage = Stage::new(&[(0, "anna"), (1, "berta")]).await;
    stage.pass(at("09:00:00")).await;
    let preview = stage.programming.preview("q", at("13:00:00")).await.unwrap();
    let wanted: Vec<_> = preview.desired.wanted.iter().map(|wanted| wanted.interface.as_str()).collect();
    assert_eq!(wanted, [BERTA]);
    let plan = preview.plan.unwrap();
    assert_eq!((plan.steps.len(), plan.deferred.len()), (1, 1), "anna waits for berta");
    assert_eq!(plan.deferred[0].until, at("13:00:00") + SignedDuration::from_mins(30));
    assert_eq!((stage.hands.done(), stage.hands.interfaces()), (Vec::new(), vec![ANNA.to_owned()]));
    *stage.hands.queue.lock().unwrap() = None;
    assert_eq!(stage.programming.preview("q", at("13:00:00")).await.unwrap().plan, None);
}

async fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    eventually_async(what, async || holds()).await;
}

async fn eventually_async(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    for _ in 0..500 {
        if holds().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("not within 5 s: {what}");
}

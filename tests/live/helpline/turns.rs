//! A turn's edge on a real Asterisk: members come and go by difference while a caller waits, a pause stays, nobody is
//! forgotten over an edge that was slept through, a telephone that is unplugged is told once.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
};

use futures_util::future::BoxFuture;
use jiff::{
    RoundMode, SignedDuration, Timestamp, TimestampRound, Unit,
    civil::{Time, time},
    tz::TimeZone,
};
use serde_json::{Value, json};
use stasisd::{
    ami,
    config::Config,
    feed::Feed,
    model::{
        Cell, Day, Member, MemberChange, MemberEvent, MemberState, Notice, NoticeKind, Person, PersonId,
        QueueAction, QueueEnd, Slot, Timetable, Week,
    },
    queue::{
        Queues,
        history::QueueHistory,
        program::{Plans, Programming},
    },
    storage::{Persons, QueueCallQuery, StorageError, Store},
};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::{
    configure,
    desk::{Desk, allow},
    where_it_is_noon,
};
use crate::support::{rig::Rig, sipp::Caller, wait};

const ANNA: &str = "PJSIP/201";
const BERTA: &str = "PJSIP/202";
const CARLA: &str = "PJSIP/203";
/// Somebody's own telephone, whom no timetable knows.
const BOB: &str = "PJSIP/operator";

/// Who answers in each turn, by line.
const TURNS: [[&str; 2]; 3] = [["anna", "berta"], ["berta", "carla"], ["anna", "carla"]];

/// A timetable whose turns end when the test says so.
struct Crew {
    zone: TimeZone,
    edges: Mutex<Vec<Time>>,
}

impl Crew {
    /// Ends the last turn a moment from now.
    fn end_turn(&self) -> Timestamp {
        let soon = Timestamp::now().checked_add(SignedDuration::from_secs(3)).unwrap();
        let soon = soon.round(TimestampRound::new().smallest(Unit::Second).mode(RoundMode::Ceil)).unwrap();
        self.edges.lock().unwrap().push(soon.to_zoned(self.zone.clone()).time());
        soon
    }
}

impl Plans for Crew {
    fn timetable(&self, name: &str, week: Week) -> BoxFuture<'_, Result<Option<Timetable>, StorageError>> {
        let mut hours = vec![time(0, 0, 0, 0)];
        hours.extend(self.edges.lock().unwrap().iter());
        hours.push(time(23, 59, 59, 0));
        let mut table = Timetable::empty(name, week, &Day::ALL, &hours, 2);
        for slot in table.slots().collect::<Vec<Slot>>() {
            for (line, person) in TURNS[slot.shift].iter().enumerate() {
                *table.cell_mut(slot, line).unwrap() = Cell::Person(PersonId::parse(person).unwrap());
            }
        }
        Box::pin(async { Ok(Some(table)) })
    }

    fn persons(&self) -> BoxFuture<'_, Result<Persons, StorageError>> {
        let person = |(name, extension): (&str, &str)| {
            let id = PersonId::parse(name).unwrap();
            (id.clone(), Person { extension: Some(extension.to_owned()), ..Person::new(id) })
        };
        let persons = [("anna", "201"), ("berta", "202"), ("carla", "203")].map(person).into_iter().collect();
        Box::pin(async { Ok(persons) })
    }
}

/// The rooms over a real Asterisk.
struct Site {
    config: Config,
    store: Store,
    feed: Feed,
    queues: Queues,
    crew: Arc<Crew>,
    told: Arc<Mutex<Vec<Arc<Notice>>>>,
    end: CancellationToken,
}

impl Site {
    async fn open(rig: &Rig) -> Self {
        let zone = where_it_is_noon();
        let mut config = Config::defaults().unwrap();
        config.storage.url = format!("sqlite://{}/turns.db", rig.dir().display()).as_str().into();
        config.ami.enabled = true;
        config.ami.address = format!("127.0.0.1:{}", rig.port("AMI_PORT"));
        config.ami.password = Some(rig.var("AMI_PASSWORD").into());
        let text = format!(
            "[phones]\nqueue = \"crew\"\ntime_zone = {:?}\ndays = [\"mon\"]\nhours = [\"09:00\", \"10:00\"]\nlines = 2\n\
             program = {{ penalty_by_line = [0, 1] }}",
            zone.iana_name().unwrap()
        );
        config.timetables = toml::from_str(&text).unwrap();
        let (feed, end) = (Feed::new(), CancellationToken::new());
        let store = Store::open(&config.storage).await.unwrap();
        let (client, wire, connection) = ami::connect(&config.ami).unwrap();
        let queues = Queues::new(Some(client), feed.clone(), &config.ami);
        let told = Arc::new(Mutex::new(Vec::new()));
        let (mut notices, telling) = (feed.watch(), Arc::clone(&told));
        tokio::spawn(async move {
            while let Ok(notice) = notices.recv().await {
                telling.lock().unwrap().push(notice);
            }
        });
        let history = QueueHistory::new(store.clone(), feed.clone(), Arc::new(queues.clone()));
        tokio::spawn(connection.run(end.clone()));
        let (board, stop) = (queues.clone(), end.clone());
        tokio::spawn(async move { board.run(wire, stop).await });
        let stop = end.clone();
        tokio::spawn(async move { history.run(stop).await });
        let crew = Arc::new(Crew { zone, edges: Mutex::default() });
        Self { config, store, feed, queues, crew, told, end }
    }

    /// What a daemon does that is started now.
    fn program(&self) -> (JoinHandle<()>, CancellationToken) {
        let (hands, plans) = (Arc::new(self.queues.clone()), Arc::clone(&self.crew));
        let programming = Programming::new(self.store.clone(), self.feed.clone(), hands, plans, &self.config);
        let stop = self.end.child_token();
        let until = stop.clone();
        (tokio::spawn(async move { programming.run(until).await }), stop)
    }

    async fn by_hand(&self, interface: &str, change: MemberChange) {
        let action = QueueAction { queue: "crew".to_owned(), interface: interface.to_owned(), change };
        self.queues.act(&action, "sonia").await.unwrap();
    }

    fn members(&self) -> Vec<Member> {
        self.queues.snapshot("crew").map(|queue| queue.members.clone()).unwrap_or_default()
    }

    fn member(&self, interface: &str) -> Member {
        self.members().into_iter().find(|member| member.interface == interface).unwrap()
    }

    async fn until_members_are(&self, wanted: &[&str]) {
        let wanted: BTreeSet<String> = wanted.iter().map(|&interface| interface.to_owned()).collect();
        let names = || self.members().into_iter().map(|member| member.interface).collect::<BTreeSet<_>>();
        wait::eventually(|| std::future::ready(names()), |names| *names == wanted).await;
    }

    async fn until_state(&self, interface: &str, state: MemberState) {
        let now = || std::future::ready(self.member(interface).state);
        wait::eventually(now, |now| *now == state).await;
    }

    /// What was told of this kind.
    fn told(&self, kind: NoticeKind) -> Vec<Arc<Notice>> {
        self.told.lock().unwrap().iter().filter(|notice| notice.kind == kind).cloned().collect()
    }

    /// What became of members, in order: `added PJSIP/201 by timetable`.
    fn story(&self) -> Vec<String> {
        let words = |notice: &Arc<Notice>| {
            let word = |field: &str| notice.data[field].as_str().unwrap_or("nobody").to_owned();
            format!("{} {} by {}", word("what"), word("interface"), word("by"))
        };
        self.told(NoticeKind::QueueMember)
            .iter()
            .map(words)
            .filter(|story| !story.starts_with("state"))
            .collect()
    }

    fn place(&self, happening: &str) -> usize {
        let story = self.story();
        story
            .iter()
            .position(|words| words == happening)
            .unwrap_or_else(|| panic!("no {happening} in {story:?}"))
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        self.end.cancel();
    }
}

/// A rig with an empty queue, which sends callers away once nobody is there to be rung, and three telephones.
pub(super) fn place(name: &str) -> (Rig, Vec<Desk>) {
    let rig = Rig::start(name);
    configure(
        &rig,
        "queues.conf",
        "\n[crew]\nstrategy = ringall\ntimeout = 2\nretry = 1\nringinuse = no\njoinempty = yes\n\
         leavewhenempty = paused,invalid,unavailable\n",
    );
    rig.cli("queue reload all");
    rig.set_global("STASISD_QUEUE", "crew");
    let telephones = [("201", 0), ("202", 1), ("203", 2)].map(|(name, port)| (name, rig.free_port(port)));
    for (name, port) in telephones {
        allow(&rig, name, port);
    }
    let desks = telephones.map(|(name, port)| Desk::plug(&rig, name, port)).into();
    (rig, desks)
}

#[tokio::test(flavor = "multi_thread")]
async fn edges_pass_while_a_caller_waits_and_while_the_daemon_is_down() {
    let (rig, mut desks) = tokio::task::block_in_place(|| place("queue-turns"));
    let site = Site::open(&rig).await;
    let (programming, stop) = site.program();
    site.until_members_are(&[ANNA, BERTA]).await;
    site.until_state(ANNA, MemberState::Free).await;
    assert_eq!((site.member(ANNA).penalty, site.member(BERTA).penalty), (0, 1));

    site.by_hand(BERTA, MemberChange::Pause { reason: "lunch".to_owned() }).await;
    let spare = MemberChange::Add { name: "Bob".to_owned(), penalty: 0, paused: Some("spare".to_owned()) };
    site.by_hand(BOB, spare).await;
    wait::eventually(
        || std::future::ready(site.told(NoticeKind::QueueDrift)),
        |told| told.iter().any(|notice| blames(notice, "sonia", BERTA)),
    )
    .await;
    let paused = site.member(BERTA).paused;

    let caller =
        tokio::task::block_in_place(|| Caller::new(&rig, "waits").to("operators").wait_ms(90_000).start());
    let waiting = || std::future::ready(site.queues.snapshot("crew").map(|queue| queue.waiting.clone()));
    let line =
        wait::eventually(waiting, |line| line.as_ref().is_some_and(|line| line.len() == 1)).await.unwrap();
    site.until_state(ANNA, MemberState::Ringing).await;

    let edge = site.crew.end_turn();
    site.feed.post(NoticeKind::TimetableChanged, None, json!({}));
    site.until_members_are(&[BERTA, CARLA, BOB]).await;
    let added = |notice: &&Arc<Notice>| notice.data["what"] == "added" && notice.data["interface"] == CARLA;
    let at = site.told(NoticeKind::QueueMember).iter().find(added).unwrap().at;
    assert!(at >= edge, "not before the edge: {at} {edge}");
    assert!(site.place("added PJSIP/203 by timetable") < site.place("removed PJSIP/201 by timetable"));
    wait::eventually(|| std::future::ready(site.member(BERTA).penalty), |penalty| *penalty == 0).await;
    assert_eq!(site.member(BERTA).paused, paused, "with its reason, and since when");
    let shown = rig.cli("queue show crew");
    assert!(shown.contains("paused:lunch") && shown.contains("paused:spare"), "{shown}");
    // The next to be rung is whoever came.
    site.until_state(CARLA, MemberState::Ringing).await;
    let still = site.queues.snapshot("crew").unwrap().waiting.clone();
    assert_eq!(
        still.first().map(|one| &one.channel),
        Some(&line[0].channel),
        "in no moment was the queue empty"
    );

    rig.cli(&format!("channel request hangup {}", line[0].channel_name));
    let query = || QueueCallQuery { queue: Some("crew".to_owned()), ..QueueCallQuery::default() };
    let calls = || async { site.store.all_queue_calls(&query()).await.unwrap() };
    let calls = wait::eventually(calls, |calls| calls.first().is_some_and(|call| call.end.is_some())).await;
    assert_eq!((calls.len(), calls[0].end), (1, Some(QueueEnd::Abandoned)));
    drop(caller);

    drop(desks.pop());
    site.until_state(CARLA, MemberState::Unreachable).await;
    stop.cancel();
    programming.await.unwrap();
    let edge = site.crew.end_turn();
    wait::eventually(|| std::future::ready(Timestamp::now()), |now| *now > edge).await;
    let before = site.story();
    let (_programming, _stop) = site.program();
    site.until_members_are(&[ANNA, CARLA, BOB]).await;
    let since = site.story().split_off(before.len());
    assert_eq!(since, ["added PJSIP/201 by timetable", "removed PJSIP/202 by timetable"]);
    assert!(!site.story().iter().any(|words| words.starts_with("resumed")));

    let unplugged = |notice: &&Arc<Notice>| {
        let data = &notice.data;
        data["what"] == "state" && data["interface"] == CARLA && data["state"] == "unreachable"
    };
    assert_eq!(site.told(NoticeKind::QueueMember).iter().filter(unplugged).count(), 1, "told once");
    // It is stored when Asterisk has told it.
    let programmed = || async { site.store.programmed_members("crew").await.unwrap() };
    wait::eventually(programmed, |programmed| programmed.len() == 2).await;
    let events = || async {
        site.store.queue_member_events("crew", Timestamp::UNIX_EPOCH, Timestamp::now()).await.unwrap()
    };
    let is_lunch = |event: &MemberEvent| event.interface == BERTA && event.reason.as_deref() == Some("lunch");
    wait::eventually(events, |events| events.iter().any(is_lunch)).await;
}

/// Whether it tells that this person changed this member.
fn blames(notice: &Notice, by: &str, interface: &str) -> bool {
    let differences = notice.data["differences"].as_array();
    differences.into_iter().flatten().any(|one: &Value| one["by"] == by && one["interface"] == interface)
}

//! Persons and absences: kept, changed by whoever has seen them, seen by others through the count of changes.

use std::sync::Arc;

use jiff::civil::date;
use stasisd::{
    feed::Feed,
    model::{Absence, AbsenceKind, Day, NoticeKind, Person, PersonId, Week, When, Who},
    people::{People, PeopleError},
    storage::{AbsenceQuery, AbsenceScope, PageRequest, Store},
};
use uuid::Uuid;

use crate::base::{Base, at, first, on_both};

on_both!(
    persons_are_kept_and_seen_by_others,
    what_others_change_is_told,
    of_many_who_want_an_extension_one_gets_it,
    a_group_and_its_absences_are_renamed_together,
    absences_are_found_by_whose_and_when,
    a_scope_is_replaced_and_nothing_else,
    a_feed_owns_what_it_said,
);

fn id(text: &str) -> PersonId {
    PersonId::parse(text).expect("an id")
}

fn person(name: &str, extension: Option<&str>) -> Person {
    Person {
        name: "Àngels דליה 🎧'; DROP TABLE persons; --".to_owned(),
        extension: extension.map(str::to_owned),
        groups: ["front desk".to_owned()].into(),
        ideal_load: Some(7.5),
        ..Person::new(id(name))
    }
}

fn absence(number: u128, who: Who, when: When) -> Absence {
    Absence {
        id: Uuid::from_u128(number),
        who,
        when,
        shifts: [0, 3].into(),
        optional: false,
        kind: AbsenceKind::Busy,
        reason: "Reunió 🎧".to_owned(),
        feed: None,
    }
}

fn days(from: i8, to: i8) -> When {
    When::Dates { from: date(2026, 12, from), to: date(2026, 12, to) }
}

async fn people(store: &Store) -> People {
    let people = People::new(store.clone(), Feed::new());
    people.reread().await.expect("read");
    people
}

async fn persons_are_kept_and_seen_by_others(base: Base) {
    let (one, other) = (people(&base.store).await, people(&base.store).await);
    let anna = person("anna", Some("201"));
    assert_eq!(one.put(vec![anna.clone()]).await.expect("stored"), vec![anna.clone()]);
    assert_eq!(one.get(&id("anna")), Some(anna.clone()), "at once");
    assert_eq!(one.put(vec![anna.clone()]).await.expect("stored"), [], "nothing has changed");
    assert_eq!(other.get(&id("anna")), None);
    other.reread().await.expect("read");
    assert_eq!(other.by_extension("201"), Some(anna.clone()));
    assert_eq!(other.by_interface("PJSIP/201"), Some(anna));
    one.put_absence(absence(1, Who::Person(id("anna")), days(1, 2))).await.expect("stored");
    assert!(other.delete(&id("anna")).await.expect("deleted"));
    assert!(!other.delete(&id("anna")).await.expect("deleted"));
    one.reread().await.expect("read");
    assert!(one.all().is_empty());
    assert_eq!(base.store.absence(Uuid::from_u128(1)).await, Ok(None), "hers go with her");
}

/// What the command line changes while the daemon runs.
async fn what_others_change_is_told(base: Base) {
    let feed = Feed::new();
    let (daemon, other) = (People::new(base.store.clone(), feed.clone()), people(&base.store).await);
    daemon.reread().await.expect("read");
    let mut notices = feed.watch();
    let mut told = || notices.try_recv().ok().map(|notice| (notice.kind, notice.data.clone()));
    other.put(vec![person("anna", Some("201")), person("berta", None)]).await.expect("stored");
    daemon.follow().await.expect("read");
    for name in ["anna", "berta"] {
        let data = serde_json::json!({"person": name, "deleted": false});
        assert_eq!(told(), Some((NoticeKind::PersonChanged, data)));
    }
    other.put(vec![person("anna", Some("202"))]).await.expect("stored");
    other.delete(&id("berta")).await.expect("deleted");
    daemon.follow().await.expect("read");
    assert_eq!(told().map(|told| told.1), Some(serde_json::json!({"person": "anna", "deleted": false})));
    assert_eq!(told().map(|told| told.1), Some(serde_json::json!({"person": "berta", "deleted": true})));
    daemon.follow().await.expect("read");
    assert_eq!(told(), None);
}

async fn of_many_who_want_an_extension_one_gets_it(base: Base) {
    let people = Arc::new(people(&base.store).await);
    let wanting = (0..12).map(|number| {
        let people = Arc::clone(&people);
        tokio::spawn(async move { people.put(vec![person(&format!("p{number}"), Some("201"))]).await })
    });
    let mut got = 0;
    for want in wanting.collect::<Vec<_>>() {
        match want.await.expect("ended") {
            Ok(_) => got += 1,
            Err(PeopleError::Taken { field, value, .. }) => {
                assert_eq!((field, value.as_str()), ("extension", "201"));
            }
            Err(error) => panic!("{error}"),
        }
    }
    assert_eq!((got, people.all().len()), (1, 1));
    let all = vec![person("a", Some("1")), person("b", Some("2"))];
    people.put(all).await.expect("stored");
    let exchanged = vec![person("a", Some("2")), person("b", Some("1"))];
    people.put(exchanged).await.expect("both at once");
    assert_eq!(people.by_extension("1").expect("somebody").id, id("b"));
}

async fn a_group_and_its_absences_are_renamed_together(base: Base) {
    let people = people(&base.store).await;
    people.put(vec![person("anna", None), person("berta", None)]).await.expect("stored");
    let group = |name: &str| Who::Group(name.to_owned());
    let meeting = absence(1, group("front desk"), When::Weekly([Day::Mon].into()));
    people.put_absence(meeting.clone()).await.expect("stored");
    let unknown = people.put_absence(absence(2, group("nobody's"), days(1, 1))).await;
    assert!(matches!(unknown, Err(PeopleError::Field { field, .. }) if field == "who"));
    assert_eq!(people.rename_group("front desk", "desk").await.expect("renamed").len(), 2);
    let renamed = Absence { who: group("desk"), ..meeting };
    assert_eq!(base.store.absence(renamed.id).await, Ok(Some(renamed)));
    let week = Week::of(date(2026, 12, 1));
    let busy = people.busy(&id("anna"), week, &[Day::Mon, Day::Tue], 4).await.expect("read");
    let taken: Vec<Vec<bool>> = busy.iter().map(|day| day.iter().map(Option::is_some).collect()).collect();
    assert_eq!(taken, [[true, false, false, true], [false; 4]]);
    people.delete_group("desk").await.expect("deleted");
    assert_eq!(base.store.absence(Uuid::from_u128(1)).await, Ok(None));
    assert_eq!(people.get(&id("anna")).expect("she stays").groups.len(), 0);
}

async fn absences_are_found_by_whose_and_when(base: Base) {
    let people = people(&base.store).await;
    people.put(vec![person("anna", None), person("berta", None)]).await.expect("stored");
    let weekly = absence(1, Who::Person(id("anna")), When::Weekly([Day::Fri].into()));
    let dated = absence(2, Who::Person(id("anna")), days(7, 13));
    let other = absence(3, Who::Person(id("berta")), days(1, 30));
    let all = absence(4, Who::Everybody, days(25, 25));
    for one in [&weekly, &dated, &other, &all] {
        people.put_absence(one.clone()).await.expect("stored");
    }
    let list = async |query: AbsenceQuery| -> Vec<u128> {
        let found = base.store.all_absences(&query).await.expect("read");
        found.iter().map(|absence| absence.id.as_u128()).collect()
    };
    let hers = AbsenceQuery { who: Some(Who::Person(id("anna"))), ..AbsenceQuery::default() };
    assert_eq!(list(hers.clone()).await, [1, 2]);
    let within = |from, to| Some((date(2026, 12, from), date(2026, 12, to)));
    assert_eq!(list(AbsenceQuery { days: within(13, 14), ..hers.clone() }).await, [1, 2]);
    assert_eq!(list(AbsenceQuery { days: within(14, 20), ..hers }).await, [1]);
    assert_eq!(list(AbsenceQuery { days: within(25, 31), ..AbsenceQuery::default() }).await, [1, 3, 4]);
    let page = base.store.absences(&AbsenceQuery::default(), &first(3)).await.expect("read");
    let rest = PageRequest { cursor: page.next.clone(), limit: 3 };
    let rest = base.store.absences(&AbsenceQuery::default(), &rest).await.expect("read");
    assert_eq!((page.items.len(), rest.items, rest.next), (3, vec![all], None));
}

async fn a_scope_is_replaced_and_nothing_else(base: Base) {
    let store = &base.store;
    let absence = |number, name: &str| absence(number, Who::Person(id(name)), days(1, 2));
    let change = async |scope: AbsenceScope, wanted: Vec<Absence>| {
        let changed = store.change_absences(&scope, at(1), |_| Ok::<_, ()>(wanted)).await;
        let changed = changed.expect("stored").expect("not refused");
        (changed.put.len(), changed.deleted.len())
    };
    let hers = || AbsenceScope::OwnOf(id("anna"));
    assert_eq!(change(hers(), vec![absence(1, "anna"), absence(2, "anna")]).await, (2, 0));
    assert_eq!(change(AbsenceScope::OwnOf(id("berta")), vec![absence(3, "berta")]).await, (1, 0));
    assert_eq!(change(hers(), vec![absence(1, "anna"), absence(2, "anna")]).await, (0, 0), "as it was");
    assert_eq!(change(hers(), vec![absence(2, "anna"), absence(4, "anna")]).await, (1, 1));
    let refused = store.change_absences(&hers(), at(1), |known| Err::<Vec<Absence>, _>(known.len())).await;
    assert_eq!(refused, Ok(Err(2)));
    let ids: Vec<u128> = store
        .all_absences(&AbsenceQuery::default())
        .await
        .expect("read")
        .iter()
        .map(|absence| absence.id.as_u128())
        .collect();
    assert_eq!(ids, [2, 3, 4]);
}

async fn a_feed_owns_what_it_said(base: Base) {
    let people = people(&base.store).await;
    people.put(vec![person("anna", None)]).await.expect("stored");
    let of = |number: u128, feed: &str| Absence {
        feed: Some(feed.to_owned()),
        ..absence(number, Who::Person(id("anna")), days(1, 2))
    };
    // More than one statement takes.
    let many: Vec<Absence> = (1..=700).map(|number| of(number, "leave")).collect();
    assert_eq!(people.replace_feed("leave", many.clone()).await, Ok(700));
    assert_eq!(people.replace_feed("leave", many).await, Ok(0));
    assert_eq!(people.replace_feed("other", vec![of(1000, "other")]).await, Ok(1));
    people.put_absence(absence(2000, Who::Everybody, days(3, 3))).await.expect("stored");
    let owned = people.put_absence(absence(1, Who::Everybody, days(1, 1))).await;
    assert_eq!(owned, Err(PeopleError::FromFeed("leave".to_owned())));
    assert_eq!(
        people.delete_absence(Uuid::from_u128(1)).await,
        Err(PeopleError::FromFeed("leave".to_owned()))
    );
    assert_eq!(people.replace_feed("leave", vec![of(700, "leave")]).await, Ok(699));
    let left = base.store.all_absences(&AbsenceQuery::default()).await.expect("read");
    assert_eq!(left.iter().map(|absence| absence.id.as_u128()).collect::<Vec<_>>(), [700, 1000, 2000]);
}

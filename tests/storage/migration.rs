//! A database of the version before: its data stays, and what is new works.

use stasisd::storage::Store;

use crate::base::{Base, accept, at, call, call_order, live, notice, on_both, order};

on_both!(from_before_outbound_calls);

async fn from_before_outbound_calls(base: Base) {
    base.store.save_calls(&[live(1, 1)]).await.expect("saved");
    base.store.save_events(&[notice(1, Some(1))]).await.expect("saved");
    base.store.put_order(&order("A-1", 1, "packed")).await.expect("put");
    // What was there before the second migration.
    base.execute(
        "DROP TABLE routing_rules; DROP TABLE routing_lists; DROP TABLE routing_revision; DROP TABLE inbound_links;
         ALTER TABLE calls DROP COLUMN route; DROP TABLE deliveries; DROP TABLE attempts; DROP TABLE call_orders;
         DROP TABLE note_categories; DROP TABLE notes; DROP TABLE categories; DROP TABLE contact_words;
         DROP TABLE contact_numbers; DROP TABLE contacts; DROP TABLE pairings;
         DROP TABLE persons; DROP TABLE absences; DROP TABLE people_revision;
         DROP TABLE timetables; DROP TABLE timetable_edits; DROP TABLE timetable_credits; DROP TABLE plannings;
         DROP TABLE timetable_calendars;
         DROP TABLE messages; DROP TABLE message_marks;
         DROP TABLE queue_programmed; DROP TABLE queue_overrides; DROP TABLE queue_calls; DROP TABLE queue_member_events;
         DELETE FROM _sqlx_migrations WHERE version >= 2",
    )
    .await;
    let store = Store::open(&base.config).await.expect("opens");
    assert_eq!(store.live_calls().await, Ok(vec![call(1, 1)]));
    assert_eq!(store.events_after(0, 9).await.map(|events| events.len()), Ok(1));
    assert_eq!(store.order(&"A-1".into()).await, Ok(Some(order("A-1", 1, "packed"))));
    accept(&store, [call_order(1)]).await;
    let claimed = store.claim_due("carrier", call_order(1).lane, at(1), 9, "us").await;
    assert_eq!(claimed.map(|claimed| claimed.len()), Ok(1));
}

//! When people are called, on ordinary days and where the clock is changed; and whether they are called again.

use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use proptest::prelude::*;

use super::*;
use crate::{
    config::{Config, Holiday, Hours},
    model::{
        Amd, CallOrder, CallOrderId, Lane, OrderEnd, OrderState, PhoneNumber, Reach, RetryAfter, RetryRule,
    },
};

const LANE: Lane = Lane::Campaign;

fn hours(texts: &[&str]) -> Vec<Hours> {
    texts.iter().map(|text| Hours::parse(text).unwrap()).collect()
}

/// The same hours each day, quiet hours, holidays.
fn windows(daily: &[&str], quiet: &[&str], holidays: &[&str]) -> Windows {
    let mut config = Config::defaults().unwrap();
    let windows = &mut config.outbound.windows;
    for day in [
        &mut windows.monday,
        &mut windows.tuesday,
        &mut windows.wednesday,
        &mut windows.thursday,
        &mut windows.friday,
        &mut windows.saturday,
        &mut windows.sunday,
    ] {
        *day = hours(daily);
    }
    windows.quiet = hours(quiet);
    windows.holidays = holidays.iter().map(|text| Holiday::parse(text).unwrap()).collect();
    Windows::new(&config).unwrap()
}

fn zone(name: &str) -> TimeZone {
    TimeZone::get(name).unwrap()
}

fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// The first allowed time, as it is told in the zone.
fn first(windows: &Windows, name: &str, at: &str) -> Option<String> {
    let allowed = windows.first_allowed(time(at), &Zones::one(zone(name)), LANE)?;
    Some(allowed.to_zoned(zone(name)).strftime("%m-%d %H:%M %:z").to_string())
}

#[test]
fn people_are_called_in_their_windows() {
    let windows = windows(&["09:00-13:00", "15:00-21:00"], &["20:00-08:00"], &["12-25", "2026-12-26"]);
    for (at, wanted) in [
        ("2026-12-01T10:00:00Z", "12-01 11:00 +01:00"),
        ("2026-12-01T12:00:00Z", "12-01 15:00 +01:00"),
        ("2026-12-01T19:00:00Z", "12-02 09:00 +01:00"),
        ("2026-12-24T19:00:00Z", "12-27 09:00 +01:00"),
        ("2027-12-24T19:00:00Z", "12-26 09:00 +01:00"),
    ] {
        assert_eq!(first(&windows, "Europe/Madrid", at), Some(wanted.to_owned()), "{at}");
    }
    assert_eq!(
        windows.first_allowed(time("2026-12-25T00:00:00Z"), &Zones::one(zone("UTC")), Lane::Alert),
        Some(time("2026-12-25T00:00:00Z"))
    );
}

#[test]
fn weekdays_are_the_callees() {
    let mut config = Config::defaults().unwrap();
    (config.outbound.windows.saturday, config.outbound.windows.sunday) = (Vec::new(), Vec::new());
    config.outbound.windows.friday = hours(&["18:00-02:00"]);
    config.outbound.windows.quiet.clear();
    let windows = Windows::new(&config).unwrap();
    // 2026-12-05 is a Saturday; Friday's evening reaches into it.
    assert_eq!(first(&windows, "Asia/Tokyo", "2026-12-04T16:30:00Z"), Some("12-05 01:30 +09:00".to_owned()));
    assert_eq!(first(&windows, "Asia/Tokyo", "2026-12-04T17:00:00Z"), Some("12-07 00:00 +09:00".to_owned()));
    assert_eq!(
        first(&windows, "America/New_York", "2026-12-04T17:00:00Z"),
        Some("12-04 18:00 -05:00".to_owned())
    );
}

#[test]
fn an_hour_that_is_skipped_or_doubled_is_neither_lost_nor_called_in_wrongly() {
    let early = windows(&["02:30-05:00"], &[], &[]);
    // Forward at 02:00: the window begins when the clock comes to stand in it.
    assert_eq!(first(&early, "Europe/Madrid", "2027-03-28T00:00:00Z"), Some("03-28 03:00 +02:00".to_owned()));
    let gone = windows(&["02:00-03:00"], &[], &[]);
    assert_eq!(first(&gone, "Europe/Madrid", "2027-03-28T00:00:00Z"), Some("03-29 02:00 +02:00".to_owned()));
    // Back at 03:00: it is there twice.
    let at = |text| first(&windows(&["02:30-02:45"], &[], &[]), "Europe/Madrid", text);
    assert_eq!(at("2026-10-25T00:00:00Z"), Some("10-25 02:30 +02:00".to_owned()));
    assert_eq!(at("2026-10-25T00:50:00Z"), Some("10-25 02:30 +01:00".to_owned()));
    assert_eq!(at("2026-10-25T01:50:00Z"), Some("10-26 02:30 +01:00".to_owned()));
}

#[test]
fn in_a_country_with_several_zones_it_must_be_day_in_all() {
    let windows = windows(&["09:00-20:00"], &[], &[]);
    let america = zone_of(&PhoneNumber::parse("+12125550123", None).unwrap(), &[].into(), &TimeZone::UTC);
    // 09:00 in Honolulu is 14:00 in New York.
    assert_eq!(
        windows.first_allowed(time("2026-12-01T12:00:00Z"), &america, LANE),
        Some(time("2026-12-01T19:00:00Z"))
    );
    let russia = zone_of(&PhoneNumber::parse("+79161234567", None).unwrap(), &[].into(), &TimeZone::UTC);
    let narrow = self::windows(&["09:00-18:00"], &[], &[]);
    assert_eq!(narrow.first_allowed(time("2026-12-01T12:00:00Z"), &russia, LANE), None);
    assert_eq!(
        self::windows(&[], &[], &[]).first_allowed(time("2026-12-01T12:00:00Z"), &america, LANE),
        None
    );
}

/// Minute by minute, as one would look for it by hand.
fn by_hand(windows: &Windows, zones: &Zones, at: Timestamp) -> Option<Timestamp> {
    let allowed = |at: &Timestamp| zones.iter().all(|zone| windows.is_allowed(zone.to_datetime(*at)));
    (0..3 * 24 * 60).map(|minute| at + SignedDuration::from_mins(minute)).find(allowed)
}

fn some_hours() -> impl Strategy<Value = String> {
    (0..48_u16, 0..48_u16).prop_filter("not empty", |(from, to)| from != to && *to > 0).prop_map(
        |(from, to)| {
            let clock = |half: u16| format!("{:02}:{:02}", half / 2, half % 2 * 30);
            format!("{}-{}", clock(from), clock(to))
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    /// In zones that change their clocks in March, April, September, October and November, by an hour and by half
    /// of one, at two and at midnight: what is found is what one finds by hand.
    #[test]
    fn the_first_allowed_time_is_what_one_finds_by_hand(
        daily in prop::collection::vec(some_hours(), 0..3),
        quiet in prop::collection::vec(some_hours(), 0..2),
        change in prop::sample::select(vec![
            ("Europe/Madrid", "2026-10-25T01:00:00Z"),
            ("Europe/Madrid", "2027-03-28T01:00:00Z"),
            ("America/New_York", "2026-11-01T06:00:00Z"),
            ("America/New_York", "2027-03-14T07:00:00Z"),
            ("Australia/Lord_Howe", "2027-04-03T15:00:00Z"),
            ("Australia/Lord_Howe", "2026-10-03T15:30:00Z"),
            ("America/Santiago", "2026-09-06T04:00:00Z"),
            ("America/Santiago", "2027-04-04T03:00:00Z"),
            ("Asia/Kathmandu", "2026-12-25T00:00:00Z"),
        ]),
        second in prop::option::of(prop::sample::select(vec!["Atlantic/Canary", "America/Halifax", "UTC"])),
        minutes in -36 * 60..6 * 60_i64,
        has_holiday in any::<bool>(),
    ) {
        let [daily, quiet] = [&daily, &quiet].map(|list| list.iter().map(String::as_str).collect::<Vec<_>>());
        let holiday: Vec<&str> = if has_holiday { vec!["2026-10-25", "2027-03-29", "12-25"] } else { vec![] };
        let windows = windows(&daily, &quiet, &holiday);
        let at = time(change.1) + SignedDuration::from_mins(minutes);
        let zones = Zones::of(std::iter::once(change.0).chain(second).map(zone));
        let found = windows.first_allowed(at, &zones, LANE);
        let expected = by_hand(&windows, &zones, at);
        match expected {
            Some(_) => prop_assert_eq!(found, expected),
            None => prop_assert!(found.is_none_or(|found| found > at + SignedDuration::from_hours(71))),
        }
    }
}

fn order(lane: Lane) -> CallOrder {
    let at = time("2026-12-01T10:00:00Z");
    CallOrder {
        id: CallOrderId(uuid::Uuid::from_u128(1)),
        number: PhoneNumber::parse("+4930901820", None).unwrap(),
        gateway: "north".to_owned(),
        caller_id: None,
        flow: "announce".to_owned(),
        facts: crate::model::Facts::new(),
        language: "en".to_owned(),
        lane,
        not_before: at,
        first_by: None,
        not_after: None,
        time_zone: None,
        ring_timeout_secs: 45,
        retry: RetryRule {
            ceiling: 5,
            after: [
                (Reach::Busy, RetryAfter { delay_secs: 60, max: 2 }),
                (Reach::Congestion, RetryAfter { delay_secs: 30, max: 5 }),
            ]
            .into(),
        },
        amd: Amd::Off,
        subject: None,
        idempotency_key: None,
        callback_url: None,
        state: OrderState::Active,
        attempts: 0,
        next_at: at,
        reach: None,
        end: None,
        detail: None,
        created_at: at,
        ended_at: None,
    }
}

#[test]
fn the_rule_says_whether_and_when_again() {
    use Reach::{BadNumber, Busy, Cancelled, Congestion, Heard, NoAnswer};
    let (order, windows) = (order(Lane::Callback), windows(&["00:00-24:00"], &[], &[]));
    let now = time("2026-12-01T12:00:00Z");
    let after = |reaches: &[Reach]| match next(&order, reaches, now, &windows) {
        Next::Again(at) => Ok(at.duration_since(now).as_secs()),
        Next::End(end, _) => Err(end),
    };
    assert_eq!(after(&[]), Ok(0));
    assert_eq!(after(&[Busy]), Ok(60));
    assert_eq!(after(&[Busy, Busy]), Err(OrderEnd::Exhausted));
    assert_eq!(after(&[Busy, Congestion, Congestion]), Ok(30));
    assert_eq!(
        after(&[Congestion, Congestion, Congestion, Busy]),
        Ok(60),
        "congestion takes nothing from busy"
    );
    assert_eq!(after(&[Busy, Congestion, Congestion, Congestion, Congestion]), Err(OrderEnd::Exhausted));
    assert_eq!(after(&[NoAnswer]), Err(OrderEnd::Exhausted), "not named");
    assert_eq!(after(&[BadNumber]), Err(OrderEnd::Failed));
    assert_eq!(after(&[Busy, Heard]), Err(OrderEnd::Done));
    assert_eq!(after(&[Cancelled]), Err(OrderEnd::Cancelled));
}

#[test]
fn the_next_attempt_waits_for_its_window_and_not_beyond_its_time() {
    let windows = windows(&["09:00-20:00"], &[], &[]);
    let late = time("2026-12-01T18:59:30Z");
    let mut order = order(Lane::Campaign);
    let morning = time("2026-12-02T08:00:00Z");
    assert_eq!(next(&order, &[Reach::Busy], late, &windows), Next::Again(morning), "20:00:30 in Berlin");
    order.time_zone = Some("America/New_York".to_owned());
    assert_eq!(next(&order, &[Reach::Busy], late, &windows), Next::Again(time("2026-12-01T19:00:30Z")));
    order.time_zone = None;
    order.not_after = Some(time("2026-12-02T07:59:00Z"));
    assert!(matches!(next(&order, &[Reach::Busy], late, &windows), Next::End(OrderEnd::Expired, _)));
    let alert = CallOrder { lane: Lane::Alert, ..order.clone() };
    assert_eq!(next(&alert, &[Reach::Busy], late, &windows), Next::Again(time("2026-12-01T19:00:30Z")));
    order.not_after = None;
    order.not_before = time("2026-12-05T12:00:00Z");
    assert_eq!(next(&order, &[], late, &windows), Next::Again(order.not_before));
    let never = self::windows(&[], &[], &[]);
    assert!(
        matches!(next(&order, &[], late, &never), Next::End(OrderEnd::Failed, why) if why.contains("Europe/Berlin"))
    );
}

#[test]
fn what_was_missed_is_called_late_or_dropped() {
    let windows = windows(&["00:00-24:00"], &[], &[]);
    let mut order = order(Lane::Callback);
    let after =
        |order: &CallOrder, secs| turn(order, order.next_at + SignedDuration::from_secs(secs), &windows);
    assert_eq!(after(&order, 86_400), Next::Again(order.next_at + SignedDuration::from_secs(86_400)));
    order.first_by = Some(order.next_at + SignedDuration::from_mins(10));
    assert_eq!(after(&order, 600), Next::Again(order.next_at + SignedDuration::from_secs(600)));
    assert_eq!(after(&order, -600), Next::Again(order.next_at));
    assert!(matches!(after(&order, 601), Next::End(OrderEnd::Expired, _)));
    order.attempts = 3;
    assert!(matches!(after(&order, 601), Next::End(OrderEnd::Expired, _)), "none of them went out");
    order.reach = Some(Reach::Busy);
    assert!(matches!(after(&order, 601), Next::Again(_)));
}

#[test]
fn what_never_went_out_is_tried_again_ever_more_seldom_within_the_orders_time() {
    let windows = windows(&["00:00-24:00"], &[], &[]);
    let mut order = order(Lane::Callback);
    let now = order.next_at;
    let delay = |order: &CallOrder, times| match unsent(order, times, now, &windows) {
        Next::Again(at) => Ok(at.duration_since(now).as_secs()),
        Next::End(end, _) => Err(end),
    };
    assert_eq!([1, 2, 3, 8, 9, 99].map(|times| delay(&order, times)), [2, 4, 8, 256, 300, 300].map(Ok));
    assert_eq!(delay(&order, 100), Err(OrderEnd::Exhausted));
    order.retry.after.clear();
    assert_eq!(delay(&order, 1), Ok(2), "the retry rule is for diallings");
    order.not_after = Some(now + SignedDuration::from_secs(5));
    assert_eq!([2, 3].map(|times| delay(&order, times)), [Ok(4), Err(OrderEnd::Expired)]);
    (order.not_after, order.first_by) = (None, order.not_after);
    assert_eq!([2, 3].map(|times| delay(&order, times)), [Ok(4), Err(OrderEnd::Expired)]);
    order.reach = Some(Reach::Busy);
    assert_eq!(delay(&order, 3), Ok(8), "the first dialling was in time");
}

#[test]
fn the_shipped_rules_end_every_order() {
    let config = Config::defaults().unwrap();
    let windows = Windows::new(&config).unwrap();
    for lane in Lane::ALL {
        let order = CallOrder { retry: config.outbound.retry[&lane].clone(), ..order(lane) };
        for reach in order.retry.after.keys() {
            let (mut reaches, mut at) = (vec![*reach], order.not_before);
            while let Next::Again(next) = next(&order, &reaches, at, &windows) {
                assert!(next > at);
                at = next;
                reaches.push(*reach);
            }
            assert!(reaches.len() <= order.retry.ceiling as usize, "{lane:?} {reach:?}");
        }
    }
}

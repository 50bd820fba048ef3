//! Calendars of absences, read.

use jiff::civil::date;

use super::*;

fn calendar(events: &str) -> Result<(Vec<Row>, Vec<String>), String> {
    let zone = TimeZone::get("Europe/Madrid").unwrap();
    let text = format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{}END:VCALENDAR\r\n", events.replace('\n', "\r\n"));
    read(&text, &zone, date(2026, 11, 21))
}

fn spans(events: &str) -> Vec<Span> {
    let (rows, bad) = calendar(events).unwrap();
    assert_eq!(bad, [] as [&str; 0]);
    rows.into_iter().map(|row| row.span).collect()
}

fn event(lines: &str) -> String {
    format!(
        "BEGIN:VEVENT\nUID:1@x\nATTENDEE;CN=\"Anna; P\":MAILTO:anna@example.com\nSUMMARY:Ski\\, trip\n{lines}END:VEVENT\n"
    )
}

#[test]
fn whole_days_end_before_their_end() {
    let (rows, _) = calendar(&event("DTSTART;VALUE=DATE:20261201\nDTEND;VALUE=DATE:20261204\n")).unwrap();
    assert_eq!(rows[0].span, Span::Days(date(2026, 12, 1), date(2026, 12, 3)));
    assert_eq!(
        (rows[0].who.as_slice(), rows[0].reason.as_str()),
        (&["anna@example.com".to_owned()][..], "Ski, trip")
    );
    let one = spans(&event("DTSTART;VALUE=DATE:20261201\n"));
    assert_eq!(one, [Span::Days(date(2026, 12, 1), date(2026, 12, 1))]);
}

#[test]
fn times_are_in_our_zone() {
    let day = date(2026, 12, 1);
    let nine_to_ten = [Span::Times(day.at(9, 0, 0, 0), day.at(10, 0, 0, 0))];
    assert_eq!(spans(&event("DTSTART:20261201T080000Z\nDTEND:20261201T090000Z\n")), nine_to_ten);
    assert_eq!(spans(&event("DTSTART;TZID=Europe/Lisbon:20261201T080000\nDURATION:PT1H\n")), nine_to_ten);
    assert_eq!(spans(&event("DTSTART;TZID=Our Time:20261201T090000\nDTEND:20261201T100000\n")), nine_to_ten);
    let folded = event("DTSTART:20261201\n T080000Z\nDTEND:20261201T090000Z\n");
    assert_eq!(spans(&folded), nine_to_ten);
}

#[test]
fn repetitions_keep_their_hour_over_a_change_of_clocks() {
    let text = event(
        "DTSTART;TZID=Europe/Madrid:20270308T090000\nDTEND;TZID=Europe/Madrid:20270308T100000\n\
         RRULE:FREQ=WEEKLY;BYDAY=MO;UNTIL=20270405T070000Z\nEXDATE;TZID=Europe/Madrid:20270322T090000\n",
    );
    let starts: Vec<String> = spans(&text)
        .into_iter()
        .map(|span| match span {
            Span::Times(from, to) => format!("{from} {to}"),
            Span::Days(..) => panic!("{span:?}"),
        })
        .collect();
    let told = |day: &str| format!("{day}T09:00:00 {day}T10:00:00");
    assert_eq!(starts, ["2027-03-08", "2027-03-15", "2027-03-29", "2027-04-05"].map(told));
    let for_ever = spans(&event("DTSTART;VALUE=DATE:20200101\nRRULE:FREQ=DAILY\n"));
    assert!((400..=440).contains(&for_ever.len()), "{}", for_ever.len());
}

#[test]
fn one_that_was_moved_is_there_once() {
    let text = event("DTSTART;VALUE=DATE:20261207\nRRULE:FREQ=WEEKLY;COUNT=2\n")
        + &event("RECURRENCE-ID;VALUE=DATE:20261214\nDTSTART;VALUE=DATE:20261215\n")
        + &event("STATUS:CANCELLED\nDTSTART;VALUE=DATE:20261216\n");
    let day = |day| Span::Days(date(2026, 12, day), date(2026, 12, day));
    assert_eq!(spans(&text), [day(7), day(15)]);
}

#[test]
fn what_is_broken_is_named() {
    let (rows, bad) =
        calendar(&(event("DTSTART:tomorrow\n") + &event("DTSTART;VALUE=DATE:20261201\n"))).unwrap();
    assert_eq!((rows.len(), bad.len()), (1, 1));
    assert!(bad[0].starts_with("Ski, trip: "), "{bad:?}");
    assert_eq!(calendar(&event("")).unwrap().1.len(), 1);
    let (_, bad) = calendar(&event("DTSTART:20261201T080000Z\nRRULE:FREQ=SOMETIMES\n")).unwrap();
    assert!(bad[0].contains("repetition"), "{bad:?}");
    let zone = TimeZone::UTC;
    for text in ["", "<html></html>", "BEGIN:VCALENDAR", &"BEGIN:A\n".repeat(100_000), "BEGIN:"] {
        assert!(read(text, &zone, date(2026, 11, 21)).is_err(), "{:?}", &text[..text.len().min(20)]);
    }
}

#[test]
fn repetitions_of_all_events_together_are_bounded() {
    let daily = event("DTSTART;VALUE=DATE:20260101\nRRULE:FREQ=DAILY\n");
    assert!(calendar(&daily).is_ok());
    let why = calendar(&daily.repeat(200)).unwrap_err();
    assert!(why.contains("repeated more than"), "{why}");
}

#[test]
fn repetitions_that_nobody_can_follow_hold_nobody_up() {
    let each_second = event("DTSTART:19710101T000000Z\nRRULE:FREQ=SECONDLY\n");
    let (rows, bad) = calendar(&(each_second.clone() + &event("DTSTART;VALUE=DATE:20261201\n"))).unwrap();
    assert_eq!(rows.len(), 1, "the others are read");
    assert!(bad[0].contains("too often"), "{bad:?}");
    let never = event("DTSTART;VALUE=DATE:20260101\nRRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30\n");
    assert_eq!(calendar(&never).unwrap(), (Vec::new(), Vec::new()));
    let long_ago = event("DTSTART;VALUE=DATE:19500103\nRRULE:FREQ=DAILY\n");
    assert!(calendar(&long_ago).unwrap().0.len() > 400);
    let mut left = MOST_STEPS_OF_ALL;
    assert_eq!(within([3, 4, 7, 9], (4, 8), &mut left), Ok(vec![4, 7]));
    assert!(within(0.., (u32::MAX, u32::MAX), &mut left).is_err());
    assert_eq!(left, MOST_STEPS_OF_ALL - 4 - MOST_STEPS);
    assert_eq!(within(0.., (0, u32::MAX), &mut left).map(|found| found.len()), Ok(MOST_TIMES));
    let mut left = 5;
    assert_eq!((within([] as [u32; 0], (4, 8), &mut left), left), (Ok(Vec::new()), 0), "it was given up");
}

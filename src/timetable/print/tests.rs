//! Weeks on paper and in calendars: names in all letters, nights in which the clock leaps.

use std::collections::BTreeMap;

use jiff::{civil::time, tz::TimeZone};

use super::*;
use crate::model::{Day, Penalty, Slot, Timetable, Week, WeekPlan};

fn id(text: &str) -> PersonId {
    PersonId::parse(text).unwrap()
}

fn person(of: &str, name: &str, color: &str) -> (PersonId, Person) {
    let color = Some(color.to_owned()).filter(|color| !color.is_empty());
    let extension = Some("201".to_owned());
    (id(of), Person { name: name.to_owned(), color, extension, ..Person::new(id(of)) })
}

/// Accents, right to left, a picture, and what a page could take for itself.
fn persons() -> BTreeMap<PersonId, Person> {
    BTreeMap::from([
        person("anna", "Àngels O’Neill, <b>Núñez</b>", "#112233"),
        person("sara", "שרה כהן", "#ffee00"),
        person("leo", "Leo 🎧", ""),
    ])
}

/// Sunday night in which the clock leaps, and the Monday before it.
fn kept(week: &str, hours: [jiff::civil::Time; 3]) -> KeptWeek {
    let week = Week::parse(week).unwrap();
    let mut table = Timetable::empty("phones", week, &[Day::Mon, Day::Sun], &hours, 2);
    for (day, shift, line, who) in [
        (Day::Mon, 0, 0, "anna"),
        (Day::Mon, 1, 1, "sara"),
        (Day::Sun, 0, 0, "leo"),
        (Day::Sun, 1, 0, "anna"),
    ] {
        *table.cell_mut(Slot { day, shift }, line).unwrap() = Cell::Person(id(who));
    }
    let penalties = vec![Penalty { points: 20.0, text: "Empty <line>".to_owned() }];
    KeptWeek {
        plan: WeekPlan { penalties, cost: Some(20.0), ..WeekPlan::of(table) },
        state: WeekState::Published,
        version: 3,
        updated_at: "2026-03-01T12:00:00Z".parse().unwrap(),
        updated_by: "boss".to_owned(),
    }
}

fn night() -> [jiff::civil::Time; 3] {
    [time(1, 0, 0, 0), time(2, 0, 0, 0), time(4, 0, 0, 0)]
}

fn of(person: &str, week: &str) -> String {
    let weeks = [kept(week, night())];
    let (person, persons) = (id(person), persons());
    let zone = TimeZone::get("Europe/Madrid").unwrap();
    let shown = persons[&person].name.as_str();
    calendar(&Turns { name: "phones", zone: &zone, person: &person, shown, weeks: &weeks })
}

/// The lines as they were before they were folded.
fn unfolded(text: &str) -> Vec<String> {
    text.replace("\r\n ", "").split("\r\n").map(str::to_owned).collect()
}

fn all(text: &str, key: &str) -> Vec<String> {
    unfolded(text).iter().filter_map(|line| line.strip_prefix(key)).map(str::to_owned).collect()
}

#[test]
fn shifts_end_when_the_clock_says_so_also_when_it_leaps() {
    // 2026-03-29 leaps from 2 to 3; 2026-10-25 has the hour from 2 to 3 twice.
    let spring = of("anna", "2026-03-23");
    assert_eq!(all(&spring, "DTSTART:"), ["20260323T000000Z", "20260329T010000Z"]);
    assert_eq!(all(&spring, "DTEND:"), ["20260323T010000Z", "20260329T020000Z"]);
    let autumn = of("anna", "2026-10-19");
    assert_eq!(all(&autumn, "DTSTART:"), ["20261018T230000Z", "20261025T000000Z"]);
    assert_eq!(all(&autumn, "DTEND:"), ["20261019T000000Z", "20261025T030000Z"]);
    assert_eq!(all(&of("sara", "2026-03-23"), "DTSTART:").len(), 1);
}

#[test]
fn a_calendar_holds_what_programs_want() {
    let text = of("anna", "2026-03-23");
    assert_eq!(all(&text, "TRIGGER:"), ["-PT15M", "-PT15M"]);
    assert_eq!(
        all(&text, "UID:"),
        ["2026-03-23-mon-0-anna@phones.stasisd", "2026-03-23-sun-1-anna@phones.stasisd"]
    );
    assert_eq!(all(&text, "SEQUENCE:"), ["3", "3"]);
    assert_eq!(all(&text, "X-WR-CALNAME:"), ["phones: Àngels O’Neill\\, <b>Núñez</b>"]);
    for person in ["anna", "sara", "leo"] {
        let text = of(person, "2026-03-23");
        assert!(text.ends_with("END:VCALENDAR\r\n"));
        assert!(text.split("\r\n").all(|line| line.len() <= 75 && !line.contains('\n')), "{text}");
        assert!(
            unfolded(&text)
                .iter()
                .any(|line| line.ends_with(&persons()[&id(person)].name.replace(',', "\\,")))
        );
    }
}

#[test]
fn long_lines_are_folded_between_letters() {
    let name = "ñ🎧".repeat(60);
    let zone = TimeZone::UTC;
    let text =
        calendar(&Turns { name: "phones", zone: &zone, person: &id("anna"), shown: &name, weeks: &[] });
    assert!(text.split("\r\n").all(|line| line.len() <= 75), "{text}");
    assert_eq!(all(&text, "NAME:"), [format!("phones: {name}")]);
}

#[test]
fn a_page_shows_all_letters_and_takes_none_for_itself() {
    let (kept, persons) = (kept("2026-03-23", night()), persons());
    let sheet = Sheet::Week(kept.plan.table.week);
    let page = html(&Printed { name: "phones", sheet, kept: &kept, persons: &persons });
    for shown in ["Núñez", "שרה כהן", "Leo 🎧", "01:00–02:00", "mon 2026-03-23", "#ffee00", "#112233"]
    {
        assert!(page.contains(shown), "{shown}: {page}");
    }
    assert!(
        page.contains("&lt;b&gt;") && !page.contains("<b>Núñez") && !page.contains("Empty <line>"),
        "{page}"
    );
    assert!(!page.contains("http"), "it names nothing outside itself: {page}");
}

#[test]
fn a_pdf_shows_letters_that_it_has_and_else_the_id() {
    let (kept, persons) = (kept("2026-03-23", night()), persons());
    let sheet = Sheet::Week(kept.plan.table.week);
    let file = pdf(&Printed { name: "phones", sheet, kept: &kept, persons: &persons });
    assert!(file.starts_with(b"%PDF-1.") && file.trim_ascii_end().ends_with(b"%%EOF"));
    let has = |text: &[u8]| file.windows(text.len()).any(|window| window == text);
    assert!(has(b"(sara)") && has(b"(Leo)"), "the id, and the name without its picture");
    let hex = String::from_utf8_lossy(&file).to_lowercase().contains("4efaf1657a");
    assert!(hex || has(b"N\xfa\xf1ez"), "Núñez in the encoding of the fonts");
}

#[test]
fn a_table_for_spreadsheets_has_a_row_for_each_cell() {
    let (kept, persons) = (kept("2026-03-23", night()), persons());
    let sheet = Sheet::Week(kept.plan.table.week);
    let text = csv(&Printed { name: "phones", sheet, kept: &kept, persons: &persons });
    assert!(text.contains("anna") && text.contains("שרה כהן"), "{text}");
    assert_eq!(text.trim_end().lines().count(), 1 + 2 * 2 * 2, "{text}");
}

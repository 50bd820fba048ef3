//! Busy lines, read and written.

use jiff::civil::date;
use proptest::prelude::*;

use super::*;

fn one(line: &str) -> Absence {
    let (mut good, bad) = read(line, Words::OURS);
    assert_eq!((good.len(), &bad), (1, &Vec::new()), "{line:?}");
    good.remove(0).1
}

fn fault(line: &str) -> String {
    let (good, bad) = read(line, Words::OURS);
    assert_eq!((good.len(), bad.len()), (0, 1), "{line:?}: {good:?}");
    bad[0].to_string()
}

#[test]
fn each_part_may_be_left_out() {
    let whole = one("+anna mon 0110 # Reunió d'equip");
    assert_eq!(whole.who, Who::Person(PersonId::parse("anna").unwrap()));
    assert_eq!((whole.optional, whole.shifts.clone()), (false, [1, 2].into()));
    assert_eq!((whole.when, whole.reason.as_str()), (When::Weekly([Day::Mon].into()), "Reunió d'equip"));
    let day = one("anna 2026-11-23 # פגישה # 🎧");
    assert!(day.optional && day.shifts.is_empty());
    assert_eq!(day.when, When::Dates { from: date(2026, 11, 23), to: date(2026, 11, 23) });
    assert_eq!(day.reason, "פגישה # 🎧");
    assert_eq!(one("anna # always").when, When::Weekly(BTreeSet::new()));
    assert_eq!(one("+anna 0000000001 # ten shifts").shifts, [9].into());
    assert_eq!(one("+@front%20desk tue,mon # x").who, Who::Group("front desk".into()));
    let holiday = one("+* 2026-12-25..2026-12-26 holiday # Christmas");
    assert_eq!((holiday.who, holiday.kind), (Who::Everybody, AbsenceKind::Holiday));
}

#[test]
fn garbage_is_named_by_its_line_and_the_rest_is_read() {
    let text = "\u{feff}# a comment\n\n+anna mon 1000 # one\nANNA mon # two\n+anna someday # three\nanna tue\n\
                +anna mon 1000 # one\n\u{0}\u{7f}\u{202e}\nberta 2026-02-30 # no such day\n+berta wed # good\r\n";
    let (good, bad) = read(text, Words::OURS);
    assert_eq!(good.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [3, 10]);
    assert_eq!(bad.iter().map(|fault| fault.line).collect::<Vec<_>>(), [4, 5, 6, 8, 9]);
    assert!(bad[1].why.contains("someday") && bad[2].why.contains("no reason"), "{bad:?}");
}

#[test]
fn what_cannot_be_is_told() {
    for (line, words) in [
        ("anna 0000 # x", "no shift"),
        ("anna mon tue # x", "second time"),
        ("anna 2026-11-24..2026-11-23 # x", "first day"),
        ("@ # x", "group"),
        ("ningu # x", "no person's id"),
        ("anna mon #  ", "no reason"),
    ] {
        assert!(fault(line).contains(words), "{line}: {}", fault(line));
    }
    assert!(fault(&format!("anna # {}", "x".repeat(5000))).contains("longer"));
}

#[test]
fn eight_shifts_are_no_date() {
    let (good, bad) = read("+anna 00001001 # Course\nanna mon 11110101 # Tired\n", Words::OURS);
    assert!(bad.is_empty(), "{bad:?}");
    let shifts: Vec<Vec<u32>> =
        good.iter().map(|(_, absence)| absence.shifts.iter().copied().collect()).collect();
    assert_eq!(shifts, [vec![4, 7], vec![0, 1, 2, 3, 5, 7]]);
}

fn some_absence() -> impl Strategy<Value = Absence> {
    let who = prop_oneof![
        "[a-z][a-z0-9._-]{2,9}".prop_filter_map("reserved", |id| PersonId::parse(&id).ok().map(Who::Person)),
        "\\PC{1,20}"
            .prop_map(|name| clean(&name, 200))
            .prop_filter("empty", |n| !n.is_empty())
            .prop_map(Who::Group),
        Just(Who::Everybody),
    ];
    let when = prop_oneof![
        proptest::collection::btree_set(proptest::sample::select(&Day::ALL[..]), 0..7).prop_map(When::Weekly),
        (1970i16..2100, 1i8..13, 1i8..29, 0i64..3000).prop_map(|(year, month, day, days)| {
            let from = date(year, month, day);
            When::Dates { from, to: from.saturating_add(jiff::ToSpan::days(days)) }
        }),
    ];
    let shifts = proptest::collection::btree_set(0u32..96, 0..8);
    let reason =
        "\\PC{1,60}".prop_map(|text| clean(&text, 200)).prop_filter("empty", |text| !text.is_empty());
    let kind = proptest::sample::select(&[AbsenceKind::Busy, AbsenceKind::Vacation, AbsenceKind::Leave][..]);
    (who, when, shifts, any::<bool>(), kind, reason).prop_map(
        |(who, when, shifts, optional, kind, reason)| {
            with_id(Absence { id: Uuid::nil(), who, when, shifts, optional, kind, reason, feed: None })
        },
    )
}

proptest! {
    #[test]
    fn any_text_is_read_without_harm(text in "[ -~\\n#+é🎧\u{0}-\u{1f}]{0,300}") {
        let (good, bad) = read(&text, Words::OURS);
        prop_assert!(good.len() + bad.len() <= text.lines().count());
    }

    #[test]
    fn what_is_written_is_read_back(absence in some_absence(), shifts in 1usize..12) {
        let line = write(&absence, shifts, Words::OURS);
        let garbage = format!("{line}\n?? nonsense\n");
        let (good, bad) = read(&garbage, Words::OURS);
        prop_assert_eq!(good, vec![(1, absence)], "{}", line);
        prop_assert_eq!(bad.len(), 1);
    }
}

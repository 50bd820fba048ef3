//! Timetables of files: what is good is read, and written again it is the same.

use super::*;

const FILE: &str = "week: 2026-11-23\ndays: [dl, dm]\nhours: ['09:00', '10:15', '11:30']\nturns: [L1, L2]\n\
    timetable:\n  dl:\n  - [anna, ningu]\n  - ['?', null]\n  dm:\n  - [festiu, festiu]\n  - [Zoe X, berta]\n\
    overload: {anna: 1, berta: -0.5, ningu: 3}\npenalties: [[20, 'Empty dl 9:00'], [5.5, x]]\ncost: 25.5\n\
    log:\n- '2026-11-20 10:00:00.123456: anna ha canviat dl 09:00-10:15 L1 de aram a anna'\ncolors: {anna: aabbcc}\n";

fn week() -> Option<Week> {
    Week::parse("2026-11-23").ok()
}

#[test]
fn a_table_is_read_with_what_is_wrong_in_it() {
    let (graella, faults) = read(FILE, "phones", week()).unwrap();
    let table = &graella.table;
    assert_eq!((table.shifts(), table.lines, table.days.len()), (2, 2, 2));
    let text = serde_json::to_string(&table.cells).unwrap();
    assert_eq!(text, r#"[[["anna","nobody"],["open","open"]],[["holiday","holiday"],["open","berta"]]]"#);
    assert_eq!(faults.len(), 1, "{faults:?}");
    assert!(faults[0].starts_with("dm shift 2 L1: \"Zoe X\""), "{faults:?}");
    assert_eq!((graella.cost, graella.penalties.len(), graella.overload.len()), (Some(25.5), 2, 2));
    let (at, who, what) = log_line(&graella.log[0]);
    assert_eq!(at.unwrap().to_string(), "2026-11-20T10:00:00.123456Z");
    assert_eq!((who.as_str(), what.as_str()), ("anna", "ha canviat dl 09:00-10:15 L1 de aram a anna"));
    assert_eq!(write_log_line(at.unwrap(), &who, &what), graella.log[0]);
    assert_eq!(log_line("nobody knows").2, "nobody knows");
}

#[test]
fn days_counted_from_one_are_read() {
    let old = "week: '2026-11-23'\ndays: [dl]\nhours: ['9:00', '10:15', '11:30']\n\
        timetable:\n  dl:\n    1: [anna, ningu]\n    2: {1: berta, 2: carla}\n";
    let (graella, faults) = read(old, "phones", None).unwrap();
    let cells = serde_json::to_string(&graella.table.cells).unwrap();
    assert_eq!((cells.as_str(), faults.len()), (r#"[[["anna","nobody"],["berta","carla"]]]"#, 0));
}

#[test]
fn written_and_read_it_is_the_same() {
    let (graella, _) = read(FILE, "phones", week()).unwrap();
    let people = [Person {
        color: Some("#00ff00".into()),
        extension: Some("0201".into()),
        ..Person::new(PersonId::parse("anna").unwrap())
    }];
    let text = GraellaFile::of(&graella, people.iter(), true).write();
    let (again, faults) = read(&text, "phones", week()).unwrap();
    assert_eq!((&again, faults), (&graella, Vec::new()), "{text}");
    assert_eq!(GraellaFile::of(&again, people.iter(), true).write(), text);
    let forced = GraellaFile::of(&graella, people.iter(), false).write();
    assert_eq!(read_forced(&forced, "phones", week().unwrap()).unwrap().0, graella, "{forced}");
}

#[test]
fn what_is_no_table_is_told() {
    for (text, words) in [
        ("week: 2026-11-24\nhours: ['09:00', '10:00']\n", "not a Monday"),
        ("hours: ['09:00', '10:00']\n", "no week"),
        ("week: 2026-11-23\nhours: ['10:00', '09:00']\ndays: [dl]\n", "hours"),
        ("week: 2026-11-23\nhours: ['09:00', '10:00']\ndays: [mon]\n", "days"),
        ("week: 2026-11-23\nhours: ['09:00', '10:00']\ndays: [dl]\n", "0 lines"),
        ("- x\n", "line 1"),
    ] {
        let why = read(text, "phones", None).unwrap_err();
        assert!(why.contains(words), "{text}: {why}");
    }
    assert!(read("week: 2026-11-16\nhours: ['09:00', '10:00']\n", "phones", week()).is_err());
}

#[test]
fn credits_are_read() {
    let (credit, faults) = credit("anna: 2\nberta: -1.5\nningu: 3\ncarla: .nan\n").unwrap();
    assert_eq!((credit.len(), faults.len()), (2, 2));
}

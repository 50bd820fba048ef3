//! What a table takes, what it takes when somebody insists, and what it never takes.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::time;
use uuid::Uuid;

use super::*;
use crate::model::{Absence, AbsenceKind, Cell, Day, Person, PersonId, Week, WeekPlan, When, Who};

fn id(text: &str) -> PersonId {
    PersonId::parse(text).unwrap()
}

fn cell(text: &str) -> Cell {
    Cell::try_from(text.to_owned()).unwrap()
}

/// Two days of three shifts with two lines; the lines of a shift are written with a space between.
fn plan(days: [[&str; 3]; 2]) -> WeekPlan {
    let hours = [time(9, 0, 0, 0), time(10, 0, 0, 0), time(11, 0, 0, 0), time(12, 0, 0, 0)];
    let week = Week::parse("2026-11-23").unwrap();
    let mut table = Timetable::empty("phones", week, &[Day::Mon, Day::Tue], &hours, 2);
    for (day, shifts) in days.iter().enumerate() {
        for (shift, lines) in shifts.iter().enumerate() {
            table.cells[day][shift] = lines.split(' ').map(cell).collect();
        }
    }
    WeekPlan::of(table)
}

fn calm() -> WeekPlan {
    plan([["anna berta", "carla nobody", "nobody nobody"], ["berta carla", "anna nobody", "nobody nobody"]])
}

struct World {
    persons: BTreeMap<PersonId, Person>,
    absences: Vec<Absence>,
    max_empty_lines: Option<usize>,
}

impl World {
    fn new() -> Self {
        let person = |name: &str| {
            let extension = Some(name.to_owned());
            let groups = BTreeSet::from(["desk".to_owned()]);
            (id(name), Person { extension, groups, ideal_load: Some(3.0), ..Person::new(id(name)) })
        };
        let persons = ["anna", "berta", "carla"].into_iter().map(person).collect();
        Self { persons, absences: Vec::new(), max_empty_lines: None }
    }

    fn absent(mut self, who: Who, day: Day, shifts: &[u32], optional: bool) -> Self {
        self.absences.push(Absence {
            id: Uuid::nil(),
            who,
            when: When::Weekly([day].into()),
            shifts: shifts.iter().copied().collect(),
            optional,
            kind: AbsenceKind::Busy,
            reason: format!("reason {}", self.absences.len()),
            feed: None,
        });
        self
    }

    fn ground(&self) -> Ground<'_> {
        Ground {
            persons: &self.persons,
            absences: &self.absences,
            max_per_day: 2,
            max_empty_lines: self.max_empty_lines,
            max_overload: 0,
        }
    }
}

fn set(day: Day, shift: usize, line: usize, to: &str) -> CellChange {
    CellChange { slot: Slot { day, shift }, line, to: cell(to), was: None }
}

fn kinds(conflicts: &[Conflict]) -> Vec<ConflictKind> {
    conflicts.iter().map(|conflict| conflict.kind).collect()
}

/// The kinds that refuse a change, or an empty list.
fn refusal(world: &World, plan: &WeekPlan, changed: &[CellChange], force: bool) -> Vec<ConflictKind> {
    match change(plan, changed, &world.ground(), force) {
        Err(EditRefused::Conflicts(conflicts)) => kinds(&conflicts),
        Err(other) => panic!("{other}"),
        Ok(_) => Vec::new(),
    }
}

#[test]
fn a_cell_changes_and_the_share_of_work_moves() {
    let world = World::new();
    let edited = change(&calm(), &[set(Day::Mon, 0, 1, "carla")], &world.ground(), false).unwrap();
    assert_eq!(edited.text, "changed mon 09:00-10:00 L2 from berta to carla");
    assert_eq!(edited.plan.overload, BTreeMap::from([(id("berta"), -1.0), (id("carla"), 1.0)]));
    let back = change(&edited.plan, &[set(Day::Mon, 0, 1, "nobody")], &world.ground(), false).unwrap();
    assert_eq!(back.plan.overload, BTreeMap::from([(id("berta"), -1.0), (id("carla"), 0.0)]));
    let same = change(&calm(), &[set(Day::Mon, 0, 1, "berta")], &world.ground(), false).unwrap();
    assert_eq!((same.text.as_str(), same.plan), ("", calm()));
}

#[test]
fn what_stands_against_a_change() {
    use ConflictKind::{Busy, DayLimit, Empty, Twice, UnknownPerson};
    let berta = || Who::Person(id("berta"));
    let away = || World::new().absent(berta(), Day::Mon, &[1], false);
    let group = || World::new().absent(Who::Group("desk".into()), Day::Mon, &[], false);
    let few = || World { max_empty_lines: Some(1), ..World::new() };
    let mon = |shift, line, to| vec![set(Day::Mon, shift, line, to)];
    let cases: Vec<(World, Vec<CellChange>, bool, Vec<ConflictKind>)> = vec![
        (World::new(), mon(1, 1, "nadia"), true, vec![UnknownPerson]),
        (World::new(), mon(0, 1, "anna"), true, vec![Twice]),
        (away(), mon(1, 1, "berta"), false, vec![Busy]),
        (away(), mon(1, 1, "berta"), true, vec![]),
        (away(), mon(2, 1, "berta"), false, vec![]),
        (group(), mon(1, 1, "anna"), false, vec![Busy]),
        (few(), mon(1, 0, "nobody"), true, vec![Empty]),
        (few(), mon(1, 0, "anna"), false, vec![]),
        (few(), mon(2, 0, "anna"), false, vec![]),
        (World::new(), vec![set(Day::Mon, 1, 1, "anna"), set(Day::Mon, 2, 1, "anna")], false, vec![DayLimit]),
        (World::new(), vec![set(Day::Mon, 1, 1, "anna"), set(Day::Mon, 2, 1, "anna")], true, vec![]),
    ];
    for (number, (world, changed, force, expected)) in cases.into_iter().enumerate() {
        assert_eq!(refusal(&world, &calm(), &changed, force), expected, "case {number}");
    }
}

#[test]
fn what_is_only_shown() {
    let wish = World::new().absent(Who::Person(id("berta")), Day::Mon, &[1], true);
    let edited = change(&calm(), &[set(Day::Mon, 1, 1, "berta")], &wish.ground(), false).unwrap();
    assert_eq!(kinds(&edited.conflicts), [ConflictKind::Undesired]);
    assert!(edited.conflicts[0].text.contains("would rather not answer on mon 10:00-11:00: reason 0"));
    // What cannot be goes before what is not wished.
    let both = wish.absent(Who::Everybody, Day::Mon, &[1], false);
    let shown = conflicts(&edited.plan.table, &both.ground());
    assert!(shown.iter().any(|c| c.kind == ConflictKind::Busy && c.text.ends_with("reason 1")), "{shown:?}");
    let mut mute = World::new();
    mute.persons.get_mut(&id("anna")).unwrap().extension = None;
    let found = kinds(&conflicts(&calm().table, &mute.ground()));
    assert_eq!(found, [ConflictKind::NoExtension]);
    let many = [set(Day::Mon, 2, 0, "anna"), set(Day::Tue, 2, 0, "anna")];
    let edited = change(&calm(), &many, &World::new().ground(), false).unwrap();
    assert_eq!(kinds(&edited.conflicts), [ConflictKind::Load]);
}

#[test]
fn a_conflict_that_was_there_refuses_nothing_until_it_grows() {
    let world = World { max_empty_lines: Some(0), ..World::new() };
    let one_less = [set(Day::Mon, 2, 0, "anna")];
    assert_eq!(refusal(&world, &calm(), &one_less, false), []);
    let one_more = [set(Day::Mon, 1, 0, "nobody")];
    assert_eq!(refusal(&world, &calm(), &one_more, false), [ConflictKind::Empty]);
}

#[test]
fn places_that_are_not_there() {
    let world = World::new();
    let field = |changed: CellChange| match change(&calm(), &[changed], &world.ground(), true) {
        Err(EditRefused::OutOfBounds { field, .. }) => field,
        other => panic!("{other:?}"),
    };
    assert_eq!(field(set(Day::Sun, 0, 0, "anna")), "day");
    assert_eq!(field(set(Day::Mon, 3, 0, "anna")), "shift");
    assert_eq!(field(set(Day::Mon, 0, usize::MAX, "anna")), "line");
}

#[test]
fn two_editors_of_one_cell() {
    let seen = CellChange { was: Some(cell("anna")), ..set(Day::Mon, 0, 1, "carla") };
    let refused = change(&calm(), &[seen], &World::new().ground(), true).unwrap_err();
    let said = "mon 09:00-10:00 L2 is berta now, and not anna: look at it again";
    assert_eq!(refused.to_string(), said);
}

#[test]
fn cells_are_swapped_with_the_same_checks() {
    let world = World::new().absent(Who::Person(id("anna")), Day::Tue, &[0], false);
    let place = |day, shift, line| (Slot { day, shift }, line);
    let (one, other) = (place(Day::Mon, 0, 0), place(Day::Tue, 0, 1));
    assert!(matches!(
        swap(&calm(), one, other, &world.ground(), false),
        Err(EditRefused::Conflicts(found)) if kinds(&found) == [ConflictKind::Busy]
    ));
    let swapped = swap(&calm(), one, other, &World::new().ground(), false).unwrap();
    assert_eq!(swapped.text, "swapped anna at mon 09:00-10:00 L1 and carla at tue 09:00-10:00 L2");
    assert_eq!(swapped.plan.overload, BTreeMap::new(), "nobody works more or less");
    let back = swap(&swapped.plan, one, other, &World::new().ground(), false).unwrap();
    assert_eq!(back.plan, calm());
    // Within one shift nobody is there twice.
    swap(&calm(), place(Day::Mon, 0, 0), place(Day::Mon, 0, 1), &World::new().ground(), false).unwrap();
}

#[test]
fn lines_come_and_go() {
    let wide = add_line(&calm()).unwrap();
    assert!(
        wide.table.lines == 3 && wide.table.cells[1][2] == [cell("nobody"), cell("nobody"), cell("open")]
    );
    assert_eq!(remove_line(&wide).unwrap(), calm());
    let refused = remove_line(&calm()).unwrap_err();
    assert_eq!(refused, EditRefused::Line("line 2 has berta on it: empty it first".to_owned()));
    let mut narrow = plan([["anna nobody"; 3], ["berta open"; 3]]);
    narrow = remove_line(&narrow).unwrap();
    assert!(matches!(remove_line(&narrow), Err(EditRefused::Line(_))), "one line is left");
}

#[test]
fn a_blank_week_has_its_holidays() {
    let mut world = World::new().absent(Who::Everybody, Day::Tue, &[], false);
    world.absences[0].kind = AbsenceKind::Holiday;
    let table = blank(plan([["open open"; 3]; 2]).table, &world.absences);
    assert_eq!(table.cells[0], vec![vec![Cell::Open; 2]; 3]);
    assert_eq!(table.cells[1], vec![vec![Cell::Holiday; 2]; 3]);
}

#[test]
fn a_whole_table_fits_itself() {
    let world = World::new();
    let broken = |change: fn(&mut Timetable)| {
        let mut table = calm().table;
        change(&mut table);
        replace(&calm(), table, &world.ground(), true).unwrap_err()
    };
    for refused in [
        broken(|table| drop(table.cells.pop())),
        broken(|table| drop(table.cells[1].pop())),
        broken(|table| drop(table.cells[1][2].pop())),
        broken(|table| table.hours.truncate(1)),
    ] {
        assert!(matches!(refused, EditRefused::OutOfBounds { field: "cells", .. }), "{refused}");
    }
    let edited = replace(&calm(), plan([["anna carla"; 3]; 2]).table, &world.ground(), true).unwrap();
    assert!((edited.plan.overload[&id("carla")] - 4.0).abs() < 1e-9);
}

//! Each cost and each rule by itself, in the smallest week that has it.

use super::*;
use crate::timetable::problem::{Member, Place};

/// Four shifts on one day, one line, people `a`, `b`, `c` with more load than they need; nothing costs.
fn week() -> Problem {
    let member = |id: &str| Member { id: id.to_owned(), load: 9, ..Member::default() };
    let free = serde_json::from_str(
        r#"{"empty":0,"empty_line":0,"incompletion":0,"unforced":0,"concentrated":0,"undesired":0,"no_brunch":0,
            "discontinuous":0,"far_discontinuous":0,"marathon":0}"#,
    );
    Problem {
        days: vec!["mon".to_owned()],
        shifts: 4,
        lines: 3,
        max_per_day: 4,
        members: ["a", "b", "c"].map(member).into(),
        weights: free.unwrap(),
        ..Problem::default()
    }
}

/// People of each shift by their letters: `["ab", "", "c"]`.
fn grid(problem: &Problem, shifts: &[&str]) -> Grid {
    let mut grid = Grid::empty(problem);
    for (slot, people) in shifts.iter().enumerate() {
        for letter in people.chars() {
            grid.put(
                slot,
                problem.members.iter().position(|member| member.id == letter.to_string()).unwrap(),
            );
        }
    }
    grid
}

fn points(problem: &Problem, shifts: &[&str]) -> Vec<(Kind, u64)> {
    check(problem, &grid(problem, shifts))
        .breakdown
        .iter()
        .map(|penalty| (penalty.kind, penalty.points))
        .collect()
}

#[test]
fn every_shape_of_a_day_costs_what_its_sheet_says() {
    let mut week = week();
    week.weights.no_brunch = 10;
    week.weights.far_discontinuous = 20;
    week.weights.discontinuous = 30;
    week.weights.marathon = 40;
    let costs = |problem: &Problem, picture: &str| {
        let shifts: Vec<_> = picture.chars().map(|c| if c == 'x' { "a" } else { "" }).collect();
        check(problem, &grid(problem, &shifts)).penalty
    };
    for (picture, points) in [
        ("....", 0),
        ("x...", 0),
        ("xx..", 0),
        ("..xx", 0),
        (".xx.", 10),
        ("x..x", 20),
        ("x.x.", 30),
        (".x.x", 30),
        ("xxx.", 40),
        (".xxx", 40),
        ("xx.x", 0),
        ("x.xx", 0),
        ("xxxx", 0),
    ] {
        assert_eq!(costs(&week, picture), points, "{picture}");
    }
    week.shifts = 8;
    for (picture, points) in [
        ("...xx...", 10),
        ("..xx....", 0),
        ("xx.xx.xx", 60),
        ("x......x", 20),
        ("xxxx....", 40),
        ("xxx.xxxx", 110),
        ("..xxx...", 40),
    ] {
        assert_eq!(costs(&week, picture), points, "{picture}");
    }
    week.rules.no_lunch_break = vec!["a".to_owned()];
    assert_eq!(costs(&week, "...xx..."), 0);
}

#[test]
fn every_weight_counts_what_it_says() {
    let base = week();
    let with = |change: &dyn Fn(&mut Problem), shifts: &[&str]| {
        let mut problem = base.clone();
        change(&mut problem);
        points(&problem, shifts)
    };
    let full = ["abc", "abc", "abc", ""];
    assert_eq!(with(&|p| p.weights.empty = 100, &full), [(Kind::Empty, 900)]);
    assert_eq!(
        with(&|p| p.weights.empty = 100, &["abc", "abc", "ab", "c"]),
        [(Kind::Empty, 100), (Kind::Empty, 400)]
    );
    assert_eq!(with(&|p| p.weights.empty_line = 7, &full), [(Kind::EmptyLine, 21)]);
    assert_eq!(with(&|p| p.weights.incompletion = 1, &full), [(Kind::Incompletion, 2)]);
    assert_eq!(with(&|p| p.weights.incompletion = 1, &["abc", "abc", "abc", "ab"]), []);
    assert_eq!(with(&|p| p.weights.concentrated = 10, &["ab", "a", "a", ""]), [(Kind::Concentrated, 60)]);
    let at = |shift| Place { day: 0, shift };
    let wish = |p: &mut Problem| {
        p.weights.undesired = 5;
        p.members[0].undesired = [at(0), at(3)].into();
    };
    assert_eq!(with(&wish, &["ab", "a"]), [(Kind::Undesired, 5)]);
    let forced = |p: &mut Problem| {
        p.weights.unforced = 50;
        p.members[1].forced = [at(0), at(1), at(2)].into();
        p.members[1].busy.insert(at(2), String::new());
    };
    assert_eq!(with(&forced, &["b", "a"]), [(Kind::Unforced, 50)]);
    let tables = |p: &mut Problem| {
        p.weights.crosstalk = 5;
        p.members.iter_mut().for_each(|member| member.table = Some(1));
    };
    assert_eq!(with(&tables, &["abc", "ab", "c"]), [(Kind::Crosstalk, 15), (Kind::Crosstalk, 5)]);
    let over = |p: &mut Problem| {
        tables(p);
        p.weights.crosstalk = 0;
        (p.weights.over_table, p.rules.max_per_table) = (8, Some(1));
    };
    assert_eq!(with(&over, &["abc", "ab", "c"]), [(Kind::OverTable, 16), (Kind::OverTable, 8)]);
    let group = |p: &mut Problem| {
        p.members.iter_mut().for_each(|member| _ = member.groups.insert("it".to_owned()));
        (p.weights.over_group, p.weights.under_idle) = (3, 4);
    };
    let phone = |p: &mut Problem| {
        group(p);
        p.rules.max_on_phone.insert("it".to_owned(), 2);
    };
    assert_eq!(with(&phone, &["abc", "ab", "c"]), [(Kind::OverGroup, 3)]);
    let idle = |p: &mut Problem| {
        group(p);
        p.rules.min_idle.insert("it".to_owned(), 2);
        // Of those who are there: c is not.
        p.members[2].busy.insert(at(1), String::new());
    };
    assert_eq!(with(&idle, &["abc", "a", "c"]), [(Kind::UnderIdle, 8), (Kind::UnderIdle, 4)]);
}

#[test]
fn every_rule_is_seen_when_it_is_broken() {
    let base = week();
    let broken = |change: &dyn Fn(&mut Problem), shifts: &[&str]| {
        let mut problem = base.clone();
        change(&mut problem);
        check(&problem, &grid(&problem, shifts)).conflicts.iter().map(|found| found.rule).collect::<Vec<_>>()
    };
    let at = |shift| Place { day: 0, shift };
    assert_eq!(broken(&|_| {}, &["abc", "abc", "abc", "abc"]), []);
    assert_eq!(broken(&|p| p.lines = 2, &["abc"]), [Rule::Lines]);
    assert_eq!(broken(&|p| p.lines_by_shift = [(0, vec![0, 1, 1, 1])].into(), &["a", "b"]), [Rule::Lines]);
    assert_eq!(broken(&|_| {}, &["aa"]), [Rule::Twice]);
    assert_eq!(broken(&|p| _ = p.members[0].busy.insert(at(1), "x".into()), &["a", "a"]), [Rule::Busy]);
    assert_eq!(broken(&|p| p.max_per_day = 1, &["a", "a", "b"]), [Rule::DayLimit]);
    assert_eq!(broken(&|p| p.members[0].max_per_day = Some(1), &["ab", "ab"]), [Rule::DayLimit]);
    assert_eq!(broken(&|p| p.members[0].load = 1, &["a", "a"]), [Rule::Load]);
    let exact = |p: &mut Problem| {
        p.rules.exact_loads = true;
        p.members.iter_mut().for_each(|member| member.load = 1);
    };
    assert_eq!(broken(&exact, &["ab"]), [Rule::Load]);
    assert_eq!(broken(&exact, &["ab", "c"]), []);
    let forced = |p: &mut Problem| {
        p.rules.keep_forced = true;
        p.members[0].forced = [at(0), at(1)].into();
        p.members[0].busy.insert(at(1), String::new());
    };
    assert_eq!(broken(&forced, &["b"]), [Rule::Forced]);
    assert_eq!(broken(&forced, &["a"]), []);
    assert_eq!(broken(&|p| p.rules.max_empty_lines = Some(1), &["abc", "ab", "a", "abc"]), [Rule::Empty]);
    let tables = |p: &mut Problem| {
        p.rules.max_per_table = Some(1);
        (p.members[0].table, p.members[1].table) = (Some(1), Some(1));
    };
    assert_eq!(broken(&tables, &["ab", "ac"]), [Rule::Table]);
    let group = |p: &mut Problem| p.members.iter_mut().for_each(|m| _ = m.groups.insert("it".into()));
    let phone = |p: &mut Problem| {
        group(p);
        p.rules.max_on_phone.insert("it".into(), 2);
    };
    assert_eq!(broken(&phone, &["abc", "ab"]), [Rule::OnPhone]);
    let idle = |p: &mut Problem| {
        group(p);
        p.rules.min_idle.insert("it".into(), 2);
    };
    assert_eq!(broken(&idle, &["ab", "a"]), [Rule::Idle]);
    assert_eq!(broken(&|p| p.rules.lunch_break = true, &["", "a", "a"]), [Rule::Lunch]);
    let through = |p: &mut Problem| {
        p.rules.lunch_break = true;
        p.rules.no_lunch_break = vec!["a".into()];
    };
    assert_eq!(broken(&through, &["", "a", "a"]), []);
    assert_eq!(broken(&|p| p.rules.no_gaps = true, &["ab", "b", "a"]), [Rule::Gap]);
}

#[test]
fn words_name_who_and_where() {
    let mut week = week();
    week.hours = ["09:00", "10:00", "11:00", "12:00", "13:00"].map(str::to_owned).into();
    week.weights.concentrated = 10;
    let found = check(&week, &grid(&week, &["a", "a"])).breakdown.remove(0);
    assert_eq!(found.text, "a has 2 shifts on mon (xx..)");
    assert_eq!((found.person.as_deref(), found.day.as_deref(), found.shift), (Some("a"), Some("mon"), None));
    week.members[0].busy.insert(Place { day: 0, shift: 0 }, "meeting".into());
    let found = check(&week, &grid(&week, &["a"])).conflicts.remove(0);
    assert_eq!(found.text, "mon 09:00-10:00: a is busy: meeting");
}

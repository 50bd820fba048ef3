//! Each step of the loads by itself, and what holds for all of them together.

use proptest::prelude::*;

use super::*;

fn demand(lines: usize) -> Demand {
    Demand { full_days: 5, days: 5, shifts: 4, lines, max_per_day: 2, lunch: vec![1, 2], ..Demand::default() }
}

fn candidate(id: &str, ideal: f64) -> Candidate {
    Candidate { id: id.to_owned(), ideal, ..Candidate::default() }
}

fn by_id<'a>(loads: &'a Loads, id: &str) -> &'a Steps {
    loads.people.iter().find(|steps| steps.id == id).unwrap()
}

#[test]
fn halves_go_to_the_even_shift() {
    for (shifts, whole) in [(0.5, 0), (1.5, 2), (2.5, 2), (2.51, 3), (-1.0, 0), (f64::NAN, 0)] {
        assert_eq!(rounded(shifts), whole, "{shifts}");
    }
}

#[test]
fn a_day_has_room_for_what_is_free_in_a_row() {
    let of_day = |busy: &str, most| {
        let busy = busy
            .bytes()
            .enumerate()
            .filter(|(_, bit)| *bit == b'1')
            .fold(0, |mask: Mask, (n, _)| mask | 1 << n);
        capacity_of_day(busy, 4, most, &[1, 2])
    };
    for (busy, most, room) in [
        ("1111", 2, 0),
        ("1111", 4, 0),
        ("0000", 0, 0),
        ("0000", 1, 1),
        ("1101", 1, 1),
        ("0000", 2, 2),
        ("0011", 2, 2),
        ("1100", 2, 2),
        ("1001", 2, 1),
        ("1000", 2, 2),
        ("0101", 2, 1),
        ("0000", 4, 4),
        ("1000", 4, 3),
        ("1001", 4, 2),
        ("0101", 4, 1),
        ("0000", 3, 3),
    ] {
        assert_eq!(of_day(busy, most), room, "{busy} at most {most}");
    }
    assert_eq!(capacity_of_day(0b0001_1000, 8, 5, &[3, 4]), 3);
    assert_eq!(capacity_of_day(!0b0001_1000, 8, 2, &[3, 4]), 1);
}

#[test]
fn the_share_is_by_days_and_within_the_bound() {
    let off = Candidate { days_off: 2, ..candidate("anna", 5.0) };
    let leave = Candidate { on_leave: true, ..candidate("ben", 5.0) };
    let busy = Candidate { busy: vec![0b1111, 0b1111, 0b1111, 0b1001, 0], ..candidate("carla", 10.0) };
    let loads = compute(&demand(100), &[off, leave, busy]);
    let anna = by_id(&loads, "anna");
    assert_eq!((anna.proportional, anna.rounded, anna.capacity, anna.load), (3.0, 3, 10, 3));
    let ben = by_id(&loads, "ben");
    assert_eq!((ben.proportional, ben.capacity, ben.load), (0.0, 0, 0));
    let carla = by_id(&loads, "carla");
    assert_eq!((carla.rounded, carla.capacity, carla.bound, carla.limited), (10, 3, 3, 3));
    assert_eq!((loads.target, loads.nobody, loads.lines), (2000, 2000 - 6, 100));
    let holiday = compute(&Demand { days: 4, ..demand(1) }, &[candidate("anna", 5.0)]);
    assert_eq!((by_id(&holiday, "anna").proportional, holiday.target), (4.0, 16));
}

#[test]
fn too_many_are_taken_from_credit_first_then_from_all() {
    let credit = |id: &str, credit| Candidate { credit, ..candidate(id, 8.0) };
    let loads = compute(&demand(1), &[credit("anna", 0.0), credit("ben", 2.0), credit("carla", -1.0)]);
    // 24 shifts for 20 cells: two of ben's credit, then one of each by credit: anna (0), ben (0).
    let load = |id| by_id(&loads, id).covering;
    assert_eq!((load("anna"), load("ben"), load("carla")), (7, 5, 8));
    let forgiven = compute(
        &Demand { forgive: true, ..demand(1) },
        &[credit("anna", 0.0), credit("ben", 2.0), credit("carla", -1.0)],
    );
    let load = |id| by_id(&forgiven, id).covering;
    assert_eq!((load("anna"), load("ben"), load("carla")), (6, 7, 7));
    assert_eq!((by_id(&forgiven, "ben").credit_stored, by_id(&forgiven, "ben").credit_before), (2.0, 0.0));
}

#[test]
fn too_few_are_added_to_debtors_first_and_within_the_bound() {
    let debt = |id: &str, credit| Candidate { credit, ..candidate(id, 5.0) };
    let people = [debt("anna", 0.0), debt("ben", -2.0), debt("carla", 1.0)];
    let loads = compute(&Demand { max_overload: 3.0, ..demand(1) }, &people);
    // 15 shifts for 20 cells: two for ben's debt, then by credit anna, ben and carla.
    let load = |id| by_id(&loads, id).covering;
    assert_eq!((load("anna"), load("ben"), load("carla")), (6, 8, 6));
    assert!((by_id(&loads, "ben").overload - 3.0).abs() < 1e-9);
    assert!((by_id(&loads, "ben").credit_after - 1.0).abs() < 1e-9);
    let bounded = compute(&demand(1), &people);
    assert_eq!((by_id(&bounded, "ben").load, bounded.nobody), (5, 5));
}

#[test]
fn a_debtor_takes_from_a_creditor_while_that_settles_something() {
    let person = |id: &str, credit| Candidate { credit, ..candidate(id, 10.0) };
    // As many as are needed: nothing to add, but two to settle.
    let people = [person("anna", 2.0), person("ben", -2.0)];
    let loads = compute(&Demand { max_overload: 0.0, ..demand(1) }, &people);
    assert_eq!(
        (by_id(&loads, "anna").compensated, by_id(&loads, "ben").compensated),
        (10, 10),
        "ben has no room"
    );
    let people = [person("anna", 2.0), Candidate { ideal: 6.0, ..person("ben", -2.0) }];
    let loads = compute(&Demand { max_overload: 4.0, shifts: 4, ..demand(1) }, &people);
    // 16 for 20: two of ben's debt, then ben (0) and anna in turn until 20; nothing is left to settle strictly.
    assert_eq!(by_id(&loads, "anna").load + by_id(&loads, "ben").load, 20);
    let mut shares = [("anna", 2.0), ("ben", -2.0), ("carla", 0.4)].map(|(id, credit)| Share {
        id,
        load: 5,
        bound: 9,
        least: 0,
        credit,
    });
    balance::compensate(&mut shares);
    assert_eq!(shares.map(|share| share.load), [3, 7, 5]);
    let mut small =
        [("anna", 0.4), ("ben", -0.4)].map(|(id, credit)| Share { id, load: 5, bound: 9, least: 0, credit });
    balance::compensate(&mut small);
    assert_eq!(small.map(|share| share.load), [5, 5], "it would be worse after");
}

#[test]
fn forced_shifts_are_kept_and_empty_lines_dropped() {
    let forced = Candidate { least: 8, ..candidate("anna", 8.0) };
    let loads = compute(&demand(1), &[forced, candidate("ben", 8.0), candidate("carla", 8.0)]);
    assert_eq!(
        (by_id(&loads, "anna").load, by_id(&loads, "ben").load + by_id(&loads, "carla").load),
        (8, 12)
    );
    let few = compute(
        &Demand { adjust_lines: true, ..demand(10) },
        &[candidate("anna", 10.0), candidate("ben", 8.0)],
    );
    assert_eq!((few.lines, few.nobody, few.target), (1, 2, 200));
}

#[test]
fn the_real_week_has_its_loads() {
    // A measured week that is no part of the project: only where it is there.
    let Ok(file) = std::env::var("STASISD_BENCH_WEEK") else { return };
    let text = std::fs::read_to_string(file).unwrap();
    let mut wanted = read(&text).unwrap();
    wanted.demand.lines = 10;
    wanted.demand.adjust_lines = true;
    let loads = compute(&wanted.demand, &wanted.candidates);
    let problem = crate::timetable::Problem::read(&text).unwrap();
    for member in &problem.members {
        assert_eq!(by_id(&loads, &member.id).load as usize, member.load, "{}", member.id);
    }
    assert_eq!((loads.lines, loads.nobody), (5, 2));
}

prop_compose! {
    fn anybody()(
        ideal in 0.0..12.0_f64,
        days_off in 0..4_usize,
        on_leave in proptest::bool::weighted(0.1),
        busy in proptest::collection::vec(0..16_u128, 5),
        credit in -4.0..4.0_f64,
        max_per_day in proptest::option::of(0..4_usize),
    ) -> Candidate {
        Candidate { id: String::new(), ideal, days_off, on_leave, busy, max_per_day, credit, least: 0 }
    }
}

proptest! {
    #[test]
    fn loads_fill_the_lines_within_the_bounds(
        people in proptest::collection::vec(anybody(), 0..12),
        lines in 0..6_usize,
        max_overload in 0.0..3.0_f64,
    ) {
        let people: Vec<_> =
            people.into_iter().enumerate().map(|(n, person)| Candidate { id: format!("p{n:02}"), ..person }).collect();
        let demand = Demand { max_overload, ..demand(lines) };
        let loads = compute(&demand, &people);
        let total: u32 = loads.people.iter().map(|steps| steps.load).sum();
        let room: u32 = loads.people.iter().map(|steps| steps.bound).sum();
        prop_assert_eq!(total, loads.target.min(room.max(loads.people.iter().map(|s| s.limited).sum())));
        prop_assert_eq!(total + loads.nobody, loads.target.max(total));
        for steps in &loads.people {
            prop_assert!(steps.load <= steps.bound && steps.bound <= steps.capacity);
            prop_assert!(steps.limited <= steps.rounded && steps.limited <= steps.bound);
            prop_assert!((f64::from(steps.load) - steps.proportional - steps.overload).abs() <= 0.051);
        }
        let covering: u32 = loads.people.iter().map(|steps| steps.covering).sum();
        prop_assert_eq!(covering, total, "passing on neither makes nor loses shifts");
        let mut turned = people;
        turned.reverse();
        prop_assert_eq!(&compute(&demand, &turned), &loads, "whoever is named first");
    }
}

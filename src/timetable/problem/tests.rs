//! Weeks as files: read, written again, and refused with the place of what is wrong.

use serde_json::{Value, json};

use super::*;

fn file() -> Value {
    json!({
        "format": "tomatic-neutral/1",
        "name": "made",
        "days": ["mon", "tue"],
        "hours_per_day": 4,
        "hour_bounds": ["09:00", "10:15", "11:30", "12:45", "14:00"],
        "lines": 2,
        "lines_by_shift": {"tue": [2, 2, 1, 0]},
        "max_per_person_per_day": 2,
        "nobodies": ["nobody"],
        "persons": [
            {"id": "anna", "weekly_load": 3, "table": 4, "groups": ["it"], "max_per_day": 1,
             "busy": [["mon", 0], ["tue", 3, "meeting"]], "undesired": [["mon", 1]], "forced": [["tue", 0]]},
            {"id": "ben", "weekly_load": 1, "table": -1, "ideal_load": 2, "days_off": []}
        ],
        "cost_model": {"id": "x", "weights": {"empty": 7}, "definition": ["a note"]},
        "rules": {"max_on_phone": {"it": 1}, "lunch": [1, 2]},
        "notes": "for people"
    })
}

#[test]
fn a_week_is_read_and_written_again() {
    let problem = Problem::read(&file().to_string()).unwrap();
    assert_eq!((problem.slots(), problem.members.len()), (8, 2));
    assert_eq!(problem.lines_at(Place { day: 1, shift: 2 }), 1);
    assert_eq!(problem.lines_at(Place { day: 0, shift: 2 }), 2);
    let [anna, ben] = &problem.members[..] else { panic!() };
    assert_eq!((anna.table, ben.table, problem.limit(anna), problem.limit(ben)), (Some(4), None, 1, 2));
    assert_eq!(anna.busy[&Place { day: 1, shift: 3 }], "meeting");
    assert_eq!((problem.weights.empty, problem.weights.unforced), (7, 50));
    assert_eq!(problem.words(Place { day: 1, shift: 1 }), "tue 10:15-11:30");
    let again = serde_json::to_string(&problem).unwrap();
    assert_eq!(Problem::read(&again).unwrap(), problem);
}

#[test]
fn what_is_wrong_is_said_with_its_place() {
    let with = |pointer: &str, value: Value| {
        let mut file = file();
        *file.pointer_mut(pointer).unwrap() = value;
        Problem::read(&file.to_string()).unwrap_err().to_string()
    };
    for (pointer, value, said) in [
        ("/format", json!("tomatic-neutral/2"), "format: is \"tomatic-neutral/2\""),
        ("/days", json!(["mon", "mon"]), "days: 1 to 31 days"),
        ("/days", json!("mon"), "days: invalid type"),
        ("/hours_per_day", json!(97), "hours_per_day: 1 to 96"),
        ("/hours_per_day", json!(-1), "hours_per_day: invalid value"),
        ("/hour_bounds", json!(["09:00"]), "hour_bounds: 5 are needed"),
        ("/lines_by_shift", json!({"sun": [1]}), "lines_by_shift.sun: is none of the days"),
        ("/lines_by_shift", json!({"tue": [1]}), "lines_by_shift.tue: 4 numbers"),
        ("/persons/1/id", json!("anna"), "persons[1].id: \"anna\" is there twice"),
        ("/persons/1/id", json!("nobody"), "persons[1].id: \"nobody\" can be nobody's id"),
        ("/persons/0/busy/1", json!(["sun", 1]), "persons[0].busy[1]: \"sun\" is none of the days"),
        ("/persons/0/forced/0", json!(["tue", 4]), "persons[0].forced[0]: there is no shift 4"),
        ("/persons/0/undesired/0", json!("tue"), "persons[0].undesired[0]: "),
        ("/persons/0/weekly_load", json!("3"), "persons[0].weekly_load: invalid type"),
        ("/cost_model/weights", json!({"emty": 1}), "cost_model.weights.emty: unknown field"),
        ("/rules", json!({"lunch": [4]}), "rules.lunch: there is no shift 4"),
        ("/rules", json!({"lunch": [1]}), "rules.lunch: two shifts or more"),
        ("/rules", json!({"lunch": [1, 1]}), "rules.lunch: two shifts or more"),
        ("/lines", json!(1_000_000_000), "lines: at most 1000"),
        ("/lines", json!(-1), "lines: invalid value"),
        ("/days", json!([]), "days: 1 to 31 days"),
        ("/days", json!(["mon", "t\u{1b}[2J"]), "days[1]: "),
        ("/persons/0/id", json!(""), "persons[0].id: \"\" is no name"),
        ("/persons/0/id", json!("an\nna"), "persons[0].id: "),
        ("/persons/0/groups", json!(["\0"]), "persons[0].groups: "),
        ("/persons/0/weekly_load", json!(-1), "persons[0].weekly_load: invalid value"),
        ("/persons/0/weekly_load", json!(u64::MAX), "persons[0].weekly_load: at most"),
        ("/cost_model/weights", json!({"empty": 100_001}), "cost_model.weights.empty: at most 100000"),
        ("/cost_model/weights", json!({"empty": -1}), "cost_model.weights.empty: invalid value"),
        ("/rules", json!({"max_per_tabel": 4}), "rules.max_per_tabel: unknown field"),
    ] {
        let error = with(pointer, value);
        assert!(error.starts_with(said), "{error:?} does not begin with {said:?}");
    }
    assert!(Problem::read("{").unwrap_err().to_string().contains("EOF"));
    assert!(Problem::read("{\"lines\": NaN}").unwrap_err().to_string().starts_with("lines: "));
    let twice = format!("{0}{0}", file());
    assert!(Problem::read(&twice).unwrap_err().to_string().starts_with("after the end: trailing"));
    let mut many = file();
    let person = |n| json!({"id": format!("p{n}"), "weekly_load": 1});
    many["persons"] = (0..5001).map(person).collect();
    assert!(Problem::read(&many.to_string()).unwrap_err().to_string().starts_with("persons: at most 5000"));
    many = file();
    many["persons"][0]["busy"] = json!([["tue", 3, "a\u{1b}[2Jb"]]);
    let read = Problem::read(&many.to_string()).unwrap();
    assert_eq!(read.members[0].busy[&Place { day: 1, shift: 3 }], "a [2Jb");
}

#[test]
fn a_grid_is_ids_by_day_and_shift() {
    let problem = Problem::read(&file().to_string()).unwrap();
    let mut grid = Grid::empty(&problem);
    grid.put(5, 1);
    grid.put(5, 0);
    grid.put(0, 1);
    grid.take(0, 1);
    let ids = grid.ids(&problem);
    assert_eq!(
        serde_json::to_value(&ids).unwrap(),
        json!({"mon": [[], [], [], []], "tue": [[], ["anna", "ben"], [], []]})
    );
    assert_eq!(Grid::from_ids(&problem, &ids).unwrap(), grid);
    let read = |ids: Value| Grid::from_ids(&problem, &serde_json::from_value(ids).unwrap());
    assert_eq!(read(json!({"mon": [["nobody", "ben"]]})).unwrap().slots[0], [1]);
    assert!(read(json!({"mon": [["carla"]]})).unwrap_err().contains("nobody is \"carla\""));
    assert!(read(json!({"sun": []})).is_err() && read(json!({"mon": [[], [], [], [], []]})).is_err());
}

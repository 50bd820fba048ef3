//! A made week: people with busy and undesired hours, forced shifts, tables and groups, all from a seed.

use rand::{RngExt, SeedableRng, rngs::StdRng, seq::IndexedRandom};
use serde_json::{Value, json};

const DAYS: [&str; 5] = ["mon", "tue", "wed", "thu", "fri"];

/// A week of five days in the format `tomatic-neutral/1`. Loads are a few fewer than there are cells.
pub fn made(seed: u64, people: usize, shifts: usize, lines: usize) -> Value {
    let mut random = StdRng::seed_from_u64(seed);
    let mut persons: Vec<Value> = (0..people).map(|n| person(&mut random, n, people, shifts)).collect();
    let mut left = (DAYS.len() * shifts * lines).saturating_sub(lines / 4);
    for _ in 0..left * 20 {
        let n = random.random_range(0..people);
        let load = persons[n]["weekly_load"].as_u64().unwrap();
        if left > 0 && load < persons[n]["ideal_load"].as_u64().unwrap() {
            persons[n]["weekly_load"] = json!(load + 1);
            left -= 1;
        }
    }
    json!({
        "format": "tomatic-neutral/1",
        "name": format!("made from {seed}"),
        "days": DAYS,
        "hours_per_day": shifts,
        "lines": lines,
        "max_per_person_per_day": 2,
        "nobodies": ["nobody"],
        "persons": persons,
        "cost_model": { "weights": { "crosstalk": 5 } },
        "rules": {
            "max_per_table": 3,
            "max_on_phone": { "g0": lines / 4, "g1": lines / 4, "g2": lines / 5 },
            "min_idle": { "g3": 4, "g4": 3 },
        },
    })
}

fn person(random: &mut StdRng, n: usize, people: usize, shifts: usize) -> Value {
    let mut busy = Vec::new();
    for day in DAYS {
        if random.random_bool(0.04) {
            busy.extend((0..shifts).map(|shift| json!([day, shift, "day off"])));
        } else if random.random_bool(0.5) {
            let from = random.random_range(0..shifts);
            let to = (from + random.random_range(1..=shifts / 2)).min(shifts);
            busy.extend((from..to).map(|shift| json!([day, shift, "meeting"])));
        }
    }
    let some = |random: &mut StdRng, most: usize| {
        let many = random.random_range(0..=most);
        let cell = |_| json!([DAYS.choose(random).unwrap(), random.random_range(0..shifts)]);
        (0..many).map(cell).collect::<Vec<_>>()
    };
    let (undesired, forced) = (some(random, shifts), some(random, 2));
    json!({
        "id": format!("p{n:03}"),
        "weekly_load": 0,
        "ideal_load": random.random_range(2..=6),
        "table": n % (people / 6).max(1),
        "groups": [format!("g{}", random.random_range(0..8)), format!("h{}", random.random_range(0..3))],
        "busy": busy,
        "undesired": undesired,
        "forced": forced,
    })
}

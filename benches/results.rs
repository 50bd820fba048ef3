//! The figures: kept in `results.json` over runs, and written out for people as `RESULTS.md`.

use std::{collections::BTreeMap, fs, path::PathBuf};

use serde::{Deserialize, Serialize};

use crate::say;

/// What a figure must be.
#[derive(Clone, Copy, Debug)]
pub enum Goal {
    AtLeast(f64),
    AtMost(f64),
}

/// One measured figure.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Figure {
    pub value: f64,
    pub unit: String,
    /// What it was measured against, and what the single runs gave.
    pub against: String,
    /// `>= 0.8`
    pub goal: String,
    pub holds: bool,
    /// What measures it again.
    pub command: String,
    /// When it was measured, RFC 3339, UTC.
    pub at: String,
}

/// The results of all groups; one group writes into it.
pub struct Book {
    group: String,
    part: String,
    figures: BTreeMap<String, Figure>,
}

impl Book {
    /// What is there, for the figures of `group` to be put in; `part` is empty or the one part that is wanted.
    pub fn open(group: &str, part: &str) -> Self {
        let text = fs::read_to_string(file("results.json")).unwrap_or_else(|_| "{}".to_owned());
        let figures = serde_json::from_str(&text).expect("benches/results.json can be read");
        Self { group: group.to_owned(), part: part.to_owned(), figures }
    }

    /// Whether this part of the group is to be measured.
    pub fn wants(&self, part: &str) -> bool {
        self.part.is_empty() || self.part == part
    }

    /// Keeps a figure and writes both files.
    pub fn put(&mut self, name: &str, value: f64, unit: &str, goal: Goal, against: String) {
        let (goal, holds) = match goal {
            Goal::AtLeast(least) => (format!(">= {least}"), value >= least),
            Goal::AtMost(most) => (format!("<= {most}"), value <= most),
        };
        let word = if holds { "holds" } else { "DOES NOT HOLD" };
        let value = (value * 1000.0).round() / 1000.0;
        say(&format!("= {name} {value} {unit} (goal {goal}): {word}; {against}"));
        let figure = Figure {
            value,
            unit: unit.to_owned(),
            against,
            goal,
            holds,
            command: format!("make bench ONLY={}", self.group),
            at: jiff::Timestamp::now().round(jiff::Unit::Second).expect("a time").to_string(),
        };
        self.figures.insert(name.to_owned(), figure);
        self.write();
    }

    fn write(&self) {
        let json = serde_json::to_string_pretty(&self.figures).expect("figures");
        fs::write(file("results.json"), json + "\n").expect("benches/results.json can be written");
        fs::write(file("RESULTS.md"), self.markdown()).expect("benches/RESULTS.md can be written");
    }

    fn markdown(&self) -> String {
        let mut text = "# Results\n\nWritten by `make bench` from `results.json`. Ratios are taken in one run, each side in \
                        turn; single figures are medians of at least three runs where nothing else is said.\n\n\
                        | figure | value | goal | holds | measured against | when | again |\n\
                        |---|---:|---|---|---|---|---|\n"
            .to_owned();
        for (name, figure) in &self.figures {
            let Figure { value, unit, against, goal, holds, command, at } = figure;
            let holds = if *holds { "yes" } else { "**no**" };
            text.push_str(&format!(
                "| `{name}` | {value} {unit} | {goal} | {holds} | {against} | {at} | `{command}` |\n"
            ));
        }
        text
    }
}

fn file(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("benches").join(name)
}

/// The middle one; of an even number the lower of the two, which is the less flattering for most figures.
pub fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[(sorted.len() - 1) / 2]
}

//! `make bench`: measures the daemon against its goals and writes `results.json` and `RESULTS.md`.
//!
//! One group is one folder (or file) beside this one with a `measure` of its own and a line in [`GROUPS`].

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    clippy::must_use_candidate,
    missing_docs,
    reason = "a measurement speaks by panicking, like a test"
)]

mod callcentre;
mod helpline;
mod ivr;
mod load;
mod machine;
mod metrics;
mod outbound;
mod results;
mod site;
#[path = "../tests/support/mod.rs"]
mod support;
mod voice;

use std::time::Instant;

use results::Book;

/// Measures one group; every figure is written as soon as it is known.
type Measure = fn(&mut Book);

/// Name of a group for `ONLY=`, and what measures it.
const GROUPS: &[(&str, Measure)] = &[
    ("callcentre", callcentre::measure),
    ("helpline", helpline::measure),
    ("ivr", ivr::measure),
    ("outbound", outbound::measure),
    ("voice", voice::measure),
];

fn main() {
    let mut arguments = std::env::args().skip(1);
    if arguments.next().as_deref() == Some(voice::child::ARGUMENT) {
        let threads = arguments.next().and_then(|threads| threads.parse().ok());
        return voice::child::run(threads.expect("a number of threads"));
    }
    let only = wanted(std::env::args().skip(1));
    let (only, part) = only.split_once('/').unwrap_or((&only, ""));
    let groups: Vec<_> = GROUPS.iter().filter(|(name, _)| only.is_empty() || only == *name).collect();
    if groups.is_empty() {
        let names: Vec<_> = GROUPS.iter().map(|(name, _)| *name).collect();
        eprintln!("bench: no group of this name; there are: {}", names.join(" "));
        std::process::exit(2);
    }
    for (name, measure) in groups {
        let begun = Instant::now();
        say(&format!("group {name}; {}", machine::load()));
        let mut book = Book::open(name, part);
        measure(&mut book);
        say(&format!("group {name} took {} s", begun.elapsed().as_secs()));
    }
}

/// What stands after `--only`: a group, or one part of it (`ivr/steady`).
fn wanted(mut arguments: impl Iterator<Item = String>) -> String {
    while let Some(argument) = arguments.next() {
        if argument == "--only" {
            return arguments.next().unwrap_or_default();
        }
    }
    String::new()
}

/// One line of progress, with the time that it is.
fn say(words: &str) {
    println!("{} {words}", jiff::Zoned::now().strftime("%H:%M:%S"));
}

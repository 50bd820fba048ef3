//! The Piper voice: against Python's piper-tts with the same model and threads, its first sound, its memory, and how
//! well a machine understands it over the telephone.

pub mod child;
mod ear;
mod python;
mod texts;

use std::{thread::sleep, time::Duration};

use crate::{
    machine,
    results::{Book, Goal, median},
    say,
};
use child::{Child, Said};

const ROUNDS: usize = 9;
/// Texts of one round for each side.
const TEXTS: usize = 6;
const THREADS: usize = 2;
/// Before each text.
const REST: Duration = Duration::from_millis(100);
/// Texts after which the memory is looked at.
const MEMORY_TEXTS: usize = 200;

/// Measures all figures of the group.
pub fn measure(book: &mut Book) {
    let python = python::prepare();
    if book.wants("speed") {
        speed(book, &python);
    }
    if book.wants("memory") {
        memory(book);
    }
    if book.wants("words") {
        ear::measure(book, &python);
    }
}

/// `tts_rtf_ratio` and `tts_first_audio_ms`, both sides in turn.
fn speed(book: &mut Book, python: &python::Python) {
    let (mut ours, mut theirs) = (Child::ours(THREADS), python.voice(THREADS));
    let mut number = 100;
    // Text by text in turn, now the one first and now the other, so that a busy moment of the machine is both sides'.
    let mut round = || {
        let (mut a, mut b) = (Vec::new(), Vec::new());
        for turn in 0..TEXTS {
            number += 7;
            let text = texts::taxi(number);
            if turn % 2 == 0 {
                a.push(alone(&mut ours, &text));
            }
            b.push(alone(&mut theirs, &text));
            if turn % 2 == 1 {
                a.push(alone(&mut ours, &text));
            }
        }
        (rtf_and_first(&a), rtf_and_first(&b))
    };
    // The first run of a model is slower.
    round();
    let (mut ratios, mut rtf, mut other_rtf) = (Vec::new(), Vec::new(), Vec::new());
    let (mut first, mut other_first) = (Vec::new(), Vec::new());
    for n in 1..=ROUNDS {
        let ((a, a_first), (b, b_first)) = round();
        say(&format!(
            "speed {n}/{ROUNDS}: RTF {a:.4} and Python's {b:.4}; first audio {a_first:.0} and {b_first:.0} ms; {}",
            machine::load()
        ));
        ratios.push(a / b);
        rtf.push(a);
        other_rtf.push(b);
        first.push(a_first);
        other_first.push(b_first);
    }
    let against = format!(
        "piper-tts 1.8.0 with the same model, runtime and {THREADS} threads: its seconds for a second of sound {}, \
         ours (8 kHz files on the disk) {}",
        thousandths(&other_rtf),
        thousandths(&rtf)
    );
    book.put("tts_rtf_ratio", median(&ratios), "", Goal::AtMost(1.05), against);
    let against = format!(
        "text in, first file on the disk, {THREADS} threads, median of {TEXTS} in each round: {} ms; piper-tts' first \
         sentence in memory {} ms",
        whole(&first),
        whole(&other_first)
    );
    book.put("tts_first_audio_ms", median(&first), "ms", Goal::AtMost(120.0), against);
}

/// Says a text when nobody else is at work: Python's threads go on looking for work for some 40 ms after each, and would
/// take a processor from whoever comes next.
fn alone(child: &mut Child, text: &str) -> Said {
    sleep(REST);
    child.say(text)
}

/// Seconds of work for a second of sound, and the median of the first sounds, in milliseconds.
fn rtf_and_first(said: &[Said]) -> (f64, f64) {
    let busy: f64 = said.iter().map(|said| said.total_ms).sum();
    let audio: f64 = said.iter().map(|said| said.audio_secs).sum();
    let first: Vec<f64> = said.iter().map(|said| said.first_ms).collect();
    (busy / 1000.0 / audio, median(&first))
}

/// `tts_rss_mib`
fn memory(book: &mut Book) {
    let mut ours = Child::ours(THREADS);
    let before = machine::rss_mib(ours.pid());
    let mut most: f64 = 0.0;
    for number in 0..MEMORY_TEXTS {
        ours.say(&texts::varied(number));
        most = most.max(machine::rss_mib(ours.pid()));
    }
    let after = machine::rss_mib(ours.pid());
    let against = format!(
        "a process that only speaks, {MEMORY_TEXTS} texts of 1 to 40 words; {before:.0} MiB when the model was loaded, {most:.0} at most"
    );
    book.put("tts_rss_mib", after, "MiB", Goal::AtMost(340.0), against);
}

fn thousandths(values: &[f64]) -> String {
    values.iter().map(|value| format!("{value:.4}")).collect::<Vec<_>>().join(", ")
}

fn whole(values: &[f64]) -> String {
    values.iter().map(|value| format!("{value:.0}")).collect::<Vec<_>>().join(", ")
}

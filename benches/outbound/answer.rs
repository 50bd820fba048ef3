//! How soon somebody who answers hears something.

use std::time::Duration;

use serde_json::Value;

use super::{Ground, floor, ms, quantile};
use crate::{
    machine,
    results::{Book, Goal, median},
    say,
    support::sipp::Manner,
};

const RUNS: usize = 3;
const AT_ONCE: usize = 200;

/// `answer_to_audio_p99_ms`.
pub fn measure(book: &mut Book) {
    say("answer: starting");
    let mut ground = Ground::start("bench-answer", Manner::Picks(Duration::from_millis(1500)), 100);
    let (mut p99s, mut lost, mut words) = (Vec::new(), 0, Vec::new());
    for run in 1..=RUNS {
        let together = answered(&mut ground, run, true);
        let apart = answered(&mut ground, run, false);
        let alone = floor::measure(&mut ground, AT_ONCE, true).audio.1;
        words.push(format!(
            "{:.1} and {:.1} (one after the other: {:.1}; together in Asterisk's own dialplan: {alone:.1})",
            together.0, together.1, apart.1
        ));
        lost += together.2 + apart.2;
        p99s.push(together.1);
    }
    let against = format!(
        "200 answered in the same moment, the prompt is cached; 200 OK to the first RTP packet, p50 and p99 of each \
         run {} ms, p99 when they answer at 100/s, and p99 of the dialplan's Answer and Read; {lost} lost",
        words.join(", ")
    );
    let value = if lost == 0 { median(&p99s) } else { f64::from(u16::MAX) };
    book.put("answer_to_audio_p99_ms", value, "ms", Goal::AtMost(100.0), against);
}

fn answered(ground: &mut Ground, run: usize, together: bool) -> (f64, f64, usize) {
    ground.tap.clear();
    ground.tap.hold(if together { AT_ONCE } else { 0 });
    let calls = ground.calls(AT_ONCE, &Value::Null);
    ground.order(&calls);
    ground.over(ground.numbers);
    let waits: Vec<f64> = ground
        .seen(&calls)
        .into_iter()
        .filter_map(|(_, passed)| passed.and_then(|call| Some(ms(call.answered_us?, call.heard_us?))))
        .collect();
    let (p50, p99, lost) = (quantile(&waits, 0.5), quantile(&waits, 0.99), calls.len() - waits.len());
    let how = if together { "together" } else { "one after the other" };
    say(&format!(
        "answer {run}/{RUNS}, {how}: p50 {p50:.1} ms, p99 {p99:.1} ms, {lost} lost; {}",
        machine::load()
    ));
    (p50, p99, lost)
}

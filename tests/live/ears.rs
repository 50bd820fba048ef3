//! The ears that the other live tests judge with.

#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "seconds and samples are small here"
)]

use std::f32::consts::{PI, TAU};

use crate::support::audio::{contains, find, longest_silence};

/// Noise that sounds a little like speech: bursts of changing pitch. Deterministic.
fn voice(seed: u32, seconds: f32) -> Vec<f32> {
    let mut state = seed;
    let mut random = move || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        f32::from(u16::try_from(state >> 16).unwrap()) / 65_536.0
    };
    let mut sound = Vec::new();
    while sound.len() < (seconds * 8000.0) as usize {
        let (pitch, formant, length) =
            (90.0 + 90.0 * random(), 300.0 + 2200.0 * random(), 800.0 + 1600.0 * random());
        for index in 0..length as usize {
            let time = index as f32 / 8000.0;
            let envelope = (PI * index as f32 / length).sin();
            let tone = (TAU * pitch * time).sin() + (TAU * formant * time).sin() + 0.3 * random();
            sound.push(0.2 * envelope * tone);
        }
    }
    sound
}

#[test]
fn a_prompt_is_found_where_it_is() {
    let prompt = voice(1, 3.0);
    let mut recording = voice(2, 4.0);
    let starts = recording.len() as f64 / 8000.0;
    // Quieter, and coarser, as µ-law makes it.
    recording.extend(prompt.iter().map(|it| (it * 0.3 * 256.0).round() / 256.0));
    recording.extend(voice(3, 2.0));
    let found = find(&recording, &prompt);
    assert!(found.score > 0.9, "{found:?}");
    assert!((found.at - starts).abs() < 0.02, "{found:?}, wanted {starts}");
}

#[test]
fn a_slip_in_the_recording_does_not_hide_it() {
    let prompt = voice(1, 3.0);
    let mut recording = vec![0.0; 4000];
    recording.extend(&prompt[..12_000]);
    recording.extend([0.0; 160]);
    recording.extend(&prompt[12_000..]);
    assert!(contains(&recording, &prompt) > 0.85);
}

#[test]
fn another_prompt_is_not_it() {
    let score = contains(&voice(2, 8.0), &voice(1, 3.0));
    assert!(score < 0.4, "{score}");
}

#[test]
fn half_a_prompt_is_not_the_whole() {
    let prompt = voice(1, 4.0);
    let mut recording = prompt[..prompt.len() / 2].to_vec();
    recording.extend(vec![0.0; 16_000]);
    let score = contains(&recording, &prompt);
    assert!((0.3..0.75).contains(&score), "{score}");
}

#[test]
fn silence_holds_nothing() {
    assert!(contains(&vec![0.0; 80_000], &voice(1, 2.0)) < 0.05);
}

/// Seconds of nothing.
fn quiet(seconds: f64) -> Vec<f32> {
    vec![0.0; (seconds * 8000.0) as usize]
}

#[test]
fn silence_is_measured_where_it_is_longest() {
    let near = |found: f64, wanted: f64| assert!((found - wanted).abs() < 0.15, "{found}, wanted {wanted}");
    near(longest_silence(&[], 0.0, 10.0), 10.0);
    near(longest_silence(&voice(1, 3.0), 5.0, 15.0), 10.0);
    near(longest_silence(&quiet(20.0), 5.0, 15.0), 10.0);
    assert!(longest_silence(&voice(1, 20.0), 5.0, 15.0) < 1.0);

    let mut click = quiet(20.0);
    click[80_000] = 1.0;
    near(longest_silence(&click, 5.0, 15.0), 10.0);

    // The tail of what was heard before, then nothing, then something.
    let tail = [voice(1, 5.2), quiet(6.0), voice(2, 9.0)].concat();
    near(longest_silence(&tail, 5.0, 15.0), 6.0);
    // It ends in time: what comes after its end is not silence.
    let over = [voice(1, 6.0), quiet(1.0), voice(2, 2.0)].concat();
    near(longest_silence(&over, 5.0, 15.0), 1.0);
}

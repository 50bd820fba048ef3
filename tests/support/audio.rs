//! Ears: is this prompt in that recording?
//!
//! Robust to level and µ-law, and to the small slips that a live recording has: the prompt is found as a whole
//! first, then each half second of it may lie a little off its place.

use std::path::Path;

/// Samples a second, of everything here.
pub const RATE: usize = 8000;

/// Where a prompt was found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Found {
    /// 0 (not there) to 1 (the same). Other speech stays below 0.4; the same over µ-law is above 0.9.
    pub score: f64,
    /// Seconds from the recording's beginning to the prompt's.
    pub at: f64,
}

/// Reads a wav file (mono, 16 bit, 8 or 16 kHz) as samples from -1 to 1 at 8 kHz.
#[track_caller]
pub fn read(path: &Path) -> Vec<f32> {
    let mut wav = hound::WavReader::open(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let spec = wav.spec();
    assert_eq!((spec.channels, spec.bits_per_sample), (1, 16), "{}: mono and 16 bit wanted", path.display());
    let samples: Vec<f32> =
        wav.samples::<i16>().map_while(Result::ok).map(|it| f32::from(it) / 32768.0).collect();
    match spec.sample_rate {
        8000 => samples,
        16_000 => halve(&samples),
        22_050 => resample(&samples, 22_050),
        other => panic!("{}: {other} samples a second are not provided for", path.display()),
    }
}

/// Like [`read`], for a recording that Asterisk may still hold: its header tells the length when it is closed.
pub fn read_closed(path: &Path) -> Result<Vec<f32>, String> {
    let wav = hound::WavReader::open(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let told = u64::from(wav.len()) * 2 + 44;
    let there = std::fs::metadata(path).map_err(|error| error.to_string())?.len();
    if wav.len() > 0 && told.abs_diff(there) < 2 {
        Ok(read(path))
    } else {
        Err(format!("{}: {there} bytes, header tells of {told}", path.display()))
    }
}

/// The longest time between `from` and `to` (seconds) in which nothing is heard. A recording that ends before `from`
/// is silent for all of it; one that ends later is not asked about what comes after its end. A click is nothing.
pub fn longest_silence(recording: &[f32], from: f64, to: f64) -> f64 {
    const FRAME: usize = RATE / 50;
    /// Louder than this is something to hear (root of the mean square; full scale is 1).
    const AUDIBLE: f32 = 0.003;
    /// So many frames in a row are more than a click.
    const SOUND: usize = 3;
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a recording's length, above 0"
    )]
    let at = |seconds: f64| (seconds.max(0.0) * RATE as f64) as usize;
    let window = recording.get(at(from)..at(to).min(recording.len())).unwrap_or_default();
    if window.is_empty() {
        return to - from;
    }
    let loud: Vec<bool> = window
        .chunks(FRAME)
        .map(|frame| frame.iter().map(|it| it * it).sum::<f32>() / frame.len() as f32 > AUDIBLE * AUDIBLE)
        .collect();
    let (mut longest, mut silent, mut sounding) = (0, 0, 0);
    for is_loud in loud {
        silent += 1;
        sounding = if is_loud { sounding + 1 } else { 0 };
        if sounding >= SOUND {
            silent = 0;
        }
        longest = longest.max(silent);
    }
    seconds(longest * FRAME)
}

/// How surely `prompt` is in `recording`: see [`Found::score`].
pub fn contains(recording: &[f32], prompt: &[f32]) -> f64 {
    find(recording, prompt).score
}

/// Where `prompt` is in `recording`.
pub fn find(recording: &[f32], prompt: &[f32]) -> Found {
    let prompt = trim(prompt);
    let nothing = Found { score: 0.0, at: 0.0 };
    if prompt.len() < RATE / 5 || recording.len() < RATE / 5 {
        return nothing;
    }
    // Coarse: the prompt's loudest second, at a quarter of the rate, everywhere.
    let part = loudest(prompt, RATE.min(prompt.len()));
    let offset = part.start;
    let coarse = correlate(&quarter(recording), &quarter(&prompt[part]));
    let mut best: Vec<(f64, usize)> = coarse.into_iter().zip(0..).collect();
    best.sort_by(|a, b| b.0.total_cmp(&a.0));
    let mut tried: Vec<usize> = Vec::new();
    let mut found = nothing;
    for (_, lag) in best {
        if tried.len() == 4 {
            break;
        }
        if tried.iter().any(|other| other.abs_diff(lag) < 100) {
            continue;
        }
        tried.push(lag);
        let start = (lag * 4).checked_sub(offset);
        let score = piecewise(recording, prompt, signed(lag * 4) - signed(offset));
        if score > found.score {
            found = Found { score, at: seconds(start.unwrap_or(0)) };
        }
    }
    found
}

/// Mean over the prompt's half seconds, weighted by energy, of each one's best match within 60 ms of its place.
fn piecewise(recording: &[f32], prompt: &[f32], start: isize) -> f64 {
    const SLIP: isize = 480;
    let (mut sum, mut weight) = (0.0, 0.0);
    for (index, piece) in prompt.chunks(RATE / 2).enumerate() {
        if piece.len() < RATE / 10 {
            continue;
        }
        let energy = energy(piece);
        let place = start + signed(index * RATE / 2);
        let from = usize::try_from(place - SLIP).unwrap_or(0).min(recording.len());
        let to = usize::try_from(place + SLIP).unwrap_or(0).saturating_add(piece.len()).min(recording.len());
        sum += closest(&recording[from..to.max(from)], piece) * energy;
        weight += energy;
    }
    if weight > 0.0 { sum / weight } else { 0.0 }
}

/// The best match of `piece` in `sound`: looked for at a quarter of the rate, and then around what was found there.
fn closest(sound: &[f32], piece: &[f32]) -> f64 {
    /// Samples on each side of a place that was found at the quarter.
    const AROUND: usize = 8;
    let coarse = correlate(&quarter(sound), &quarter(piece));
    let best = coarse.iter().zip(0_usize..).max_by(|a, b| a.0.total_cmp(b.0));
    let lag = best.map_or(0, |(_, lag)| lag * 4);
    let from = lag.saturating_sub(AROUND).min(sound.len());
    let to = (lag + AROUND + piece.len()).min(sound.len());
    correlate(&sound[from..to], piece).into_iter().fold(0.0, f64::max)
}

/// Normalised correlation of `piece` with `sound` at each lag.
fn correlate(sound: &[f32], piece: &[f32]) -> Vec<f64> {
    if sound.len() < piece.len() || piece.is_empty() {
        return Vec::new();
    }
    let own = energy(piece);
    let mut under = energy(&sound[..piece.len()]);
    // Silence correlates with nothing: a floor far below any speech.
    let floor = 1e-6 * piece.len() as f64;
    let mut all = Vec::with_capacity(sound.len() - piece.len() + 1);
    for lag in 0..=sound.len() - piece.len() {
        let dot = dot(&sound[lag..lag + piece.len()], piece);
        all.push(f64::from(dot) / (own * under.max(floor)).sqrt().max(f64::MIN_POSITIVE));
        if let Some(next) = sound.get(lag + piece.len()) {
            under += square(*next) - square(sound[lag]);
        }
    }
    all
}

/// Nearly all the time is spent here, and in code that is not optimised iterators are function calls: a bare loop.
fn dot(one: &[f32], other: &[f32]) -> f32 {
    let length = one.len().min(other.len());
    let (mut sum, mut index) = (0.0, 0);
    while index < length {
        sum += one[index] * other[index];
        index += 1;
    }
    sum
}

/// Without the silence around it.
fn trim(sound: &[f32]) -> &[f32] {
    let loud = 0.02 * sound.iter().fold(0.0_f32, |top, it| top.max(it.abs()));
    let first = sound.iter().position(|it| it.abs() > loud).unwrap_or(0);
    let last = sound.iter().rposition(|it| it.abs() > loud).map_or(0, |at| at + 1);
    &sound[first.min(last)..last]
}

fn loudest(sound: &[f32], length: usize) -> std::ops::Range<usize> {
    let starts = (0..=sound.len() - length).step_by(RATE / 10);
    let start =
        starts.max_by(|a, b| energy(&sound[*a..a + length]).total_cmp(&energy(&sound[*b..b + length])));
    start.unwrap_or(0)..start.unwrap_or(0) + length
}

fn quarter(sound: &[f32]) -> Vec<f32> {
    halve(&halve(sound))
}

/// Half the rate, behind a short low-pass.
fn halve(sound: &[f32]) -> Vec<f32> {
    let at = |index: usize, off: isize| {
        index.checked_add_signed(off).and_then(|index| sound.get(index)).copied().unwrap_or(0.0)
    };
    (0..sound.len())
        .step_by(2)
        .map(|i| 0.5 * at(i, 0) + 0.3 * (at(i, -1) + at(i, 1)) - 0.05 * (at(i, -3) + at(i, 3)))
        .collect()
}

/// To 8 kHz by interpolation between neighbours, behind a short mean: for voices that speak at odd rates.
fn resample(sound: &[f32], rate: usize) -> Vec<f32> {
    let smooth: Vec<f32> = (0..sound.len())
        .map(|i| sound[i.saturating_sub(1)..(i + 2).min(sound.len())].iter().sum::<f32>() / 3.0)
        .collect();
    (0..sound.len() * RATE / rate)
        .map(|index| {
            let (whole, part) = (index * rate / RATE, (index * rate % RATE) as f32 / RATE as f32);
            let next = smooth.get(whole + 1).copied().unwrap_or(0.0);
            smooth[whole] * (1.0 - part) + next * part
        })
        .collect()
}

fn energy(sound: &[f32]) -> f64 {
    sound.iter().map(|it| square(*it)).sum()
}

fn square(sample: f32) -> f64 {
    f64::from(sample) * f64::from(sample)
}

fn seconds(samples: usize) -> f64 {
    samples as f64 / RATE as f64
}

fn signed(samples: usize) -> isize {
    isize::try_from(samples).expect("a recording's length")
}

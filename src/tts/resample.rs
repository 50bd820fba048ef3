//! From a voice's rate to the telephone's.

use audioadapter_buffers::owned::InterleavedOwned;
use rubato::{Fft, FixedSync, Resampler as _};

use super::{Audio, VoiceError};

/// Samples that the resampler takes at once.
const CHUNK: usize = 1024;

/// Converts to another rate, without aliasing and without shifting the sound.
pub(super) fn resample(audio: Audio, rate: u32) -> Result<Audio, VoiceError> {
    if audio.rate == rate || audio.samples.is_empty() {
        return Ok(Audio { rate, ..audio });
    }
    let count = audio.samples.len();
    let scaled = audio.samples.iter().map(|sample| f32::from(*sample)).collect();
    let refused = VoiceError::Garbled("its rate cannot be converted");
    let (from, to) = (audio.rate as usize, rate as usize);
    let input = InterleavedOwned::new_from(scaled, 1, count).map_err(|_| refused.clone())?;
    let mut resampler = Fft::<f32>::new(from, to, CHUNK, 1, FixedSync::Both).map_err(|_| refused.clone())?;
    let output = resampler.process_all(&input, count, None).map_err(|_| refused)?;
    Ok(Audio { rate, samples: output.take_data().into_iter().map(to_sample).collect() })
}

/// Rounds, and keeps in bounds what overshoots. The cast saturates, and makes 0 of what is no number.
#[allow(clippy::cast_possible_truncation, reason = "a float's cast to an integer saturates")]
fn to_sample(value: f32) -> i16 {
    value.round() as i16
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A tone's strength after conversion, against its strength before.
    fn kept(hertz: f64, from: u32, to: u32) -> f64 {
        let tone = |n: u32| (f64::from(n) / f64::from(from) * hertz * std::f64::consts::TAU).sin() * 16_000.0;
        #[allow(clippy::cast_possible_truncation, reason = "in bounds")]
        let samples: Vec<i16> = (0..from).map(|n| tone(n) as i16).collect();
        let strength = |audio: &Audio| {
            let middle = &audio.samples[audio.samples.len() / 4..audio.samples.len() * 3 / 4];
            let sum: f64 = middle.iter().map(|s| f64::from(*s).powi(2)).sum();
            #[allow(clippy::cast_precision_loss, reason = "a few thousand")]
            (sum / middle.len() as f64).sqrt()
        };
        let before = Audio { rate: from, samples };
        let after = resample(before.clone(), to).unwrap();
        assert_eq!((after.rate, after.samples.len()), (to, to as usize));
        strength(&after) / strength(&before)
    }

    #[test]
    fn speech_stays_and_what_would_alias_goes() {
        for to in [8000, 16_000] {
            assert!((0.99..1.01).contains(&kept(1000.0, 22_050, to)), "{to}");
            assert!((0.99..1.01).contains(&kept(3000.0, 22_050, to)), "{to}");
            assert!(kept(9000.0, 22_050, to) < 0.01, "{to}");
        }
        assert!(kept(5000.0, 22_050, 8000) < 0.01);
    }

    #[test]
    fn nothing_to_do() {
        let same = Audio { rate: 8000, samples: vec![1, 2, 3] };
        assert_eq!(resample(same.clone(), 8000), Ok(same));
        let none = Audio { rate: 22_050, samples: vec![] };
        assert_eq!(resample(none, 8000), Ok(Audio { rate: 8000, samples: vec![] }));
        let loud = Audio { rate: 22_050, samples: [i16::MAX, i16::MIN].repeat(2000) };
        assert!(resample(loud, 8000).is_ok());
    }
}

//! WAV as voices give it and as Asterisk reads it.

use std::{io::Cursor, path::Path, time::Duration};

use super::{Audio, VoiceError};

/// The bytes before the first sample of a plain WAV file.
pub(super) const HEADER: usize = 44;

/// The extension under which Asterisk reads the rate (`format_wav`: `wav` is 8 kHz, `wav16` is 16 kHz).
pub(super) fn extension(rate: u32) -> &'static str {
    if rate == 16_000 { "wav16" } else { "wav" }
}

/// Reads a stream with a plain header, whose sizes may be false: espeak-ng cannot know them beforehand.
pub(super) fn parse(stream: &[u8]) -> Result<Audio, VoiceError> {
    let number = |at: usize| u16::from_le_bytes([stream[at], stream[at + 1]]);
    if stream.len() < HEADER {
        return Err(VoiceError::Garbled("it is too short"));
    }
    if &stream[..4] != b"RIFF" || &stream[8..16] != b"WAVEfmt " || &stream[36..40] != b"data" {
        return Err(VoiceError::Garbled("it does not begin as one"));
    }
    if (number(20), number(22), number(34)) != (1, 1, 16) {
        return Err(VoiceError::Garbled("it is stereo, compressed or of another depth"));
    }
    let rate = u32::from(number(24)) | u32::from(number(26)) << 16;
    if !(8000..=48_000).contains(&rate) {
        return Err(VoiceError::Garbled("its rate is out of bounds"));
    }
    let samples = stream[HEADER..].chunks_exact(2);
    Ok(Audio { rate, samples: samples.map(|pair| i16::from_le_bytes([pair[0], pair[1]])).collect() })
}

/// Writes a file's bytes: plain header, true sizes.
pub(super) fn encode(audio: &Audio) -> Result<Vec<u8>, hound::Error> {
    let spec = spec(audio.rate);
    let mut bytes = Cursor::new(Vec::with_capacity(HEADER + 2 * audio.samples.len()));
    let mut writer = hound::WavWriter::new(&mut bytes, spec)?;
    let count = u32::try_from(audio.samples.len()).map_err(|_| hound::Error::TooWide)?;
    let mut samples = writer.get_i16_writer(count);
    for sample in &audio.samples {
        samples.write_sample(*sample);
    }
    samples.flush()?;
    writer.finalize()?;
    Ok(bytes.into_inner())
}

/// The length of a file if it is whole and of the right kind.
pub(super) fn measure(path: &Path, rate: u32) -> Option<Duration> {
    let reader = hound::WavReader::open(path).ok()?;
    let size = path.metadata().ok()?.len();
    let whole = size >= HEADER as u64 + 2 * u64::from(reader.len());
    let millis = u64::from(reader.duration()) * 1000 / u64::from(rate);
    (reader.spec() == spec(rate) && reader.duration() > 0 && whole).then(|| Duration::from_millis(millis))
}

fn spec(rate: u32) -> hound::WavSpec {
    hound::WavSpec {
        channels: 1,
        sample_rate: rate,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn audio() -> Audio {
        Audio { rate: 8000, samples: (0..8000).map(|n| n % 100).collect() }
    }

    #[test]
    fn there_and_back_with_false_sizes() {
        let mut bytes = encode(&audio()).unwrap();
        assert_eq!(parse(&bytes), Ok(audio()));
        bytes[4..8].fill(0xff);
        bytes[40..44].fill(0xf0);
        assert_eq!(parse(&bytes), Ok(audio()));
        assert_eq!(audio().length(), Duration::from_secs(1));
    }

    #[test]
    fn rubbish_is_refused() {
        let good = encode(&audio()).unwrap();
        for (at, byte) in [(0, b'X'), (8, b'X'), (20, 2), (22, 2), (34, 8), (24, 0), (26, 9), (36, b'X')] {
            let mut bad = good.clone();
            bad[at] = byte;
            let refused = matches!(parse(&bad), Err(VoiceError::Garbled(_)));
            assert!(refused || (at == 24 && parse(&bad).is_err()), "{at}");
        }
        assert!(parse(&good[..43]).is_err());
        assert!(parse(b"").is_err());
    }

    #[test]
    fn a_file_cut_short_has_no_length() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.wav");
        let bytes = encode(&audio()).unwrap();
        std::fs::write(&path, &bytes).unwrap();
        assert_eq!(measure(&path, 8000), Some(Duration::from_secs(1)));
        assert_eq!(measure(&path, 16_000), None);
        std::fs::write(&path, &bytes[..bytes.len() - 2]).unwrap();
        assert_eq!(measure(&path, 8000), None);
        std::fs::write(&path, &bytes[..20]).unwrap();
        assert_eq!(measure(&path, 8000), None);
    }
}

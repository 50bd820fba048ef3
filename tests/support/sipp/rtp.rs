//! What a caller sends: keys (RFC 4733) and µ-law audio, as capture files for sipp to play.
//!
//! Debian's ready files repeat the same RTP timestamps, so Asterisk takes a key that is pressed twice for one.

use std::path::Path;

/// How long a key is held.
const KEY_MS: u64 = 160;
/// How long it is let go before the next one.
const PAUSE_MS: u64 = 90;

/// The media of one caller: sequence numbers and timestamps go on from file to file.
pub struct Media {
    sequence: u16,
    clock: u32,
}

impl Media {
    pub fn new() -> Media {
        Media { sequence: 1, clock: 8000 }
    }

    /// Time passes in which nothing is sent.
    pub fn pass(&mut self, ms: u64) {
        self.clock = self.clock.wrapping_add(u32::try_from(ms * 8).expect("a short wait"));
    }

    /// Writes keys and tells how long they take. RFC 4733 §2.3: event, end bit and volume, duration; the last
    /// one three times.
    pub fn keys(&mut self, keys: &str, file: &Path) -> u64 {
        let steps = u16::try_from(KEY_MS / 20).expect("short");
        let mut capture = Capture::new();
        let mut begins = 0;
        for key in keys.chars() {
            let event = "0123456789*#ABCD".find(key).and_then(|at| u8::try_from(at).ok()).expect("a key");
            let clock = self.clock.wrapping_add(u32::try_from(begins * 8).expect("short"));
            for step in 1..=steps + 2 {
                let held = step.min(steps);
                let end = if step >= steps { 0x80 } else { 0 };
                let [high, low] = (held * 160).to_be_bytes();
                let at = begins * 1000 + u64::from(held - 1) * 20_000 + u64::from(step - held) * 100;
                let payload = [event, end | 0x0a, high, low];
                capture.packet(at, &self.rtp(101, step == 1, clock, &payload));
            }
            begins += KEY_MS + PAUSE_MS;
        }
        std::fs::write(file, capture.bytes).expect("the keys' capture");
        begins
    }

    /// Writes audio (8 kHz) and tells how long it is.
    pub fn audio(&mut self, samples: &[f32], file: &Path) -> u64 {
        let mut capture = Capture::new();
        for (index, chunk) in samples.chunks(160).enumerate() {
            let payload: Vec<u8> = chunk.iter().map(|sample| ulaw(*sample)).collect();
            let clock = self.clock.wrapping_add(u32::try_from(index * 160).expect("short"));
            capture.packet(index as u64 * 20_000, &self.rtp(0, index == 0, clock, &payload));
        }
        std::fs::write(file, capture.bytes).expect("the audio's capture");
        samples.len() as u64 / 8
    }

    /// RFC 3550 §5.1.
    fn rtp(&mut self, kind: u8, marker: bool, clock: u32, payload: &[u8]) -> Vec<u8> {
        let mut packet = vec![0x80, kind | if marker { 0x80 } else { 0 }];
        packet.extend(self.sequence.to_be_bytes());
        packet.extend(clock.to_be_bytes());
        packet.extend(0x0005_7a51_u32.to_be_bytes());
        packet.extend(payload);
        self.sequence = self.sequence.wrapping_add(1);
        packet
    }
}

/// ITU-T G.711 µ-law.
fn ulaw(sample: f32) -> u8 {
    #[allow(clippy::cast_possible_truncation, reason = "clamped")]
    let value = (sample.clamp(-1.0, 1.0) * 32_635.0) as i32;
    let sign = if value < 0 { 0x80 } else { 0 };
    let magnitude = value.abs() + 132;
    let exponent = (7..15).rev().find(|bit| magnitude & (1 << bit) != 0).map_or(0, |bit| bit - 7);
    let mantissa = (magnitude >> (exponent + 3)) & 0x0f;
    !u8::try_from(sign | (exponent << 4) | mantissa).expect("eight bits")
}

/// A capture file of UDP packets. sipp takes times and payloads from it, and puts its own addresses in.
struct Capture {
    bytes: Vec<u8>,
}

impl Capture {
    fn new() -> Capture {
        let mut bytes = Vec::new();
        for word in [0xa1b2_c3d4_u32, 0x0004_0002, 0, 0, 65_535, 1] {
            bytes.extend(word.to_le_bytes());
        }
        Capture { bytes }
    }

    fn packet(&mut self, at_us: u64, payload: &[u8]) {
        let udp = u16::try_from(payload.len() + 8).expect("a small packet");
        let ip = udp + 20;
        let mut frame = vec![0; 12];
        frame.extend([0x08, 0x00, 0x45, 0x00]);
        frame.extend(ip.to_be_bytes());
        frame.extend([0, 0, 0, 0, 64, 17, 0, 0, 127, 0, 0, 1, 127, 0, 0, 1]);
        for word in [4000, 4000, udp, 0] {
            frame.extend(u16::to_be_bytes(word));
        }
        frame.extend(payload);
        let length = u32::from(ip) + 14;
        let (seconds, micros) = (at_us / 1_000_000, at_us % 1_000_000);
        for word in [seconds, micros, length.into(), length.into()] {
            self.bytes.extend(u32::try_from(word).expect("small").to_le_bytes());
        }
        self.bytes.extend(frame);
    }
}

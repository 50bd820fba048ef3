//! Persons' colors, and text that can be read on them.

use std::fmt;

/// A color: red, green, blue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Rgb(pub(super) u8, pub(super) u8, pub(super) u8);

impl Rgb {
    /// Reads `#rrggbb`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let hex = text.strip_prefix('#').filter(|hex| hex.len() == 6 && hex.is_ascii())?;
        let part = |from: usize| u8::from_str_radix(&hex[from..from + 2], 16).ok();
        Some(Self(part(0)?, part(2)?, part(4)?))
    }

    /// A light color for somebody who has none: always the same for the same name.
    pub(super) fn of_name(name: &str) -> Self {
        // FNV-1a: spread is all that matters.
        let hash = name
            .bytes()
            .fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
        let part = |shift: u32| 160 + u8::try_from((hash >> shift) % 96).unwrap_or_default();
        Self(part(0), part(8), part(16))
    }

    /// Black or white, whichever has more contrast on it (WCAG 2.2, relative luminance).
    pub(super) fn text_on(self) -> Self {
        // Black has more contrast above this luminance: (l + 0.05) / 0.05 = 1.05 / (l + 0.05).
        if self.luminance() > 0.179 { Self(0, 0, 0) } else { Self(255, 255, 255) }
    }

    fn luminance(self) -> f64 {
        let linear = |part: u8| {
            let part = f64::from(part) / 255.0;
            if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(self.0) + 0.7152 * linear(self.1) + 0.0722 * linear(self.2)
    }

    /// The parts from 0 to 1, as PDF has them.
    pub(super) fn parts(self) -> [f32; 3] {
        [self.0, self.1, self.2].map(|part| f32::from(part) / 255.0)
    }
}

impl fmt::Display for Rgb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{:02x}{:02x}{:02x}", self.0, self.1, self.2)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_can_be_read_on_every_color() {
        for part in [0, 51, 102, 119, 128, 153, 204, 255] {
            for back in [Rgb(part, part, part), Rgb(part, 0, 0), Rgb(0, part, 255), Rgb(255, part, 0)] {
                let (one, other) = (back.luminance(), back.text_on().luminance());
                let contrast = (one.max(other) + 0.05) / (one.min(other) + 0.05);
                assert!(contrast >= 4.5, "{back}: {contrast}");
            }
        }
        assert_eq!(Rgb::parse("#0a0B0c"), Some(Rgb(10, 11, 12)));
        assert_eq!([Rgb::parse("red"), Rgb::parse("#ééé"), Rgb::parse("#12345g")], [None; 3]);
        assert_eq!(Rgb::of_name("anna"), Rgb::of_name("anna"));
    }
}

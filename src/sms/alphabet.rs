//! How much room a character takes in a short message, and how many parts a text makes. Pure.

/// The default alphabet of 3GPP TS 23.038 §6.2.1, without the escape to the other table.
const BASIC: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?\
                     ¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
/// Its extension (§6.2.1.1): each takes two places.
const EXTENSION: &str = "\u{c}^{}\\[~]|€";

/// What a text is written in on the air.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// Seven bits a character: 160 in a message, 153 in each of several parts.
    Gsm7,
    /// Sixteen bits: 70, or 67.
    Ucs2,
}

impl Encoding {
    /// The one that holds every character of a text.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let is_gsm = |c: char| BASIC.contains(c) || EXTENSION.contains(c);
        if text.chars().all(is_gsm) { Self::Gsm7 } else { Self::Ucs2 }
    }

    /// The text form.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Gsm7 => "gsm7",
            Self::Ucs2 => "ucs2",
        }
    }

    /// What stands for what was cut: a "…" would bring a text of seven bits to sixteen.
    pub(super) fn dots(self) -> &'static str {
        match self {
            Self::Gsm7 => "...",
            Self::Ucs2 => "…",
        }
    }

    /// Places that a character takes.
    fn width(self, c: char) -> u32 {
        match self {
            Self::Gsm7 => 1 + u32::from(EXTENSION.contains(c)),
            Self::Ucs2 => 1 + u32::from(c.len_utf16() == 2),
        }
    }

    /// Places in a message that stands alone.
    fn alone(self) -> u32 {
        match self {
            Self::Gsm7 => 160,
            Self::Ucs2 => 70,
        }
    }

    /// Places in one of several parts, whose header takes six bytes (3GPP TS 23.040 §9.2.3.24.1).
    fn in_parts(self) -> u32 {
        match self {
            Self::Gsm7 => 153,
            Self::Ucs2 => 67,
        }
    }
}

/// A text on its way into parts, character by character. What takes two places is not torn between two parts.
#[derive(Clone, Copy, Debug)]
pub(super) struct Packing {
    encoding: Encoding,
    /// Places taken, as if it stood alone.
    places: u32,
    /// Full parts before the present one, and places taken in that.
    full: u32,
    taken: u32,
}

impl Packing {
    pub(super) fn new(encoding: Encoding) -> Self {
        Self { encoding, places: 0, full: 0, taken: 0 }
    }

    pub(super) fn push(&mut self, c: char) {
        let width = self.encoding.width(c);
        self.places = self.places.saturating_add(width);
        if self.taken + width > self.encoding.in_parts() {
            self.full = self.full.saturating_add(1);
            self.taken = 0;
        }
        self.taken += width;
    }

    pub(super) fn with(mut self, text: &str) -> Self {
        text.chars().for_each(|c| self.push(c));
        self
    }

    pub(super) fn parts(&self) -> u32 {
        if self.places <= self.encoding.alone() { 1 } else { self.full.saturating_add(1) }
    }
}

/// How many parts a text makes.
#[must_use]
pub fn parts(text: &str) -> u32 {
    Packing::new(Encoding::of(text)).with(text).parts()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables() {
        // 128 places, one of which is the escape; the extension of the release of 1999 and the euro.
        assert_eq!((BASIC.chars().count(), EXTENSION.chars().count()), (127, 10));
        for text in ["", "Hello @£$ èéùìòÇ ØøÅå ΔΦΓΛΩΠΨΣΘΞ ÆæßÉ ¡¿ ÄÖÑÜ äöñüà §\r\n", "{[~^|€]}\\\u{c}", "_"]
        {
            assert_eq!(Encoding::of(text), Encoding::Gsm7, "{text}");
        }
        // The small ç is not in it, nor are á í ó ú and the backtick.
        for text in ["ç", "á", "í", "`", "…", "’", "Привет", "🚚", "שלום", "\t", "\u{1b}"]
        {
            assert_eq!(Encoding::of(text), Encoding::Ucs2, "{text}");
        }
    }

    #[test]
    fn where_parts_begin() {
        let of = |one: &str, count: usize| parts(&one.repeat(count));
        assert_eq!(parts(""), 1);
        let gsm = [160, 161, 306, 307, 459, 460].map(|count| of("a", count));
        assert_eq!(gsm, [1, 2, 2, 3, 3, 4]);
        let extension = [80, 81].map(|count| of("€", count));
        assert_eq!(extension, [1, 2]);
        let ucs2 = [70, 71, 134, 135, 201, 202].map(|count| of("я", count));
        assert_eq!(ucs2, [1, 2, 2, 3, 3, 4]);
        let pairs = [35, 36].map(|count| of("🚚", count));
        assert_eq!(pairs, [1, 2]);
    }

    /// 153 and 67 are odd: the last place of a part stays free rather than that half a character stands there.
    #[test]
    fn what_takes_two_places_is_not_torn() {
        // 76 in a part take 152 places.
        assert_eq!([152, 153, 228, 229].map(|count| parts(&"€".repeat(count))), [2, 3, 3, 4]);
        assert_eq!([66, 67, 99, 100].map(|count| parts(&"🚚".repeat(count))), [2, 3, 3, 4]);
        let across = |before: usize| parts(&format!("{}€{}", "a".repeat(before), "a".repeat(152)));
        assert_eq!((across(151), across(152)), (2, 3));
    }
}

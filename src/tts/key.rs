//! The address of a prompt: a hash of everything that decides how it sounds.

use std::fmt;

use sha2::{Digest as _, Sha256};

/// SHA-256 of a prompt's content; its file's name.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Key([u8; 32]);

impl Key {
    /// Hashes fields, each with its length before it so that no two lists give the same bytes.
    pub(super) fn of(fields: &[&str]) -> Self {
        let mut hash = Sha256::new();
        for field in fields {
            hash.update((field.len() as u64).to_le_bytes());
            hash.update(field.as_bytes());
        }
        Self(hash.finalize().into())
    }

    /// Reads what [`fmt::Display`] writes: 64 lower-case hexadecimal digits, nothing else.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let digits: &[u8; 64] = text.as_bytes().try_into().ok()?;
        let mut key = [0; 32];
        for (byte, pair) in key.iter_mut().zip(digits.chunks_exact(2)) {
            *byte = nibble(pair[0])? << 4 | nibble(pair[1])?;
        }
        Some(Self(key))
    }
}

fn nibble(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let mut text = [0; 64];
        for (pair, byte) in text.chunks_exact_mut(2).zip(self.0) {
            pair[0] = DIGITS[usize::from(byte >> 4)];
            pair[1] = DIGITS[usize::from(byte & 15)];
        }
        f.write_str(std::str::from_utf8(&text).unwrap_or_default())
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_and_back() {
        let key = Key::of(&["espeak", "hello"]);
        assert_eq!(Key::parse(&key.to_string()), Some(key));
        assert_eq!(key.to_string().len(), 64);
    }

    #[test]
    fn fields_do_not_run_together() {
        assert_ne!(Key::of(&["ab", "c"]), Key::of(&["a", "bc"]));
        assert_ne!(Key::of(&["a"]), Key::of(&["a", ""]));
    }

    #[test]
    fn nothing_else_is_a_key() {
        let good = Key::of(&["x"]).to_string();
        let far = format!("{}é", &good[..62]);
        for text in ["", "..", &good[1..], &good.to_uppercase(), &format!("{good}0"), &far] {
            assert_eq!(Key::parse(text), None, "{text}");
        }
    }
}

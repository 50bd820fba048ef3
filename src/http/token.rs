//! Bearer tokens: `stasisd_` and 256 random bits in base 62. Only their SHA-256 is ever stored.

use jiff::Timestamp;
use sha2::{Digest, Sha256};

use super::scope::Scope;
use crate::storage::Token;

/// How every token starts, so that secret scanners find leaked ones.
const PREFIX: &str = "stasisd_";

const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// Digits of 256 bits in base 62.
const LENGTH: usize = 43;

/// Length of the id that a token is revoked by.
const ID_LENGTH: usize = 10;

/// Makes a token: its text, which is shown once, and what is stored of it.
#[must_use]
pub fn create(
    name: &str,
    scopes: &[Scope],
    expires_at: Option<Timestamp>,
    now: Timestamp,
) -> (String, Token) {
    let plain = format!("{PREFIX}{}", base62(rand::random()));
    let token = Token {
        id: base62(rand::random())[LENGTH - ID_LENGTH..].to_owned(),
        name: name.to_owned(),
        hash: digest(&plain),
        scopes: scopes.iter().map(ToString::to_string).collect(),
        created_at: now,
        expires_at,
        revoked_at: None,
        last_used_at: None,
    };
    (plain, token)
}

/// The hash of a token's text, or `None` if it cannot be one of ours: then no database is asked.
#[must_use]
pub fn hash(plain: &str) -> Option<[u8; 32]> {
    let secret = plain.strip_prefix(PREFIX)?;
    let fits = secret.len() == LENGTH && secret.bytes().all(|b| b.is_ascii_alphanumeric());
    fits.then(|| digest(plain))
}

/// Whether a stored token opens the door now.
#[must_use]
pub fn is_valid(token: &Token, now: Timestamp) -> bool {
    token.revoked_at.is_none_or(|t| t > now) && token.expires_at.is_none_or(|t| t > now)
}

fn digest(plain: &str) -> [u8; 32] {
    // The secret is 256 random bits: a slow hash would add nothing but load.
    Sha256::digest(plain.as_bytes()).into()
}

/// A big-endian number in base 62, padded to [`LENGTH`] digits.
fn base62(mut number: [u8; 32]) -> String {
    let mut digits = [b'0'; LENGTH];
    for digit in digits.iter_mut().rev() {
        let mut rest = 0u16;
        for byte in &mut number {
            let value = (rest << 8) | u16::from(*byte);
            *byte = u8::try_from(value / 62).unwrap_or_default();
            rest = value % 62;
        }
        *digit = DIGITS[usize::from(rest)];
    }
    digits.iter().map(|&b| char::from(b)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base62_of_known_numbers() {
        assert_eq!(base62([0; 32]), "0".repeat(43));
        let mut small = [0; 32];
        small[31] = 61;
        assert!(base62(small).ends_with("0z"));
        small[30] = 1;
        assert!(base62(small).ends_with("057"), "256 + 61 = 5 * 62 + 7");
        // 2^256 - 1 has the 43 digits that Python's divmod gives.
        assert_eq!(base62([255; 32]), "yhjskwdA6OZ1AL1YmHWZWm8LLG7HjnuCA2j5rOw8Xp1");
    }

    #[test]
    fn a_token_is_found_by_its_hash_alone() {
        let now = Timestamp::UNIX_EPOCH;
        let (plain, token) = create("test", &[Scope::OrdersRead], None, now);
        assert_eq!(hash(&plain), Some(token.hash));
        let (other, _) = create("test", &[], None, now);
        assert_ne!(plain, other);
        for bad in
            ["", "stasisd_", "stasisd_short", &plain[1..], &format!("{plain}0"), &plain.replace('_', "-")]
        {
            assert_eq!(hash(bad), None, "{bad}");
        }
    }

    #[test]
    fn expired_and_revoked_tokens_open_nothing() {
        let now = Timestamp::from_second(1_000).unwrap_or_default();
        let (_, mut token) = create("test", &[], Some(now), Timestamp::UNIX_EPOCH);
        assert!(!is_valid(&token, now), "a token ends at its expiry");
        token.expires_at = None;
        assert!(is_valid(&token, now));
        token.revoked_at = Some(Timestamp::UNIX_EPOCH);
        assert!(!is_valid(&token, now));
    }
}

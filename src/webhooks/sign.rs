//! Signatures of Standard Webhooks: HMAC-SHA256 over `id.timestamp.body`, one for each secret.

use std::fmt;

use base64::{Engine, prelude::BASE64_STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// The keys, the newest first.
pub(super) struct Signer(Vec<Vec<u8>>);

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signer({} keys)", self.0.len())
    }
}

impl Signer {
    pub(super) fn new(keys: Vec<Vec<u8>>) -> Self {
        Self(keys)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The value of `webhook-signature`; `id` holds no dot, `at` is in seconds since 1970.
    pub(super) fn sign(&self, id: &str, at: i64, body: &str) -> String {
        let signed = format!("{id}.{at}.{body}");
        let signatures: Vec<_> = self.0.iter().filter_map(|key| signature(key, signed.as_bytes())).collect();
        signatures.join(" ")
    }
}

/// `None` cannot be: HMAC takes keys of any length.
fn signature(key: &[u8], signed: &[u8]) -> Option<String> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).ok()?;
    mac.update(signed);
    Some(format!("v1,{}", BASE64_STANDARD.encode(mac.finalize().into_bytes())))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Computed with Python's `hmac`; the input is the specification's example.
    #[test]
    fn as_others_compute_it() {
        let key = BASE64_STANDARD.decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let sign = |keys| {
            Signer::new(keys).sign("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, "{\"test\": 2432232314}")
        };
        let one = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
        assert_eq!(sign(vec![key.clone()]), one);
        let two = sign(vec![vec![7; 32], key]);
        let (new, old) = two.split_once(' ').unwrap();
        assert!(old == one && new.starts_with("v1,") && new != one, "{two}");
    }
}

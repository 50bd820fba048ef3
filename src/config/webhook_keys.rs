//! The secrets that webhooks are signed with: read from their text form, `whsec_<base64>`.

use base64::{
    Engine,
    alphabet::STANDARD,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};

use super::WebhooksConfig;

/// With or without `=` at the end.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

impl WebhooksConfig {
    /// The keys to sign with, the newest first; none, if there is no secret. Standard Webhooks: 24 to 64 bytes.
    ///
    /// # Errors
    /// What is wrong with which of them; the secret is not repeated.
    pub fn keys(&self) -> Result<Vec<Vec<u8>>, String> {
        let text = self.secret.as_ref().map_or("", |secret| secret.expose());
        (1..).zip(text.split_ascii_whitespace()).map(|(number, secret)| key(number, secret)).collect()
    }
}

fn key(number: usize, secret: &str) -> Result<Vec<u8>, String> {
    let encoded =
        secret.strip_prefix("whsec_").ok_or(format!("secret {number} does not begin with whsec_"))?;
    let key = BASE64.decode(encoded).map_err(|_| format!("secret {number} is not base64 after whsec_"))?;
    if (24..=64).contains(&key.len()) {
        Ok(key)
    } else {
        Err(format!("secret {number} holds {} bytes, and 24 to 64 are allowed", key.len()))
    }
}

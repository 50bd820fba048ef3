//! Headers of requests to others' servers, as the configuration names them.

use indexmap::IndexMap;

use super::Found;
use crate::config::Secret;

/// Headers that HTTP itself needs, or that a header of ours stands for.
const RESERVED: [&str; 6] =
    ["host", "content-length", "transfer-encoding", "connection", "content-type", "idempotency-key"];

/// Names and values that can be sent; no `Authorization` beside one of ours.
pub(super) fn verify(key: &str, headers: &IndexMap<String, Secret>, has_login: bool, found: &mut Found) {
    for (name, value) in headers {
        let lower = name.to_ascii_lowercase();
        let is_name = (1..=64).contains(&name.len())
            && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
        if !is_name || RESERVED.contains(&lower.as_str()) {
            found.add(format!("{key}.headers"), format!("{name:?} cannot be set"), "leave it out");
        }
        let is_value = value.expose().bytes().all(|b| (b' '..=b'~').contains(&b));
        if !is_value {
            let what = format!("{name:?} holds more than plain ASCII");
            found.add(format!("{key}.headers"), what, "shorten it");
        }
        if lower == "authorization" && has_login {
            found.add(format!("{key}.token"), "headers hold an Authorization too", "remove one");
        }
    }
}

//! Tokens seen lately, so that a request needs no database. A revocation is in force a few seconds later.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use jiff::{SignedDuration, Timestamp};

use crate::storage::Token;

/// How long a token is believed without asking.
const FRESH: SignedDuration = SignedDuration::from_secs(3);

/// Tokens held at most; beyond it all are asked for again.
const MOST: usize = 1024;

/// Valid tokens by their hash, with the time they were read.
#[derive(Debug, Default)]
pub(super) struct TokenCache(Mutex<Held>);

type Held = HashMap<[u8; 32], (Timestamp, Arc<Token>)>;

impl TokenCache {
    /// A token read no longer than a few seconds ago.
    pub(super) fn get(&self, hash: &[u8; 32], now: Timestamp) -> Option<Arc<Token>> {
        let held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (read_at, token) = held.get(hash)?;
        // A clock set back makes the age negative: then the database is asked, too.
        let age = now.duration_since(*read_at);
        (age >= SignedDuration::ZERO && age < FRESH).then(|| Arc::clone(token))
    }

    /// Keeps a token that was just read.
    pub(super) fn put(&self, token: Arc<Token>, now: Timestamp) {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if held.len() >= MOST {
            held.clear();
        }
        held.insert(token.hash, (now, token));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_believed_for_a_few_seconds() {
        let cache = TokenCache::default();
        let then = Timestamp::from_second(1_000).unwrap();
        let (_, token) = super::super::token::create("test", &[], None, then);
        let hash = token.hash;
        cache.put(Arc::new(token), then);
        assert!(cache.get(&hash, then).is_some());
        assert!(cache.get(&hash, then + SignedDuration::from_secs(2)).is_some());
        assert!(cache.get(&hash, then + FRESH).is_none());
        assert!(cache.get(&hash, then - FRESH).is_none());
        assert!(cache.get(&[0; 32], then).is_none());
    }
}

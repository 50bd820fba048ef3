//! What is ready for texts that are about to be asked for.

use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// Texts that are remembered: the next part of each whose last one was made. The oldest is forgotten.
const MOST: usize = 64;

/// Phoneme ids by text.
#[derive(Debug, Default)]
pub(super) struct Foreseen(Mutex<VecDeque<(String, Vec<Vec<i64>>)>>);

impl Foreseen {
    /// Keeps what a text will need.
    pub(super) fn put(&self, text: &str, runs: Vec<Vec<i64>>) {
        let mut kept = self.lock();
        kept.retain(|(other, _)| other != text);
        if kept.len() == MOST {
            kept.pop_front();
        }
        kept.push_back((text.to_owned(), runs));
    }

    /// Gives it away.
    pub(super) fn take(&self, text: &str) -> Option<Vec<Vec<i64>>> {
        let mut kept = self.lock();
        let at = kept.iter().position(|(other, _)| other == text)?;
        kept.remove(at).map(|(_, runs)| runs)
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<(String, Vec<Vec<i64>>)>> {
        // Each change is one step: what a panic leaves behind is whole.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_once_and_not_too_many() {
        let foreseen = Foreseen::default();
        for n in 0..160 {
            foreseen.put(&n.to_string(), vec![vec![n]]);
            foreseen.put(&n.to_string(), vec![vec![n, n]]);
        }
        assert_eq!(foreseen.take("159"), Some(vec![vec![159, 159]]));
        assert_eq!(foreseen.take("159"), None);
        let kept = (0..160).filter(|n| foreseen.take(&n.to_string()).is_some()).collect::<Vec<_>>();
        assert_eq!(kept, (96..159).collect::<Vec<_>>());
    }
}

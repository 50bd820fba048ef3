//! Attempts that the database refused for good: whoever waits for one must not dial.

use std::collections::VecDeque;

use crate::{model::AttemptId, storage::StorageError};

/// Kept at most; those that nobody asks for are pushed out.
const MOST: usize = 10_000;

#[derive(Debug, Default)]
pub(super) struct Refused(VecDeque<(AttemptId, StorageError)>);

impl Refused {
    pub(super) fn push(&mut self, id: AttemptId, why: StorageError) {
        if self.0.len() >= MOST {
            self.0.pop_front();
        }
        self.0.push_back((id, why));
    }

    /// Why this attempt was refused, if it was; told once.
    pub(super) fn take(&mut self, id: AttemptId) -> Option<StorageError> {
        let place = self.0.iter().position(|(refused, _)| *refused == id)?;
        self.0.remove(place).map(|(_, why)| why)
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::model::CallOrderId;

    #[test]
    fn told_once_and_bounded() {
        let id = |n: usize| CallOrderId(Uuid::from_u128(n as u128)).attempt(1);
        let mut refused = Refused::default();
        (0..=MOST).for_each(|n| refused.push(id(n), StorageError::Full));
        assert_eq!(refused.take(id(0)), None);
        assert_eq!(refused.take(id(1)), Some(StorageError::Full));
        assert_eq!(refused.take(id(1)), None);
    }
}

//! Which change wins of an order, a rule, a link: a function of what is stored and what comes in.

use crate::model::{Order, Outcome};

/// What is stored of something that has versions, as far as it matters to which change of it wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Known {
    /// Nothing, as far as is known.
    Absent,
    /// It was deleted at this version.
    Deleted(i64),
    /// It is there, in this version, and `same` as what comes in.
    Present {
        /// The stored version.
        version: i64,
        /// What comes in says nothing else.
        same: bool,
    },
}

/// What is stored under an order's id.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Stored {
    /// Nothing, as far as is known.
    Absent,
    /// It was deleted at this version.
    Deleted(i64),
    /// The order.
    Present(Order),
}

/// What to do about a deletion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Deletion {
    /// What the sender is told.
    pub(super) outcome: Outcome,
    /// The version of the tombstone to write, if one.
    pub(super) tombstone: Option<i64>,
}

impl Stored {
    fn known(&self, order: Option<&Order>) -> Known {
        match self {
            Self::Absent => Known::Absent,
            Self::Deleted(version) => Known::Deleted(*version),
            Self::Present(old) => Known::Present {
                version: old.version,
                same: order.is_some_and(|order| same_content(old, order)),
            },
        }
    }
}

/// What becomes of `order`: a later version wins; a deletion wins over the version that it names.
pub(super) fn put(stored: &Stored, order: &Order) -> Outcome {
    put_version(stored.known(Some(order)), order.version)
}

/// What becomes of a deletion; without a version it deletes whatever is there. A deletion that arrives
/// before its order leaves a tombstone too, so that the order of arrival does not matter.
pub(super) fn delete(stored: &Stored, version: Option<i64>) -> Deletion {
    delete_version(stored.known(None), version)
}

/// As [`put`], of anything that has versions.
pub(super) fn put_version(known: Known, new: i64) -> Outcome {
    match known {
        Known::Absent => Outcome::Created,
        Known::Deleted(version) if new > version => Outcome::Created,
        Known::Deleted(_) => Outcome::Stale,
        Known::Present { version, .. } if new > version => Outcome::Applied,
        Known::Present { version, .. } if new < version => Outcome::Stale,
        Known::Present { same: true, .. } => Outcome::Unchanged,
        Known::Present { .. } => Outcome::Conflict,
    }
}

/// As [`delete`], of anything that has versions.
pub(super) fn delete_version(known: Known, version: Option<i64>) -> Deletion {
    let (outcome, tombstone) = match (known, version) {
        (Known::Absent, version) => (Outcome::Unchanged, version),
        (Known::Deleted(old), version) => (Outcome::Unchanged, version.filter(|v| *v > old)),
        (Known::Present { version: old, .. }, Some(version)) if version < old => (Outcome::Stale, None),
        (Known::Present { version: old, .. }, version) => (Outcome::Applied, Some(version.unwrap_or(old))),
    };
    Deletion { outcome, tombstone }
}

/// The expiry is not compared: one that is counted from the arrival moves with the clock, and a sender
/// that repeats itself must hear "unchanged".
fn same_content(one: &Order, other: &Order) -> bool {
    (&one.phones, &one.status, &one.facts) == (&other.phones, &other.status, &other.facts)
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::model::Facts;

    fn order(version: i64, status: &str) -> Order {
        Order {
            id: "A".into(),
            phones: Vec::new(),
            status: status.to_owned(),
            facts: Facts::new(),
            version,
            expires_at: None,
            updated_at: Timestamp::UNIX_EPOCH,
        }
    }

    #[test]
    fn later_versions_win() {
        let there = Stored::Present(order(5, "packed"));
        let cases = [(6, "sent", Outcome::Applied), (6, "packed", Outcome::Applied)];
        let cases = cases.into_iter().chain([(4, "packed", Outcome::Stale), (4, "sent", Outcome::Stale)]);
        let cases = cases.chain([(5, "packed", Outcome::Unchanged), (5, "sent", Outcome::Conflict)]);
        for (version, status, outcome) in cases {
            assert_eq!(put(&there, &order(version, status)), outcome, "{version} {status}");
        }
        assert_eq!(put(&Stored::Absent, &order(i64::MIN, "")), Outcome::Created);
    }

    #[test]
    fn a_moved_expiry_is_no_other_content() {
        let there = Stored::Present(order(5, "packed"));
        let again = Order { expires_at: Some(Timestamp::UNIX_EPOCH), ..order(5, "packed") };
        assert_eq!(put(&there, &again), Outcome::Unchanged);
    }

    #[test]
    fn the_deleted_stay_deleted() {
        assert_eq!(put(&Stored::Deleted(5), &order(5, "x")), Outcome::Stale);
        assert_eq!(put(&Stored::Deleted(5), &order(4, "x")), Outcome::Stale);
        assert_eq!(put(&Stored::Deleted(5), &order(6, "x")), Outcome::Created);
    }

    #[test]
    fn deletions() {
        let there = Stored::Present(order(5, "packed"));
        let cases = [
            (&there, Some(4), Outcome::Stale, None),
            (&there, Some(5), Outcome::Applied, Some(5)),
            (&there, Some(9), Outcome::Applied, Some(9)),
            (&there, None, Outcome::Applied, Some(5)),
            (&Stored::Deleted(5), Some(4), Outcome::Unchanged, None),
            (&Stored::Deleted(5), Some(6), Outcome::Unchanged, Some(6)),
            (&Stored::Deleted(5), None, Outcome::Unchanged, None),
            (&Stored::Absent, Some(3), Outcome::Unchanged, Some(3)),
            (&Stored::Absent, None, Outcome::Unchanged, None),
        ];
        for (stored, version, outcome, tombstone) in cases {
            assert_eq!(delete(stored, version), Deletion { outcome, tombstone }, "{stored:?} {version:?}");
        }
    }
}

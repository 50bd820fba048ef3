//! Why a change of a table was not made.

use super::Conflict;
use crate::model::{Cell, Week};

/// Why a change of a table was not made.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum EditRefused {
    /// There is no such day, shift or line.
    #[error("{why}")]
    OutOfBounds {
        /// The field that says where.
        field: &'static str,
        /// What there is.
        why: String,
    },
    /// Somebody else was there first.
    #[error("{place} is {now} now, and not {was}: look at it again")]
    Changed {
        /// Where.
        place: String,
        /// What the editor saw.
        was: Cell,
        /// What it is.
        now: Cell,
    },
    /// Somebody else was there first, somewhere in the table.
    #[error("the table has version {now} now, by {by}, and not {seen}: look at it again")]
    Version {
        /// The version that the editor saw.
        seen: i64,
        /// The version that it has.
        now: i64,
        /// Who made that.
        by: String,
    },
    /// The change that would be taken back, or done again, is another's.
    #[error("the last change is {by}'s ({what}): say that you have seen version {now} to do it all the same")]
    Others {
        /// Whose it is.
        by: String,
        /// What it was.
        what: String,
        /// The version that the table has.
        now: i64,
    },
    /// It would contradict what is known of people.
    #[error("{}", sentences(.0))]
    Conflicts(Vec<Conflict>),
    /// The week is over and its credit is frozen.
    #[error("the week is retired and its credit is frozen: it does not change any more")]
    Retired,
    /// What does not change any more must be over.
    #[error("the week {0} is not over: what is retired cannot be changed any more")]
    NotOver(Week),
    /// There is no table to change.
    #[error("there is no timetable of that week: plan it, or store one (PUT)")]
    Absent,
    /// A line that cannot be taken away, or one too many.
    #[error("{0}")]
    Line(String),
    /// Nothing to take back or to do again.
    #[error("there is nothing to {0}")]
    Nothing(&'static str),
}

fn sentences(conflicts: &[Conflict]) -> String {
    let texts: Vec<&str> = conflicts.iter().map(|conflict| conflict.text.as_str()).collect();
    texts.join("; ")
}

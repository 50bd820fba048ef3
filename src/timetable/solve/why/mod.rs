//! Why no timetable fits.

use super::Unsolvable;
use crate::timetable::problem::Problem;

/// The smallest set of rules that cannot hold together.
pub(super) fn explain(_problem: &Problem) -> Unsolvable {
    Unsolvable::default()
}

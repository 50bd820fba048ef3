//! The helpline: how fast weeks are planned, and how near to the best there can be.

mod timetable;

use crate::results::Book;

/// Measures all figures of the group.
pub fn measure(book: &mut Book) {
    if book.wants("timetable") {
        timetable::measure(book);
    }
}

//! The helpline: what seeing many queues costs, how fast a click reaches Asterisk, how fast weeks are planned and how
//! near to the best there can be.

mod queues;
mod timetable;

use crate::results::Book;

/// Measures all figures of the group.
pub fn measure(book: &mut Book) {
    if book.wants("queues") {
        queues::measure(book);
    }
    if book.wants("timetable") {
        timetable::measure(book);
    }
}

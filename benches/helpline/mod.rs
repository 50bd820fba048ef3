//! The helpline: what seeing many queues costs, and how fast a click reaches Asterisk.

mod queues;

use crate::results::Book;

/// Measures all figures of the group.
pub fn measure(book: &mut Book) {
    if book.wants("queues") {
        queues::measure(book);
    }
}
